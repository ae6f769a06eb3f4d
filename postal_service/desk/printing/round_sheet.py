"""The courier's sheet of the day: each stop with who is there and what to do. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct

from postal_service.desk.dispatch import BAG, Work, in_bag, number, wanted
from postal_service.desk.dispatch_store import Desk, Door, Item
from postal_service.desk.pickups.pickups_store import Pickup
from postal_service.desk.windows import Window
from routes import sketch
from routes.model import Round, Stop
from routes.sketch import Sketch
from tracking.stages import Stage

#: The box of the map, in its own units; the page scales it to the phone.
WIDTH = 390.0
HEIGHT = 220.0


class Card(Struct, frozen=True, kw_only=True):
    """One stop. At an agency ``desk`` is given, at a citizen's ``door`` or ``fetch``."""

    stop: Stop
    desk: Desk | None = None
    door: Door | None = None
    fetch: Pickup | None = None  #: papers wait there, or did: she may have cancelled
    window: Window | None = None
    hand_over: tuple[Item, ...] = ()  #: in the bag, for this agency
    collect: tuple[Item, ...] = ()  #: lies ready at this agency
    offered: tuple[Item, ...] = ()  #: laid before this agency, not signed for yet
    behind: tuple[Item, ...] = ()  #: for this stop, and not in the bag yet
    away: bool = False  #: offered to a colleague or the office

    @property
    def who(self) -> str:
        """Whom she meets there."""
        if self.fetch is not None:
            return self.fetch.name
        return self.door.receiver if self.door else self.desk.name if self.desk else ""

    @property
    def where(self) -> str:
        if self.fetch is not None:
            return self.fetch.address
        return self.door.address if self.door else self.desk.address if self.desk else ""

    @property
    def idle(self) -> bool:
        """Whether there is nothing left to do at this agency."""
        return not (self.hand_over or self.collect or self.behind)


class Load(Struct, frozen=True, kw_only=True):
    """A paper to take, and where it goes: an agency, a citizen, or the office."""

    item: Item
    to: str


class Pile(Struct, frozen=True, kw_only=True):
    """What is offered together: on one list, or singly by one giver. None: by the office."""

    number: str | None
    giver: str | None
    loads: tuple[Load, ...]


class Kept(Struct, frozen=True, kw_only=True):
    """Papers that a closure keeps off the round, and why."""

    count: int
    reason: str
    until_day: date


class Sheet(Struct, frozen=True, kw_only=True):
    """The day as the courier reads it. ``km_left`` and ``back_at`` as planned, moved by delay."""

    round: Round | None
    cards: tuple[Card, ...]
    piles: tuple[Pile, ...]
    lying: int  #: for her open stops, and not offered to her yet
    bag: tuple[Item, ...]
    back: tuple[Item, ...]  #: in the bag, and not to be tried again today
    waiting: tuple[Item, ...]  #: offered by her to a colleague or the office, not answered yet
    offered: tuple[Item, ...]
    kept: tuple[Kept, ...]  #: left out of every round while a closure stands
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
    def pick_up(self) -> tuple[Load, ...]:
        return tuple(load for pile in self.piles for load in pile.loads)

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
    cards = tuple(_card(work, stop) for stop in stops)
    return Sheet(
        round=made,
        cards=cards,
        piles=tuple(piles(work)),
        lying=sum(len(card.behind) for card in cards if card.stop.outcome is None)
        - sum(item.offered for card in cards if card.stop.outcome is None for item in card.behind),
        bag=tuple(item for item in work.items if in_bag(item)),
        back=tuple(item for item in work.items if in_bag(item) and _not_again(item)),
        waiting=tuple(item for item in work.items if item.waiting and item.stage in BAG),
        offered=tuple(item for item in work.items if item.stage is Stage.OFFERED),
        kept=tuple(kept(work)),
        fresh=len(fresh),
        map=_map(work),
        done=sum(stop.outcome is not None for stop in stops),
        km_left=km_left(made) if made else 0.0,
        back_at=back_at(made, work.now) if made else None,
    )


def kept(work: Work) -> Iterable[Kept]:
    """What stays where it is, by closure."""
    stays = [work.held[item.id] for item in work.items if item.id in work.held]
    counted = Counter((stay.reason, stay.until_day) for stay in stays)
    for (reason, until_day), count in sorted(counted.items()):
        yield Kept(count=count, reason=reason, until_day=until_day)


def _unplanned(work: Work, made: Round) -> list[str]:
    """What a round that has not left would gain by being planned anew."""
    there = {stop.reference for stop in made.stops}
    return [want.reference for want in wanted(work) if want.reference not in there]


def _card(work: Work, stop: Stop) -> Card:
    if stop.reference.startswith("consignment:"):
        door = work.doors.get(number(stop.reference))
        behind = [i for i in work.items if door and i.id == door.id and not i.mine]
        away = any(item.waiting for item in work.items if door and item.id == door.id)
        return Card(stop=stop, door=door, behind=tuple(behind), away=away)
    if stop.reference.startswith("pickup:"):
        order_id = number(stop.reference)
        return Card(
            stop=stop,
            fetch=work.fetching.get(order_id),
            window=work.fetch_windows.get(order_id),
        )
    agency_id = number(stop.reference)
    there = [item for item in work.items if item.agency_id == agency_id]
    return Card(
        stop=stop,
        desk=work.desks.get(agency_id),
        window=work.windows.get(agency_id),
        hand_over=tuple(i for i in there if i.stage is Stage.TO_AGENCY and in_bag(i)),
        collect=tuple(item for item in there if item.stage is Stage.READY),
        offered=tuple(item for item in there if item.stage is Stage.OFFERED),
        behind=tuple(i for i in there if i.stage is Stage.ACCEPTED or _given(i)),
    )


def _given(item: Item) -> bool:
    """A colleague gives it to her on the way to the agency."""
    return item.offered and item.stage is Stage.TO_AGENCY


def _not_again(item: Item) -> bool:
    return item.next not in (None, "redeliver")


def piles(work: Work) -> list[Pile]:
    """What is offered to her, list by list, as it lies before her."""
    together: dict[tuple[str | None, str | None], list[Load]] = {}
    for item in work.items:
        if item.offered:
            load = Load(item=item, to=_where_to(work, item))
            together.setdefault((item.number, item.giver), []).append(load)
    return [
        Pile(number=number, giver=giver, loads=tuple(loads))
        for (number, giver), loads in together.items()
    ]


def _where_to(work: Work, item: Item) -> str:
    desk, door = work.desks.get(item.agency_id), work.doors.get(item.id)
    if door is not None:
        return door.receiver
    if item.stage is Stage.TO_OFFICE:
        return work.office.name
    return desk.name if desk else ""


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
