"""Complaints at the counter: a number, three clocks, and an answer by somebody it is not about.

The clocks are the national set's: 2 working days to decline what is not the post's, 5 to ask
for more, 15 to answer. A working day is one on which the office takes people in, and the
first day does not count (Civil Code, art. 147).
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter_store
from postal_service.desk.citizen import complaint_store as store
from postal_service.desk.citizen.complaint_store import Complaint, NewComplaint, Told
from postal_service.desk.errors import DeskError
from postal_service.desk.papers.counter_papers import ComplaintReceipt
from postal_service.desk.printing import item_papers, prints
from postal_service.desk.published import offices
from postal_service.desk.watch.radar_rules import Rule, Silence
from postal_service.desk.working_days import working_day
from tracking import calendar_editions, number_store

__all__ = ["Complaint", "Typed", "answer", "find", "open_", "receipt_of", "silences", "standing"]

DECLINE_DAYS: Final = 2
ASK_DAYS: Final = 5
ANSWER_DAYS: Final = 15
#: What it is about: a closed list, so that a year's complaints can be counted.
ABOUT: Final = {
    "attitude": "thái độ phục vụ",
    "late": "chậm, trễ hẹn",
    "lost": "mất, hỏng giấy tờ",
    "money": "thu tiền, giá cước",
    "papers": "đòi thêm giấy tờ",
    "other": "việc khác",
}
OUTCOMES: Final = {"answered": "đã trả lời", "declined": "không tiếp nhận"}
NUMBER: Final = re.compile(r"PA-[0-9]{6}-[0-9]{5}")
SHORTEST: Final = 5
LONGEST: Final = 2000
LONGEST_NAME: Final = 120
LONGEST_PHONE: Final = 40


class BadComplaint(DeskError):
    """Something the register of complaints needs is missing or too long; ``field`` says which."""

    def __init__(self, field: str, vi: str, en: str) -> None:
        super().__init__(vi, en)
        self.field = field


class UnknownComplaint(DeskError):
    """This office has no complaint of that number."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu cục không có phản ánh mang số này. Xem lại số trên phiếu.",
            "This office has no complaint of that number. Check the number on the slip.",
        )


class AlreadyAnswered(DeskError):
    """A complaint is answered once."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Phản ánh {number} đã có trả lời. Tải lại trang để xem.",
            f"Complaint {number} has been answered. Reload the page to read it.",
        )


class NotYoursToAnswer(DeskError):
    """The supervisor answers: a complaint may be about any clerk."""

    def __init__(self) -> None:
        super().__init__(
            "Trưởng bưu cục trả lời phản ánh. Chuyển cho trưởng bưu cục.",
            "The supervisor answers complaints. Pass it on.",
        )


class Typed(Struct, frozen=True, kw_only=True):
    """A complaint as it was typed at the counter."""

    form_id: UUID
    about: str
    text: str
    name: str = ""
    phone: str = ""
    ref: str = ""


async def open_(conn: Connection[Record], typed: Typed, *, staff: Staff, now: datetime) -> str:
    """Write the complaint down and return its number. Safe to press twice.

    Raises BadComplaint, BadIdentifier and UnknownDossier for a dossier that is not this
    office's.
    """
    await counter_store.lock_form(conn, typed.form_id)
    if found := await store.by_form(conn, typed.form_id):
        return found.number
    check(typed)
    office = await offices.get(conn, staff.office_id or 0)
    ref = (await prints.find(conn, typed.ref, office.id)).ref if typed.ref else None
    day = now.astimezone(VIETNAM).date()
    calendar = await calendar_editions.calendar_for(conn, office.hours_group, day)
    number = f"PA-{day:%y%m%d}-{await number_store.next_serial(conn, day, 'PA'):05}"
    await store.add(
        conn,
        NewComplaint(
            form_id=typed.form_id,
            number=number,
            office_id=office.id,
            ref=ref,
            about=typed.about,
            told=Told(name=typed.name, phone=typed.phone, text=typed.text),
            opened_at=now,
            opened_by=staff.id,
            decline_by=working_day(calendar, day, DECLINE_DAYS),
            ask_by=working_day(calendar, day, ASK_DAYS),
            answer_by=working_day(calendar, day, ANSWER_DAYS),
        ),
    )
    return number


def check(typed: Typed) -> None:
    """Raise BadComplaint for what cannot be written down."""
    if typed.about not in ABOUT:
        raise BadComplaint("about", "Chọn việc bị phản ánh.", "Choose what it is about.")
    if not SHORTEST <= len(typed.text) <= LONGEST:
        raise BadComplaint(
            "text",
            f"Ghi nội dung phản ánh, từ {SHORTEST} đến {LONGEST} ký tự.",
            f"Write what is said, {SHORTEST} to {LONGEST} characters.",
        )
    if len(typed.name) > LONGEST_NAME:
        raise BadComplaint("name", "Tên dài quá 120 ký tự.", "The name is too long.")
    if len(typed.phone) > LONGEST_PHONE:
        raise BadComplaint("phone", "Số điện thoại quá dài.", "The telephone number is too long.")


async def standing(conn: Connection[Record], staff: Staff) -> list[Complaint]:
    """The office's complaints: open ones first, the most urgent on top."""
    return await store.of_office(conn, staff.office_id or 0)


