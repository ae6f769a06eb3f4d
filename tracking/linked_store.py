"""SQL of linked procedures. Only SQL."""

from __future__ import annotations

from datetime import date
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert


class PartLine(Struct, frozen=True, kw_only=True):
    """A line of ``procedure_part``; no hours group: the receiving agency's."""

    name_vi: str
    agency_vi: str
    hours_group: str | None
    limit_value: int
    limit_unit: str


PARTS_ON = """
SELECT t.name_vi, t.agency_vi, t.hours_group, t.limit_value, t.limit_unit
  FROM procedure p
  JOIN procedure_part t ON t.procedure_code = p.code
 WHERE p.id = $1 AND t.valid_from <= $2 AND (t.valid_to IS NULL OR $2 < t.valid_to)
 ORDER BY t.ordinal
"""


async def parts_on(conn: Connection[Record], procedure_id: int, day: date) -> list[PartLine]:
    return convert(await conn.fetch(PARTS_ON, procedure_id, day), list[PartLine])


CONVENTION_OF = """
SELECT coalesce((SELECT convention FROM agency WHERE id = $2),
                (SELECT convention FROM procedure WHERE id = $1), 'hour_precise')
"""


async def convention_of(conn: Connection[Record], procedure_id: int, agency_id: int) -> str:
    return cast("str", await conn.fetchval(CONVENTION_OF, procedure_id, agency_id))
