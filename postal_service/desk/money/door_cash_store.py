"""SQL of cash that came with a refused delivery. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Loose(Struct, frozen=True, kw_only=True):
    """Cash in a courier's purse that stands for no charge yet. ``why``: the refusal's words."""

    scan_id: UUID
    entry_id: int
    s10: str
    dossier_id: int | None
    office_id: int
    courier_id: int
    amount_vnd: int
    at: datetime
    why: str
    ref: str | None = None
    courier: str = ""
    due_vnd: int = 0  #: what the dossier's result still has to bring in


DOSSIER_OF = "SELECT dossier_id FROM consignment WHERE s10 = $1"


async def dossier_of(conn: Connection[Record], s10: str) -> int | None:
    return cast("int | None", await conn.fetchval(DOSSIER_OF, s10))


ADD = """
INSERT INTO loose_cash (scan_id, entry_id, s10, dossier_id, office_id, courier_id, amount_vnd, at,
                        why)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def add(conn: Connection[Record], made: Loose) -> None:
    await conn.execute(
        ADD,
        made.scan_id,
        made.entry_id,
        made.s10,
        made.dossier_id,
        made.office_id,
        made.courier_id,
        made.amount_vnd,
        made.at,
        made.why,
    )


SELECT_LOOSE = """
SELECT l.scan_id, l.entry_id, l.s10, l.dossier_id, l.office_id, l.courier_id, l.amount_vnd, l.at,
       l.why, d.ref, p.full_name AS courier,
       coalesce((SELECT collect_vnd FROM to_collect(l.dossier_id, 'R')), 0) AS due_vnd
  FROM loose_cash l
  LEFT JOIN dossier d ON d.id = l.dossier_id
  JOIN person p ON p.id = l.courier_id
"""
WAITING = (
    SELECT_LOOSE
    + """
 WHERE l.office_id = $1 AND l.ended_by IS NULL
 ORDER BY l.at, l.scan_id
 LIMIT 200
"""
)


async def waiting(conn: Connection[Record], office_id: int) -> list[Loose]:
    return convert(await conn.fetch(WAITING, office_id), list[Loose])


HOLD = (
    SELECT_LOOSE
    + """
 WHERE l.scan_id = $1 AND l.office_id = $2 AND l.ended_by IS NULL
   FOR NO KEY UPDATE OF l
"""
)


async def hold(conn: Connection[Record], scan_id: UUID, office_id: int) -> Loose | None:
    """What waits under this scan, locked; None where it has ended."""
    return convert(await conn.fetchrow(HOLD, scan_id, office_id), Loose | None)


END = "UPDATE loose_cash SET ended_by = $2 WHERE scan_id = $1"


async def end(conn: Connection[Record], scan_id: UUID, entry_id: int) -> None:
    await conn.execute(END, scan_id, entry_id)
