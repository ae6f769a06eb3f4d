"""SQL of evening counts: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Keeper, Leg, Stage


class Count(Struct, frozen=True, kw_only=True):
    """One evening at one office. ``turn``: how often it was begun, the first time is 1."""

    id: int
    office_id: int
    day: date
    begun_at: datetime
    beginner: str
    turn: int
    closing_id: UUID | None
    closed_at: datetime | None
    closer: str | None
    why: str | None


BEGIN = """
INSERT INTO evening_count (office_id, day, begun_at, begun_by)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (office_id, day) DO NOTHING
"""


async def begin(
    conn: Connection[Record], office_id: int, day: date, *, at: datetime, by: int
) -> None:
    await conn.execute(BEGIN, office_id, day, at, by)


# Whoever counts past midnight goes on with the evening's count, not with the next day's.
CURRENT = """
SELECT n.id, n.office_id, n.day, n.begun_at, b.full_name AS beginner, n.turn,
       n.closing_id, n.closed_at, c.full_name AS closer, n.why
  FROM evening_count n
  JOIN person b ON b.id = n.begun_by
  LEFT JOIN person c ON c.id = n.closed_by
 WHERE n.office_id = $1 AND (n.day = $2 OR (n.closed_at IS NULL AND n.begun_at > $3))
 ORDER BY n.day
 LIMIT 1
"""


async def current(
    conn: Connection[Record], office_id: int, day: date, since: datetime
) -> Count | None:
    return convert(await conn.fetchrow(CURRENT, office_id, day, since), Count | None)


# Two clerks at one count take turns.
LOCK = "SELECT id FROM evening_count WHERE id = $1 FOR NO KEY UPDATE"


async def lock(conn: Connection[Record], count_id: int) -> None:
    await conn.execute(LOCK, count_id)


OF_DAY = """
SELECT n.id, n.office_id, n.day, n.begun_at, b.full_name AS beginner, n.turn,
       n.closing_id, n.closed_at, c.full_name AS closer, n.why
  FROM evening_count n
  JOIN person b ON b.id = n.begun_by
  LEFT JOIN person c ON c.id = n.closed_by
 WHERE n.office_id = $1 AND n.day = $2
"""


async def of_day(conn: Connection[Record], office_id: int, day: date) -> Count | None:
    return convert(await conn.fetchrow(OF_DAY, office_id, day), Count | None)


class Held(Struct, frozen=True, kw_only=True):
    """A paper that lies here by the register, since when."""

    id: int
    s10: str
    leg: Leg
    ref: str
    agency: str
    since: datetime


# What lies in a sealed bag is counted where the bag is opened.
HELD = """
SELECT c.id, c.s10, c.leg, d.ref, g.short_name AS agency,
       (SELECT max(e.at) FROM event e WHERE e.consignment_id = c.id) AS since
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = c.agency_id
 WHERE c.holder_kind = 'office' AND c.holder_id = $1 AND c.stage IN ('accepted', 'at_office')
   AND NOT EXISTS (SELECT FROM hand_over_line l
                     JOIN hand_over h ON h.id = l.hand_over_id
                    WHERE l.consignment_id = c.id AND l.outcome IS NULL AND h.kind = 'bag')
 ORDER BY g.short_name, c.id
"""


async def held(conn: Connection[Record], office_id: int) -> list[Held]:
    return convert(await conn.fetch(HELD, office_id), list[Held])


class Figures(Struct, frozen=True):
    """How many papers lie here by the register, and how many in bags that are sealed."""

    here: int
    in_bags: int


FIGURES = """
SELECT count(*) FILTER (WHERE NOT bagged) AS here, count(*) FILTER (WHERE bagged) AS in_bags
  FROM (SELECT EXISTS (SELECT FROM hand_over_line l
                         JOIN hand_over h ON h.id = l.hand_over_id
                        WHERE l.consignment_id = c.id AND l.outcome IS NULL
                          AND h.kind = 'bag') AS bagged
          FROM consignment c
         WHERE c.holder_kind = 'office' AND c.holder_id = $1
           AND c.stage IN ('accepted', 'at_office')) AS lying
