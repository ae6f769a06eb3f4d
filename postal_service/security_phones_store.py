"""SQL of couriers' phones. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from asyncpg import Connection
from msgspec import Struct, convert

KNOWN = """
SELECT id FROM phone WHERE token_hash = $1 AND person_id = $2 AND revoked_at IS NULL
"""


async def known(conn: Connection, token_hash: bytes, person_id: int) -> int | None:
    return cast("int | None", await conn.fetchval(KNOWN, token_hash, person_id))


REGISTER = """
INSERT INTO phone (person_id, office_id, token_hash, label, registered_at, registered_by)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id
"""


class Registration(Struct, frozen=True, kw_only=True):
    """A phone and its courier; ``by``: the supervisor, or nobody in the demo."""

    person_id: int
    office_id: int
    label: str
    by: int | None


async def register(conn: Connection, phone: Registration, token_hash: bytes, now: datetime) -> int:
    return cast(
        "int",
        await conn.fetchval(
            REGISTER, phone.person_id, phone.office_id, token_hash, phone.label, now, phone.by
        ),
    )


# Asked again, the same session shows the same number for as long as it stands.
ASK = """
INSERT INTO phone_request AS r
       (session_hash, person_id, office_id, code, label, asked_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (session_hash) DO UPDATE SET label = r.label
RETURNING code, state, answered_by
"""


class Asked(Struct, frozen=True, kw_only=True):
    """What a phone shows while it waits, and what became of it."""

    code: str
    state: str
    answered_by: int | None


async def ask(
    conn: Connection,
    session_hash: bytes,
    phone: Registration,
    code: str,
    lives: tuple[datetime, datetime],
) -> Asked:
    row = await conn.fetchrow(
        ASK, session_hash, phone.person_id, phone.office_id, code, phone.label, *lives
    )
    return convert(row, Asked)


USE = """
UPDATE phone_request SET state = 'used' WHERE session_hash = $1 AND state = 'granted'
RETURNING answered_by
"""


async def use(conn: Connection, session_hash: bytes) -> int | None:
    """Who granted it, if it was granted and this is the first to know."""
    return cast("int | None", await conn.fetchval(USE, session_hash))


class Waiting(Struct, frozen=True, kw_only=True):
    """A courier whose phone asks to be known. The number stands on his screen alone."""

    person_id: int
    full_name: str
    label: str
    asked_at: datetime


WAITING = """
SELECT r.person_id, p.full_name, r.label, r.asked_at
  FROM phone_request r
  JOIN person p ON p.id = r.person_id AND p.active
 WHERE r.office_id = $1 AND r.state = 'waiting' AND r.ends_at > $2
 ORDER BY r.asked_at
"""


async def waiting(conn: Connection, office_id: int, now: datetime) -> list[Waiting]:
    return convert(await conn.fetch(WAITING, office_id, now), list[Waiting])


ANSWER = """
UPDATE phone_request SET state = $5, answered_by = $4, answered_at = $6
 WHERE office_id = $1 AND person_id = $2 AND ($3::text IS NULL OR code = $3)
   AND state = 'waiting' AND ends_at > $6
RETURNING label
"""


class Answer(Struct, frozen=True, kw_only=True):
    """What a supervisor says to a phone; ``code``: as it shows it, None to refuse them all."""

    office_id: int
    person_id: int
    code: str | None
    by: int
    state: str


async def answer(conn: Connection, said: Answer, now: datetime) -> str | None:
    """The phone's label, if such a one was waiting."""
    found = await conn.fetchval(
        ANSWER, said.office_id, said.person_id, said.code, said.by, said.state, now
    )
    return cast("str | None", found)


class Phone(Struct, frozen=True, kw_only=True):
    """A phone the office knows; ``seen_at``: when it last asked for anything."""

    id: int
    person_id: int
    full_name: str
    label: str
    registered_at: datetime
    registrar: str | None
    seen_at: datetime | None
    revoked_at: datetime | None


PHONES = """
SELECT f.id, f.person_id, p.full_name, f.label, f.registered_at, r.full_name AS registrar,
       (SELECT max(s.last_seen_at) FROM session s
         WHERE s.person_id = f.person_id AND s.phone_id = f.id) AS seen_at,
       f.revoked_at
  FROM phone f
  JOIN person p ON p.id = f.person_id
  LEFT JOIN person r ON r.id = f.registered_by
 WHERE f.office_id = $1 AND (f.revoked_at IS NULL OR f.revoked_at > $2)
 ORDER BY f.revoked_at IS NOT NULL, p.full_name, f.id DESC
"""


async def phones(conn: Connection, office_id: int, since: datetime) -> list[Phone]:
    """Those in use, and those forgotten *since* then."""
    return convert(await conn.fetch(PHONES, office_id, since), list[Phone])


ONE = """
SELECT f.id, f.person_id, p.full_name, f.label, f.registered_at, r.full_name AS registrar,
       NULL::timestamptz AS seen_at, f.revoked_at
  FROM phone f
  JOIN person p ON p.id = f.person_id
  LEFT JOIN person r ON r.id = f.registered_by
 WHERE f.id = $1 AND f.office_id = $2
"""


async def one(conn: Connection, phone_id: int, office_id: int) -> Phone | None:
    return convert(await conn.fetchrow(ONE, phone_id, office_id), Phone | None)
