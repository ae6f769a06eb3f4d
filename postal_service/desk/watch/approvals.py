"""What takes two people: one asks with a reason, another decides, and only then it is done.

The act is the asker's, the one who agrees stands beside it in the register as its
approver. At an office one of the two is a supervisor; at an agency's desk two officers do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.money import reversals
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group
from postal_service.desk.watch import approval_acts, approval_terms, incident_desk
from postal_service.desk.watch import approvals_store as store
from postal_service.desk.watch.approval_errors import (
    AlreadyAsked,
    AlreadyDecided,
    BadAsk,
    NotTheSecondPerson,
    UnknownApproval,
    UnknownSubject,
)
from postal_service.desk.watch.approvals_store import Approval
from tracking.errors import ScanReused, TrackingError

__all__ = [
    "Approval",
    "Ask",
    "Decline",
    "Kind",
    "approve",
    "ask",
    "count_waiting",
    "decided",
    "decline",
    "get",
    "may_decide",
    "waiting",
    "withdraw",
]

#: How long an answer stays on the list.
SHOWN: Final = timedelta(days=10)


class Kind(StrEnum):
    """What may be asked, and what its subject is."""

    UNDO = "undo"  #: an S10 number; ``undoes`` the line
    REDIRECT = "redirect"  #: an S10 number; ``agency`` where it belongs
    DECLARE_LOST = "declare_lost"  #: an S10 number
    SEND_BACK = "send_back"  #: an S10 number
    CLOSE_BAG = "close_bag"  #: a list's number
    CLOSE_INCIDENT = "close_incident"  #: an incident's id; ``outcome``
    REISSUE_RECEIPT = "reissue_receipt"  #: a receipt's number
    SECOND_SUPPLEMENT = "second_supplement"  #: a dossier's number; its papers are kept beside
    SECOND_EXTENSION = "second_extension"  #: a dossier's number; ``more`` units, or ``due_at``
    REVERSE_ENTRY = "reverse_entry"  #: a receipt's number, or an entry's id


class Decline(StrEnum):
    """Why a second person does not agree."""

    NOT_SO = "not_so"
    WRONG_ITEM = "wrong_item"
    LOOK_FIRST = "look_first"
    SETTLED = "settled"


#: Mistakes and what was found wrong with papers; a paper also goes back for what the door said.
REASONS: Final = frozenset({Group.CORRECTION, Group.CUSTODY_DISCREPANCY})
OWN_REASONS: Final[Mapping[Kind, frozenset[Group]]] = {
    Kind.SEND_BACK: REASONS | {Group.DELIVERY_FAILED},
    Kind.REDIRECT: REASONS | {Group.REFUSAL},
    Kind.SECOND_SUPPLEMENT: frozenset({Group.SECOND_REQUEST}),
    Kind.SECOND_EXTENSION: frozenset({Group.LATE}),
    Kind.REVERSE_ENTRY: frozenset({Group.CORRECTION}),
}
ENDINGS: Final = frozenset({"found", "lost", "repacked", "explained"})
#: What two officers of one agency settle about a dossier of theirs.
OF_AN_AGENCY: Final = frozenset({Kind.SECOND_SUPPLEMENT, Kind.SECOND_EXTENSION})
OFFICE: Final = frozenset({Role.CLERK, Role.SUPERVISOR})
#: What a courier may ask for, who does not keep an office's papers.
COURIERS: Final = frozenset({Kind.UNDO, Kind.REVERSE_ENTRY})
#: What a manager decides too: money of an office whose supervisor has taken it herself.
MANAGERS: Final = frozenset({Kind.REVERSE_ENTRY})


class Ask(Struct, frozen=True, kw_only=True):
    """One person's wish. ``id`` is drawn by her page; the act will carry it.

    ``facts``: what the kind needs beside its subject, by the names in Kind.
    """

    id: UUID
    kind: Kind
    subject: str
    reason: str
    by: Staff
    facts: dict[str, Any] = {}


async def ask(conn: Connection[Record], wish: Ask, *, now: datetime) -> Approval:
    """Put *wish* before a second person. Safe to repeat.

    Raises BadAsk, UnknownReason, UnknownSubject, AlreadyAsked, ScanReused.
    """
    if (earlier := await store.one(conn, wish.id)) is not None:
        return repeated(earlier, wish)
    check(wish)
    reason = await reasons.get(conn, wish.reason)
    if Group(reason.reason_group) not in OWN_REASONS.get(wish.kind, REASONS):
        raise BadAsk
    if not await concerns(conn, wish):
        raise UnknownSubject(wish.subject)
    await store.lapse(conn, wish.kind, wish.subject, now)
    await store.add(
        conn, wish.id, wish.kind, wish.by.office_id, wish.by.agency_id, wish.subject, wish.reason,
        wish.facts, wish.by.id, wish.by.role, now,
        await approval_terms.until(conn, wish.by.office_id, wish.by.agency_id, now),
    )  # fmt: skip
    made = await store.one(conn, wish.id)
    if made is None:
        raise AlreadyAsked(wish.subject)
    return repeated(made, wish)


def repeated(earlier: Approval, wish: Ask) -> Approval:
    """The question already asked under this id. Raises ScanReused where it was another one."""
    said = (earlier.kind, earlier.subject, earlier.asked_by, earlier.reason, earlier.facts)
    if said != (wish.kind, wish.subject, wish.by.id, wish.reason, wish.facts):
        raise ScanReused(wish.id)
    return earlier


def check(wish: Ask) -> None:
    """Raise BadAsk where the wish is not of its kind, or not of this person."""
    needed = {
        Kind.UNDO: {"undoes"}, Kind.REDIRECT: {"agency"}, Kind.CLOSE_INCIDENT: {"outcome"},
    }.get(wish.kind, set())  # fmt: skip
    if wish.kind is Kind.SECOND_EXTENSION:
        needed = {"due_at"} if "due_at" in wish.facts else {"more"}
    whole = set(wish.facts) == needed and wish.facts.get("outcome", "found") in ENDINGS
    hers = wish.by.role in OFFICE or wish.kind in COURIERS
    if wish.kind in OF_AN_AGENCY:
        hers = wish.by.role is Role.AGENCY_OFFICER
    known = wish.kind in approval_acts.ACTS
    if not (whole and hers and known and 1 <= len(wish.subject) <= 40):
        raise BadAsk


async def concerns(conn: Connection[Record], wish: Ask) -> bool:
    """Whether what the wish is about is its asker's business."""
    by = wish.by
    match wish.kind:
        case Kind.CLOSE_BAG:
            return await store.list_concerns(conn, wish.subject, by.office_id)
        case Kind.CLOSE_INCIDENT:
            return await incident_desk.concerns(conn, wish.subject, by.office_id or 0)
        case Kind.REISSUE_RECEIPT:
            return await store.receipt_concerns(conn, wish.subject, by.office_id)
        case Kind.SECOND_SUPPLEMENT | Kind.SECOND_EXTENSION:
            return await store.dossier_concerns(conn, wish.subject, by.agency_id)
        case Kind.REVERSE_ENTRY:
            return await reversals.concerns(conn, wish.subject, by)
    line = UUID(wish.facts["undoes"]) if wish.kind is Kind.UNDO else None
    return await store.paper_concerns(conn, wish.subject, place_of(by), by.id, line)


