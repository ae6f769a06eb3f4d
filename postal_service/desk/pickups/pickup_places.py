"""Which office goes to an address: the one of its commune, else the nearest, else the centre."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk.pickups import pickup_lists_store
from postal_service.desk.published import offices
from postal_service.desk.published.offices import Office
from routes import places
from routes.gazetteer import Gazetteer
from routes.model import Place, Point, Unit
from routes.travel import GreatCircle

Begin = Callable[[], "AbstractAsyncContextManager[Connection[Record]]"]

CENTRE: Final = "province centre"
#: Of several offices in one commune the larger one has the couriers.
SIZES: Final = {CENTRE: 0, "district centre": 1, "office": 2, "commune point": 3}
ROADS: Final = GreatCircle()


class Served(Struct, frozen=True, kw_only=True):
    """Who goes to an address. ``placed`` false: nobody could tell, so the centre finds out."""

    office: Office
    placed: bool
    communes: frozenset[str] = frozenset()  #: GSO codes of where the address lies
    taken_at: int | None = None  #: the office that took the order, where it is another


async def locate(
    begin: Begin, address: str, now: datetime, *, taken_at: int | None = None
) -> Served:
    """Which office serves *address*. The text is read in a thread, with no transaction open.

    *taken_at*: the counter that takes the order; where nobody can tell, it is on the telephone
    with the citizen and finds out itself.
    """
    day = now.astimezone(VIETNAM).date()
    async with begin() as conn:
        units = await places.all_units(conn)
        known = await offices.open_on(conn, day)
        riding = await pickup_lists_store.riding(conn)
    # of two in one commune the one on the telephone goes itself
    ranked = sorted(known, key=lambda o: o.id != taken_at)
    served = await asyncio.to_thread(serving, address, units, ranked, day, riding)
    own = next((each for each in known if each.id == taken_at), None)
    if own is not None and not served.placed:
        served = Served(office=own, placed=True)
    return replace(served, taken_at=taken_at)


def serving(
    address: str,
    units: Sequence[Unit],
    known: Sequence[Office],
    day: date,
    riding: Collection[int] = (),
) -> Served:
    """The office for *address* among those *known*, whose first is preferred. Pure."""
    place = Gazetteer(units).read(address, day)
    new, old = (each.unit.code if each.unit else None for each in (place.new, place.old))
    # the statistics office gives codes out again: each is compared with those of its own time
    there = [o for o in known if new and o.commune_2025 == new]
    there = there or [o for o in known if old and o.commune_2019 == old]
    codes = frozenset(code for code in (new, old) if code)
    if there:
        best = min(
            there,
            key=lambda o: (
                o.id not in riding,
                o is not known[0],
                o.commune_2019 != old,
                SIZES.get(o.kind, 9),
                o.code,
            ),
        )
        return Served(office=best, placed=True, communes=codes)
    if codes and place.point is not None:
        nearest = min(known, key=lambda o: (o.id not in riding, far(o, place), o.code))
        return Served(office=nearest, placed=True, communes=codes)
    centre = min(known, key=lambda o: (SIZES.get(o.kind, 9), o.code))
    return Served(office=centre, placed=False)


def far(office: Office, place: Place) -> float:
    """How far the office is from the place, in kilometres as the crow flies."""
    if place.point is None:
        return 0.0
    here = Point(lat=office.lat, lon=office.lon)
    return ROADS.leg(here, place.point).km
