"""SQL of receipts for money. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.charges_store import SELECT_CHARGE
from postal_service.desk.money.ledger_store import SELECT_ENTRY
from postal_service.desk.money.model import Charge, Entry, receipt_number
from tracking.errors import UnknownDossier

OF_DOSSIER = (
    SELECT_ENTRY
    + """
 WHERE e.dossier_id = $1 AND e.office_id = $2 AND e.kind = 'collect'
 ORDER BY e.id
"""
)


async def of_dossier(conn: Connection[Record], dossier_id: int, office_id: int) -> list[Entry]:
    return convert(await conn.fetch(OF_DOSSIER, dossier_id, office_id), list[Entry])


CHARGES = SELECT_CHARGE + " WHERE c.id = ANY($1::bigint[]) ORDER BY c.id"


async def charges(conn: Connection[Record], charge_ids: Sequence[int]) -> list[Charge]:
    return convert(await conn.fetch(CHARGES, list(charge_ids)), list[Charge])


REF_OF = "SELECT ref FROM dossier WHERE id = $1"


async def ref_of(conn: Connection[Record], dossier_id: int) -> str:
    """Raises UnknownDossier where she has no sight of it."""
    found: str | None = await conn.fetchval(REF_OF, dossier_id)
    if found is None:
        raise UnknownDossier(str(dossier_id))
    return found


class About(Struct, frozen=True, kw_only=True):
    """What a receipt says of its dossier."""

    form_set: str
    procedure_name: str
    procedure_code: str
    agency: str
    applicant: str
    receiver: str


ABOUT = """
SELECT i.form_set, p.name_vi AS procedure_name, p.code AS procedure_code, g.name_vi AS agency,
       a.full_name AS applicant, r.full_name AS receiver
  FROM dossier d
  JOIN intake i ON i.dossier_id = d.id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN agency g ON g.id = d.agency_id
  JOIN party a ON a.id = d.applicant_id
  JOIN party r ON r.id = d.receiver_id
 WHERE d.ref = $1
"""


async def about(conn: Connection[Record], ref: str) -> About:
    row = await conn.fetchrow(ABOUT, ref)
    if row is None:
        raise UnknownDossier(ref)
    return convert(row, About)


NAME_OF = "SELECT full_name FROM person WHERE id = $1"


async def name_of(conn: Connection[Record], person_id: int) -> str:
    return cast("str", await conn.fetchval(NAME_OF, person_id))


class Receipt(Struct, frozen=True, kw_only=True):
    """What one scan took in, and under which number."""

    key: UUID
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None
    paid_vnd: int

    @property
    def number(self) -> str | None:
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)


OF_SCANS = """
SELECT e.key, o.code AS office_code, e.receipt_day, e.receipt_no,
       (SELECT sum(p.amount_vnd) FROM posting p
         WHERE p.entry_id = e.id AND p.amount_vnd > 0)::bigint AS paid_vnd
  FROM entry e
  LEFT JOIN office o ON o.id = e.office_id
 WHERE e.kind = 'collect' AND e.key = ANY($1::uuid[])
 ORDER BY e.id
"""


async def of_scans(conn: Connection[Record], keys: Sequence[UUID]) -> list[Receipt]:
    return convert(await conn.fetch(OF_SCANS, list(keys)), list[Receipt])
