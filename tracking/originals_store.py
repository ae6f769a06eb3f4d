"""SQL of originals on their way back: one statement, one function."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Connection

S10_OPENED_BY = """
SELECT c.s10
  FROM event e
  JOIN consignment c ON c.id = e.consignment_id
 WHERE e.scan_id = $1
"""


async def s10_opened_by(conn: Connection, scan_id: UUID) -> str | None:
    found: str | None = await conn.fetchval(S10_OPENED_BY, scan_id)
    return found
