"""The little map on the courier's phone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from routes import sketch
from routes.model import Round, Stop, Unit

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=timezone(timedelta(hours=7)))
WIDTH, HEIGHT = 390.0, 220.0


def stop(ordinal: int, lat: float | None, lon: float | None, *, done: bool = False) -> Stop:
    return Stop(
        round_id=1,
        ordinal=ordinal,
        kind="deliver",
        reference=f"r{ordinal}",
        lat=lat,
        lon=lon,
        accuracy_km=None,
        service_minutes=5,
        window_from=None,
        window_to=None,
        eta=None,
        km_from_previous=None,
        doubt=None,
        outcome="done" if done else None,
        done_at=EIGHT + timedelta(minutes=ordinal) if done else None,
    )


def ride(*stops: Stop, start: tuple[float, float] | None = (11.94, 108.44)) -> Round:
    return Round(
        id=1,
        office_id=1,
        courier_id=1,
        day=EIGHT.date(),
        name="LD-04",
        state="started",
        start_lat=start[0] if start else None,
        start_lon=start[1] if start else None,
        leaves_at=EIGHT,
        back_at=EIGHT,
        km=1.0,
        planned_at=EIGHT,
        started_at=EIGHT,
        finished_at=None,
        stops=stops,
    )


def draw(made: Round, units: list[Unit]) -> sketch.Sketch:
    today = [unit for unit in units if unit.in_force(date(2026, 11, 23))]
    return sketch.draw(made, today, width=WIDTH, height=HEIGHT)


def test_everything_lies_in_the_box_and_north_is_up(units: list[Unit]) -> None:
    """From the pass to the lake, one scale both ways."""
    drawn = draw(ride(stop(1, 12.06, 108.40), stop(2, 11.55, 107.81), stop(3, 11.9, 108.5)), units)
    spots = [*drawn.ahead, *(dot.at for dot in drawn.dots), *(label.at for label in drawn.labels)]
    by_number = {dot.ordinals[0]: dot.at for dot in drawn.dots}

    assert all(0 <= spot.x <= WIDTH and 0 <= spot.y <= HEIGHT for spot in spots)
    assert by_number[1].y < by_number[3].y < by_number[2].y
    assert by_number[2].x < by_number[1].x < by_number[3].x


def test_stops_of_one_commune_share_a_dot(units: list[Unit]) -> None:
    """Their point is the commune's: two dots would pretend to know more."""
    drawn = draw(
        ride(stop(1, 11.9, 108.4, done=True), stop(2, 11.9, 108.4), stop(3, 12, 108)), units
    )

    assert [(dot.ordinals, dot.state) for dot in drawn.dots] == [
        ((3,), "ahead"),
        ((1, 2), "next"),
    ]


def test_the_way_ridden_ends_where_the_way_ahead_begins(units: list[Unit]) -> None:
    drawn = draw(
        ride(stop(1, 11.9, 108.4, done=True), stop(2, 12, 108), stop(3, None, None)), units
    )

    assert drawn.ridden[0] == drawn.start
    assert drawn.ridden[-1] == drawn.ahead[0]
    assert len(drawn.ahead) == 2


def test_names_do_not_lie_on_each_other(units: list[Unit]) -> None:
    drawn = draw(ride(stop(1, 11.9, 108.4), stop(2, 11.4, 107.6)), units)
    labels = sorted(drawn.labels, key=lambda label: (label.at.y, label.at.x))

    assert len(labels) > 5
    assert not any(
        one.at.y == other.at.y and other.at.x - one.at.x < 6 * len(one.text) / 2
        for one, other in pairwise(labels)
    )


@pytest.mark.parametrize("start", [(11.94, 108.44), None])
def test_a_round_without_points_is_still_drawn(
    units: list[Unit], start: tuple[float, float] | None
) -> None:
    """A new courier's first day has no stop yet."""
    drawn = draw(ride(stop(1, None, None), start=start), units)

    assert drawn.dots == ()
    assert (drawn.start is None) == (start is None)
