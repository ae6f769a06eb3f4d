"""SQL of disputes about money: what is said and answered is closed in the database. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.model import EntryKind, receipt_number
from postal_service.fields import Plain


class NewDispute(Struct, frozen=True, kw_only=True):
    """A dispute to write down."""

    form_id: UUID
    entry_id: int
    dossier_id: int | None
    settlement_id: int | None
    office_id: int | None
    opened_by: int | None
    opened_at: datetime
    answer_by: date
    why: str


class Dispute(Struct, frozen=True, kw_only=True):
    """One line that somebody says is wrong; ``outcome`` None until it is answered."""

    id: int
    form_id: UUID
    entry_id: int
    kind: EntryKind
    amount_vnd: int
    dossier_id: int | None
    ref: str | None
    settlement_id: int | None
    office_id: int | None
    opened_by: int | None
    opener: str | None
    opened_at: datetime
    answer_by: date
    why: str
    outcome: str | None
    answer: str | None
    closed_at: datetime | None
    closer: str | None
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None

    @property
    def subject(self) -> str:
        """The receipt it is about, or the entry's id."""
        number = receipt_number(self.office_code, self.receipt_day, self.receipt_no)
        return number or str(self.entry_id)


ADD = """
INSERT INTO money_dispute (form_id, entry_id, dossier_id, settlement_id, office_id, opened_by,
                           opened_at, answer_by, why_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ($9::sealed).body)
"""


async def add(conn: Connection[Record], new: NewDispute) -> None:
    why = Plain("money_dispute", new.form_id, "why", new.why)
    await conn.execute(
        ADD, new.form_id, new.entry_id, new.dossier_id, new.settlement_id, new.office_id,
        new.opened_by, new.opened_at, new.answer_by, why,
    )  # fmt: skip


SELECT_DISPUTE = """
SELECT m.id, m.form_id, m.entry_id, e.kind,
       coalesce((SELECT sum(p.amount_vnd) FROM posting p
                  WHERE p.entry_id = e.id AND p.amount_vnd > 0), 0)::bigint AS amount_vnd,
       m.dossier_id, d.ref, m.settlement_id, m.office_id, m.opened_by, w.full_name AS opener,
       m.opened_at, m.answer_by, m.why, m.outcome,
       m.answer, m.closed_at,
       k.full_name AS closer, o.code AS office_code, e.receipt_day, e.receipt_no
  FROM money_dispute m
  JOIN entry e ON e.id = m.entry_id
  LEFT JOIN office o ON o.id = e.office_id
  LEFT JOIN dossier d ON d.id = m.dossier_id
  LEFT JOIN person w ON w.id = m.opened_by
  LEFT JOIN person k ON k.id = m.closed_by
"""
BY_FORM = SELECT_DISPUTE + " WHERE m.form_id = $1"
LOCK = SELECT_DISPUTE + " WHERE m.id = $1 FOR NO KEY UPDATE OF m"
SAME = (
    SELECT_DISPUTE
    + """
 WHERE m.entry_id = $1 AND m.opened_by IS NOT DISTINCT FROM $2 AND m.closed_at IS NULL
"""
)
STANDING = (
    SELECT_DISPUTE
    + """
 WHERE $2 OR m.opened_by = $1
 ORDER BY m.closed_at DESC NULLS FIRST, m.answer_by, m.id
 LIMIT 200
"""
)
OF_ENTRIES = (
    SELECT_DISPUTE
    + """
 WHERE m.entry_id = ANY($1::bigint[]) AND m.opened_by IS NOT DISTINCT FROM $2
 ORDER BY m.id
"""
)


async def by_form(conn: Connection[Record], form_id: UUID) -> Dispute | None:
    return convert(await conn.fetchrow(BY_FORM, form_id), Dispute | None)


async def lock(conn: Connection[Record], dispute_id: int) -> Dispute | None:
    """One dispute, held until the transaction ends by whoever may answer it."""
    return convert(await conn.fetchrow(LOCK, dispute_id), Dispute | None)


async def same(conn: Connection[Record], entry_id: int, by: int | None) -> Dispute | None:
    return convert(await conn.fetchrow(SAME, entry_id, by), Dispute | None)


async def standing(conn: Connection[Record], by: int, answers: bool) -> list[Dispute]:
    return convert(await conn.fetch(STANDING, by, answers), list[Dispute])


async def of_entries(
    conn: Connection[Record], entry_ids: list[int], by: int | None
) -> list[Dispute]:
    return convert(await conn.fetch(OF_ENTRIES, entry_ids, by), list[Dispute])


CLOSE = """
UPDATE money_dispute
   SET outcome = $2, answer_sealed = ($3::sealed).body, closed_at = $4, closed_by = $5
 WHERE id = $1 AND outcome IS NULL
"""


async def close(
    conn: Connection[Record], found: Dispute, outcome: str, answer: str, *, by: int, at: datetime
) -> None:
    said = Plain("money_dispute", found.form_id, "answer", answer)
    await conn.execute(CLOSE, found.id, outcome, said, at, by)
