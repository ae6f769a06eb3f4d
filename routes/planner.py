"""Which stops, in what order, and which of them are doubtful. Pure and deterministic.

A stop is never lost: one that nobody can place stands last, one that cannot be
reached in its window stays in and says so. The courier has the paper either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pyvrp import Location as Spot
from pyvrp import Model
from pyvrp.stop import MaxIterations

from routes.errors import BrokenPlan, DoubledStop
from routes.model import Doubt, Plan, PlannedStop, Point, StopIn
from routes.travel import Leg, Matrix, TravelTimes

SEED: Final = 1
#: Iterations, not seconds: a slow machine gives the same order. 20 stops take about 0.2 s.
EFFORT: Final = 10_000
LEAST_EFFORT: Final = 100
#: What missing a window is worth, in seconds of riding: more than any detour.
PROMISE: Final = 10_000_000
NOWHERE: Final = Leg(0.0, 0.0)
#: Below this, times differ by rounding only.
INSTANT: Final = timedelta(seconds=1)


class Ride(NamedTuple):
    """Placed stops 1 … n between where the courier is (0) and home (n + 1)."""

    stops: Sequence[StopIn]
    legs: Matrix
    ready_at: datetime

    def stop(self, at: int) -> StopIn:
        return self.stops[at - 1]


def plan(
    stops: Sequence[StopIn], *, start: Point | None, leaves_at: datetime, travel: TravelTimes
) -> Plan:
    """Order *stops* into a ride from *start* and back, leaving at *leaves_at*.

    Takes up to 0.3 s for 20 stops: call it from a thread, never on the event
    loop. The order the stops come in does not matter. Without a *start* the
    ride begins at its first stop and ends at its last. Raises DoubledStop.
    """
    if len({stop.reference for stop in stops}) < len(stops):
        raise DoubledStop
    listed = sorted(stops, key=lambda stop: stop.reference)
    placed = [stop for stop in listed if stop.point is not None]
    ride = _ride(placed, (start, start), leaves_at, travel)
    solved = _solve(ride)
    order = min(solved, solved[::-1], key=lambda way: _cost(ride, way))
    for missing in sorted(set(range(1, len(placed) + 1)) - set(order)):
        order = _cheapest(ride, order, missing)
    return _checked(_plan(ride, order, [s for s in listed if s.point is None], start), ride, stops)


def insert(rest: Plan, stop: StopIn, *, home: Point | None, travel: TravelTimes) -> Plan:
    """Put *stop* where it costs least into what is left of a ride, and keep all else in order.

    *rest* starts where the courier is. A place where no window is missed is
    preferred to a shorter one. Raises DoubledStop.
    """
    stops = [*(planned.stop for planned in rest.stops), stop]
    if len({each.reference for each in stops}) < len(stops):
        raise DoubledStop
    placed = [each for each in stops if each.point is not None]
    ride = _ride(placed, (rest.start, home), rest.leaves_at, travel)
    order = list(range(1, len(placed) + 1))
    if stop.point is not None:
        order = _cheapest(ride, order[:-1], order[-1])
    unplaced = [each for each in stops if each.point is None]
    return _checked(_plan(ride, order, unplaced, rest.start), ride, stops)


def faults(made: Plan, ride: Ride, stops: Sequence[StopIn]) -> list[str]:
    """What is wrong with a plan, checked by the clock and the map, not by who made it."""
    found = []
    if Counter(planned.stop.reference for planned in made.stops) != Counter(
        stop.reference for stop in stops
    ):
        found.append("a stop is missing or there twice")
    index = {stop.reference: at for at, stop in enumerate(ride.stops, start=1)}
    here, free_at = 0, ride.ready_at
    for planned in made.stops:
        stop = planned.stop
        at = index.get(stop.reference)
        if at is None or planned.eta is None:
            if planned.doubt != "no_point" or stop.point is not None:
                found.append("a stop has no time, and not for want of a point")
            continue
        if planned.eta + INSTANT < free_at + _minutes(ride.legs[here][at].minutes):
            found.append("a stop is reached faster than the road allows")
        if stop.window_from and planned.eta < stop.window_from:
            found.append("a stop is made before its window opens")
        if _is_late(stop, planned.eta) != (planned.doubt == "late"):
            found.append("a missed window is not said, or said for nothing")
        here, free_at = at, planned.eta + timedelta(minutes=stop.service_minutes)
    return found


def _checked(made: Plan, ride: Ride, stops: Sequence[StopIn]) -> Plan:
    found = faults(made, ride, stops)
    if found:
        raise BrokenPlan(found[0])
    return made


def _ride(
    placed: Sequence[StopIn],
    ends: tuple[Point | None, Point | None],
    ready_at: datetime,
    travel: TravelTimes,
) -> Ride:
    start, home = ends
    points = [stop.point for stop in placed if stop.point is not None]
    known = [point for point in (start, *points, home) if point is not None]
    measured = travel.matrix(known)
    width = len(points) + 2
    rows = iter(measured)
    legs = [[NOWHERE] * width for _ in range(width)]
    inside = range(0 if start else 1, width if home else width - 1)
    for row in inside:
        for column, leg in zip(inside, next(rows), strict=True):
            legs[row][column] = leg
    return Ride(placed, legs, ready_at)


def _solve(ride: Ride) -> list[int]:
    """The order PyVRP finds; stops whose window it could not keep are not in it."""
    if not ride.stops:
        return []
    model = Model()
    spots = [model.add_location(0, 0) for _ in ride.legs]
    start, home = model.add_depot(spots[0]), model.add_depot(spots[-1])
    for at, stop in enumerate(ride.stops, start=1):
        _add_stop(model, spots[at], stop, ride.ready_at)
    # leaves when told to, not when waiting would be shortest
    model.add_vehicle_type(
        1,
        start_depot=start,
        end_depot=home,
        start_late=0,
        unit_distance_cost=0,
        unit_duration_cost=1,
    )
    for row, legs in enumerate(ride.legs):
        for column, leg in enumerate(legs):
            if row != column:
                metres, seconds = round(1000 * leg.km), round(60 * leg.minutes)
                model.add_edge(spots[row], spots[column], metres, seconds)
    effort = MaxIterations(max(LEAST_EFFORT, EFFORT // len(ride.stops)))
    best = model.solve(effort, seed=SEED, collect_stats=False, display=False).best
    return [
        step.idx + 1 for route in best.routes() for step in route.schedule() if step.is_client()
    ]


def _add_stop(model: Model, spot: Spot, stop: StopIn, ready_at: datetime) -> None:
    """A stop with a window is one that may be left out, at a price: a strict one would make
    the whole day unsolvable when a single window has passed."""
    service = 60 * stop.service_minutes
    early = _seconds(stop.window_from, ready_at)
    if stop.window_to is None or stop.window_to < ready_at:
        model.add_client(spot, service_duration=service, tw_early=early)
        return
    late = max(early, _seconds(stop.window_to, ready_at))
    model.add_client(
        spot, service_duration=service, tw_early=early, tw_late=late, required=False, prize=PROMISE
    )


def _cheapest(ride: Ride, order: Sequence[int], new: int) -> list[int]:
    """*order* with *new* where it makes fewest stops late, and then the ride shortest."""
    ways = ([*order[:at], new, *order[at:]] for at in range(len(order) + 1))
    return min(ways, key=lambda way: _cost(ride, way))


def _cost(ride: Ride, order: Sequence[int]) -> tuple[int, int, int, float]:
    """Missed windows, minutes, kilometres; of equal rides the one that is at the doors sooner."""
    planned, km, back_at = _timetable(ride, order)
    doors = sum((stop.eta - ride.ready_at).total_seconds() for stop in planned if stop.eta)
    minutes = round((back_at - ride.ready_at).total_seconds() / 60)
    return sum(stop.doubt is not None for stop in planned), minutes, round(km), doors


def _timetable(ride: Ride, order: Sequence[int]) -> tuple[tuple[PlannedStop, ...], float, datetime]:
    """When each stop of *order* is reached, the kilometres of the ride, and when it is home."""
    here, free_at, km = 0, ride.ready_at, 0.0
    planned = []
    for at in order:
        stop, leg = ride.stop(at), ride.legs[here][at]
        eta = free_at + _minutes(leg.minutes)
        if stop.window_from is not None:
            eta = max(eta, stop.window_from)
        doubt: Doubt | None = "late" if _is_late(stop, eta) else None
        planned.append(PlannedStop(stop=stop, eta=eta, km_from_previous=leg.km, doubt=doubt))
        here, free_at, km = at, eta + timedelta(minutes=stop.service_minutes), km + leg.km
    last = ride.legs[here][-1]
    return tuple(planned), km + last.km, free_at + _minutes(last.minutes)


def _plan(
    ride: Ride, order: Sequence[int], unplaced: Sequence[StopIn], start: Point | None
) -> Plan:
    planned, km, back_at = _timetable(ride, order)
    last = tuple(
        PlannedStop(stop=stop, eta=None, km_from_previous=None, doubt="no_point")
        for stop in unplaced
    )
    return Plan(
        start=start, leaves_at=ride.ready_at, stops=planned + last, km=round(km, 1), back_at=back_at
    )


def _is_late(stop: StopIn, eta: datetime) -> bool:
    return stop.window_to is not None and eta > stop.window_to + INSTANT


def _minutes(minutes: float) -> timedelta:
    """Whole seconds: what the solver rides in, and finer than any road."""
    return timedelta(seconds=round(60 * minutes))


def _seconds(moment: datetime | None, ready_at: datetime) -> int:
    return 0 if moment is None else max(0, int((moment - ready_at).total_seconds()))
