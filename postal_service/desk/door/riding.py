"""When a courier is on the road: a round of today that still waits begins by what she does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection, Record

from postal_service.clock import VIETNAM
from routes import rounds
from tracking.model import Scan
from tracking.stages import Act, Keeper


async def out(conn: Connection[Record], scans: Sequence[Scan], heard_at: datetime) -> None:
    """A courier who was at a door rides."""
    at_doors = [scan.by for scan in scans if scan.act in (Act.DELIVER, Act.MISS)]
    if at_doors and at_doors[0].keeper is Keeper.COURIER:
        await set_out(conn, at_doors[0].person, heard_at)


async def set_out(conn: Connection[Record], courier_id: int, now: datetime) -> None:
    """The courier rides: a round of today that still waits is planned anew no more."""
    made = await rounds.round_of(conn, courier_id, now.astimezone(VIETNAM).date())
    if made is not None and made.state == "planned":
        await rounds.start(conn, made.id, now)
