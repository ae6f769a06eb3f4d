"""SQL of the shift roster. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody of the office who may be put on a shift."""

    id: int
    full_name: str
    role: str


COLLEAGUES = """
SELECT id, full_name, role
  FROM person
 WHERE office_id = $1 AND active AND role IN ('clerk', 'courier')
 ORDER BY role, full_name, id
"""


async def colleagues(conn: Connection[Record], office_id: int) -> list[Colleague]:
    return convert(await conn.fetch(COLLEAGUES, office_id), list[Colleague])


class Duty(Struct, frozen=True, kw_only=True):
    person_id: int
    day: date
    shift: str


DUTIES = """
SELECT person_id, day, shift
  FROM roster
 WHERE office_id = $1 AND day BETWEEN $2 AND $3
 ORDER BY day, person_id
"""


async def duties(conn: Connection[Record], office_id: int, first: date, last: date) -> list[Duty]:
    return convert(await conn.fetch(DUTIES, office_id, first, last), list[Duty])


# Of the supervisor's own office alone; who left it keeps the days he worked there.
SET_DUTIES = """
INSERT INTO roster (office_id, day, person_id, shift, set_by, set_at)
SELECT $1, d.day, p.id, d.shift, $5, $6
  FROM unnest($2::date[], $3::bigint[], $4::text[]) AS d(day, person_id, shift)
  JOIN person p ON p.id = d.person_id AND p.office_id = $1
    ON CONFLICT (day, person_id) DO UPDATE
   SET shift = excluded.shift, set_by = excluded.set_by, set_at = excluded.set_at,
       office_id = excluded.office_id
 WHERE roster.shift <> excluded.shift OR roster.office_id <> excluded.office_id
"""


async def set_duties(
    conn: Connection[Record], office_id: int, duties: Sequence[Duty], by: int, at: datetime
) -> None:
    await conn.execute(
        SET_DUTIES,
        office_id,
        [duty.day for duty in duties],
        [duty.person_id for duty in duties],
        [duty.shift for duty in duties],
        by,
        at,
    )


# A day on which nobody of the role was planned has everybody of it on shift.
ON_SHIFT = """
SELECT p.id, p.full_name, p.role
  FROM person p
  LEFT JOIN roster r ON r.person_id = p.id AND r.day = $2 AND r.office_id = $1
 WHERE p.office_id = $1 AND p.active AND p.role = $3
   AND (coalesce(r.shift, 'off') <> 'off'
        OR NOT EXISTS (SELECT FROM roster o
                         JOIN person q ON q.id = o.person_id
                        WHERE o.office_id = $1 AND o.day = $2 AND q.role = $3))
 ORDER BY p.full_name, p.id
"""


async def on_shift(
    conn: Connection[Record], office_id: int, day: date, role: str
) -> list[Colleague]:
    return convert(await conn.fetch(ON_SHIFT, office_id, day, role), list[Colleague])
