"""Couriers' phones: known to the office before they open a round, forgotten in one press.

A phone keeps a token of its own. It gets it once its courier has shown the supervisor the number
on its screen, and she has typed it: a stolen password opens nothing on a stranger's phone.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection

from postal_service import security, security_log
from postal_service import security_phones_store as store
from postal_service.caller import Staff
from postal_service.security import BEGUN_FOR, SecurityError, digest
from postal_service.security_log import Act, Entry
from postal_service.security_phones_store import Answer, Asked, Phone, Registration, Waiting
from postal_service.security_store import Begun

__all__ = ["Asked", "Phone", "Waiting"]

#: How long a phone that was forgotten stays on the page.
SHOWN: Final = timedelta(days=10)


class WrongNumber(SecurityError):
    """No phone of the office shows this number."""

    def __init__(self) -> None:
        super().__init__(
            "Không có máy nào của bưu tá này đang chờ với số đó. Đọc lại số trên màn hình máy.",
            "No phone of this courier waits with that number. Read it from its screen again.",
        )


class UnknownPhone(SecurityError):
    def __init__(self) -> None:
        super().__init__(
            "Máy này không còn trong danh sách của bưu cục. Tải lại trang.",
            "This phone is not on the office's list any more. Reload the page.",
        )


async def known(conn: Connection, token: str, person_id: int) -> int | None:
    """The phone whose token this is, if it is this courier's and was not forgotten."""
    if not security.looks_drawn(token):
        return None
    return await store.known(conn, digest(token), person_id)


async def register(conn: Connection, phone: Registration, *, now: datetime) -> tuple[str, int]:
    """Know a phone from now on: the token that it keeps, and its id."""
    token = secrets.token_urlsafe(32)
    return token, await store.register(conn, phone, digest(token), now)


async def by_itself(
    conn: Connection, courier: int, office_id: int, label: str, *, now: datetime
) -> tuple[str, int]:
    """Know a courier's phone without asking anybody: where nobody is real."""
    phone = Registration(person_id=courier, office_id=office_id, label=label, by=None)
    return await register(conn, phone, now=now)


async def ask(conn: Connection, begun: Begun, *, now: datetime) -> Asked:
    """Ask that this session's phone be known: the number it shows, and what came of it."""
    code = f"{secrets.randbelow(10**6):06}"
    asking = of(begun, None)
    return await store.ask(conn, begun.id_hash, asking, code, (now, now + BEGUN_FOR))


async def take(conn: Connection, begun: Begun, *, now: datetime) -> tuple[str, int] | None:
    """What a granted phone gets, once: token and id; None while nobody has granted it."""
    by = await store.use(conn, begun.id_hash)
    return await register(conn, of(begun, by), now=now) if by is not None else None


def of(begun: Begun, by: int | None) -> Registration:
    return Registration(
        person_id=begun.person_id,
        office_id=begun.office_id or 0,
        label=begun.browser or "không rõ máy",
        by=by,
    )


async def grant(conn: Connection, courier: int, code: str, *, by: Staff, now: datetime) -> None:
    """Let the phone in that shows *code*. Raises WrongNumber."""
    label = await say(conn, courier, code, by, now, "granted")
    if label is None:
        raise WrongNumber
    await note(conn, Act.PHONE_GRANTED, courier, label, by, now)


async def refuse(conn: Connection, courier: int, *, by: Staff, now: datetime) -> None:
    """Send the courier's phones that wait away. Raises WrongNumber."""
    label = await say(conn, courier, None, by, now, "refused")
    if label is None:
        raise WrongNumber
    await note(conn, Act.PHONE_REFUSED, courier, label, by, now)


async def say(
    conn: Connection, courier: int, code: str | None, by: Staff, now: datetime, state: str
) -> str | None:
    said = Answer(office_id=by.office_id or 0, person_id=courier, code=code, by=by.id, state=state)
    return await store.answer(conn, said, now)


async def waiting(conn: Connection, office_id: int, *, now: datetime) -> list[Waiting]:
    return await store.waiting(conn, office_id, now)


async def phones(conn: Connection, office_id: int, *, now: datetime) -> list[Phone]:
    """The office's phones, with those forgotten lately."""
    return await store.phones(conn, office_id, now - SHOWN)


async def revoke(conn: Connection, phone_id: int, *, by: Staff, now: datetime) -> None:
    """Forget a phone and end what is open on it. Safe to repeat. Raises UnknownPhone.

    What it still sends is put aside, as a lost phone's is.
    """
    known = 0 < phone_id < 2**63
    found = await store.one(conn, phone_id, by.office_id or 0) if known else None
    if found is None:
        raise UnknownPhone
    if await security.revoke_phone(conn, found.person_id, found.id, by=by.id, now=now):
        await note(conn, Act.PHONE_REVOKED, found.person_id, found.label, by, now)


async def note(
    conn: Connection, act: Act, courier: int, label: str, by: Staff, now: datetime
) -> None:
    entry = Entry(
        act=act, person_id=courier, by=by.id, office_id=by.office_id, facts={"phone": label}
    )
    await security_log.write(conn, entry, now=now)
