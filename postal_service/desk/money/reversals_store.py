"""SQL of what hangs on an entry that is taken back. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.model import Account

# The scan that collected was undone, and its paper was handed over by another scan since.
DELIVERED_AGAIN = """
SELECT EXISTS (SELECT 1
                 FROM event e
                 JOIN consignment c ON c.id = e.consignment_id AND c.stage = 'delivered'
                WHERE e.scan_id = $1 AND e.act = 'deliver'
                  AND EXISTS (SELECT 1 FROM event u WHERE u.undoes = e.scan_id))
"""


async def delivered_again(conn: Connection[Record], key: UUID) -> bool:
    return cast("bool", await conn.fetchval(DELIVERED_AGAIN, key))


DRAWERS = """
SELECT DISTINCT a.kind, a.office_id, a.person_id, a.agency_id
  FROM posting p JOIN account a ON a.id = p.account_id
 WHERE p.entry_id = $1 AND a.person_id IS NOT NULL
"""


async def drawers(conn: Connection[Record], entry_id: int) -> list[Account]:
    """Whose pockets an entry moved."""
    return convert(await conn.fetch(DRAWERS, entry_id), list[Account])


# Lines of a settlement that was taken back wait for the next one.
UNSETTLE = """
UPDATE settlement_line l SET live = false
  FROM settlement s
 WHERE s.entry_id = $1 AND l.settlement_id = s.id AND l.live
"""


async def unsettle(conn: Connection[Record], entry_id: int) -> None:
    await conn.execute(UNSETTLE, entry_id)


# Of a dossier's receipts: those that wait for a second person to take them back.
ASKED = """
SELECT e.id
  FROM entry e
  LEFT JOIN office o ON o.id = e.office_id
  JOIN approval a ON a.kind = 'reverse_entry' AND a.state = 'waiting'
   AND a.subject IN (e.id::text,
                     format('BL-%s-%s-%s', o.code, to_char(e.receipt_day, 'YYMMDD'),
                            lpad(e.receipt_no::text, greatest(4, length(e.receipt_no::text)), '0')))
 WHERE e.id = ANY($1::bigint[])
"""


async def asked(conn: Connection[Record], entry_ids: list[int]) -> set[int]:
    return {row["id"] for row in await conn.fetch(ASKED, entry_ids)}


class Told(Struct, frozen=True, kw_only=True):
    """What a second person must know of an entry: how much, of what, and whose hand it was."""

    amount_vnd: int
    by_whom: str
    at: datetime
    ref: str | None


TOLD = """
SELECT coalesce((SELECT sum(p.amount_vnd) FROM posting p
                  WHERE p.entry_id = e.id AND p.amount_vnd > 0), 0)::bigint AS amount_vnd,
       w.full_name AS by_whom, e.at, d.ref
  FROM entry e
  JOIN person w ON w.id = e.person_id
  LEFT JOIN dossier d ON d.id = e.dossier_id
 WHERE e.id = $1
"""


async def told(conn: Connection[Record], entry_id: int) -> Told | None:
    return convert(await conn.fetchrow(TOLD, entry_id), Told | None)
