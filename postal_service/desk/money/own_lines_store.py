"""SQL of lines of money as the people they are about read them. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.model import EntryKind, Means, receipt_number


class OwnLine(Struct, frozen=True, kw_only=True):
    """One entry: what of it is the state's, the agency's or the post's, and what changed hands.

    Above nothing it was taken in, below it was given back or paid over.
    """

    entry_id: int
    kind: EntryKind
    key: UUID
    means: Means
    at: datetime
    posted_at: datetime
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None
    ref: str | None
    by_id: int
    by_whom: str
    other: str | None
    why: str
    reversed: bool
    state: int
    cod: int
    postage: int
    collection: int
    moved: int

    @property
    def number(self) -> str | None:
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)

    @property
    def subject(self) -> str:
        """How a question or a dispute names it."""
        return self.number or str(self.entry_id)


# By the account that was credited: a charge may be of a dossier that is out of sight by now.
LINES = """
SELECT e.id AS entry_id, e.kind, e.key, e.means, e.at, e.posted_at, o.code AS office_code,
       e.receipt_day, e.receipt_no, d.ref, e.person_id AS by_id, w.full_name AS by_whom,
       q.full_name AS other, e.why,
       EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.id) AS reversed,
       p.state, p.cod, p.postage, p.collection, p.moved
  FROM entry e
  JOIN person w ON w.id = e.person_id
  LEFT JOIN person q ON q.id = e.other_id
  LEFT JOIN office o ON o.id = e.office_id
  LEFT JOIN dossier d ON d.id = e.dossier_id
 CROSS JOIN LATERAL (
       SELECT coalesce(-sum(s.amount_vnd) FILTER (WHERE a.kind = 'state_held'), 0)::bigint AS state,
              coalesce(-sum(s.amount_vnd) FILTER (WHERE a.kind = 'cod_held'), 0)::bigint AS cod,
              coalesce(-sum(s.amount_vnd) FILTER (WHERE a.kind = 'postage'), 0)::bigint AS postage,
              coalesce(-sum(s.amount_vnd) FILTER (WHERE a.kind = 'collection'), 0)::bigint
                  AS collection,
              coalesce(sum(s.amount_vnd) FILTER (WHERE s.amount_vnd > 0), 0)::bigint AS moved
         FROM posting s JOIN account a ON a.id = s.account_id
        WHERE s.entry_id = e.id) p
 WHERE e.posted_at >= $1 AND e.posted_at < $2 AND ($3 = 0 OR e.id < $3)
"""
# One statement a scope: each reads by its own index.
OF_PERSON = LINES + " AND (e.person_id = $5 OR e.other_id = $5) ORDER BY e.id DESC LIMIT $4"
OF_OFFICE = LINES + " AND e.office_id = $5 ORDER BY e.id DESC LIMIT $4"
OF_AGENCY = LINES + " AND e.agency_id = $5 ORDER BY e.id DESC LIMIT $4"
OF_ALL = LINES + " AND $5 = 0 ORDER BY e.id DESC LIMIT $4"
SCOPES: Final = {"person": OF_PERSON, "office": OF_OFFICE, "agency": OF_AGENCY, "all": OF_ALL}


async def lines(
    conn: Connection[Record],
    scope: tuple[str, int],
    span: tuple[datetime, datetime],
    before: int,
    most: int,
) -> list[OwnLine]:
    """The newest entries of a person, an office, an agency or of all, posted in a *span*."""
    kind, whose = scope
    return convert(await conn.fetch(SCOPES[kind], *span, before, most, whose), list[OwnLine])
