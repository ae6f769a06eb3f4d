"""SQL of shifts and of the books' days. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.lines import Moved


class Shift(Struct, frozen=True, kw_only=True):
    """One till from its first money to its count. ``notes``: how many of each, once counted."""

    id: int
    office_id: int
    office: str
    person_id: int
    clerk: str
    day: date
    opened_at: datetime
    closing_id: UUID | None
    closed_at: datetime | None
    closed_by: int | None
    closer: str | None
    expected_vnd: int | None
    counted_vnd: int | None
    notes: dict[str, int] | None
    why: str

    @property
    def number(self) -> str:
        """Of its sheet, as printed."""
        return f"KQ-{self.day:%y%m%d}-{self.id:05}"


SELECT_SHIFT = """
SELECT s.id, s.office_id, o.name AS office, s.person_id, p.full_name AS clerk, s.day, s.opened_at,
       s.closing_id, s.closed_at, s.closed_by, q.full_name AS closer, s.expected_vnd, s.counted_vnd,
       s.notes, s.why
  FROM till_shift s
  JOIN office o ON o.id = s.office_id
  JOIN person p ON p.id = s.person_id
  LEFT JOIN person q ON q.id = s.closed_by
"""
BY_ID = SELECT_SHIFT + " WHERE s.id = $1"
OPEN_OF = SELECT_SHIFT + " WHERE s.person_id = $1 AND s.closed_at IS NULL ORDER BY s.id"
OPEN_AT = SELECT_SHIFT + " WHERE s.office_id = $1 AND s.closed_at IS NULL ORDER BY s.id"
CLOSED_OF = (
    SELECT_SHIFT + " WHERE s.person_id = $1 AND s.closed_at IS NOT NULL ORDER BY s.id DESC LIMIT $2"
)


async def by_id(conn: Connection[Record], shift_id: int) -> Shift | None:
    return convert(await conn.fetchrow(BY_ID, shift_id), Shift | None)


async def open_of(conn: Connection[Record], person_id: int) -> list[Shift]:
    """Of one person, wherever she worked."""
    return convert(await conn.fetch(OPEN_OF, person_id), list[Shift])


async def open_at(conn: Connection[Record], office_id: int) -> list[Shift]:
    return convert(await conn.fetch(OPEN_AT, office_id), list[Shift])


async def closed_of(conn: Connection[Record], person_id: int, most: int) -> list[Shift]:
    return convert(await conn.fetch(CLOSED_OF, person_id, most), list[Shift])


# What comes into the till meanwhile waits for this row, and then opens the next shift.
LOCK = "SELECT id FROM till_shift WHERE id = $1 FOR UPDATE"


async def lock(conn: Connection[Record], shift_id: int) -> None:
    await conn.fetchval(LOCK, shift_id)


OPEN = """
INSERT INTO till_shift (office_id, person_id, day, opened_at)
VALUES ($1, $2, open_day($1, $3), $4)
    ON CONFLICT DO NOTHING
"""


async def open_(
    conn: Connection[Record], office_id: int, person_id: int, day: date, now: datetime
) -> None:
    await conn.execute(OPEN, office_id, person_id, day, now)


CLOSE = """
UPDATE till_shift
   SET closing_id = $2, closed_at = $3, closed_by = $4, expected_vnd = $5, counted_vnd = $6,
       notes = $7, why = $8
 WHERE id = $1
"""


class Count(Struct, frozen=True, kw_only=True):
    """A signed count; ``notes``: how many of each."""

    key: UUID
    at: datetime
    by: int
    expected: int
    counted: int
    notes: dict[str, int]
    why: str


async def close(conn: Connection[Record], shift_id: int, count: Count) -> None:
    await conn.execute(
        CLOSE,
        shift_id,
        count.key,
        count.at,
        count.by,
        count.expected,
        count.counted,
        count.notes,
        count.why,
    )


LINES = """
SELECT entry_id, kind, key, means, at, posted_at, office_code, receipt_day, receipt_no, ref,
       by_whom, other, why, reversed, state_fee, state_charge, postage, collection, cod, cash
  FROM lines_of_shift($1)
"""


async def lines(conn: Connection[Record], shift_id: int) -> list[Moved]:
    return convert(await conn.fetch(LINES, shift_id), list[Moved])


# Whoever closes the day and whoever takes its next number wait for each other here.
HOLD_DAY = """
INSERT INTO receipt_day AS held (office_id, day) VALUES ($1, $2)
    ON CONFLICT (office_id, day) DO UPDATE SET last_no = held.last_no
 WHERE held.closed_at IS NULL
RETURNING day
"""


async def hold_day(conn: Connection[Record], office_id: int, day: date) -> bool:
    """Lock the books of a day; False where it is closed already."""
    return await conn.fetchval(HOLD_DAY, office_id, day) is not None


CLOSE_DAY = """
UPDATE receipt_day SET closed_at = $3, closed_by = $4 WHERE office_id = $1 AND day = $2
"""


async def close_day(
    conn: Connection[Record], office_id: int, day: date, at: datetime, person_id: int
) -> None:
    await conn.execute(CLOSE_DAY, office_id, day, at, person_id)


COUNTED = """
SELECT EXISTS (SELECT FROM evening_count
                WHERE office_id = $1 AND day = $2 AND closed_at IS NOT NULL)
"""


async def counted(conn: Connection[Record], office_id: int, day: date) -> bool:
    """Whether the papers that lay here on that evening were counted."""
    return bool(await conn.fetchval(COUNTED, office_id, day))


class Day(Struct, frozen=True, kw_only=True):
    """A day of the office's books: its receipts, and when it was closed by whom."""

    day: date
    last_no: int
    closed_at: datetime | None
    closer: str | None


# Days that gave numbers and are open yet, and the last ones that are closed.
DAYS = """
SELECT r.day, r.last_no, r.closed_at, p.full_name AS closer
  FROM receipt_day r
  LEFT JOIN person p ON p.id = r.closed_by
 WHERE r.office_id = $1 AND (r.closed_at IS NULL OR r.day >= $2)
 ORDER BY r.day DESC
 LIMIT 30
"""


async def days(conn: Connection[Record], office_id: int, since: date) -> list[Day]:
    return convert(await conn.fetch(DAYS, office_id, since), list[Day])
