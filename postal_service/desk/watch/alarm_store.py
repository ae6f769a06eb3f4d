"""SQL of alarms: raised, climbed, answered, cleared. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.watch.radar_rules import Rung, Silence


class Alarm(Struct, frozen=True, kw_only=True):
    """An alarm that stands; ``answerer`` is a colleague's name, for the page alone."""

    id: int
    office_id: int
    office: str
    rule: str
    subject: str
    since: datetime
    facts: dict[str, Any]
    step: int
    receiver: str
    raised_at: datetime
    quiet_until: datetime | None
    answer: str | None
    answerer: str | None
    answered_at: datetime | None


STANDING = """
SELECT a.id, a.office_id, o.name AS office, a.rule, a.subject, a.since, a.facts, a.step,
       a.receiver, a.raised_at, a.quiet_until, a.answer, p.full_name AS answerer, a.answered_at
  FROM alarm a
  JOIN office o ON o.id = a.office_id
  LEFT JOIN person p ON p.id = a.answered_by
 WHERE a.cleared_at IS NULL AND ($1::bigint IS NULL OR a.office_id = $1)
   AND a.receiver = ANY($2::text[])
 ORDER BY coalesce(a.quiet_until > $3, false), a.step DESC, a.since, a.id
 LIMIT $4
"""


async def standing(
    conn: Connection[Record],
    office_id: int | None,
    receivers: Sequence[str],
    now: datetime,
    limit: int,
) -> list[Alarm]:
    """The alarms of an office, or of all: those that nag first, the highest rung first."""
    rows = await conn.fetch(STANDING, office_id, receivers, now, limit)
    return convert(rows, list[Alarm])


# A rung is only climbed: a ladder edited downwards does not unsay what was said. What climbs
# while it is answered is said again.
RAISE = """
WITH heard AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::smallint[],
                         $7::text[]) AS h(rule, subject, since, facts, step, receiver)
), stood AS (
    SELECT a.id
      FROM alarm a
      JOIN heard h ON (a.rule, a.subject, a.since) = (h.rule, h.subject, h.since)
     WHERE a.office_id = $1 AND a.cleared_at IS NULL
), told AS (
    INSERT INTO alarm AS a (office_id, rule, subject, since, facts, step, receiver, raised_at)
    SELECT $1, rule, subject, since, facts, step, receiver, $8 FROM heard
        ON CONFLICT (office_id, rule, subject, since) DO UPDATE
       SET step = excluded.step, receiver = excluded.receiver, facts = excluded.facts,
           cleared_at = NULL, quiet_until = NULL
     WHERE a.step < excluded.step OR a.cleared_at IS NOT NULL
    RETURNING id, step
)
INSERT INTO alarm_event (alarm_id, what, step, at)
SELECT id, CASE WHEN id IN (SELECT id FROM stood) THEN 'climbed' ELSE 'raised' END, step, $8
  FROM told
RETURNING id
"""


async def raise_alarms(
    conn: Connection[Record], office_id: int, rungs: Sequence[Rung], at: datetime
) -> int:
    """Raise and climb; how many changed."""
    columns = (
        [rung.silence.rule for rung in rungs],
        [rung.silence.subject for rung in rungs],
        [rung.silence.since for rung in rungs],
        [rung.silence.facts for rung in rungs],
        [rung.step for rung in rungs],
        [rung.receiver for rung in rungs],
    )
    return len(await conn.fetch(RAISE, office_id, *columns, at))


# What is no longer silent, or silent anew, is cleared; the record of it stays.
CLEAR = """
WITH over AS (
    UPDATE alarm SET cleared_at = $5
     WHERE office_id = $1 AND cleared_at IS NULL
       AND (rule, subject, since) NOT IN (
           SELECT * FROM unnest($2::text[], $3::text[], $4::timestamptz[]))
    RETURNING id, step
)
INSERT INTO alarm_event (alarm_id, what, step, at)
SELECT id, 'cleared', step, $5 FROM over
RETURNING id
"""


async def clear(
    conn: Connection[Record], office_id: int, silences: Sequence[Silence], at: datetime
) -> int:
    """Clear the office's alarms but for *silences*; how many ended."""
    keys = (
        [silence.rule for silence in silences],
        [silence.subject for silence in silences],
        [silence.since for silence in silences],
    )
    return len(await conn.fetch(CLEAR, office_id, *keys, at))