def place_of(staff: Staff) -> tuple[int | None, int | None]:
    return staff.office_id, staff.agency_id


async def waiting(conn: Connection[Record], staff: Staff, *, now: datetime) -> list[Approval]:
    """What waits where *staff* works, the oldest first; a courier sees his own alone."""
    return await store.waiting(conn, place_of(staff), only(staff), now)


async def decided(conn: Connection[Record], staff: Staff, *, now: datetime) -> list[Approval]:
    """What was answered, taken back or has lapsed in the last days, the newest first."""
    since = now - SHOWN
    return await store.decided(conn, place_of(staff), only(staff), since=since, now=now)


async def waiting_about(
    conn: Connection[Record], ref: str, agency_id: int | None, *, now: datetime
) -> list[Approval]:
    """What waits at an agency for a second person about one dossier."""
    waiting = await store.waiting(conn, (None, agency_id), None, now)
    return [each for each in waiting if each.subject == ref]


async def count_waiting(conn: Connection[Record], office_id: int, *, now: datetime) -> int:
    return await store.count(conn, (office_id, None), now)


def only(staff: Staff) -> int | None:
    return staff.id if staff.role is Role.COURIER else None


def may_decide(asked: Approval, staff: Staff) -> bool:
    """Whether *staff* can be the second person of what was asked where she works."""
    if staff.id == asked.asked_by:
        return False
    if staff.role is Role.MANAGER:
        return asked.kind in MANAGERS
    if asked.agency_id is not None:
        return staff.role is Role.AGENCY_OFFICER
    roles = {staff.role, asked.asked_as}
    return staff.role in OFFICE and Role.SUPERVISOR in roles


