"""Taking an act back: with all that hung on it, and with both hands on record."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record

from postal_service.desk import field
from postal_service.desk.agency import agency_desk
from tracking import corrections, journey
from tracking.corrections import Undo
from tracking.errors import IllegalMove, TrackingError
from tracking.model import Event, Scan
from tracking.stages import Act, Keeper


async def undo(conn: Connection[Record], wish: Undo, *, now: datetime) -> Event | TrackingError:
    """The line that mends, or why there is none: what was tried and refused is on record too.

    Safe to repeat.
    """
    try:
        async with conn.transaction():
            return await mend(conn, wish, now=now)
    except TrackingError as refusal:
        scan = Scan(id=wish.id, s10=wish.s10, act=Act.UNDO, at=wish.at, by=wish.by)
        await journey.note_refused(conn, [(scan, refusal)], now)
        return refusal


async def mend(conn: Connection[Record], wish: Undo, *, now: datetime) -> Event:
    """Undo a line, and the stop, the originals or the proof that came with it. Safe to repeat.

    Raises what corrections.undo does, and IllegalMove once an agency has decided on papers
    whose signature would be undone.
    """
    if wish.by.keeper is not Keeper.AGENCY:
        return await field.undo_delivery(conn, wish, now=now)
    ref = await agency_desk.find_ref(conn, wish.by.agency or 0, wish.s10)
    found = await agency_desk.own_slip(conn, ref, wish.by.agency)
    undone = next((line for line in found.lines if line.scan_id == wish.undoes), None)
    if undone is not None and not agency_desk.may_undo(found, wish.s10, undone.act):
        raise IllegalMove(str(found.dossier.status.value), Act.UNDO)
    return await corrections.undo(conn, wish, heard_at=now)
