"""Units, points, stops and rounds: the things a courier's day is made of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Level = Literal["province", "district", "commune"]
Kind = Literal["hand_over", "collect", "deliver"]
Outcome = Literal["done", "missed", "dropped"]
State = Literal["planned", "started", "finished"]
Status = Literal["unique", "ambiguous", "not_stated", "outside", "unresolvable"]
#: Why a stop is not where the timetable would have it; the courier is shown it in words.
Doubt = Literal["no_point", "late"]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class Unit(Struct, frozen=True, kw_only=True):
    """A province, district or commune while its name and borders stood.

    Known by code *and* ``valid_from``: the statistics office gives codes out
    again. The period is half open; an empty end is open.
    """

    code: str
    name: str
    level: Level
    district: str | None = None
    lat: float
    lon: float
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    successor_2025: str | None = None
    accuracy_km: float | None = None
    in_old_lam_dong: bool = True

    def in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


class Point(Struct, frozen=True, kw_only=True):
    """Degrees in WGS 84, and how far the real door may be from here."""

    lat: Latitude
    lon: Longitude
    accuracy_km: float = 0.0
    source: str = ""


class Reading(Struct, frozen=True, kw_only=True):
    """Which unit an address names: one, several possible ones, or why none."""

    status: Status
    unit: Unit | None = None
    candidates: tuple[str, ...] = ()


class Place(Struct, frozen=True, kw_only=True):
    """An address read twice: in the units before 1/7/2025 and in those since."""

    old: Reading
    new: Reading
    point: Point | None = None


class StopIn(Struct, frozen=True, kw_only=True):
    """A stop somebody wants made. ``reference`` is the caller's, opaque and unique in a round."""

    reference: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: Kind
    point: Point | None = None
    service_minutes: Annotated[int, Meta(ge=0, le=480)] = 5
    window_from: datetime | None = None
    window_to: datetime | None = None


class PlannedStop(Struct, frozen=True, kw_only=True):
    """A stop in its place in the order. Without a point there is no time and no distance."""

    stop: StopIn
    eta: datetime | None
    km_from_previous: float | None
    doubt: Doubt | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """The order to ride in; every stop asked for is in it, those without a point at the end.

    ``km`` and ``back_at`` include the ride home to ``start`` when there is one.
    """

    start: Point | None
    leaves_at: datetime
    stops: tuple[PlannedStop, ...]
    km: float
    back_at: datetime


class Stop(Struct, frozen=True, kw_only=True):
    """A stop of a round as it stands. ``outcome`` and ``done_at`` come together."""

    round_id: int
    ordinal: int
    kind: Kind
    reference: str
    lat: float | None
    lon: float | None
    accuracy_km: float | None
    service_minutes: int
    window_from: datetime | None
    window_to: datetime | None
    eta: datetime | None
    km_from_previous: float | None
    doubt: Doubt | None
    outcome: Outcome | None
    done_at: datetime | None

    @property
    def point(self) -> Point | None:
        if self.lat is None or self.lon is None:
            return None
        return Point(lat=self.lat, lon=self.lon, accuracy_km=self.accuracy_km or 0.0)


class RoundKey(Struct, frozen=True, kw_only=True):
    """Whose round it is, on which day, and what it is called."""

    office_id: int
    courier_id: int
    day: date
    name: str


class RoundHead(Struct, frozen=True, kw_only=True):
    """One courier's ride on one day, without its stops."""

    id: int
    office_id: int
    courier_id: int
    day: date
    name: str
    state: State
    start_lat: float | None
    start_lon: float | None
    leaves_at: datetime
    back_at: datetime
    km: float
    planned_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def start(self) -> Point | None:
        if self.start_lat is None or self.start_lon is None:
            return None
        return Point(lat=self.start_lat, lon=self.start_lon)


class Round(RoundHead, frozen=True, kw_only=True):
    """A round and its stops, in riding order."""

    stops: tuple[Stop, ...] = ()

    @property
    def open(self) -> tuple[Stop, ...]:
        """The stops still to be made, in riding order."""
        return tuple(stop for stop in self.stops if stop.outcome is None)

    @property
    def next(self) -> Stop | None:
        return next(iter(self.open), None)
