"""SQL of what passes to a successor beside the register. Only SQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

# The version that has ended, or ends next: open dossiers are that one's.
LAST_AGENCY = """
SELECT id FROM agency WHERE code = $1 AND valid_to IS NOT NULL ORDER BY valid_to DESC LIMIT 1
"""
LAST_OFFICE = "SELECT id FROM office WHERE code = $1"


async def last_agency(conn: Connection[Record], code: str) -> int | None:
    return cast("int | None", await conn.fetchval(LAST_AGENCY, code))


async def last_office(conn: Connection[Record], code: str) -> int | None:
    return cast("int | None", await conn.fetchval(LAST_OFFICE, code))


SUCCEED_PEOPLE = """
WITH passed AS (
    UPDATE person
       SET agency_id = CASE WHEN $1 = 'agency' THEN $3 ELSE agency_id END,
           office_id = CASE WHEN $1 = 'office' THEN $3 ELSE office_id END
     WHERE active AND (($1 = 'agency' AND agency_id = $2) OR ($1 = 'office' AND office_id = $2))
    RETURNING id
)
SELECT count(*) FROM passed
"""


async def pass_people(conn: Connection[Record], kind: str, old_id: int, new_id: int) -> int:
    """Staff go on in the successor's name; how many."""
    return cast("int", await conn.fetchval(SUCCEED_PEOPLE, kind, old_id, new_id))


SUCCEED_QUESTIONS = """
UPDATE approval
   SET agency_id = CASE WHEN $1 = 'agency' THEN $3 ELSE agency_id END,
       office_id = CASE WHEN $1 = 'office' THEN $3 ELSE office_id END
 WHERE state = 'waiting'
   AND (($1 = 'agency' AND agency_id = $2) OR ($1 = 'office' AND office_id = $2))
"""


async def pass_questions(conn: Connection[Record], kind: str, old_id: int, new_id: int) -> None:
    await conn.execute(SUCCEED_QUESTIONS, kind, old_id, new_id)


SUCCEED_TASKS = "UPDATE task SET office_id = $2 WHERE office_id = $1 AND done_at IS NULL"


async def pass_tasks(conn: Connection[Record], old_id: int, new_id: int) -> None:
    await conn.execute(SUCCEED_TASKS, old_id, new_id)


ANSWERS_FOR = """
SELECT coalesce(s.made_by,
                (SELECT p.id FROM person p WHERE p.role = 'manager' AND p.active
                  ORDER BY p.id LIMIT 1))
  FROM succession s
 WHERE s.id = $1
"""


async def answers_for(conn: Connection[Record], succession_id: int) -> int | None:
    """In whose name its money passes."""
    return cast("int | None", await conn.fetchval(ANSWERS_FOR, succession_id))


NAMES = """
SELECT id, name_vi AS name FROM agency WHERE $1 = 'agency' AND id = ANY($2::bigint[])
 UNION ALL
SELECT id, name FROM office WHERE $1 = 'office' AND id = ANY($2::bigint[])
"""


async def names(conn: Connection[Record], kind: str, ids: Collection[int]) -> dict[int, str]:
    return {row["id"]: row["name"] for row in await conn.fetch(NAMES, kind, sorted({*ids}))}


class Ended(Struct, frozen=True, kw_only=True):
    """An agency that has ended and still has open dossiers; whom its unit went to, if known."""

    code: str
    name_vi: str
    valid_to: date
    open: int
    new_code: str | None
    new_name: str | None


# The published table of units says which commune took the old one over; its people's committee
# is the likely successor. A person decides.
ORPHANS = """
WITH ended AS (
    SELECT a.id, a.code, a.name_vi, a.kind, a.unit_code, a.valid_to, count(d.id) AS open
      FROM agency a
      JOIN dossier d ON d.agency_id = a.id AND d.status IN (1, 2, 4, 5, 6, 7, 9)
     WHERE a.valid_to <= $1
       AND NOT EXISTS (SELECT 1 FROM succession s WHERE s.kind = 'agency' AND s.old_id = a.id)
     GROUP BY a.id
)
SELECT e.code, e.name_vi, e.valid_to, e.open, n.code AS new_code, n.name_vi AS new_name
  FROM ended e
  LEFT JOIN LATERAL (
        SELECT g.code, g.name_vi
          FROM unit u
          JOIN agency g ON g.unit_code = coalesce(u.successor_2025, u.successor)
         WHERE u.code = e.unit_code AND g.kind = e.kind
           AND coalesce(g.valid_from, $1) <= $1 AND (g.valid_to IS NULL OR $1 < g.valid_to)
         ORDER BY g.id
         LIMIT 1) n ON true
 ORDER BY e.open DESC, e.code
 LIMIT 100
"""


async def orphans(conn: Connection[Record], day: date) -> list[Ended]:
    return convert(await conn.fetch(ORPHANS, day), list[Ended])
