"""Messages go the way that works; a network that does badly loses its share and gets it back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from asyncpg import Connection

from notifications import health, health_store
from notifications.gateway import MemoryGateway
from notifications.health import Network, Way, choose, moved, networks
from notifications.health_store import Count, Standing
from tests.make import MORNING
from tests.notifications.travel import BrokenGateway

MINUTE = timedelta(minutes=1)


def standing(name: str, points: int, *, share: int = 50, minutes_ago: int = 10) -> Standing:
    return Standing(
        name=name,
        points=points,
        share=share,
        moved_at=MORNING - minutes_ago * MINUTE,
        paused_until=None,
        paused_why=None,
    )


def count(name: str, calls: int, bad: int) -> Count:
    return Count(gateway=name, calls=calls, bad=bad, slow=0)


def test_points_decide_how_many_go_where() -> None:
    """Seventy of a hundred neighbours, and the same message the same way."""
    ways = [Way("a", 70), Way("b", 30)]

    drawn = Counter(choose(ways, number) for number in range(1, 1001))

    assert drawn == {"a": 700, "b": 300}
    assert choose(ways, 7) == choose(ways, 7)


def test_a_way_without_points_is_taken_only_where_there_is_no_other() -> None:
    assert {choose([Way("a", 0), Way("b", 5)], n) for n in range(50)} == {"b"}
    assert {choose([Way("a", 0)], n) for n in range(5)} == {"a"}
    assert {choose([Way("a", 0), Way("b", 0)], n) for n in range(5)} == {"a", "b"}
    assert {choose([Way("a", 90), Way("b", 10)], n, avoid="a") for n in range(50)} == {"b"}
    assert choose([Way("a", 90)], 1, avoid="a") == "a"


@pytest.mark.parametrize(
    ("calls", "bad", "points"),
    [
        (100, 14, 50),  # not yet sick
        (100, 15, 40),
        (20, 20, 40),
        (19, 19, 50),  # two of three say nothing
    ],
)
def test_fifteen_bad_calls_of_a_hundred_cost_ten_points(calls: int, bad: int, points: int) -> None:
    both = [standing("a", 50), standing("b", 50)]
    counts = {"a": count("a", calls, bad), "b": count("b", 100, 0)}

    assert moved(both, counts, MORNING) == {"a": points, "b": 100 - points}


def test_after_a_move_a_network_has_a_minute_to_recover() -> None:
    """Without it one bad burst would cost all points before anybody saw an effect."""
    both = [standing("a", 40, minutes_ago=0), standing("b", 60)]
    counts = {"a": count("a", 100, 50), "b": count("b", 100, 0)}

    assert moved(both, counts, MORNING + timedelta(seconds=59)) == {"a": 40, "b": 60}
    assert moved(both, counts, MORNING + MINUTE) == {"a": 30, "b": 70}


def test_points_drift_back_when_nothing_is_wrong() -> None:
    both = [standing("a", 20, minutes_ago=5), standing("b", 80, minutes_ago=5)]

    assert moved(both, {}, MORNING) == {"a": 25, "b": 75}
    assert moved([standing("a", 48), standing("b", 52)], {}, MORNING) == {"a": 50, "b": 50}


def test_where_all_are_sick_nothing_moves() -> None:
    """There is no better way to send anything."""
    both = [standing("a", 50), standing("b", 50)]
    counts = {"a": count("a", 100, 50), "b": count("b", 100, 50)}

    assert moved(both, counts, MORNING) == {"a": 50, "b": 50}


def test_points_keep_their_sum_and_never_go_below_nothing() -> None:
    both = [standing("a", 4), standing("b", 96)]

    found = moved(both, {"a": count("a", 100, 99)}, MORNING)

    assert found == {"a": 0, "b": 100}


async def test_two_judges_at_one_minute_move_points_once(desk: Connection) -> None:
    """Each worker judges: a network must not lose ten points a worker."""
    among = networks(
        Network(gateway=BrokenGateway(RuntimeError())), Network(gateway=MemoryGateway())
    )
    await health.judge(desk, among, MORNING)
    [sick, _] = await health_store.standings(desk)
    later = MORNING + 2 * MINUTE

    first = await health_store.move(desk, sick, 40, later)
    second = await health_store.move(desk, sick, 40, later)

    assert (sick.name, sick.points, first, second) == ("broken", 50, True, False)


async def test_new_weights_in_the_settings_start_anew(desk: Connection) -> None:
    await health_store.enter(desk, "a", 50, MORNING)
    [was] = await health_store.standings(desk)
    await health_store.move(desk, was, 20, MORNING)

    await health_store.enter(desk, "a", 50, MORNING)
    [same] = await health_store.standings(desk)
    await health_store.enter(desk, "a", 70, MORNING)
    [new] = await health_store.standings(desk)

    assert (same.points, new.points) == (20, 70)


async def test_a_pause_is_lengthened_and_never_shortened(desk: Connection) -> None:
    long, short = MORNING + 10 * MINUTE, MORNING + MINUTE
    among = networks(Network(gateway=MemoryGateway()))

    await health_store.pause(desk, "memory", long, "401", MORNING)
    await health_store.pause(desk, "memory", short, "401", MORNING)

    assert await health.ways(desk, among, MORNING + 9 * MINUTE) == []
    assert [way.name for way in await health.ways(desk, among, long)] == ["memory"]
