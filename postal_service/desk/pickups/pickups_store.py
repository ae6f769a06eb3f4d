"""SQL of orders to fetch papers at home: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.pickups.pickup_moves import Act, State
from postal_service.fields import Wanted as Sought


class Slip(Struct, frozen=True, kw_only=True):
    """A printed sheet that a dossier was written on at the door; ``entered``: it has a dossier."""

    ref: str
    papers: int
    entered: bool


class Pickup(Struct, frozen=True, kw_only=True):
    """An order as it stands. ``told``: the end of its newest message, None where there was none."""

    id: int
    number: str
    channel: str
    state: State
    name: str
    phone: str | None
    texts: bool  #: the number takes messages
    address: str
    note: str
    office_id: int
    office: str
    hotline: str
    taken_at: int
    placed: bool
    agency_id: int | None
    agency: str | None
    procedure_id: int | None
    procedure: str | None
    dossiers: int
    day: date
    half: str
    ordered_at: datetime
    ordered_by: str | None
    courier_id: int | None
    courier: str | None
    ride_on: date | None
    ride_half: str | None
    changed_at: datetime
    reason: str | None
    told: str | None
    slips: list[Slip]

    @property
    def unentered(self) -> list[Slip]:
        """What the courier still holds: dossiers nobody has entered yet."""
        return [slip for slip in self.slips if not slip.entered]


# One select serves list and page: what differs is which orders, by $1 and $2.
PICKUPS = """
SELECT o.id, o.number, o.channel, o.state, p.full_name AS name, p.phone, p.sms_allowed AS texts,
       p.address, p.note, o.office_id, f.name AS office, f.hotline, o.taken_at, o.placed,
       o.agency_id, a.short_name AS agency, o.procedure_id, q.name_vi AS procedure, o.dossiers,
       o.day, o.half, o.ordered_at, w.full_name AS ordered_by, o.courier_id,
       c.full_name AS courier, o.ride_on, o.ride_half, e.at AS changed_at,
       r.name_vi AS reason, m.state AS told,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'ref', s.ref, 'papers', s.papers, 'entered', d.id IS NOT NULL)
                   ORDER BY s.ref), '[]')
          FROM pickup_sheet s
          LEFT JOIN dossier d ON d.ref = s.ref
         WHERE s.pickup_id = o.id) AS slips
  FROM pickup o
  JOIN party p ON p.id = o.party_id
  JOIN office f ON f.id = o.office_id
  LEFT JOIN agency a ON a.id = o.agency_id
  LEFT JOIN procedure q ON q.id = o.procedure_id
  LEFT JOIN person w ON w.id = o.ordered_by
  LEFT JOIN person c ON c.id = o.courier_id
  JOIN LATERAL (SELECT at, reason FROM pickup_event
                 WHERE pickup_id = o.id ORDER BY id DESC LIMIT 1) e ON true
  LEFT JOIN reason r ON r.code = e.reason
  LEFT JOIN LATERAL (SELECT s.state
                       FROM pickup_event v
                       JOIN sms s ON s.order_event_id = v.id AND s.state <> 'superseded'
                      WHERE v.pickup_id = o.id
                      ORDER BY s.id DESC LIMIT 1) m ON true
 WHERE o.id = ANY($1::bigint[])
 ORDER BY coalesce(o.ride_on, o.day), o.half DESC, o.id
