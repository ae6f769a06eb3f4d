"""What a courier reports of each paper, held against the closed lists and the law of handing over.

The register takes the act; who took the paper and how the stop ended are
written in the same transaction, because one without the others is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk import dispatch_store as store
from postal_service.desk import reasons
from postal_service.desk.dispatch_store import Handing
from postal_service.desk.errors import DeskError, UnknownReason
from postal_service.desk.reasons import Group, Reason
from routes import rounds
from tracking import journey
from tracking.errors import ScanReused, TrackingError
from tracking.model import Event, Scan
from tracking.stages import Act

#: Who may take a paper at the door; a neighbour, a guard or a letter box may not.
#: The words are what the citizen reads, on the page and in the message.
RELATIONS: Final[Mapping[str, str]] = {
    "self": "chính người nhận",
    "spouse": "vợ hoặc chồng",
    "parent": "cha hoặc mẹ",
    "child": "con",
    "sibling": "anh, chị, em",
    "authorised": "người được ủy quyền",
}
#: Who may take what is for the addressee alone.
ADDRESSEES: Final = frozenset({"self", "authorised"})
#: What a courier does to papers. The rest of the register's acts are other people's.
ERRANDS: Final = frozenset({Act.COLLECT, Act.HAND_OVER, Act.BRING_IN, Act.DELIVER, Act.MISS})

Answer = Event | TrackingError | DeskError


class UnknownRelation(DeskError):
    """The closed list has no such relation to the addressee."""

    def __init__(self) -> None:
        super().__init__(
            "Quan hệ với người nhận không có trong danh sách. Chọn lại trong danh sách.",
            "The list has no such relation to the addressee. Choose one from the list.",
        )


class AddresseeOnly(DeskError):
    """The result is for the addressee, or for somebody with a written authorisation."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} chỉ giao cho chính người nhận hoặc người có giấy ủy quyền. "
            "Nếu không gặp, báo không phát được và chọn lý do.",
            f"Item {s10} is handed to the addressee or to an authorised person only. "
            "If neither is there, report that it could not be delivered, with the reason.",
        )


