"""SQL of the numbers: serials of a day, and the offices' blocks of postal numbers."""

from __future__ import annotations

from datetime import date
from typing import cast

from asyncpg import Connection, Record

NEXT_SERIAL = """
INSERT INTO daily_serial AS s (day, series, last) VALUES ($1, $2, $3)
    ON CONFLICT (day, series) DO UPDATE SET last = s.last + $3
RETURNING last
"""


async def next_serial(conn: Connection, day: date, series: str) -> int:
    return await next_serials(conn, day, series, 1)


async def next_serials(conn: Connection, day: date, series: str, count: int) -> int:
    """Take *count* serials in a row and return the last of them."""
    return cast("int", await conn.fetchval(NEXT_SERIAL, day, series, count))


TAKE_S10 = """
UPDATE s10_block
   SET next = next + 1
 WHERE (prefix, first) = (
       SELECT prefix, first
         FROM s10_block
        WHERE office_id = $1 AND next <= last
        ORDER BY first
        LIMIT 1
          FOR UPDATE)
RETURNING prefix, next - 1 AS serial
"""


async def take_s10(conn: Connection, office_id: int) -> Record | None:
    return await conn.fetchrow(TAKE_S10, office_id)


# Blocks never overlap: the next one starts after the province's last.
GIVE_S10_BLOCK = """
INSERT INTO s10_block (prefix, first, last, next, office_id)
SELECT $1, start, start + $3 - 1, start, $2
  FROM (SELECT coalesce(max(last) + 1, 0) AS start FROM s10_block WHERE prefix = $1) free
 WHERE NOT EXISTS (SELECT 1 FROM s10_block WHERE office_id = $2 AND next <= last)
"""


async def give_s10_block(conn: Connection, prefix: str, office_id: int, size: int) -> None:
    await conn.execute(GIVE_S10_BLOCK, prefix, office_id, size)
