"""SQL of evening counts that are over, and of evenings without one. Only SQL, and it only reads."""

from __future__ import annotations

from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Leg


class SheetLine(Struct, frozen=True, kw_only=True):
    """What became of one paper; ``incident`` is the one it opened, if it opened any."""

    ordinal: int
    s10: str
    outcome: str
    leg: Leg | None
    ref: str | None
    agency: str | None
    incident: int | None
    settled: bool


LINES = """
SELECT l.ordinal, l.s10, l.outcome, c.leg, d.ref, g.short_name AS agency, i.id AS incident,
       i.closed_at IS NOT NULL AS settled
  FROM evening_line l
  LEFT JOIN consignment c ON c.s10 = l.s10
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN agency g ON g.id = c.agency_id
  LEFT JOIN incident i ON i.cause = l.cause
 WHERE l.count_id = $1
 ORDER BY l.ordinal
"""


async def lines(conn: Connection[Record], count_id: int) -> list[SheetLine]:
    return convert(await conn.fetch(LINES, count_id), list[SheetLine])


class Evening(Struct, frozen=True, kw_only=True):
    """One evening of one office in figures."""

    office_id: int
    day: date
    begun_at: datetime
    closed_at: datetime | None
    closer: str | None
    found: int
    missing: int
    extra: int


EVENINGS = """
SELECT n.office_id, n.day, n.begun_at, n.closed_at, p.full_name AS closer, l.found, l.missing,
       l.extra
  FROM evening_count n
  LEFT JOIN person p ON p.id = n.closed_by
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'found') AS found,
                            count(*) FILTER (WHERE outcome = 'missing') AS missing,
                            count(*) FILTER (WHERE outcome = 'extra') AS extra
                       FROM evening_line
                      WHERE count_id = n.id) AS l
 WHERE n.day >= $1 AND ($2::bigint IS NULL OR n.office_id = $2)
"""


async def evenings(conn: Connection[Record], since: date, office_id: int | None) -> list[Evening]:
    return convert(await conn.fetch(EVENINGS, since, office_id), list[Evening])


class Counter(Struct, frozen=True, kw_only=True):
    """An office where somebody works at a counter, and so counts in the evening.

    ``since``: when it took its first dossier; before that nothing lay there.
    """

    id: int
    name: str
    hours_group: str
    since: datetime | None


COUNTERS = """
SELECT o.id, o.name, o.hours_group,
       (SELECT d.accepted_at FROM dossier d WHERE d.office_id = o.id ORDER BY d.id LIMIT 1) AS since
  FROM office o
 WHERE daterange(o.valid_from, o.valid_to) @> $1::date
   AND ($2::bigint IS NULL OR o.id = $2)
   AND EXISTS (SELECT FROM person p
                WHERE p.office_id = o.id AND p.role = 'clerk' AND p.active)
 ORDER BY o.name, o.id
 LIMIT 300
"""


async def counters(conn: Connection[Record], day: date, office_id: int | None) -> list[Counter]:
    return convert(await conn.fetch(COUNTERS, day, office_id), list[Counter])
