"""SQL of people and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from asyncpg import Connection
from msgspec import Struct, convert

from postal_service.caller import Role, Staff


class Credentials(Struct, frozen=True):
    """What a password is checked against."""

    id: int
    role: Role
    password_hash: str | None


CREDENTIALS = "SELECT id, role, password_hash FROM person WHERE username = $1 AND active"


async def credentials(conn: Connection, username: str) -> Credentials | None:
    return convert(await conn.fetchrow(CREDENTIALS, username), Credentials | None)


OPEN_SESSION = """
INSERT INTO session (id_hash, person_id, opened_at, last_seen_at, ends_at)
VALUES ($1, $2, $3, $3, $4)
"""


async def open_session(
    conn: Connection, id_hash: bytes, person_id: int, now: datetime, ends_at: datetime
) -> None:
    await conn.execute(OPEN_SESSION, id_hash, person_id, now, ends_at)


STAFF_OF_SESSION = """
SELECT p.id, p.username, p.full_name, p.given_name, p.role, p.office_id, o.name AS office_name,
       p.agency_id, a.name_vi AS agency_name, p.phone, s.last_seen_at
  FROM session s
  JOIN person p ON p.id = s.person_id AND p.active
  LEFT JOIN office o ON o.id = p.office_id
  LEFT JOIN agency a ON a.id = p.agency_id
 WHERE s.id_hash = $1 AND s.ends_at > $2 AND s.revoked_at IS NULL
"""


async def staff_of_session(conn: Connection, id_hash: bytes, now: datetime) -> Staff | None:
    return convert(await conn.fetchrow(STAFF_OF_SESSION, id_hash, now), Staff | None)


class Entered(Staff, frozen=True, kw_only=True):
    """Whose session a phone opened; ``revoked_at``: since when it is lost, and opens nothing."""

    id_hash: bytes
    revoked_at: datetime | None


# One statement says whose session it is and in whose name the transaction runs.
ENTER_SESSION = """
SELECT p.id, p.username, p.full_name, p.given_name, p.role, p.office_id, NULL AS office_name,
       p.agency_id, NULL AS agency_name, p.phone, s.last_seen_at, s.id_hash, s.revoked_at,
       set_config('postal.kind', 'phone', true) AS kind,
       set_config('postal.person', p.id::text, true) AS person,
       set_config('postal.office', coalesce(p.office_id::text, ''), true) AS office,
       set_config('postal.agency', coalesce(p.agency_id::text, ''), true) AS agency,
       set_config('postal.role', p.role, true) AS as_role
  FROM session s
  JOIN person p ON p.id = s.person_id AND p.active
 WHERE s.id_hash = $1 AND s.ends_at > $2
"""


async def enter_session(conn: Connection, id_hash: bytes, now: datetime) -> Entered | None:
    return convert(await conn.fetchrow(ENTER_SESSION, id_hash, now), Entered | None)


# What a lost phone kept without signal may come days later, and is still told apart from a guess.
REVOKE = """
UPDATE session SET revoked_at = $2, ends_at = greatest(ends_at, $3)
 WHERE person_id = $1 AND revoked_at IS NULL AND ends_at > $2
"""


async def revoke(conn: Connection, person_id: int, now: datetime, heard_until: datetime) -> None:
    await conn.execute(REVOKE, person_id, now, heard_until)


TOUCH_SESSION = "UPDATE session SET last_seen_at = $2 WHERE id_hash = $1 AND last_seen_at < $2"


async def touch_session(conn: Connection, id_hash: bytes, now: datetime) -> None:
    await conn.execute(TOUCH_SESSION, id_hash, now)


# Whoever found a lost phone does not wipe out its trace by signing out.
CLOSE_SESSION = "DELETE FROM session WHERE id_hash = $1 AND revoked_at IS NULL"


async def close_session(conn: Connection, id_hash: bytes) -> None:
    await conn.execute(CLOSE_SESSION, id_hash)


COUNT_TRY = """
INSERT INTO attempt_window AS w (bucket, starts_at, tries) VALUES ($1, $2, 1)
    ON CONFLICT (bucket, starts_at) DO UPDATE SET tries = w.tries + 1
RETURNING tries
"""


async def count_try(conn: Connection, bucket: str, starts_at: datetime) -> int:
    return cast("int", await conn.fetchval(COUNT_TRY, bucket, starts_at))


FORGIVE = """
UPDATE attempt_window SET tries = greatest(tries - 1, 0)
 WHERE bucket = ANY($1::text[]) AND starts_at = $2
"""


async def forgive(conn: Connection, buckets: list[str], starts_at: datetime) -> None:
    await conn.execute(FORGIVE, buckets, starts_at)


ADD_PERSON = """
INSERT INTO person (username, full_name, given_name, role, office_id, agency_id, phone,
                    password_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (username) DO NOTHING
RETURNING id
"""


async def add_person(  # noqa: PLR0913 -- one row
    conn: Connection,
    *,
    username: str,
    full_name: str,
    given_name: str,
    role: str,
    office_id: int | None,
    agency_id: int | None,
    phone: str | None,
    password_hash: str | None,
) -> int | None:
    """Add a person; None when the user name is taken."""
    return cast(
        "int | None",
        await conn.fetchval(
            ADD_PERSON,
            username,
            full_name,
            given_name,
            role,
            office_id,
            agency_id,
            phone,
            password_hash,
        ),
    )
