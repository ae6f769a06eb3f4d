"""When an order to fetch papers at home can be taken. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.intake import Findings, Incomplete, Person, Problem
from postal_service.desk.intake_people import SHORTEST_ADDRESS, read_name, read_phone, read_text
from postal_service.desk.intake_rules import read_number
from postal_service.desk.pickups.pickup_moves import HALVES
from postal_service.desk.windows import Window
from tracking.working_time import Calendar

#: Nobody plans a courier's day further ahead.
FURTHEST: Final = timedelta(days=30)
MOST_DOSSIERS: Final = 20
#: A courier needs so long to be told and to come.
NOTICE: Final = timedelta(hours=1)
NOON: Final = time(12)


class PickupEntry(Struct, frozen=True, kw_only=True):
    """The form as typed, nothing checked."""

    form_id: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    procedure_id: str = ""
    agency_id: str = ""
    dossiers: str = "1"
    day: str = ""
    half: str = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """A form without a fault, before anybody has looked at places and calendars."""

    form_id: UUID
    sender: Person
    procedure_id: int | None
    agency_id: int | None
    dossiers: int
    day: date
    half: str


def read(
    entry: PickupEntry,
    *,
    today: date,
    procedures: Collection[int],
    agencies: Collection[int],
    by_code: bool = False,
) -> Wanted:
    """What the form asks for. Raises Incomplete with everything that is wrong.

    *by_code*: the telephone has to take a message.
    """
    found = Findings()
    name = read_name("name", entry.name, found)
    number = read_phone("phone", entry.phone, found)
    if by_code and number is not None and number.e164 and not number.sms_allowed:
        found.add(
            "phone",
            "Số này không nhận được mã xác nhận. Ghi số di động, hoặc gọi bưu cục để đặt.",
            "No code reaches this number. Write a mobile number, or ring the post office.",
        )
    address = read_text("address", entry.address, 300, found)
    if len(address) < SHORTEST_ADDRESS:
        found.add(
            "address",
            "Ghi địa chỉ đến lấy: số nhà, đường hoặc thôn, xã hoặc phường.",
            "Write the address: house, street or hamlet, commune or ward.",
        )
    note = read_text("note", entry.note, 200, found)
    procedure_id = chosen("procedure_id", entry.procedure_id, procedures, found)
    agency_id = chosen("agency_id", entry.agency_id, agencies, found)
    dossiers = read_number("dossiers", entry.dossiers, MOST_DOSSIERS, found)
    day = read_day(entry.day, today, found)
    if entry.half not in HALVES:
        found.add("half", "Chọn buổi sáng hoặc buổi chiều.", "Choose morning or afternoon.")
    try:
        form_id = UUID(entry.form_id)
    except ValueError:
        found.add("name", "Trang đã hỏng. Tải lại rồi nhập lại.", "The page is broken. Reload it.")
        form_id = UUID(int=0)
    if found.problems or day is None:
        raise Incomplete(found.problems)
    return Wanted(
        form_id=form_id,
        sender=Person(
            full_name=name,
            phone=number.e164 if number else None,
            sms_allowed=bool(number and number.sms_allowed),
            address=address,
            note=note,
        ),
        procedure_id=procedure_id,
        agency_id=agency_id,
        dossiers=dossiers,
        day=day,
        half=entry.half,
    )


def chosen(field: str, text: str, known: Collection[int], found: Findings) -> int | None:
    """One of a list, or nothing where nothing is known yet."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in known:
        return int(text)
    found.add(field, "Chọn lại trong danh sách.", "Choose from the list again.")
    return None


def read_day(text: str, today: date, found: Findings) -> date | None:
    """A day typed or picked, from today on and not too far ahead."""
    day = None
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text.strip(), form).replace(tzinfo=VIETNAM).date()
        except ValueError:
            continue
    if day is None:
        found.add(
            "day",
            "Ghi ngày muốn bưu tá đến, ví dụ 27/11/2026.",
            "Write the day the courier should come, for example 27/11/2026.",
        )
        return None
    if day < today:
        found.add("day", f"Ngày {day:%d/%m/%Y} đã qua. Chọn ngày khác.", "That day is over.")
        return None
    if day > today + FURTHEST:
        found.add(
            "day",
            f"Chỉ nhận đặt trước {FURTHEST.days} ngày. Chọn ngày gần hơn.",
            f"Orders are taken {FURTHEST.days} days ahead at most. Choose an earlier day.",
        )
        return None
    return day


def spell(calendar: Calendar, day: date, half: str) -> Window | None:
    """When the office works in that half of the day; None where it does not."""
    first, last = (time.min, NOON) if half == "morning" else (NOON, time.max)
    parts = [
        (max(session.open, first), min(session.close, last))
        for session in calendar.sessions_of(day)
        if session.accepts and session.open < last and session.close > first
    ]
    if not parts:
        return None
    opens, closes = min(start for start, _ in parts), max(end for _, end in parts)
    return Window(datetime.combine(day, opens, VIETNAM), datetime.combine(day, closes, VIETNAM))


def check_day(
    calendar: Calendar, day: date, half: str, now: datetime, closed_until: date | None
) -> None:
    """Raise Incomplete where no courier can come then; it says when one can."""
    if closed_until is not None and day <= closed_until:
        refuse(
            f"Nơi này đang gián đoạn, dự kiến thông lại sau ngày {closed_until:%d/%m/%Y}. "
            "Chọn ngày sau đó.",
            f"Nobody gets there until {closed_until:%d/%m/%Y}. Choose a later day.",
        )
    window = spell(calendar, day, half)
    if window is None:
        later = next_day(calendar, day + timedelta(days=1), half)
        refuse(
            f"Bưu cục không làm việc {HALVES[half]} ngày {day:%d/%m/%Y}. "
            f"Ngày gần nhất: {later:%d/%m/%Y}.",
            f"The post office is closed in that half of {day:%d/%m/%Y}. "
            f"The next one is {later:%d/%m/%Y}.",
        )
    elif window.closes < now + NOTICE:
        refuse(
            "Buổi này sắp hết hoặc đã hết giờ làm việc. Chọn buổi sau hoặc ngày khác.",
            "That half of the day is nearly over. Choose a later one.",
        )


def next_day(calendar: Calendar, day: date, half: str) -> date:
    """The first day from *day* on that has such a half; the 30th where none has."""
    for ahead in range(FURTHEST.days):
        later = day + timedelta(days=ahead)
        if spell(calendar, later, half):
            return later
    return day + FURTHEST


def refuse(vi: str, en: str) -> None:
    raise Incomplete([Problem("day", vi, en)])