async def find(conn: Connection[Record], number: str, staff: Staff) -> Complaint:
    """Raises UnknownComplaint, also for another office's."""
    fits = NUMBER.fullmatch(number)
    found = await store.by_number(conn, number, staff.office_id or 0) if fits else None
    if found is None:
        raise UnknownComplaint
    return found


async def answer(
    conn: Connection[Record],
    number: str,
    outcome: str,
    text: str,
    *,
    staff: Staff,
    now: datetime,
) -> None:
    """Close a complaint with what was answered. The same answer again changes nothing.

    Raises UnknownComplaint, NotYoursToAnswer, AlreadyAnswered, BadComplaint.
    """
    found = await find(conn, number, staff)
    if staff.role is not Role.SUPERVISOR:
        raise NotYoursToAnswer
    if found.outcome is not None:
        if (found.outcome, found.answer) == (outcome, text):
            return
        raise AlreadyAnswered(number)
    if outcome not in OUTCOMES or not SHORTEST <= len(text) <= LONGEST:
        raise BadComplaint(
            "answer",
            f"Chọn kết quả và ghi câu trả lời, từ {SHORTEST} đến {LONGEST} ký tự.",
            f"Choose the outcome and write the answer, {SHORTEST} to {LONGEST} characters.",
        )
    await store.close(conn, found, outcome=outcome, answer=text, at=now, by=staff.id)


async def receipt_of(conn: Connection[Record], found: Complaint) -> ComplaintReceipt:
    """The slip she takes home."""
    office = await offices.get(conn, found.office_id)
    said = found.said
    return ComplaintReceipt(
        head=await item_papers.head(conn, office, found.opened_at),
        number=found.number,
        name=said.name,
        ref=found.ref,
        about=ABOUT[found.about],
        text=said.text,
        opened_at=found.opened_at,
        decline_by=found.decline_by,
        ask_by=found.ask_by,
        answer_by=found.answer_by,
        hotline=office.hotline,
        clerk=found.opener,
    )


async def silences(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Silence]:
    """Complaints whose last day is tomorrow, today or gone: what the radar hears."""
    day = now.astimezone(VIETNAM).date()
    return [
        Silence(
            rule=Rule.COMPLAINT_DUE,
            subject=f"complaint:{each.id}",
            since=datetime.combine(each.answer_by - timedelta(days=1), time(), VIETNAM),
            facts={"number": each.number, "expected": each.answer_by},
        )
        for each in await store.due(conn, office_id, day + timedelta(days=1))
    ]
