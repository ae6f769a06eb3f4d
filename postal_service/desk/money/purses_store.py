"""SQL of couriers' purses, of their limits, and of who let them go once. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.lines import Moved


class Purse(Struct, frozen=True, kw_only=True):
    """What one courier holds for an office, and how much he may. ``demo``: an invented limit."""

    courier_id: int
    full_name: str
    username: str
    office_id: int
    office: str
    held: int
    limit_vnd: int
    demo: bool

    @property
    def over(self) -> bool:
        return self.held > self.limit_vnd


SELECT_PURSE = """
SELECT p.id AS courier_id, p.full_name, p.username, o.id AS office_id, o.name AS office,
       purse_of(o.id, p.id) AS held, most.limit_vnd, most.demo
  FROM person p
 CROSS JOIN office o
 CROSS JOIN LATERAL (
       SELECT l.limit_vnd, l.demo
         FROM purse_limit l
        WHERE (l.person_id = p.id OR l.person_id IS NULL)
          AND (l.office_id = o.id OR l.office_id IS NULL)
          AND l.from_day <= $1
        ORDER BY l.person_id NULLS LAST, l.office_id NULLS LAST, l.from_day DESC
        LIMIT 1) most
"""
# Couriers of the office, and those who left it with money.
AT_OFFICE = (
    SELECT_PURSE
    + """
 WHERE o.id = $2
   AND ((p.role = 'courier' AND p.active AND p.office_id = o.id)
        OR (EXISTS (SELECT FROM account a
                     WHERE a.kind = 'purse' AND a.office_id = o.id AND a.person_id = p.id)
            AND purse_of(o.id, p.id) <> 0))
 ORDER BY p.given_name, p.full_name, p.id
"""
)
OF_COURIER = (
    SELECT_PURSE
    + """
 WHERE p.id = $2
   AND (p.office_id = o.id
        OR (EXISTS (SELECT FROM account a
                     WHERE a.kind = 'purse' AND a.office_id = o.id AND a.person_id = p.id)
            AND purse_of(o.id, p.id) <> 0))
 ORDER BY p.office_id = o.id DESC, o.id
"""
)


async def at_office(conn: Connection[Record], office_id: int, day: date) -> list[Purse]:
    return convert(await conn.fetch(AT_OFFICE, day, office_id), list[Purse])


async def of_courier(conn: Connection[Record], courier_id: int, day: date) -> list[Purse]:
    """One for each office he ever carried money for, today's first."""
    return convert(await conn.fetch(OF_COURIER, day, courier_id), list[Purse])


LINES = """
SELECT entry_id, kind, key, means, at, posted_at, office_code, receipt_day, receipt_no, ref,
       by_whom, other, why, reversed, state_fee, state_charge, postage, collection, cod, cash
  FROM lines_of_purse($1, $2)
"""


async def lines(conn: Connection[Record], office_id: int, courier_id: int) -> list[Moved]:
    return convert(await conn.fetch(LINES, office_id, courier_id), list[Moved])


# Two clerks who count one courier's money take turns.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('purse'), $1::bigint::integer)"


async def take_turns(conn: Connection[Record], courier_id: int) -> None:
    await conn.execute(TAKE_TURNS, courier_id)


# What a list of papers asks its receivers for.
PAYING = """
SELECT c.s10
  FROM consignment c
 CROSS JOIN LATERAL to_collect(c.dossier_id, c.leg) m
 WHERE c.s10 = ANY($1::text[]) AND m.collect_vnd > 0
 ORDER BY c.s10
"""


async def paying(conn: Connection[Record], s10s: Sequence[str]) -> list[str]:
    return [row["s10"] for row in await conn.fetch(PAYING, list(s10s))]


class Leave(Struct, frozen=True, kw_only=True):
    """A supervisor's word that a courier may go once more; ``used_at``: when a list took it."""

    given_at: datetime
    giver: str
    why: str
    used_at: datetime | None


class NewLeave(Struct, frozen=True, kw_only=True):
    id: UUID
    office_id: int
    courier_id: int
    given_by: int
    given_at: datetime
    why: str


ADD_LEAVE = """
INSERT INTO purse_leave (id, office_id, person_id, given_by, given_at, why)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING
"""


