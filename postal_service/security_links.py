"""A person's own password: chosen behind a link that works once, changed by herself."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from asyncpg import Connection

from postal_service import security, security_log
from postal_service import security_people_store as store
from postal_service.security import SecurityError, digest
from postal_service.security_log import Act, Entry
from postal_service.security_passwords import LONGEST, SHORTEST, hash_password, is_guessable
from postal_service.security_people_store import Member


class BadPassword(SecurityError):
    """The new password is too short, or the first that anybody would try."""


class DeadLink(SecurityError):
    """The link was used, replaced, or is older than a day."""

    def __init__(self) -> None:
        super().__init__(
            "Đường dẫn này đã dùng, đã được thay, hoặc quá 24 giờ. Xin đường dẫn mới.",
            "This link was used or replaced, or is older than 24 hours. Ask for a new one.",
        )


async def behind_link(conn: Connection, token: str, *, now: datetime) -> Member:
    """Whose link this is, while it works. Raises DeadLink."""
    person_id = await store.behind_link(conn, digest(token), now)
    found = await store.member(conn, person_id) if person_id is not None else None
    if found is None or not found.active:
        raise DeadLink
    return found


async def begin(conn: Connection, token: str, password: str, *, now: datetime) -> Member:
    """Use the link up: *password*, checked before, is hers from now on. Raises DeadLink."""
    person_id = await store.use_link(conn, digest(token), now)
    found = await store.member(conn, person_id) if person_id is not None else None
    if found is None or not found.active:
        raise DeadLink
    await set_password(conn, found.id, password, keep="")
    entry = Entry(act=Act.BEGAN, person_id=found.id, office_id=found.office_id)
    await security_log.write(conn, entry, now=now)
    return found


async def set_password(conn: Connection, person_id: int, password: str, *, keep: str) -> None:
    """Make *password* hers, and end every session but that of the token *keep*."""
    await store.set_password(conn, person_id, await hash_password(password))
    await security.end_sessions(conn, person_id, but=keep)


class Named(Protocol):
    """Whose password it is to be."""

    @property
    def username(self) -> str: ...
    @property
    def full_name(self) -> str: ...


def check_new(password: str, again: str, whom: Named) -> None:
    """Whether *password*, typed twice, may be chosen. Raises BadPassword.

    Length counts and nothing else, but not what every guessing program begins with.
    """
    if password != again:
        raise BadPassword(
            "Hai lần gõ mật khẩu không giống nhau. Gõ lại cả hai.",
            "The two passwords differ. Type both again.",
        )
    if len(password) < SHORTEST:
        raise BadPassword(
            f"Mật khẩu mới cần ít nhất {SHORTEST} ký tự. Một câu dễ nhớ là tốt nhất.",
            f"A new password needs at least {SHORTEST} characters. A sentence is best.",
        )
    if len(password) > LONGEST:
        raise BadPassword(
            f"Mật khẩu dài quá {LONGEST} ký tự. Chọn câu ngắn hơn.",
            f"The password is longer than {LONGEST} characters. Choose a shorter one.",
        )
    if is_guessable(password, [whom.username, whom.full_name]):
        raise BadPassword(
            "Mật khẩu này ai cũng đoán ra: tên, từ thông dụng, dãy số hay dãy phím. Chọn câu khác.",
            "Anybody would guess this password: names, common words, numbers or rows of keys. "
            "Choose another.",
        )
