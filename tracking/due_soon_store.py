"""SQL of warnings before an appointment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert

from tracking.store import LISTENERS


class Near(Struct, frozen=True, kw_only=True):
    """A dossier with an appointment, and the hours it is reckoned in."""

    id: int
    due_at: datetime
    hours_group: str


NEAR = """
SELECT d.id, d.due_at, d.hours_group
  FROM dossier d
 WHERE d.status IN (2, 4) AND d.due_at > $1 AND d.due_at < $2
   AND NOT EXISTS (
       SELECT 1 FROM event e
        WHERE e.dossier_id = d.id AND e.act = 'due_soon'
          AND (e.facts ->> 'due_at')::timestamptz = d.due_at)
 ORDER BY d.due_at, d.id
 LIMIT $3
"""


async def near(conn: Connection, since: datetime, until: datetime, limit: int) -> list[Near]:
    return convert(await conn.fetch(NEAR, since, until, limit), list[Near])


APPEND_WARNINGS = """
WITH running AS (
    SELECT d.id, d.due_at, w.scan_id
      FROM unnest($1::bigint[], $2::uuid[]) AS w(dossier_id, scan_id)
      JOIN dossier d ON d.id = w.dossier_id
     WHERE d.status IN (2, 4)
     ORDER BY d.id
       FOR NO KEY UPDATE OF d
), written AS (
    INSERT INTO event (dossier_id, scan_id, act, at, heard_at, facts)
    SELECT id, scan_id, 'due_soon', $3, $3, jsonb_build_object('due_at', due_at)
      FROM running
        ON CONFLICT (scan_id) DO NOTHING
    RETURNING id
), owed AS (
    INSERT INTO news (event_id, listener)
    SELECT id, listener FROM written, unnest($4::text[]) AS listener
)
SELECT count(*) FROM written
"""


async def append_warnings(
    conn: Connection, dossier_ids: Sequence[int], scan_ids: Sequence[UUID], at: datetime
) -> int:
    """Write the warning of each dossier that still runs; how many were new."""
    new = await conn.fetchval(APPEND_WARNINGS, dossier_ids, scan_ids, at, LISTENERS)
    return cast("int", new)
