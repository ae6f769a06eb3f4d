"""When an agency owes its answer, with all it is reckoned from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct

from tracking import calendars
from tracking.deadlines import Limit, Pause, Unit, due, due_after_pause
from tracking.slip import Slip
from tracking.slip_store import Line
from tracking.stages import Act
from tracking.working_time import Calendar, local


class Reckoning(Struct, frozen=True, kw_only=True):
    """A due time with what it was reckoned from, so that anybody can do it again."""

    start: datetime
    due: datetime
    limit: Limit
    days_off: list[date]  #: days of the week that are off between the two
    make_up: list[date]  #: weekend days that are worked
    paused: list[Pause]


async def reckon(conn: Connection[Record], found: Slip, now: datetime) -> Reckoning:
    """When the agency would owe its answer if it received, or resumed, at *now*.

    The limit is the one pinned when the citizen handed the papers in. An appointment set by
    hand is moved by the last pause; any other is reckoned anew from the reception.
    """
    dossier = found.dossier
    limit = Limit(
        value=dossier.limit_value,
        unit=Unit(dossier.limit_unit),
        same_day_cutoff=dossier.same_day_cutoff,
    )
    start = dossier.received_at or now
    calendar = await calendars.calendar_for(conn, dossier.hours_group, local(start).date())
    pauses = pauses_of(found.lines, now) if dossier.received_at else []
    reckoned = due(start, limit, calendar, pauses)
    received = found.last(Act.RECEIVE)
    by_hand = bool(received and received.facts.get("reason")) or received is None
    moved = reckoned.due
    if dossier.due_at and by_hand and pauses:
        moved = due_after_pause(dossier.due_at, pauses[-1], limit, calendar)
    return Reckoning(
        start=reckoned.start,
        due=moved,
        limit=limit,
        days_off=special_days(calendar, reckoned.start, moved, worked=False),
        make_up=special_days(calendar, reckoned.start, moved, worked=True),
        paused=pauses,
    )


def special_days(calendar: Calendar, start: datetime, end: datetime, *, worked: bool) -> list[date]:
    """Days between the two that differ from the calendar's week."""
    first, last = local(start).date(), local(end).date()
    days = calendar.work if worked else calendar.off - calendar.work
    return sorted(
        day
        for day in days
        if first <= day <= last and (day.isoweekday() in calendar.week) is not worked
    )


def pauses_of(lines: Sequence[Line], now: datetime) -> list[Pause]:
    """The times since reception when the agency waited for papers; the last ends at *now*."""
    pauses: list[Pause] = []
    since: datetime | None = None
    for line in lines:
        if line.act is Act.RECEIVE:
            pauses, since = [], None
        elif line.act is Act.ASK_MORE:
            since = line.at
        elif line.act is Act.RESUME and since is not None:
            pauses.append(Pause(since=since, until=line.at))
            since = None
    return pauses if since is None else [*pauses, Pause(since=since, until=max(now, since))]
