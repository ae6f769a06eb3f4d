"""The days by which an answer is due. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from tracking.working_time import Calendar


def working_day(calendar: Calendar, day: date, count: int) -> date:
    """The *count*-th day after *day* on which the place takes people in."""
    while count:
        day += timedelta(days=1)
        count -= any(session.accepts for session in calendar.sessions_of(day))
    return day
