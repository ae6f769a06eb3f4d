"""SQL of the month's feedback: what was accepted, what came back, and why. Only SQL.

Every figure is of two months, the one asked for and the one before it: $2 to $3, and $1 to $2.
Without an office it is the whole province's.
"""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.bounces.bounce_rules import Cause, Fault, Kind


class Span(Struct, frozen=True, kw_only=True):
    """The month asked for from ``begin`` to ``end``, and the one before it from ``before``."""

    before: datetime
    begin: datetime
    end: datetime
    office_id: int | None


class Pair(Struct, frozen=True, kw_only=True):
    """A figure of this month and of the last."""

    this: int
    last: int


ACCEPTED = """
SELECT count(*) FILTER (WHERE accepted_at >= $2) AS this,
       count(*) FILTER (WHERE accepted_at < $2) AS last
  FROM dossier
 WHERE accepted_at >= $1 AND accepted_at < $3 AND service <> 'return'
   AND ($4::bigint IS NULL OR office_id = $4)
"""


async def accepted(conn: Connection[Record], span: Span) -> Pair:
    return convert(await conn.fetchrow(ACCEPTED, *of(span)), Pair)


class CauseLine(Struct, frozen=True, kw_only=True):
    cause: Cause
    fault: Fault
    this: int
    last: int


CAUSES = """
SELECT cause, fault, count(*) FILTER (WHERE at >= $2) AS this,
       count(*) FILTER (WHERE at < $2) AS last
  FROM bounce_now
 WHERE at >= $1 AND at < $3 AND ($4::bigint IS NULL OR office_id = $4)
 GROUP BY cause, fault
 ORDER BY this DESC, last DESC, cause
"""


async def causes(conn: Connection[Record], span: Span) -> list[CauseLine]:
    return convert(await conn.fetch(CAUSES, *of(span)), list[CauseLine])


class ProcedureLine(Struct, frozen=True, kw_only=True):
    """``accepted``, ``bounced`` and ``post`` of this month; ``last`` came back in the last."""

    code: str
    name: str
    accepted: int
    bounced: int
    post: int
    last: int


PROCEDURES = """
WITH came AS (
    SELECT p.code, count(*) FILTER (WHERE b.at >= $2) AS bounced,
           count(*) FILTER (WHERE b.at >= $2 AND b.fault = 'post') AS post,
           count(*) FILTER (WHERE b.at < $2) AS last
      FROM bounce_now b
      JOIN procedure p ON p.id = b.procedure_id
     WHERE b.at >= $1 AND b.at < $3 AND ($4::bigint IS NULL OR b.office_id = $4)
     GROUP BY p.code
), took AS (
    SELECT p.code, count(*) AS accepted
      FROM dossier d
      JOIN procedure p ON p.id = d.procedure_id
     WHERE d.accepted_at >= $2 AND d.accepted_at < $3 AND d.service <> 'return'
       AND ($4::bigint IS NULL OR d.office_id = $4)
     GROUP BY p.code
)
SELECT came.code, (SELECT name_vi FROM procedure p WHERE p.code = came.code
                    ORDER BY version DESC LIMIT 1) AS name,
       coalesce(took.accepted, 0) AS accepted, came.bounced, came.post, came.last
  FROM came
  LEFT JOIN took USING (code)
 ORDER BY came.bounced DESC, came.last DESC, came.code
 LIMIT 50
"""


async def procedures(conn: Connection[Record], span: Span) -> list[ProcedureLine]:
    return convert(await conn.fetch(PROCEDURES, *of(span)), list[ProcedureLine])


class OfficeLine(Struct, frozen=True, kw_only=True):
    office_id: int
    office: str
    accepted: int
    bounced: int
    post: int
    last: int


