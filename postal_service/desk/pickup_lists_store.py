"""SQL of which orders stand on whose list. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from asyncpg import Connection, Record

from postal_service.desk.pickup_moves import State

OF_OFFICE = """
SELECT o.id
  FROM pickup o
 WHERE (o.office_id = $1 OR o.taken_at = $1) AND o.state = ANY($2::text[])
 ORDER BY o.day, o.id
 LIMIT $3
"""


async def of_office(
    conn: Connection[Record], office_id: int, states: Sequence[State], limit: int
) -> list[int]:
    return [row["id"] for row in await conn.fetch(OF_OFFICE, office_id, list(states), limit)]


LATELY = """
SELECT id
  FROM pickup
 WHERE (office_id = $1 OR taken_at = $1) AND state = ANY($2::text[]) AND day >= $3
 ORDER BY id DESC
 LIMIT $4
"""


async def lately(
    conn: Connection[Record], office_id: int, states: Sequence[State], since: date, limit: int
) -> list[int]:
    """What ended at the office, the newest first."""
    rows = await conn.fetch(LATELY, office_id, list(states), since, limit)
    return [row["id"] for row in rows]


# Papers at a courier's that nobody has entered, whichever day they were fetched.
UNENTERED = """
SELECT DISTINCT o.id
  FROM pickup o
  JOIN pickup_sheet s ON s.pickup_id = o.id
 WHERE o.office_id = $1 AND o.state = 'collected'
   AND NOT EXISTS (SELECT FROM dossier d WHERE d.ref = s.ref)
 LIMIT 500
"""


async def unentered(conn: Connection[Record], office_id: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(UNENTERED, office_id)]


OF_AGENCY = """
SELECT id FROM pickup
 WHERE channel = 'agency' AND agency_id = $1
 ORDER BY id DESC
 LIMIT $2
"""


async def of_agency(conn: Connection[Record], agency_id: int, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(OF_AGENCY, agency_id, limit)]


# Hers for today or left over from before, and those her round names whatever became of them.
OF_COURIER = """
SELECT id
  FROM pickup
 WHERE courier_id = $1 AND ((state = 'accepted' AND ride_on <= $2) OR id = ANY($3::bigint[]))
 ORDER BY id
"""


async def of_courier(
    conn: Connection[Record], courier_id: int, day: date, ids: Sequence[int]
) -> list[int]:
    rows = await conn.fetch(OF_COURIER, courier_id, day, list(ids))
    return [row["id"] for row in rows]
