"""The second step: a code of an authenticator (RFC 6238), or one of ten that were printed.

Each code opens once. The secret is kept closed; printed codes are kept as hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import datetime
from typing import Final

from asyncpg import Connection
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from postal_service import security
from postal_service import security_steps_store as store
from postal_service.security import Limit, SecurityError

#: What every authenticator program can do without asking: SHA-1, six digits, half a minute.
STEP: Final = 30
DIGITS: Final = 6
#: Half minutes to either side: a telephone's clock is not ours.
DRIFT: Final = 1
ISSUER: Final = "Buu dien Lam Dong"
RECOVERY_CODES: Final = 10
TRIES: Final = 10


class WrongCode(SecurityError):
    """The code is not the one of now, or was used before."""

    def __init__(self) -> None:
        super().__init__(
            "Mã không đúng hoặc đã dùng rồi. Chờ mã mới trên điện thoại rồi gõ lại; "
            "nếu vẫn sai, kiểm tra giờ của điện thoại.",
            "The code is wrong or was used before. Wait for the next one and type that; if it "
            "is still wrong, check the clock of your telephone.",
        )


async def proposed(conn: Connection, person_id: int) -> str | None:
    """The secret to put into an authenticator, in base32; None once she has enrolled."""
    drawn = base64.b32encode(secrets.token_bytes(20)).decode()
    await store.propose(conn, person_id, drawn)
    found = await store.second_step(conn, person_id)
    if found is None or found.enrolled_at is not None:
        return None
    return found.secret


async def is_enrolled(conn: Connection, person_id: int) -> bool:
    """Whether she has an authenticator whose code was taken once."""
    found = await store.second_step(conn, person_id)
    return found is not None and found.enrolled_at is not None


def authenticator(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 -- RFC 6238's own


def address(secret: str, username: str) -> str:
    """What the picture says to an authenticator program."""
    return authenticator(secret).get_provisioning_uri(username, ISSUER)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Which half minute's code *typed* is, among those that may be meant."""
    here = int(now.timestamp()) // STEP
    made = authenticator(secret)
    for step in range(here - DRIFT, here + DRIFT + 1):
        if secrets.compare_digest(made.generate(step * STEP), typed.encode()):
            return step
    return None


async def count(conn: Connection, person_id: int, now: datetime) -> None:
    """Count a code about to be looked at. Raises TooManyTries."""
    await security.count_tries(conn, [Limit(f"code:{person_id}", TRIES)], now)


async def passes(conn: Connection, person_id: int, typed: str, *, now: datetime) -> bool:
    """Whether *typed* is a code of her authenticator that was not used yet. It is now.

    The first one enrols her.
    """
    plain = re.sub(r"\s", "", typed)
    found = await store.second_step(conn, person_id)
    if found is None or not (plain.isascii() and plain.isdigit() and len(plain) == DIGITS):
        return False
    step = step_of(found.secret, plain, now)
    if step is None or not await store.take_step(conn, person_id, step, now):
        return False
    await security.forgive(conn, [f"code:{person_id}"], now)
    return True


async def recovers(conn: Connection, person_id: int, typed: str, *, now: datetime) -> bool:
    """Whether *typed* is one of her printed codes, unused until now."""
    return await store.use_recovery(conn, person_id, recovery_hash(typed), now)


def recovery_hash(code: str) -> bytes:
    return hashlib.sha256(re.sub(r"[^A-Z2-7]", "", code.upper()).encode()).digest()


async def draw_recovery(conn: Connection, person_id: int) -> list[str]:
    """Ten new codes of 120 bits, shown once; the ones before open nothing any more."""
    drawn = [base64.b32encode(secrets.token_bytes(15)).decode() for _ in range(RECOVERY_CODES)]
    await store.drop_recovery(conn, person_id)
    await store.add_recovery(conn, person_id, [recovery_hash(code) for code in drawn])
    return ["-".join(re.findall("....", code)) for code in drawn]
