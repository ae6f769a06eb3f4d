"""From papers to stops: what waits in an office, on one courier's round of the day.

A stop's reference is ours: "agency:12", its second visit of the day "agency:12/2",
"consignment:345" for the door a result goes to, "pickup:6" for the door papers are fetched
at. The rounds know no more of it: no name or address is kept there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import dispatch_store as store
from postal_service.desk.dispatch_store import Desk, Door, Item
from postal_service.desk.door.delivery import stop_of
from postal_service.desk.errors import DeskError
from postal_service.desk.pickups import pickup_door
from postal_service.desk.pickups.pickup_moves import State
from postal_service.desk.pickups.pickups import stop_of as fetch_stop
from postal_service.desk.pickups.pickups_store import Pickup
from postal_service.desk.published import offices
from postal_service.desk.published.offices import Office
from postal_service.desk.watch import closures, roster
from postal_service.desk.watch.closures import Stay
from postal_service.desk.windows import Window, windows
from routes import places, planner, rounds
from routes.gazetteer import Gazetteer
from routes.model import Kind, Place, Plan, Point, Round, RoundKey, Stop, StopIn, Unit
from routes.travel import GreatCircle
from tracking.stages import HOMEBOUND, Stage

Begin = Callable[[], "AbstractAsyncContextManager[Connection[Record]]"]

#: Minutes at an agency's desk, and for each paper counted there; minutes at a door.
DESK_MINUTES: Final = 8
PAPER_MINUTES: Final = 1
DOOR_MINUTES: Final = 6
#: Counting, sealing and signing at a door, for each dossier.
FETCH_MINUTES: Final = 12
LONGEST_STOP: Final = 120
TRAVEL: Final = GreatCircle()  #: couriers here ride scooters
#: Where a paper is that a courier carries.
BAG: Final = frozenset({Stage.TO_AGENCY, Stage.TO_OFFICE, Stage.OUT})


class NothingToCarry(DeskError):
    """A round without a stop is no round."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa có bưu gửi nào chờ đi. Tải lại trang khi bưu cục có việc mới.",
            "Nothing waits to be carried. Reload the page when there is new work.",
        )


class TakenMeanwhile(DeskError):
    """Another courier planned the same places a moment earlier."""

    def __init__(self) -> None:
        super().__init__(
            "Một bưu tá khác vừa nhận một số điểm này. Tải lại trang rồi lập tuyến lại.",
            "Another courier has just taken some of these stops. Reload and plan again.",
        )


class Want(Struct, frozen=True, kw_only=True):
    """A place somebody has to go to, and why."""

    reference: str
    kind: Kind
    address: str
    seats: tuple[str, ...] = ()
    window: Window | None = None
    minutes: int


class Work(Struct, frozen=True, kw_only=True):
    """What there is to do for one courier, read in one transaction."""

    office: Office
    now: datetime
    round: Round | None
    items: list[Item]
    taken: frozenset[str]
    desks: dict[int, Desk]
    doors: dict[int, Door]
    windows: dict[int, Window]
    units: list[Unit]
    fetching: dict[int, Pickup]  #: doors where papers are fetched, by the order's id
    fetch_windows: dict[int, Window]  #: when each is expected, by the order's id
    held: dict[int, Stay]  #: what a closure keeps off every round, by the item's id

    @property
    def day(self) -> date:
        return self.now.astimezone(VIETNAM).date()

    @property
    def under_way(self) -> bool:
        return self.round is not None and self.round.state == "started"


async def gather(conn: Connection[Record], staff: Staff, now: datetime) -> Work:
    """Read what *staff*, a courier, has to do on the day of *now*.

    Names and addresses are those of the doors on her round, of what she carries
    and of what nobody else has on a round: she is about to take them.
    """
    office = await offices.get(conn, staff.office_id or 0)
    day = now.astimezone(VIETNAM).date()
    made = await rounds.round_of(conn, staff.id, day)
    items = await store.items(conn, office.id, staff.id)
    if staff.id not in {who.id for who in await roster.on_shift(conn, office.id, day)}:
        items = [item for item in items if hers(item)]  # who is off is offered nothing new
    taken = await store.taken(conn, office.id, staff.id, day)
    stops = made.stops if made else ()
    agency_ids = {item.agency_id for item in items} | set(numbers(stops, "agency"))
    desks = {desk.id: desk for desk in await store.desks(conn, [*agency_ids])}
    bound = {
        item.id
        for item in items
        if homebound(item) and (hers(item) or stop_of(item.id) not in taken)
    }
    found = await store.doors(conn, [*bound, *numbers(stops, "consignment")], office.id, staff.id)
    fetching = await pickup_door.for_courier(conn, staff, day, numbers(stops, "pickup"))
    return Work(
        office=office,
        now=now,
        round=made,
        items=items,
        taken=taken,
        desks=desks,
        doors={door.id: door for door in found},
        windows=await windows(conn, desks.values(), now),
        units=await places.all_units(conn),
        fetching=fetching,
        fetch_windows=await pickup_door.expected(conn, office, fetching.values()),
        held=await closures.held_at(conn, office.id),
    )


async def plan_round(begin: Begin, staff: Staff, now: datetime) -> None:
    """Make the courier's round of today, or put what is new into the one she rides.

    The order is thought out in a thread with no transaction open. Raises
    NothingToCarry, TakenMeanwhile.
    """
    async with begin() as conn:
        work = await gather(conn, staff, now)
    wants = wanted(work)
    if not wants:
        raise NothingToCarry
    stops, plan, name = await asyncio.to_thread(draft, work, wants)
    async with begin() as conn:
        await store.take_turns(conn, work.office.id)
        taken = await store.taken(conn, work.office.id, staff.id, work.day)
        if (taken - work.taken) & {stop.reference for stop in stops}:
            raise TakenMeanwhile
        if work.round is not None and work.under_way:
            for stop in stops:
                await rounds.insert(conn, work.round.id, stop, at=now, travel=TRAVEL)
            return
        key = RoundKey(office_id=work.office.id, courier_id=staff.id, day=work.day, name=name)
        await rounds.plan_day(conn, key, plan, at=now)