"""


async def figures(conn: Connection[Record], office_id: int) -> Figures:
    return convert(await conn.fetchrow(FIGURES, office_id), Figures)


class Seen(Struct, frozen=True, kw_only=True):
    """A paper as the register has it: who held it at the moment of the beep, who does now."""

    id: int
    s10: str
    leg: Leg
    ref: str
    agency: str
    stage: Stage
    was_kind: Keeper
    was_id: int | None
    holder: str | None
    bag: str | None


# A beep that waited for its connection is held against the hour it was made.
LOOK = """
SELECT c.id, c.s10, c.leg, d.ref, g.short_name AS agency, c.stage,
       coalesce(w.holder_kind, c.holder_kind) AS was_kind,
       CASE WHEN w.holder_kind IS NULL THEN c.holder_id ELSE w.holder_id END AS was_id,
       CASE c.holder_kind
       WHEN 'office' THEN (SELECT name FROM office WHERE id = c.holder_id)
       WHEN 'agency' THEN (SELECT short_name FROM agency WHERE id = c.holder_id)
       WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = c.holder_id)
       END AS holder,
       (SELECT h.number FROM hand_over_line l JOIN hand_over h ON h.id = l.hand_over_id
         WHERE l.consignment_id = c.id AND l.outcome IS NULL AND h.kind = 'bag' LIMIT 1) AS bag
  FROM unnest($1::text[], $2::timestamptz[]) AS b(s10, at)
  JOIN consignment c ON c.s10 = b.s10
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = c.agency_id
  LEFT JOIN LATERAL (SELECT e.holder_kind, e.holder_id
                       FROM event e
                      WHERE e.consignment_id = c.id AND e.holder_kind IS NOT NULL AND e.at <= b.at
                      ORDER BY e.at DESC, e.id DESC
                      LIMIT 1) w ON true
"""


async def look(conn: Connection[Record], s10s: Sequence[str], at: Sequence[datetime]) -> list[Seen]:
    return convert(await conn.fetch(LOOK, s10s, at), list[Seen])


class NewBeep(Struct, frozen=True, kw_only=True):
    """One beep, and what the register said of its moment."""

    id: UUID
    s10: str
    said: str
    at: datetime


ADD_BEEPS = """
INSERT INTO evening_beep (id, count_id, turn, s10, said, at, heard_at, person_id)
SELECT b.id, $5, $6, b.s10, b.said, b.at, $7, $8
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS b(id, s10, said, at)
    ON CONFLICT DO NOTHING
"""


async def add_beeps(
    conn: Connection[Record], count: Count, beeps: Sequence[NewBeep], *, heard_at: datetime, by: int
) -> None:
    columns = [[getattr(each, name) for each in beeps] for name in ("id", "s10", "said", "at")]
    await conn.execute(ADD_BEEPS, *columns, count.id, count.turn, heard_at, by)


class Beep(Struct, frozen=True, kw_only=True):
    """A beep as it was written down, by whom, and whose paper it was."""

    id: UUID
    s10: str
    said: str
    at: datetime
    by: str
    leg: Leg | None
    ref: str | None
    agency: str | None


BEEPS = """
SELECT b.id, b.s10, b.said, b.at, p.full_name AS by, c.leg, d.ref, g.short_name AS agency
  FROM evening_beep b
  JOIN person p ON p.id = b.person_id
  LEFT JOIN consignment c ON c.s10 = b.s10
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN agency g ON g.id = c.agency_id
 WHERE b.count_id = $1 AND b.turn = $2
 ORDER BY b.at DESC, b.id
"""


async def beeps(conn: Connection[Record], count: Count) -> list[Beep]:
    """What was beeped since the count was last begun, the newest first."""
    return convert(await conn.fetch(BEEPS, count.id, count.turn), list[Beep])


# The number of the turn that is to end is said: pressed twice, begun anew once.
BEGIN_ANEW = """
UPDATE evening_count SET turn = turn + 1 WHERE id = $1 AND turn = $2 AND closed_at IS NULL
"""


async def begin_anew(conn: Connection[Record], count_id: int, turn: int) -> None:
    await conn.execute(BEGIN_ANEW, count_id, turn)


# Whatever showed it: a paper that is looked for already is not looked for twice.
TROUBLED = """
SELECT DISTINCT s10 FROM incident_seen WHERE closed_at IS NULL AND s10 = ANY($1::text[])
"""


async def troubled(conn: Connection[Record], s10s: Sequence[str]) -> frozenset[str]:
    return frozenset(cast("str", row["s10"]) for row in await conn.fetch(TROUBLED, s10s))


class NewLine(Struct, frozen=True, kw_only=True):
    """What became of one paper."""

    s10: str
    consignment_id: int | None
    outcome: str
    cause: UUID | None = None


ADD_LINES = """
INSERT INTO evening_line (count_id, ordinal, s10, consignment_id, outcome, cause)
SELECT $1, l.ordinal, l.s10, l.consignment_id, l.outcome, l.cause
  FROM unnest($2::text[], $3::bigint[], $4::text[], $5::uuid[]) WITH ORDINALITY
       AS l(s10, consignment_id, outcome, cause, ordinal)
"""


async def add_lines(conn: Connection[Record], count_id: int, lines: Sequence[NewLine]) -> None:
    names = ("s10", "consignment_id", "outcome", "cause")
    columns = [[getattr(each, name) for each in lines] for name in names]
    await conn.execute(ADD_LINES, count_id, *columns)


CLOSE = """
UPDATE evening_count SET closing_id = $2, closed_at = $3, closed_by = $4, why = $5 WHERE id = $1
"""


async def close(
    conn: Connection[Record], count_id: int, closing_id: UUID, *, at: datetime, by: int, why: str
) -> None:
    await conn.execute(CLOSE, count_id, closing_id, at, by, why or None)
