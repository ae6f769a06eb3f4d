"""SQL of registering a result's return at the agency. Only SQL."""

from __future__ import annotations

from datetime import date
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Offered(Struct, frozen=True, kw_only=True):
    """A procedure whose result may go by post."""

    code: str
    name_vi: str


RETURNABLE = """
SELECT code, name_vi
  FROM procedure
 WHERE bcci_return AND valid_from <= $1 AND (valid_to IS NULL OR $1 < valid_to)
   AND (level = $2 OR ($2 = 'district' AND level <> 'province'))
 ORDER BY name_vi, code
 LIMIT 500
"""


async def returnable(conn: Connection[Record], level: str, day: date) -> list[Offered]:
    """What an agency of this level decides and the post may bring."""
    return convert(await conn.fetch(RETURNABLE, day, level), list[Offered])


LAST_OFFICE = """
SELECT office_id FROM consignment WHERE agency_id = $1 ORDER BY id DESC LIMIT 1
"""


async def last_office(conn: Connection[Record], agency_id: int) -> int | None:
    """The office in charge of what went to or came from an agency last."""
    return cast("int | None", await conn.fetchval(LAST_OFFICE, agency_id))
