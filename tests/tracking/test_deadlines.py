"""When an answer is owed: the vectors two engines agree on, and what a receipt may promise."""

from __future__ import annotations

import csv
from datetime import date, datetime, time
from pathlib import Path

import pytest

from tracking.deadlines import (
    BadLimit,
    BadPause,
    Convention,
    Limit,
    Pause,
    Unit,
    delivery_day,
    due,
    due_after_pause,
    forecast,
)
from tracking.working_time import OFFICE_WEEK, POSTAL_WEEK, ZONE, Calendar, Session

ROOT = Path(__file__).parents[2]
SATURDAY = frozenset({6})
HOURS = {
    "H1": ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30))),
    "H2": ((time(7), time(11, 30)), (time(13, 30), time(17))),
}
SATURDAYS = {
    "none": (),
    "reception_only": (
        Session(open=time(7, 30), close=time(11, 30), weekdays=SATURDAY, counts=False),
    ),
    "counts_am": (Session(open=time(7, 30), close=time(11, 30), weekdays=SATURDAY),),
}


def rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DAYS = rows("postal_service/data/holidays_vn.csv")
VECTORS = rows("tests/data/deadline_vectors.csv")


def days(kind: str, applies_to: str = "") -> frozenset[date]:
    return frozenset(
        date.fromisoformat(row["date"])
        for row in DAYS
        if row["kind"] == kind and applies_to in ("", row["applies_to"])
    )


def office(hours: str = "H1", saturday: str = "none") -> Calendar:
    weekly = tuple(Session(open=o, close=c, weekdays=OFFICE_WEEK) for o, c in HOURS[hours])
    return Calendar(sessions=weekly + SATURDAYS[saturday], off=days("off"), work=days("work"))


OFFICE = office()
POST = Calendar(sessions=(), off=days("off", "all"), week=POSTAL_WEEK)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def limit_of(row: dict[str, str]) -> Limit:
    end_of_day = row["convention"] == "end_of_day"
    return Limit(
        value=int(row["time_value"]),
        unit=Unit(row["time_unit"]),
        convention=Convention.END_OF_DAY if end_of_day else Convention.HOUR_PRECISE,
        same_day_cutoff=row["cutoff_15h"] == "yes",
    )


def pauses_of(row: dict[str, str]) -> list[Pause]:
    spans = [span.split("/") for span in row["pauses"].split(";") if span]
    return [Pause(since=moment(since), until=moment(until)) for since, until in spans]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['id']} {row['exercises']}")
def test_the_vectors(row: dict[str, str]) -> None:
    """Each is one rule of the law that an outsider gets wrong."""
    calendar = office(row["hours"], row["saturday"])

    answer = due(
        moment(row["received_at"]),
        limit_of(row),
        calendar,
        pauses_of(row),
        int(row["extension_value"] or 0),
    )

    assert answer.start == moment(row["expected_start"])
    assert answer.original_due == moment(row["expected_original_due"])
    assert answer.due == moment(row["expected_due"])


FIVE_DAYS = Limit(value=5)


def pause(since: str, until: str) -> Pause:
    return Pause(since=moment(since), until=moment(until))


@pytest.mark.parametrize(
    "limit",
    [
        FIVE_DAYS,
        Limit(value=5, convention=Convention.END_OF_DAY),
        Limit(value=7, unit=Unit.DAY),
        Limit(value=1, unit=Unit.MONTH),
        Limit(value=0, same_day_cutoff=True),
    ],
    ids=["minutes", "working days", "days", "months", "same day"],
)
def test_a_pause_after_the_due_time_saves_nobody(limit: Limit) -> None:
    """An agency that is late cannot become punctual by asking for more papers."""
    start = moment("2019-06-03T10:00")
    on_time = due(start, limit, OFFICE).due

    late = Pause(since=on_time, until=moment("2019-08-01T10:00"))

    assert due(start, limit, OFFICE, [late]).due == on_time
    assert due_after_pause(on_time, late, limit, OFFICE) == on_time


def test_two_pauses_are_reckoned_in_the_order_they_happened() -> None:
    """The second starts after the first due time, but before the one the first led to."""
    start = moment("2019-06-03T10:00")
    first = pause("2019-06-05T10:00", "2019-06-12T10:00")
    second = pause("2019-06-12T14:00", "2019-06-13T14:00")

    answer = due(start, FIVE_DAYS, OFFICE, [second, first])

    assert answer.due == moment("2019-06-18T10:00")
    once = due(start, FIVE_DAYS, OFFICE, [first]).due
    assert due_after_pause(once, second, FIVE_DAYS, OFFICE) == answer.due


def test_a_pause_counts_from_the_moment_the_clock_runs() -> None:
    """Papers that came on Sunday and were asked about on Sunday wait for nobody until Monday."""
    sunday = moment("2019-06-02T20:00")
    ten_days = Limit(value=10, unit=Unit.DAY)

    overnight = due(sunday, FIVE_DAYS, OFFICE, [pause("2019-06-02T21:00", "2019-06-03T06:00")])
    one_day = due(sunday, ten_days, OFFICE, [pause("2019-06-02T21:00", "2019-06-04T06:00")])

    assert overnight == due(sunday, FIVE_DAYS, OFFICE)
    assert one_day.due == moment("2019-06-14T17:30")


