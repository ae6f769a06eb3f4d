"""SQL of what a citizen changes on the way. Only SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from msgspec import convert

from tracking.model import Consignment, Facts
from tracking.store import LISTENERS

# How it comes is a cache of the newest line that says so, as a stage is: one statement writes
# both. A change of phone or address moves nothing here; that it happened is chained all the same.
APPEND_CHANGE = """
WITH changed AS (
    UPDATE dossier
       SET return_way = coalesce($6, return_way), papers_back = coalesce($7, papers_back)
     WHERE id = $1
), written AS (
    INSERT INTO event (dossier_id, scan_id, act, person_id, at, heard_at, facts)
    VALUES ($1, $2, 'change', $3, $4, $4, $5)
    RETURNING id
)
INSERT INTO news (event_id, listener)
SELECT id, listener FROM written, unnest($8::text[]) AS listener
"""


async def append_change(
    conn: Connection, dossier_id: int, id_: UUID, said: tuple[int | None, datetime, Facts]
) -> None:
    """Write (person, at, facts) into the register, and on the dossier what they make of it."""
    facts = said[2]
    ways = facts.get("return_way"), facts.get("papers_back")
    await conn.execute(APPEND_CHANGE, dossier_id, id_, *said, *ways, LISTENERS)


# Locked, so that no courier leaves with it while its way is changed.
HOMEBOUND_OF = """
SELECT id, dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id, attempts,
       offered_kind, offered_id, was
  FROM consignment
 WHERE dossier_id = $1 AND leg IN ('R', 'B') AND stage <> 'cancelled'
 ORDER BY id
   FOR NO KEY UPDATE
"""


async def homebound_of(conn: Connection, dossier_id: int) -> list[Consignment]:
    return convert(await conn.fetch(HOMEBOUND_OF, dossier_id), list[Consignment])
