"""Storms and landslides: what nobody reaches for a while, and what follows from it.

While a closure stands, the papers it holds up are left out of rounds, their promise is a later
day, and each citizen concerned is told once. Which papers those are is noted one by one, within
a minute of their being there: the round, the promise, the message and the list all read that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk.errors import DeskError
from postal_service.desk.published import reasons
from postal_service.desk.watch import closures_store as store
from postal_service.desk.watch.closures_store import Closure, Held, Hold, New, Stay, Turn, Waiting
from routes import places
from routes.gazetteer import Gazetteer
from routes.model import Place, Unit
from tracking import delays

__all__ = [
    "Closure",
    "Held",
    "Hold",
    "Kind",
    "New",
    "Stay",
    "announce",
    "communes",
    "declare",
    "extend",
    "held",
    "held_at",
    "hold_on",
    "lift",
    "standing",
]

Begin = Callable[[], "AbstractAsyncContextManager[Connection[Record]]"]
#: Nobody knows today how a road is in three months.
LONGEST: Final = timedelta(days=90)
#: A standing closure is looked through this often, so many papers at once.
EVERY: Final = timedelta(minutes=1)
AT_ONCE: Final = 500


class Kind(StrEnum):
    OFFICE = "office"
    COMMUNE = "commune"
    ROAD = "road"


#: How many communes each kind names.
NAMES: Final = {Kind.OFFICE: 0, Kind.COMMUNE: 1, Kind.ROAD: 2}


class BadClosure(DeskError):
    """What is closed, until when, and why: one of them is missing or cannot be."""

    def __init__(self) -> None:
        super().__init__(
            "Chọn nơi bị đóng, lý do, và ngày dự kiến thông lại trong vòng 90 ngày.",
            "Choose what is closed, why, and a day within 90 days on which it should open again.",
        )


class UnknownClosure(DeskError):
    """No such closure stands here."""

    def __init__(self) -> None:
        super().__init__(
            "Không có thông báo gián đoạn này tại bưu cục. Tải lại trang.",
            "This office has no such closure. Reload the page.",
        )


async def communes(conn: Connection[Record], day: date) -> list[Unit]:
    """The communes there are on *day*."""
    return [unit for unit in await places.units_on(conn, day) if unit.level == "commune"]


async def declare(conn: Connection[Record], new: New, *, by: int, now: datetime) -> None:
    """Close an office, a commune or a road. Safe to press twice. Raises BadClosure."""
    today = now.astimezone(VIETNAM).date()
    known = {unit.code for unit in await communes(conn, today)}
    named = [code for code in (new.commune, new.from_commune) if code]
    wanted = NAMES[Kind(new.kind)]
    if not len(named) == len(set(named)) == wanted or not known.issuperset(named):
        raise BadClosure
    if not today <= new.until_day <= today + LONGEST:
        raise BadClosure
    reason = await reasons.get(conn, new.reason)
    if reason.reason_group != reasons.Group.CLOSURE:
        raise BadClosure
    await store.declare(conn, new, by, now)


async def lift(conn: Connection[Record], closure_id: int, *, staff: Staff, now: datetime) -> None:
    """It is open again. Safe to press twice. Raises UnknownClosure."""
    await known(conn, closure_id, staff.office_id)
    await store.lift(conn, closure_id, staff.id, now)


async def extend(
    conn: Connection[Record],
    closure_id: int,
    until_day: date,
    form_id: UUID,
    *,
    staff: Staff,
    now: datetime,
) -> None:
    """It lasts until another day: closed anew, so that each citizen is told the new day.

    Safe to press twice. Raises UnknownClosure, BadClosure.
    """
    earlier = await known(conn, closure_id, staff.office_id)
    new = New(
        kind=earlier.kind,
        office_id=earlier.office_id,
        commune=earlier.commune,
        from_commune=earlier.from_commune,
        reason=earlier.reason,
        until_day=until_day,
        form_id=form_id,
    )
    await declare(conn, new, by=staff.id, now=now)
    await store.lift(conn, closure_id, staff.id, now)


async def known(conn: Connection[Record], closure_id: int, office_id: int | None) -> store.Known:
    found = await store.find(conn, closure_id, office_id) if 0 < closure_id < 2**63 else None
    if found is None:
        raise UnknownClosure
    return found


async def standing(conn: Connection[Record], office_id: int | None) -> list[Closure]:
    """What is closed now, the oldest first; of every office where it is None."""
    return await store.standing(conn, office_id)


async def held(conn: Connection[Record], closure_id: int, *, office_id: int | None) -> list[Held]:
    """The papers one closure holds up. Raises UnknownClosure."""
    await known(conn, closure_id, office_id)
    return await store.held_by(conn, closure_id, office_id)


async def held_at(conn: Connection[Record], office_id: int) -> dict[int, Stay]:
    """The consignments of an office that stay where they are, by id."""
    return {stay.id: stay for stay in await store.held_at(conn, office_id)}


async def hold_on(conn: Connection[Record], dossier_id: int) -> Hold | None:
    """What keeps this dossier from moving now; none where nothing does."""
    return await store.hold_on(conn, dossier_id)


async def announce(begin: Begin, now: datetime) -> bool:
    """Note what one closure holds up, and write it in each dossier's slip; whether more wait.

    Safe to repeat: each dossier is told once of each closure, however many papers it has.
    """
    async with begin() as conn:
        closure = await store.take_turn(conn, now, now - EVERY)
        if closure is None:
            return False
        units = await places.all_units(conn)
    gazetteer = await asyncio.to_thread(Gazetteer, units)
    after = 0
    while True:
        async with begin() as conn:
            waiting = await store.under_way(conn, closure, after=after, limit=AT_ONCE)
        if not waiting:
            return True
        after = waiting[-1].id
        caught = await asyncio.to_thread(held_among, closure, waiting, gazetteer, now)
        if caught:
            async with begin() as conn:
                await tell(conn, closure, caught, now)


async def tell(
    conn: Connection[Record], closure: Turn, caught: Sequence[Waiting], now: datetime
) -> None:
    """One line in the slip of each dossier; the messages follow from that."""
    await store.note(conn, closure.id, caught, now)
    facts = {"reason": closure.reason, "until": closure.until_day.isoformat()}
    ids = sorted({item.dossier_id for item in caught})
    await delays.delay(conn, ids, closure.form_id, person=closure.declared_by, facts=facts, at=now)


def held_among(
    closure: Turn, waiting: Sequence[Waiting], gazetteer: Gazetteer, now: datetime
) -> list[Waiting]:
    """The papers *closure* holds up: all of an office, else those that go to its commune. Pure."""
    if closure.kind == Kind.OFFICE:
        return list(waiting)
    day = now.astimezone(VIETNAM).date()
    return [
        item
        for item in waiting
        if item.seat == closure.commune
        or (item.address and commune_of(gazetteer.read(item.address, day)) == closure.commune)
    ]


def commune_of(place: Place) -> str | None:
    """The commune of today that an address lies in, also where it names one that has ended."""
    if place.new.unit is not None:
        return place.new.unit.code
    return place.old.unit.successor_2025 if place.old.unit else None
