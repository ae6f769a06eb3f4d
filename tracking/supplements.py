"""Papers an agency asked for, on their way to it: a carriage of their own, from any counter.

The clock stands still all the while. Only the agency's own word makes it run again, never the
post's taking the papers in.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct

from tracking import ruling_store, store
from tracking.errors import IllegalMove, ScanReused
from tracking.journey import check_time, dossier
from tracking.model import Actor, Dossier, NewLeg, Party
from tracking.reserved import next_s10
from tracking.stages import OPENINGS, Act, Keeper, Leg, Status


class Bringing(Struct, frozen=True, kw_only=True):
    """Somebody brings papers to a counter; ``id`` was drawn with the form. ``papers``: kinds."""

    id: UUID
    ref: str
    by: Actor
    at: datetime
    papers: int
    partial: bool = False  #: not all that was asked for


async def bring(conn: Connection, wish: Bringing, *, heard_at: datetime) -> tuple[Dossier, str]:
    """Open the carriage of what was brought; the dossier, locked, and the new postal number.

    Raises UnknownDossier, IllegalMove where nothing is asked for, ScanReused, ImpossibleTime,
    NumbersExhausted. A repeat is the caller's to recognise: what was brought is kept beside.
    """
    current = await dossier(conn, wish.ref)
    if await store.find_events(conn, [wish.id]):
        raise ScanReused(wish.id)
    if current.status is not Status.SUPPLEMENT:
        raise IllegalMove(str(current.status.value), Act.ACCEPT)
    check_time(wish.at, heard_at)
    office = wish.by.office or 0
    act, stage = OPENINGS[Leg.SUPPLEMENT]
    leg = NewLeg(
        dossier_id=current.id,
        leg=Leg.SUPPLEMENT,
        s10=await next_s10(conn, office),
        office_id=office,
        agency_id=current.agency_id,
        stage=stage,
        holder=Party(Keeper.OFFICE, office),
        scan_id=wish.id,
        act=act,
        person_id=wish.by.person,
        at=wish.at,
        facts={"papers": wish.papers} | ({"partial": True} if wish.partial else {}),
    )
    await ruling_store.open_leg(conn, leg, heard_at=heard_at)
    return current, leg.s10
