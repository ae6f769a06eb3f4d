"""Why a number is refused, and what the person at the scanner can do about it.

A refusal never repeats what was typed: that may be somebody's identity number,
and refusals are logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from tracking.errors import TrackingError

Kind = Literal["s10", "tracking_code", "ref", "dossier_code", "citizen_id"]

NAMES: Final[Mapping[Kind, tuple[str, str]]] = {
    "s10": ("Số bưu gửi", "The postal number"),
    "tracking_code": ("Mã tra cứu", "The tracking code"),
    "ref": ("Số biên nhận", "The receipt number"),
    "dossier_code": ("Mã hồ sơ", "The dossier code"),
    "citizen_id": ("Số giấy tờ tùy thân", "The identity number"),
}

#: What is wrong, then what to do, in Vietnamese and in English.
REASONS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "empty": ("đang để trống", "Nhập hoặc quét mã", "is empty", "Type or scan it"),
    "bad_length": (
        "thừa hoặc thiếu ký tự",
        "Đếm lại rồi nhập đủ như trên giấy",
        "is too long or too short",
        "Count the characters and copy it in full",
    ),
    "bad_pattern": (
        "không đúng dạng",
        "Nhập lại đúng như in trên giấy",
        "has the wrong form",
        "Copy it exactly as printed",
    ),
    "reserved_prefix": (
        "bắt đầu bằng chữ cái không dùng cho bưu gửi",
        "Kiểm tra lại chữ cái đầu trên nhãn",
        "begins with a letter that no item carries",
        "Check the first letter on the label",
    ),
    "unknown_country": (
        "kết thúc bằng mã nước không có thật",
        "Kiểm tra lại hai chữ cái cuối trên nhãn",
        "ends in a country code that does not exist",
        "Check the last two letters on the label",
    ),
    "bad_check_digit": (
        "sai số kiểm tra, có ký tự bị nhập nhầm",
        "Đối chiếu từng ký tự với nhãn",
        "fails its check, so a character is mistaken",
        "Compare each character with the label",
    ),
    "bad_date": (
        "có ngày không có thật",
        "Kiểm tra lại phần ngày (năm, tháng, ngày)",
        "holds a date that does not exist",
        "Check its date (year, month, day)",
    ),
    "bad_serial": (
        "có số thứ tự không hợp lệ",
        "Kiểm tra lại phần số thứ tự ở cuối",
        "holds a serial number that is not allowed",
        "Check the serial number at its end",
    ),
    "bad_agency": (
        "có mã cơ quan không đúng dạng",
        "Kiểm tra lại phần trước dấu gạch đầu tiên, ví dụ H36.19",
        "holds a malformed agency code",
        "Check the part before the first hyphen, for example H36.19",
    ),
    "bad_birth_year": (
        "ghi năm sinh từ 2100 trở đi",
        "Kiểm tra lại chữ số thứ tư",
        "says its holder was born in 2100 or later",
        "Check its fourth digit",
    ),
    "serial_exhausted": (
        "đã dùng hết dải số",
        "Báo người vận hành cấp dải số mới",
        "has no serial left",
        "Ask the operator for a new block",
    ),
}


class BadIdentifier(TrackingError):
    """The number cannot be one of its kind; ``reason`` is a key of ``REASONS``."""

    def __init__(self, kind: Kind, reason: str, *, mangled: bool = False) -> None:
        (vi_name, en_name), (vi, vi_do, en, en_do) = NAMES[kind], REASONS[reason]
        vi_do, en_do = f"{vi_do}.", f"{en_do}."
        # A scanner types like a person: with Vietnamese typing on, its keys come out as accents.
        if mangled or reason == "bad_check_digit":
            vi_do = f"{vi_do} Tắt bộ gõ tiếng Việt rồi quét lại."
            en_do = f"{en_do} Turn Vietnamese typing off and scan again."
        super().__init__(f"{vi_name} {vi}. {vi_do}", f"{en_name} {en}. {en_do}")
        self.kind, self.reason = kind, reason