BLIND_SINCE = """
SELECT since FROM alarm WHERE office_id = $1 AND rule = 'blind' AND cleared_at IS NULL
"""


async def blind_since(conn: Connection[Record], office_id: int) -> datetime | None:
    """Since when this office cannot be read."""
    since: datetime | None = await conn.fetchval(BLIND_SINCE, office_id)
    return since


class Where(Struct, frozen=True, kw_only=True):
    """Whose alarm it is, and whose hours count for it."""

    id: int
    hours_group: str


OPEN = """
SELECT a.id, o.hours_group
  FROM alarm a
  JOIN office o ON o.id = a.office_id
 WHERE a.id = ANY($1::bigint[]) AND a.cleared_at IS NULL
   AND ($2::bigint IS NULL OR a.office_id = $2) AND a.receiver = ANY($3::text[])
 ORDER BY a.id
   FOR NO KEY UPDATE OF a
"""


async def open_among(
    conn: Connection[Record], ids: Sequence[int], office_id: int | None, receivers: Sequence[str]
) -> list[Where]:
    """Those of *ids* that stand and may be answered here, locked."""
    return convert(await conn.fetch(OPEN, ids, office_id, receivers), list[Where])


# The line of the record decides: the second click of one form writes and moves nothing.
ANSWER = """
WITH line AS (
    INSERT INTO alarm_event (alarm_id, what, step, person_id, answer, at, form_id)
    SELECT id, 'answered', step, $3, $2, $4, $6 FROM alarm WHERE id = ANY($1::bigint[])
        ON CONFLICT (alarm_id, form_id) DO NOTHING
    RETURNING alarm_id
)
UPDATE alarm
   SET answer = $2, answered_by = $3, answered_at = $4, quiet_until = $5
 WHERE id IN (SELECT alarm_id FROM line)
"""


async def answer(
    conn: Connection[Record],
    ids: Sequence[int],
    said: str,
    *,
    by: tuple[int, datetime],
    until: datetime,
    form_id: UUID,
) -> None:
    """Write down what a person said at a moment (*by*); the alarms are quiet *until* then."""
    await conn.execute(ANSWER, ids, said, *by, until, form_id)


class Mark(Struct, frozen=True, kw_only=True):
    """What changes whenever a page of these alarms would; ``loud`` of them nag."""

    office_id: int
    receiver: str
    standing: int
    loud: int
    mark: int


# One query for all pages that are open, whoever looks at them.
MARKS = """
SELECT office_id, receiver, count(*) AS standing,
       count(*) FILTER (WHERE quiet_until IS NULL OR quiet_until <= $1) AS loud,
       bit_xor(hashtextextended(concat_ws(':', id, step, answered_at,
                                          coalesce(quiet_until > $1, false)), 0)) AS mark
  FROM alarm
 WHERE cleared_at IS NULL
 GROUP BY office_id, receiver
"""


async def marks(conn: Connection[Record], now: datetime) -> list[Mark]:
    return convert(await conn.fetch(MARKS, now), list[Mark])


class Said(Struct, frozen=True, kw_only=True):
    """One line of an alarm's record."""

    what: str
    step: int
    who: str | None
    answer: str | None
    at: datetime


RECORD = """
SELECT e.what, e.step, p.full_name AS who, e.answer, e.at
  FROM alarm_event e
  JOIN alarm a ON a.id = e.alarm_id
  LEFT JOIN person p ON p.id = e.person_id
 WHERE e.alarm_id = $1 AND ($2::bigint IS NULL OR a.office_id = $2)
 ORDER BY e.id
"""


async def record(conn: Connection[Record], alarm_id: int, office_id: int | None) -> list[Said]:
    return convert(await conn.fetch(RECORD, alarm_id, office_id), list[Said])


NAMES = """
SELECT 'office' AS kind, id, name FROM office WHERE id = ANY($1::bigint[])
UNION ALL
SELECT 'courier', id, full_name FROM person WHERE id = ANY($2::bigint[])
UNION ALL
SELECT 'agency', id, short_name FROM agency WHERE id = ANY($3::bigint[])
"""


async def names(
    conn: Connection[Record],
    offices: Sequence[int],
    couriers: Sequence[int],
    agencies: Sequence[int],
) -> dict[tuple[str, int], str]:
    """What the parties in the facts are called."""
    rows = await conn.fetch(NAMES, offices, couriers, agencies)
    return {(row["kind"], row["id"]): row["name"] for row in rows}
