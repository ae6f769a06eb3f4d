"""SQL of the people who work here, and of the links that start their accounts. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, cast

from asyncpg import Connection
from msgspec import Struct, convert

from postal_service import security_store
from postal_service.caller import Role


class Starting(Protocol):
    """What is known of somebody who begins."""

    @property
    def username(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def office_id(self) -> int | None: ...
    @property
    def agency_id(self) -> int | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def head(self) -> bool: ...


async def add(conn: Connection, new: Starting) -> int | None:
    """Add a person who cannot sign in yet; None when the user name is taken."""
    return await security_store.add_person(
        conn,
        username=new.username,
        full_name=new.full_name,
        given_name=new.full_name.split()[-1],
        role=new.role,
        office_id=new.office_id,
        agency_id=new.agency_id,
        phone=new.phone,
        password_hash=None,
        head=new.head,
    )


CHANGE = """
UPDATE person
   SET full_name = $2, given_name = $3, role = $4, office_id = $5, agency_id = $6, phone = $7,
       head = $8
 WHERE id = $1
"""


async def change(conn: Connection, person_id: int, new: Starting) -> None:
    await conn.execute(
        CHANGE,
        person_id,
        new.full_name,
        new.full_name.split()[-1],
        new.role,
        new.office_id,
        new.agency_id,
        new.phone,
        new.head,
    )


class Member(Struct, frozen=True, kw_only=True):
    """Somebody who works here; ``begun``: she has a password, ``enrolled``: an authenticator."""

    id: int
    username: str
    full_name: str
    role: Role
    office_id: int | None
    agency_id: int | None
    place: str  #: her office's or agency's name; empty for those of the whole province
    phone: str | None
    head: bool
    active: bool
    begun: bool
    enrolled: bool


MEMBER = """
SELECT p.id, p.username, p.full_name, p.role, p.office_id, p.agency_id,
       coalesce(o.name, a.name_vi, '') AS place, p.phone, p.head, p.active,
       p.password_hash IS NOT NULL AS begun,
       EXISTS (SELECT 1 FROM second_step s
                WHERE s.person_id = p.id AND s.enrolled_at IS NOT NULL) AS enrolled
  FROM person p
  LEFT JOIN office o ON o.id = p.office_id
  LEFT JOIN agency a ON a.id = p.agency_id
 WHERE p.id = $1
"""


async def member(conn: Connection, person_id: int) -> Member | None:
    return convert(await conn.fetchrow(MEMBER, person_id), Member | None)


NAMED = "SELECT id FROM person WHERE username = $1"


async def named(conn: Connection, username: str) -> Member | None:
    found = await conn.fetchval(NAMED, username)
    return await member(conn, found) if found is not None else None


# Those who left stand last; so many fit on a page that a find is the way to the others.
MEMBERS = """
SELECT p.id, p.username, p.full_name, p.role, p.office_id, p.agency_id,
       coalesce(o.name, a.name_vi, '') AS place, p.phone, p.head, p.active,
       p.password_hash IS NOT NULL AS begun,
       EXISTS (SELECT 1 FROM second_step s
                WHERE s.person_id = p.id AND s.enrolled_at IS NOT NULL) AS enrolled
  FROM person p
  LEFT JOIN office o ON o.id = p.office_id
  LEFT JOIN agency a ON a.id = p.agency_id
 WHERE ($2::bigint IS NULL OR p.office_id = $2) AND ($3::bigint IS NULL OR p.agency_id = $3)
   AND vn_fold(p.full_name || ' ' || p.username || ' ' || coalesce(o.name, a.name_vi, ''))
       LIKE '%' || replace(replace(vn_fold($1), '%', ''), '_', '') || '%'
 ORDER BY p.active DESC, place, p.given_name, p.full_name, p.id
 LIMIT 300
"""


async def members(
    conn: Connection, find: str, office_id: int | None, agency_id: int | None
) -> list[Member]:
    return convert(await conn.fetch(MEMBERS, find, office_id, agency_id), list[Member])


class Place(Struct, frozen=True, kw_only=True):
    """Where somebody may work: ``office`` or ``agency``, its id and its name."""

    kind: str
    id: int
    name: str


PLACES = """
SELECT 'office' AS kind, id, name FROM office
 WHERE coalesce(valid_from, $1) <= $1 AND (valid_to IS NULL OR valid_to > $1)
 UNION ALL
