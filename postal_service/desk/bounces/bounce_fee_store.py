"""SQL of what bounces do to money: the dated rule, and what is to be given back. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.bounces.bounce_rules import Fault, Kind
from postal_service.desk.money.model import Kind as ChargeKind
from postal_service.desk.published.rows import Tally, Text, Verified


class FeeRuleRow(Struct, frozen=True, kw_only=True):
    """A line of ``bounce_fee_rules.csv``."""

    bounce: Kind
    fault: Fault
    charge_kind: ChargeKind
    outcome: str
    valid_from: date
    valid_to: date | None = None
    verified: Verified
    source: Text


PUT_FEE_RULES = """
WITH given AS (
    SELECT bounce, fault, charge_kind, outcome, valid_from, valid_to, verified = 'demo' AS demo,
           source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (bounce text, fault text, charge_kind text, outcome text, valid_from date,
            valid_to date, verified text, source text)
), written AS (
    INSERT INTO bounce_fee_rule AS was
           (bounce, fault, charge_kind, outcome, valid_from, valid_to, demo, source)
    SELECT bounce, fault, charge_kind, outcome, valid_from, valid_to, demo, source FROM given
    ON CONFLICT (bounce, fault, charge_kind, valid_from) DO UPDATE
       SET outcome = excluded.outcome, valid_to = excluded.valid_to, demo = excluded.demo,
           source = excluded.source
     WHERE (was.outcome, was.valid_to, was.demo, was.source)
           IS DISTINCT FROM (excluded.outcome, excluded.valid_to, excluded.demo, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       0 AS edited
  FROM written
"""


async def put_fee_rules(conn: Connection[Record], rows: Sequence[FeeRuleRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_FEE_RULES, rows), Tally)


OUTCOME_ON = """
SELECT outcome
  FROM bounce_fee_rule
 WHERE bounce = $1 AND fault = $2 AND charge_kind = $3 AND valid_from <= $4
   AND (valid_to IS NULL OR valid_to > $4)
 ORDER BY valid_from DESC
 LIMIT 1
"""


async def outcome_on(
    conn: Connection[Record], bounce: Kind, fault: Fault, kind: ChargeKind, day: date
) -> str | None:
    found: str | None = await conn.fetchval(OUTCOME_ON, bounce, fault, kind, day)
    return found


WAY_FREE = "SELECT postal_way_free($1, $2)"


async def way_free(conn: Connection[Record], request: UUID, day: date) -> bool:
    """Whether what an agency's request asks for is carried for nothing."""
    return bool(await conn.fetchval(WAY_FREE, request, day))


IS_DEMO = """
SELECT coalesce(bool_or(demo), false)
  FROM bounce_fee_rule
 WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
"""


async def is_demo(conn: Connection[Record], day: date) -> bool:
    """Whether a row in force was chosen for the demonstration."""
    return bool(await conn.fetchval(IS_DEMO, day))


class Paid(Struct, frozen=True, kw_only=True):
    """A charge that was paid, and at which office; ``agency_id`` where the agency's money it is."""

    charge_id: int
    kind: ChargeKind
    amount_vnd: int
    agency_id: int | None
    office_id: int


PAID_OF = """
SELECT c.id AS charge_id, c.kind, c.amount_vnd, c.agency_id, e.office_id
  FROM charge c
  JOIN entry e ON e.id = c.paid_by
 WHERE c.dossier_id = $1 AND e.office_id IS NOT NULL
 ORDER BY c.id
"""


async def paid_of(conn: Connection[Record], dossier_id: int) -> list[Paid]:
    return convert(await conn.fetch(PAID_OF, dossier_id), list[Paid])


OPEN_WAYS_HOME = """
SELECT id
  FROM charge
 WHERE dossier_id = $1 AND kind = 'postage_back' AND leg = 'B' AND paid_by IS NULL
   AND voided_at IS NULL AND NOT unbooked
"""


async def open_ways_home(conn: Connection[Record], dossier_id: int) -> list[int]:
    """What is still to be paid when refused papers come home."""
    return [row["id"] for row in await conn.fetch(OPEN_WAYS_HOME, dossier_id)]


# Ruled otherwise twice, it is due again; what was paid out stays so.
OWE = """
INSERT INTO refund_due (bounce_id, charge_id, dossier_id, office_id, agency_id, amount_vnd,
                        opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (charge_id) DO UPDATE
   SET bounce_id = excluded.bounce_id, dropped_at = NULL
 WHERE refund_due.entry_id IS NULL
"""
DROP = """
UPDATE refund_due
   SET dropped_at = $2
 WHERE charge_id = $1 AND entry_id IS NULL AND dropped_at IS NULL
"""


async def owe(
    conn: Connection[Record], bounce_id: int, dossier_id: int, paid: Paid, at: datetime
) -> None:
    await conn.execute(
        OWE,
        bounce_id,
        paid.charge_id,
        dossier_id,
        paid.office_id,
        paid.agency_id,
        paid.amount_vnd,
        at,
    )


async def drop(conn: Connection[Record], charge_id: int, at: datetime) -> None:
    await conn.execute(DROP, charge_id, at)


class Due(Struct, frozen=True, kw_only=True):
    """Money to be given back, with the words of its line."""

    id: int
    ref: str
    dossier_id: int
    charge_id: int
    kind: ChargeKind
    office_id: int
    office: str
    agency_id: int | None
    agency: str | None
    payer: str
    procedure: str
    amount_vnd: int
    opened_at: datetime
    said: str | None
    dropped_at: datetime | None
    entry_id: int | None
    paid_at: datetime | None


SELECT_DUE = """
SELECT r.id, d.ref, r.dossier_id, r.charge_id, c.kind, r.office_id, o.name AS office, r.agency_id,
       g.short_name AS agency, a.full_name AS payer, p.name_vi AS procedure, r.amount_vnd,
       r.opened_at, r.said, r.dropped_at, r.entry_id, e.posted_at AS paid_at
  FROM refund_due r
  JOIN charge c ON c.id = r.charge_id
  JOIN dossier d ON d.id = r.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  JOIN office o ON o.id = r.office_id
  LEFT JOIN agency g ON g.id = r.agency_id
  LEFT JOIN entry e ON e.id = r.entry_id
"""
DUE_AT_OFFICE = (
    SELECT_DUE
    + """
 WHERE r.office_id = $1 AND r.dropped_at IS NULL AND (r.entry_id IS NULL OR e.posted_at >= $2)
 ORDER BY r.entry_id IS NOT NULL, r.opened_at, r.id
 LIMIT 500
"""
)
DUE_AT_AGENCY = (
    SELECT_DUE
    + """
 WHERE r.agency_id = $1 AND r.dropped_at IS NULL AND (r.said IS NULL OR r.said_at >= $2)
 ORDER BY r.said IS NOT NULL, r.opened_at, r.id
 LIMIT 500
"""
)
DUE_BY_ID = (
    SELECT_DUE
    + """
 WHERE r.id = $1
   FOR NO KEY UPDATE OF r
"""
)


async def due_at_office(conn: Connection[Record], office_id: int, since: datetime) -> list[Due]:
    return convert(await conn.fetch(DUE_AT_OFFICE, office_id, since), list[Due])


async def due_at_agency(conn: Connection[Record], agency_id: int, since: datetime) -> list[Due]:
    return convert(await conn.fetch(DUE_AT_AGENCY, agency_id, since), list[Due])


async def lock_due(conn: Connection[Record], id: int) -> Due | None:
    """What is due, held until the transaction ends."""
    return convert(await conn.fetchrow(DUE_BY_ID, id), Due | None)


SAY = "UPDATE refund_due SET said = $2, said_by = $3, said_at = $4 WHERE id = $1 AND said IS NULL"


async def say(conn: Connection[Record], id: int, said: str, person_id: int, at: datetime) -> None:
    await conn.execute(SAY, id, said, person_id, at)


PAID_OUT = "UPDATE refund_due SET entry_id = $2 WHERE id = $1"


async def paid_out(conn: Connection[Record], id: int, entry_id: int) -> None:
    await conn.execute(PAID_OUT, id, entry_id)


# What an agency's own account still holds of one charge: nothing once it was settled to the agency.
HELD_OF = """
SELECT coalesce(-sum(p.amount_vnd), 0)::bigint
  FROM posting p
  JOIN account a ON a.id = p.account_id
 WHERE p.charge_id = $1 AND a.kind IN ('state_held', 'cod_held')
"""


async def held_of(conn: Connection[Record], charge_id: int) -> int:
    return int(await conn.fetchval(HELD_OF, charge_id))


NAME_OF = "SELECT full_name FROM person WHERE id = $1"


async def name_of(conn: Connection[Record], person_id: int) -> str:
    return str(await conn.fetchval(NAME_OF, person_id))
