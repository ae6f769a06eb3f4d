"""SQL of sessions, of those who open them, and of tries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from asyncpg import Connection
from msgspec import Struct, convert

from postal_service.caller import Lack, Role, Staff


class Credentials(Struct, frozen=True, kw_only=True):
    """What a password is checked against; ``enrolled``: she has an authenticator."""

    id: int
    username: str
    full_name: str
    role: Role
    office_id: int | None
    agency_id: int | None
    password_hash: str | None
    enrolled: bool


CREDENTIALS = """
SELECT p.id, p.username, p.full_name, p.role, p.office_id, p.agency_id, p.password_hash,
       EXISTS (SELECT 1 FROM second_step s
                WHERE s.person_id = p.id AND s.enrolled_at IS NOT NULL) AS enrolled
  FROM person p
 WHERE p.username = $1 AND p.active
"""


async def credentials(conn: Connection, username: str) -> Credentials | None:
    return convert(await conn.fetchrow(CREDENTIALS, username), Credentials | None)


class Opening(Struct, frozen=True, kw_only=True):
    """What a session is opened for; ``lacks``: what it must have before it opens a page."""

    person_id: int
    role: Role
    lacks: Lack | None = None
    browser: str = ""
    phone_id: int | None = None


OPEN_SESSION = """
INSERT INTO session (id_hash, person_id, opened_at, last_seen_at, ends_at, lacks, browser, phone_id)
VALUES ($1, $2, $3, $3, $4, $5, $6, $7)
"""


async def open_session(
    conn: Connection, id_hash: bytes, opening: Opening, now: datetime, ends_at: datetime
) -> None:
    await conn.execute(
        OPEN_SESSION,
        id_hash,
        opening.person_id,
        now,
        ends_at,
        opening.lacks,
        opening.browser,
        opening.phone_id,
    )


STAFF_OF_SESSION = """
SELECT p.id, p.username, p.full_name, p.given_name, p.role, p.office_id, o.name AS office_name,
       p.agency_id, a.name_vi AS agency_name, p.phone, p.head, s.last_seen_at
  FROM session s
  JOIN person p ON p.id = s.person_id AND p.active
  LEFT JOIN office o ON o.id = p.office_id
  LEFT JOIN agency a ON a.id = p.agency_id
 WHERE s.id_hash = $1 AND s.ends_at > $2 AND s.revoked_at IS NULL AND s.lacks IS NULL
"""


async def staff_of_session(conn: Connection, id_hash: bytes, now: datetime) -> Staff | None:
    return convert(await conn.fetchrow(STAFF_OF_SESSION, id_hash, now), Staff | None)


class Begun(Struct, frozen=True, kw_only=True):
    """A session that only the password has opened."""

    id_hash: bytes
    person_id: int
    username: str
    full_name: str
    role: Role
    office_id: int | None
    agency_id: int | None
    lacks: Lack
    browser: str


BEGUN = """
SELECT s.id_hash, p.id AS person_id, p.username, p.full_name, p.role, p.office_id, p.agency_id,
       s.lacks, s.browser
  FROM session s
  JOIN person p ON p.id = s.person_id AND p.active
 WHERE s.id_hash = $1 AND s.ends_at > $2 AND s.revoked_at IS NULL AND s.lacks IS NOT NULL
"""


async def begun(conn: Connection, id_hash: bytes, now: datetime) -> Begun | None:
    return convert(await conn.fetchrow(BEGUN, id_hash, now), Begun | None)


class Entered(Staff, frozen=True, kw_only=True):
    """Whose session a phone opened; ``revoked_at``: since when it is lost, and opens nothing."""

    id_hash: bytes
    revoked_at: datetime | None


# One statement says whose session it is and in whose name the transaction runs.
ENTER_SESSION = """
SELECT p.id, p.username, p.full_name, p.given_name, p.role, p.office_id, NULL AS office_name,
       p.agency_id, NULL AS agency_name, p.phone, p.head, s.last_seen_at, s.id_hash, s.revoked_at,
       set_config('postal.kind', 'phone', true) AS kind,
       set_config('postal.person', p.id::text, true) AS person,
       set_config('postal.office', coalesce(p.office_id::text, ''), true) AS office,
       set_config('postal.agency', coalesce(p.agency_id::text, ''), true) AS agency,
       set_config('postal.role', p.role, true) AS as_role
  FROM session s
  JOIN person p ON p.id = s.person_id AND p.active
 WHERE s.id_hash = $1 AND s.ends_at > $2 AND s.lacks IS NULL
