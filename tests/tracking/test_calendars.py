"""The calendars as they are loaded, mended by people, and asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

import pytest
from asyncpg import Connection
from msgspec import ValidationError, convert

from tracking.calendars import (
    POST_GROUPS,
    POST_MAIN,
    POST_STANDARD,
    DayRow,
    Loaded,
    SessionRow,
    UnknownHours,
    add_days,
    add_sessions,
    calendar_for,
)
from tracking.working_time import ZONE, BadCalendar

DATA = Path(__file__).parents[2] / "postal_service" / "data"
JUNE = date(2019, 6, 1)


def cells(name: str) -> list[dict[str, str]]:
    """The lines of a table, without their empty cells."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [{key: cell for key, cell in row.items() if cell} for row in csv.DictReader(file)]


def sessions() -> list[SessionRow]:
    return [convert(row, SessionRow, strict=False) for row in cells("reception_hours.csv")]


def days() -> list[DayRow]:
    return [convert(row, DayRow, strict=False) for row in cells("holidays_vn.csv")]


HOURS = {
    "hours_group": "LD-STD",
    "weekdays": "1-5",
    "session": "am",
    "open": "07:30",
    "close": "11:30",
    "accepts_reception": "yes",
    "counts_for_deadline": "yes",
}
NEW_YEAR = {
    "date": "2019-01-01",
    "weekday": "T3",
    "kind": "off",
    "name_vi": "Tết Dương lịch",
    "applies_to": "all",
    "status": "official",
}


def hours(changes: Mapping[str, str]) -> SessionRow:
    return convert({**HOURS, **changes}, SessionRow, strict=False)


def day(changes: Mapping[str, str]) -> DayRow:
    return convert({**NEW_YEAR, **changes}, DayRow, strict=False)


async def test_loading_twice_changes_nothing(conn: Connection) -> None:
    """An operator who is not sure whether the load went through runs it again."""
    assert await add_sessions(conn, sessions()) == Loaded(added=17)
    assert await add_days(conn, days()) == Loaded(added=147)

    assert await add_sessions(conn, sessions()) == Loaded(kept=17)
    assert await add_days(conn, days()) == Loaded(kept=147)


async def test_agencies_swap_days_and_the_post_does_not(conn: Connection) -> None:
    """On 29/4/2019 agencies were closed and the post was not; on Saturday 4/5 both worked."""
    await add_sessions(conn, sessions())
    await add_days(conn, days())

    agency = await calendar_for(conn, "LD-STD", JUNE)
    post = await calendar_for(conn, POST_STANDARD, JUNE)

    assert not agency.is_working_day(date(2019, 4, 29))
    assert agency.is_working_day(date(2019, 5, 4))
    assert not agency.is_working_day(date(2019, 6, 8))
    assert post.is_working_day(date(2019, 4, 29))
    assert post.is_working_day(date(2019, 6, 8))
    assert not post.is_working_day(date(2019, 6, 9))
    assert not post.is_working_day(date(2019, 4, 30))


async def test_each_agency_keeps_its_own_hours(conn: Connection) -> None:
    """Former Bình Thuận and Đắk Nông opened at seven until 31/10/2025."""
    await add_sessions(conn, sessions())

    calendar = await calendar_for(conn, "BTDN", date(2025, 10, 31))

    assert calendar.normalise(datetime(2025, 10, 31, tzinfo=ZONE)).time() == time(7)
    assert calendar.normalise(datetime(2025, 11, 1, tzinfo=ZONE)) == datetime(
        2025, 11, 3, 7, 30, tzinfo=ZONE
    )


async def test_a_main_office_takes_papers_on_sunday(conn: Connection) -> None:
    """Open on Sunday, yet Sunday is no day of carriage."""
    await add_sessions(conn, sessions())
    sunday = date(2019, 6, 9)

    calendar = await calendar_for(conn, POST_MAIN, JUNE)

    assert [session.open for session in calendar.sessions_of(sunday)] == [time(7, 30)]
    assert not calendar.is_working_day(sunday)


async def test_loading_mends_what_it_loaded_before(conn: Connection) -> None:
    """A Tết that was a guess becomes official when the Government decides."""
    await add_days(conn, [day({"status": "provisional"})])
    await add_sessions(conn, [hours({})])

    assert await add_days(conn, [day({})]) == Loaded(changed=1)
    assert await add_sessions(conn, [hours({"close": "12:00"})]) == Loaded(changed=1)

    calendar = await calendar_for(conn, "LD-STD", JUNE)
    assert calendar.closing(date(2019, 6, 3)).time() == time(12)


async def test_loading_leaves_alone_what_a_person_changed(conn: Connection) -> None:
    """An administrator's correction must outlive the next release's table."""
    await add_days(conn, [day({})])
    await add_sessions(conn, [hours({})])
    edited = datetime(2026, 11, 23, 8, 15, tzinfo=ZONE)
    await conn.execute("UPDATE calendar_day SET kind = 'work', edited_at = $1", edited)
    await conn.execute("UPDATE calendar_session SET close = '10:00', edited_at = $1", edited)

    assert await add_days(conn, [day({})]) == Loaded(kept=1)
    assert await add_sessions(conn, [hours({})]) == Loaded(kept=1)

    calendar = await calendar_for(conn, "LD-STD", date(2019, 1, 1))
    assert calendar.closing(date(2019, 1, 1)).time() == time(10)


async def test_hours_that_overlap_those_in_force_are_refused(conn: Connection) -> None:
    """New hours without an end to the old ones would count the morning twice."""
    await add_sessions(conn, [hours({})])

    with pytest.raises(BadCalendar, match="07:30–11:30"):
        await add_sessions(conn, [hours({"open": "07:00", "valid_from": "2025-11-01"})])


async def test_a_line_that_comes_twice_is_refused(conn: Connection) -> None:
    """Which of two lines for one day is right, only a person can say."""
    with pytest.raises(BadCalendar, match="2019-01-01"):
        await add_days(conn, [day({}), day({"kind": "work"})])
    with pytest.raises(BadCalendar, match="LD-STD am"):
        await add_sessions(conn, [hours({}), hours({"close": "11:00"})])


async def test_unknown_hours_are_refused(conn: Connection) -> None:
    """An agency without hours has no due time, rather than a wrong one."""
    with pytest.raises(UnknownHours, match="LD-NOWHERE"):
        await calendar_for(conn, "LD-NOWHERE", JUNE)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("weekdays", "0-5"),
        ("weekdays", "5-1"),
        ("open", "7:30"),
        ("open", "24:00"),
        ("close", "07:30"),
        ("accepts_reception", "true"),
        ("valid_from", "01/11/2025"),
        ("hours_group", ""),
    ],
)
def test_a_bad_cell_of_hours_is_named(column: str, cell: str) -> None:
    """The person who mends the table must find the cell."""
    with pytest.raises(ValidationError, match=column):
        hours({column: cell})


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("date", "2019-02-29"),
        ("weekday", "T2"),
        ("kind", "half"),
        ("applies_to", "post"),
        ("status", ""),
        ("name_vi", ""),
    ],
)
def test_a_bad_cell_of_days_is_named(column: str, cell: str) -> None:
    """A day off with a slip in it moves every appointment of that week."""
    with pytest.raises(ValidationError, match=column):
        day({column: cell})


def test_the_post_offices_groups_are_the_tables() -> None:
    """A group renamed in the table alone would turn the post into an agency."""
    groups = {row.hours_group for row in sessions()}

    assert {group for group in groups if group.startswith("POST-")} == POST_GROUPS
