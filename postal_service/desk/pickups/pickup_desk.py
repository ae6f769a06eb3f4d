"""The orders a desk looks at: one, or the office's whole list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk.pickups import pickup_lists_store as lists
from postal_service.desk.pickups import pickup_look_store as look_store
from postal_service.desk.pickups import pickups_store as store
from postal_service.desk.pickups.pickup_errors import UnknownPickup
from postal_service.desk.pickups.pickup_look_store import Told
from postal_service.desk.pickups.pickup_moves import HALVES, OPEN, State
from postal_service.desk.pickups.pickup_rules import FURTHEST, NOTICE, spell
from postal_service.desk.pickups.pickups_store import Pickup, Standing
from postal_service.desk.published import offices
from postal_service.desk.published.offices import Office
from tracking import calendars

AT_ONCE: Final = 500
#: How long back the office's list shows what has ended.
LATELY: Final = timedelta(days=14)


async def find(conn: Connection[Record], number: str) -> Pickup:
    """The order with this number, if it is any business of whoever asks. Raises UnknownPickup."""
    if not number.isprintable():
        raise UnknownPickup
    pickup_id = await store.id_of(conn, number[:20])
    return await get(conn, pickup_id)


async def get(conn: Connection[Record], pickup_id: int | None) -> Pickup:
    """Raises UnknownPickup."""
    found = await store.pickups(conn, [pickup_id]) if pickup_id is not None else []
    if not found:
        raise UnknownPickup
    return found[0]


async def locked(conn: Connection[Record], pickup_id: int) -> Standing:
    """Raises UnknownPickup."""
    stands = await store.lock(conn, pickup_id)
    if stands is None:
        raise UnknownPickup
    return stands


class Board(Struct, frozen=True, kw_only=True):
    """What an office has to do, and what it did lately."""

    todo: list[Pickup]  #: new, or to be tried again
    riding: list[Pickup]  #: a courier goes
    held: list[Pickup]  #: fetched, and not entered yet
    ended: list[Pickup]


async def board(conn: Connection[Record], staff: Staff, *, now: datetime) -> Board:
    """The office's orders, by the day they are for."""
    office_id = staff.office_id or 0
    open_ids = await lists.of_office(conn, office_id, sorted(OPEN), AT_ONCE)
    open_ = await store.pickups(conn, open_ids)
    held = await store.pickups(conn, await lists.unentered(conn, office_id))
    since = now.astimezone(VIETNAM).date() - LATELY
    over = (State.REFUSED, State.FAILED, State.COLLECTED)
    ended = await store.pickups(conn, await lists.lately(conn, office_id, over, since, 100))
    waiting = {each.id for each in held}
    return Board(
        todo=[each for each in open_ if each.state is not State.ACCEPTED],
        riding=[each for each in open_ if each.state is State.ACCEPTED],
        held=held,
        ended=[each for each in reversed(ended) if each.id not in waiting],
    )


async def other_offices(conn: Connection[Record], office_id: int, now: datetime) -> list[Office]:
    """Where an order may go on to."""
    known = await offices.open_on(conn, now.astimezone(VIETNAM).date())
    return [each for each in known if each.id != office_id]


async def opens_next(
    conn: Connection[Record], office_id: int | None, now: datetime
) -> tuple[date, str]:
    """The next half-day on which a courier can come: what a fresh form proposes."""
    group = (
        (await offices.get(conn, office_id)).hours_group if office_id else calendars.POST_STANDARD
    )
    today = now.astimezone(VIETNAM).date()
    calendar = await calendars.calendar_for(conn, group, today)
    halves = (
        (today + timedelta(days=ahead), half) for ahead in range(FURTHEST.days) for half in HALVES
    )
    for day, half in halves:
        window = spell(calendar, day, half)
        if window is not None and window.closes >= now + NOTICE:
            return day, half
    return today, "morning"


async def history(conn: Connection[Record], pickup_id: int) -> list[Told]:
    """Everything that happened to an order, oldest first."""
    return await look_store.history(conn, pickup_id)
