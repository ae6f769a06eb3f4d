"""When a form is fit to be accepted. Pure.

Everything wrong is found at once: a citizen is sent home for the missing
papers one time, not once a paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from notifications import phone as phones
from postal_service.clock import VIETNAM
from postal_service.desk.agencies import Agency
from postal_service.desk.checklist import read_papers
from postal_service.desk.intake import (
    Appointment,
    Entry,
    Findings,
    Incomplete,
    Intake,
    Person,
    ReturnWay,
)
from postal_service.desk.offices import Office
from postal_service.desk.procedures import Procedure, Service, services
from tracking.identifiers import parse_citizen_id, parse_dossier_code

HEAVIEST_G: Final = 30_000
#: A result is a sheet or two: what its way back is priced at before anybody has seen it.
RESULT_G: Final = 100
MOST_COPIES: Final = 99
#: Years an appointment may lie ahead before it is a slip of the finger.
FURTHEST_YEARS: Final = 5
#: The hour of an appointment that names only its day.
CLOSING: Final = "17:00"
#: A shorter address finds no house.
SHORTEST_ADDRESS: Final = 10


def check(
    entry: Entry,
    *,
    procedure: Procedure | None,
    agencies: Sequence[Agency],
    office: Office,
    now: datetime,
) -> Intake:
    """The intake behind *entry*. Raises Incomplete with everything that is wrong."""
    found = Findings()
    form_id = read_form_id(entry.form_id, found)
    service = read_service(entry.service, procedure, found)
    agency = next((a for a in agencies if str(a.id) == entry.agency_id), None)
    if procedure is not None and agency is None:
        found.add("agency_id", "Chọn cơ quan giải quyết.", "Choose the agency.")
    way = read_way(entry.return_way, service, found)
    applicant = read_applicant(entry, found, at_home=way is ReturnWay.HOME)
    receiver = read_receiver(entry, found, at_home=way is ReturnWay.HOME)
    by_agency = service is Service.RETURN
    papers = read_papers(entry, procedure, found) if procedure and not by_agency else ()
    weight = RESULT_G if by_agency else read_number("weight_g", entry.weight_g, HEAVIEST_G, found)
    sets = 1 if by_agency else read_number("sets", entry.sets, MOST_COPIES, found)
    appointment = read_appointment(entry, found, now) if by_agency else None
    if found.problems or not (form_id and procedure and agency and service and way):
        raise Incomplete(found.problems)
    return Intake(
        form_id=form_id,
        procedure=procedure,
        agency=agency,
        office=office,
        service=service,
        return_way=way,
        applicant=applicant,
        receiver=receiver,
        papers=papers,
        weight_g=weight,
        sets=sets,
        appointment=appointment,
    )


def read_form_id(text: str, found: Findings) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        found.add(
            "procedure_text",
            "Trang đã hỏng. Tải lại trang rồi nhập lại.",
            "The page is broken. Reload it and start again.",
        )
        return None


def read_service(text: str, procedure: Procedure | None, found: Findings) -> Service | None:
    """One of the three services, where the published flags let the post carry its legs."""
    if procedure is None:
        found.add(
            "procedure_text",
            "Chọn thủ tục trong danh sách gợi ý.",
            "Choose the procedure from the list.",
        )
        return None
    if not (allowed := services(procedure)):
        found.add(
            "procedure_text",
            "Cơ quan không cho gửi thủ tục này qua bưu điện. Hướng dẫn người dân nộp tại cơ quan.",
            "The agency does not take this procedure by post. The citizen files at the agency.",
        )
        return None
    if text not in allowed:
        found.add(
            "service",
            "Chọn dịch vụ mà thủ tục này cho phép.",
            "Choose a service that this procedure allows.",
        )
        return None
    return Service(text)


def read_way(text: str, service: Service | None, found: Findings) -> ReturnWay | None:
    """Without a leg home the citizen collects at the agency; with one, never there."""
    if service is Service.SEND:
        return ReturnWay.AGENCY
    if text not in (ReturnWay.HOME, ReturnWay.OFFICE):
        found.add("return_way", "Chọn nơi nhận kết quả.", "Choose where the result is received.")
        return None
    return ReturnWay(text)


def read_applicant(entry: Entry, found: Findings, *, at_home: bool) -> Person:
    name = read_name("name", entry.name, found)
    citizen = (
        found.attempt("citizen_id", parse_citizen_id, entry.citizen_id)
        if entry.citizen_id
        else None
    )
    number = None if entry.no_phone else read_phone("phone", entry.phone, found)
    address = read_text("address", entry.address, 300, found)
    if at_home and not entry.other_receiver and len(address) < SHORTEST_ADDRESS:
        found.add(
            "address",
            "Ghi địa chỉ giao kết quả: số nhà hoặc thôn, xã hoặc phường.",
            "Write the address for delivery: house or hamlet, commune or ward.",
        )
    return Person(
        full_name=name,
        citizen_id=citizen.number if citizen else None,
        phone=number.e164 if number else None,
        sms_allowed=bool(number and number.sms_allowed),
        address=address,
        note=read_text("note", entry.note, 200, found),
    )


def read_receiver(entry: Entry, found: Findings, *, at_home: bool) -> Person | None:
    """The other person who takes the result, if the applicant names one."""
    if not entry.other_receiver:
        return None
    number = (
        read_phone("receiver_phone", entry.receiver_phone, found) if entry.receiver_phone else None
    )
    address = read_text("receiver_address", entry.receiver_address, 300, found)
    if at_home and len(address) < SHORTEST_ADDRESS:
        found.add(
            "receiver_address",
            "Ghi địa chỉ của người nhận thay.",
            "Write the address of the one who receives.",
        )
    return Person(
        full_name=read_name("receiver_name", entry.receiver_name, found),
        phone=number.e164 if number else None,
        sms_allowed=bool(number and number.sms_allowed),
        address=address,
        note=read_text("note", entry.note, 200, found) if at_home else "",
    )


def read_name(field: str, text: str, found: Findings) -> str:
    if not 2 <= len(text) <= 120 or not any(letter.isalpha() for letter in text):
        found.add(
            field,
            "Ghi họ và tên như trên giấy tờ, từ 2 đến 120 ký tự.",
            "Write the full name as on the papers, 2 to 120 characters.",
        )
    return " ".join(text.split())


def read_text(field: str, text: str, longest: int, found: Findings) -> str:
    if len(text) > longest:
        found.add(
            field,
            f"Dài quá {longest} ký tự. Rút gọn lại.",
            f"Longer than {longest} characters. Shorten it.",
        )
    return text


def read_phone(field: str, text: str, found: Findings) -> phones.Phone | None:
    """A number to write to, or a landline to call."""
    phone = phones.read(text)
    if phone.status not in ("mobile", "landline"):
        said = phones.say(phone)
        found.add(field, said.vi, said.en)
    return phone


def read_number(field: str, text: str, most: int, found: Findings) -> int:
    """A whole number from 1 to *most*, in ASCII digits."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not 1 <= number <= most:
        found.add(field, f"Ghi một số từ 1 đến {most}.", f"Write a number from 1 to {most}.")
    return number


