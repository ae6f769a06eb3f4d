"""Why a message did not arrive, in words an operator can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from postal_service.desk.citizen.directory_words import NAMES

STATES: Final[Mapping[str, str]] = {
    "queued": "chờ gửi",
    "sending": "đang gửi",
    "sent": "mạng đã nhận",
    "delivered": "mạng báo đã đến",
    "undelivered": "mạng báo không đến",
    "refused": "mạng không nhận",
    "unknown": "chưa rõ",
    "superseded": "tin mới hơn thay",
    "expired": "quá hạn",
}
TONES: Final[Mapping[str, str]] = {
    "sent": "go",
    "delivered": "ok",
    "undelivered": "bad",
    "refused": "bad",
    "unknown": "warn",
    "expired": "warn",
}
#: Our own reasons.
OURS: Final[Mapping[str, str]] = {
    "no_phone": "Không có số nhận được tin; bưu cục gọi điện.",
    "no_secret": "Bưu tá không còn giữ giấy tờ này nữa: mã không mở gì.",
    "stale": "Chờ quá lâu, nội dung không còn đúng.",
    "lapsed": "Máy gửi tắt giữa chừng; đang hỏi lại mạng.",
    "overslept": "Máy gửi ngủ quên; sẽ gửi lại.",
    "not found": "Mạng nói không có tin này.",
    "no answer": "Đã hỏi mạng, mạng chưa trả lời.",
    "no connection": "Không nối được tới mạng.",
    "unreadable answer": "Mạng trả lời không đọc được; đang hỏi lại.",
    "no id in the answer": "Mạng trả lời thiếu mã tin; đang hỏi lại.",
    "TimeoutError": "Mạng không trả lời kịp; đang hỏi lại.",
}
#: The network's codes.
CODES: Final[Mapping[str, str]] = {
    "20003": "Tài khoản nhắn tin bị từ chối: kiểm tra mã và khóa.",
    "20429": "Gửi quá nhanh, mạng xin chậm lại.",
    "21211": "Số điện thoại sai.",
    "21408": "Tài khoản chưa được phép gửi tới nước này.",
    "21610": "Người nhận đã từ chối tin.",
    "21612": "Không có đường tới số này.",
    "21614": "Đây là số máy bàn, không nhận được tin.",
    "30001": "Hàng đợi của mạng đầy.",
    "30002": "Tài khoản nhắn tin bị khóa.",
    "30003": "Máy người nhận tắt hoặc ngoài vùng phủ sóng.",
    "30004": "Người nhận chặn tin.",
    "30005": "Số này không còn dùng.",
    "30006": "Máy bàn hoặc mạng không tới được.",
    "30007": "Mạng lọc mẫu tin này: kiểm tra đăng ký mẫu.",
    "30008": "Mạng không đưa được tin và không nói lý do.",
    "63038": "Đã hết hạn mức tin trong ngày.",
}
HTTP: Final[Mapping[str, str]] = {
    "401": "Tài khoản nhắn tin bị từ chối: kiểm tra mã và khóa.",
    "403": "Tài khoản nhắn tin không được phép gửi.",
    "429": "Gửi quá nhanh, mạng xin chậm lại.",
    "500": "Mạng gặp lỗi giữa chừng; đang hỏi lại.",
    "502": "Cổng của mạng gặp lỗi; đang hỏi lại.",
    "503": "Mạng tạm ngừng nhận tin.",
    "504": "Cổng của mạng không trả lời; đang hỏi lại.",
}
SAID: Final = re.compile(r"(?:(\d{3})/)?(\w+)", re.ASCII)


def reason(error: str | None) -> str:
    """Why, in a sentence; the bare code where we have none."""
    if error is None:
        return "Mạng không nói lý do."
    if error in OURS:
        return OURS[error]
    found = SAID.fullmatch(error)
    if found is not None:
        status, code = found.groups()
        if said := CODES.get(code) or HTTP.get(status or ""):
            return said
    return f"Mạng báo lỗi {error}."


def about(template: str) -> str:
    """What a text tells, as a heading says it."""
    name = NAMES.get(template, template)
    return name[:1].upper() + name[1:]


def span(seconds: float) -> str:
    """How long, as one says it: 40 giây, 12 phút, 3 giờ."""
    for size, word in ((86_400, "ngày"), (3600, "giờ"), (60, "phút")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {word}"
    return f"{int(seconds)} giây"