class NobodyNamed(DeskError):
    """A delivery names the person who took the paper."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa ghi họ tên người nhận thay. Hỏi tên rồi ghi lại.",
            "The person who took it is not named. Ask for the name and write it down.",
        )


class WrongEnvelope(DeskError):
    """What was scanned is not the paper of this door."""

    def __init__(self) -> None:
        super().__init__(
            "Mã vừa nhập không phải của bưu gửi này. Kiểm tra lại bì thư trước khi giao.",
            "That is not the number of this item. Check the envelope before handing it over.",
        )


class Report(Struct, frozen=True, kw_only=True):
    """One scan, and the name that stays out of the register."""

    scan: Scan
    receiver: str = ""


async def record(
    conn: Connection[Record], reports: Sequence[Report], *, heard_at: datetime
) -> list[Answer]:
    """Write what a courier did; each report gets its own answer, in order.

    Safe to repeat. Collecting, handing over and bringing in ask nothing more
    than the register does: they are the many.
    """
    delivered = [report for report in reports if report.scan.act is Act.DELIVER]
    missed = any(report.scan.act is Act.MISS for report in reports)
    if not delivered and not missed:
        return list(await journey.record(conn, [r.scan for r in reports], heard_at=heard_at))
    handings = await _handings(conn, [report.scan for report in reports])
    codes = {reason.code for reason in await choices(conn)} if missed else set()
    refused = [_refusal(report, handings, codes) for report in reports]
    fit = [report for report, why in zip(reports, refused, strict=True) if why is None]
    events = iter(await journey.record(conn, [r.scan for r in fit], heard_at=heard_at))
    answers: list[Answer] = []
    for report, why in zip(reports, refused, strict=True):
        answer = why or next(events)
        if isinstance(answer, Event):
            answer = await _follow(
                conn, report, handings[report.scan.s10], answer, heard_at=heard_at
            )
        answers.append(answer)
    if fit:
        await set_out(conn, fit[0].scan.by.person, heard_at)
    return answers


async def set_out(conn: Connection[Record], courier_id: int, now: datetime) -> None:
    """The courier rides: a round of today that still waits is planned anew no more."""
    made = await rounds.round_of(conn, courier_id, now.astimezone(VIETNAM).date())
    if made is not None and made.state == "planned":
        await rounds.start(conn, made.id, now)


async def record_one(conn: Connection[Record], report: Report, *, heard_at: datetime) -> Event:
    """Record one report, or raise the refusal: a DeskError or a TrackingError."""
    [answer] = await record(conn, [report], heard_at=heard_at)
    if isinstance(answer, Event):
        return answer
    raise answer


async def record_clicks(
    conn: Connection[Record], reports: Sequence[Report], *, heard_at: datetime
) -> list[Answer]:
    """As record, for a page whose button may be pressed twice.

    A phone keeps the hour with the scan, a page takes it from the press: the
    second press of one button is the first one, late, and keeps its hour.
    """
    answers = await record(conn, reports, heard_at=heard_at)
    twice = [a.scan_id for a in answers if isinstance(a, ScanReused)]
    if not twice:
        return answers
    hours = {
        done.scan_id: done.at
        for done in await store.recorded(conn, [report.scan.id for report in reports])
    }
    again = [replace(r, scan=replace(r.scan, at=hours.get(r.scan.id, r.scan.at))) for r in reports]
    return await record(conn, again, heard_at=heard_at)


async def record_click(conn: Connection[Record], report: Report, *, heard_at: datetime) -> Event:
    """As record_one, for a button that may be pressed twice."""
    [answer] = await record_clicks(conn, [report], heard_at=heard_at)
    if isinstance(answer, Event):
        return answer
    raise answer


async def choices(conn: Connection[Record]) -> list[Reason]:
    """Why a delivery may fail, as far as a courier can say.

    What wants a second person, and "nobody came after two invitations" (Postal
    Law 49/2010 art. 17.1 d), are said by others.
    """
    return [
        reason
        for reason in await reasons.in_group(conn, Group.DELIVERY_FAILED)
        if not reason.needs_approver
        and (reason.counts_as_attempt or not reason.undeliverable_ground)
    ]


def check_envelope(typed: str, s10: str) -> None:
    """Raise WrongEnvelope unless *typed* is the item's number or its last four digits."""
    said = "".join(typed.upper().split())
    if said not in (s10, s10[7:11]):
        raise WrongEnvelope


def stop_of(consignment_id: int) -> str:
    """What the stop at this consignment's door is called in a round."""
    return f"consignment:{consignment_id}"


async def _handings(conn: Connection[Record], scans: Sequence[Scan]) -> dict[str, Handing]:
    office = scans[0].by.office
    return {each.s10: each for each in await store.handings(conn, [s.s10 for s in scans], office)}


def _refusal(
    report: Report, handings: dict[str, Handing], reason_codes: set[str]
) -> DeskError | None:
    """Why the lists or the law refuse *report*, before the register is asked."""
    scan, handing = report.scan, handings.get(report.scan.s10)
    if scan.act is Act.MISS and scan.facts.get("reason", "") not in reason_codes:
        return UnknownReason(str(scan.facts.get("reason", "")))
    if scan.act is not Act.DELIVER:
        return None
    relation = scan.facts.get("relation")
    if relation not in RELATIONS:
        return UnknownRelation()
    if handing and handing.addressee_only and relation not in ADDRESSEES:
        return AddresseeOnly(scan.s10)
    if relation != "self" and not report.receiver:
        return NobodyNamed()
    return None


async def _follow(
    conn: Connection[Record],
    report: Report,
    handing: Handing,
    event: Event,
    *,
    heard_at: datetime,
) -> Answer:
    """Keep the proof and end the stop; a repeat that names somebody else is refused."""
    scan = report.scan
    if scan.act is Act.DELIVER:
        receiver = report.receiver or handing.addressee
        kept = await store.prove(conn, scan.id, receiver, str(scan.facts["relation"]))
        if kept != receiver:
            return ScanReused(scan.id)
    # A repeat was heard before: its stop ended then, and may be on a later round by now.
    if scan.act in (Act.DELIVER, Act.MISS) and event.heard_at == heard_at:
        await rounds.finish_stop(
            conn,
            reference=stop_of(handing.id),
            courier_id=scan.by.person,
            at=scan.at,
            outcome="done" if scan.act is Act.DELIVER else "missed",
        )
    return event
