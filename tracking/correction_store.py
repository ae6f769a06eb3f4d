"""SQL of corrections: one statement, one function, one row type."""

from __future__ import annotations

from asyncpg import Connection
from msgspec import convert

from tracking.model import Event

LINES_OF = """
SELECT dossier_id, consignment_id, scan_id, act, stage, status, holder_kind, holder_id,
       person_id, at, heard_at, facts, office_id, offered_kind, offered_id, undoes, approver_id
  FROM event
 WHERE consignment_id = $1
 ORDER BY id
"""


async def lines_of(conn: Connection, consignment_id: int) -> list[Event]:
    return convert(await conn.fetch(LINES_OF, consignment_id), list[Event])
