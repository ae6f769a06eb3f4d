"""SQL of a courier's work: what waits, what is in the bag, who is behind a door. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Leg, Stage


class Item(Struct, frozen=True, kw_only=True):
    """A consignment some courier of the office has to do something with. No name in it."""

    id: int
    s10: str
    leg: Leg
    stage: Stage
    agency_id: int
    ref: str
    procedure: str
    attempts: int


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
    procedure: str
    addressee_only: bool
    originals: list[str]
    receiver: str
    phone: str | None
    address: str
    note: str
    collect_vnd: int


# Papers going back to a citizen (leg B) wait at the counter; they are brought that far only.
ITEMS = """
SELECT c.id, c.s10, c.leg, c.stage, c.agency_id, d.ref, p.name_vi AS procedure, c.attempts
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
 WHERE c.office_id = $1
   AND ((c.leg = 'F' AND c.stage = 'accepted')
        OR c.stage = 'ready'
        OR (c.leg = 'R' AND c.stage = 'at_office' AND d.return_way = 'home')
        OR (c.holder_kind = 'courier' AND c.holder_id = $2
            AND c.stage IN ('to_agency', 'offered', 'to_office', 'out')))
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


# The office is asked for too: an id alone opens nobody else's door.
DOORS = """
SELECT c.id, c.s10, c.stage, c.attempts, d.ref, p.name_vi AS procedure,
       p.to_addressee_only AS addressee_only, p.originals_to_withdraw AS originals,
       who.full_name AS receiver, who.phone, who.address, who.note,
       coalesce(i.postage_back_vnd, 0) AS collect_vnd
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party who ON who.id = d.receiver_id
  LEFT JOIN intake i ON i.dossier_id = d.id
 WHERE c.id = ANY($1::bigint[]) AND c.office_id = $2 AND c.leg = 'R'
 ORDER BY c.id
"""


async def doors(
    conn: Connection[Record], consignment_ids: Sequence[int], office_id: int
) -> list[Door]:
    return convert(await conn.fetch(DOORS, consignment_ids, office_id), list[Door])


class Handing(Struct, frozen=True, kw_only=True):
    """What the law of handing over needs to know of one consignment."""

    s10: str
    id: int
    addressee_only: bool
    addressee: str


# Of the caller's own office alone: what else exists is not told by a refusal.
HANDINGS = """
SELECT c.s10, c.id, p.to_addressee_only AS addressee_only, who.full_name AS addressee
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party who ON who.id = d.receiver_id
 WHERE c.s10 = ANY($1::text[]) AND c.office_id = $2
"""


async def handings(
    conn: Connection[Record], s10s: Sequence[str], office_id: int | None
) -> list[Handing]:
    return convert(await conn.fetch(HANDINGS, s10s, office_id), list[Handing])


# Written with the event it proves. A repeat changes nothing and gets back what was written first.
PROVE = """
INSERT INTO delivery_proof AS proof (scan_id, receiver_name, relation) VALUES ($1, $2, $3)
    ON CONFLICT (scan_id) DO UPDATE SET receiver_name = proof.receiver_name
RETURNING receiver_name
"""


async def prove(conn: Connection[Record], scan_id: UUID, receiver: str, relation: str) -> str:
    """Keep who took it, and say who was kept: the first to be written stays."""
    kept: str = await conn.fetchval(PROVE, scan_id, receiver, relation)
    return kept


class Recorded(Struct, frozen=True, kw_only=True):
    scan_id: UUID
    at: datetime


RECORDED = "SELECT scan_id, at FROM event WHERE scan_id = ANY($1::uuid[])"


async def recorded(conn: Connection[Record], scan_ids: Sequence[UUID]) -> list[Recorded]:
    """When the acts with these ids happened, of those that did."""
    return convert(await conn.fetch(RECORDED, scan_ids), list[Recorded])
