"""The radar: it looks at every office in turn, and what has gone silent becomes an alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from asyncpg import Connection, Record

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.citizen import complaints, reads
from postal_service.desk.door import homing
from postal_service.desk.errors import DeskError
from postal_service.desk.outages import outage
from postal_service.desk.published import offices
from postal_service.desk.watch import alarm_store
from postal_service.desk.watch import radar_store as store
from postal_service.desk.watch.alarm_store import Alarm, Mark, Said
from postal_service.desk.watch.radar_rules import (
    HEARS,
    Answer,
    Rule,
    Silence,
    Step,
    last_evening,
    opening_hours,
    quiet_until,
    rung,
    rung_on_the_wall,
    youngest,
)
from tracking import calendars
from tracking.errors import TrackingError
from tracking.working_time import Calendar

__all__ = [
    "Alarm",
    "Mark",
    "Said",
    "answer",
    "hears",
    "history",
    "look",
    "marks",
    "names",
    "standing",
    "watch",
]

Begin = Callable[[], "AbstractAsyncContextManager[Connection[Record]]"]
log = structlog.get_logger()

#: An office is looked at this often, and so many in one round of the worker's clock.
EVERY: Final = timedelta(minutes=1)
AT_ONCE: Final = 20
#: More alarms than a person reads.
MOST: Final = 500


class UnknownAlarm(DeskError):
    """No such alarm stands, or it is another office's."""

    def __init__(self) -> None:
        super().__init__(
            "Cảnh báo này không còn. Tải lại trang để xem tình hình mới.",
            "This alarm is over. Reload the page to see how things stand.",
        )


async def watch(begin: Begin, now: datetime) -> bool:
    """Look at the offices whose turn it is; whether more of them wait.

    Each has its own transaction: one office's bad data never stops another's. An office that
    cannot be read is itself an alarm.
    """
    async with begin() as conn:
        day = now.astimezone(VIETNAM).date()
        due = await store.due_offices(conn, now - EVERY, day, AT_ONCE)
    for office_id in due:
        try:
            async with begin() as conn:
                await look(conn, office_id, now=now)
        except Exception as error:
            await blinded(begin, office_id, now, error)
    return len(due) == AT_ONCE


async def blinded(begin: Begin, office_id: int, now: datetime, error: Exception) -> None:
    """Say that the office cannot be read, and go on whatever comes of it."""
    try:
        async with begin() as conn:
            new = await blind(conn, office_id, now)
    except Exception as second:
        log.error("the radar cannot say that it is blind", office=office_id, exc_info=second)
        return
    if new:  # the office is tried again every minute: said when it starts and when it climbs
        log.error("the radar cannot read an office", office=office_id, exc_info=error)


async def look(conn: Connection[Record], office_id: int, *, now: datetime) -> None:
    """Raise, climb and clear the alarms of one office. Safe to repeat, and beside itself."""
    if not await store.take_turn(conn, office_id):
        return
    day = now.astimezone(VIETNAM).date()
    office = await offices.get(conn, office_id)
    calendar = await calendars.calendar_for(conn, office.hours_group, day)
    hours = opening_hours(calendar)
    ladder = await store.ladder(conn, day)
    found = await store.silences(
        conn, office_id, before=now - youngest(ladder), evening=last_evening(now), now=now
    )
    found += await homing.late(conn, office, calendar, now=now)
    found += await outage.silences(conn, office_id, now=now)
    found += await complaints.silences(conn, office_id, now=now)
    found += await reads.silences(conn, office_id, now=now)
    loud = [told for silence in found if (told := rung(silence, ladder, hours, now))]
    if loud:
        await alarm_store.raise_alarms(conn, office_id, loud, now)
    await alarm_store.clear(conn, office_id, found, now)
    await store.looked(conn, office_id, now)


async def blind(conn: Connection[Record], office_id: int, now: datetime) -> bool:
    """Say that this office could not be read, once, until it can be; whether that was new."""
    ladder = await store.ladder(conn, now.astimezone(VIETNAM).date())
    since = await alarm_store.blind_since(conn, office_id) or now
    silence = Silence(rule=Rule.BLIND, subject=f"office:{office_id}", since=since, facts={})
    # with no ladder for it, it is still said
    steps = [*ladder, Step(rule=Rule.BLIND, step=1, after_hours=0, receiver="supervisor")]
    told = rung_on_the_wall(silence, steps, now)
    await store.looked(conn, office_id, now)
    return told is not None and bool(await alarm_store.raise_alarms(conn, office_id, [told], now))


def hears(role: Role) -> list[str]:
    """Whose alarms a person of *role* is shown."""
    return sorted(HEARS.get(role, frozenset()))


async def standing(conn: Connection[Record], staff: Staff, *, now: datetime) -> list[Alarm]:
    """The alarms that are *staff*'s: of her office; a manager's of every office."""
    return await alarm_store.standing(conn, staff.office_id, hears(staff.role), now, MOST)


async def names(
    conn: Connection[Record], ids: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], str]:
    """What offices, couriers and agencies are called, by kind and id."""
    kinds = ("office", "courier", "agency")
    return await alarm_store.names(conn, *(ids.get(kind, ()) for kind in kinds))


async def marks(conn: Connection[Record], *, now: datetime) -> list[Mark]:
    """How the alarms stand everywhere, in numbers that change when a page would."""
    return await alarm_store.marks(conn, now)


async def answer(
    conn: Connection[Record],
    alarm_ids: Sequence[int],
    said: Answer,
    *,
    form_id: UUID,
    staff: Staff,
    now: datetime,
) -> int:
    """Somebody takes them on: they are quiet for a while, and on record; how many.

    What is over meanwhile is left out. Safe to press twice. Raises UnknownAlarm where none
    of them stands any more.
    """
    ids = [alarm_id for alarm_id in alarm_ids if 0 < alarm_id < 2**63]
    found = await alarm_store.open_among(conn, ids, staff.office_id, hears(staff.role))
    if not found:
        raise UnknownAlarm
    for hours_group in sorted({where.hours_group for where in found}):
        until = quiet_until(said, await hours_of(conn, hours_group, now), now)
        await alarm_store.answer(
            conn,
            [where.id for where in found if where.hours_group == hours_group],
            said,
            by=(staff.id, now),
            until=until,
            form_id=form_id,
        )
    return len(found)


async def hours_of(conn: Connection[Record], hours_group: str, now: datetime) -> Calendar | None:
    """The office's calendar; none where it is the calendar that cannot be read."""
    with suppress(TrackingError):
        day = now.astimezone(VIETNAM).date()
        return opening_hours(await calendars.calendar_for(conn, hours_group, day))
    return None


async def history(conn: Connection[Record], alarm_id: int, *, office_id: int | None) -> list[Said]:
    """Everything said of an alarm, oldest first. Raises UnknownAlarm."""
    said = await alarm_store.record(conn, alarm_id, office_id) if 0 < alarm_id < 2**63 else []
    if not said:
        raise UnknownAlarm
    return said
