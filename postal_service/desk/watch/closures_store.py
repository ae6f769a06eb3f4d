"""SQL of closures. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Closure(Struct, frozen=True, kw_only=True):
    """Something nobody reaches; communes by their GSO code. ``held``: how many papers it holds."""

    id: int
    kind: str
    office_id: int
    office: str
    commune: str | None
    from_commune: str | None
    reason: str
    reason_vi: str
    starts_at: datetime
    until_day: date
    declared_by: int
    who: str
    form_id: UUID
    held: int


STANDING = """
SELECT c.id, c.kind, c.office_id, o.name AS office, c.commune, c.from_commune, c.reason,
       r.name_vi AS reason_vi, c.starts_at, c.until_day, c.declared_by, p.full_name AS who,
       c.form_id,
       (SELECT count(*)
          FROM closure_notice n
          JOIN consignment i ON i.id = n.consignment_id
         WHERE n.closure_id = c.id
           AND i.stage IN ('accepted', 'to_agency', 'ready', 'to_office', 'at_office', 'out'))
           AS held
  FROM closure c
  JOIN office o ON o.id = c.office_id
  JOIN reason r ON r.code = c.reason
  JOIN person p ON p.id = c.declared_by
 WHERE c.lifted_at IS NULL AND ($1::bigint IS NULL OR c.office_id = $1)
 ORDER BY c.starts_at, c.id
"""


async def standing(conn: Connection[Record], office_id: int | None) -> list[Closure]:
    return convert(await conn.fetch(STANDING, office_id), list[Closure])


# The second click finds the first one's row.
DECLARE = """
INSERT INTO closure AS c (kind, office_id, commune, from_commune, reason, starts_at, until_day,
                          declared_by, declared_at, form_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6, $9)
    ON CONFLICT (form_id) DO NOTHING
"""


class New(Struct, frozen=True, kw_only=True):
    """A closure as it is declared."""

    kind: str
    office_id: int
    commune: str | None
    from_commune: str | None
    reason: str
    until_day: date
    form_id: UUID


async def declare(conn: Connection[Record], new: New, by: int, at: datetime) -> None:
    await conn.execute(
        DECLARE,
        new.kind,
        new.office_id,
        new.commune,
        new.from_commune,
        new.reason,
        at,
        new.until_day,
        by,
        new.form_id,
    )


LIFT = """
UPDATE closure SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL
"""


async def lift(conn: Connection[Record], closure_id: int, by: int, at: datetime) -> None:
    await conn.execute(LIFT, closure_id, by, at)


class Known(Struct, frozen=True, kw_only=True):
    """A closure, lifted or not, as it was declared."""

    kind: str
    office_id: int
    commune: str | None
    from_commune: str | None
    reason: str
    until_day: date


FIND = """
SELECT kind, office_id, commune, from_commune, reason, until_day
  FROM closure
 WHERE id = $1 AND ($2::bigint IS NULL OR office_id = $2)
   FOR NO KEY UPDATE
