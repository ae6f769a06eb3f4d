"""SQL of delegations. Only SQL."""

from __future__ import annotations

from datetime import date

from asyncpg import Connection, Record

AGENCIES_OF = """
SELECT agency_id FROM delegation
 WHERE office_id = $1 AND daterange(valid_from, valid_to) @> $2::date
"""


async def agencies_of(conn: Connection[Record], office_id: int, day: date) -> list[int]:
    return [row["agency_id"] for row in await conn.fetch(AGENCIES_OF, office_id, day)]


ADD = """
INSERT INTO delegation (office_id, agency_id, valid_from, valid_to, ground, demo)
SELECT $1, $2, $3, $4, $5, false
 WHERE NOT EXISTS (
       SELECT 1 FROM delegation
        WHERE office_id = $1 AND agency_id = $2
          AND daterange(valid_from, valid_to) && daterange($3, $4))
RETURNING true
"""


async def add(conn: Connection[Record], *row: object) -> bool:
    """Add a delegation, column by column as the statement names them; whether none overlaps."""
    return bool(await conn.fetchval(ADD, *row))