SELECT 'agency', id, name_vi FROM agency
 WHERE coalesce(valid_from, $1) <= $1 AND (valid_to IS NULL OR valid_to > $1)
 ORDER BY 1 DESC, 3, 2
"""


async def places(conn: Connection, day: date) -> list[Place]:
    """Every office and agency of *day*, offices first."""
    return convert(await conn.fetch(PLACES, day), list[Place])


PLACE_CODED = """
SELECT 'office' AS kind, id, name FROM office
 WHERE $1 = 'office' AND code = $2
   AND coalesce(valid_from, $3) <= $3 AND (valid_to IS NULL OR valid_to > $3)
 UNION ALL
SELECT 'agency', id, name_vi FROM agency
 WHERE $1 = 'agency' AND code = $2
   AND coalesce(valid_from, $3) <= $3 AND (valid_to IS NULL OR valid_to > $3)
"""


async def place_coded(conn: Connection, kind: str, code: str, day: date) -> Place | None:
    return convert(await conn.fetchrow(PLACE_CODED, kind, code, day), Place | None)


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody of the same counter."""

    username: str
    full_name: str


COLLEAGUES = """
SELECT username, full_name FROM person
 WHERE office_id = $1 AND id <> $2 AND role IN ('clerk', 'supervisor') AND active
   AND password_hash IS NOT NULL
 ORDER BY given_name, full_name, id
"""


async def colleagues(conn: Connection, office_id: int, but: int) -> list[Colleague]:
    return convert(await conn.fetch(COLLEAGUES, office_id, but), list[Colleague])


SET_PASSWORD = "UPDATE person SET password_hash = $2 WHERE id = $1"  # noqa: S105 -- SQL


async def set_password(conn: Connection, person_id: int, password_hash: str | None) -> None:
    await conn.execute(SET_PASSWORD, person_id, password_hash)


SET_ACTIVE = "UPDATE person SET active = $2 WHERE id = $1"


async def set_active(conn: Connection, person_id: int, active: bool) -> None:
    await conn.execute(SET_ACTIVE, person_id, active)


class Holding(Struct, frozen=True, kw_only=True):
    """A paper in somebody's own hands."""

    s10: str
    ref: str
    stage: str


HELD = """
SELECT c.s10, d.ref, c.stage
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
 WHERE c.holder_kind = 'courier' AND c.holder_id = $1
 ORDER BY c.s10
"""


async def held(conn: Connection, person_id: int) -> Sequence[Holding]:
    return convert(await conn.fetch(HELD, person_id), list[Holding])


END_LINKS = "UPDATE one_time_link SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL"


async def end_links(conn: Connection, person_id: int, now: datetime) -> None:
    await conn.execute(END_LINKS, person_id, now)


ADD_LINK = """
INSERT INTO one_time_link (token_hash, person_id, made_by, made_at, ends_at)
VALUES ($1, $2, $3, $4, $5)
"""


async def add_link(
    conn: Connection,
    token_hash: bytes,
    person_id: int,
    by: int | None,
    lives: tuple[datetime, datetime],
) -> None:
    await conn.execute(ADD_LINK, token_hash, person_id, by, *lives)


BEHIND_LINK = """
SELECT person_id FROM one_time_link WHERE token_hash = $1 AND used_at IS NULL AND ends_at > $2
"""


async def behind_link(conn: Connection, token_hash: bytes, now: datetime) -> int | None:
    return cast("int | None", await conn.fetchval(BEHIND_LINK, token_hash, now))


# Two clicks at one moment: one of them finds it used.
USE_LINK = """
UPDATE one_time_link SET used_at = $2
 WHERE token_hash = $1 AND used_at IS NULL AND ends_at > $2
RETURNING person_id
"""


async def use_link(conn: Connection, token_hash: bytes, now: datetime) -> int | None:
    return cast("int | None", await conn.fetchval(USE_LINK, token_hash, now))
