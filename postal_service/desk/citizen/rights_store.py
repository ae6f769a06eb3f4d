"""SQL of what citizens ask of their own data. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Named(Struct, frozen=True, kw_only=True):
    """Whom a receipt number names, and the office whose days count."""

    dossier_id: int
    office_id: int
    applicant_id: int
    receiver_id: int


NAMED_BY = (
    "SELECT id AS dossier_id, office_id, applicant_id, receiver_id FROM dossier WHERE ref = $1"
)


async def named_by(conn: Connection[Record], ref: str) -> Named | None:
    return convert(await conn.fetchrow(NAMED_BY, ref), Named | None)


ASK = """
INSERT INTO rights_request (form_id, kind, dossier_id, party_id, asked_at, taken_by, answer_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (form_id) DO NOTHING
"""


class Asked(Struct, frozen=True, kw_only=True):
    """A request as it is written down."""

    form_id: UUID
    kind: str
    dossier_id: int
    party_id: int
    asked_at: datetime
    taken_by: int
    answer_by: date


async def ask(conn: Connection[Record], asked: Asked) -> None:
    values = [getattr(asked, name) for name in Asked.__struct_fields__]
    await conn.execute(ASK, *values)


class Request(Struct, frozen=True, kw_only=True):
    """A request on the manager's page."""

    id: int
    kind: str
    ref: str
    party_id: int
    office_id: int
    dossier_id: int
    full_name: str
    asked_at: datetime
    answer_by: date
    outcome: str | None
    why: str | None
    answered_at: datetime | None
    answerer: str | None


REQUESTS = """
SELECT r.id, r.kind, d.ref, r.party_id, d.office_id, r.dossier_id, p.full_name, r.asked_at,
       r.answer_by, r.outcome, r.why, r.answered_at, w.full_name AS answerer
  FROM rights_request r
  JOIN dossier d ON d.id = r.dossier_id
  JOIN party p ON p.id = r.party_id
  LEFT JOIN person w ON w.id = r.answered_by
 ORDER BY r.outcome IS NOT NULL, r.answer_by, r.id DESC
 LIMIT 200
"""
REQUEST = """
SELECT r.id, r.kind, d.ref, r.party_id, d.office_id, r.dossier_id, p.full_name, r.asked_at,
       r.answer_by, r.outcome, r.why, r.answered_at, NULL AS answerer
  FROM rights_request r
  JOIN dossier d ON d.id = r.dossier_id
  JOIN party p ON p.id = r.party_id
 WHERE r.id = $1
   FOR NO KEY UPDATE OF r
"""


async def requests(conn: Connection[Record]) -> list[Request]:
    return convert(await conn.fetch(REQUESTS), list[Request])


async def request(conn: Connection[Record], id_: int) -> Request | None:
    """The request, held until the transaction ends."""
    return convert(await conn.fetchrow(REQUEST, id_), Request | None)


ANSWER = """
UPDATE rights_request SET outcome = $2, why = $3, answered_at = $4, answered_by = $5 WHERE id = $1
"""


async def answer(
    conn: Connection[Record], id_: int, outcome: str, why: str | None, by: tuple[int, datetime]
) -> None:
    """*by*: who, and when."""
    await conn.execute(ANSWER, id_, outcome, why, by[1], by[0])


# One person is written down anew with each dossier; her identity number tells it is her.
SAME_PERSON = """
SELECT p.id
  FROM party own
  JOIN party p ON p.id = own.id OR p.citizen_id_index = own.citizen_id_index
 WHERE own.id = $1
 ORDER BY p.id
"""


async def same_person(conn: Connection[Record], party_id: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(SAME_PERSON, party_id)]


UNDER_WAY = """
SELECT d.ref
  FROM dossier d
 WHERE (d.applicant_id = ANY($1::bigint[]) OR d.receiver_id = ANY($1::bigint[])
        OR EXISTS (SELECT FROM representative v
                    WHERE v.dossier_id = d.id AND v.party_id = ANY($1::bigint[])))
   AND (d.status NOT IN (3, 8, 10)
        OR EXISTS (SELECT FROM consignment c
                    WHERE c.dossier_id = d.id
                      AND c.stage IN ('accepted', 'to_agency', 'offered', 'ready', 'to_office',
                                      'at_office', 'out')))
 ORDER BY d.id
 LIMIT 5
"""


async def under_way(conn: Connection[Record], party_ids: Sequence[int]) -> list[str]:
    return [row["ref"] for row in await conn.fetch(UNDER_WAY, list(party_ids))]


PARTICULARS = """
SELECT p.id, p.full_name, p.citizen_id, p.phone, p.address, p.note, p.sms_allowed, p.created_at
  FROM party p
 WHERE p.id = ANY($1::bigint[])
 ORDER BY p.id
"""
DOSSIERS = """
SELECT d.ref, d.agency_code, q.name_vi AS procedure, o.name AS office, g.name_vi AS agency,
       d.accepted_at, d.status, d.due_at, d.applicant_id = ANY($1::bigint[]) AS applicant,
       EXISTS (SELECT FROM representative v
                WHERE v.dossier_id = d.id AND v.party_id = ANY($1::bigint[])) AS representative
  FROM dossier d
  JOIN procedure q ON q.id = d.procedure_id
  JOIN office o ON o.id = d.office_id
  JOIN agency g ON g.id = d.agency_id
 WHERE d.applicant_id = ANY($1::bigint[]) OR d.receiver_id = ANY($1::bigint[])
    OR EXISTS (SELECT FROM representative v
                WHERE v.dossier_id = d.id AND v.party_id = ANY($1::bigint[]))
 ORDER BY d.id
"""
MESSAGES = """
SELECT s.template, s.body, s.state, s.sent_at
  FROM sms s
 WHERE s.recipient_id = ANY($1::bigint[]) AND s.template <> 'delivery_code'
 ORDER BY s.id
"""
LOOKS = """
SELECT r.at, r.deed, r.fields, r.reason, coalesce(o.name, a.short_name) AS place
  FROM read_log r
  LEFT JOIN office o ON o.id = r.office_id
  LEFT JOIN agency a ON a.id = r.agency_id
 WHERE r.party_id = ANY($1::bigint[])
 ORDER BY r.id
"""


async def everything(conn: Connection[Record], party_ids: Sequence[int]) -> dict[str, Any]:
    """All that is kept of a person, as rows with their columns' names."""
    ids = list(party_ids)
    parts = {
        "particulars": PARTICULARS,
        "dossiers": DOSSIERS,
        "messages": MESSAGES,
        "looks": LOOKS,
    }
    return {name: [dict(row) for row in await conn.fetch(sql, ids)] for name, sql in parts.items()}
