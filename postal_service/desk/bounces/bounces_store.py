"""SQL of bounces: lines of the register, the facts about each, and rulings. Only SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.bounces.bounce_rules import (
    Asked,
    Cause,
    Copies,
    Fault,
    Kind,
    Listed,
    Proposal,
)


class Bounced(Struct, frozen=True, kw_only=True):
    """A line of the register that is a bounce nobody has judged yet."""

    event_id: int
    scan_id: UUID
    act: str
    at: datetime
    reason: str | None
    why: str | None
    dossier_id: int
    office_id: int
    clerk_id: int
    agency_id: int
    procedure_id: int
    person_id: int


# A decline at an office's own hand-overs is no bounce: the agency's officer says it.
UNJUDGED = """
SELECT e.id AS event_id, e.scan_id, e.act, e.at, e.facts ->> 'reason' AS reason,
       e.facts ->> 'why' AS why, d.id AS dossier_id, d.office_id, i.clerk_id,
       coalesce(p.agency_id, d.agency_id) AS agency_id, d.procedure_id, e.person_id
  FROM event e
  JOIN person p ON p.id = e.person_id AND p.role = 'agency_officer'
  JOIN dossier d ON d.id = e.dossier_id
  JOIN intake i ON i.dossier_id = d.id
 WHERE e.act IN ('ask_more', 'refuse', 'decline', 'send_on') AND e.heard_at >= $1
   AND NOT EXISTS (SELECT 1 FROM bounce b WHERE b.event_id = e.id)
 ORDER BY e.id
 LIMIT $2
"""
UNJUDGED_LINE = """
SELECT e.id AS event_id, e.scan_id, e.act, e.at, e.facts ->> 'reason' AS reason,
       e.facts ->> 'why' AS why, d.id AS dossier_id, d.office_id, i.clerk_id,
       coalesce(p.agency_id, d.agency_id) AS agency_id, d.procedure_id, e.person_id
  FROM event e
  JOIN person p ON p.id = e.person_id AND p.role = 'agency_officer'
  JOIN dossier d ON d.id = e.dossier_id
  JOIN intake i ON i.dossier_id = d.id
 WHERE e.scan_id = $1 AND e.act IN ('ask_more', 'refuse', 'decline', 'send_on')
   AND NOT EXISTS (SELECT 1 FROM bounce b WHERE b.event_id = e.id)
"""


async def unjudged(conn: Connection[Record], since: datetime, limit: int) -> list[Bounced]:
    return convert(await conn.fetch(UNJUDGED, since, limit), list[Bounced])


async def unjudged_line(conn: Connection[Record], scan_id: UUID) -> Bounced | None:
    return convert(await conn.fetchrow(UNJUDGED_LINE, scan_id), Bounced | None)


LISTED = """
SELECT ordinal, name_vi AS name, required,
       jsonb_build_object('originals', originals, 'certified', certified,
                          'photocopies', photocopies) AS copies
  FROM procedure_document
 WHERE procedure_id = $1
 ORDER BY ordinal
"""
COUNTED = """
SELECT ordinal, originals, certified, photocopies FROM intake_document WHERE dossier_id = $1
"""
ASKED = """
SELECT ordinal, name,
       jsonb_build_object('originals', originals, 'certified', certified,
                          'photocopies', photocopies) AS copies
  FROM asked_paper
 WHERE request_id = $1
 ORDER BY ordinal
"""


async def listed(conn: Connection[Record], procedure_id: int) -> list[Listed]:
    return convert(await conn.fetch(LISTED, procedure_id), list[Listed])


async def counted(conn: Connection[Record], dossier_id: int) -> dict[int, Copies]:
    rows = await conn.fetch(COUNTED, dossier_id)
    return {row["ordinal"]: convert(row, Copies) for row in rows}


async def asked(conn: Connection[Record], request: UUID) -> list[Asked]:
    return convert(await conn.fetch(ASKED, request), list[Asked])


# Two may judge one line at once: the second finds the first's.
ADD_BOUNCE = """
INSERT INTO bounce (event_id, dossier_id, office_id, clerk_id, agency_id, procedure_id, kind, at,
                    reason, cause, fault)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (event_id) DO NOTHING
RETURNING id
"""
ADD_PAPERS = """
INSERT INTO bounce_paper (bounce_id, ordinal, document, name, cause)
SELECT $1, ordinal, document, name, cause
  FROM jsonb_to_recordset($2::jsonb) AS one
       (ordinal smallint, document integer, name text, cause text)
