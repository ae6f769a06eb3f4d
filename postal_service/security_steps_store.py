"""SQL of the second step. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from asyncpg import Connection
from msgspec import Struct, convert

from postal_service.fields import Plain


class SecondStep(Struct, frozen=True, kw_only=True):
    """A person's authenticator."""

    secret: str
    enrolled_at: datetime | None
    last_step: int | None


SECOND_STEP = """
SELECT ROW('second_step.secret', person_id::text, secret_sealed)::sealed AS secret, enrolled_at,
       last_step
  FROM second_step
 WHERE person_id = $1
"""


async def second_step(conn: Connection, person_id: int) -> SecondStep | None:
    return convert(await conn.fetchrow(SECOND_STEP, person_id), SecondStep | None)


# A page loaded twice shows the same picture; a secret in use is never drawn anew.
PROPOSE = """
INSERT INTO second_step (person_id, secret_sealed) VALUES ($1, ($2::sealed).body)
    ON CONFLICT (person_id) DO NOTHING
"""


async def propose(conn: Connection, person_id: int, secret: str) -> None:
    await conn.execute(PROPOSE, person_id, Plain("second_step", person_id, "secret", secret))


# The step is compared and written at once: two who type one code at one moment are two who
# come one after the other.
TAKE_STEP = """
UPDATE second_step SET last_step = $2, enrolled_at = coalesce(enrolled_at, $3)
 WHERE person_id = $1 AND (last_step IS NULL OR last_step < $2)
RETURNING true
"""


async def take_step(conn: Connection, person_id: int, step: int, now: datetime) -> bool:
    """Whether the code of half minute *step* was still to be had."""
    return cast("bool | None", await conn.fetchval(TAKE_STEP, person_id, step, now)) or False


FORGET = """
WITH codes AS (DELETE FROM recovery_code WHERE person_id = $1)
DELETE FROM second_step WHERE person_id = $1
RETURNING true
"""


async def forget(conn: Connection, person_id: int) -> bool:
    return cast("bool | None", await conn.fetchval(FORGET, person_id)) or False


DROP_RECOVERY = "DELETE FROM recovery_code WHERE person_id = $1"
ADD_RECOVERY = """
INSERT INTO recovery_code (code_hash, person_id) SELECT hash, $1 FROM unnest($2::bytea[]) AS hash
"""


async def drop_recovery(conn: Connection, person_id: int) -> None:
    await conn.execute(DROP_RECOVERY, person_id)


async def add_recovery(conn: Connection, person_id: int, hashes: Sequence[bytes]) -> None:
    await conn.execute(ADD_RECOVERY, person_id, list(hashes))


USE_RECOVERY = """
UPDATE recovery_code SET used_at = $3 WHERE code_hash = $2 AND person_id = $1 AND used_at IS NULL
RETURNING true
"""


async def use_recovery(conn: Connection, person_id: int, code_hash: bytes, now: datetime) -> bool:
    found = await conn.fetchval(USE_RECOVERY, person_id, code_hash, now)
    return cast("bool | None", found) or False


RECOVERY_LEFT = "SELECT count(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL"


async def recovery_left(conn: Connection, person_id: int) -> int:
    return cast("int", await conn.fetchval(RECOVERY_LEFT, person_id))
