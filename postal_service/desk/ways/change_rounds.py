"""A planned round after a change: to the new door, or past the old one."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record

from postal_service.desk.citizen.promise import day_of
from postal_service.desk.dispatch import DOOR_MINUTES, TRAVEL
from postal_service.desk.door.delivery import stop_of
from postal_service.desk.ways import dossier_change_store as store
from postal_service.desk.ways.change_rules import LEGS, Wanted
from routes import places, rounds
from routes.gazetteer import Gazetteer
from routes.model import StopIn
from tracking.model import Consignment, Dossier
from tracking.slip import Slip
from tracking.stages import Leg, Stage


async def ride_anew(
    conn: Connection[Record], found: Slip, wanted: Wanted, *, now: datetime
) -> None:
    """A place on a round that was planned to the old door goes to the new one, or off the round."""
    dossier = found.dossier
    for name, leg in LEGS.items():
        item = found.leg(leg)
        if item is None or item.stage is not Stage.AT_OFFICE:
            continue
        way = getattr(wanted, name)
        door = wanted.address if goes_to(dossier, leg, wanted.ask.whose) else None
        if way == "office" or door is not None:
            home = (way or getattr(dossier, name)) == "home"
            await move_stop(conn, item, door if home else None, now)


def goes_to(dossier: Dossier, leg: Leg, whose: str) -> bool:
    """Whether a leg is for the party whose address changes."""
    same = dossier.receiver_id == dossier.applicant_id
    return same or (whose == "receiver") == (leg is Leg.RESULT)


async def move_stop(
    conn: Connection[Record], item: Consignment, door: str | None, now: datetime
) -> None:
    """Off the round it lies ahead on, and with a *door* back onto it."""
    reference = stop_of(item.id)
    ridden = await store.planned_stop(conn, reference)
    if ridden is None:
        return
    await rounds.drop_stop(conn, reference=reference, courier_id=ridden.courier_id, at=now)
    if door is not None:
        units = await places.all_units(conn)
        stop = StopIn(
            reference=reference,
            kind="deliver",
            point=Gazetteer(units).read(door, day_of(now)).point,
            service_minutes=DOOR_MINUTES,
        )
        await rounds.insert(conn, ridden.id, stop, at=now, travel=TRAVEL)
