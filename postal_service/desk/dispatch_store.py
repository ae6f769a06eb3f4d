"""SQL of a courier's work: what waits, what is in the bag, who is behind a door. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.door.originals import Original, owed
from postal_service.desk.money.due import Due
from tracking.stages import Leg, Stage


class Item(Struct, frozen=True, kw_only=True):
    """A consignment some courier of the office has to do something with. No name in it.

    ``mine``: in this courier's hands. ``offered``: waits for her answer, on the list
    ``number`` if it stands on one. ``waiting``: hers, and waits for another's answer.
    """

    id: int
    s10: str
    leg: Leg
    stage: Stage
    agency_id: int
    ref: str
    procedure: str
    attempts: int
    mine: bool
    offered: bool
    waiting: bool
    number: str | None
    giver: str | None
    next: str | None


class Desk(Struct, frozen=True, kw_only=True):
    """An agency as a courier needs it. ``seats``: units it may stand in, the likeliest first."""

    id: int
    name: str
    address: str
    phone: str | None
    hours_group: str
    seats: list[str]


class Door(Struct, frozen=True, kw_only=True):
    """Where a result goes, and to whom: for the eyes of the courier who brings it."""

    id: int
    s10: str
    stage: Stage
    attempts: int
    ref: str
    leg: Leg
    procedure: str
    addressee_only: bool
    asked: list[str]
    carried: list[str]
    taken: bool
    receiver: str
    phone: str | None
    address: str
    note: str
    collect_vnd: int
    due: list[Due]
    next: str | None

    @property
    def originals(self) -> tuple[Original, ...]:
        """What has to be taken back before the result is handed over."""
        return owed(self.asked, self.carried, taken=self.taken)


# What is offered to somebody else is that one's to carry. What its citizen fetches waits at the
# counter: a result or refused papers (leg B), each as she chose.
ITEMS = """
WITH hers AS (
    SELECT id FROM consignment
     WHERE offered_kind = 'courier' AND offered_id = $2
       AND stage IN ('accepted', 'to_agency', 'to_office', 'at_office', 'out')
    UNION
    SELECT id FROM consignment
     WHERE holder_kind = 'courier' AND holder_id = $2
       AND stage IN ('to_agency', 'offered', 'to_office', 'out')
    UNION
    SELECT c.id
      FROM consignment c
      JOIN dossier d ON d.id = c.dossier_id
     WHERE c.office_id = $1 AND c.offered_kind IS NULL
       AND c.stage IN ('accepted', 'ready', 'at_office')
       AND (c.stage <> 'at_office' OR (c.leg = 'R' AND d.return_way = 'home')
            OR (c.leg = 'B' AND d.papers_back = 'home'))
)
SELECT c.id, c.s10, c.leg, c.stage, c.agency_id, d.ref, p.name_vi AS procedure, c.attempts,
       mine.so AS mine, offered.so AS offered, mine.so AND c.offered_kind IS NOT NULL AS waiting,
       list.number, giver.full_name AS giver,
       CASE WHEN c.stage = 'out' AND c.attempts > 0 THEN
           (SELECT e.facts ->> 'next' FROM event e
             WHERE e.consignment_id = c.id AND e.act = 'miss'
               AND NOT EXISTS (SELECT FROM event u WHERE u.undoes = e.scan_id)
               AND e.id > (SELECT coalesce(max(t.id), 0) FROM event t
                            WHERE t.consignment_id = c.id AND t.act = 'take_in')
             ORDER BY e.id DESC LIMIT 1) END AS next
  FROM hers
  JOIN consignment c ON c.id = hers.id
 CROSS JOIN LATERAL (SELECT c.holder_kind = 'courier' AND c.holder_id = $2 AS so) mine
 CROSS JOIN LATERAL (
       SELECT coalesce(c.offered_kind = 'courier' AND c.offered_id = $2, false) AS so) offered
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  LEFT JOIN person giver ON offered.so AND c.holder_kind = 'courier' AND giver.id = c.holder_id
  LEFT JOIN hand_over_line line ON line.consignment_id = c.id AND line.outcome IS NULL
  LEFT JOIN hand_over list ON list.id = line.hand_over_id
 ORDER BY c.id
