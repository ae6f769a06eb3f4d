"""What a courier's phone sends and hears back, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct, ValidationError, convert

from postal_service.desk.door.delivery import ERRANDS, Answer, Report
from postal_service.desk.door.proof import MOST_PHOTOS, Evidence
from postal_service.desk.errors import DeskError
from postal_service.desk.money.amounts import MOST_VND
from postal_service.web.errors import SENTENCES, status_of
from postal_service.web.inputs import Moment, Wire
from tracking.errors import TrackingError
from tracking.identifiers import parse_s10
from tracking.model import Actor, Event, Facts, Scan
from tracking.stages import ANSWERS, Act, Keeper, Stage, acts_from

#: More than a courier scans in a day without signal.
LARGEST_BATCH: Final = 500
#: The acts of delivery.ERRANDS, as a type; a test holds the two together.
Errand = Literal["collect", "hand_over", "bring_in", "deliver", "miss", "decline", "report_missing"]
Code = Annotated[str, Meta(max_length=40)]
Name = Annotated[str, Meta(max_length=120)]
#: The hash of a picture, as the phone sends it.
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
#: A place on a procedure's list of originals.
Place = Annotated[int, Meta(ge=1, le=50)]
Places = Annotated[list[Place], Meta(max_length=50)]
#: Which fields go with which acts; pictures go with any.
OF_DELIVERY: Final = (
    "relation", "receiver", "authorisation", "code", "no_code", "id_kind", "id_last4", "signature",
    "taken", "absent", "collected",
)  # fmt: skip


class TooManyScans(DeskError):
    """One request takes so many scans and no more."""

    def __init__(self) -> None:
        super().__init__(
            f"Mỗi lần chỉ gửi được {LARGEST_BATCH} lần quét. Chia ra rồi gửi lại.",
            f"One request takes {LARGEST_BATCH} scans at most. Send them in parts.",
        )


class ScanIn(Wire):
    """One beep. The phone draws ``id`` before it sends; who holds the phone is in the session.

    ``reason`` goes with miss and decline, ``next`` with miss, what proves a hand-over with
    deliver. Names, codes and ends of identity papers are kept beside the register or
    nowhere, never in it. Pictures are named by the hash of what the phone will send.
    """

    id: UUID
    s10: Code
    act: Errand
    at: Moment
    reason: Code | None = None
    next: Code | None = None
    relation: Code | None = None
    receiver: Name | None = None
    authorisation: Annotated[str, Meta(max_length=60)] | None = None
    code: Code | None = None
    no_code: Code | None = None
    id_kind: Code | None = None
    id_last4: Code | None = None
    signature: Sha256 | None = None
    photos: Annotated[list[Sha256], Meta(max_length=MOST_PHOTOS)] | None = None
    taken: Places | None = None
    absent: Places | None = None
    collected: Annotated[int, Meta(ge=0, le=MOST_VND)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reason is not None and self.act not in ("miss", "decline"):
            raise ValueError("reason: chỉ đi với miss, decline / goes with miss and decline only")
        if self.next is not None and self.act != "miss":
            raise ValueError("next: chỉ đi với miss / goes with miss only")
        said = [name for name in OF_DELIVERY if getattr(self, name) is not None]
        if said and self.act != "deliver":
            raise ValueError(f"{', '.join(said)}: chỉ đi với deliver / with deliver only")

    def report(self, by: Actor) -> Report:
        """The scan as the desk takes it. Raises BadIdentifier."""
        facts: Facts = {}
        if self.act in ("miss", "decline"):
            facts = {"reason": self.reason or ""} | ({"next": self.next} if self.next else {})
        elif self.act == "deliver":
            facts = {"relation": self.relation or ""}
        s10 = parse_s10(self.s10)
        scan = Scan(id=self.id, s10=s10, act=Act(self.act), at=self.at, by=by, facts=facts)
        evidence = Evidence(
            authorisation=self.authorisation or "",
            code="".join((self.code or "").split()),
            no_code=self.no_code or "",
            id_kind=self.id_kind or "",
            id_last4=(self.id_last4 or "").upper(),
            signature=self.signature or "",
            photos=tuple(self.photos or ()),
            taken=tuple(self.taken or ()),
            absent=tuple(self.absent or ()),
            collected=self.collected or 0,
        )
        return Report(scan=scan, receiver=self.receiver or "", evidence=evidence)


class BatchIn(Struct, forbid_unknown_fields=True):
    """What a phone kept while it had no signal. Each item is read on its own."""

    scans: list[Any]


class ScanOut(Struct, rename="camel"):
    """Where the item is now, and what a courier may do next."""

    id: UUID
    s10: str
    stage: Stage
    next: list[Act]


class Problem(Struct):
    """A refusal in the words of RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[str] = []


class Line(Struct, rename="camel", omit_defaults=True):
    """The answer to one item of a batch, ``ok`` or ``problem``; no ``id`` where none was read."""

    id: str | None = None
    ok: ScanOut | None = None
    problem: Problem | None = None


class BatchOut(Struct, rename="camel"):
    """One line for each scan, in the order they were sent."""

    lines: list[Line]


Unread = ValidationError | ValueError | RecursionError | TrackingError


def read(batch: BatchIn, by: Actor) -> list[Report | Unread]:
    """Each scan of the batch, or why it cannot be read. Raises TooManyScans."""
    if len(batch.scans) > LARGEST_BATCH:
        raise TooManyScans
    return [_read(item, by) for item in batch.scans]


def _read(item: object, by: Actor) -> Report | Unread:
    try:
        return convert(item, ScanIn).report(by)
    except (ValidationError, ValueError, RecursionError, TrackingError) as error:
        return error


def scan_out(report: Report, event: Event) -> ScanOut:
    stage = event.stage or Stage.ACCEPTED
    return ScanOut(report.scan.id, report.scan.s10, stage, next_acts(event, report.scan.by))


def next_acts(event: Event, by: Actor) -> list[Act]:
    """What this courier may do next: nothing with what she does not hold or has offered."""
    hers = event.holder_kind is Keeper.COURIER and event.holder_id == by.person
    if event.stage is None or not hers or event.offered_kind is not None:
        return []
    return [act for act in acts_from(event.stage) if act in ERRANDS and act not in ANSWERS]


def batch_out(
    batch: BatchIn, taken: Sequence[Report | Unread], answers: Sequence[Answer], lang: str
) -> BatchOut:
    """Put the answers beside the items they belong to."""
    recorded = iter(answers)
    lines = []
    for item, report in zip(batch.scans, taken, strict=True):
        if not isinstance(report, Report):
            lines.append(Line(_id_of(item), problem=problem(report, lang)))
            continue
        answer, name = next(recorded), str(report.scan.id)
        if isinstance(answer, Event):
            lines.append(Line(name, ok=scan_out(report, answer)))
        else:
            lines.append(Line(name, problem=problem(answer, lang)))
    return BatchOut(lines)


def _id_of(item: object) -> str | None:
    name = item.get("id") if isinstance(item, dict) else None
    return name[:40] if isinstance(name, str) and name.isprintable() else None


def problem(error: Exception, lang: str) -> Problem:
    """One item's refusal, as the whole request's would read."""
    status = status_of(error)
    said = getattr(error, lang, SENTENCES[400][lang == "en"])
    wrong = [str(error)] if status == HTTPStatus.BAD_REQUEST else []
    kind = "BadInput" if wrong else type(error).__name__
    return Problem(f"urn:postal:{kind}", HTTPStatus(status).phrase, status, said, wrong)
