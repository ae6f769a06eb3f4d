"""100,000 due dates over the province's own calendars, in one process; see docs/operations.md."""

from __future__ import annotations

import csv
import time
from datetime import date, datetime
from pathlib import Path

from msgspec import convert

from postal_service.settings import DATA
from tracking.calendars import POST_GROUPS, SessionRow
from tracking.deadlines import Convention, Limit, Pause, Unit, due
from tracking.working_time import OFFICE_WEEK, POSTAL_WEEK, ZONE, Calendar, Session

COUNT = 100_000
VECTOR_YEAR = (datetime(2019, 1, 1, tzinfo=ZONE), datetime(2020, 1, 1, tzinfo=ZONE))
VECTORS = Path(__file__).parents[1] / "data" / "deadline_vectors.csv"
HOUR_PRECISE = Convention.HOUR_PRECISE  #: what the vectors call same_day too
Case = tuple[datetime, Limit, Calendar, list[Pause], int]


async def measure(server: str, folder: Path) -> dict[str, float]:
    """Seconds for COUNT due dates with cold calendars, and due dates a second."""
    del server, folder  # no database: what is measured is arithmetic
    calendars = real_calendars()
    cases = [case for row in cells(VECTORS) for case in cases_of(row, calendars)]
    started, worked = time.perf_counter(), time.process_time()
    for n in range(COUNT):
        due(*cases[n % len(cases)])
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    return {
        "due_dates": COUNT,
        "cases": len(cases),
        "calendars": len(calendars),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(busy, 3),
        "a_second": round(COUNT / seconds),
    }


def cases_of(row: dict[str, str], calendars: list[Calendar]) -> list[Case]:
    """One line of the vectors under each calendar of the province."""
    spans = [span.split("/") for span in row["pauses"].split(";") if span]
    pauses = [Pause(since=moment(since), until=moment(until)) for since, until in spans]
    limit = Limit(
        value=int(row["time_value"]),
        unit=Unit(row["time_unit"]),
        convention=Convention.END_OF_DAY if row["convention"] == "end_of_day" else HOUR_PRECISE,
        same_day_cutoff=row["cutoff_15h"] == "yes",
    )
    received, extension = moment(row["received_at"]), int(row["extension_value"] or 0)
    return [(received, limit, calendar, pauses, extension) for calendar in calendars]


def real_calendars() -> list[Calendar]:
    """Each group whose hours count, on every day of the vectors; changed hours stay dated."""
    days = cells(DATA / "holidays_vn.csv")
    rows = [
        convert({key: cell for key, cell in row.items() if cell}, SessionRow, strict=False)
        for row in cells(DATA / "reception_hours.csv")
    ]
    groups = sorted({row.hours_group for row in rows} - POST_GROUPS)
    known = [calendar_of(group, rows, days) for group in groups]
    return [calendar for calendar in known if calendar.minutes_between(*VECTOR_YEAR)]


def calendar_of(group: str, rows: list[SessionRow], days: list[dict[str, str]]) -> Calendar:
    post = group in POST_GROUPS
    binding = [day for day in days if not post or day["applies_to"] == "all"]
    return Calendar(
        sessions=tuple(
            Session(
                open=line.open,
                close=line.close,
                weekdays=frozenset(line.weekdays),
                valid_from=line.valid_from,
                valid_to=line.valid_to,
                counts=line.counts_for_deadline,
                accepts=line.accepts_reception,
            )
            for line in (row.line() for row in rows if row.hours_group == group)
        ),
        off=frozenset(date.fromisoformat(day["date"]) for day in binding if day["kind"] == "off"),
        work=frozenset(date.fromisoformat(day["date"]) for day in binding if day["kind"] == "work"),
        week=POSTAL_WEEK if post else OFFICE_WEEK,
    )


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)