"""


async def add(conn: Connection[Record], one: Bounced, kind: Kind, proposal: Proposal) -> int | None:
    """The new bounce's id; None where somebody else judged the line meanwhile."""
    id: int | None = await conn.fetchval(
        ADD_BOUNCE,
        one.event_id,
        one.dossier_id,
        one.office_id,
        one.clerk_id,
        one.agency_id,
        one.procedure_id,
        kind,
        one.at,
        one.reason,
        proposal.cause,
        proposal.fault,
    )
    if id is not None and proposal.papers:
        await conn.execute(ADD_PAPERS, id, proposal.papers)
    return id


class Bounce(Struct, frozen=True, kw_only=True):
    """A bounce as it stands, with the words of its page."""

    id: int
    dossier_id: int
    ref: str
    office_id: int
    office: str
    clerk: str
    agency: str
    procedure: str
    code: str
    kind: Kind
    at: datetime
    reason: str | None
    proposed_cause: Cause
    cause: Cause
    fault: Fault
    why: str | None
    ruled_by: str | None
    ruled_at: datetime | None


BOUNCE_BY_ID = """
SELECT b.id, b.dossier_id, d.ref, b.office_id, o.name AS office, k.full_name AS clerk,
       g.short_name AS agency, p.name_vi AS procedure, p.code, b.kind, b.at,
       w.name_vi AS reason, b.proposed_cause, b.cause, b.fault, b.why, q.full_name AS ruled_by,
       b.ruled_at
  FROM bounce_now b
  JOIN dossier d ON d.id = b.dossier_id
  JOIN office o ON o.id = b.office_id
  JOIN person k ON k.id = b.clerk_id
  JOIN agency g ON g.id = b.agency_id
  JOIN procedure p ON p.id = b.procedure_id
  LEFT JOIN reason w ON w.code = b.reason
  LEFT JOIN person q ON q.id = b.ruled_by
 WHERE b.id = $1
"""


async def by_id(conn: Connection[Record], id: int) -> Bounce | None:
    return convert(await conn.fetchrow(BOUNCE_BY_ID, id), Bounce | None)


class PaperLine(Struct, frozen=True, kw_only=True):
    """A paper that was asked for, beside what was counted of it."""

    ordinal: int
    name: str
    document: int | None
    cause: Cause
    asked: Copies
    counted: Copies | None


PAPERS_OF = """
SELECT p.ordinal, p.name, p.document, p.cause,
       jsonb_build_object('originals', a.originals, 'certified', a.certified,
                          'photocopies', a.photocopies) AS asked,
       CASE WHEN i.dossier_id IS NOT NULL THEN
           jsonb_build_object('originals', i.originals, 'certified', i.certified,
                              'photocopies', i.photocopies) END AS counted
  FROM bounce_paper p
  JOIN bounce b ON b.id = p.bounce_id
  JOIN event e ON e.id = b.event_id
  JOIN asked_paper a ON a.request_id = e.scan_id AND a.ordinal = p.ordinal
  LEFT JOIN intake_document i ON i.dossier_id = b.dossier_id AND i.ordinal = p.document
 WHERE p.bounce_id = $1
 ORDER BY p.ordinal
"""


async def papers_of(conn: Connection[Record], id: int) -> list[PaperLine]:
    return convert(await conn.fetch(PAPERS_OF, id), list[PaperLine])


class Standing(Struct, frozen=True, kw_only=True):
    """A bounce as far as money asks."""

    id: int
    dossier_id: int
    office_id: int
    agency_id: int
    kind: Kind
    fault: Fault
    at: datetime


STANDING_OF = """
SELECT b.id, b.dossier_id, b.office_id, b.agency_id, b.kind, b.fault, b.at
  FROM bounce_now b
 WHERE b.dossier_id = $1
 ORDER BY b.id DESC
"""


async def standing(conn: Connection[Record], dossier_id: int) -> list[Standing]:
    """The bounces of a dossier as they stand, the newest first."""
    return convert(await conn.fetch(STANDING_OF, dossier_id), list[Standing])


ADD_RULING = """
INSERT INTO bounce_ruling (form_id, bounce_id, cause, fault, why, person_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (form_id) DO NOTHING
"""


async def add_ruling(  # noqa: PLR0913 -- one row
    conn: Connection[Record],
    form_id: UUID,
    bounce_id: int,
    cause: Cause,
    fault: Fault,
    *,
    why: str,
    person_id: int,
    at: datetime,
) -> None:
    await conn.execute(ADD_RULING, form_id, bounce_id, cause, fault, why, person_id, at)
