"""SQL of the post's own clocks. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Leg

LIMITS_ON = """
SELECT zone, days
  FROM transit_limit
 WHERE valid_from <= $1 AND (valid_to IS NULL OR $1 < valid_to)
"""


async def limits_on(conn: Connection[Record], day: date) -> dict[str, int]:
    return {row["zone"]: row["days"] for row in await conn.fetch(LIMITS_ON, day)}


class Unpromised(Struct, frozen=True, kw_only=True):
    """A leg nobody has promised a day for yet."""

    consignment_id: int
    dossier_id: int
    leg: Leg
    office_id: int
    agency_id: int
    hours_group: str
    since: datetime


# A result's clock begins with the result; any other leg's with the line that opened it.
UNPROMISED = """
SELECT c.id AS consignment_id, c.dossier_id, c.leg, c.office_id, c.agency_id, d.hours_group,
       CASE WHEN c.leg = 'R' THEN coalesce(d.processed_at, e.at) ELSE e.at END AS since
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN LATERAL (SELECT at FROM event WHERE consignment_id = c.id ORDER BY id LIMIT 1) e ON true
 WHERE c.id > $1 AND c.stage <> 'cancelled'
   AND NOT EXISTS (SELECT 1 FROM leg_promise p WHERE p.consignment_id = c.id)
 ORDER BY c.id
 LIMIT $2
"""


async def unpromised(conn: Connection[Record], after: int, limit: int) -> list[Unpromised]:
    return convert(await conn.fetch(UNPROMISED, after, limit), list[Unpromised])


LAST_PROMISED = "SELECT coalesce(max(consignment_id), 0) FROM leg_promise"


async def last_promised(conn: Connection[Record]) -> int:
    return cast("int", await conn.fetchval(LAST_PROMISED))


PROMISE = """
INSERT INTO leg_promise (consignment_id, dossier_id, zone, days, since, promised_by)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (consignment_id) DO NOTHING
"""


async def promise(
    conn: Connection[Record],
    leg: Unpromised,
    zone: str,
    days: int,
    promised_by: date,
) -> None:
    await conn.execute(
        PROMISE, leg.consignment_id, leg.dossier_id, zone, days, leg.since, promised_by
    )


class LegPromise(Struct, frozen=True, kw_only=True):
    """By which day one leg was promised."""

    consignment_id: int
    s10: str
    leg: Leg
    zone: str
    days: int
    since: datetime
    promised_by: date


PROMISES_OF = """
SELECT p.consignment_id, c.s10, c.leg, p.zone, p.days, p.since, p.promised_by
  FROM leg_promise p
  JOIN consignment c ON c.id = p.consignment_id
 WHERE p.dossier_id = $1
 ORDER BY p.consignment_id
"""


async def promises_of(conn: Connection[Record], dossier_id: int) -> Sequence[LegPromise]:
    return convert(await conn.fetch(PROMISES_OF, dossier_id), list[LegPromise])


class LateLeg(Struct, frozen=True, kw_only=True):
    """A leg that is under way past its promised day."""

    ref: str
    s10: str
    leg: Leg
    stage: str
    holder_kind: str
    holder_id: int | None
    promised_by: date


# What waits at an office for the citizen to fetch it is not late, however long it waits.
LATE_LEGS = """
SELECT d.ref, c.s10, c.leg, c.stage, c.holder_kind, c.holder_id, p.promised_by
  FROM leg_promise p
  JOIN consignment c ON c.id = p.consignment_id
  JOIN dossier d ON d.id = c.dossier_id
 WHERE p.promised_by < $2
   AND c.stage NOT IN ('with_agency', 'delivered', 'given_back', 'cancelled', 'lost')
   AND NOT (c.stage = 'at_office' AND (d.return_way = 'office' OR c.attempts > 0))
   AND ($1::bigint IS NULL OR c.office_id = $1)
 ORDER BY p.promised_by, c.id
 LIMIT $3
"""


async def late_legs(
    conn: Connection[Record], office_id: int | None, day: date, limit: int
) -> list[LateLeg]:
    return convert(await conn.fetch(LATE_LEGS, office_id, day, limit), list[LateLeg])
