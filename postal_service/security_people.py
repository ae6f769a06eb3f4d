"""Who works here, and who may say so.

An account is opened with a link that works once; nobody but its owner ever knows its password.
Who leaves keeps nothing open, and what he still holds is said aloud. Every change is a line of
the access log.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection
from msgspec import Struct

from postal_service import security, security_log, security_steps_store
from postal_service import security_people_store as store
from postal_service.caller import Role, Staff
from postal_service.security import SecurityError, digest
from postal_service.security_log import Act, Entry
from postal_service.security_people_store import Colleague, Holding, Member, Place

__all__ = ["Holding", "Member", "NewMember", "Place"]

LINK_LIVES: Final = timedelta(hours=24)
AT_OFFICE: Final = frozenset({Role.CLERK, Role.COURIER, Role.SUPERVISOR})

#: Whose accounts each role opens and closes; an officer only if she heads her agency.
#: `postal_staffs` in migrations/0320_steps.sql says the same to row-level security.
STAFFS: Final[Mapping[Role, frozenset[Role]]] = {
    Role.OPERATOR: frozenset(Role),
    Role.MANAGER: AT_OFFICE | {Role.AGENCY_OFFICER},
    Role.SUPERVISOR: frozenset({Role.CLERK, Role.COURIER}),
    Role.AGENCY_OFFICER: frozenset({Role.AGENCY_OFFICER}),
}


class UnknownMember(SecurityError):
    """There is no such colleague, or she is not this person's to look after."""

    def __init__(self) -> None:
        super().__init__(
            "Không có nhân viên này trong phạm vi của bạn. Mở lại danh sách nhân sự.",
            "You look after no such colleague. Open the list of people again.",
        )


class NameTaken(SecurityError):
    def __init__(self, username: str) -> None:
        super().__init__(
            f"Tên đăng nhập “{username}” đã có người dùng. Chọn tên khác.",
            f"The user name “{username}” is taken. Choose another.",
        )


class BadPlace(SecurityError):
    """The role and the place do not go together, or the place is not the asker's."""

    def __init__(self) -> None:
        super().__init__(
            "Vai trò này cần đúng một nơi làm việc: bưu cục cho giao dịch viên, bưu tá, kiểm soát "
            "viên; cơ quan cho cán bộ một cửa. Chọn lại.",
            "This role needs its own kind of workplace: an office for clerks, couriers and "
            "supervisors, an agency for officers. Choose again.",
        )


class NotYourself(SecurityError):
    def __init__(self) -> None:
        super().__init__(
            "Không tự khóa hay đổi nơi làm việc của chính mình được. Nhờ người quản lý khác.",
            "Nobody closes or moves her own account. Ask another manager.",
        )


