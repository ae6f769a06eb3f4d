"""What a citizen may have changed on the way, who may ask, and how she is known. Pure.

Whoever sends a land certificate to another door, or its messages to another phone, has to be known
for who she is: face to face by a paper, or by a call to the number on record. A voice on the
telephone changes no telephone number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from postal_service.desk.intake import Findings, Incomplete, Person
from postal_service.desk.intake_people import SHORTEST_ADDRESS, read_phone, read_text
from tracking.model import Dossier
from tracking.stages import Leg

ASKED_BY: Final[Mapping[str, str]] = {
    "applicant": "Người nộp hồ sơ",
    "receiver": "Người nhận kết quả",
    "authorised": "Người được ủy quyền",
}
KNOWN_BY: Final[Mapping[str, str]] = {
    "id_paper": "Đã xem giấy tờ tùy thân",
    "authorisation": "Đã xem giấy ủy quyền",
    "call_back": "Qua điện thoại, đã gọi lại số đã ghi",
}
WAYS: Final[Mapping[str, str]] = {"home": "Giao tại nhà", "office": "Nhận tại bưu cục"}
#: Which leg a way is of.
LEGS: Final[Mapping[str, Leg]] = {"return_way": Leg.RESULT, "papers_back": Leg.BACK}
SHORTEST_PAPER: Final = 3
LONGEST_PAPER: Final = 120
#: Of an identity paper only its last characters are kept.
LAST: Final = 4


class Ask(Struct, frozen=True, kw_only=True):
    """The form as typed; what is left empty stays as it is. ``whose``: applicant | receiver."""

    form_id: UUID
    asked_by: str = ""
    known_by: str = ""
    proof: str = ""
    whose: str = "applicant"
    phone: str = ""
    address: str = ""
    return_way: str = ""
    papers_back: str = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """What changes, read and checked; None: as it is."""

    ask: Ask
    phone: str | None = None  #: E.164
    sms_allowed: bool = False
    address: str | None = None
    return_way: str | None = None
    papers_back: str | None = None

    @property
    def what(self) -> tuple[str, ...]:
        """Which of her particulars change, in the register's words."""
        named = (("phone", self.phone), ("address", self.address))
        return tuple(name for name, value in named if value is not None)


def check(ask: Ask, dossier: Dossier, people: Mapping[str, Person]) -> Wanted:
    """What changes. *people*: applicant, and receiver where it is somebody else.

    Raises Incomplete with everything that is wrong at once.
    """
    found = Findings()
    check_known(ask, people, found)
    one = people.get(ask.whose)
    if one is None:
        found.add("whose", "Chọn người cần đổi thông tin.", "Choose whose particulars change.")
        raise Incomplete(found.problems)
    number = read_phone("phone", ask.phone, found) if ask.phone else None
    address = " ".join(read_text("address", ask.address, 300, found).split()) or None
    if address and len(address) < SHORTEST_ADDRESS:
        found.add(
            "address",
            "Ghi đủ địa chỉ: số nhà hoặc thôn, xã hoặc phường.",
            "Write the whole address: house or hamlet, commune or ward.",
        )
    wanted = Wanted(
        ask=ask,
        phone=other(number.e164 if number else None, one.phone),
        sms_allowed=bool(number and number.sms_allowed),
        address=other(address, one.address),
        return_way=other(ask.return_way or None, dossier.return_way),
        papers_back=other(ask.papers_back or None, dossier.papers_back),
    )
    check_ways(wanted, dossier, people, found)
    if not (wanted.what or wanted.return_way or wanted.papers_back) and not found.problems:
        found.add(
            "phone",
            "Chưa có gì thay đổi so với thông tin đã ghi.",
            "Nothing differs from what is on record.",
        )
    if found.problems:
        raise Incomplete(found.problems)
    return wanted


def other(typed: str | None, kept: str | None) -> str | None:
    return typed if typed and typed != kept else None


def check_known(ask: Ask, people: Mapping[str, Person], found: Findings) -> None:
    """Who asks, and how she is known."""
    if ask.asked_by not in ASKED_BY or (ask.asked_by == "receiver" and "receiver" not in people):
        found.add("asked_by", "Chọn ai yêu cầu.", "Choose who asks.")
    if ask.asked_by == "receiver" and (ask.whose != "receiver" or ask.papers_back):
        found.add(
            "asked_by",
            "Người nhận chỉ đổi thông tin của chính mình và cách nhận kết quả.",
            "The receiver changes her own particulars, and how the result comes, only.",
        )
    if ask.known_by not in KNOWN_BY or (
        (ask.asked_by == "authorised") != (ask.known_by == "authorisation")
    ):
        found.add(
            "known_by",
            "Chọn cách đã đối chiếu: người được ủy quyền thì xem giấy ủy quyền.",
            "Choose how she is known; who is authorised shows the authorisation.",
        )
    if ask.known_by == "id_paper":
        check_paper(ask, people.get(ask.asked_by), found)
    if ask.known_by == "authorisation" and not SHORTEST_PAPER <= len(ask.proof) <= LONGEST_PAPER:
        found.add(
            "proof",
            "Ghi số và ngày của giấy ủy quyền.",
            "Write number and day of the authorisation.",
        )
    if ask.known_by == "call_back":
        one = people.get(ask.asked_by)
        if one is None or one.phone is None:
            found.add(
                "known_by",
                "Không có số điện thoại đã ghi để gọi lại: mời người dân đến bưu cục.",
                "There is no number on record to call back: ask her to come to the counter.",
            )
        if ask.phone:
            found.add(
                "phone",
                "Đổi số điện thoại thì phải xem giấy tờ tại quầy, không đổi qua điện thoại.",
                "A phone number is changed face to face only, never by telephone.",
            )


def check_paper(ask: Ask, one: Person | None, found: Findings) -> None:
    """The last characters of her paper, held against what is on record."""
    proof = "".join(ask.proof.upper().split())
    if len(proof) != LAST or not (proof.isascii() and proof.isalnum()):
        found.add(
            "proof",
            "Ghi 4 ký tự cuối của số giấy tờ tùy thân.",
            "Write the last 4 characters of the identity paper's number.",
        )
    elif one is not None and one.citizen_id and one.citizen_id[-LAST:] != proof:
        found.add(
            "proof",
            "4 ký tự cuối không khớp giấy tờ đã ghi khi nộp. Xem lại giấy tờ.",
            "These 4 characters are not those on record. Look at the paper again.",
        )


def check_ways(
    wanted: Wanted, dossier: Dossier, people: Mapping[str, Person], found: Findings
) -> None:
    """A way is one of two, and what goes home needs a door to go to."""
    for field in ("return_way", "papers_back"):
        way = getattr(wanted, field)
        if way is not None and way not in WAYS:
            found.add(field, "Chọn giao tại nhà hoặc nhận tại bưu cục.", "Choose home or counter.")
    if wanted.return_way and dossier.return_way not in WAYS:
        found.add(
            "return_way",
            "Hồ sơ này nhận kết quả tại cơ quan, không đổi ở đây.",
            "This result is fetched at the agency; that is not changed here.",
        )
    receiver = "receiver" if "receiver" in people else "applicant"
    for field, whose in (("return_way", receiver), ("papers_back", "applicant")):
        address = wanted.address if wanted.address and wanted.ask.whose == whose else None
        if getattr(wanted, field) == "home" and not (
            len(address or people[whose].address) >= SHORTEST_ADDRESS
        ):
            found.add(
                "address",
                "Giao tại nhà thì phải có địa chỉ đầy đủ.",
                "What goes home needs a whole address.",
            )
