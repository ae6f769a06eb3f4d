"""How far and how long between points: great circle when there is no road network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Protocol

from geopy.distance import great_circle
from msgspec import Struct

from routes.model import Point


class Leg(Struct, frozen=True):
    """One ride from a point to the next, in kilometres and minutes."""

    km: float
    minutes: float


Matrix = list[list[Leg]]


class TravelTimes(Protocol):
    def matrix(self, points: Sequence[Point]) -> Matrix:
        """The leg from each point (row) to each point (column)."""


class GreatCircle(Struct, frozen=True, kw_only=True):
    """Straight lines stretched to the length of mountain roads.

    The factor was fitted to scooter rides on the drive network of Đà Lạt;
    the usual 1.3 of flat towns would promise a courier a fifth too much.
    """

    factor: float = 1.62
    km_per_hour: float = 25.0

    def leg(self, start: Point, end: Point) -> Leg:
        km = self.factor * float(great_circle((start.lat, start.lon), (end.lat, end.lon)).km)
        return Leg(km, 60 * km / self.km_per_hour)

    def matrix(self, points: Sequence[Point]) -> Matrix:
        """Measured once between two places: many stops share the point of their commune."""
        places = [(point.lat, point.lon) for point in points]
        at = dict(zip(places, points, strict=True))
        legs: dict[tuple[tuple[float, float], tuple[float, float]], Leg] = {}
        for one, other in combinations_with_replacement(at, 2):
            legs[one, other] = legs[other, one] = self.leg(at[one], at[other])
        return [[legs[start, end] for end in places] for start in places]