OFFICES = """
WITH came AS (
    SELECT office_id, count(*) FILTER (WHERE at >= $2) AS bounced,
           count(*) FILTER (WHERE at >= $2 AND fault = 'post') AS post,
           count(*) FILTER (WHERE at < $2) AS last
      FROM bounce_now
     WHERE at >= $1 AND at < $3 AND ($4::bigint IS NULL OR office_id = $4)
     GROUP BY office_id
), took AS (
    SELECT office_id, count(*) AS accepted
      FROM dossier
     WHERE accepted_at >= $2 AND accepted_at < $3 AND service <> 'return'
       AND ($4::bigint IS NULL OR office_id = $4)
     GROUP BY office_id
)
SELECT o.id AS office_id, o.name AS office, coalesce(took.accepted, 0) AS accepted,
       coalesce(came.bounced, 0) AS bounced, coalesce(came.post, 0) AS post,
       coalesce(came.last, 0) AS last
  FROM came
  FULL JOIN took USING (office_id)
  JOIN office o ON o.id = coalesce(came.office_id, took.office_id)
 ORDER BY bounced DESC, o.name
"""


async def offices(conn: Connection[Record], span: Span) -> list[OfficeLine]:
    return convert(await conn.fetch(OFFICES, *of(span)), list[OfficeLine])


class MissedLine(Struct, frozen=True, kw_only=True):
    """A published paper that counters did not count."""

    code: str
    name: str
    this: int
    last: int


MISSED = """
SELECT p.code, w.name, count(*) FILTER (WHERE b.at >= $2) AS this,
       count(*) FILTER (WHERE b.at < $2) AS last
  FROM bounce_now b
  JOIN bounce_paper w ON w.bounce_id = b.id AND w.cause = 'missing'
  JOIN procedure p ON p.id = b.procedure_id
 WHERE b.at >= $1 AND b.at < $3 AND b.fault = 'post' AND ($4::bigint IS NULL OR b.office_id = $4)
 GROUP BY p.code, w.document, w.name
 ORDER BY this DESC, last DESC, p.code, w.name
 LIMIT 20
"""


async def missed(conn: Connection[Record], span: Span) -> list[MissedLine]:
    return convert(await conn.fetch(MISSED, *of(span)), list[MissedLine])


class ClerkLine(Struct, frozen=True, kw_only=True):
    """A clerk's month in numbers: accepted, of it come back, of it by the counter's own fault."""

    clerk: str
    accepted: int
    bounced: int
    post: int


CLERKS = """
SELECT k.full_name AS clerk, count(*) AS accepted, count(b.dossier_id) AS bounced,
       count(b.dossier_id) FILTER (WHERE b.post) AS post
  FROM dossier d
  JOIN intake i ON i.dossier_id = d.id
  JOIN person k ON k.id = i.clerk_id
  LEFT JOIN LATERAL (SELECT dossier_id, bool_or(fault = 'post') AS post
                       FROM bounce_now
                      WHERE dossier_id = d.id
                      GROUP BY dossier_id) b ON true
 WHERE d.office_id = $1 AND d.accepted_at >= $2 AND d.accepted_at < $3 AND d.service <> 'return'
 GROUP BY k.id
 ORDER BY k.full_name, k.id
"""


async def clerks(conn: Connection[Record], span: Span) -> list[ClerkLine]:
    rows = await conn.fetch(CLERKS, span.office_id, span.begin, span.end)
    return convert(rows, list[ClerkLine])


class BounceLine(Struct, frozen=True, kw_only=True):
    id: int
    ref: str
    office: str
    code: str
    agency: str
    kind: Kind
    at: datetime
    cause: Cause
    fault: Fault
    ruled: bool


BOUNCES = """
SELECT b.id, d.ref, o.name AS office, p.code, g.short_name AS agency, b.kind, b.at, b.cause,
       b.fault, b.ruled_at IS NOT NULL AS ruled
  FROM bounce_now b
  JOIN dossier d ON d.id = b.dossier_id
  JOIN office o ON o.id = b.office_id
  JOIN procedure p ON p.id = b.procedure_id
  JOIN agency g ON g.id = b.agency_id
 WHERE b.at >= $1 AND b.at < $2 AND ($3::bigint IS NULL OR b.office_id = $3)
 ORDER BY b.at DESC, b.id DESC
 LIMIT $4
"""


async def bounces(conn: Connection[Record], span: Span, limit: int) -> list[BounceLine]:
    rows = await conn.fetch(BOUNCES, span.begin, span.end, span.office_id, limit)
    return convert(rows, list[BounceLine])


def of(span: Span) -> tuple[datetime, datetime, datetime, int | None]:
    return span.before, span.begin, span.end, span.office_id
