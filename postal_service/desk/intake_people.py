"""The people of a form: applicant, receiver, and who stands here for her. Pure."""

from __future__ import annotations

from typing import Final

from notifications import phone as phones
from postal_service.desk.intake import Entry, Findings, Person, Representative
from tracking.identifiers import parse_citizen_id

#: A shorter address finds no house.
SHORTEST_ADDRESS: Final = 10
#: Number and day of an authorisation: "UQ 12/2026, 20/11/2026".
SHORTEST_PAPER: Final = 3
LONGEST_PAPER: Final = 200
#: Digits of a personal number, the old one's first.
DIGITS: Final = (9, 12)


def read_applicant(entry: Entry, found: Findings, *, at_home: bool) -> Person:
    name = read_name("name", entry.name, found)
    citizen = read_citizen_id("citizen_id", entry.citizen_id, found) if entry.citizen_id else None
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
        citizen_id=citizen,
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


def read_representative(entry: Entry, found: Findings) -> Representative | None:
    """Who hands the papers in for the applicant: known by her own card, and by her paper."""
    if not entry.represented:
        return None
    number = read_phone("rep_phone", entry.rep_phone, found) if entry.rep_phone else None
    citizen = read_citizen_id("rep_id", entry.rep_id, found)
    if not SHORTEST_PAPER <= len(entry.rep_paper) <= LONGEST_PAPER:
        found.add(
            "rep_paper",
            "Ghi số và ngày của giấy ủy quyền, ví dụ: UQ 12/2026 ngày 20/11/2026.",
            "Write number and day of the authorisation, for example UQ 12/2026 of 20/11/2026.",
        )
    return Representative(
        person=Person(
            full_name=read_name("rep_name", entry.rep_name, found),
            citizen_id=citizen,
            phone=number.e164 if number else None,
        ),
        paper=" ".join(entry.rep_paper.split()),
    )


def read_citizen_id(field: str, text: str, found: Findings) -> str | None:
    """A personal number; how many digits were typed is said, never which."""
    bare = text.replace(" ", "").replace(".", "")
    if bare.isascii() and bare.isdigit() and len(bare) not in DIGITS:
        found.add(
            field,
            f"Số giấy tờ vừa gõ có {len(bare)} chữ số: căn cước có 12, chứng minh cũ có 9. "
            "Đọc lại từng số, hoặc quét thẻ.",
            f"The number typed has {len(bare)} digits: a card has 12, an old one 9. "
            "Read it again, or scan the card.",
        )
        return None
    citizen = found.attempt(field, parse_citizen_id, text)
    return citizen.number if citizen else None