"""


async def items(conn: Connection[Record], office_id: int, courier_id: int) -> list[Item]:
    """What waits for a courier of the office, and what this one has in the bag."""
    return convert(await conn.fetch(ITEMS, office_id, courier_id), list[Item])


# A place on another courier's round is that courier's today.
TAKEN = """
SELECT DISTINCT s.reference
  FROM stop s
  JOIN round r ON r.id = s.round_id
 WHERE r.office_id = $1 AND r.courier_id <> $2 AND r.day = $3 AND r.state <> 'finished'
   AND s.outcome IS NULL
"""


async def taken(
    conn: Connection[Record], office_id: int, courier_id: int, day: date
) -> frozenset[str]:
    """The references on the open rounds of the office's other couriers."""
    return frozenset(
        row["reference"] for row in await conn.fetch(TAKEN, office_id, courier_id, day)
    )


# Two couriers who plan together take turns: the second sees what the first took.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('dispatch'), $1::bigint::integer)"


async def take_turns(conn: Connection[Record], office_id: int) -> None:
    await conn.execute(TAKE_TURNS, office_id)


DESKS = """
SELECT id, short_name AS name, address, phone, hours_group,
       array_remove(ARRAY[seat_unit_2025, seat_unit_2019, unit_code], NULL) AS seats
  FROM agency
 WHERE id = ANY($1::bigint[])
 ORDER BY id
"""


async def desks(conn: Connection[Record], agency_ids: Sequence[int]) -> list[Desk]:
    return convert(await conn.fetch(DESKS, agency_ids), list[Desk])


# The office is asked for too, or whose bag: an id alone opens nobody else's door.
DOORS = """
SELECT c.id, c.s10, c.stage, c.attempts, d.ref, c.leg, p.name_vi AS procedure,
       p.to_addressee_only AS addressee_only,
       CASE WHEN c.leg = 'R' THEN p.originals_to_withdraw ELSE '{}' END AS asked,
       ARRAY(SELECT n.name_vi FROM intake_document n
              WHERE n.dossier_id = d.id AND n.originals > 0
                AND EXISTS (SELECT FROM consignment f WHERE f.dossier_id = d.id AND f.leg = 'F')
       ) AS carried,
       EXISTS (SELECT FROM consignment o
                WHERE o.dossier_id = d.id AND o.leg = 'O'
                  AND o.stage NOT IN ('given_back', 'cancelled')) AS taken,
       who.full_name AS receiver, who.phone, who.address, who.note,
       (SELECT collect_vnd FROM to_collect(d.id, c.leg)) AS collect_vnd,
       due_with(d.id, c.leg) AS due,
       CASE WHEN c.stage = 'out' AND c.attempts > 0 THEN
           (SELECT e.facts ->> 'next' FROM event e
             WHERE e.consignment_id = c.id AND e.act = 'miss'
               AND NOT EXISTS (SELECT FROM event u WHERE u.undoes = e.scan_id)
               AND e.id > (SELECT coalesce(max(t.id), 0) FROM event t
                            WHERE t.consignment_id = c.id AND t.act = 'take_in')
             ORDER BY e.id DESC LIMIT 1) END AS next
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party who ON who.id = CASE WHEN c.leg = 'R' THEN d.receiver_id ELSE d.applicant_id END
 WHERE c.id = ANY($1::bigint[]) AND c.leg IN ('R', 'B')
   AND (c.office_id = $2 OR (c.holder_kind = 'courier' AND c.holder_id = $3)
        OR (c.offered_kind = 'courier' AND c.offered_id = $3))
 ORDER BY c.id
"""


