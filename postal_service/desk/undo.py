"""Taking one's own last act back within a minute, with both hands on record."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record

from tracking import corrections, journey
from tracking.corrections import Undo
from tracking.errors import TrackingError
from tracking.model import Event, Scan
from tracking.stages import Act


async def undo(conn: Connection[Record], wish: Undo, *, now: datetime) -> Event | TrackingError:
    """The line that mends, or why there is none: what was tried and refused is on record too.

    Safe to repeat.
    """
    try:
        async with conn.transaction():
            return await corrections.undo(conn, wish, heard_at=now)
    except TrackingError as refusal:
        scan = Scan(id=wish.id, s10=wish.s10, act=Act.UNDO, at=wish.at, by=wish.by)
        await journey.note_refused(conn, [(scan, refusal)], now)
        return refusal
