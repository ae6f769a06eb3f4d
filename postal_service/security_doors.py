"""The front door: what a user name and a password open, and how often they may be tried."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final

from asyncpg import Connection
from msgspec import Struct

from postal_service import security, security_store
from postal_service import security_log as log
from postal_service.caller import TWO_STEPS, Lack, Role
from postal_service.security import BadSignIn, Limit, TooManyTries, subkey
from postal_service.security_log import Entry
from postal_service.security_passwords import password_fits
from postal_service.security_store import Credentials

Begin = Callable[[], AbstractAsyncContextManager[Connection]]

#: Wrong passwords in one window of a quarter of an hour, for one user name, one address, and all.
TRIES_A_NAME: Final = 10
TRIES_AN_ADDRESS: Final = 30
TRIES_IN_ALL: Final = 1_000
EVERYBODY: Final = "signin"
#: How many people a shared computer remembers.
KNOWN: Final = 8


class Knock(Struct, frozen=True, kw_only=True):
    """Somebody at the door; ``known``: the mark of a browser where this person came in before."""

    username: str
    password: str
    address: str
    known: str = ""

    @property
    def limits(self) -> list[Limit]:
        """What this try counts in.

        Where she came in before she has tries of her own: a stranger who guesses at her name
        from elsewhere, or at everybody's, does not lock her out.
        """
        if self.known:
            return [Limit(f"signin:known:{self.known}", TRIES_A_NAME)]
        return [
            Limit(f"signin:at:{self.address}", TRIES_AN_ADDRESS),
            Limit(f"signin:as:{self.username[:40]}", TRIES_A_NAME),
            Limit(EVERYBODY, TRIES_IN_ALL),
        ]


async def check(begin: Begin, knock: Knock, *, now: datetime) -> Credentials:
    """Whose door the password opens. Raises TooManyTries, BadSignIn.

    Counted before anything is looked at, in a transaction of its own: a refusal must not undo
    the count. No connection is held while the password is hashed. Wrong names take the same way.
    """
    buckets = [limit.bucket for limit in knock.limits]
    async with begin() as conn:
        found = await security_store.credentials(conn, knock.username)
        tries = await security_store.count_tries(conn, buckets, security.window_of(now))
        over = [tries[limit.bucket] - limit.most for limit in knock.limits]
        if 1 in over:  # a flood is one line
            await log.write(conn, refused(log.Act.LOCKED, knock, found), now=now)
    if max(over) > 0:
        raise TooManyTries
    fits = await password_fits(found.password_hash if found else None, knock.password)
    async with begin() as conn:
        if not fits or found is None:
            await log.write(conn, refused(log.Act.REFUSED, knock, found), now=now)
        else:
            await security.forgive(conn, buckets, now)
    if not fits or found is None:
        raise BadSignIn
    return found


def refused(act: log.Act, knock: Knock, found: Credentials | None) -> Entry:
    """The line about a try that failed; it names nobody who is not one of us."""
    return Entry(
        act=act,
        person_id=found.id if found else None,
        office_id=found.office_id if found else None,
        facts={"address": knock.address},
    )


def lacking(
    role: Role, *, enrolled: bool, phone_id: int | None, for_show: bool, coded: bool = False
) -> Lack | None:
    """What somebody still lacks after her password; *coded*: she has given her code as well.

    Where nobody is real (*for_show*) an authenticator is asked for only if she has one.
    """
    if enrolled and not coded:
        return Lack.CODE
    if for_show:
        return None
    if role in TWO_STEPS and not enrolled:
        return Lack.ENROLMENT
    if role is Role.COURIER and phone_id is None:
        return Lack.PHONE
    return None


def known_here(secret: str, kept: str, username: str) -> str:
    """The mark in the cookie *kept* that says *username* came in here before; else nothing."""
    for mark in kept.split("~")[:KNOWN]:
        drawn = mark.partition(".")[0]
        if mark and hmac.compare_digest(mark.encode(), marked(secret, drawn, username).encode()):
            return drawn
    return ""


def remember(secret: str, kept: str, username: str) -> str:
    """The cookie *kept*, with a mark for *username*: it says where, and names nobody."""
    if known_here(secret, kept, username):
        return kept
    marks = [mark for mark in kept.split("~") if mark][: KNOWN - 1]
    return "~".join([marked(secret, secrets.token_hex(8), username), *marks])


def marked(secret: str, drawn: str, username: str) -> str:
    key = subkey(secret, "known browser")
    return f"{drawn}.{hmac.new(key, f'{drawn}:{username}'.encode(), 'sha256').hexdigest()[:32]}"