def test_a_same_day_answer_waits_for_papers_too() -> None:
    """The law is silent on it; an agency that waited overnight cannot owe an answer yesterday."""
    same_day = Limit(value=0, same_day_cutoff=True)

    answer = due(
        moment("2019-06-03T09:00"),
        same_day,
        OFFICE,
        [pause("2019-06-03T10:00", "2019-06-04T09:00")],
    )

    assert answer.due == moment("2019-06-04T17:30")


@pytest.mark.parametrize(
    ("limit", "moved"),
    [
        (FIVE_DAYS, "2019-06-26T15:00"),
        (Limit(value=5, convention=Convention.END_OF_DAY), "2019-06-26T17:30"),
        (Limit(value=7, unit=Unit.DAY), "2019-06-26T17:30"),
        (Limit(value=1, unit=Unit.MONTH), "2019-06-20T15:00"),
    ],
)
def test_an_appointment_set_by_hand_moves_by_the_pause(limit: Limit, moved: str) -> None:
    """The officer's own date stands; only the time spent waiting is added to it."""
    waited = pause("2019-06-06T09:00", "2019-06-12T09:00")

    assert due_after_pause(moment("2019-06-20T15:00"), waited, limit, OFFICE) == moment(moved)


@pytest.mark.parametrize(
    "pauses",
    [
        [("2019-06-05T10:00", "2019-06-12T10:00"), ("2019-06-11T10:00", "2019-06-13T10:00")],
        [("2019-06-05T10:00", "2019-06-05T09:00")],
    ],
    ids=["overlapping", "backwards"],
)
def test_impossible_pauses_are_refused(pauses: list[tuple[str, str]]) -> None:
    """An hour of waiting counted twice is an hour given away."""
    with pytest.raises(BadPause):
        due(
            moment("2019-06-03T10:00"),
            FIVE_DAYS,
            OFFICE,
            [pause(since, until) for since, until in pauses],
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"value": -1},
        {"value": 0},
        {"value": 10_001},
        {"value": 400, "unit": Unit.MONTH},
        {"value": 3, "same_day_cutoff": True},
    ],
)
def test_a_limit_no_procedure_has_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadLimit):
        Limit(**fields)


def test_seconds_do_not_count() -> None:
    """The receipt shows 15:00; a due time from 15:00:40 could not be reckoned again from it."""
    same_day = Limit(value=0, same_day_cutoff=True)

    assert due(moment("2019-06-03T15:00:40"), same_day, OFFICE).due == moment("2019-06-03T17:30")


@pytest.mark.parametrize("convention", list(Convention))
def test_a_forecast_is_the_sum_of_three_clocks(convention: Convention) -> None:
    """Post, agency, post; 24/11 is a public holiday for all, and no convention changes a day."""
    expected = forecast(
        moment("2026-11-23T08:15"),
        Limit(value=10, convention=convention),
        OFFICE,
        POST,
        days_out=1,
        days_back=1,
    )

    assert expected.with_agency_at.date() == date(2026, 11, 25)
    assert expected.decided_at.date() == date(2026, 12, 9)
    assert expected.delivered_on == date(2026, 12, 10)


def test_the_post_carries_on_days_the_agency_swaps() -> None:
    """On 29/4/2019 officials were off and worked Saturday 4/5 instead; the post did neither."""
    expected = forecast(
        moment("2019-04-26T09:00"), Limit(value=1), OFFICE, POST, days_out=2, days_back=2
    )

    assert expected.with_agency_at.date() == date(2019, 5, 2)  # 27/4, 29/4 by post; then closed
    assert expected.decided_at.date() == date(2019, 5, 3)
    assert expected.delivered_on == date(2019, 5, 6)  # collected on the worked Saturday, 4/5


def test_a_forecast_leaves_out_the_legs_that_are_not_bought() -> None:
    """Papers filed at the agency are there already; a result collected there is never delivered."""
    expected = forecast(
        moment("2019-06-03T09:00"), FIVE_DAYS, OFFICE, POST, days_out=None, days_back=None
    )

    assert expected.with_agency_at == moment("2019-06-03T09:00")
    assert expected.decided_at == moment("2019-06-10T09:00")
    assert expected.delivered_on is None


def test_delivery_is_counted_from_the_next_working_day() -> None:
    """A result of Friday afternoon is collected on Monday: nobody opens on Saturday."""
    friday = moment("2019-06-07T16:00")

    assert delivery_day(friday, OFFICE, POST, 1) == date(2019, 6, 10)
    assert delivery_day(friday, OFFICE, POST, 3) == date(2019, 6, 12)


def test_nothing_is_delivered_on_a_day_the_post_rests() -> None:
    """Should officials make up for a bridge day on a Sunday, the post still comes on Monday."""
    sunday = date(2019, 6, 9)
    agency = Calendar(sessions=OFFICE.sessions, work=frozenset({sunday}))

    assert delivery_day(moment("2019-06-07T16:00"), agency, POST, 1) == date(2019, 6, 10)
