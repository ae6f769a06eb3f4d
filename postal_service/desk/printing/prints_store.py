"""SQL of what is printed at the counter, and of each print. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.intake import Paper
from postal_service.desk.money.model import Kind, Moment
from tracking.stages import Status


class Charged(Struct, frozen=True, kw_only=True):
    """One amount of a dossier's own legs, and whether it is paid."""

    kind: Kind
    moment: Moment
    amount_vnd: int
    paid: bool


class Sheet(Struct, frozen=True, kw_only=True):
    """A dossier as its receipt and label tell it. Money in VND."""

    dossier_id: int
    ref: str
    tracking_code: str
    s10: str | None
    status: Status
    agency_code: str | None
    service: str
    return_way: str
    limit_value: int
    limit_unit: str
    accepted_at: datetime
    expected_on: date
    due_at: datetime | None
    form_set: str
    weight_g: int
    sets: int
    charges: tuple[Charged, ...]
    clerk: str
    office: str
    place: str
    hotline: str
    agency: str
    agency_short: str
    agency_address: str
    procedure_name: str
    procedure_code: str
    name: str
    citizen_id: str | None
    phone: str | None
    address: str
    receiver_name: str
    receiver_address: str
    rep_name: str | None  #: who handed it in for the applicant, and on which paper
    rep_paper: str | None
    papers: tuple[Paper, ...]
    issue: int  #: how often the receipt was issued again
    first_print: int  #: the print that is this issue's original

    @property
    def collected(self) -> int:
        """What was paid, or is to be paid, before the papers leave."""
        return sum(line.amount_vnd for line in self.charges if line.moment is Moment.BEFORE)


SHEET_OF = """
SELECT d.id AS dossier_id, d.ref, d.tracking_code, c.s10, d.status, d.agency_code, d.service,
       d.return_way, d.limit_value, d.limit_unit, d.accepted_at, d.expected_on, d.due_at,
       i.form_set, i.weight_g, i.sets,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.id), '[]')
          FROM (SELECT id, kind, moment, amount_vnd, paid_by IS NOT NULL OR unbooked AS paid
                  FROM charge
                 WHERE dossier_id = d.id AND leg IN ('F', 'R')
                   AND voided_at IS NULL) AS line) AS charges,
       k.full_name AS clerk, o.name AS office, o.hotline,
       coalesce((SELECT u.name FROM unit u
                  WHERE u.code IN (o.commune_2019, o.commune_2025) AND u.level = 'commune'
                    AND daterange(u.valid_from, u.valid_to)
                        @> (d.accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
                  ORDER BY u.code = o.commune_2025 DESC
                  LIMIT 1), o.name) AS place,
       g.name_vi AS agency, g.short_name AS agency_short, g.address AS agency_address,
       p.name_vi AS procedure_name, p.code AS procedure_code,
       a.full_name AS name, a.citizen_id, a.phone, a.address,
       r.full_name AS receiver_name, r.address AS receiver_address,
       x.full_name AS rep_name, v.paper AS rep_paper,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.ordinal), '[]')
          FROM (SELECT ordinal, name_vi, originals, certified, photocopies, voluntary
                  FROM intake_document
                 WHERE dossier_id = d.id) AS line) AS papers,
       n.issue,
       coalesce((SELECT min(ordinal) FROM receipt_print q
                  WHERE q.dossier_id = d.id AND q.issue = n.issue),
                (SELECT coalesce(max(ordinal), 0) + 1 FROM receipt_print q
                  WHERE q.dossier_id = d.id)) AS first_print
  FROM dossier d
  CROSS JOIN LATERAL (SELECT coalesce(max(number), 0) AS issue FROM receipt_issue
                       WHERE dossier_id = d.id) n
  JOIN intake i ON i.dossier_id = d.id
  JOIN person k ON k.id = i.clerk_id
  JOIN office o ON o.id = d.office_id
  JOIN agency g ON g.id = d.agency_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  JOIN party r ON r.id = d.receiver_id
  LEFT JOIN representative v ON v.dossier_id = d.id
  LEFT JOIN party x ON x.id = v.party_id
  LEFT JOIN consignment c ON c.dossier_id = d.id AND c.leg = 'F'
 WHERE d.ref = $1 AND d.office_id = $2
"""


async def sheet_of(conn: Connection[Record], ref: str, office_id: int) -> Sheet | None:
    return convert(await conn.fetchrow(SHEET_OF, ref, office_id), Sheet | None)


# The dossier's row is locked first: two prints at once get two numbers.
ADD_PRINT = """
WITH held AS (
    SELECT id FROM dossier WHERE id = $1 FOR NO KEY UPDATE
)
INSERT INTO receipt_print (dossier_id, ordinal, person_id, at, issue)
SELECT held.id,
       (SELECT coalesce(max(ordinal), 0) + 1 FROM receipt_print WHERE dossier_id = held.id), $2, $3,
       (SELECT coalesce(max(number), 0) FROM receipt_issue WHERE dossier_id = held.id)
  FROM held
RETURNING ordinal
"""


async def add_print(conn: Connection[Record], dossier_id: int, person_id: int, at: datetime) -> int:
    return cast("int", await conn.fetchval(ADD_PRINT, dossier_id, person_id, at))


# A print of an issue that was replaced has ended with it.
PRINT_AT = """
SELECT at
  FROM receipt_print
 WHERE dossier_id = $1 AND ordinal = $2
   AND issue = (SELECT coalesce(max(number), 0) FROM receipt_issue WHERE dossier_id = $1)
"""


async def print_at(conn: Connection[Record], dossier_id: int, ordinal: int) -> datetime | None:
    return cast("datetime | None", await conn.fetchval(PRINT_AT, dossier_id, ordinal))