async def doors(
    conn: Connection[Record], consignment_ids: Sequence[int], office_id: int, courier_id: int
) -> list[Door]:
    return convert(await conn.fetch(DOORS, consignment_ids, office_id, courier_id), list[Door])


# What a clerk hands over at the counter: a paper that lies there.
AT_COUNTER = """
SELECT id FROM consignment WHERE s10 = $1 AND holder_kind = 'office' AND holder_id = $2
"""


async def at_counter(conn: Connection[Record], s10: str, office_id: int) -> Door | None:
    """The paper with this number at the office's counter, and who may take it."""
    found: int | None = await conn.fetchval(AT_COUNTER, s10, office_id)
    if found is None:
        return None
    doors_found = await doors(conn, [found], office_id, 0)
    return next(iter(doors_found), None)


REF_OF = """
SELECT d.ref FROM consignment c JOIN dossier d ON d.id = c.dossier_id WHERE c.s10 = $1
"""


async def ref_of(conn: Connection[Record], s10: str) -> str:
    """The receipt number of the dossier whose paper this is."""
    found: str = await conn.fetchval(REF_OF, s10)
    return found


class Handing(Struct, frozen=True, kw_only=True):
    """What the law of handing over needs to know of one consignment.

    ``asked``: originals to take back; ``carried``: originals the first leg brought the
    agency; ``taken``: some were taken back at a hand-over before.
    """

    s10: str
    id: int
    dossier_id: int
    leg: Leg
    office_id: int
    attempts: int
    addressee_only: bool
    addressee: str
    asked: list[str]
    carried: list[str]
    taken: bool
    last_reason: str | None


# Of the caller's own office or in her bag: what else exists is not told by a refusal. The last
# reason counts since the result was last sent home.
HANDINGS = """
SELECT c.s10, c.id, c.dossier_id, c.leg, c.office_id, c.attempts,
       p.to_addressee_only AS addressee_only, who.full_name AS addressee,
       CASE WHEN c.leg = 'R' THEN p.originals_to_withdraw ELSE '{}' END AS asked,
       ARRAY(SELECT i.name_vi FROM intake_document i
              WHERE i.dossier_id = d.id AND i.originals > 0
                AND EXISTS (SELECT FROM consignment f WHERE f.dossier_id = d.id AND f.leg = 'F')
       ) AS carried,
       EXISTS (SELECT FROM consignment o
                WHERE o.dossier_id = d.id AND o.leg = 'O'
                  AND o.stage NOT IN ('given_back', 'cancelled')) AS taken,
       (SELECT e.facts ->> 'reason' FROM event e
         WHERE e.consignment_id = c.id AND e.act = 'miss'
           AND NOT EXISTS (SELECT FROM event u WHERE u.undoes = e.scan_id)
           AND e.id > (SELECT coalesce(max(r.id), 0) FROM event r
                        WHERE r.consignment_id = c.id AND r.act IN ('release', 'take_in'))
         ORDER BY e.id DESC LIMIT 1) AS last_reason
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party who ON who.id = CASE WHEN c.leg = 'R' THEN d.receiver_id ELSE d.applicant_id END
 WHERE c.s10 = ANY($1::text[])
   AND (c.office_id = $2 OR (c.holder_kind = 'courier' AND c.holder_id = $3)
        OR (c.offered_kind = 'courier' AND c.offered_id = $3))
"""


async def handings(
    conn: Connection[Record], s10s: Sequence[str], office_id: int | None, person_id: int
) -> list[Handing]:
    return convert(await conn.fetch(HANDINGS, s10s, office_id, person_id), list[Handing])


class Recorded(Struct, frozen=True, kw_only=True):
    scan_id: UUID
    at: datetime


RECORDED = "SELECT scan_id, at FROM event WHERE scan_id = ANY($1::uuid[])"


async def recorded(conn: Connection[Record], scan_ids: Sequence[UUID]) -> list[Recorded]:
    """When the acts with these ids happened, of those that did."""
    return convert(await conn.fetch(RECORDED, scan_ids), list[Recorded])
