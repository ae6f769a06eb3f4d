"""When silence becomes loud, for whom, and for how long an answer buys quiet."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from msgspec.structs import replace

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.watch.radar_rules import (
    ANSWER_HOURS,
    HEARS,
    Answer,
    Rule,
    Silence,
    Step,
    last_evening,
    opening_hours,
    quiet_until,
    rung,
    rung_on_the_wall,
    youngest,
)
from tests.make import MORNING
from tracking.working_time import Calendar, Session

HOURS = Calendar(
    sessions=tuple(
        Session(
            weekdays=frozenset({1, 2, 3, 4, 5}),
            open=time(hours),
            close=time(hours + 4),
            accepts=True,
            counts=True,
        )
        for hours in (7, 13)
    ),
)
LADDER = [
    Step(rule=Rule.NO_SCAN, step=1, after_hours=4, receiver="supervisor"),
    Step(rule=Rule.NO_SCAN, step=2, after_hours=8, receiver="manager"),
    Step(rule=Rule.MISSING, step=1, after_hours=0, receiver="supervisor"),
]


def silence(rule: Rule, since: datetime) -> Silence:
    return Silence(rule=rule, subject="consignment:1", since=since, facts={})


@pytest.mark.parametrize(
    ("hours", "step"), [(3, None), (5.9, None), (6, 1), (23.9, 1), (24, 2), (24 * 30, 2)]
)
def test_the_ladder_is_climbed_in_working_hours(hours: float, step: int | None) -> None:
    """Nobody is late over lunch: from 8:15, four hours of work are over at 14:15."""
    told = rung(silence(Rule.NO_SCAN, MORNING), LADDER, HOURS, MORNING + timedelta(hours=hours))

    assert (told.step if told else None) == step


def test_what_has_no_rung_is_never_said() -> None:
    """A province that ends a rule's rows has silenced it."""
    assert rung(silence(Rule.CALL_WAITING, MORNING), LADDER, HOURS, MORNING) is None
    assert rung(silence(Rule.MISSING, MORNING), LADDER, HOURS, MORNING) is not None


def test_what_lies_ahead_is_not_silence_yet() -> None:
    """A clock that ran ahead must not raise an alarm, nor break the office's others."""
    ahead = silence(Rule.MISSING, MORNING + timedelta(hours=1))

    assert rung(ahead, LADDER, HOURS, MORNING) is None


def test_the_youngest_rung_says_how_far_back_to_read() -> None:
    """A rung below what is read would never speak; rules that read everything do not count."""
    assert youngest(LADDER) == timedelta(hours=4)
    assert youngest([]) == timedelta(0)


def test_each_answer_buys_working_hours() -> None:
    """What is answered on Monday morning for 16 hours nags again on Wednesday."""
    assert set(ANSWER_HOURS) == set(Answer)
    assert quiet_until(Answer.WEATHER, HOURS, MORNING) == MORNING + timedelta(days=2)
    assert quiet_until(Answer.ON_IT, None, MORNING) == MORNING + timedelta(hours=4)


def test_an_office_without_a_calendar_climbs_by_the_wall() -> None:
    """An unreadable office is worth a word at once, whatever its hours are."""
    steps = [
        Step(rule=Rule.BLIND, step=1, after_hours=0, receiver="supervisor"),
        Step(rule=Rule.BLIND, step=2, after_hours=1, receiver="manager"),
    ]
    blind = silence(Rule.BLIND, MORNING)

    told = [
        rung_on_the_wall(blind, steps, MORNING + timedelta(minutes=minutes))
        for minutes in (0, 59, 60)
    ]

    assert [each.step for each in told if each] == [1, 1, 2]


def test_a_post_office_has_hours_too() -> None:
    """Its sessions count for no legal limit; people are there all the same, and are waited for."""
    counter = replace(HOURS, sessions=tuple(replace(s, counts=False) for s in HOURS.sessions))

    told = rung(
        silence(Rule.NO_SCAN, MORNING), LADDER, opening_hours(counter), MORNING + timedelta(days=1)
    )

    assert told is not None
    assert told.step == 2


def test_what_is_older_than_any_calendar_is_loud() -> None:
    """A paper from before last year must not leave its whole office unread."""
    old = silence(Rule.NO_SCAN, MORNING - timedelta(days=3000))

    told = rung(old, LADDER, HOURS, MORNING)

    assert told is not None
    assert told.receiver == "manager"


def test_the_last_evening() -> None:
    """Before six it is yesterday's, from six on today's, in Vietnam."""
    six = datetime(2026, 11, 23, 18, tzinfo=VIETNAM)

    assert last_evening(six - timedelta(minutes=1)) == six - timedelta(days=1)
    assert last_evening(six) == six


def test_every_receiver_of_the_ladder_is_somebody() -> None:
    """An alarm that nobody hears is no alarm; a courier and an agency have other pages."""
    assert frozenset().union(*HEARS.values()) == {"clerk", "supervisor", "manager"}
    assert set(HEARS) == {Role.CLERK, Role.SUPERVISOR, Role.MANAGER}