def read_appointment(entry: Entry, found: Findings, now: datetime) -> Appointment | None:
    """Code, day and hour from the agency's slip; its code carries the day of reception."""
    code = found.attempt("agency_code", parse_dossier_code, entry.agency_code)
    if code and code.day > now.astimezone(VIETNAM).date():
        found.add(
            "agency_code",
            "Ngày trong mã hồ sơ chưa tới. Đọc lại mã trên giấy hẹn.",
            "The day in the code lies ahead. Read the code on the slip again.",
        )
    due_at = read_due(entry.due_day, entry.due_time or CLOSING)
    if due_at is None or due_at.year > now.year + FURTHEST_YEARS:
        found.add(
            "due_day",
            "Ghi ngày hẹn trả trên giấy hẹn, ví dụ 10/12/2026.",
            "Write the day of the appointment, for example 10/12/2026.",
        )
        return None
    if code is None:
        return None
    if due_at.date() < code.day:
        found.add(
            "due_day",
            "Ngày hẹn trả trước ngày tiếp nhận trong mã hồ sơ. Đọc lại giấy hẹn.",
            "The appointment is before the day in the code. Read the slip again.",
        )
    return Appointment(agency_code=code.code, received_on=code.day, due_at=due_at)


def read_due(day: str, hour: str) -> datetime | None:
    """The moment of a day typed or picked and an hour, in Vietnam; None where there is none."""
    for form in ("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"):
        try:
            at = datetime.strptime(f"{day.strip()} {hour.strip()}", form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
        if at.year >= 2018:
            return at
    return None
