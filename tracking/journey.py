"""What happens to a dossier, as the people who carry it would say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid5
from zoneinfo import ZoneInfo

from asyncpg import Connection
from msgspec.structs import replace

from tracking import identifiers, number_store, stages, store
from tracking.errors import (
    BadRuling,
    HeldByAnother,
    IllegalMove,
    ImpossibleTime,
    NumbersExhausted,
    ScanReused,
    TrackingError,
    UnknownConsignment,
    UnknownDossier,
)
from tracking.model import Actor, Consignment, Dossier, Event, NewDossier, News, Ruling, Scan
from tracking.stages import Act, Keeper, Leg, Stage, Status

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
#: No vowel, D or W: a Vietnamese keyboard would rewrite them under a scanner.
S10_PREFIX: Final = "RB"
S10_BLOCK: Final = 100_000
#: A phone's clock may run this far ahead before its scans are refused.
AHEAD: Final = timedelta(minutes=5)
FIRST_DAY: Final = datetime(2018, 1, 1, tzinfo=UTC)
#: What an act must say besides that it happened.
SAYS: Final = {Act.MISS: "reason", Act.DECLINE: "reason", Act.DELIVER: "relation"}


async def open_dossier(conn: Connection, new: NewDossier, *, heard_at: datetime) -> Dossier:
    """Enter a dossier in the register, with its forward consignment if the post carries it.

    Numbers are drawn last, so that the row every counter shares is held for
    the shortest time. Raises NumbersExhausted, ImpossibleTime.
    """
    check_time(new.at, heard_at)
    s10 = await next_s10(conn, new.office_id) if new.service in ("send", "both") else None
    tracking_code = identifiers.new_tracking_code()
    day = new.at.astimezone(VIETNAM).date()
    ref = identifiers.ref(day, await number_store.next_serial(conn, day, "LD"))
    await store.open_dossier(
        conn, new, ref=ref, tracking_code=tracking_code, s10=s10, heard_at=heard_at
    )
    return await dossier(conn, ref)


async def dossier(conn: Connection, ref: str) -> Dossier:
    """The dossier with this reference, locked until the transaction ends. Raises UnknownDossier."""
    found = await store.lock_dossier(conn, ref)
    if found is None:
        raise UnknownDossier(ref)
    return found


async def record(
    conn: Connection, scans: Sequence[Scan], *, heard_at: datetime
) -> list[Event | TrackingError]:
    """Write *scans* into the register, in their order, and move their consignments.

    Each gets its own answer: one bad item never blocks the rest. The locks are
    taken before repeats are looked for: two copies of one scan arriving
    together queue up, and the second finds the first's event.
    """
    items = {item.s10: item for item in await store.lock_consignments(conn, [s.s10 for s in scans])}
    known = {event.scan_id: event for event in await store.find_events(conn, [s.id for s in scans])}
    fresh: list[Event] = []
    answers: list[Event | TrackingError] = []
    for scan in scans:
        answer = answer_to(scan, items.get(scan.s10), known.get(scan.id), heard_at)
        answers.append(answer)
        if isinstance(answer, Event) and scan.id not in known:
            items[scan.s10] = moved(items[scan.s10], answer)
            known[scan.id] = answer
            fresh.append(answer)
    if fresh:
        await store.append_scans(conn, fresh, heard_at)
    return answers


async def record_one(conn: Connection, scan: Scan, *, heard_at: datetime) -> Event:
    """Record one scan, or raise the TrackingError that refuses it."""
    [answer] = await record(conn, [scan], heard_at=heard_at)
    if isinstance(answer, TrackingError):
        raise answer
    return answer


def answer_to(
    scan: Scan, item: Consignment | None, earlier: Event | None, heard_at: datetime
) -> Event | TrackingError:
    """The event that *scan* makes, the one it already made, or why it makes none."""
    if item is None or not may_see(scan.by, item.office_id, item.agency_id):
        return UnknownConsignment(scan.s10)
    if earlier is not None:
        return earlier if same(earlier, scan, item) else ScanReused(scan.id)
    try:
        check_time(scan.at, heard_at)
        return step(item, scan, heard_at)
    except TrackingError as refusal:
        return refusal


def step(item: Consignment, scan: Scan, heard_at: datetime) -> Event:
    """The event of a legal move. Raises IllegalMove, HeldByAnother or BadRuling."""
    stage = stages.after(item.stage, scan.act)
    if not may_act(item, scan):
        raise HeldByAnother(item.s10)
    if (said := SAYS.get(scan.act)) and not scan.facts.get(said):
        raise BadRuling("Thiếu lý do hoặc người nhận.", "The reason or the receiver is missing.")
    kind, holder = holder_after(item, scan, stage)
    return Event(
        dossier_id=item.dossier_id,
        consignment_id=item.id,
        scan_id=scan.id,
        act=scan.act,
        stage=stage,
        status=stages.status_with(item.leg, item.stage, scan.act),
        holder_kind=kind,
        holder_id=holder,
        person_id=scan.by.person,
        at=scan.at,
        heard_at=heard_at,
        facts=scan.facts,
    )


def may_see(actor: Actor, office_id: int, agency_id: int) -> bool:
    return agency_id == actor.agency if actor.keeper is Keeper.AGENCY else office_id == actor.office


def may_act(item: Consignment, scan: Scan) -> bool:
    """Whether the actor takes the paper over in the right capacity, or holds it."""
    if taker := stages.TAKERS.get(scan.act):
        return scan.by.keeper is taker
    if scan.by.keeper is not item.holder_kind:
        return False
    return item.holder_kind is not Keeper.COURIER or item.holder_id == scan.by.person


def holder_after(item: Consignment, scan: Scan, stage: Stage) -> tuple[Keeper, int | None]:
    kind = stages.KEEPERS[stage]
    if kind is Keeper.OFFICE:
        return kind, item.office_id
    if kind is Keeper.AGENCY:
        return kind, item.agency_id
    if kind is Keeper.CITIZEN:
        return kind, None
    return kind, scan.by.person if scan.act is Act.COLLECT else item.holder_id


def moved(item: Consignment, event: Event) -> Consignment:
    if event.stage is None or event.holder_kind is None:
        return item
    return replace(
        item, stage=event.stage, holder_kind=event.holder_kind, holder_id=event.holder_id
    )


def same(earlier: Event, scan: Scan, item: Consignment) -> bool:
    """Whether a repeated scan says what it said the first time."""
    return (earlier.consignment_id, earlier.act, earlier.at, earlier.person_id, earlier.facts) == (
        item.id,
        scan.act,
        scan.at,
        scan.by.person,
        scan.facts,
    )


def check_time(at: datetime, heard_at: datetime) -> None:
    """Raise ImpossibleTime for a moment before this service or after now."""
    if not FIRST_DAY <= at <= heard_at + AHEAD:
        raise ImpossibleTime


async def rule(conn: Connection, ruling: Ruling, *, heard_at: datetime) -> Status:
    """Write the agency's *ruling* into the register and return the dossier's new status.

    A refusal opens the consignment that takes the papers back. Raises
    UnknownDossier, IllegalMove, BadRuling, ScanReused, ImpossibleTime.
    """
    current = await dossier(conn, ruling.ref)
    if not may_see(ruling.by, current.office_id, current.agency_id):
        raise UnknownDossier(ruling.ref)
    if earlier := await store.find_events(conn, [ruling.id]):
        return repeated(earlier[0], current, ruling)
    check_time(ruling.at, heard_at)
    status = status_after(current, ruling)
    await require_papers(conn, current, ruling.act)
    await store.append_ruling(conn, current, ruling, status, heard_at)
    if status is Status.NOT_RECEIVED and current.service != "return":
        back = replace(ruling, id=uuid5(ruling.id, Leg.BACK))
        s10 = await next_s10(conn, current.office_id)
        await store.open_leg(conn, current, back, leg=Leg.BACK, s10=s10, heard_at=heard_at)
    return status


async def require_papers(conn: Connection, current: Dossier, act: Act) -> None:
    """An agency decides on papers it has signed for, and returns what it still has.

    Raises IllegalMove before the one and after the other.
    """
    stage = await store.stage_of_leg(conn, current.id, Leg.FORWARD)
    if stage is not None and stage != Stage.WITH_AGENCY:
        raise IllegalMove(stage, act)
    if act is Act.RETURN_HERE and (gone := await store.stage_of_leg(conn, current.id, Leg.RESULT)):
        raise IllegalMove(gone, act)


def status_after(current: Dossier, ruling: Ruling) -> Status:
    """The status *ruling* leads to. Raises IllegalMove or BadRuling."""
    status = stages.status_after(current.status, ruling.act)
    received = current.received_at is not None
    if (ruling.act in (Act.RECEIVE, Act.REFUSE) and received) or (
        ruling.act is Act.RESUME and not received
    ):
        raise IllegalMove(str(current.status.value), ruling.act)
    if ruling.act is Act.RECEIVE and (ruling.agency_code is None or ruling.due_at is None):
        raise BadRuling(
            "Tiếp nhận phải có mã hồ sơ và ngày hẹn trả.",
            "Receiving a dossier takes the agency's code and a due date.",
        )
    if ruling.act in (Act.REFUSE, Act.ASK_MORE) and not ruling.facts.get("reason"):
        raise BadRuling("Phải ghi lý do cho người dân.", "The citizen must be told a reason.")
    return status


def repeated(earlier: Event, current: Dossier, ruling: Ruling) -> Status:
    if (earlier.dossier_id, earlier.act, earlier.facts) != (current.id, ruling.act, ruling.facts):
        raise ScanReused(ruling.id)
    return earlier.status or current.status


async def release(conn: Connection, ruling: Ruling, *, heard_at: datetime) -> None:
    """Offer the result to the post: it lies ready, under its own number, for a courier.

    Raises UnknownDossier, IllegalMove, ImpossibleTime, NumbersExhausted.
    """
    current = await dossier(conn, ruling.ref)
    if not may_see(ruling.by, current.office_id, current.agency_id):
        raise UnknownDossier(ruling.ref)
    if earlier := await store.find_events(conn, [ruling.id]):
        if (earlier[0].dossier_id, earlier[0].act) != (current.id, Act.RELEASE):
            raise ScanReused(ruling.id)
        return
    check_time(ruling.at, heard_at)
    if current.status is not Status.PROCESSED or current.return_way == "agency":
        raise IllegalMove(str(current.status.value), Act.RELEASE)
    if stage := await store.stage_of_leg(conn, current.id, Leg.RESULT):
        raise IllegalMove(stage, Act.RELEASE)
    s10 = await next_s10(conn, current.office_id)
    await store.open_leg(conn, current, ruling, leg=Leg.RESULT, s10=s10, heard_at=heard_at)


async def next_s10(conn: Connection, office_id: int) -> str:
    """Take the office's next postal number. Raises NumbersExhausted."""
    row = await number_store.take_s10(conn, office_id)
    if row is None:
        raise NumbersExhausted
    return identifiers.s10(row["prefix"], row["serial"])


async def give_numbers(conn: Connection, office_id: int) -> None:
    """See that the office has postal numbers left. Safe to repeat."""
    await number_store.give_s10_block(conn, S10_PREFIX, office_id, S10_BLOCK)


async def take_news(conn: Connection, listener: str, limit: int) -> list[News]:
    """Take what *listener* has not dealt with; gone only if the transaction commits."""
    return await store.take_news(conn, listener, limit)
