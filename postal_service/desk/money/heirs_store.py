"""SQL of what lies on the accounts of an agency or an office that ends. Only SQL."""

from __future__ import annotations

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.model import Account, Purse


class Left(Struct, frozen=True, kw_only=True):
    """What one account still has under one charge of a dossier."""

    kind: Purse
    office_id: int | None
    agency_id: int | None
    dossier_id: int | None
    charge_id: int | None
    amount_vnd: int
    last_entry: int

    @property
    def account(self) -> Account:
        return Account(kind=self.kind, office_id=self.office_id, agency_id=self.agency_id)


HELD = """
SELECT a.kind, a.office_id, a.agency_id, p.dossier_id, p.charge_id,
       sum(p.amount_vnd)::bigint AS amount_vnd, max(p.entry_id) AS last_entry
  FROM account a JOIN posting p ON p.account_id = a.id
 WHERE a.kind IN ('state_held', 'cod_held') AND a.agency_id = $1
 GROUP BY a.id, p.dossier_id, p.charge_id
HAVING sum(p.amount_vnd) <> 0
 ORDER BY a.id, p.dossier_id NULLS LAST, p.charge_id NULLS LAST
 LIMIT $2
"""
# Earnings are one sum an account; a safe has no dossiers.
LYING = """
SELECT a.kind, a.office_id, a.agency_id, NULL::bigint AS dossier_id, NULL::bigint AS charge_id,
       sum(p.amount_vnd)::bigint AS amount_vnd, max(p.entry_id) AS last_entry
  FROM account a JOIN posting p ON p.account_id = a.id
 WHERE a.kind IN ('safe', 'postage', 'collection') AND a.office_id = $1
 GROUP BY a.id
HAVING sum(p.amount_vnd) <> 0
 ORDER BY a.id
 LIMIT $2
"""


async def held(conn: Connection[Record], agency_id: int, most: int) -> list[Left]:
    return convert(await conn.fetch(HELD, agency_id, most), list[Left])


async def lying(conn: Connection[Record], office_id: int, most: int) -> list[Left]:
    return convert(await conn.fetch(LYING, office_id, most), list[Left])
