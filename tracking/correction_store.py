"""SQL of corrections: one statement, one function, one row type."""

from __future__ import annotations

from typing import cast

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


# The agency decides on papers it has signed for: what it decided since rests on that signature.
BUILT_UPON = """
SELECT EXISTS (
       SELECT 1 FROM event later, event line
        WHERE line.scan_id = $2 AND later.dossier_id = $1 AND later.id > line.id
          AND (later.act = 'release' OR later.consignment_id IS NULL AND later.act <> 'delay'))
"""


async def built_upon(conn: Connection, line: Event) -> bool:
    """Whether the agency ruled or released something after *line*."""
    return cast("bool", await conn.fetchval(BUILT_UPON, line.dossier_id, line.scan_id))