async def get(conn: Connection[Record], id_: UUID, staff: Staff) -> Approval:
    """One question, for whoever works where it was asked. Raises UnknownApproval."""
    found = await store.one(conn, id_)
    if found is None:
        raise UnknownApproval
    looks_on = staff.role is Role.MANAGER and found.kind in MANAGERS
    if not looks_on and (found.office_id, found.agency_id) != place_of(staff):
        raise UnknownApproval
    if only(staff) not in (None, found.asked_by):
        raise UnknownApproval
    return found


async def approve(conn: Connection[Record], id_: UUID, *, by: Staff, now: datetime) -> Approval:
    """Agree, and do at once what was asked; two who press together do it once.

    What the register refuses by now is written down as refused, and nothing of it stays
    done. Raises UnknownApproval, NotTheSecondPerson, AlreadyDecided, SamePerson.
    """
    asked = await locked(conn, id_, by)
    if asked.state in ("done", "refused") and asked.decided_by == by.id:
        return asked
    check_open(asked, now)
    if not may_decide(asked, by):
        raise NotTheSecondPerson
    if asked.kind == Kind.REVERSE_ENTRY:
        await reversals.check_hand(conn, asked.subject, by.id)
    try:
        async with conn.transaction():
            await approval_acts.carry_out(conn, asked, approver=by.id, now=now)
    except (TrackingError, DeskError) as refusal:
        why = type(refusal).__name__
        await store.settle(conn, id_, "refused", by=by.id, at=now, why=why, said=refusal.vi)
        await approval_acts.note_refused(conn, asked, refusal, now=now)
    else:
        await store.settle(conn, id_, "done", by=by.id, at=now)
    return await get(conn, id_, by)


async def decline(
    conn: Connection[Record], id_: UUID, answer: Decline, *, by: Staff, now: datetime
) -> Approval:
    """Do not agree, and say why. Safe to repeat. Raises as approve does."""
    asked = await locked(conn, id_, by)
    if (asked.state, asked.decided_by, asked.answer) == ("declined", by.id, answer):
        return asked
    check_open(asked, now)
    if not may_decide(asked, by):
        raise NotTheSecondPerson
    await store.settle(conn, id_, "declined", by=by.id, at=now, answer=answer)
    return await get(conn, id_, by)


async def withdraw(conn: Connection[Record], id_: UUID, *, by: Staff, now: datetime) -> Approval:
    """The asker takes her question back. Safe to repeat. Raises UnknownApproval, AlreadyDecided."""
    asked = await locked(conn, id_, by)
    if asked.asked_by != by.id:
        raise UnknownApproval
    if asked.state == "withdrawn":
        return asked
    check_open(asked, now)
    await store.settle(conn, id_, "withdrawn", by=by.id, at=now)
    return await get(conn, id_, by)


async def locked(conn: Connection[Record], id_: UUID, by: Staff) -> Approval:
    """The question, held until the transaction ends. Raises UnknownApproval."""
    await store.lock(conn, id_)
    return await get(conn, id_, by)


def check_open(asked: Approval, now: datetime) -> None:
    if asked.state != "waiting" or asked.expires_at <= now:
        raise AlreadyDecided
