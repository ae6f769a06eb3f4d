"""Mending mistakes: never by changing a line, always by a further one that says it was wrong.

Within a minute whoever did it undoes it alone. Later a supervisor does, with a
reason and a second person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct

from tracking import correction_store, custody_store, hands, store
from tracking.custody_errors import MovedOn, SecondPersonNeeded, TooLateToUndo
from tracking.errors import ScanReused, UnknownConsignment
from tracking.model import Actor, Consignment, Event
from tracking.stages import ANSWERS, OFFERS, Act, Keeper, Leg, Stage, Status

ALONE: Final = timedelta(seconds=60)
#: Openings: a number that was given is cancelled by its own giver only, and only these.
CANCELLABLE: Final = frozenset({Act.RELEASE})
#: What the law or two people have settled, and what only the clock said, is not undone.
FINAL: Final = frozenset({Act.ACCEPT, Act.REDIRECT, Act.LAST_DAY, Act.DECLARE_LOST, Act.GIVE_BACK})
#: Of leg T: by the one an agency gave the dossier away, by the other the next one took it over.
DECIDES: Final = frozenset({Act.RELEASE, Act.SIGN})


class Undo(Struct, frozen=True, kw_only=True):
    """The wish to undo the line *undoes*. ``reason`` and ``approver`` only after a minute."""

    id: UUID
    s10: str
    undoes: UUID
    by: Actor
    at: datetime
    reason: str | None = None
    approver: int | None = None


async def undo(conn: Connection, wish: Undo, *, heard_at: datetime) -> Event:
    """Write the line that makes another undone, and put its paper back where it was before.

    Safe to repeat. Raises UnknownConsignment, MovedOn, TooLateToUndo,
    SecondPersonNeeded, ScanReused.
    """
    await custody_store.lock_newest(conn, wish.s10)
    item = await store.lock_consignment(conn, wish.s10)
    if item is None or not await concerns(conn, item, wish):
        raise UnknownConsignment(wish.s10)
    if earlier := await store.find_events(conn, [wish.id]):
        if earlier[0].undoes != wish.undoes:
            raise ScanReused(wish.id)
        return earlier[0]
    lines = standing(await correction_store.lines_of(conn, item.id))
    if not lines or lines[-1].scan_id != wish.undoes or lines[-1].act in FINAL:
        raise MovedOn(wish.s10)
    undone = lines[-1]
    if item.leg is Leg.TRANSFER and undone.act in DECIDES:
        raise MovedOn(wish.s10)
    if undone.act is Act.SIGN and await correction_store.built_upon(conn, undone):
        raise MovedOn(wish.s10)
    check_right(undone, wish, heard_at)
    before = lines[-2] if len(lines) > 1 else None
    if before is None and undone.act not in CANCELLABLE:
        raise MovedOn(wish.s10)
    await mend_list(conn, item, undone, wish)
    event = compensation(item, undone, before, wish, heard_at)
    await store.append_scans(conn, [event], heard_at)
    return event


async def concerns(conn: Connection, item: Consignment, wish: Undo) -> bool:
    """Whether the paper is the wisher's business now, or the line was hers."""
    if hands.may_see(wish.by, item):
        return True
    found = await store.find_events(conn, [wish.undoes, wish.id])
    return any(event.person_id == wish.by.person for event in found)


def standing(lines: Sequence[Event]) -> list[Event]:
    """The lines nobody has undone, without those that undo, oldest first."""
    undone = {line.undoes for line in lines}
    return [line for line in lines if line.undoes is None and line.scan_id not in undone]


def check_right(undone: Event, wish: Undo, now: datetime) -> None:
    """Raise TooLateToUndo or SecondPersonNeeded unless the wisher may undo the line now."""
    if wish.approver is None:
        if undone.person_id != wish.by.person or now - undone.heard_at > ALONE:
            raise TooLateToUndo
    elif not wish.reason or wish.approver == wish.by.person:
        raise SecondPersonNeeded


async def mend_list(conn: Connection, item: Consignment, undone: Event, wish: Undo) -> None:
    """What the list of a hand-over says of the line: it waits again, or has left the list."""
    if undone.act in (*ANSWERS, Act.RECALL):
        await custody_store.reopen_line(conn, item.id, undone.person_id or 0, undone.at)
    elif undone.act is Act.DAMAGE:
        await custody_store.undamage(conn, item.id, undone.person_id or 0, undone.at)
    elif undone.act in OFFERS or undone.act is Act.HAND_OVER:
        await custody_store.withdraw_line(conn, item.id, wish.by.person, wish.at)


def compensation(
    item: Consignment, undone: Event, before: Event | None, wish: Undo, heard_at: datetime
) -> Event:
    """The line that says again what the one *before* said; a number without one is cancelled."""
    facts = {"undid": str(undone.act)} | ({"reason": wish.reason} if wish.reason else {})
    return Event(
        dossier_id=item.dossier_id,
        consignment_id=item.id,
        scan_id=wish.id,
        act=Act.UNDO,
        stage=before.stage if before else Stage.CANCELLED,
        status=status_again(item, undone),
        holder_kind=before.holder_kind if before else Keeper.AGENCY,
        holder_id=before.holder_id if before else item.agency_id,
        person_id=wish.by.person,
        at=wish.at,
        heard_at=heard_at,
        facts=facts,
        office_id=(before.office_id if before else None) or item.office_id,
        offered_kind=before.offered_kind if before else None,
        offered_id=before.offered_id if before else None,
        undoes=undone.scan_id,
        approver_id=wish.approver,
    )


def status_again(item: Consignment, undone: Event) -> Status | None:
    """The agency's status before the undone line, where that line changed it."""
    if undone.status is None or item.leg is not Leg.RESULT:
        return None
    return Status.PROCESSED if undone.act is Act.COLLECT else Status.RETURNED
