"""SQL of successors. Only SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.model import Facts
from tracking.store import LISTENERS

FIND = "SELECT id FROM succession WHERE form_id = $1"


async def find(conn: Connection[Record], form_id: UUID) -> int | None:
    return cast("int | None", await conn.fetchval(FIND, form_id))


SUCCESSOR_OF = "SELECT new_id FROM succession WHERE kind = $1 AND old_id = $2"


async def successor_of(conn: Connection[Record], kind: str, old_id: int) -> int | None:
    return cast("int | None", await conn.fetchval(SUCCESSOR_OF, kind, old_id))


ADD = """
INSERT INTO succession (form_id, kind, old_id, new_id, starts_on, ground, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id
"""


async def add(
    conn: Connection[Record],
    row: tuple[UUID, str, int, int, date, str],
    *,
    by: int | None,
    at: datetime,
) -> int:
    return cast("int", await conn.fetchval(ADD, *row, by, at))


class Succession(Struct, frozen=True, kw_only=True):
    """Who succeeds whom, from when, and how far it has got."""

    id: int
    form_id: UUID
    kind: str
    old_id: int
    new_id: int
    starts_on: date
    ground: str
    made_at: datetime
    done_at: datetime | None
    passed: dict[str, int]


DUE = """
SELECT id, form_id, kind, old_id, new_id, starts_on, ground, made_at, done_at, passed
  FROM succession
 WHERE done_at IS NULL AND starts_on <= $1
 ORDER BY id
   FOR UPDATE SKIP LOCKED
"""


async def due(conn: Connection[Record], day: date) -> list[Succession]:
    return convert(await conn.fetch(DUE, day), list[Succession])


NAMED = """
SELECT id, form_id, kind, old_id, new_id, starts_on, ground, made_at, done_at, passed
  FROM succession
 ORDER BY id DESC
 LIMIT 100
"""


async def named(conn: Connection[Record]) -> list[Succession]:
    return convert(await conn.fetch(NAMED), list[Succession])


# What each batch passed is added up.
NOTE = """
UPDATE succession s
   SET done_at = coalesce($3, s.done_at),
       passed = s.passed ||
                (SELECT jsonb_object_agg(key, coalesce((s.passed ->> key)::bigint, 0)
                                              + value::bigint)
                   FROM jsonb_each_text($2))
 WHERE id = $1
"""


async def note(
    conn: Connection[Record], id_: int, passed: Mapping[str, int], done_at: datetime | None
) -> None:
    await conn.execute(NOTE, id_, passed, done_at)


# Whoever it was laid before, or offered to: from now on the successor answers.
SUCCEED_LISTS = """
WITH taken AS (
    UPDATE hand_over SET taker_id = $3
     WHERE taker_kind = $1 AND taker_id = $2 AND state IN ('offered', 'open')
    RETURNING id
), given AS (
    UPDATE hand_over SET office_id = $3,
           giver_id = CASE WHEN giver_kind = 'office' AND giver_id = $2 THEN $3 ELSE giver_id END
     WHERE $1 = 'office' AND office_id = $2 AND state IN ('offered', 'open')
       AND NOT (taker_kind = $1 AND taker_id = $2)
    RETURNING id
), passed_on AS (
    -- a dossier on its way to the old agency from another: the successor takes it over
    UPDATE transfer SET to_id = $3
     WHERE $1 = 'agency' AND to_id = $2 AND taken_by IS NULL AND from_id <> $3
    RETURNING event_id
)
SELECT (SELECT count(*) FROM taken) + (SELECT count(*) FROM given)
     + (SELECT count(*) FROM passed_on)
"""


async def pass_lists(conn: Connection[Record], kind: str, old_id: int, new_id: int) -> int:
    return cast("int", await conn.fetchval(SUCCEED_LISTS, kind, old_id, new_id))


SUCCEED_PROPOSALS = """
WITH passed AS (
    UPDATE proposal SET agency_id = $3
     WHERE $1 = 'agency' AND agency_id = $2 AND state = 'waiting'
    RETURNING id
)
SELECT count(*) FROM passed
"""


async def pass_proposals(conn: Connection[Record], kind: str, old_id: int, new_id: int) -> int:
    return cast("int", await conn.fetchval(SUCCEED_PROPOSALS, kind, old_id, new_id))


# Open: the agency still decides, or a paper of it is still somewhere on its way. What has ended
# stays with whoever ended it.
OPEN_DOSSIERS = """
SELECT d.id
  FROM dossier d
 WHERE (($1 = 'agency' AND d.agency_id = $2) OR ($1 = 'office' AND d.office_id = $2))
   AND (d.status IN (1, 2, 4, 5, 6, 7, 9)
        OR EXISTS (SELECT 1 FROM consignment c
                    WHERE c.dossier_id = d.id
                      AND c.stage NOT IN ('delivered', 'given_back', 'cancelled', 'lost',
                                          'with_agency')))
 ORDER BY d.id
 LIMIT $3
   FOR NO KEY UPDATE
"""


async def open_dossiers(conn: Connection[Record], kind: str, old_id: int, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(OPEN_DOSSIERS, kind, old_id, limit)]


# No due time is touched, and the hours the dossier was received in stay its own.
SUCCEED_DOSSIERS = """
WITH line AS (
    SELECT * FROM unnest($2::bigint[], $3::uuid[]) AS l(dossier_id, scan_id)
), passed AS (
    UPDATE dossier d
       SET agency_id = CASE WHEN $1 = 'agency' THEN ($4::jsonb ->> 'to')::bigint
                            ELSE d.agency_id END,
           office_id = CASE WHEN $1 = 'office' THEN ($4::jsonb ->> 'to')::bigint
                            ELSE d.office_id END
      FROM line l
     WHERE d.id = l.dossier_id
), written AS (
    INSERT INTO event (dossier_id, scan_id, act, at, heard_at, facts)
    SELECT dossier_id, scan_id, 'succeed', $5, $5, $4 FROM line ORDER BY dossier_id
        ON CONFLICT (scan_id) DO NOTHING
    RETURNING id
)
INSERT INTO news (event_id, listener)
SELECT id, listener FROM written, unnest($6::text[]) AS listener
"""


async def pass_dossiers(
    conn: Connection[Record],
    kind: str,
    dossiers: Sequence[int],
    scan_ids: Sequence[UUID],
    facts: Facts,
    at: datetime,
) -> None:
    await conn.execute(SUCCEED_DOSSIERS, kind, dossiers, scan_ids, facts, at, LISTENERS)


OPEN_PAPERS = """
SELECT c.id
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
 WHERE c.stage NOT IN ('delivered', 'given_back', 'cancelled')
   AND (c.stage <> 'with_agency' OR d.status NOT IN (3, 8, 10))
   AND (($1 = 'agency' AND (c.agency_id = $2
                            OR (c.holder_kind = 'agency' AND c.holder_id = $2)
                            OR (c.offered_kind = 'agency' AND c.offered_id = $2)))
        OR ($1 = 'office' AND (c.office_id = $2
                               OR (c.holder_kind = 'office' AND c.holder_id = $2)
                               OR (c.offered_kind = 'office' AND c.offered_id = $2))))
 ORDER BY c.dossier_id, c.id
 LIMIT $3
   FOR NO KEY UPDATE OF c
"""


async def open_papers(conn: Connection[Record], kind: str, old_id: int, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(OPEN_PAPERS, kind, old_id, limit)]


# The stage stays; who answers for it, holds it or is offered it is the successor.
SUCCEED_PAPERS = """
WITH line AS (
    SELECT * FROM unnest($2::bigint[], $3::uuid[]) AS l(consignment_id, scan_id)
), ends AS (
    SELECT ($4::jsonb ->> 'from')::bigint AS old_id, ($4::jsonb ->> 'to')::bigint AS new_id
), passed AS (
    UPDATE consignment c
       SET agency_id = CASE WHEN $1 = 'agency' AND c.agency_id = e.old_id THEN e.new_id
                            ELSE c.agency_id END,
           office_id = CASE WHEN $1 = 'office' AND c.office_id = e.old_id THEN e.new_id
                            ELSE c.office_id END,
           holder_id = CASE WHEN c.holder_kind = $1 AND c.holder_id = e.old_id THEN e.new_id
                            ELSE c.holder_id END,
           offered_id = CASE WHEN c.offered_kind = $1 AND c.offered_id = e.old_id THEN e.new_id
                             ELSE c.offered_id END
      FROM line l, ends e
     WHERE c.id = l.consignment_id
    RETURNING c.id, c.dossier_id, c.stage, c.holder_kind, c.holder_id, c.office_id,
              c.offered_kind, c.offered_id, l.scan_id
), written AS (
    INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, holder_kind, holder_id,
                       office_id, offered_kind, offered_id, at, heard_at, facts)
    SELECT dossier_id, id, scan_id, 'succeed', stage, holder_kind, holder_id, office_id,
           offered_kind, offered_id, $5, $5, $4
      FROM passed
     ORDER BY dossier_id, id
        ON CONFLICT (scan_id) DO NOTHING
    RETURNING id
)
INSERT INTO news (event_id, listener)
SELECT id, listener FROM written, unnest($6::text[]) AS listener
"""


async def pass_papers(
    conn: Connection[Record],
    kind: str,
    papers: Sequence[int],
    scan_ids: Sequence[UUID],
    facts: Facts,
    at: datetime,
) -> None:
    await conn.execute(SUCCEED_PAPERS, kind, papers, scan_ids, facts, at, LISTENERS)
