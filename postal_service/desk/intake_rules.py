"""When a form is fit to be accepted. Pure.

Everything wrong is found at once: a citizen is sent home for the missing
papers one time, not once a paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk.checklist import read_extras, read_papers
from postal_service.desk.intake import (
    Appointment,
    Entry,
    Findings,
    Incomplete,
    Intake,
    Paper,
    Person,
    ReturnWay,
)
from postal_service.desk.intake_people import (
    SHORTEST_ADDRESS,
    read_applicant,
    read_receiver,
    read_representative,
)
from postal_service.desk.money.model import Means, Moment, Payment
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure, Service, services
from tracking.identifiers import parse_dossier_code

HEAVIEST_G: Final = 30_000
#: A result is a sheet or two: what its way back is priced at before anybody has seen it.
RESULT_G: Final = 100
MOST_COPIES: Final = 99
#: Years an appointment may lie ahead before it is a slip of the finger.
FURTHEST_YEARS: Final = 5
#: The hour of an appointment that names only its day.
CLOSING: Final = "17:00"
#: A ground is a few words: "hộ nghèo, sổ số …".
SHORTEST_GROUND: Final = 3
LONGEST_GROUND: Final = 200


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
    if entry.papers_home and not by_agency:
        need_door(applicant, found)
    representative = read_representative(entry, found)
    papers: tuple[Paper, ...] = ()
    if procedure and not by_agency:
        papers = read_papers(entry, procedure, found) + read_extras(entry, found)
    weight = RESULT_G if by_agency else read_number("weight_g", entry.weight_g, HEAVIEST_G, found)
    sets = 1 if by_agency else read_number("sets", entry.sets, MOST_COPIES, found)
    appointment = read_appointment(entry, found, now) if by_agency else None
    payment = read_payment(entry, service, found) if service else Payment()
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
        representative=representative,
        payment=payment,
        papers_home=entry.papers_home and not by_agency,
    )


def need_door(applicant: Person, found: Findings) -> None:
    """Refused papers that are to come home need the applicant's own address."""
    said = any(problem.field == "address" for problem in found.problems)
    if len(applicant.address) < SHORTEST_ADDRESS and not said:
        found.add(
            "address",
            "Giao giấy tờ trả lại tại nhà thì phải có địa chỉ của người nộp.",
            "Papers that are to come home need the applicant's address.",
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
    if allowed == [Service.RETURN] and text in (Service.SEND, Service.BOTH):
        found.add(
            "service",
            "Cơ quan chỉ nhận thủ tục này trực tiếp, bưu điện không được nhận hồ sơ. In phiếu "
            "hướng dẫn, hoặc chọn «Nhận kết quả» khi người dân đã có giấy hẹn.",
            "The agency takes these papers in person only; the post may not. Print the guidance, "
            "or choose “receive result” where the citizen has the agency's slip.",
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


def read_payment(entry: Entry, service: Service, found: Findings) -> Payment:
    """Who pays what when. Where she filed herself she paid the agency herself."""
    try:
        payment = Payment(
            state=Moment(entry.state_moment),
            back=Moment(entry.back_moment),
            means=Means(entry.means),
            why=entry.exempt_why,
        )
    except ValueError:
        found.add(
            "state_moment",
            "Chọn cách thu tiền trong danh sách.",
            "Choose from the list how the money is paid.",
        )
        return Payment()
    if payment.means is Means.NONE or payment.back is Moment.EXEMPT:
        found.add("means", "Chọn tiền mặt hoặc chuyển khoản.", "Choose cash or transfer.")
    if service is Service.RETURN:
        return replace(payment, state=Moment.BEFORE, why="")
    if service is Service.SEND and payment.state is Moment.ON_DELIVERY:
        found.add(
            "state_moment",
            "Chỉ gửi hồ sơ thì bưu điện không giao kết quả: chọn thu ngay hoặc được miễn.",
            "Nothing is delivered with this service: choose now or exempt.",
        )
    if payment.state is not Moment.EXEMPT:
        return replace(payment, why="")
    if not SHORTEST_GROUND <= len(payment.why) <= LONGEST_GROUND:
        found.add(
            "exempt_why",
            "Ghi căn cứ miễn lệ phí, ví dụ: hộ nghèo, người có công (3 đến 200 ký tự).",
            "Write the ground of the exemption, like a poor household (3 to 200 characters).",
        )
    return payment


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
