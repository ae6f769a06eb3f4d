"""What only the clock says of a dossier: its appointment is near, and there is no result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection

from tracking import due_soon_store as store
from tracking.due_soon_store import Near

__all__ = ["Near"]

#: The name space of warnings: the same dossier and the same appointment are the same warning.
WARNINGS: Final = UUID("b0a3d1e2-53b4-4f0b-8d52-2d7c6f7f3a15")
#: Three working hours before an appointment are never further away than this.
AHEAD: Final = timedelta(days=14)
#: A warning that comes later than this after the appointment is none.
BEHIND: Final = timedelta(hours=12)
MOST: Final = 500


async def near(conn: Connection, now: datetime) -> Sequence[Near]:
    """Dossiers that run towards an appointment nobody was warned of yet, the nearest first."""
    return await store.near(conn, now - BEHIND, now + AHEAD, MOST)


async def warn(conn: Connection, dossiers: Sequence[Near], *, at: datetime) -> int:
    """Write the warning into each slip, once for each appointment; how many were new.

    Nobody does it, and no status changes. What was decided meanwhile is left out.
    """
    ids = [
        uuid5(WARNINGS, f"{each.id}:{each.due_at.astimezone(UTC).isoformat()}") for each in dossiers
    ]
    return await store.append_warnings(conn, [each.id for each in dossiers], ids, at)
