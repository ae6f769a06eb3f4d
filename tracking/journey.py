"""What happens to a dossier, as the people who carry it would say it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from asyncpg import Connection
from msgspec.structs import replace

from tracking import (
    hands,
    identifiers,
    number_store,
    refusal_store,
    reserved,
    stages,
    store,
    transfer_store,
)
from tracking.errors import (
    BadRuling,
    ImpossibleTime,
    ScanReused,
    TrackingError,
    UnknownConsignment,
    UnknownDossier,
)
from tracking.model import Consignment, Dossier, Event, NewDossier, News, Numbers, Scan
from tracking.reserved import next_s10 as next_s10  # its readers look here
from tracking.stages import Act, Keeper, Leg, Stage

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
#: No vowel, D or W: a Vietnamese keyboard would rewrite them under a scanner.
S10_PREFIX: Final = "RB"
S10_BLOCK: Final = 100_000
#: A phone's clock may run this far ahead before its scans are refused.
AHEAD: Final = timedelta(minutes=5)
FIRST_DAY: Final = datetime(2018, 1, 1, tzinfo=UTC)
#: What an act must say besides that it happened.
SAYS: Final = {
    Act.MISS: "reason",
    Act.DECLINE: "reason",
    Act.DELIVER: "relation",
    Act.DAMAGE: "reason",
    Act.SEND_BACK: "reason",
}


async def open_dossier(
    conn: Connection, new: NewDossier, *, heard_at: datetime, numbers: Numbers | None = None
) -> Dossier:
    """Enter a dossier in the register, with its forward consignment if the post carries it.

    Numbers that no blank has given it already are drawn last, so that the row every
    counter shares is held for the shortest time. Raises NumbersExhausted, ImpossibleTime.
    """
    check_time(new.at, heard_at)
    carried = new.service in ("send", "both")
    if numbers is None:
        s10 = await next_s10(conn, new.office_id) if carried else ""
        day = new.at.astimezone(VIETNAM).date()
        ref = identifiers.ref(day, await number_store.next_serial(conn, day, "LD"))
        numbers = Numbers(ref=ref, s10=s10, tracking_code=identifiers.new_tracking_code())
    await store.open_dossier(
        conn,
        new,
        ref=numbers.ref,
        tracking_code=numbers.tracking_code,
        s10=numbers.s10 if carried else None,
        heard_at=heard_at,
    )
    return await dossier(conn, numbers.ref)


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
    strange = [scan.s10 for scan in scans if scan.s10 not in items]
    blanks = await reserved.look(conn, strange) if strange else {}
    fresh: list[Event] = []
    answers: list[Event | TrackingError] = []
    for scan in scans:
        answer = blanks.get(scan.s10) or answer_to(
            scan, items.get(scan.s10), known.get(scan.id), heard_at
        )
        answers.append(answer)
        if isinstance(answer, Event) and scan.id not in known:
            items[scan.s10] = moved(items[scan.s10], answer)
            known[scan.id] = answer
            fresh.append(answer)
    if fresh:
        await store.append_scans(conn, fresh, heard_at)
        passed_on = {item.id for item in items.values() if item.leg is Leg.TRANSFER}
        if passed_on:
            taken = [event.scan_id for event in fresh if event.consignment_id in passed_on]
            await transfer_store.take_signed(conn, taken)
    await note_refused(conn, zip(scans, answers, strict=True), heard_at)
    return answers


async def note_refused(
    conn: Connection, tried: Iterable[tuple[Scan, Event | TrackingError]], heard_at: datetime
) -> None:
    """Put on record what was tried and refused: of two hands on one paper, both."""
    refused = [
        (scan, type(answer).__name__) for scan, answer in tried if isinstance(answer, TrackingError)
    ]
    if refused:
        await refusal_store.note(conn, refused, heard_at)


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
    if item is None or not (hands.may_see(scan.by, item) or hands.is_own(earlier, scan)):
        return UnknownConsignment(scan.s10)
    if earlier is not None:
        return earlier if same(earlier, scan, item) else ScanReused(scan.id)
    try:
        check_time(scan.at, heard_at)
        return step(item, scan, heard_at)
    except TrackingError as refusal:
        return refusal


def step(item: Consignment, scan: Scan, heard_at: datetime) -> Event:
    """The event of a legal move.

    Raises IllegalMove, HeldByAnother, NotOffered, AlreadyOffered, BadOffer or BadRuling.
    """
    stage = stages.after(item.stage, scan.act, item.leg, was=item.was)
    hands.check_hands(item, scan)
    if (said := SAYS.get(scan.act)) and not scan.facts.get(said):
        raise BadRuling("Thiếu lý do hoặc người nhận.", "The reason or the receiver is missing.")
    offered = hands.offer_after(item, scan)
    kind, holder = hands.holder_after(item, scan, stage)
    return Event(
        dossier_id=item.dossier_id,
        consignment_id=item.id,
        scan_id=scan.id,
        act=scan.act,
        stage=stage,
        status=stages.status_with(item.leg, item.stage, scan.act),
        holder_kind=kind,
        holder_id=holder,
        office_id=holder if kind is Keeper.OFFICE else item.office_id,
        offered_kind=offered.kind if offered else None,
        offered_id=offered.id if offered else None,
        person_id=scan.by.person,
        at=scan.at,
        heard_at=heard_at,
        facts=scan.facts,
        approver_id=scan.approver,
    )


def moved(item: Consignment, event: Event) -> Consignment:
    if event.stage is None or event.holder_kind is None:
        return item
    was = item.was
    if event.stage is Stage.MISSING and item.stage is not Stage.MISSING:
        was = Stage.TO_AGENCY if item.stage is Stage.OFFERED else item.stage
    return replace(
        item,
        stage=event.stage,
        holder_kind=event.holder_kind,
        holder_id=event.holder_id,
        office_id=event.office_id or item.office_id,
        offered_kind=event.offered_kind,
        offered_id=event.offered_id,
        was=was,
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


async def give_numbers(conn: Connection, office_id: int) -> None:
    """See that the office has postal numbers left. Safe to repeat."""
    await number_store.give_s10_block(conn, S10_PREFIX, office_id, S10_BLOCK)


async def take_news(conn: Connection, listener: str, limit: int) -> list[News]:
    """Take what *listener* has not dealt with; gone only if the transaction commits."""
    return await store.take_news(conn, listener, limit)
