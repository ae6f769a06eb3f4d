"""SQL of reminders. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record

from tracking.store import LISTENERS

# The line says all that the paper is, as every line does; the lock keeps it true until it is
# written.
APPEND_LAST_DAYS = """
WITH kept AS (
    SELECT c.id, c.dossier_id, c.stage, c.holder_kind, c.holder_id, c.office_id, d.scan_id
      FROM unnest($1::bigint[], $2::uuid[]) AS d(consignment_id, scan_id)
      JOIN consignment c ON c.id = d.consignment_id
     WHERE c.stage = 'at_office' AND c.offered_kind IS NULL
     ORDER BY c.id
       FOR NO KEY UPDATE OF c
), written AS (
    INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, holder_kind, holder_id,
                       office_id, at, heard_at, facts)
    SELECT dossier_id, id, scan_id, 'last_day', stage, holder_kind, holder_id, office_id, $3, $3,
           '{}'::jsonb
      FROM kept
     ORDER BY dossier_id
        ON CONFLICT (scan_id) DO NOTHING
    RETURNING id
), owed AS (
    INSERT INTO news (event_id, listener)
    SELECT id, listener FROM written, unnest($4::text[]) AS listener
)
SELECT count(*) FROM written
"""


async def append_last_days(
    conn: Connection[Record], consignment_ids: Sequence[int], scan_ids: Sequence[UUID], at: datetime
) -> int:
    """Write the line of each paper that still lies there; how many were new."""
    new = await conn.fetchval(APPEND_LAST_DAYS, consignment_ids, scan_ids, at, LISTENERS)
    return cast("int", new)
