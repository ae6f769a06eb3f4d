"""SQL of the numbered notices."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert


class Notice(Struct, frozen=True, kw_only=True):
    """One notice by its form, year and number; ``scan_id`` is the line it tells of."""

    scan_id: UUID
    form: str
    year: int
    number: int
    settlement: str | None


ADD = """
INSERT INTO notice (event_id, dossier_id, agency_id, form, year, number, settlement)
SELECT id, dossier_id, $2, $3, $4, $5, $6
  FROM event
 WHERE scan_id = $1
"""


async def add(conn: Connection, *row: object) -> None:
    """Add a notice: scan id, then column by column as the statement names them."""
    await conn.execute(ADD, *row)


NOTICES_OF = """
SELECT e.scan_id, n.form, n.year, n.number, n.settlement
  FROM notice n
  JOIN event e ON e.id = n.event_id
 WHERE n.dossier_id = $1
 ORDER BY n.event_id
"""


async def notices_of(conn: Connection, dossier_id: int) -> list[Notice]:
    return convert(await conn.fetch(NOTICES_OF, dossier_id), list[Notice])
