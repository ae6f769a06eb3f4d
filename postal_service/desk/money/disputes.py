"""A line of money that somebody says is wrong: written down, and answered by another person.

Whoever sees a line about her can dispute it: a clerk, a courier, an officer, the citizen on her
page. The office's supervisor answers, or the manager; nobody answers her own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.errors import DeskError
from postal_service.desk.money import disputes_store as store
from postal_service.desk.money.disputes_store import Dispute, NewDispute
from postal_service.desk.money.errors import UnknownEntry
from postal_service.desk.money.reversals import by_subject
from postal_service.desk.working_days import working_day
from tracking import calendars

__all__ = ["OUTCOMES", "Dispute", "answer", "may_answer", "of_entries", "open_", "standing"]

#: Working days of the post in which a dispute is answered: as a complaint asks for more.
ANSWER_DAYS: Final = 5
SHORTEST: Final = 5
LONGEST: Final = 1000
OUTCOMES: Final = {"mended": "đã sửa", "explained": "đã giải thích, giữ nguyên"}


class BadDispute(DeskError):
    """Another person has to understand it."""

    def __init__(self) -> None:
        super().__init__(
            f"Ghi rõ nội dung, từ {SHORTEST} đến {LONGEST} ký tự.",
            f"Say what it is, in {SHORTEST} to {LONGEST} characters.",
        )


class UnknownDispute(DeskError):
    """None of this place."""

    def __init__(self) -> None:
        super().__init__(
            "Không có khiếu nại tiền này ở đây. Mở lại danh sách.",
            "There is no such dispute here. Open the list again.",
        )


class DisputeAnswered(DeskError):
    """It is answered once."""

    def __init__(self) -> None:
        super().__init__(
            "Khiếu nại này đã có trả lời. Tải lại trang để xem.",
            "This dispute has been answered. Reload the page to read it.",
        )


class NotYourDispute(DeskError):
    """The supervisor answers, or the manager; nobody her own."""

    def __init__(self) -> None:
        super().__init__(
            "Trưởng bưu cục hoặc quản lý trả lời, và không ai trả lời khiếu nại của chính mình.",
            "The supervisor or the manager answers, and nobody her own.",
        )


class Typed(Struct, frozen=True, kw_only=True):
    """What is said about one line. ``subject``: its receipt's number, or the entry's id."""

    form_id: UUID
    subject: str
    why: str
    settlement_id: int | None = None


async def open_(
    conn: Connection[Record], typed: Typed, *, by: Staff | None, now: datetime
) -> Dispute:
    """Write a dispute down; *by* nobody: the citizen. Safe to send twice.

    What is disputed already by the same person stays as it was. Raises BadDispute, UnknownEntry.
    """
    if (earlier := await store.by_form(conn, typed.form_id)) is not None:
        return earlier
    if not SHORTEST <= len(typed.why) <= LONGEST:
        raise BadDispute
    entry = await by_subject(conn, typed.subject)
    if (standing_ := await store.same(conn, entry.id, by.id if by else None)) is not None:
        return standing_
    today = now.astimezone(VIETNAM).date()
    calendar = await calendars.calendar_for(conn, calendars.POST_STANDARD, today)
    new = NewDispute(
        form_id=typed.form_id,
        entry_id=entry.id,
        dossier_id=entry.dossier_id,
        settlement_id=typed.settlement_id,
        office_id=entry.office_id,
        opened_by=by.id if by else None,
        opened_at=now,
        answer_by=working_day(calendar, today, ANSWER_DAYS),
        why=typed.why,
    )
    await store.add(conn, new)
    made = await store.by_form(conn, typed.form_id)
    if made is None:
        raise UnknownEntry(typed.subject)
    return made


async def standing(conn: Connection[Record], staff: Staff) -> list[Dispute]:
    """What the asker may see: her own, and what she is to answer; open ones first."""
    return await store.standing(conn, staff.id, staff.role in (Role.SUPERVISOR, Role.MANAGER))


async def of_entries(
    conn: Connection[Record], entry_ids: list[int], by: int | None
) -> dict[int, Dispute]:
    """What *by* has said about each of these entries, the newest."""
    return {each.entry_id: each for each in await store.of_entries(conn, entry_ids, by)}


def may_answer(dispute: Dispute, staff: Staff) -> bool:
    if dispute.outcome is not None or dispute.opened_by == staff.id:
        return False
    if staff.role is Role.MANAGER:
        return True
    return staff.role is Role.SUPERVISOR and dispute.office_id == staff.office_id


async def answer(
    conn: Connection[Record],
    dispute_id: int,
    outcome: str,
    text: str,
    *,
    staff: Staff,
    now: datetime,
) -> Dispute:
    """Close it with what was done. The same answer again changes nothing.

    Raises UnknownDispute, NotYourDispute, DisputeAnswered, BadDispute.
    """
    found = await store.lock(conn, dispute_id) if 0 < dispute_id < 2**63 else None
    if found is None:
        raise UnknownDispute
    if found.outcome is not None:
        if (found.outcome, found.answer) == (outcome, text):
            return found
        raise DisputeAnswered
    if not may_answer(found, staff):
        raise NotYourDispute
    if outcome not in OUTCOMES or not SHORTEST <= len(text) <= LONGEST:
        raise BadDispute
    await store.close(conn, found, outcome, text, by=staff.id, at=now)
    closed = await store.lock(conn, dispute_id)
    return closed or found
