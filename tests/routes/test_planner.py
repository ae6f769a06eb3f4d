"""The order of a round: nothing lost, windows kept, the same answer every time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from routes import planner
from routes.errors import DoubledStop
from routes.model import Plan, Point, StopIn
from routes.travel import GreatCircle

VIETNAM = timezone(timedelta(hours=7))
EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=VIETNAM)
OFFICE = Point(lat=11.94, lon=108.44)
TRAVEL = GreatCircle()


def stop(name: str, east: float, north: float = 0.0, **more: object) -> StopIn:
    """A stop so many hundredths of a degree from the office: about 1.1 km each."""
    point = Point(lat=OFFICE.lat + north / 100, lon=OFFICE.lon + east / 100)
    return structs.replace(StopIn(reference=name, kind="deliver", point=point), **more)


def plan(*stops: StopIn, start: Point | None = OFFICE) -> Plan:
    return planner.plan(stops, start=start, leaves_at=EIGHT, travel=TRAVEL)


def order(made: Plan) -> list[str]:
    return [planned.stop.reference for planned in made.stops]


def test_stops_along_a_road_are_ridden_along_it() -> None:
    """Out and back once, whatever order they were entered in."""
    made = plan(stop("c", 3), stop("a", 1), stop("d", 4), stop("b", 2))

    assert sorted(order(made)) == ["a", "b", "c", "d"]
    assert made.km == pytest.approx(2 * 4 * 1.088 * 1.62, abs=0.2)


def test_of_two_ways_round_the_one_with_more_doors_first_is_ridden() -> None:
    """A ring is as long either way, but most people wait at one end of it."""
    made = plan(stop("far", 0, 9), stop("a", 3, 0.5), stop("b", 3, 1), stop("c", 3, 1.5))

    assert order(made) == ["a", "b", "c", "far"]


def test_the_shortest_of_all_orders_is_found() -> None:
    """Six stops can be tried by hand; the planner is no worse."""
    stops = [stop(str(i), (i * 7) % 11 - 5, (i * 5) % 9 - 4) for i in range(6)]
    points = [OFFICE, *(each.point for each in stops if each.point), OFFICE]
    legs = TRAVEL.matrix(points)
    best = min(
        sum(legs[one][other].km for one, other in zip((0, *way), (*way, 7), strict=True))
        for way in permutations(range(1, 7))
    )

    assert plan(*stops).km == pytest.approx(best, abs=0.1)


def test_the_same_day_gives_the_same_plan() -> None:
    """A courier who reloads must not find his round turned round."""
    stops = [stop(str(i), i % 5, i // 5) for i in range(20)]

    assert plan(*stops) == plan(*reversed(stops))


def test_a_window_is_kept_even_by_a_detour() -> None:
    """An agency that closes at 8:25 is reached before the nearer house."""
    closing = EIGHT + timedelta(minutes=25)
    made = plan(
        stop("near", 1, service_minutes=20),
        stop("agency", 4, window_to=closing),
        stop("middle", 2, service_minutes=20),
    )

    assert order(made)[0] == "agency"
    assert all(planned.doubt is None for planned in made.stops)


def test_a_courier_waits_for_a_door_that_opens_later() -> None:
    opens = EIGHT + timedelta(hours=1)

    made = plan(stop("a", 1, window_from=opens))

    assert made.stops[0].eta == opens


def test_a_stop_whose_window_cannot_be_kept_stays_and_says_so() -> None:
    """The paper is in the bag: it is late, it is not lost."""
    over = EIGHT - timedelta(minutes=5)
    made = plan(stop("late", 2, window_to=over), stop("fine", 1), stop("far", 30))
    tight = plan(stop("later", 30, window_to=EIGHT + timedelta(minutes=10)), stop("fine", 1))

    assert {p.stop.reference: p.doubt for p in made.stops}["late"] == "late"
    assert {p.stop.reference: p.doubt for p in tight.stops} == {"later": "late", "fine": None}


def test_a_stop_without_a_point_stands_last() -> None:
    """Nobody could place its address; the courier asks on the way."""
    lost = StopIn(reference="lost", kind="deliver")
    made = plan(lost, stop("a", 1))

    assert order(made) == ["a", "lost"]
    assert made.stops[-1].doubt == "no_point"
    assert (made.stops[-1].eta, made.stops[-1].km_from_previous) == (None, None)


@pytest.mark.parametrize("start", [OFFICE, None])
def test_an_empty_day_is_a_plan(start: Point | None) -> None:
    made = plan(start=start)

    assert (made.stops, made.km, made.back_at) == ((), 0.0, EIGHT)


def test_without_an_office_the_ride_begins_at_a_stop() -> None:
    made = plan(stop("b", 2), stop("a", 1), stop("c", 3), start=None)

    assert order(made) in (["a", "b", "c"], ["c", "b", "a"])
    assert made.stops[0].km_from_previous == 0.0


def test_one_stop_twice_is_refused() -> None:
    """A scan at the door could not say which of the two it closes."""
    with pytest.raises(DoubledStop, match="hai lần"):
        plan(stop("a", 1), stop("a", 2))


stops_of_a_day = st.lists(
    st.builds(
        stop,
        name=st.uuids().map(str),
        east=st.integers(-20, 20),
        north=st.integers(-20, 20),
        service_minutes=st.integers(0, 30),
        window_from=st.none() | st.integers(-60, 200).map(lambda m: EIGHT + timedelta(minutes=m)),
        window_to=st.none() | st.integers(200, 400).map(lambda m: EIGHT + timedelta(minutes=m)),
    )
    | st.uuids().map(lambda name: StopIn(reference=str(name), kind="collect")),
    max_size=6,
    unique_by=lambda each: each.reference,
)


@given(stops=stops_of_a_day, start=st.sampled_from([OFFICE, None]))
def test_every_plan_holds(stops: Sequence[StopIn], start: Point | None) -> None:
    """Each stop once, no faster than the road, nothing before its window, each doubt said."""
    made = plan(*stops, start=start)
    ride = planner.Ride(
        placed := [each for each in stops if each.point],
        TRAVEL.matrix([OFFICE, *(each.point for each in placed if each.point), OFFICE])
        if start
        else [[planner.NOWHERE] * (len(placed) + 2)] * (len(placed) + 2),
        EIGHT,
    )

    assert planner.faults(made, ride, stops) == []


def test_the_checker_finds_what_is_wrong() -> None:
    """A checker that passes everything protects nobody."""
    asked = [stop("a", 1), stop("b", 2, window_to=EIGHT + timedelta(minutes=1))]
    made = plan(*asked)
    points = [OFFICE, *(each.point for each in asked if each.point), OFFICE]
    ride = planner.Ride(asked, TRAVEL.matrix(points), EIGHT)
    early = structs.replace(made.stops[0], eta=EIGHT)
    unsaid = tuple(structs.replace(each, doubt=None) for each in made.stops)
    timeless = structs.replace(made.stops[0], eta=None)

    assert planner.faults(made, ride, asked) == []
    for broken in (made.stops[:1], (early, made.stops[1]), unsaid, (timeless, made.stops[1])):
        assert planner.faults(structs.replace(made, stops=broken), ride, asked)


def test_a_new_stop_goes_where_it_costs_least() -> None:
    """Between the two it lies between; the others keep their order."""
    made = planner.insert(
        structs.replace(plan(stop("a", 1), stop("b", 2)), start=OFFICE),
        stop("between", 1.5),
        home=OFFICE,
        travel=TRAVEL,
    )
    others = [name for name in order(made) if name != "between"]

    assert order(made)[1] == "between"
    assert others == order(plan(stop("a", 1), stop("b", 2)))


def test_a_new_stop_does_not_break_a_promise_to_another() -> None:
    """It waits behind the agency that closes soon, though that is the longer way."""
    closing = stop("closing", 5, window_to=EIGHT + timedelta(minutes=30))
    made = planner.insert(
        plan(closing), stop("on the way", 2, service_minutes=20), home=OFFICE, travel=TRAVEL
    )

    assert order(made) == ["closing", "on the way"]


def test_mountain_roads_are_longer_than_the_crow_flies() -> None:
    """Đà Lạt to Bảo Lộc: 85 km in a straight line, well over 100 on the road."""
    leg = TRAVEL.leg(Point(lat=11.9033, lon=108.4431), Point(lat=11.5473, lon=107.8077))

    assert 120 < leg.km < 140
    assert leg.minutes == pytest.approx(60 * leg.km / TRAVEL.km_per_hour)
