"""SQL of delays. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record

from tracking.model import Facts
from tracking.store import LISTENERS

# By dossier: two workers at one closure take the ends of the chains in one order.
APPEND_DELAYS = """
WITH written AS (
    INSERT INTO event (dossier_id, scan_id, act, person_id, at, heard_at, facts)
    SELECT dossier_id, scan_id, 'delay', $3, $5, $5, $4
      FROM unnest($1::bigint[], $2::uuid[]) AS d(dossier_id, scan_id)
     ORDER BY dossier_id
        ON CONFLICT (scan_id) DO NOTHING
    RETURNING id
), owed AS (
    INSERT INTO news (event_id, listener)
    SELECT id, listener FROM written, unnest($6::text[]) AS listener
)
SELECT count(*) FROM written
"""


async def append_delays(
    conn: Connection[Record],
    dossier_ids: Sequence[int],
    scan_ids: Sequence[UUID],
    said: tuple[int, Facts, datetime],
) -> int:
    """Write (person, facts, at) for each dossier; how many lines were new."""
    person, facts, at = said
    new = await conn.fetchval(APPEND_DELAYS, dossier_ids, scan_ids, person, facts, at, LISTENERS)
    return cast("int", new)