"""


async def enter_session(conn: Connection, id_hash: bytes, now: datetime) -> Entered | None:
    return convert(await conn.fetchrow(ENTER_SESSION, id_hash, now), Entered | None)


# What a lost phone kept without signal may come days later, and is still told apart from a guess.
REVOKE = """
UPDATE session SET revoked_at = $3, ends_at = greatest(ends_at, $4)
 WHERE person_id = $1 AND ($2::bigint IS NULL OR phone_id = $2)
   AND revoked_at IS NULL AND ends_at > $3
"""


async def revoke(
    conn: Connection, person_id: int, phone_id: int | None, now: datetime, heard_until: datetime
) -> None:
    await conn.execute(REVOKE, person_id, phone_id, now, heard_until)


FORGET_PHONES = """
UPDATE phone SET revoked_at = $4, revoked_by = $3
 WHERE person_id = $1 AND ($2::bigint IS NULL OR id = $2) AND revoked_at IS NULL
RETURNING id
"""


async def forget_phones(
    conn: Connection, person_id: int, phone_id: int | None, by: int | None, now: datetime
) -> bool:
    return bool(await conn.fetch(FORGET_PHONES, person_id, phone_id, by, now))


TOUCH_SESSION = "UPDATE session SET last_seen_at = $2 WHERE id_hash = $1 AND last_seen_at < $2"


async def touch_session(conn: Connection, id_hash: bytes, now: datetime) -> None:
    await conn.execute(TOUCH_SESSION, id_hash, now)


# Whoever found a lost phone does not wipe out its trace by signing out.
CLOSE_SESSION = "DELETE FROM session WHERE id_hash = $1 AND revoked_at IS NULL"


async def close_session(conn: Connection, id_hash: bytes) -> None:
    await conn.execute(CLOSE_SESSION, id_hash)


END_SESSIONS = """
DELETE FROM session
 WHERE person_id = $1 AND id_hash <> $2 AND ($3::bytea IS NULL OR id_hash = $3)
   AND revoked_at IS NULL
RETURNING 1
"""


async def end_sessions(
    conn: Connection, person_id: int, but: bytes, only: bytes | None = None
) -> int:
    return len(await conn.fetch(END_SESSIONS, person_id, but, only))


class OpenSession(Struct, frozen=True, kw_only=True):
    """One of a person's sessions, as she is shown it."""

    id_hash: bytes
    browser: str
    opened_at: datetime
    last_seen_at: datetime


SESSIONS_OF = """
SELECT id_hash, browser, opened_at, last_seen_at
  FROM session
 WHERE person_id = $1 AND ends_at > $2 AND revoked_at IS NULL AND lacks IS NULL
   AND (last_seen_at > $3 OR $4)
 ORDER BY last_seen_at DESC
"""


async def sessions_of(
    conn: Connection, person_id: int, now: datetime, *, since: datetime, idle_too: bool
) -> list[OpenSession]:
    """Those that open something still: touched *since* then, or all of a courier's."""
    rows = await conn.fetch(SESSIONS_OF, person_id, now, since, idle_too)
    return convert(rows, list[OpenSession])


# In one order, so that two who try at one moment never wait for each other.
COUNT_TRIES = """
INSERT INTO attempt_window AS w (bucket, starts_at, tries)
SELECT bucket, $2, 1 FROM unnest($1::text[]) AS bucket ORDER BY bucket
    ON CONFLICT (bucket, starts_at) DO UPDATE SET tries = w.tries + 1
RETURNING bucket, tries
"""


async def count_tries(
    conn: Connection, buckets: Sequence[str], starts_at: datetime
) -> Mapping[str, int]:
    rows = await conn.fetch(COUNT_TRIES, sorted(set(buckets)), starts_at)
    return {row["bucket"]: row["tries"] for row in rows}


TRIES_IN = """
SELECT bucket, tries FROM attempt_window WHERE bucket = ANY($1::text[]) AND starts_at = $2
"""


async def tries_in(
    conn: Connection, buckets: Sequence[str], starts_at: datetime
) -> Mapping[str, int]:
    rows = await conn.fetch(TRIES_IN, list(buckets), starts_at)
    return dict.fromkeys(buckets, 0) | {row["bucket"]: row["tries"] for row in rows}


FORGIVE = """
UPDATE attempt_window SET tries = greatest(tries - 1, 0)
 WHERE bucket = ANY($1::text[]) AND starts_at = $2
"""


async def forgive(conn: Connection, buckets: list[str], starts_at: datetime) -> None:
    await conn.execute(FORGIVE, buckets, starts_at)


ADD_PERSON = """
INSERT INTO person (username, full_name, given_name, role, office_id, agency_id, phone,
                    password_hash, head)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
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
    head: bool = False,
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
            head,
        ),
    )
