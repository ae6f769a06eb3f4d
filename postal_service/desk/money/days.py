"""The office's day: closed once, after its shifts and its evening count, and never re-opened.

From then on receipts get numbers of the next day; what is synced later shows its paper's time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.money import shifts
from postal_service.desk.money import shifts_store as store
from postal_service.desk.money.shifts_store import Day
from postal_service.desk.money.till_errors import DayNotDone, DayToCome

__all__ = ["Day", "Standing", "close", "standing"]

#: For how long a closed day is shown.
SHOWN: Final = timedelta(days=3)


class Standing(Struct, frozen=True, kw_only=True):
    """How the office's books stand: today, and earlier days that nobody has closed.

    ``waits``: whose shifts are open; ``counted``: whether what lies here was counted this evening.
    """

    today: date
    days: tuple[Day, ...]
    waits: tuple[str, ...]
    counted: bool

    @property
    def now(self) -> Day:
        """Today's books; nothing was written in them yet where there is no row."""
        blank = Day(day=self.today, last_no=0, closed_at=None, closer=None)
        return next((day for day in self.days if day.day == self.today), blank)

    @property
    def earlier(self) -> tuple[Day, ...]:
        return tuple(d for d in self.days if d.day < self.today and d.closed_at is None)


async def standing(conn: Connection[Record], staff: Staff, *, now: datetime) -> Standing:
    office, today = staff.office_id or 0, now.astimezone(VIETNAM).date()
    return Standing(
        today=today,
        days=tuple(await store.days(conn, office, today - SHOWN)),
        waits=await waiting(conn, office, today),
        counted=await store.counted(conn, office, today),
    )


async def waiting(conn: Connection[Record], office: int, day: date) -> tuple[str, ...]:
    """Whose shifts have to be counted before *day* is closed.

    One that holds nothing and took nothing waits for nobody: others' doings opened it.
    """
    found = [shift for shift in await store.open_at(conn, office) if shift.day <= day]
    tills = [await shifts.till(conn, shift) for shift in found]
    return tuple(till.shift.clerk for till in tills if not till.idle)


async def close(conn: Connection[Record], day: date, *, staff: Staff, now: datetime) -> None:
    """Close the books of *day*, for good. Safe to repeat.

    An evening that nobody counted is closed afterwards by the supervisor alone. Raises DayToCome,
    DayNotDone.
    """
    office, today = staff.office_id or 0, now.astimezone(VIETNAM).date()
    if day > today:
        raise DayToCome
    if not await store.hold_day(conn, office, day):
        return
    waits = await waiting(conn, office, day)
    counted = await store.counted(conn, office, day)
    late = day < today and staff.role is Role.SUPERVISOR
    if waits or not (counted or late):
        raise DayNotDone(day, waits, counted or late)
    await store.close_day(conn, office, day, now, staff.id)