class StillHolds(SecurityError):
    """Papers are in the hands of somebody who is to leave or to move."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(
            f"{name} còn giữ {count} giấy tờ. Nhận lại trước, hoặc đánh dấu đã biết rồi khóa.",
            f"{name} still holds {count} papers. Take them back first, or tick that you know.",
        )


class NewMember(Struct, frozen=True, kw_only=True):
    """Somebody who begins to work here."""

    username: str
    full_name: str
    role: Role
    office_id: int | None = None
    agency_id: int | None = None
    phone: str | None = None
    head: bool = False


class Deed(Struct, frozen=True, kw_only=True):
    """Who does it, when, and why; ``by`` None: a command."""

    by: Staff | None
    now: datetime
    why: str = ""

    @property
    def by_id(self) -> int | None:
        return self.by.id if self.by else None


def roles_of(by: Staff) -> list[Role]:
    """The roles whose accounts *by* opens, in the order people think of them."""
    if by.role is Role.AGENCY_OFFICER and not by.head:
        return []
    return [role for role in Role if role in STAFFS.get(by.role, frozenset())]


def may_staff(by: Staff | None, whom: Member | NewMember) -> bool:
    """Whether *by* opens, changes and closes the account of *whom*; None: a command."""
    if by is None:
        return True
    if whom.role not in STAFFS.get(by.role, frozenset()):
        return False
    if by.role is Role.SUPERVISOR:
        return whom.office_id == by.office_id
    if by.role is Role.AGENCY_OFFICER:
        return by.head and whom.agency_id == by.agency_id
    return True


async def add(conn: Connection, new: NewMember, deed: Deed) -> int:
    """Open an account that nobody can sign in to yet. Raises BadPlace, NameTaken."""
    fits = (new.role in AT_OFFICE) == (new.office_id is not None)
    fits &= (new.role is Role.AGENCY_OFFICER) == (new.agency_id is not None)
    if (
        not fits
        or not may_staff(deed.by, new)
        or (new.head and new.role is not Role.AGENCY_OFFICER)
    ):
        raise BadPlace
    await check_place(conn, new, deed)
    person_id = await store.add(conn, new)
    if person_id is None:
        raise NameTaken(new.username)
    facts = {"role": new.role.value}
    await note(conn, Act.ADDED, (person_id, new.office_id), deed, facts=facts)
    return person_id


async def member(conn: Connection, person_id: int, *, by: Staff | None) -> Member:
    """A colleague whom *by* looks after. Raises UnknownMember."""
    found = await store.member(conn, person_id) if 0 < person_id < 2**63 else None
    if found is None or not may_staff(by, found):
        raise UnknownMember
    return found


async def members(conn: Connection, *, by: Staff, find: str = "") -> list[Member]:
    """Whom *by* looks after, by name; *find*: part of a name, user name or place."""
    found = await store.members(conn, find, by.office_id, by.agency_id)
    return [one for one in found if may_staff(by, one)]


async def reset_password(conn: Connection, whom: Member, deed: Deed) -> str:
    """Forget the password and end every session; the link by which she chooses another."""
    await store.set_password(conn, whom.id, None)
    await security.end_sessions(conn, whom.id)
    await note(conn, Act.PASSWORD_RESET, (whom.id, whom.office_id), deed)
    return await link(conn, whom, deed)


async def reset_step(conn: Connection, whom: Member, deed: Deed) -> None:
    """Forget a lost authenticator and end every session: the password leads to a new one.

    Raises NotYourself: who lost it needs a second person.
    """
    if deed.by_id == whom.id:
        raise NotYourself
    await security_steps_store.forget(conn, whom.id)
    await security.end_sessions(conn, whom.id)
    await note(conn, Act.STEP_RESET, (whom.id, whom.office_id), deed)


async def leave(conn: Connection, whom: Member, deed: Deed, *, known: bool) -> Sequence[Holding]:
    """Close the account, its sessions, phones and links at once; what she still holds.

    *known*: that she holds papers is known, and stands in the log. Raises NotYourself, StillHolds.
    """
    held = await let_go(conn, whom, deed, known=known)
    await store.set_active(conn, whom.id, False)
    await security.revoke(conn, whom.id, by=deed.by_id, now=deed.now)
    await store.end_links(conn, whom.id, deed.now)
    facts = {"held": [paper.s10 for paper in held]}
    await note(conn, Act.LEFT, (whom.id, whom.office_id), deed, facts=facts)
    return held


async def come_back(conn: Connection, whom: Member, deed: Deed) -> None:
    """Open a closed account again; she needs a new link, for her password is forgotten."""
    await store.set_password(conn, whom.id, None)
    await store.set_active(conn, whom.id, True)
    await note(conn, Act.CAME_BACK, (whom.id, whom.office_id), deed)


async def change(conn: Connection, whom: Member, new: NewMember, deed: Deed) -> None:
    """Write a new name, telephone, role or place down. A new place or role ends every session.

    Raises BadPlace, NotYourself, StillHolds.
    """
    moved = (new.role, new.office_id, new.agency_id) != (whom.role, whom.office_id, whom.agency_id)
    if not may_staff(deed.by, new):
        raise BadPlace
    if moved:
        await check_place(conn, new, deed)
        await let_go(conn, whom, deed, known=False)
    await store.change(conn, whom.id, new)
    if moved:
        await security.revoke(conn, whom.id, by=deed.by_id, now=deed.now)
    facts = {"role": new.role.value} | ({"office": new.office_id} if moved else {})
    act = Act.MOVED if moved else Act.CHANGED
    await note(conn, act, (whom.id, whom.office_id), deed, facts=facts)


async def let_go(conn: Connection, whom: Member, deed: Deed, *, known: bool) -> Sequence[Holding]:
    """What *whom* holds, if that may be left where it is. Raises NotYourself, StillHolds."""
    if deed.by_id == whom.id:
        raise NotYourself
    held = await store.held(conn, whom.id) if whom.role is Role.COURIER else []
    if held and not known:
        raise StillHolds(whom.full_name, len(held))
    return held


async def held(conn: Connection, whom: Member) -> Sequence[Holding]:
    """The papers in a courier's own hands; an office's are the office's."""
    return await store.held(conn, whom.id) if whom.role is Role.COURIER else []


async def places(conn: Connection, by: Staff, day: date) -> list[Place]:
    """Where *by* may let somebody work: the head of a place in that place alone."""
    found = await store.places(conn, day)
    if by.office_id is None and by.agency_id is None:
        return found
    own = ("office", by.office_id) if by.office_id is not None else ("agency", by.agency_id)
    return [place for place in found if (place.kind, place.id) == own]


async def colleagues(conn: Connection, staff: Staff) -> Sequence[Colleague]:
    """Who else may sit down at the counter of *staff*."""
    return await store.colleagues(conn, staff.office_id or 0, staff.id)


async def link(conn: Connection, whom: Member, deed: Deed) -> str:
    """A link that lets *whom* choose a password, once, within a day; older ones end."""
    token = secrets.token_urlsafe(32)
    await store.end_links(conn, whom.id, deed.now)
    lives = (deed.now, deed.now + LINK_LIVES)
    await store.add_link(conn, digest(token), whom.id, deed.by_id, lives)
    await note(conn, Act.LINKED, (whom.id, whom.office_id), deed)
    return token


async def check_place(conn: Connection, new: NewMember, deed: Deed) -> None:
    """Raise BadPlace unless there is such an office or agency today."""
    there = {(place.kind, place.id) for place in await store.places(conn, deed.now.date())}
    wanted = {("office", new.office_id), ("agency", new.agency_id)}
    if not all(place in there for place in wanted if place[1] is not None):
        raise BadPlace


async def note(
    conn: Connection,
    act: Act,
    whose: tuple[int, int | None],
    deed: Deed,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Put a deed on record; *whose*: account and office."""
    person_id, office_id = whose
    entry = Entry(
        act=act,
        person_id=person_id,
        by=deed.by_id,
        office_id=office_id,
        why=deed.why,
        facts=facts or {},
    )
    await security_log.write(conn, entry, now=deed.now)
