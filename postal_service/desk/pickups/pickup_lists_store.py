"""SQL of which orders stand on whose list. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.pickups.pickup_moves import State

OF_OFFICE = """
SELECT o.id
  FROM pickup o
 WHERE (o.office_id = $1 OR o.taken_at = $1) AND o.state = ANY($2::text[])
 ORDER BY o.day, o.id
 LIMIT $3
"""


async def of_office(
    conn: Connection[Record], office_id: int, states: Sequence[State], limit: int
) -> list[int]:
    return [row["id"] for row in await conn.fetch(OF_OFFICE, office_id, list(states), limit)]


LATELY = """
SELECT id
  FROM pickup
 WHERE (office_id = $1 OR taken_at = $1) AND state = ANY($2::text[]) AND day >= $3
 ORDER BY id DESC
 LIMIT $4
"""


async def lately(
    conn: Connection[Record], office_id: int, states: Sequence[State], since: date, limit: int
) -> list[int]:
    """What ended at the office, the newest first."""
    rows = await conn.fetch(LATELY, office_id, list(states), since, limit)
    return [row["id"] for row in rows]


# Papers at a courier's that nobody has entered, whichever day they were fetched.
UNENTERED = """
SELECT DISTINCT o.id
  FROM pickup o
  JOIN pickup_sheet s ON s.pickup_id = o.id
 WHERE o.office_id = $1 AND o.state = 'collected'
   AND NOT EXISTS (SELECT FROM dossier d WHERE d.ref = s.ref)
 LIMIT 500
"""


async def unentered(conn: Connection[Record], office_id: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(UNENTERED, office_id)]


OF_AGENCY = """
SELECT id FROM pickup
 WHERE channel = 'agency' AND agency_id = $1
 ORDER BY id DESC
 LIMIT $2
"""


async def of_agency(conn: Connection[Record], agency_id: int, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(OF_AGENCY, agency_id, limit)]


# Hers for today or left over from before, and those her round names whatever became of them.
OF_COURIER = """
SELECT id
  FROM pickup
 WHERE courier_id = $1 AND ((state = 'accepted' AND ride_on <= $2) OR id = ANY($3::bigint[]))
 ORDER BY id
"""


async def of_courier(
    conn: Connection[Record], courier_id: int, day: date, ids: Sequence[int]
) -> list[int]:
    rows = await conn.fetch(OF_COURIER, courier_id, day, list(ids))
    return [row["id"] for row in rows]


RIDING = "SELECT offices_that_ride() AS id"


async def riding(conn: Connection[Record]) -> set[int]:
    """Offices that have a courier."""
    return {row["id"] for row in await conn.fetch(RIDING)}


class Choice(Struct, frozen=True, kw_only=True):
    """A line of a list to choose from."""

    id: int
    name: str


# What may not be posted to the agency is not fetched for it either.
PROCEDURES = """
SELECT id, name_vi AS name
  FROM procedure
 WHERE bcci_forward AND daterange(valid_from, valid_to) @> $1::date
 ORDER BY folded
"""
AGENCIES = """
SELECT id, short_name AS name
  FROM agency
 WHERE daterange(valid_from, valid_to) @> $1::date
 ORDER BY level = 'commune', folded
"""


async def procedures(conn: Connection[Record], day: date) -> list[Choice]:
    return convert(await conn.fetch(PROCEDURES, day), list[Choice])


async def agencies(conn: Connection[Record], day: date) -> list[Choice]:
    return convert(await conn.fetch(AGENCIES, day), list[Choice])


# Nothing has happened to the order since, and none of its papers waits to be entered. The same
# person's dossier has a row of its own, with a term of its own.
OLD_SENDERS = """
SELECT p.id
  FROM pickup o
  JOIN party p ON p.id = o.party_id AND p.erased_at IS NULL
 WHERE CASE WHEN o.state = 'asked' THEN o.ordered_at < $2::timestamptz
            WHEN o.state IN ('refused', 'failed', 'collected') THEN
                 NOT EXISTS (SELECT FROM pickup_event e
                              WHERE e.pickup_id = o.id AND e.at >= $1::timestamptz)
                 AND $1::timestamptz IS NOT NULL
                 AND NOT EXISTS (SELECT FROM pickup_sheet s
                                  WHERE s.pickup_id = o.id
                                    AND NOT EXISTS (SELECT FROM dossier d WHERE d.ref = s.ref))
            ELSE false END
 ORDER BY p.id
 LIMIT $3
   FOR NO KEY UPDATE OF p SKIP LOCKED
"""


async def old_senders(
    conn: Connection[Record], ended: datetime | None, asked: datetime | None, limit: int
) -> list[int]:
    """People behind orders that ended before *ended*, or were never confirmed since *asked*."""
    rows = await conn.fetch(OLD_SENDERS, ended, asked, limit)
    return [row["id"] for row in rows]


# The line of the order goes on naming who had the papers; he need not see whose they were.
END_SIGHT = """
UPDATE pickup o SET courier_id = NULL
 WHERE o.courier_id IS NOT NULL AND o.state IN ('refused', 'failed', 'collected')
   AND NOT EXISTS (SELECT FROM pickup_event e WHERE e.pickup_id = o.id AND e.at >= $1)
   AND NOT EXISTS (SELECT FROM pickup_sheet s
                    WHERE s.pickup_id = o.id
                      AND NOT EXISTS (SELECT FROM dossier d WHERE d.ref = s.ref))
"""


async def end_sight(conn: Connection[Record], before: datetime) -> None:
    """Let couriers forget doors they have been at."""
    await conn.execute(END_SIGHT, before)
