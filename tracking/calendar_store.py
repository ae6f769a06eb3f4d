"""SQL of the working calendars, and only SQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert, to_builtins

from tracking.editions import Edition, NamedDay
from tracking.sessions import Session


class SessionLine(Struct, frozen=True, kw_only=True):
    """A line of ``calendar_session``, as it is loaded."""

    hours_group: str
    weekdays: list[int]
    session: str
    open: time
    close: time
    accepts_reception: bool
    counts_for_deadline: bool
    valid_from: date | None
    valid_to: date | None


class DayLine(Struct, frozen=True, kw_only=True):
    """A line of ``calendar_day``, as it is loaded."""

    day: date
    kind: str
    applies_to: str
    name_vi: str
    status: str


# A line that a person edited, or that says the same already, gives no row back. Only a row that
# was there before carries the id of the transaction that replaced it: xmax tells new from changed.
PUT_SESSION = """
INSERT INTO calendar_session AS known
       (hours_group, weekdays, session, open, close,
        accepts_reception, counts_for_deadline, valid_from, valid_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT ON CONSTRAINT calendar_session_key DO UPDATE
   SET open = EXCLUDED.open, close = EXCLUDED.close,
       accepts_reception = EXCLUDED.accepts_reception,
       counts_for_deadline = EXCLUDED.counts_for_deadline,
       valid_to = EXCLUDED.valid_to
 WHERE known.edited_at IS NULL
   AND (known.open, known.close, known.accepts_reception,
        known.counts_for_deadline, known.valid_to)
       IS DISTINCT FROM
       (EXCLUDED.open, EXCLUDED.close, EXCLUDED.accepts_reception,
        EXCLUDED.counts_for_deadline, EXCLUDED.valid_to)
RETURNING known.xmax = 0 AS is_new
"""


async def put_session(conn: Connection[Record], line: SessionLine) -> bool | None:
    """True when the line is new, False when it changed, None when it was left as it is."""
    is_new: bool | None = await conn.fetchval(
        PUT_SESSION,
        line.hours_group,
        line.weekdays,
        line.session,
        line.open,
        line.close,
        line.accepts_reception,
        line.counts_for_deadline,
        line.valid_from,
        line.valid_to,
    )
    return is_new


# As above: nothing comes back for a line that stays as it is.
PUT_DAY = """
INSERT INTO calendar_day AS known (day, kind, applies_to, name_vi, status)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (day) DO UPDATE
   SET kind = EXCLUDED.kind, applies_to = EXCLUDED.applies_to,
       name_vi = EXCLUDED.name_vi, status = EXCLUDED.status
 WHERE known.edited_at IS NULL
   AND (known.kind, known.applies_to, known.name_vi, known.status)
       IS DISTINCT FROM
       (EXCLUDED.kind, EXCLUDED.applies_to, EXCLUDED.name_vi, EXCLUDED.status)
RETURNING known.xmax = 0 AS is_new
"""


async def put_day(conn: Connection[Record], line: DayLine) -> bool | None:
    """True when the line is new, False when it changed, None when it was left as it is."""
    is_new: bool | None = await conn.fetchval(
        PUT_DAY, line.day, line.kind, line.applies_to, line.name_vi, line.status
    )
    return is_new


SESSIONS_OF_GROUP = """
SELECT weekdays, open, close, valid_from, valid_to,
       counts_for_deadline AS counts, accepts_reception AS accepts
  FROM calendar_session
 WHERE hours_group = $1
 ORDER BY valid_from NULLS FIRST, open, weekdays
"""


async def sessions_of_group(conn: Connection[Record], hours_group: str) -> tuple[Session, ...]:
    rows = await conn.fetch(SESSIONS_OF_GROUP, hours_group)
    return convert(rows, tuple[Session, ...])


# Swapped days bind public servants; everybody keeps the public holidays. What a person marked
# wins over the table, and what she marked for one group over what she marked for all: $3 names
# the scopes from the widest to the narrowest.
DAYS_SINCE = """
WITH named AS (
    SELECT DISTINCT ON (day) day, kind, name_vi
      FROM (SELECT day, kind, name_vi, 0 AS nearness
              FROM calendar_day
             WHERE day >= $1 AND (applies_to = 'all' OR $2)
             UNION ALL
            SELECT day, kind, name_vi, array_position($3::text[], scope)
              FROM calendar_override
             WHERE day >= $1 AND ended_by IS NULL AND scope = ANY($3::text[])) AS known
     ORDER BY day, nearness DESC
)
SELECT day, kind, name_vi AS name
  FROM named
 WHERE kind <> 'ordinary'
 ORDER BY day
"""


async def days_since(
    conn: Connection[Record], first: date, scopes: list[str], *, public_servants: bool
) -> tuple[NamedDay, ...]:
    rows = await conn.fetch(DAYS_SINCE, first, public_servants, scopes)
    return convert(rows, tuple[NamedDay, ...])


# Asked for before it is written: nearly every one is there already.
KEEP_EDITION = """
INSERT INTO calendar_edition AS kept (sha256, hours_group, content)
VALUES ($1, $2, $3)
    ON CONFLICT (sha256) DO NOTHING
RETURNING id
"""
EDITION_ID = "SELECT id FROM calendar_edition WHERE sha256 = $1"


async def keep_edition(conn: Connection[Record], edition: Edition) -> int:
    """Keep *edition* by its content; the number of its row."""
    known = await conn.fetchval(EDITION_ID, edition.sha256)
    if known is None:
        known = await conn.fetchval(
            KEEP_EDITION, edition.sha256, edition.hours_group, to_builtins(edition)
        )
    if known is None:  # somebody kept it between the two
        known = await conn.fetchval(EDITION_ID, edition.sha256)
    return cast("int", known)


EDITIONS = "SELECT id, content FROM calendar_edition WHERE id = ANY($1::bigint[])"


async def editions(conn: Connection[Record], ids: Collection[int]) -> dict[int, Edition]:
    rows = await conn.fetch(EDITIONS, sorted(ids))
    return {row["id"]: convert(row["content"], Edition) for row in rows}
