"""SQL of the calls that offices have still to make because a message could not do it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Waiting(Struct, frozen=True, kw_only=True):
    """How many calls an office owes, and since when the oldest."""

    office: str
    calls: int
    oldest_at: datetime


WAITING = """
SELECT o.name AS office, count(*) AS calls, min(t.opened_at) AS oldest_at
  FROM task t
  JOIN office o ON o.id = t.office_id
 WHERE t.kind = 'call_citizen' AND t.done_at IS NULL
 GROUP BY o.id, o.name
 ORDER BY 2 DESC, 1
"""


async def waiting(conn: Conn) -> list[Waiting]:
    """Offices with calls to make, the most first."""
    return convert(await conn.fetch(WAITING), list[Waiting])
