"""What must hold on every calendar, and the days on which people slip."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.test_deadlines import OFFICE, moment
from tracking.deadlines import BadLimit, BadPause, Convention, Limit, Pause, Unit, due
from tracking.due_inputs import DueInputs
from tracking.editions import Edition, NamedDay
from tracking.explain import explain
from tracking.limits import Count
from tracking.working_time import (
    MAX_DAYS,
    OFFICE_WEEK,
    ZONE,
    BadCalendar,
    BadMoment,
    Calendar,
    CalendarGap,
    Session,
    SpanTooLong,
)

FIRST = date(2026, 1, 1)
HOURS = st.sampled_from(
    [
        ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30))),
        ((time(7), time(11, 30)), (time(13, 30), time(17))),
        ((time(8), time(12)),),
        ((time(6), time(9, 45)), (time(10), time(14)), (time(19), time(21, 15))),
    ]
)
DAYS = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any week with two days worked at least, any days off, any make-up days."""
    week = draw(st.sets(st.integers(1, 7), min_size=2).map(frozenset))
    sessions = tuple(
        Session(open=opening, close=closing, weekdays=week | {1})
        for opening, closing in draw(HOURS)
    )
    return Calendar(
        sessions=sessions,
        off=draw(st.frozensets(DAYS, max_size=40)),
        work=draw(st.frozensets(DAYS, max_size=5)),
        week=week,
    )


MOMENTS = st.integers(0, 400 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=minutes)
)
SPANS = st.integers(0, 6_000)
LIMITS = st.builds(
    Limit,
    value=st.integers(1, 12),
    unit=st.sampled_from(Unit),
    convention=st.sampled_from(Convention),
)


@given(calendars(), MOMENTS, SPANS, SPANS)
def test_time_adds_up_on_any_calendar(
    calendar: Calendar, at: datetime, first: int, second: int
) -> None:
    """A clock stopped and started again neither wins nor loses a minute."""
    once = calendar.add_minutes(at, first + second)

    assert calendar.add_minutes(calendar.add_minutes(at, first), second) == once


@given(calendars(), MOMENTS, SPANS)
def test_counting_undoes_adding_on_any_calendar(
    calendar: Calendar, at: datetime, minutes: int
) -> None:
    end = calendar.add_minutes(at, minutes)

    assert calendar.minutes_between(at, end) == minutes
    assert calendar.minutes_between(end, at) == -minutes


@given(calendars(), MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), SPANS)
def test_who_comes_later_is_never_due_earlier(
    calendar: Calendar, at: datetime, wait: timedelta, minutes: int
) -> None:
    assert calendar.normalise(at) >= at
    assert calendar.add_minutes(at, minutes) <= calendar.add_minutes(at + wait, minutes)


@given(calendars(), MOMENTS, LIMITS, st.integers(0, 5))
def test_a_longer_limit_or_an_extension_is_never_due_earlier(
    calendar: Calendar, at: datetime, limit: Limit, more: int
) -> None:
    """And the first due time stays, whatever was added."""
    plain = due(at, limit, calendar)
    extended = due(at, limit, calendar, extension=more)

    assert extended.original_due == plain.due
    assert extended.due >= plain.due


@given(calendars(), MOMENTS, LIMITS, MOMENTS, st.integers(0, 60 * 24 * 20))
def test_a_pause_never_brings_the_answer_forward(
    calendar: Calendar, at: datetime, limit: Limit, since: datetime, minutes: int
) -> None:
    pause = Pause(since=since, until=since + timedelta(minutes=minutes))

    paused = due(at, limit, calendar, [pause])

    assert paused.due >= due(at, limit, calendar).due
    assert paused.original_due == paused.due


