"""Counting time along opening hours: where a minute falls, and what refuses to be counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.working_time import (
    OFFICE_WEEK,
    POSTAL_WEEK,
    ZONE,
    BadCalendar,
    BadMoment,
    Calendar,
    CalendarGap,
    Session,
    SpanTooLong,
)

SATURDAY = frozenset({6})
MORNING = Session(open=time(7, 30), close=time(11, 30), weekdays=OFFICE_WEEK)
AFTERNOON = Session(open=time(13, 30), close=time(17, 30), weekdays=OFFICE_WEEK)
RECEPTION = Session(open=time(7, 30), close=time(11, 30), weekdays=SATURDAY, counts=False)
OFFICE = Calendar(
    sessions=(AFTERNOON, MORNING, RECEPTION),
    off=frozenset({date(2019, 4, 29), date(2019, 4, 30), date(2019, 5, 1)}),
    work=frozenset({date(2019, 5, 4)}),
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2019, 1, 1, tzinfo=ZONE) + timedelta(minutes=minutes)
)
spans = st.integers(1, 20_000)


@given(moments, spans, spans)
def test_time_adds_up(at: datetime, first: int, second: int) -> None:
    """A clock stopped and started again must not win or lose a minute."""
    in_two_steps = OFFICE.add_minutes(OFFICE.add_minutes(at, first), second)

    assert in_two_steps == OFFICE.add_minutes(at, first + second)


@given(moments, spans)
def test_counting_undoes_adding(at: datetime, minutes: int) -> None:
    """What was given is what is found again, forwards and backwards."""
    due = OFFICE.add_minutes(at, minutes)

    assert OFFICE.minutes_between(at, due) == minutes
    assert OFFICE.minutes_between(due, at) == -minutes


@given(moments, st.timedeltas(timedelta(), timedelta(days=30)), spans, st.integers(0, 500))
def test_who_comes_first_is_never_due_later(
    at: datetime, wait: timedelta, minutes: int, more: int
) -> None:
    """Neither a later reception nor a longer limit may bring a due time forward."""
    assert OFFICE.normalise(at) >= at
    assert OFFICE.add_minutes(at, minutes) <= OFFICE.add_minutes(at + wait, minutes + more)


@given(st.dates(date(2019, 1, 1), date(2020, 12, 31)), st.integers(0, 300))
def test_working_days_add_up(day: date, count: int) -> None:
    """The n-th working day after a day has n working days behind it."""
    assert OFFICE.working_days_between(day, OFFICE.add_days(day, count)) == count


def test_a_make_up_saturday_is_a_whole_day() -> None:
    """Otherwise a citizen waits until Monday for hours the officials did work."""
    assert OFFICE.is_working_day(date(2019, 5, 4))
    assert OFFICE.sessions_of(date(2019, 5, 4)) == (MORNING, AFTERNOON)
    assert OFFICE.closing(date(2019, 5, 4)) == moment("2019-05-04T17:30")


def test_saturday_reception_accepts_and_does_not_count() -> None:
    """A clerk who takes papers on Saturday does not start the agency's clock on Saturday."""
    assert OFFICE.sessions_of(date(2019, 6, 8)) == (RECEPTION,)
    assert OFFICE.normalise(moment("2019-06-08T09:00")) == moment("2019-06-10T07:30")


def test_a_day_off_is_closed() -> None:
    assert OFFICE.sessions_of(date(2019, 4, 29)) == ()
    with pytest.raises(CalendarGap, match="29/04/2019"):
        OFFICE.closing(date(2019, 4, 29))


def test_the_post_works_on_saturday() -> None:
    """One calendar for agencies and post makes every Friday parcel two days late."""
    post = Calendar(sessions=(), week=POSTAL_WEEK)

    assert post.add_days(date(2019, 6, 7), 1) == date(2019, 6, 8)
    assert post.add_days(date(2019, 6, 8), 1) == date(2019, 6, 10)


def test_hours_are_dated() -> None:
    """An agency that changed its hours in November keeps its October appointments."""
    sessions = (
        Session(open=time(7), close=time(17), weekdays=OFFICE_WEEK, valid_to=date(2025, 11, 1)),
        Session(open=time(8), close=time(16), weekdays=OFFICE_WEEK, valid_from=date(2025, 11, 1)),
    )
    calendar = Calendar(sessions=sessions)

    assert calendar.closing(date(2025, 10, 31)) == moment("2025-10-31T17:00")
    assert calendar.add_minutes(moment("2025-10-31T16:00"), 120) == moment("2025-11-03T09:00")


def test_answers_come_in_local_time() -> None:
    """Day boundaries are Vietnamese: 18:00 UTC on Sunday is already Monday, before opening."""
    start = OFFICE.normalise(datetime(2019, 6, 9, 18, tzinfo=UTC))

    assert start.isoformat() == "2019-06-10T07:30:00+07:00"


def test_the_fixed_zone_is_the_zone_of_the_country() -> None:
    """A summer time brought in by law would make the fixed offset wrong."""
    official = ZoneInfo("Asia/Ho_Chi_Minh")
    days = [
        datetime(year, month, 1, tzinfo=ZONE) for year in (2000, 2019, 2030) for month in (1, 7)
    ]

    assert {day.astimezone(official).utcoffset() for day in days} == {ZONE.utcoffset(None)}


@pytest.mark.parametrize(
    "at",
    [
        datetime(2019, 6, 3, 9),  # noqa: DTZ001
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_moment_nobody_can_reckon_with_is_refused(at: datetime) -> None:
    """A phone with a dead battery sends the year 1; a form may forget the zone."""
    with pytest.raises(BadMoment):
        OFFICE.add_minutes(at, 60)


@pytest.mark.parametrize("minutes", [-1, 10**9])
def test_an_absurd_span_is_refused(minutes: int) -> None:
    """A slip of the keyboard must not keep a worker counting for ever."""
    with pytest.raises(SpanTooLong):
        OFFICE.add_minutes(moment("2019-06-03T09:00"), minutes)


def test_a_calendar_that_falls_silent_says_so() -> None:
    """Hours that ended and were never renewed are a gap, not a holiday of 400 days."""
    ended = Session(open=time(8), close=time(9), weekdays=OFFICE_WEEK, valid_to=date(2019, 6, 5))
    calendar = Calendar(sessions=(ended,))

    with pytest.raises(CalendarGap, match="05/06/2019"):
        calendar.add_minutes(moment("2019-06-03T08:00"), 121)


def test_overlapping_sessions_are_refused() -> None:
    """A minute that belongs to two sessions would be counted twice."""
    lunch = Session(open=time(11), close=time(14), weekdays=frozenset({5}))

    with pytest.raises(BadCalendar, match="chồng giờ"):
        Calendar(sessions=(MORNING, lunch))


def test_sessions_that_only_touch_are_fine() -> None:
    """One week's hours end where the next begin; so do the hours of one day."""
    Calendar(sessions=(MORNING, Session(open=time(11, 30), close=time(13), weekdays=OFFICE_WEEK)))


@pytest.mark.parametrize(
    "fields",
    [
        {"open": time(9), "close": time(9)},
        {"weekdays": frozenset({0})},
        {"weekdays": frozenset()},
        {"valid_from": date(2019, 6, 1), "valid_to": date(2019, 6, 1)},
    ],
)
def test_an_impossible_session_is_refused(fields: dict[str, object]) -> None:
    """Such hours would silently never hold."""
    usual = {"open": time(8), "close": time(12), "weekdays": OFFICE_WEEK}
    with pytest.raises(BadCalendar):
        Session(**{**usual, **fields})
