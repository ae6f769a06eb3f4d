"""SQL of calendars that people change. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.proposal_store import NewProposal


class NewChange(Struct, frozen=True, kw_only=True):
    """A change as it is kept."""

    form_id: UUID
    kind: str
    scope: str
    starts_on: date
    why: str
    facts: dict[str, Any]


FIND_CHANGE = "SELECT id FROM calendar_change WHERE form_id = $1"


async def find_change(conn: Connection[Record], form_id: UUID) -> int | None:
    return cast("int | None", await conn.fetchval(FIND_CHANGE, form_id))


ADD_CHANGE = """
INSERT INTO calendar_change (form_id, person_id, kind, scope, starts_on, why, facts, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id
"""


async def add_change(conn: Connection[Record], change: NewChange, *, by: int, at: datetime) -> int:
    row = (change.form_id, by, change.kind, change.scope, change.starts_on, change.why)
    return cast("int", await conn.fetchval(ADD_CHANGE, *row, change.facts, at))


class Change(Struct, frozen=True, kw_only=True):
    """A change with its author (none: a table was loaded) and how many proposals wait."""

    id: int
    kind: str
    scope: str
    starts_on: date | None
    why: str
    at: datetime
    person: str | None
    proposed: int
    waiting: int


CHANGES = """
SELECT c.id, c.kind, c.scope, c.starts_on, c.why, c.at, p.full_name AS person,
       count(q.id) AS proposed, count(q.id) FILTER (WHERE q.state = 'waiting') AS waiting
  FROM calendar_change c
  LEFT JOIN person p ON p.id = c.person_id
  LEFT JOIN proposal q ON q.change_id = c.id
 GROUP BY c.id, p.full_name
 ORDER BY c.id DESC
 LIMIT $1
"""


async def changes(conn: Connection[Record], limit: int) -> list[Change]:
    return convert(await conn.fetch(CHANGES, limit), list[Change])


MOVES_OF = """
SELECT p.dossier_id, d.ref, d.agency_code, p.agency_id, p.scan_id, p.old_due_at, p.new_due_at
  FROM proposal p
  JOIN dossier d ON d.id = p.dossier_id
 WHERE p.change_id = $1
 ORDER BY p.id
"""


async def moves_of(conn: Connection[Record], change_id: int) -> list[NewProposal]:
    return convert(await conn.fetch(MOVES_OF, change_id), list[NewProposal])


class Line(Struct, frozen=True, kw_only=True):
    """A session of a group as it is dated."""

    id: int
    weekdays: list[int]
    session: str
    open: time
    close: time
    counts: bool
    accepts: bool
    valid_from: date | None
    valid_to: date | None


LINES_OF = """
SELECT id, weekdays, session, open, close, counts_for_deadline AS counts,
       accepts_reception AS accepts, valid_from, valid_to
  FROM calendar_session
 WHERE hours_group = $1
 ORDER BY weekdays, valid_from NULLS FIRST, open
"""


async def lines_of(conn: Connection[Record], hours_group: str) -> list[Line]:
    return convert(await conn.fetch(LINES_OF, hours_group), list[Line])


END_LINE = "UPDATE calendar_session SET valid_to = $2, edited_at = $3 WHERE id = $1"


async def end_line(conn: Connection[Record], line_id: int, on: date, at: datetime) -> None:
    await conn.execute(END_LINE, line_id, on, at)


class NewLine(Struct, frozen=True, kw_only=True):
    """A session as it begins."""

    session: str
    open: time
    close: time
    counts: bool
    accepts: bool = True
    valid_from: date | None
    valid_to: date | None


ADD_LINE = """
INSERT INTO calendar_session (hours_group, weekdays, session, open, close, accepts_reception,
                              counts_for_deadline, valid_from, valid_to, edited_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def add_line(
    conn: Connection[Record], hours_group: str, weekdays: list[int], line: NewLine, at: datetime
) -> None:
    await conn.execute(
        ADD_LINE,
        hours_group, weekdays, line.session, line.open, line.close, line.accepts, line.counts,
        line.valid_from, line.valid_to, at,
    )  # fmt: skip


END_OVERRIDES = """
UPDATE calendar_override SET ended_by = $3
 WHERE scope = $1 AND day = ANY($2::date[]) AND ended_by IS NULL
"""


async def end_overrides(
    conn: Connection[Record], scope: str, days: Sequence[date], change_id: int
) -> None:
    await conn.execute(END_OVERRIDES, scope, days, change_id)


ADD_OVERRIDES = """
INSERT INTO calendar_override (change_id, scope, day, kind, name_vi)
SELECT $1, $2, day, $4, $5 FROM unnest($3::date[]) AS day
"""


async def add_overrides(
    conn: Connection[Record],
    change_id: int,
    scope: str,
    days: Sequence[date],
    said: tuple[str, str],
) -> None:
    """Mark *days* as *said*: their kind, and what they are called."""
    await conn.execute(ADD_OVERRIDES, change_id, scope, days, *said)


class Group(Struct, frozen=True, kw_only=True):
    """A group of hours, and how many keep it today."""

    hours_group: str
    agencies: int
    offices: int


GROUPS = """
SELECT s.hours_group,
       (SELECT count(*) FROM agency a
         WHERE a.hours_group = s.hours_group AND coalesce(a.valid_from, $1) <= $1
           AND (a.valid_to IS NULL OR $1 < a.valid_to)) AS agencies,
       (SELECT count(*) FROM office o
         WHERE o.hours_group = s.hours_group AND coalesce(o.valid_from, $1) <= $1
           AND (o.valid_to IS NULL OR $1 < o.valid_to)) AS offices
  FROM (SELECT DISTINCT hours_group FROM calendar_session) AS s
 ORDER BY s.hours_group
"""


async def groups(conn: Connection[Record], day: date) -> list[Group]:
    return convert(await conn.fetch(GROUPS, day), list[Group])
