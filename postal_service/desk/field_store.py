"""SQL of a courier's hand-overs: what was done last, with whom, and lists to sign. Only SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Act


class Done(Struct, frozen=True, kw_only=True):
    """A line of the register that its writer may still take back alone."""

    scan_id: UUID
    s10: str
    act: Act
    heard_at: datetime


# The newest press of one person. Lines of the last minute are among the newest few thousand: an
# index by person would cost every scan more than this look.
LAST_PRESS = """
SELECT scan_id, s10, act, heard_at
  FROM (SELECT e.scan_id, c.s10, e.act, e.heard_at, e.id,
               max(e.heard_at) OVER () AS newest,
               e.id = (SELECT max(n.id) FROM event n WHERE n.consignment_id = c.id) AS stands
          FROM event e
          JOIN consignment c ON c.id = e.consignment_id
         WHERE e.id > (SELECT max(id) - 5000 FROM event) AND e.person_id = $1 AND e.heard_at > $2
           AND e.heard_at <= $3
           AND e.act <> 'accept') mine
 WHERE heard_at = newest AND stands AND act <> 'undo'
 ORDER BY id
"""


async def last_press(
    conn: Connection[Record], person_id: int, since: datetime, now: datetime
) -> list[Done]:
    """What one press did, where nothing has happened to those papers since."""
    return convert(await conn.fetch(LAST_PRESS, person_id, since, now), list[Done])


class Colleague(Struct, frozen=True, kw_only=True):
    id: int
    full_name: str


COLLEAGUES = """
SELECT id, full_name
  FROM person
 WHERE role = 'courier' AND active AND office_id = $1 AND id <> $2
 ORDER BY given_name, full_name, id
"""


async def colleagues(conn: Connection[Record], office_id: int, courier_id: int) -> list[Colleague]:
    """The office's other couriers."""
    return convert(await conn.fetch(COLLEAGUES, office_id, courier_id), list[Colleague])


# Every line has its answer, and none may be taken back by one person any more.
TO_SIGN = """
SELECT h.number
  FROM hand_over h
  JOIN hand_over_line l ON l.hand_over_id = h.id
 WHERE h.taker_kind = 'courier' AND h.taker_id = $1 AND h.state IN ('offered', 'open')
 GROUP BY h.id, h.number
HAVING bool_and(l.outcome IS NOT NULL) AND max(l.answered_at) < $2
 ORDER BY h.id
"""


async def to_sign(conn: Connection[Record], courier_id: int, before: datetime) -> list[str]:
    """Numbers of the courier's lists that are complete since before then."""
    return [row["number"] for row in await conn.fetch(TO_SIGN, courier_id, before)]


LINE = """
SELECT e.consignment_id, e.act, e.person_id FROM event e WHERE e.scan_id = $1
"""


class Undone(Struct, frozen=True, kw_only=True):
    """The line that is to be undone."""

    consignment_id: int | None
    act: Act
    person_id: int | None


async def line(conn: Connection[Record], scan_id: UUID) -> Undone | None:
    return convert(await conn.fetchrow(LINE, scan_id), Undone | None)
