"""What pages call the parts of an order to fetch papers at home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from postal_service.clock import VIETNAM
from postal_service.desk.pickups.pickup_moves import Act, State
from postal_service.desk.pickups.pickups_store import Pickup

CHANNELS: Final[Mapping[str, str]] = {
    "clerk": "gọi điện",
    "agency": "cơ quan đặt",
    "page": "đặt trên trang",
}
ACTS: Final[Mapping[Act, str]] = {
    Act.ORDER: "Đặt yêu cầu",
    Act.SEND_CODE: "Gửi lại mã xác nhận",
    Act.CONFIRM: "Xác nhận số điện thoại",
    Act.FORWARD: "Chuyển bưu cục khác",
    Act.ACCEPT: "Cử bưu tá",
    Act.REFUSE: "Từ chối",
    Act.COLLECT: "Đã lấy giấy tờ",
    Act.MISS: "Chưa lấy được",
    Act.FAIL: "Thôi, không lấy nữa",
    Act.CANCEL: "Người dân hủy",
}
#: The end of the newest message; what is missing here needs a call.
TOLD: Final[Mapping[str, str]] = {
    "queued": "chờ gửi",
    "sending": "đang gửi",
    "sent": "mạng đã nhận",
    "delivered": "mạng báo đã đến máy",
}
#: Whoever cancels knows.
CANCELLED: Final = "Khách hàng yêu cầu hủy"
#: Nobody waits longer for an answer, nor holds papers longer before they are entered.
ANSWER: Final = timedelta(hours=4)
ENTER: Final = timedelta(hours=10)


#: A message is written within seconds; after so long none comes any more.
WRITTEN: Final = timedelta(minutes=5)


def untold(order: Pickup, now: datetime) -> bool:
    """Whether somebody has to ring her: no message can reach her, or none did."""
    if order.state is State.COLLECTED or order.reason == CANCELLED:
        return False
    return not order.texts or (order.told not in TOLD and now - order.changed_at > WRITTEN)


def problem_of(order: Pickup, now: datetime) -> str:
    """What of an order cannot wait any longer; nothing where all is well."""
    today = now.astimezone(VIETNAM).date()
    due = order.ride_on or order.day
    if order.unentered:
        return "chưa nhập" if now - order.changed_at > ENTER else ""
    if order.state is State.ACCEPTED and due < today:
        return "quá hẹn"
    if order.state in (State.NEW, State.UNSUCCESSFUL) and due <= today:
        return "quá hẹn" if due < today else "hẹn hôm nay"
    if order.state is State.NEW and now - order.ordered_at > ANSWER:
        return "chờ trả lời lâu"
    return ""