"""


async def find(conn: Connection[Record], closure_id: int, office_id: int | None) -> Known | None:
    return convert(await conn.fetchrow(FIND, closure_id, office_id), Known | None)


class Turn(Struct, frozen=True, kw_only=True):
    """A closure whose papers are to be looked through now."""

    id: int
    kind: str
    office_id: int
    commune: str | None
    reason: str
    until_day: date
    declared_by: int
    form_id: UUID


# Any number of workers share the closures; a lock that is taken is somebody else's turn.
TAKE_TURN = """
UPDATE closure SET looked_at = $1
 WHERE id = (SELECT id FROM closure
              WHERE lifted_at IS NULL AND (looked_at IS NULL OR looked_at <= $2)
              ORDER BY looked_at NULLS FIRST, id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id, kind, office_id, commune, reason, until_day, declared_by, form_id
"""


async def take_turn(conn: Connection[Record], now: datetime, before: datetime) -> Turn | None:
    """A standing closure nobody has looked through since *before*; now it is looked through."""
    return convert(await conn.fetchrow(TAKE_TURN, now, before), Turn | None)


class Waiting(Struct, frozen=True, kw_only=True):
    """A paper the post has to carry: to a door, by the address as it was given, or to a desk."""

    id: int
    dossier_id: int
    address: str | None
    seat: str | None


# Where each paper goes next: a result that is due at home goes to its door, and before that it
# lies at the agency's desk; everything outbound goes to a desk. The rest stays at the counter.
UNDER_WAY = """
SELECT c.id, c.dossier_id,
       CASE WHEN c.stage IN ('accepted', 'to_agency', 'ready')
            THEN coalesce(g.seat_unit_2025, g.unit_code) END AS seat,
       CASE WHEN c.leg = 'R' AND d.return_way = 'home'
                 AND c.stage IN ('ready', 'to_office', 'at_office', 'out') THEN p.address END
           AS address
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN party p ON p.id = d.receiver_id
  JOIN agency g ON g.id = c.agency_id
 WHERE c.office_id = $1 AND c.id > $3
   AND c.stage IN ('accepted', 'to_agency', 'ready', 'to_office', 'at_office', 'out')
   AND NOT EXISTS (SELECT FROM closure_notice n
                    WHERE n.closure_id = $2 AND n.consignment_id = c.id)
 ORDER BY c.id
 LIMIT $4
"""


async def under_way(
    conn: Connection[Record], closure: Turn, *, after: int, limit: int
) -> list[Waiting]:
    """What the closure may hold up and has not been noted, by id from *after* on."""
    rows = await conn.fetch(UNDER_WAY, closure.office_id, closure.id, after, limit)
    return convert(rows, list[Waiting])


NOTE = """
INSERT INTO closure_notice (closure_id, consignment_id, dossier_id, at)
SELECT $1, consignment_id, dossier_id, $4
  FROM unnest($2::bigint[], $3::bigint[]) AS n(consignment_id, dossier_id)
    ON CONFLICT DO NOTHING
"""


async def note(
    conn: Connection[Record], closure_id: int, held: Sequence[Waiting], at: datetime
) -> None:
    ids, dossiers = [item.id for item in held], [item.dossier_id for item in held]
    await conn.execute(NOTE, closure_id, ids, dossiers, at)


class Hold(Struct, frozen=True, kw_only=True):
    """What keeps a dossier from moving now: from which day, until which, and why."""

    from_at: datetime
    until_day: date
    reason: str


# The closure that lasts longest, of those that hold the dossier's papers now.
HOLD_ON = """
SELECT c.starts_at AS from_at, c.until_day, c.reason
  FROM closure_notice n
  JOIN closure c ON c.id = n.closure_id
  JOIN consignment i ON i.id = n.consignment_id
 WHERE n.dossier_id = $1 AND c.lifted_at IS NULL
   AND i.stage IN ('accepted', 'to_agency', 'ready', 'to_office', 'at_office', 'out')
 ORDER BY c.until_day DESC, c.id
 LIMIT 1
"""


async def hold_on(conn: Connection[Record], dossier_id: int) -> Hold | None:
    return convert(await conn.fetchrow(HOLD_ON, dossier_id), Hold | None)


class Held(Struct, frozen=True, kw_only=True):
    """One paper on the list of what is held up. No name in it."""

    s10: str
    ref: str
    leg: str
    stage: str
    agency: str
    expected_on: date
    at: datetime


HELD_BY = """
SELECT i.s10, d.ref, i.leg, i.stage, g.short_name AS agency, d.expected_on, n.at
  FROM closure_notice n
  JOIN closure c ON c.id = n.closure_id
  JOIN consignment i ON i.id = n.consignment_id
  JOIN dossier d ON d.id = n.dossier_id
  JOIN agency g ON g.id = i.agency_id
 WHERE n.closure_id = $1 AND ($2::bigint IS NULL OR c.office_id = $2)
   AND i.stage IN ('accepted', 'to_agency', 'ready', 'to_office', 'at_office', 'out')
 ORDER BY d.expected_on, i.id
 LIMIT 2000
"""


async def held_by(conn: Connection[Record], closure_id: int, office_id: int | None) -> list[Held]:
    return convert(await conn.fetch(HELD_BY, closure_id, office_id), list[Held])


class Stay(Struct, frozen=True, kw_only=True):
    """A paper that stays where it is: until which day, and why."""

    id: int
    until_day: date
    reason: str


# Of the closures that hold one paper, the one that lasts longest says why.
HELD_AT = """
SELECT DISTINCT ON (n.consignment_id) n.consignment_id AS id, c.until_day, r.name_vi AS reason
  FROM closure c
  JOIN closure_notice n ON n.closure_id = c.id
  JOIN reason r ON r.code = c.reason
 WHERE c.office_id = $1 AND c.lifted_at IS NULL
 ORDER BY n.consignment_id, c.until_day DESC, c.id
"""


async def held_at(conn: Connection[Record], office_id: int) -> list[Stay]:
    return convert(await conn.fetch(HELD_AT, office_id), list[Stay])
