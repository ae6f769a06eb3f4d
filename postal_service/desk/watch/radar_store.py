"""SQL of the radar: which office's turn it is, and what has gone silent there. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.watch.radar_rules import Silence, Step

LADDER = """
SELECT rule, step, after_hours, receiver
  FROM escalation
 WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
 ORDER BY rule, step
"""


async def ladder(conn: Connection[Record], day: date) -> list[Step]:
    return convert(await conn.fetch(LADDER, day), list[Step])


DUE_OFFICES = """
SELECT o.id
  FROM office o
  LEFT JOIN radar_look l ON l.office_id = o.id
 WHERE (o.valid_to IS NULL OR o.valid_to > $2::date)
   AND (l.looked_at IS NULL OR l.looked_at <= $1)
 ORDER BY l.looked_at NULLS FIRST, o.id
 LIMIT $3
"""


async def due_offices(
    conn: Connection[Record], before: datetime, day: date, limit: int
) -> list[int]:
    return [row["id"] for row in await conn.fetch(DUE_OFFICES, before, day, limit)]


LOOKED = """
INSERT INTO radar_look (office_id, looked_at) VALUES ($1, $2)
    ON CONFLICT (office_id) DO UPDATE SET looked_at = excluded.looked_at
"""


async def looked(conn: Connection[Record], office_id: int, at: datetime) -> None:
    await conn.execute(LOOKED, office_id, at)


# Any number of workers share the offices; one that died gives its office back with its lock.
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtext('radar'), $1::bigint::integer)"


async def take_turn(conn: Connection[Record], office_id: int) -> bool:
    """Whether nobody else looks at the office just now."""
    return cast("bool", await conn.fetchval(TAKE_TURN, office_id))


# One row a thing that waits, with the moment its silence began. An office hears of what it has
# in charge, of what is offered to it, and of what its agencies hold for its couriers. What a
# closure holds up is known, and what waits for the citizen to fetch it is hers to move.
SILENCES = """
WITH item AS (
    SELECT c.id, c.s10, c.leg, c.stage, c.holder_kind, c.holder_id, c.offered_kind, c.agency_id,
           d.ref, d.return_way, d.status, e.at
      FROM consignment c
      JOIN dossier d ON d.id = c.dossier_id
      JOIN LATERAL (SELECT at FROM event WHERE consignment_id = c.id
                     ORDER BY id DESC LIMIT 1) e ON true
     WHERE c.office_id = $1
       AND c.stage IN ('accepted', 'to_agency', 'offered', 'ready', 'to_office', 'at_office',
                       'out', 'missing')
), held AS (
    SELECT n.consignment_id, n.dossier_id
      FROM closure_notice n
      JOIN closure k ON k.id = n.closure_id
     WHERE k.office_id = $1 AND k.lifted_at IS NULL
       AND k.until_day >= ($4::timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
)
SELECT 'missing' AS rule, 'consignment:' || id AS subject, at AS since,
       jsonb_build_object('s10', s10, 'ref', ref, 'holder', holder_kind, 'holder_id', holder_id)
           AS facts
  FROM item WHERE stage = 'missing'
UNION ALL
-- silent since the first end of a working day after he had it
SELECT 'held_overnight', 'consignment:' || id,
       (date_trunc('day', (at + interval '6 hours') AT TIME ZONE 'Asia/Ho_Chi_Minh')
        + interval '18 hours') AT TIME ZONE 'Asia/Ho_Chi_Minh',
       jsonb_build_object('s10', s10, 'ref', ref, 'stage', stage, 'courier', holder_id)
  FROM item
 WHERE holder_kind = 'courier' AND stage IN ('to_agency', 'to_office', 'out')
   AND offered_kind IS NULL AND at < $3
UNION ALL
SELECT 'ready_uncollected', 'consignment:' || id, at,
       jsonb_build_object('s10', s10, 'ref', ref, 'agency', agency_id)
  FROM item WHERE stage = 'ready' AND at <= $2 AND id NOT IN (SELECT consignment_id FROM held)
UNION ALL
SELECT 'no_scan', 'consignment:' || id, at,
       jsonb_build_object('s10', s10, 'ref', ref, 'stage', stage)
  FROM item
 WHERE stage IN ('accepted', 'at_office') AND offered_kind IS NULL AND at <= $2
   AND id NOT IN (SELECT consignment_id FROM held)
   AND NOT (stage = 'at_office' AND (return_way = 'office' OR leg = 'B'))
   AND NOT (status IN (7, 8) AND leg IN ('F', 'S'))
   AND NOT (stage = 'at_office' AND EXISTS (
       SELECT FROM event v
        WHERE v.consignment_id = item.id
          AND (v.act = 'invite'
               OR (v.act = 'miss' AND v.facts ->> 'next' IN ('invite', 'hold_at_office')))))
UNION ALL
-- offered one by one, on no list
SELECT 'offer_unanswered', 'consignment:' || id, at,
       jsonb_build_object('s10', s10, 'ref', ref, 'stage', stage, 'courier',
                          CASE WHEN holder_kind = 'courier' THEN holder_id END)
  FROM item
 WHERE stage <> 'missing' AND (offered_kind IS NOT NULL OR stage = 'offered') AND at <= $2
   AND NOT EXISTS (SELECT FROM hand_over_line l
                    WHERE l.consignment_id = item.id AND l.outcome IS NULL)
UNION ALL
SELECT CASE WHEN h.kind = 'bag' AND h.state = 'offered'
            THEN 'bag_on_the_way' ELSE 'offer_unanswered' END,
       'hand_over:' || h.id, coalesce(h.opened_at, h.offered_at),
       jsonb_build_object('number', h.number, 'kind', h.kind, 'waiting', w.lines,
                          'taker', h.taker_kind, 'taker_id', h.taker_id,
                          'giver', h.giver_kind, 'giver_id', h.giver_id)
  FROM hand_over h
  JOIN LATERAL (SELECT count(*) AS lines FROM hand_over_line l
                 WHERE l.hand_over_id = h.id AND l.outcome IS NULL) w ON w.lines > 0
 WHERE h.state IN ('offered', 'open') AND coalesce(h.opened_at, h.offered_at) <= $2
   AND (h.office_id = $1 OR (h.taker_kind = 'office' AND h.taker_id = $1))
UNION ALL
SELECT 'agency_at_risk', 'dossier:' || d.id, d.due_at - interval '1 day',
       jsonb_build_object('ref', d.ref, 'due', d.due_at, 'agency', d.agency_id)
  FROM dossier d
 WHERE d.office_id = $1 AND d.status IN (2, 4) AND d.due_at <= $4::timestamptz + interval '1 day'
UNION ALL
SELECT 'post_at_risk', 'dossier:' || d.id,
       d.expected_on::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
       jsonb_build_object('ref', d.ref, 'expected', d.expected_on)
  FROM dossier d
 WHERE d.office_id = $1 AND d.status = 1
   AND d.expected_on <= ($4::timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
   AND d.id NOT IN (SELECT dossier_id FROM held)
UNION ALL
SELECT 'call_waiting', 'task:' || t.id, t.opened_at, jsonb_build_object('ref', d.ref)
  FROM task t
  JOIN dossier d ON d.id = t.dossier_id
 WHERE t.office_id = $1 AND t.kind = 'call_citizen' AND t.done_at IS NULL AND t.opened_at <= $2
"""


async def silences(
    conn: Connection[Record],
    office_id: int,
    *,
    before: datetime,
    evening: datetime,
    now: datetime,
) -> list[Silence]:
    """What has been silent since *before*, or held since *evening*."""
    return convert(await conn.fetch(SILENCES, office_id, before, evening, now), list[Silence])


class Homing(Struct, frozen=True, kw_only=True):
    """A result on its way home for a day and more: the post's own clock runs."""

    dossier_id: int
    ref: str
    agency_id: int
    hours_group: str
    decided_at: datetime


HOMING = """
SELECT d.id AS dossier_id, d.ref, d.agency_id, d.hours_group, d.processed_at AS decided_at
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
 WHERE c.office_id = $1 AND c.leg = 'R' AND d.processed_at < $2::timestamptz - interval '1 day'
   AND (c.stage IN ('ready', 'to_office', 'out')
        OR (c.stage = 'at_office' AND d.return_way = 'home' AND c.attempts = 0))
   AND NOT EXISTS (SELECT FROM closure_notice n
                     JOIN closure k ON k.id = n.closure_id
                    WHERE n.consignment_id = c.id AND k.lifted_at IS NULL
                      AND k.until_day >= ($2::timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
 ORDER BY d.id
"""


async def homing(conn: Connection[Record], office_id: int, now: datetime) -> list[Homing]:
    return convert(await conn.fetch(HOMING, office_id, now), list[Homing])
