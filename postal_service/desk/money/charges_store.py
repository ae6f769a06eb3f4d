"""SQL of charges. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.money.model import Charge, NewCharge

# The receipt's number as ledger.Entry prints it.
SELECT_CHARGE = """
SELECT c.id, c.dossier_id, c.kind, c.leg, c.payer, c.moment, c.amount_vnd, c.agency_id, c.why,
       c.opened_at, c.paid_by, c.unbooked, c.voided_at, c.key, e.at AS paid_at, e.means,
       'BL-' || o.code || to_char(e.receipt_day, '-YYMMDD-')
             || lpad(e.receipt_no::text, greatest(4, length(e.receipt_no::text)), '0') AS number
  FROM charge c
  LEFT JOIN entry e ON e.id = c.paid_by
  LEFT JOIN office o ON o.id = e.office_id
"""

ADD = """
INSERT INTO charge (dossier_id, kind, leg, payer, moment, amount_vnd, agency_id, why, opened_at,
                    opened_by, key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id
"""


async def add(
    conn: Connection[Record], dossier_id: int, line: NewCharge, person_id: int, at: datetime
) -> int:
    return cast(
        "int",
        await conn.fetchval(
            ADD,
            dossier_id,
            line.kind,
            line.leg,
            line.payer,
            line.moment,
            line.amount_vnd,
            line.agency_id,
            line.why,
            at,
            person_id,
            line.key,
        ),
    )


OF_DOSSIER = SELECT_CHARGE + " WHERE c.dossier_id = $1 ORDER BY c.id"


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Charge]:
    return convert(await conn.fetch(OF_DOSSIER, dossier_id), list[Charge])


# Two who collect at once: the second waits here and finds it paid.
LOCK_OPEN = (
    SELECT_CHARGE
    + """
 WHERE c.dossier_id = $1 AND c.paid_by IS NULL AND c.voided_at IS NULL AND NOT c.unbooked
   AND c.moment <> 'exempt'
 ORDER BY c.id
   FOR NO KEY UPDATE OF c
"""
)


async def lock_open(conn: Connection[Record], dossier_id: int) -> list[Charge]:
    return convert(await conn.fetch(LOCK_OPEN, dossier_id), list[Charge])


PAY = """
UPDATE charge SET paid_by = $2
 WHERE id = ANY($1::bigint[]) AND paid_by IS NULL AND voided_at IS NULL AND NOT unbooked
   AND moment <> 'exempt'
RETURNING id
"""


async def pay(conn: Connection[Record], charge_ids: Sequence[int], entry_id: int) -> int:
    """How many of them this entry paid."""
    return len(await conn.fetch(PAY, list(charge_ids), entry_id))


FREE = "UPDATE charge SET paid_by = NULL WHERE paid_by = $1"


async def free(conn: Connection[Record], entry_id: int) -> None:
    await conn.execute(FREE, entry_id)


VOID = """
UPDATE charge SET voided_at = $3, voided_by = $2
 WHERE id = ANY($1::bigint[]) AND paid_by IS NULL AND voided_at IS NULL AND NOT unbooked
RETURNING id
"""


async def void(
    conn: Connection[Record], charge_ids: Sequence[int], person_id: int, at: datetime
) -> int:
    return len(await conn.fetch(VOID, list(charge_ids), person_id, at))


KEY_USED = "SELECT EXISTS (SELECT 1 FROM charge WHERE key = $1)"


async def key_used(conn: Connection[Record], key: UUID) -> bool:
    return bool(await conn.fetchval(KEY_USED, key))
