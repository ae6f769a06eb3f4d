"""SQL of an agency's word on what goes back, and of what a reversal does to it. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.model import Kind, receipt_number

# Where a bounce asked for the agency's word already, this is it. What was paid out stays.
OWE = """
INSERT INTO refund_due (charge_id, dossier_id, office_id, agency_id, amount_vnd, opened_at, said,
                        said_by, said_at, why)
SELECT c.id, c.dossier_id, coalesce(e.office_id, d.office_id), c.agency_id, c.amount_vnd, $4,
       'refund', $3, $4, $2
  FROM charge c
  JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN entry e ON e.id = c.paid_by
 WHERE c.id = ANY($1::bigint[]) AND c.paid_by IS NOT NULL
    ON CONFLICT (charge_id) DO UPDATE
   SET said = excluded.said, said_by = excluded.said_by, said_at = excluded.said_at,
       dropped_at = NULL
 WHERE refund_due.entry_id IS NULL
   AND (refund_due.said IS DISTINCT FROM 'refund' OR refund_due.dropped_at IS NOT NULL)
RETURNING id
"""


async def owe(
    conn: Connection[Record], charge_ids: Sequence[int], *, why: str, said_by: int, at: datetime
) -> int:
    return len(await conn.fetch(OWE, list(charge_ids), why, said_by, at))


class Waiting(Struct, frozen=True, kw_only=True):
    """One charge that goes back; with its receipt once it went. ``said``: the agency's word."""

    charge_id: int
    kind: Kind
    amount_vnd: int
    office: str
    agency_id: int | None
    said: str | None
    why: str
    paid_at: datetime | None
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None

    @property
    def number(self) -> str | None:
        """The receipt of the money that went back."""
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)

    @property
    def ready(self) -> bool:
        """Whether it can be fetched: whose money it is has said so."""
        return self.paid_at is None and (self.agency_id is None or self.said == "refund")


OF_DOSSIER = """
SELECT r.charge_id, c.kind, r.amount_vnd, o.name AS office, r.agency_id, r.said, r.why,
       e.posted_at AS paid_at, o.code AS office_code, e.receipt_day, e.receipt_no
  FROM refund_due r
  JOIN charge c ON c.id = r.charge_id
  JOIN office o ON o.id = r.office_id
  LEFT JOIN entry e ON e.id = r.entry_id
 WHERE r.dossier_id = $1 AND r.dropped_at IS NULL AND r.said IS DISTINCT FROM 'keep'
 ORDER BY r.id
"""


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Waiting]:
    return convert(await conn.fetch(OF_DOSSIER, dossier_id), list[Waiting])


# The entry that paid it out was taken back: it is due again.
REOPEN = "UPDATE refund_due SET entry_id = NULL WHERE entry_id = $1"
# Of the charges an entry paid: what went back, and what is due no longer since it was taken back.
REFUNDED = """
SELECT count(*) FROM refund_due r JOIN charge c ON c.id = r.charge_id
 WHERE c.paid_by = $1 AND r.entry_id IS NOT NULL
"""
DROP = """
UPDATE refund_due r SET dropped_at = $2
  FROM charge c
 WHERE c.id = r.charge_id AND c.paid_by = $1 AND r.entry_id IS NULL AND r.dropped_at IS NULL
"""


async def reopen(conn: Connection[Record], entry_id: int) -> None:
    await conn.execute(REOPEN, entry_id)


async def refunded(conn: Connection[Record], entry_id: int) -> int:
    return cast("int", await conn.fetchval(REFUNDED, entry_id))


async def drop(conn: Connection[Record], entry_id: int, at: datetime) -> None:
    await conn.execute(DROP, entry_id, at)
