"""Who is asking: sessions, form tokens, and limits on trying."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from asyncpg import Connection

from postal_service import security_store as store
from postal_service import security_sweep_store
from postal_service.caller import Role, Staff
from postal_service.database import Database
from postal_service.security_store import Begun, Entered, Opening

Someone = TypeVar("Someone", bound=Staff)

#: A counter's computer is shared, and its clerk is called away.
IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=10)
#: A courier's phone is in one pocket all day, and may not ask for a password on the road.
ROUND: Final = timedelta(hours=12)
#: Between the password and what the session lacks yet: long enough to walk to the supervisor.
BEGUN_FOR: Final = timedelta(minutes=30)
#: how stale ``last_seen_at`` may get: saves a write on all but one request a minute
SEEN_EVERY: Final = timedelta(minutes=1)
#: How long after its loss a phone's last scans are still told apart from a stranger's.
HEARD: Final = timedelta(days=7)
TRIES: Final = 10
TRY_WINDOW: Final = timedelta(minutes=15)


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


class Limit(NamedTuple):
    """So many tries in one window, and no more."""

    bucket: str
    most: int = TRIES


async def count_tries(
    conn: Connection, limits: Sequence[Limit], now: datetime
) -> Mapping[str, int]:
    """Count one more try in each bucket: how many each holds. Raises TooManyTries over a limit."""
    tries = await store.count_tries(conn, [limit.bucket for limit in limits], window_of(now))
    if any(tries[limit.bucket] > limit.most for limit in limits):
        raise TooManyTries
    return tries


async def count_try(conn: Connection, bucket: str, now: datetime) -> None:
    """Count one more try in *bucket*. Raises TooManyTries over the limit."""
    await count_tries(conn, [Limit(bucket)], now)


async def tries_in(conn: Connection, buckets: Sequence[str], now: datetime) -> Mapping[str, int]:
    """How often it was tried, for each bucket, without counting."""
    return await store.tries_in(conn, buckets, window_of(now))


async def forgive(conn: Connection, buckets: list[str], now: datetime) -> None:
    """Take the last try back: it was no guess. A shared counter signs in all day."""
    await store.forgive(conn, buckets, window_of(now))


def window_of(now: datetime) -> datetime:
    """When the window of tries that *now* falls in began."""
    seconds = int(TRY_WINDOW.total_seconds())
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=now.tzinfo)


async def open_session(conn: Connection, opening: Opening, *, now: datetime) -> str:
    """Open a session under a new id, which only the browser keeps, and return that id."""
    token = secrets.token_urlsafe(32)
    if opening.lacks is not None:
        longest = BEGUN_FOR
    else:
        longest = ROUND if opening.role is Role.COURIER else LONGEST
    await store.open_session(conn, digest(token), opening, now, now + longest)
    return token


async def who(conn: Connection, token: str, now: datetime) -> Staff | None:
    """Whose session this is, if it is alive and lacks nothing."""
    if not looks_drawn(token):
        return None
    staff = awake(await store.staff_of_session(conn, digest(token), now), now)
    if staff is not None and now - staff.last_seen_at > SEEN_EVERY:
        await store.touch_session(conn, digest(token), now)
    return staff


async def begun(conn: Connection, token: str, now: datetime) -> Begun | None:
    """Whose session this is, if it lacks something yet."""
    return await store.begun(conn, digest(token), now) if looks_drawn(token) else None


def looks_drawn(token: str) -> bool:
    """Whether *token* could be one of ours: what is not needs no look-up."""
    return 20 <= len(token) <= 100


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


async def revoke(conn: Connection, person_id: int, *, by: int | None, now: datetime) -> None:
    """End every session of a person whose phone is lost, and forget his phones."""
    await store.revoke(conn, person_id, None, now, now + HEARD)
    await store.forget_phones(conn, person_id, None, by, now)


async def revoke_phone(
    conn: Connection, person_id: int, phone_id: int, *, by: int | None, now: datetime
) -> bool:
    """End every session on one phone, and forget it; whether it was known until now."""
    await store.revoke(conn, person_id, phone_id, now, now + HEARD)
    return await store.forget_phones(conn, person_id, phone_id, by, now)


async def end_sessions(
    conn: Connection, person_id: int, *, but: str = "", only: bytes | None = None
) -> int:
    """End a person's sessions, all, all but that of the token *but*, or *only* one; how many."""
    return await store.end_sessions(conn, person_id, digest(but), only)


async def sweep(conn: Connection, now: datetime) -> None:
    """Forget sessions, tries, asking phones and links that ended a day ago."""
    await security_sweep_store.sweep(conn, now - timedelta(days=1))


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
