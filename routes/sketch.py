"""A round drawn small: where its dots, lines and names go in a box. The page draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, radians
from typing import Final, Literal

from msgspec import Struct

from routes.model import Point, Round, Stop, Unit

#: Room for the biggest dot at the edge, in units of the box.
MARGIN: Final = 24.0
#: A box is never closer than this, so that one stop does not fill it: degrees of latitude.
NEAREST: Final = 0.02
LETTER: Final = 6.0
LINE: Final = 14.0


class Spot(Struct, frozen=True):
    """A place in the box, from its upper left corner."""

    x: float
    y: float


class Dot(Struct, frozen=True, kw_only=True):
    """The stops of one place. ``ordinals`` in order; ``state``: done only when all are."""

    at: Spot
    ordinals: tuple[int, ...]
    state: Literal["done", "next", "ahead"]


class Label(Struct, frozen=True, kw_only=True):
    at: Spot
    text: str


class Sketch(Struct, frozen=True, kw_only=True):
    """A drawing of ``width`` × ``height``; nothing in it lies outside.

    ``ridden`` is the way so far and ends where ``ahead`` begins; stops without a
    point are in neither.
    """

    width: float
    height: float
    start: Spot | None
    ridden: tuple[Spot, ...]
    ahead: tuple[Spot, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]


class Frame(Struct, frozen=True):
    """The piece of the map that is shown, and its scale: the same both ways, north up."""

    west: float
    north: float
    stretch: float
    per_degree: float

    def spot(self, lat: float, lon: float) -> Spot:
        x = MARGIN + (lon - self.west) * self.stretch * self.per_degree
        y = MARGIN + (self.north - lat) * self.per_degree
        return Spot(round(x, 1), round(y, 1))


def draw(made: Round, units: Iterable[Unit], *, width: float, height: float) -> Sketch:
    """Lay *made* out in the box, with the names of the communes among *units* around it.

    Pass the units in force on the day. A round without any point gives an empty drawing.
    """
    placed = [stop for stop in made.stops if stop.point is not None and stop.outcome != "dropped"]
    points = [stop.point for stop in placed if stop.point is not None]
    if made.start is not None:
        points.insert(0, made.start)
    if not points:
        return Sketch(
            width=width, height=height, start=None, ridden=(), ahead=(), dots=(), labels=()
        )
    frame = _frame(points, width, height)
    start = frame.spot(made.start.lat, made.start.lon) if made.start else None
    done = sorted((s for s in placed if s.done_at), key=lambda s: (s.done_at, s.ordinal))
    ridden = _path(frame, start, done)
    ahead = _path(frame, ridden[-1] if ridden else start, [s for s in placed if not s.done_at])
    dots = _dots(frame, placed, made.next)
    labels = _labels(frame, units, dots, (width, height))
    return Sketch(
        width=width,
        height=height,
        start=start,
        ridden=ridden,
        ahead=ahead,
        dots=dots,
        labels=labels,
    )


def _frame(points: Sequence[Point], width: float, height: float) -> Frame:
    """The tightest view of *points*, in the middle of the box."""
    south, north = min(p.lat for p in points), max(p.lat for p in points)
    west, east = min(p.lon for p in points), max(p.lon for p in points)
    stretch = cos(radians((south + north) / 2))
    across, down = max((east - west) * stretch, NEAREST), max(north - south, NEAREST)
    inner = (width - 2 * MARGIN, height - 2 * MARGIN)
    per_degree = min(inner[0] / across, inner[1] / down)
    half_across, half_down = inner[0] / per_degree / 2, inner[1] / per_degree / 2
    return Frame(
        (west + east) / 2 - half_across / stretch,
        (south + north) / 2 + half_down,
        stretch,
        per_degree,
    )


def _spot_of(frame: Frame, stop: Stop) -> Spot | None:
    return frame.spot(stop.point.lat, stop.point.lon) if stop.point else None


def _path(frame: Frame, origin: Spot | None, stops: Sequence[Stop]) -> tuple[Spot, ...]:
    """From *origin* through *stops*; the same place twice in a row is one bend."""
    spots = [origin, *(_spot_of(frame, stop) for stop in stops)]
    known = [spot for spot in spots if spot is not None]
    return tuple(spot for at, spot in enumerate(known) if at == 0 or spot != known[at - 1])


def _dots(frame: Frame, stops: Sequence[Stop], following: Stop | None) -> tuple[Dot, ...]:
    """One dot a place, the next stop's last: it is drawn over the others."""
    together: dict[Spot, list[Stop]] = {}
    for stop in stops:
        if spot := _spot_of(frame, stop):
            together.setdefault(spot, []).append(stop)
    dots = []
    for spot, here in together.items():
        state: Literal["done", "next", "ahead"] = "ahead"
        if following in here:
            state = "next"
        elif all(stop.done_at for stop in here):
            state = "done"
        dots.append(Dot(at=spot, ordinals=tuple(stop.ordinal for stop in here), state=state))
    return tuple(sorted(dots, key=lambda dot: (dot.state == "next", -dot.ordinals[0])))


def _labels(
    frame: Frame, units: Iterable[Unit], dots: Sequence[Dot], box: tuple[float, float]
) -> tuple[Label, ...]:
    """Names of communes in the box, under their points; of two that overlap the first by name.

    A place with a dot on it keeps its name: it is where the courier goes.
    """
    busy = {dot.at for dot in dots}
    wanted = [
        (spot, unit.name)
        for unit in units
        if unit.level == "commune"
        for spot in [frame.spot(unit.lat, unit.lon)]
    ]
    labels: list[Label] = []
    for spot, name in sorted(wanted, key=lambda each: (each[0] not in busy, each[1])):
        half = LETTER * len(name) / 2
        x, y = spot.x, spot.y
        if spot in busy:
            room = half + LETTER
            x, y = min(max(x, room), box[0] - room), y + LINE + 10
        at = Spot(round(x, 1), round(y, 1))
        inside = half <= at.x <= box[0] - half and LINE <= at.y <= box[1] - 4
        if inside and not any(_overlap(at, half, label) for label in labels):
            labels.append(Label(at=at, text=name))
    return tuple(labels)


def _overlap(at: Spot, half: float, label: Label) -> bool:
    apart = half + LETTER * len(label.text) / 2
    return abs(at.x - label.at.x) < apart and abs(at.y - label.at.y) < LINE