def draft(work: Work, wants: Iterable[Want]) -> tuple[list[StopIn], Plan, str]:
    """The stops with their points, the order to ride in, and what to call the round. Pure."""
    gazetteer = Gazetteer(work.units)
    by_code = {unit.code: unit for unit in work.units if unit.in_force(work.day)}
    stops, communes = [], {}
    for want in wants:
        place = gazetteer.read(want.address, work.day)
        seat = next((by_code[code] for code in want.seats if code in by_code), None)
        communes[want.reference] = commune_of(place) or (seat.name if seat else "")
        stops.append(
            StopIn(
                reference=want.reference,
                kind=want.kind,
                point=place.point or _seat_point(seat),
                service_minutes=want.minutes,
                window_from=want.window.opens if want.window else None,
                window_to=want.window.closes if want.window else None,
            )
        )
    start = Point(lat=work.office.lat, lon=work.office.lon, source="office")
    plan = planner.plan(stops, start=start, leaves_at=work.now, travel=TRAVEL)
    order = [communes[planned.stop.reference] for planned in plan.stops]
    return stops, plan, round_name(work.day, order)


def wanted(work: Work) -> list[Want]:
    """The places to go to that are not on the courier's round yet, nor on another's."""
    kept = {s.reference: s for s in work.round.stops} if work.round and work.under_way else {}
    items = [item for item in work.items if item.id not in work.held]
    work = replace(work, items=items)
    return [*_desk_wants(work, kept), *_door_wants(work, kept), *_fetch_wants(work, kept)]


def _desk_wants(work: Work, kept: dict[str, Stop]) -> Iterable[Want]:
    """One visit to each agency, for what goes there and what comes from there."""
    for desk in work.desks.values():
        there = [i for i in work.items if i.agency_id == desk.id and at_desk(i)]
        base = f"agency:{desk.id}"
        if base in work.taken:
            there = [item for item in there if hers(item)]
        visits = [stop for name, stop in kept.items() if name.split("/")[0] == base]
        if not there or any(stop.outcome is None for stop in visits):
            continue
        outward = any(item.stage is not Stage.READY for item in there)
        yield Want(
            reference=f"{base}/{len(visits) + 1}" if visits else base,
            kind="hand_over" if outward else "collect",
            address=desk.address,
            seats=tuple(desk.seats),
            window=work.windows.get(desk.id),
            minutes=min(DESK_MINUTES + PAPER_MINUTES * len(there), LONGEST_STOP),
        )


def _door_wants(work: Work, kept: dict[str, Stop]) -> Iterable[Want]:
    for item in work.items:
        name, door = stop_of(item.id), work.doors.get(item.id)
        if door is None or name in kept or not homebound(item) or item.waiting:
            continue
        if name in work.taken and not hers(item):
            continue
        if item.mine and item.next not in (None, "redeliver"):
            continue
        yield Want(reference=name, kind="deliver", address=door.address, minutes=DOOR_MINUTES)


def _fetch_wants(work: Work, kept: dict[str, Stop]) -> Iterable[Want]:
    """Doors where papers wait for her, at the hour their citizen wished."""
    for order in work.fetching.values():
        name = fetch_stop(order.id)
        if order.state is State.ACCEPTED and name not in kept:
            yield Want(
                reference=name,
                kind="collect",
                address=order.address,
                window=work.fetch_windows.get(order.id),
                minutes=min(FETCH_MINUTES * order.dossiers, LONGEST_STOP),
            )


def at_desk(item: Item) -> bool:
    """Whether there is something to do with it at its agency."""
    return not item.waiting and item.stage in (Stage.ACCEPTED, Stage.TO_AGENCY, Stage.READY)


def homebound(item: Item) -> bool:
    """Whether it goes to a door next."""
    return item.leg in HOMEBOUND and item.stage in (Stage.AT_OFFICE, Stage.OUT)


def hers(item: Item) -> bool:
    """Whether the courier has it, or is about to take it: nobody else rides for it."""
    return item.mine or item.offered


def in_bag(item: Item) -> bool:
    """In her bag, and hers to bring back; what waits for another's answer is on its way out."""
    return item.mine and not item.waiting and item.stage in BAG


def numbers(stops: Iterable[Stop], kind: str) -> list[int]:
    """The ids behind the references of one kind."""
    return [number(s.reference) for s in stops if s.reference.startswith(f"{kind}:")]


def number(reference: str) -> int:
    """12, of "agency:12/2"."""
    return int(reference.partition(":")[2].split("/")[0])


def commune_of(place: Place) -> str:
    unit = place.new.unit or place.old.unit
    return unit.name if unit else ""


def round_name(day: date, communes: Iterable[str]) -> str:
    """What the round is called: its day, and where it goes first and last."""
    known = [name for name in communes if name]
    ends = dict.fromkeys([*known[:1], *known[-1:]])
    return " · ".join([f"Tuyến {day:%d/%m}", *([" – ".join(ends)] if ends else [])])[:80]


def _seat_point(seat: Unit | None) -> Point | None:
    if seat is None:
        return None
    return Point(lat=seat.lat, lon=seat.lon, accuracy_km=seat.accuracy_km or 0.0, source="commune")
