"""SQL of holding: what kind of place an office serves, and what has been asked for. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

# The units belong to routes; this only reads them. A unit that has ended had its day.
UNIT_NAME = """
SELECT name
  FROM unit
 WHERE code = $1 AND level = 'commune'
 ORDER BY valid_to DESC NULLS FIRST
 LIMIT 1
"""


async def unit_name(conn: Connection[Record], code: str) -> str | None:
    """What the commune-level unit with this code is called today."""
    return cast("str | None", await conn.fetchval(UNIT_NAME, code))


class Kept(Struct, frozen=True, kw_only=True):
    """A paper that lies at an office, and somebody has been asked to fetch it."""

    consignment_id: int
    office_id: int
    ref: str


# Whose first invitation lies so far back that its last day can be today.
INVITED_BETWEEN = """
SELECT c.id AS consignment_id, c.office_id, d.ref
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
 WHERE c.stage = 'at_office' AND c.leg IN ('R', 'B') AND c.offered_kind IS NULL
   AND EXISTS (SELECT 1 FROM event e
                WHERE e.consignment_id = c.id AND e.act IN ('invite', 'miss')
                  AND e.at BETWEEN $1 AND $2)
 ORDER BY c.id
"""


async def invited_between(conn: Connection[Record], since: datetime, until: datetime) -> list[Kept]:
    return convert(await conn.fetch(INVITED_BETWEEN, since, until), list[Kept])
