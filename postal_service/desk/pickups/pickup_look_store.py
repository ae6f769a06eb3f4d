"""SQL of what is looked up around an order: its history, its sheets, what is owed. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.pickups.pickup_moves import Act, State


class Told(Struct, frozen=True, kw_only=True):
    """A line of the history as a page shows it."""

    act: Act
    state: State
    at: datetime
    who: str | None
    reason: str | None
    facts: dict[str, Any]


HISTORY = """
SELECT e.act, e.state, e.at, w.full_name AS who, r.name_vi AS reason, e.facts
  FROM pickup_event e
  LEFT JOIN person w ON w.id = e.person_id
  LEFT JOIN reason r ON r.code = e.reason
 WHERE e.pickup_id = $1
 ORDER BY e.id
"""


async def history(conn: Connection[Record], pickup_id: int) -> list[Told]:
    return convert(await conn.fetch(HISTORY, pickup_id), list[Told])


class Coded(Struct, frozen=True, kw_only=True):
    """The line whose code opens an order, and when it was sent."""

    event_id: int
    at: datetime


CODED = """
SELECT e.id AS event_id, e.at
  FROM pickup_event e
  JOIN pickup o ON o.id = e.pickup_id
 WHERE o.id = $1 AND o.state = 'asked' AND e.act IN ('order', 'send_code')
 ORDER BY e.id DESC
 LIMIT 1
"""


async def coded(conn: Connection[Record], pickup_id: int) -> Coded | None:
    """The newest code of an order whose telephone has not answered."""
    return convert(await conn.fetchrow(CODED, pickup_id), Coded | None)


# No newer code of the same order was sent.
STILL_CODED = """
SELECT true
  FROM pickup_event e
  JOIN pickup o ON o.id = e.pickup_id AND o.state = 'asked'
 WHERE e.id = $1 AND e.act IN ('order', 'send_code')
   AND NOT EXISTS (SELECT FROM pickup_event n
                    WHERE n.pickup_id = o.id AND n.id > e.id AND n.act = 'send_code')
"""


async def still_coded(conn: Connection[Record], event_id: int) -> bool:
    """Whether the code of this line still opens its order."""
    return bool(await conn.fetchval(STILL_CODED, event_id))


# Used by an order already: a sheet serves one dossier.
SLIP_TAKEN = "SELECT true FROM pickup_sheet WHERE ref = $1"
# A reserved number that is neither entered nor struck, of this office's packs.
USABLE = "SELECT unentered_at($1) = $2"
REF_OF = "SELECT ref FROM reserved_number WHERE $1 IN (ref, s10, tracking_code)"


async def slip_taken(conn: Connection[Record], ref: str) -> bool:
    return bool(await conn.fetchval(SLIP_TAKEN, ref))


async def usable(conn: Connection[Record], ref: str, office_id: int) -> bool:
    return bool(await conn.fetchval(USABLE, ref, office_id))


async def ref_of(conn: Connection[Record], number: str) -> str | None:
    """The reference of the blank with this reference, postal number or tracking code."""
    return cast("str | None", await conn.fetchval(REF_OF, number))


class Behind(Struct, frozen=True, kw_only=True):
    """What a sheet's order says for the form it is entered with."""

    number: str
    at: datetime
    name: str
    phone: str | None
    address: str
    note: str
    procedure_id: int | None
    procedure: str | None
    agency_id: int | None


BEHIND = """
SELECT o.number, e.at, p.full_name AS name, p.phone, p.address, p.note, o.procedure_id,
       q.name_vi AS procedure, o.agency_id
  FROM pickup_sheet s
  JOIN pickup o ON o.id = s.pickup_id
  JOIN party p ON p.id = o.party_id
  JOIN pickup_event e ON e.pickup_id = o.id AND e.act = 'collect'
  LEFT JOIN procedure q ON q.id = o.procedure_id
 WHERE s.ref = $1
 ORDER BY e.id DESC
 LIMIT 1
"""


async def behind(conn: Connection[Record], ref: str) -> Behind | None:
    """The order whose papers lie with the sheet *ref*, if any."""
    return convert(await conn.fetchrow(BEHIND, ref), Behind | None)


class News(Struct, frozen=True, kw_only=True):
    """A line its citizen is owed a message about, and what the message may say."""

    event_id: int
    pickup_id: int
    party_id: int
    number: str
    act: Act
    state: State
    at: datetime
    reason: str | None
    facts: dict[str, Any]
    day: date
    office_id: int
    office: str
    hotline: str
    courier: str | None
    courier_phone: str | None
    codes_today: int


# Each line is taken by one worker. How often the number was sent a code counts across orders:
# nobody makes a telephone ring by asking again and again.
TAKE_NEWS = """
WITH taken AS (
    DELETE FROM pickup_news
     WHERE event_id IN (SELECT event_id FROM pickup_news
                         ORDER BY event_id LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING event_id
)
SELECT e.id AS event_id, o.id AS pickup_id, o.party_id, o.number, e.act, e.state, e.at, e.reason,
       e.facts, coalesce(o.ride_on, o.day) AS day,
       o.office_id, f.name AS office, f.hotline, c.given_name AS courier, c.phone AS courier_phone,
       (SELECT count(*)
          FROM party same
          JOIN sms s ON s.recipient_id = same.id
         WHERE same.phone_index = p.phone_index AND s.template = 'pickup_code'
           AND s.drafted_at > $2) AS codes_today
  FROM taken
  JOIN pickup_event e ON e.id = taken.event_id
  JOIN pickup o ON o.id = e.pickup_id
  JOIN party p ON p.id = o.party_id
  JOIN office f ON f.id = o.office_id
  LEFT JOIN person c ON c.id = o.courier_id
 ORDER BY e.id
"""


async def take_news(conn: Connection[Record], limit: int, since: datetime) -> Sequence[News]:
    return convert(await conn.fetch(TAKE_NEWS, limit, since), list[News])


# Somebody has seen to it, whatever became of it.
CLOSE_TASKS = """
UPDATE task SET done_at = $2 WHERE cause = ANY($1::text[]) AND done_at IS NULL
"""


async def close_tasks(conn: Connection[Record], causes: Sequence[str], at: datetime) -> None:
    await conn.execute(CLOSE_TASKS, list(causes), at)


LINES_OF = "SELECT id FROM pickup_event WHERE pickup_id = $1 AND id < $2"


async def lines_before(conn: Connection[Record], news: News) -> list[int]:
    rows = await conn.fetch(LINES_OF, news.pickup_id, news.event_id)
    return [row["id"] for row in rows]