"""


async def pickups(conn: Connection[Record], ids: Sequence[int]) -> list[Pickup]:
    """The orders with these ids, by the day they are for."""
    return convert(await conn.fetch(PICKUPS, list(ids)), list[Pickup])


ID_OF = "SELECT id FROM pickup WHERE number = $1"
ID_BEHIND = "SELECT id FROM pickup WHERE door = $1"


async def id_of(conn: Connection[Record], number: str) -> int | None:
    return cast("int | None", await conn.fetchval(ID_OF, number))


async def id_behind(conn: Connection[Record], door: str) -> int | None:
    return cast("int | None", await conn.fetchval(ID_BEHIND, door))


MADE_BY_FORM = "SELECT number FROM pickup WHERE form_id = $1"


async def made_by_form(conn: Connection[Record], form_id: UUID) -> str | None:
    return cast("str | None", await conn.fetchval(MADE_BY_FORM, form_id))


# The function looks at every office's orders where the caller may not, and tells a number alone.
OPEN_FOR_PHONE = "SELECT open_pickup_of(($1::blind).mark, $2, $3)"


async def open_for_phone(
    conn: Connection[Record], phone: str, day: date, but: int | None
) -> str | None:
    """The number of another order for that day by the same telephone."""
    found = await conn.fetchval(OPEN_FOR_PHONE, Sought("phone", phone), day, but)
    return cast("str | None", found)


class New(Struct, frozen=True, kw_only=True):
    """An order as it is written first."""

    number: str
    form_id: UUID
    channel: str
    ordered_by: int | None
    door: str | None
    party_id: int
    office_id: int
    taken_at: int
    placed: bool
    agency_id: int | None
    procedure_id: int | None
    dossiers: int
    day: date
    half: str
    ordered_at: datetime
    state: State


ADD = """
INSERT INTO pickup (number, form_id, channel, ordered_by, door, party_id, office_id, taken_at,
                    placed, agency_id, procedure_id, dossiers, day, half, ordered_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
RETURNING id
"""


async def add(conn: Connection[Record], new: New) -> int:
    values = [getattr(new, name) for name in New.__struct_fields__]
    return cast("int", await conn.fetchval(ADD, *values))


class Line(Struct, frozen=True, kw_only=True):
    """A line of an order's history."""

    form_id: UUID
    act: Act
    at: datetime
    person_id: int | None = None
    reason: str | None = None
    facts: dict[str, Any] = {}


class Standing(Struct, frozen=True, kw_only=True):
    """What of an order may change; locked until the transaction ends."""

    id: int
    state: State
    office_id: int
    placed: bool
    courier_id: int | None
    ride_on: date | None
    ride_half: str | None


LOCK = """
SELECT id, state, office_id, placed, courier_id, ride_on, ride_half
  FROM pickup
 WHERE id = $1
   FOR NO KEY UPDATE
"""


async def lock(conn: Connection[Record], pickup_id: int) -> Standing | None:
    return convert(await conn.fetchrow(LOCK, pickup_id), Standing | None)


HAPPENED = "SELECT true FROM pickup_event WHERE pickup_id = $1 AND form_id = $2"


async def happened(conn: Connection[Record], pickup_id: int, form_id: UUID) -> bool:
    """Whether the press with this id was heard before."""
    return bool(await conn.fetchval(HAPPENED, pickup_id, form_id))


# What the order is, its line and what its citizen is owed are one statement: none is seen alone.
MOVE = """
WITH moved AS (
    UPDATE pickup
       SET state = $2, office_id = $3, placed = $4, courier_id = $5, ride_on = $6, ride_half = $7
     WHERE id = $1
), line AS (
    INSERT INTO pickup_event (pickup_id, form_id, act, state, at, person_id, reason, facts)
    VALUES ($1, $8, $9, $2, $10, $11, $12, $13)
    RETURNING id
)
INSERT INTO pickup_news (event_id) SELECT id FROM line
"""


async def move(conn: Connection[Record], now_is: Standing, line: Line) -> None:
    """Write *line*, after which the order stands as *now_is* says."""
    stands = [getattr(now_is, name) for name in Standing.__struct_fields__]
    said = [getattr(line, name) for name in Line.__struct_fields__]
    await conn.execute(MOVE, *stands, *said)


ADD_SLIP = "INSERT INTO pickup_sheet (ref, pickup_id, papers) VALUES ($1, $2, $3)"


async def add_slips(
    conn: Connection[Record], pickup_id: int, slips: Sequence[tuple[str, int]]
) -> None:
    await conn.executemany(ADD_SLIP, [(ref, pickup_id, papers) for ref, papers in slips])