async def add_leave(conn: Connection[Record], new: NewLeave) -> None:
    await conn.execute(
        ADD_LEAVE, new.id, new.office_id, new.courier_id, new.given_by, new.given_at, new.why
    )


# One list takes it, whoever asks first.
OPEN_LEAVE = """
SELECT id FROM purse_leave
 WHERE office_id = $1 AND person_id = $2 AND used_for IS NULL
 ORDER BY given_at
 LIMIT 1
   FOR UPDATE SKIP LOCKED
"""


async def open_leave(conn: Connection[Record], office_id: int, courier_id: int) -> UUID | None:
    return cast("UUID | None", await conn.fetchval(OPEN_LEAVE, office_id, courier_id))


USE_LEAVE = "UPDATE purse_leave SET used_for = $2, used_at = $3 WHERE id = $1"


async def use_leave(conn: Connection[Record], id_: UUID, form_id: UUID, at: datetime) -> None:
    await conn.execute(USE_LEAVE, id_, form_id, at)


LEAVES = """
SELECT a.given_at, g.full_name AS giver, a.why, a.used_at
  FROM purse_leave a
  JOIN person g ON g.id = a.given_by
 WHERE a.office_id = $1 AND a.person_id = $2
 ORDER BY a.given_at DESC
 LIMIT 10
"""


async def leaves(conn: Connection[Record], office_id: int, courier_id: int) -> list[Leave]:
    return convert(await conn.fetch(LEAVES, office_id, courier_id), list[Leave])


class NewLimit(Struct, frozen=True, kw_only=True):
    """``courier_id`` None: for everybody of the office."""

    office_id: int
    courier_id: int | None
    from_day: date
    limit_vnd: int
    set_by: int
    set_at: datetime


ADD_LIMIT = """
INSERT INTO purse_limit (office_id, person_id, from_day, limit_vnd, set_by, set_at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING
"""


async def add_limit(conn: Connection[Record], new: NewLimit) -> bool:
    """False where that day has its limit already."""
    done = await conn.execute(
        ADD_LIMIT,
        new.office_id,
        new.courier_id,
        new.from_day,
        new.limit_vnd,
        new.set_by,
        new.set_at,
    )
    return done == "INSERT 0 1"


class Counted(Struct, frozen=True, kw_only=True):
    """A pay-in as its receipt tells it."""

    entry_id: int
    at: datetime
    courier: str
    clerk: str
    paid: int
    difference: int
    why: str
    notes: dict[str, int]
    held: int


ADD_COUNT = """
INSERT INTO purse_count (entry_id, held_vnd, notes) VALUES ($1, $2, $3)
"""


async def add_count(
    conn: Connection[Record], entry_id: int, held: int, notes: dict[str, int]
) -> None:
    await conn.execute(ADD_COUNT, entry_id, held, notes)


# The two entries of one pay-in share their key: what was paid, and what did not fit.
COUNT_OF = """
SELECT e.id AS entry_id, e.posted_at AS at, c.full_name AS courier, k.full_name AS clerk,
       coalesce((SELECT sum(p.amount_vnd) FROM posting p JOIN account a ON a.id = p.account_id
                  WHERE p.entry_id = e.id AND e.kind = 'pay_in' AND a.kind = 'till'), 0)::bigint
           AS paid,
       coalesce((SELECT sum(p.amount_vnd)
                   FROM entry x
                   JOIN posting p ON p.entry_id = x.id
                   JOIN account a ON a.id = p.account_id AND a.kind = 'purse'
                  WHERE x.kind = 'difference' AND x.key = e.key), 0)::bigint AS difference,
       coalesce((SELECT x.why FROM entry x WHERE x.kind = 'difference' AND x.key = e.key), '')
           AS why,
       n.notes, n.held_vnd AS held
  FROM purse_count n
  JOIN entry e ON e.id = n.entry_id
  JOIN person c ON c.id = e.other_id
  JOIN person k ON k.id = e.person_id
 WHERE e.id = $1 AND e.office_id = $2
"""


async def count_of(conn: Connection[Record], entry_id: int, office_id: int) -> Counted | None:
    return convert(await conn.fetchrow(COUNT_OF, entry_id, office_id), Counted | None)
