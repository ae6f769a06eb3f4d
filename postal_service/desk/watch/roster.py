"""Who works which shift: a week on one page, planned by the office's supervisor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.errors import DeskError
from postal_service.desk.watch import roster_store as store
from postal_service.desk.watch.roster_store import Colleague, Duty

__all__ = ["Colleague", "Duty", "Shift", "Week", "on_shift", "plan", "week", "week_after"]

DAYS: Final = 7
#: How far a week may lie from today: nobody plans a shift two years ahead.
FURTHEST: Final = timedelta(days=400)


class Shift(StrEnum):
    DAY = "day"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    OFF = "off"


class BadWeek(DeskError):
    """No such week can be planned."""

    def __init__(self) -> None:
        super().__init__(
            "Tuần này không lập lịch được. Chọn tuần trong vòng một năm.",
            "This week cannot be planned. Choose one within a year.",
        )


class Week(Struct, frozen=True, kw_only=True):
    """Monday to Sunday; ``shifts`` by person and day, only what was planned."""

    days: list[date]
    colleagues: list[Colleague]
    shifts: Mapping[tuple[int, date], Shift]


async def week(conn: Connection[Record], office_id: int, day: date, *, today: date) -> Week:
    """The week of *day*. Raises BadWeek."""
    if abs(day - today) > FURTHEST:
        raise BadWeek
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    planned = await store.duties(conn, office_id, days[0], days[-1])
    return Week(
        days=days,
        colleagues=await store.colleagues(conn, office_id),
        shifts={(duty.person_id, duty.day): Shift(duty.shift) for duty in planned},
    )


async def week_after(conn: Connection[Record], office_id: int, day: date, *, today: date) -> Week:
    """The week of *day* as the one before it was: a draft, nothing is written. Raises BadWeek."""
    step = timedelta(days=DAYS)
    made = await week(conn, office_id, day, today=today)
    before = await week(conn, office_id, made.days[0] - step, today=today)
    known = {(person, day + step): shift for (person, day), shift in before.shifts.items()}
    return Week(days=made.days, colleagues=made.colleagues, shifts=known)


async def plan(
    conn: Connection[Record], office_id: int, duties: Sequence[Duty], *, by: int, at: datetime
) -> None:
    """Write the shifts down; people of other offices are left out. Safe to repeat."""
    await store.set_duties(conn, office_id, duties, by, at)


async def on_shift(
    conn: Connection[Record], office_id: int, day: date, *, role: str = "courier"
) -> list[Colleague]:
    """Who of *role* works on *day*; everybody where nobody of them was planned that day."""
    return await store.on_shift(conn, office_id, day, role)
