"""Counts that are over: the sheet two people sign, and which evenings had none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.evening import evening_count_store as counts
from postal_service.desk.evening import evening_sheet_store as store
from postal_service.desk.evening.evening_closing import WHY
from postal_service.desk.evening.evening_count_store import Count
from postal_service.desk.evening.evening_counts import day_of
from postal_service.desk.evening.evening_sheet_store import Counter, Evening, SheetLine
from postal_service.desk.papers.evening_counts import EveningSheet, PaperLine
from postal_service.desk.printing import prints
from postal_service.desk.published import offices
from tracking import calendar_editions

#: How many evenings a supervisor sees at once.
SHOWN: Final = 7
OUTCOMES: Final = {"found": "có", "gone": "đã đi", "missing": "THIẾU", "extra": "THỪA"}


class NoCount(DeskError):
    """Nobody counted on that evening, or it was not closed."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu cục không có kiểm đếm đã khóa của ngày này.",
            "This office has no closed count of that day.",
        )


class Sheet(Struct, frozen=True, kw_only=True):
    """A closed count with its lines: what is wrong stands first."""

    count: Count
    lines: list[SheetLine]

    def of(self, outcome: str) -> list[SheetLine]:
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def expected(self) -> int:
        """How many papers the register had here when it was closed."""
        return len(self.of("found")) + len(self.of("missing"))


class Row(Struct, frozen=True, kw_only=True):
    """One office's last evenings, in the order of the days; none where nobody counted."""

    office: Counter
    evenings: list[Evening | None]
    #: days on which nobody had to count: the office was closed, or had not taken a dossier yet
    off: list[bool]


async def find(conn: Connection[Record], day: date, office_id: int) -> Sheet:
    """The closed count of *day*. Raises NoCount."""
    count = await counts.of_day(conn, office_id, day)
    if count is None or count.closed_at is None:
        raise NoCount
    return Sheet(count=count, lines=await store.lines(conn, count.id))


async def paper(conn: Connection[Record], sheet: Sheet) -> EveningSheet:
    """The sheet as it is printed."""
    count = sheet.count
    office = await offices.get(conn, count.office_id)
    return EveningSheet(
        authority=prints.AUTHORITY,
        office=office.name,
        number=f"KD-{count.day:%y%m%d}-{office.code}",
        day=count.day,
        begun_at=count.begun_at,
        closed_at=count.closed_at or count.begun_at,
        closer=count.closer or "",
        why=WHY.get(count.why or "", ""),
        lines=tuple(
            PaperLine(
                ordinal=line.ordinal,
                s10=line.s10,
                ref=line.ref or "–",
                agency=line.agency or "–",
                outcome=OUTCOMES[line.outcome],
                incident=f"SC-{line.incident:05}" if line.incident else "",
            )
            for line in sheet.lines
        ),
        expected=sheet.expected,
        missing=len(sheet.of("missing")),
        extra=len(sheet.of("extra")),
    )


async def evenings(
    conn: Connection[Record], staff: Staff, *, now: datetime
) -> tuple[list[date], list[Row]]:
    """The last days, the newest first, and every counting office's evenings on them."""
    own = None if staff.role is Role.MANAGER else staff.office_id or 0
    today = day_of(now)
    days = [today - timedelta(days=back) for back in range(SHOWN)]
    known = {(each.office_id, each.day): each for each in await store.evenings(conn, days[-1], own)}
    found = await store.counters(conn, today, own)
    off = {
        group: await days_off(conn, group, days) for group in {each.hours_group for each in found}
    }
    rows = [
        Row(
            office=office,
            evenings=[known.get((office.id, day)) for day in days],
            off=[
                closed or office.since is None or day < day_of(office.since)
                for day, closed in zip(days, off[office.hours_group], strict=True)
            ],
        )
        for office in found
    ]
    return days, rows


async def uncounted(conn: Connection[Record], staff: Staff, *, now: datetime) -> int:
    """How many of the last evenings had no closed count, today's aside."""
    _, rows = await evenings(conn, staff, now=now)
    return sum(
        not off and (evening is None or evening.closed_at is None)
        for row in rows
        for evening, off in list(zip(row.evenings, row.off, strict=True))[1:]
    )


async def days_off(conn: Connection[Record], hours_group: str, days: Sequence[date]) -> list[bool]:
    """On which of *days* the office takes nobody in."""
    calendar = await calendar_editions.calendar_for(conn, hours_group, days[0])
    return [not any(session.accepts for session in calendar.sessions_of(day)) for day in days]
