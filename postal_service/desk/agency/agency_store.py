"""SQL of the agency's desk: its work list, and what its officers write to citizens. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Stage, Status


class Case(Struct, frozen=True, kw_only=True):
    """One line of the work list; a leg that is not there has neither number nor stage."""

    ref: str
    agency_code: str | None
    status: Status
    return_way: str
    accepted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    decided_at: datetime | None  #: when there was a result, a refusal or a stop
    procedure: str
    applicant: str
    sent_s10: str | None
    sent_stage: Stage | None
    result_s10: str | None
    result_stage: Stage | None
    back_s10: str | None
    back_stage: Stage | None


class Party(Struct, frozen=True, kw_only=True):
    """Whose papers they are."""

    full_name: str
    citizen_id: str | None
    phone: str | None


class Paper(Struct, frozen=True, kw_only=True):
    """One kind of paper in the envelope, as counted at the counter."""

    name_vi: str
    originals: int
    certified: int
    photocopies: int


# Of each kind of carriage the newest counts: a result that came back may be sent again. Open is
# also what was refused or stopped while its papers still lie on the agency's desk. What the post
# still carries is no work of the agency's. Without an appointment comes first: where the list is
# cut, what has just arrived must not be what is missing.
OPEN_CASES = """
SELECT d.ref, d.agency_code, d.status, d.return_way, d.accepted_at, d.received_at, d.due_at,
       d.paused_at, coalesce(d.processed_at, (
           SELECT max(e.at) FROM event e WHERE e.dossier_id = d.id AND e.act IN ('refuse', 'stop'))
       ) AS decided_at, p.name_vi AS procedure, a.full_name AS applicant,
       f.s10 AS sent_s10, f.stage AS sent_stage, r.s10 AS result_s10, r.stage AS result_stage,
       b.s10 AS back_s10, b.stage AS back_stage
  FROM dossier d
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  LEFT JOIN LATERAL (SELECT s10, stage FROM consignment
                      WHERE dossier_id = d.id AND leg IN ('F', 'T') AND stage <> 'cancelled'
                      ORDER BY id DESC LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT s10, stage FROM consignment
                      WHERE dossier_id = d.id AND leg = 'R' AND stage <> 'cancelled'
                      ORDER BY id DESC LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT s10, stage FROM consignment
                      WHERE dossier_id = d.id AND leg = 'B' AND stage <> 'cancelled'
                      ORDER BY id DESC LIMIT 1) b ON true
 WHERE d.agency_id = $1
   AND (d.status IN (1, 2, 4, 5, 6, 9) OR (d.status IN (3, 8) AND b.stage = 'ready'))
   AND (f.stage IS NULL OR f.stage IN ('with_agency', 'ready'))
 ORDER BY d.due_at NULLS FIRST, d.id
 LIMIT $2
"""


async def open_cases(conn: Connection[Record], agency_id: int, limit: int) -> list[Case]:
    return convert(await conn.fetch(OPEN_CASES, agency_id, limit), list[Case])


ENDED_CASES = """
SELECT d.ref, d.agency_code, d.status, d.return_way, d.accepted_at, d.received_at, d.due_at,
       d.paused_at, coalesce(d.processed_at, (
           SELECT max(e.at) FROM event e WHERE e.dossier_id = d.id AND e.act IN ('refuse', 'stop'))
       ) AS decided_at, p.name_vi AS procedure, a.full_name AS applicant,
       f.s10 AS sent_s10, f.stage AS sent_stage, r.s10 AS result_s10, r.stage AS result_stage,
       b.s10 AS back_s10, b.stage AS back_stage
  FROM dossier d
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  LEFT JOIN LATERAL (SELECT s10, stage FROM consignment
                      WHERE dossier_id = d.id AND leg IN ('F', 'T') AND stage <> 'cancelled'
                      ORDER BY id DESC LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT s10, stage FROM consignment
                      WHERE dossier_id = d.id AND leg = 'R' AND stage <> 'cancelled'
                      ORDER BY id DESC LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT s10, stage FROM consignment
                      WHERE dossier_id = d.id AND leg = 'B' AND stage <> 'cancelled'
                      ORDER BY id DESC LIMIT 1) b ON true
 WHERE d.agency_id = $1
   AND d.status IN (3, 8, 10)
   AND b.stage IS DISTINCT FROM 'ready'
 ORDER BY d.id DESC
 LIMIT $2
"""


async def ended_cases(conn: Connection[Record], agency_id: int, limit: int) -> list[Case]:
    return convert(await conn.fetch(ENDED_CASES, agency_id, limit), list[Case])


HOURS_GROUP = "SELECT hours_group FROM agency WHERE id = $1"


async def hours_group(conn: Connection[Record], agency_id: int) -> str:
    return cast("str", await conn.fetchval(HOURS_GROUP, agency_id))


# Also what it passed on, or has passed to it and not taken over yet.
FIND_REF = """
SELECT d.ref
  FROM dossier d
 WHERE (d.agency_id = $1
        OR EXISTS (SELECT 1 FROM transfer t
                    WHERE t.dossier_id = d.id AND $1 IN (t.from_id, t.to_id)))
   AND (d.ref = $2 OR d.agency_code = $2
        OR EXISTS (SELECT 1 FROM consignment c WHERE c.dossier_id = d.id AND c.s10 = $2))
"""


async def find_ref(conn: Connection[Record], agency_id: int, code: str) -> str | None:
    return cast("str | None", await conn.fetchval(FIND_REF, agency_id, code))


# Two officers giving one code to two dossiers take turns here: the unique key alone would
# answer the second with a fault instead of a sentence.
LOCK_CODE = "SELECT pg_advisory_xact_lock(hashtextextended('agency_code ' || $1::text, 0))"
REF_WITH_CODE = "SELECT ref FROM dossier WHERE agency_id = $1 AND agency_code = $2"


async def ref_with_code(conn: Connection[Record], agency_id: int, code: str) -> str | None:
    await conn.execute(LOCK_CODE, code)
    return cast("str | None", await conn.fetchval(REF_WITH_CODE, agency_id, code))


PARTY_OF = """
SELECT a.full_name, a.citizen_id, a.phone
  FROM dossier d
  JOIN party a ON a.id = d.applicant_id
 WHERE d.id = $1
"""


async def party_of(conn: Connection[Record], dossier_id: int) -> Party:
    return convert(await conn.fetchrow(PARTY_OF, dossier_id), Party)


PAPERS_OF = """
SELECT name_vi, originals, certified, photocopies
  FROM intake_document
 WHERE dossier_id = $1
 ORDER BY ordinal
"""


async def papers_of(conn: Connection[Record], dossier_id: int) -> list[Paper]:
    return convert(await conn.fetch(PAPERS_OF, dossier_id), list[Paper])


ADD_NOTE = "INSERT INTO ruling_note (scan_id, text) VALUES ($1, $2)"


async def add_note(conn: Connection[Record], scan_id: UUID, text: str) -> None:
    await conn.execute(ADD_NOTE, scan_id, text)


NOTES_OF = """
SELECT n.scan_id, n.text
  FROM ruling_note n
  JOIN event e ON e.scan_id = n.scan_id
 WHERE e.dossier_id = $1
"""


async def notes_of(conn: Connection[Record], dossier_id: int) -> dict[UUID, str]:
    return {row["scan_id"]: row["text"] for row in await conn.fetch(NOTES_OF, dossier_id)}
