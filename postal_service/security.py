"""Who is asking: passwords, sessions, form tokens, and limits on trying."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from asyncpg import Connection

from postal_service import security_store as store
from postal_service.caller import Role, Staff
from postal_service.database import Database
from postal_service.security_store import Entered

Someone = TypeVar("Someone", bound=Staff)

#: A counter's computer is shared, and its clerk is called away.
IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=10)
#: A courier's phone is in one pocket all day, and may not ask for a password on the road.
ROUND: Final = timedelta(hours=12)
#: how stale ``last_seen_at`` may get: saves a write on all but one request a minute
SEEN_EVERY: Final = timedelta(minutes=1)
#: How long after its loss a phone's last scans are still told apart from a stranger's.
HEARD: Final = timedelta(days=7)
TRIES: Final = 10
TRY_WINDOW: Final = timedelta(minutes=15)

#: OWASP's figures for argon2id; the library's own default took five times as long under load.
_HASHER: Final = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
#: A burst of sign-ins may not take every core.
_AT_ONCE: Final = asyncio.Semaphore(2)
#: Verified when there is no such person, so that a stranger cannot tell by the time it takes.
_NOBODY: Final = _HASHER.hash("nobody")


class SecurityError(Exception):
    """The caller may not, or not yet."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class BadSignIn(SecurityError):
    """The name or the password is wrong: it does not say which."""

    def __init__(self) -> None:
        super().__init__(
            "Tên đăng nhập hoặc mật khẩu không đúng. Thử lại hoặc hỏi người quản lý.",
            "The user name or password is wrong. Try again, or ask your supervisor.",
        )


class TooManyTries(SecurityError):
    """Somebody is guessing."""

    def __init__(self) -> None:
        super().__init__(
            "Đã thử quá nhiều lần. Chờ 15 phút rồi thử lại.",
            "Too many tries. Wait 15 minutes and try again.",
        )


class SignedOut(SecurityError):
    """There is no session, or it has ended."""

    def __init__(self) -> None:
        super().__init__(
            "Phiên làm việc đã hết. Đăng nhập lại để tiếp tục.",
            "Your session has ended. Sign in again to go on.",
        )


class WrongRole(SecurityError):
    """The page is for other people's work."""

    def __init__(self) -> None:
        super().__init__(
            "Trang này dành cho công việc khác với tài khoản của bạn.",
            "This page is for other people's work than yours.",
        )


class BadFormToken(SecurityError):
    """The form was not sent from this site's own page in this session."""

    def __init__(self) -> None:
        super().__init__(
            "Trang đã mở quá lâu hoặc được gửi từ nơi khác. Tải lại trang rồi làm lại.",
            "The page is stale or came from elsewhere. Reload it and try again.",
        )


async def hash_password(password: str) -> str:
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether *password* is the one behind *password_hash*; as slow when there is none."""
    async with _AT_ONCE:
        try:
            return await asyncio.to_thread(_HASHER.verify, password_hash or _NOBODY, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


async def sign_in(
    conn: Connection, username: str, password: str, *, now: datetime
) -> tuple[str, Staff]:
    """Open a session and return its id, which only the browser keeps, and whose it is.

    Raises BadSignIn.
    """
    credentials = await store.credentials(conn, username)
    fits = await password_fits(credentials.password_hash if credentials else None, password)
    if not fits or credentials is None:
        raise BadSignIn
    token = secrets.token_urlsafe(32)
    ends_at = now + (ROUND if credentials.role is Role.COURIER else LONGEST)
    await store.open_session(conn, digest(token), credentials.id, now, ends_at)
    staff = await store.staff_of_session(conn, digest(token), now)
    if staff is None:
        raise BadSignIn
    return token, staff


async def count_try(conn: Connection, bucket: str, now: datetime) -> None:
    """Count one more try in *bucket*. Raises TooManyTries over the limit."""
    if await store.count_try(conn, bucket, window_of(now)) > TRIES:
        raise TooManyTries


async def forgive(conn: Connection, buckets: list[str], now: datetime) -> None:
    """Take the last try back: it was no guess. A shared counter signs in all day."""
    await store.forgive(conn, buckets, window_of(now))


def window_of(now: datetime) -> datetime:
    """When the window of tries that *now* falls in began."""
    seconds = int(TRY_WINDOW.total_seconds())
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=now.tzinfo)


async def who(conn: Connection, token: str, now: datetime) -> Staff | None:
    """Whose session this is, if it is alive."""
    if not 20 <= len(token) <= 100:
        return None
    staff = awake(await store.staff_of_session(conn, digest(token), now), now)
    if staff is not None and now - staff.last_seen_at > SEEN_EVERY:
        await store.touch_session(conn, digest(token), now)
    return staff


def awake(staff: Someone | None, now: datetime) -> Someone | None:
    """*staff*, unless she left her session alone for too long."""
    if staff is None or staff.role is Role.COURIER:
        return staff
    return staff if now - staff.last_seen_at < IDLE else None


@asynccontextmanager
async def at_work(
    database: Database, token: str, now: datetime, role: Role
) -> AsyncIterator[tuple[Connection, Entered]]:
    """A transaction in the name of whoever's session *token* opens, if she is of *role*.

    For the phone's addresses, which answer more requests than all pages
    together: the session is looked up by the statement that sets the context.
    A revoked session opens it too, and says so: what its phone sends is put aside.
    Raises SignedOut, WrongRole, Busy.
    """
    async with database.begin_unnamed() as conn:
        staff = awake(await store.enter_session(conn, digest(token), now), now)
        if staff is None:
            raise SignedOut
        if staff.role is not role:
            raise WrongRole
        if now - staff.last_seen_at > SEEN_EVERY:
            await store.touch_session(conn, digest(token), now)
        yield conn, staff


async def revoke(conn: Connection, person_id: int, *, now: datetime) -> None:
    """End every session of a person whose phone is lost."""
    await store.revoke(conn, person_id, now, now + HEARD)


async def sign_out(conn: Connection, token: str) -> None:
    await store.close_session(conn, digest(token))


def digest(token: str) -> bytes:
    """What the database keeps of a session id: a leaked table opens no session."""
    return hashlib.sha256(token.encode()).digest()


def form_token(secret: str, token: str) -> str:
    """The token a page's forms carry: bound to the session, useless in another."""
    return hmac.new(secret.encode(), b"form:" + token.encode(), hashlib.sha256).hexdigest()


def form_token_fits(secret: str, token: str, given: str) -> bool:
    return hmac.compare_digest(form_token(secret, token).encode(), given.encode())


def subkey(secret: str, purpose: str) -> bytes:
    """A key of its own for each purpose, so that none of them opens what another closed."""
    return hmac.new(secret.encode(), b"key:" + purpose.encode(), hashlib.sha256).digest()