@given(MOMENTS, LIMITS, st.integers(0, 4), st.lists(DAYS, max_size=30, unique=True))
def test_any_explanation_adds_up(
    at: datetime, limit: Limit, extension: int, off: list[date]
) -> None:
    """The lines are the reckoning: no calendar makes them say something else."""
    edition = Edition(
        hours_group="LD-STD",
        since=FIRST,
        week=tuple(sorted(OFFICE_WEEK)),
        sessions=OFFICE.sessions,
        days=tuple(NamedDay(day=day, kind="off", name="Nghỉ") for day in sorted(off)),
    )
    inputs = DueInputs(received_at=at, limit=limit, edition=edition, extension=extension)

    explained = explain(inputs, set_at=inputs.reckon().due)

    assert not explained.by_hand
    match limit.count:
        case Count.MINUTES:
            per = 60 if limit.unit is Unit.WORKING_HOUR else 480
            assert explained.counted(Count.MINUTES) == per * (limit.value + extension)
        case Count.WORKING_DAYS | Count.DAYS as count:
            assert explained.counted(count) == limit.value + extension


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        # Tết 2027, provisional in the table: 4 to 10 February
        ("2027-02-03T16:00", Limit(value=1), "2027-02-11T16:00"),
        # a month that has no 31st, and a leap day
        ("2028-01-31T09:00", Limit(value=1, unit=Unit.MONTH), "2028-02-29T17:30"),
        ("2028-02-29T09:00", Limit(value=12, unit=Unit.MONTH), "2029-02-28T17:30"),
        # 2 September and the day beside it
        ("2026-08-28T15:00", Limit(value=2), "2026-09-04T15:00"),
        # the very second of closing, and the one after it
        ("2019-06-03T17:30:00", Limit(value=1, unit=Unit.WORKING_HOUR), "2019-06-04T08:30"),
        ("2019-06-03T17:30:01", Limit(value=1, unit=Unit.WORKING_HOUR), "2019-06-04T08:30"),
        ("2019-06-03T17:29:59", Limit(value=1, unit=Unit.WORKING_HOUR), "2019-06-04T08:29"),
        # the cut-off to the minute
        ("2019-06-03T15:00:59", Limit(value=0, same_day_cutoff=True), "2019-06-03T17:30"),
        ("2019-06-03T15:01:00", Limit(value=0, same_day_cutoff=True), "2019-06-04T17:30"),
    ],
)
def test_days_on_which_people_slip(received: str, limit: Limit, expected: str) -> None:
    assert due(moment(received), limit, OFFICE).due == moment(expected)


def test_the_longest_limit_there_is_can_be_reckoned() -> None:
    """Ten thousand working days: absurd, and answered at once."""
    end = due(moment("2026-01-05T08:00"), Limit(value=MAX_DAYS), OFFICE).due

    assert end.year > 2060


@pytest.mark.parametrize("value", [-1, MAX_DAYS + 1])
def test_a_longer_or_negative_limit_is_refused(value: int) -> None:
    with pytest.raises(BadLimit, match=r"phải từ 0"):
        Limit(value=value)


def test_a_limit_of_nothing_is_for_same_day_procedures_alone() -> None:
    with pytest.raises(BadLimit, match="15:00"):
        Limit(value=0)


@pytest.mark.parametrize("extension", [-1, MAX_DAYS + 1])
def test_an_absurd_extension_is_refused(extension: int) -> None:
    with pytest.raises(BadLimit, match="Gia hạn"):
        due(moment("2026-01-05T08:00"), Limit(value=5), OFFICE, extension=extension)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadPause, match="không hợp lệ"):
        Pause(since=moment("2026-01-06T08:00"), until=moment("2026-01-05T08:00"))


def test_a_time_without_its_zone_is_refused() -> None:
    """It could be seven hours off, and nobody would see it."""
    naive = datetime(2026, 1, 5, 8)  # noqa: DTZ001 -- what is refused here
    with pytest.raises(BadMoment, match="múi giờ"):
        due(naive, Limit(value=5), OFFICE)
    with pytest.raises(BadMoment, match="múi giờ"):
        Pause(since=naive, until=datetime(2026, 1, 6, tzinfo=UTC))


def test_a_calendar_with_overlapping_sessions_is_refused() -> None:
    sessions = (
        Session(open=time(8), close=time(12), weekdays=OFFICE_WEEK),
        Session(open=time(11), close=time(17), weekdays=frozenset({5})),
    )
    with pytest.raises(BadCalendar, match="chồng giờ"):
        Calendar(sessions=sessions)


def test_a_calendar_that_falls_silent_says_from_when() -> None:
    """Whoever must mend it needs the day."""
    until = date(2026, 3, 1)
    sessions = (Session(open=time(8), close=time(16), weekdays=OFFICE_WEEK, valid_to=until),)
    calendar = Calendar(sessions=sessions)

    with pytest.raises(CalendarGap, match="28/02/2026"):
        due(moment("2026-02-25T08:00"), Limit(value=10), calendar)


def test_more_time_than_there_is_is_refused() -> None:
    with pytest.raises(SpanTooLong):
        OFFICE.add_minutes(moment("2026-01-05T08:00"), 10**12)
