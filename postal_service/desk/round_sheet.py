"""The courier's sheet of the day: each stop with who is there and what to do. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from postal_service.desk.delivery import stop_of
from postal_service.desk.dispatch import BAG, Window, Work, number, wanted
from postal_service.desk.dispatch_store import Desk, Door, Item
from routes import sketch
from routes.model import Round, Stop
from routes.sketch import Sketch
from tracking.stages import Stage

#: The box of the map, in its own units; the page scales it to the phone.
WIDTH = 390.0
HEIGHT = 220.0


class Card(Struct, frozen=True, kw_only=True):
    """One stop. At an agency ``desk`` is given, at a citizen's ``door``."""

    stop: Stop
    desk: Desk | None = None
    door: Door | None = None
    window: Window | None = None
    hand_over: tuple[Item, ...] = ()  #: in the bag, for this agency
    collect: tuple[Item, ...] = ()  #: lies ready at this agency
    offered: tuple[Item, ...] = ()  #: laid before this agency, not signed for yet
    behind: tuple[Item, ...] = ()  #: for this stop, and still at the office

    @property
    def idle(self) -> bool:
        """Whether there is nothing left to do at this agency."""
        return not (self.hand_over or self.collect or self.behind)


class Load(Struct, frozen=True, kw_only=True):
    """A paper to take at the office, and where it goes: an agency or a citizen."""

    item: Item
    to: str


class Sheet(Struct, frozen=True, kw_only=True):
    """The day as the courier reads it. ``km_left`` and ``back_at`` as planned, moved by delay."""

    round: Round | None
    cards: tuple[Card, ...]
    pick_up: tuple[Load, ...]
    bag: tuple[Item, ...]
    offered: tuple[Item, ...]
    fresh: int  #: places to go to that are on no round yet
    map: Sketch | None
    done: int
    km_left: float
    back_at: datetime | None

    @property
    def open(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.stop.outcome is None)

    @property
    def closed(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.stop.outcome is not None)

    @property
    def under_way(self) -> bool:
        return self.round is not None and self.round.state == "started"

    @property
    def riding(self) -> bool:
        """Whether there is a round today that is not finished."""
        return self.round is not None and self.round.state != "finished"


def sheet(work: Work) -> Sheet:
    """Lay out what there is to do. A stop that was dropped is not shown."""
    made = work.round
    stops = [s for s in made.stops if s.outcome != "dropped"] if made else []
    fresh = wanted(work) if made is None or made.state != "planned" else _unplanned(work, made)
    return Sheet(
        round=made,
        cards=tuple(_card(work, stop) for stop in stops),
        pick_up=tuple(_loads(work, [s for s in stops if s.outcome is None])) if _open(made) else (),
        bag=tuple(item for item in work.items if item.stage in BAG),
        offered=tuple(item for item in work.items if item.stage is Stage.OFFERED),
        fresh=len(fresh),
        map=_map(work),
        done=sum(stop.outcome is not None for stop in stops),
        km_left=km_left(made) if made else 0.0,
        back_at=back_at(made, work.now) if made else None,
    )


def _open(made: Round | None) -> bool:
    return made is not None and made.state != "finished"


def _unplanned(work: Work, made: Round) -> list[str]:
    """What a round that has not left would gain by being planned anew."""
    there = {stop.reference for stop in made.stops}
    return [want.reference for want in wanted(work) if want.reference not in there]


def _card(work: Work, stop: Stop) -> Card:
    if stop.reference.startswith("consignment:"):
        door = work.doors.get(number(stop.reference))
        behind = [i for i in work.items if door and i.id == door.id and i.stage is Stage.AT_OFFICE]
        return Card(stop=stop, door=door, behind=tuple(behind))
    agency_id = number(stop.reference)
    there = [item for item in work.items if item.agency_id == agency_id]
    return Card(
        stop=stop,
        desk=work.desks.get(agency_id),
        window=work.windows.get(agency_id),
        hand_over=tuple(item for item in there if item.stage is Stage.TO_AGENCY),
        collect=tuple(item for item in there if item.stage is Stage.READY),
        offered=tuple(item for item in there if item.stage is Stage.OFFERED),
        behind=tuple(item for item in there if item.stage is Stage.ACCEPTED),
    )


def _loads(work: Work, stops: list[Stop]) -> list[Load]:
    """What lies at the office for the open stops."""
    names = {stop.reference.split("/")[0] for stop in stops}
    loads = []
    for item in work.items:
        desk, door = work.desks.get(item.agency_id), work.doors.get(item.id)
        if item.stage is Stage.ACCEPTED and desk and f"agency:{desk.id}" in names:
            loads.append(Load(item=item, to=desk.name))
        if item.stage is Stage.AT_OFFICE and door and stop_of(item.id) in names:
            loads.append(Load(item=item, to=door.receiver))
    return loads


def _map(work: Work) -> Sketch | None:
    if work.round is None or work.round.state == "finished":
        return None
    units = [unit for unit in work.units if unit.in_force(work.day)]
    return sketch.draw(work.round, units, width=WIDTH, height=HEIGHT)


def km_left(made: Round) -> float:
    """The ride as planned, less the legs already ridden."""
    ridden = sum(stop.km_from_previous or 0 for stop in made.stops if stop.outcome is not None)
    return max(made.km - ridden, 0.0)


def back_at(made: Round, now: datetime) -> datetime:
    """When the courier is home: as planned, later by what the next stop is late already."""
    eta = made.next.eta if made.next else None
    late = now - eta if eta else timedelta(0)
    return made.back_at + max(late, timedelta(0))
