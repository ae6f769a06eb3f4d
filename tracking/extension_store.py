"""SQL of appointments that were put off."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert

from tracking.model import Ruling


class Extension(Struct, frozen=True, kw_only=True):
    """One apology; neither value nor unit where the officer named the hour herself."""

    event_id: int
    scan_id: UUID
    value: int | None
    unit: str | None
    old_due: datetime
    new_due: datetime
    reason: str
    approver_id: int | None


COUNT = "SELECT count(*) FROM extension WHERE dossier_id = $1"


async def count(conn: Connection, dossier_id: int) -> int:
    return cast("int", await conn.fetchval(COUNT, dossier_id))


ADD = """
INSERT INTO extension (event_id, dossier_id, value, unit, old_due, new_due, reason, approver_id)
SELECT id, dossier_id, $2, $3, $4, $5, $6, $7
  FROM event
 WHERE scan_id = $1
"""


async def add(
    conn: Connection, ruling: Ruling, value: int | None, unit: object, old_due: datetime
) -> None:
    reason = ruling.facts["reason"]
    await conn.execute(ADD, ruling.id, value, unit, old_due, ruling.due_at, reason, ruling.approver)


EXTENSIONS_OF = """
SELECT x.event_id, e.scan_id, x.value, x.unit, x.old_due, x.new_due, x.reason, x.approver_id
  FROM extension x
  JOIN event e ON e.id = x.event_id
 WHERE x.dossier_id = $1
 ORDER BY x.event_id
"""


async def extensions_of(conn: Connection, dossier_id: int) -> list[Extension]:
    return convert(await conn.fetch(EXTENSIONS_OF, dossier_id), list[Extension])
