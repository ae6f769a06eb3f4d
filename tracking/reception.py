"""Taking what was laid down: the seal, the count, each line, and the balance that must close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection
from msgspec import Struct

from tracking import custody, incidents, journey
from tracking import custody_store as store
from tracking import store as register
from tracking.custody import MOST, Answer
from tracking.custody_errors import BadHandOver, BagIsSealed, CountTogether, NotOnList, Unbalanced
from tracking.custody_model import TAKES, HandOver, Item, Kind, LineAnswer, Outcome, State
from tracking.errors import NotOffered, UnknownConsignment
from tracking.incidents import SEAL_BROKEN, SEAL_DIFFERS, WRONG_COUNT, NewIncident
from tracking.model import Actor, Event, Scan
from tracking.stages import Act

MISSING: Final = "CD03"
EXTRA: Final = "CD04"


class Opening(Struct, frozen=True, kw_only=True):
    """What was found: the number on the seal, whether it was whole, how many papers lay inside."""

    seal: str
    whole: bool
    counted: int


async def open_bag(
    conn: Connection,
    number: str,
    *,
    found: Opening,
    by: Actor,
    at: datetime,
) -> HandOver:
    """Look at the seal, open the bag and count. What differs from the manifest is an incident.

    Safe to repeat. Raises UnknownHandOver, HandOverEnded, BadHandOver.
    """
    bag = await custody.locked(conn, number, taker=by)
    if bag.kind is not Kind.BAG or not 0 <= found.counted <= MOST:
        raise BadHandOver
    if bag.state is State.OPEN:
        return bag
    await store.open_(conn, bag.id, (found.seal, found.whole, found.counted), by.person, at)
    wrong = {
        SEAL_BROKEN: not found.whole,
        SEAL_DIFFERS: found.seal != bag.seal,
        WRONG_COUNT: found.counted != bag.dispatched,
    }
    seen = [
        NewIncident(
            cause=uuid5(bag.form_id, reason), reason=reason, office_id=by.office or 0,
            hand_over_id=bag.id, by=by.person, at=at,
        )
        for reason, holds in wrong.items()
        if holds
    ]  # fmt: skip
    await incidents.open_all(conn, seen)
    return await custody.locked(conn, number, taker=by)


async def answer(
    conn: Connection,
    number: str,
    answers: Sequence[LineAnswer],
    *,
    by: Actor,
    at: datetime,
    heard_at: datetime,
) -> list[Answer]:
    """Take, decline or miss lines of a list; each gets its own answer, and some may wait.

    Safe to repeat. Raises UnknownHandOver, HandOverEnded, BagIsSealed, CountTogether.
    """
    hand_over = await custody.locked(conn, number, taker=by, ended=True)
    if hand_over.kind is Kind.BAG and hand_over.state is State.OFFERED:
        raise BagIsSealed(number)
    if hand_over.irregular and any(
        a.outcome is not Outcome.MISSING and not a.beeped for a in answers
    ):
        raise CountTogether(number)
    on_list = {line.s10: line for line in await store.lines(conn, hand_over.id)}
    known = [each for each in answers if each.s10 in on_list]
    scans = [scan_of(each, by, at, number) for each in known]
    said = await journey.record(conn, scans, heard_at=heard_at)
    recorded = {
        # on the list, and out of sight since: its giver took it back
        each.id: NotOffered(each.s10) if isinstance(answer, UnknownConsignment) else answer
        for each, answer in zip(known, said, strict=True)
    }
    done = [each for each in known if isinstance(recorded[each.id], Event)]
    await note_damage(
        conn, hand_over, [d for d in done if d.outcome is Outcome.DAMAGED], by, at, heard_at
    )
    troubled = (Outcome.MISSING, Outcome.DAMAGED, Outcome.DECLINED)
    await incidents.open_all(
        conn,
        [
            NewIncident(
                cause=each.id, reason=each.reason or MISSING, office_id=hand_over.office_id,
                hand_over_id=hand_over.id, consignment_id=on_list[each.s10].consignment_id,
                by=by.person, at=at,
            )
            for each in done
            if each.outcome in troubled
        ],
    )  # fmt: skip
    return [recorded.get(each.id) or NotOnList(each.s10) for each in answers]


def scan_of(each: LineAnswer, by: Actor, at: datetime, number: str) -> Scan:
    """The act behind an answer. Raises BadHandOver where it says no reason."""
    facts = {"list": number}
    act = TAKES[by.keeper]
    if each.outcome is Outcome.MISSING:
        act, facts = Act.REPORT_MISSING, facts | {"reason": MISSING}
    elif each.outcome is Outcome.DECLINED:
        act, facts = Act.DECLINE, facts | {"reason": each.reason or ""}
    elif each.outcome is Outcome.RECALLED or (each.outcome is Outcome.DAMAGED and not each.reason):
        raise BadHandOver
    return Scan(id=each.id, s10=each.s10, act=act, at=at, by=by, facts=facts)


async def note_damage(
    conn: Connection,
    hand_over: HandOver,
    found: Sequence[LineAnswer],
    by: Actor,
    at: datetime,
    heard_at: datetime,
) -> None:
    """Write the damage of what was taken, behind its taking."""
    if not found:
        return
    scans = [
        Scan(
            id=uuid5(each.id, Act.DAMAGE), s10=each.s10, act=Act.DAMAGE, at=at, by=by,
            facts={"reason": each.reason, "list": hand_over.number},
        )
        for each in found
    ]  # fmt: skip
    events = await journey.record(conn, scans, heard_at=heard_at)
    marked = [
        (event.consignment_id, str(event.facts["reason"]))
        for event in events
        if isinstance(event, Event) and event.consignment_id is not None
    ]
    await store.damaged(conn, by.person, at, marked)


async def add_extra(
    conn: Connection, number: str, scan_id: UUID, s10: str, *, by: Actor, at: datetime
) -> None:
    """Record what lay in the bag and stands on no line. Its holder still answers for it.

    Safe to repeat. Raises UnknownHandOver, HandOverEnded, BadHandOver for a line of the list.
    """
    hand_over = await custody.locked(conn, number, taker=by)
    if any(line.s10 == s10 for line in await store.lines(conn, hand_over.id)):
        raise BadHandOver
    await store.note_extra(conn, scan_id, hand_over.id, s10, by=by.person, at=at)
    new = NewIncident(
        cause=scan_id, reason=EXTRA, office_id=hand_over.office_id, hand_over_id=hand_over.id,
        by=by.person, at=at,
    )  # fmt: skip
    await incidents.open_all(conn, [new])


async def close(
    conn: Connection, number: str, *, by: Actor, at: datetime, approver: int | None = None
) -> HandOver:
    """Sign for the whole list: every line is accounted for, or it stays open.

    Where the seal or the count was wrong a second person counted too. Safe to repeat.
    Raises UnknownHandOver, Unbalanced, CountTogether, BagIsSealed.
    """
    hand_over = await custody.locked(conn, number, taker=by, ended=True)
    if hand_over.state is State.CLOSED:
        return hand_over
    if hand_over.kind is Kind.BAG and hand_over.state is State.OFFERED:
        raise BagIsSealed(number)
    waiting = sum(line.outcome is None for line in await store.lines(conn, hand_over.id))
    if waiting or hand_over.state is State.RECALLED:
        raise Unbalanced(number, waiting)
    if hand_over.irregular and approver in (None, by.person):
        raise CountTogether(number)
    await store.end(conn, hand_over.id, State.CLOSED, by=by.person, at=at, approver=approver)
    return await custody.locked(conn, number, taker=by, ended=True)


async def take_in(
    conn: Connection, items: Sequence[Item], *, by: Actor, at: datetime, heard_at: datetime
) -> list[Answer]:
    """The office takes in what couriers bring or other offices send, envelope by envelope.

    Safe to repeat. What lies in a sealed bag waits until the bag is opened.
    """
    done = {event.scan_id for event in await register.find_events(conn, [i.id for i in items])}
    # a repeat is answered as the first time, though the paper may lie in another bag by now
    sealed = await store.sealed(conn, [item.s10 for item in items if item.id not in done])
    scans = [
        Scan(id=item.id, s10=item.s10, act=TAKES[by.keeper], at=at, by=by)
        for item in items
        if item.s10 not in sealed
    ]
    recorded = iter(await journey.record(conn, scans, heard_at=heard_at))
    return [BagIsSealed(item.s10) if item.s10 in sealed else next(recorded) for item in items]
