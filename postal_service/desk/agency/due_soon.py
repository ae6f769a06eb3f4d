"""Three working hours before an appointment without a result: the citizen and the desk hear it.

The citizen's message promises nothing new; the officer's page asks for an apology with a new day.
"""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record

from postal_service.desk.agency.clock_state import Clock, clock_of
from postal_service.desk.citizen.promise import day_of
from tracking import calendars, due_soon
from tracking.stages import Status
from tracking.working_time import Calendar

NEARLY_OVER = frozenset({Clock.LAST_CALL, Clock.LATE})


async def warn(conn: Connection[Record], now: datetime) -> int:
    """Warn of every appointment that is three working hours away or less; how many were new.

    Safe to repeat: an appointment is warned of once, one that was put off once more.
    """
    known: dict[str, Calendar] = {}
    due = []
    for each in await due_soon.near(conn, now):
        if each.hours_group not in known:
            known[each.hours_group] = await calendars.calendar_for(
                conn, each.hours_group, day_of(now)
            )
        clock = clock_of(Status.PROCESSING, each.due_at, known[each.hours_group], now)
        if clock.state in NEARLY_OVER:
            due.append(each)
    return await due_soon.warn(conn, due, at=now) if due else 0
