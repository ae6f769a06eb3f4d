"""Vietnamese telephone numbers as people write them, to E.164 or a reason why not.

A number that was changed in 2017 or 2018 is offered converted, never used
unasked: the new number may belong to somebody else by now.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

Status = Literal[
    "mobile",
    "landline",
    "old_11_digit",
    "old_landline",
    "foreign",
    "short_or_hotline",
    "invalid",
]

#: Longest text looked at: no field holds a longer number.
LONGEST: Final = 64

#: The renumbering of 2018: eleven digits became ten.
OLD_MOBILE: Final[Mapping[str, str]] = {
    "0120": "070",
    "0121": "079",
    "0122": "077",
    "0123": "083",
    "0124": "084",
    "0125": "085",
    "0126": "076",
    "0127": "081",
    "0128": "078",
    "0129": "082",
    "0162": "032",
    "0163": "033",
    "0164": "034",
    "0165": "035",
    "0166": "036",
    "0167": "037",
    "0168": "038",
    "0169": "039",
    "0186": "056",
    "0188": "058",
    "0199": "059",
}

#: The area codes of 2017, for the three provinces that are one since 2025.
OLD_AREA: Final[Mapping[str, str]] = {"063": "0263", "062": "0252", "0501": "0261"}

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212"
_DROPPED: Final = str.maketrans("", "", f" \t\n\r.-()[]{_DASHES}")
_SEVERAL: Final = re.compile(r"\d[^/;,|&\n]{6,}[/;,|&\n]\D*\d[^/;,|&\n]{6,}")
_DIALLED: Final = re.compile(r"\+?[0-9]+")
_STRAY_ZERO: Final = re.compile(r"^(\+|00|84)(.*?)\(0\)")
_SHORT: Final = re.compile(r"1[0-9]{2,4}|1[89]00[0-9]{4,6}")


class Phone(Struct, frozen=True, kw_only=True):
    """How a typed number was read.

    ``sms_allowed`` is true of Vietnamese mobiles only. ``suggestion_e164`` is
    what the number may have become; a person must confirm it.
    """

    status: Status
    e164: str | None = None
    sms_allowed: bool = False
    suggestion_e164: str | None = None
    reason: str = "ok"


class Words(Struct, frozen=True):
    """One thing to say, in both languages."""

    vi: str
    en: str


def read(text: str) -> Phone:
    """What *text* is as a telephone number. Total: any text has an answer.

    Other digits than ASCII ones and letters are refused before the library
    sees them: it would take an "o" for a zero.
    """
    if len(text) > LONGEST:
        return Phone(status="invalid", reason="bad_length")
    shown = unicodedata.normalize("NFKC", text).strip()
    if _SEVERAL.search(shown):
        return Phone(status="invalid", reason="multiple_numbers")
    dialled = _STRAY_ZERO.sub(r"\1\2", shown).translate(_DROPPED)
    if not dialled:
        return Phone(status="invalid", reason="empty")
    if not _DIALLED.fullmatch(dialled):
        return Phone(status="invalid", reason="bad_characters")
    return _read_digits(dialled)


def _read_digits(dialled: str) -> Phone:
    digits = dialled.removeprefix("+")
    if not dialled.startswith("+"):
        if not digits.startswith("00") and not (digits.startswith("84") and len(digits) > 10):
            return _domestic(digits)
        digits = digits.removeprefix("00")
    if digits.startswith("84"):
        return _domestic("0" + digits[2:].removeprefix("0"))
    return _foreign("+" + digits)


def _domestic(digits: str) -> Phone:
    if _SHORT.fullmatch(digits):
        return Phone(status="short_or_hotline", reason="no_sms")
    if e164 := _mobile(digits):
        return Phone(status="mobile", e164=e164, sms_allowed=True)
    if e164 := _landline(digits):
        return Phone(status="landline", e164=e164, reason="landline")
    if e164 := _mobile(_renumbered(digits, OLD_MOBILE)):
        return Phone(status="old_11_digit", suggestion_e164=e164, reason="renumbered_2018")
    if e164 := _landline(_renumbered(digits, OLD_AREA)):
        return Phone(status="old_landline", suggestion_e164=e164, reason="area_code_2017")
    # A spreadsheet eats the leading zero; nobody may add it unasked.
    if e164 := _mobile("0" + digits):
        return Phone(status="invalid", suggestion_e164=e164, reason="bad_length")
    complete = digits.startswith("0") and len(digits) in (10, 11)
    return Phone(status="invalid", reason="unknown_prefix" if complete else "bad_length")


def _renumbered(digits: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        if digits.startswith(old):
            return new + digits.removeprefix(old)
    return ""


def _mobile(digits: str) -> str | None:
    return _valid(digits, PhoneNumberType.MOBILE) if len(digits) == 10 else None


def _landline(digits: str) -> str | None:
    return _valid(digits, PhoneNumberType.FIXED_LINE) if len(digits) == 11 else None


def _valid(digits: str, kind: int) -> str | None:
    if not digits.startswith("0"):
        return None
    number = phonenumbers.parse(digits, "VN")
    if phonenumbers.number_type(number) != kind:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _foreign(e164: str) -> Phone:
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return Phone(status="invalid", reason="unknown_prefix")
    if not phonenumbers.is_possible_number(number):
        return Phone(status="invalid", reason="bad_length")
    if not phonenumbers.is_valid_number(number):
        return Phone(status="invalid", reason="unknown_prefix")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(status="foreign", e164=e164, reason="not_vn")


#: A sentence for each reason; {number} is the number read, or the one it may have become.
SAYINGS: Final[Mapping[str, Words]] = {
    "ok": Words("Số {number} nhận được tin nhắn.", "{number} can receive messages."),
    "landline": Words(
        "Số cố định không nhận được tin nhắn: bưu điện sẽ gọi {number} thay cho tin nhắn.",
        "A landline receives no messages: the post will call {number} instead.",
    ),
    "renumbered_2018": Words(
        "Số 11 chữ số đã đổi từ năm 2018. Hỏi lại người gửi, có phải {number} không?",
        "Eleven-digit numbers changed in 2018. Ask the sender: is it {number} now?",
    ),
    "area_code_2017": Words(
        "Mã vùng đã đổi từ năm 2017. Hỏi lại người gửi, có phải {number} không?",
        "Area codes changed in 2017. Ask the sender: is it {number} now?",
    ),
    "not_vn": Words(
        "Số nước ngoài {number} không nhận được tin nhắn: xin thêm một số di động Việt Nam.",
        "No messages go to {number} abroad: ask for a Vietnamese mobile number as well.",
    ),
    "no_sms": Words(
        "Số tổng đài, số khẩn cấp không nhận được tin nhắn. Nhập số di động, ví dụ 0912 345 678.",
        "Hotlines and emergency numbers receive no messages. Enter a mobile, like 0912 345 678.",
    ),
    "unknown_prefix": Words(
        "Không có đầu số này hoặc số thừa chữ số. Đọc lại từng số, ví dụ 0912 345 678.",
        "No number begins so, or it has a digit too many. Read it again, like 0912 345 678.",
    ),
    "bad_length": Words(
        "Thiếu hoặc thừa số: cần 10 chữ số, ví dụ 0912 345 678.",
        "Too short or too long: ten digits are needed, like 0912 345 678.",
    ),
    "missing_zero": Words(
        "Thiếu số 0 ở đầu. Hỏi lại người gửi, có phải {number} không?",
        "The leading 0 is missing. Ask the sender: is it {number}?",
    ),
    "bad_characters": Words(
        "Số điện thoại chỉ gồm chữ số. Nhập lại, ví dụ 0912 345 678.",
        "A phone number is digits only. Enter it again, like 0912 345 678.",
    ),
    "empty": Words(
        "Chưa có số điện thoại. Nhập số, hoặc chọn «không có điện thoại».",
        "There is no phone number. Enter one, or choose “no phone”.",
    ),
    "multiple_numbers": Words(
        "Ô này chỉ nhận một số. Giữ lại số nhận tin nhắn, ví dụ 0912 345 678.",
        "One number only. Keep the one for messages, like 0912 345 678.",
    ),
}


def say(phone: Phone) -> Words:
    """What a form tells the clerk about *phone*."""
    reason = phone.reason
    if reason == "bad_length" and phone.suggestion_e164:
        reason = "missing_zero"
    words = SAYINGS[reason]
    number = display(phone.e164 or phone.suggestion_e164 or "")
    return Words(words.vi.format(number=number), words.en.format(number=number))


def display(e164: str) -> str:
    """*e164* as people here write it: "0912 345 678"; a foreign number keeps its plus."""
    if not e164.startswith("+84"):
        return e164
    digits = "0" + e164[3:]
    return f"{digits[:4]} {digits[4:-3]} {digits[-3:]}"


def mask(e164: str) -> str:
    """*e164* for those who need not know it: "0912 *** 678"."""
    digits = display(e164).replace(" ", "")
    return f"{digits[:4]} *** {digits[-3:]}"
