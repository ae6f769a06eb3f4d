"""How times, money and states read on a screen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from postal_service.clock import VIETNAM
from postal_service.desk.door.delivery import RELATIONS

#: The agency's status, for staff: national wording.
STATUS: Final = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
STAGE: Final = {
    "accepted": "Đang ở bưu cục nhận",
    "to_agency": "Bưu tá đang chuyển đến cơ quan",
    "offered": "Chờ cơ quan ký nhận",
    "with_agency": "Cơ quan đã ký nhận",
    "ready": "Chờ bưu tá tại cơ quan",
    "to_office": "Bưu tá đang chuyển về bưu cục",
    "at_office": "Đang ở bưu cục phát",
    "out": "Bưu tá đang đi phát",
    "delivered": "Đã giao",
    "missing": "Đang tìm",
    "lost": "Đã xác nhận thất lạc",
    "given_back": "Đã trả lại công dân",
    "cancelled": "Số bưu gửi đã hủy",
}
LEG: Final = {
    "F": "Hồ sơ gửi cơ quan",
    "S": "Giấy tờ bổ sung",
    "R": "Kết quả trả về",
    "B": "Giấy tờ trả lại",
    "O": "Bản chính thu lại",
    "T": "Hồ sơ chuyển cơ quan khác",
}
SERVICE: Final = {"send": "Gửi hồ sơ", "return": "Nhận kết quả", "both": "Gửi và nhận"}
RETURN_WAY: Final = {
    "home": "Giao tại nhà",
    "office": "Nhận tại bưu cục",
    "agency": "Nhận tại cơ quan",
}
#: What a citizen may change on the way, who asked, and how she was known.
CHANGE: Final = {
    "phone": "số điện thoại",
    "address": "địa chỉ",
    "return_way": "cách nhận kết quả",
    "papers_back": "cách nhận lại giấy tờ",
}
ASKED_BY: Final = {
    "applicant": "người nộp",
    "receiver": "người nhận",
    "authorised": "người được ủy quyền",
}
KNOWN_BY: Final = {
    "id_paper": "đã xem giấy tờ tùy thân",
    "authorisation": "đã xem giấy ủy quyền",
    "call_back": "đã gọi lại số đã ghi",
    "page": "trên trang tra cứu, đúng 4 số cuối",
}
#: What became of a line of a list, and of a list.
OUTCOME: Final = {
    "accepted": "đã nhận",
    "missing": "thiếu",
    "damaged": "hỏng",
    "declined": "từ chối",
    "recalled": "đã thu hồi",
}
LIST_KIND: Final = {
    "bag": "Túi thư",
    "courier": "Bảng kê bưu tá",
    "agency": "Bảng kê cơ quan",
    "office": "Bưu tá nộp về",
}
LIST_STATE: Final = {
    "offered": "chờ nhận",
    "open": "đang mở",
    "closed": "đã khóa sổ",
    "recalled": "đã thu hồi",
}
RELATION: Final = RELATIONS
RELATION_EN: Final = {
    "self": "the addressee",
    "spouse": "wife or husband",
    "parent": "father or mother",
    "child": "child",
    "sibling": "brother or sister",
    "authorised": "an authorised person",
}


def local(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)


def day(value: date | datetime) -> str:
    """23/11/2026"""
    return (local(value) if isinstance(value, datetime) else value).strftime("%d/%m/%Y")


def short_day(value: date | datetime) -> str:
    """23/11"""
    return day(value)[:5]


def long_day(value: date | datetime, lang: str = "vi") -> str:
    """Thứ Năm 10/12/2026, or Thursday 10/12/2026."""
    on = local(value).date() if isinstance(value, datetime) else value
    return f"{format_date(on, 'EEEE', locale=lang)} {day(on)}"


def moment(value: datetime) -> str:
    """08:15 23/11/2026"""
    return local(value).strftime("%H:%M %d/%m/%Y")


def hour(value: datetime) -> str:
    """08:15"""
    return local(value).strftime("%H:%M")


def vnd(amount: int) -> str:
    """76.000 ₫"""
    return f"{format_decimal(amount, locale='vi')} ₫"


def words(value: object, kind: str) -> str:
    """The word of a code in one of the tables above; the code itself where it has none."""
    table = {
        "status": STATUS,
        "stage": STAGE,
        "leg": LEG,
        "service": SERVICE,
        "return_way": RETURN_WAY,
        "relation": RELATION,
        "outcome": OUTCOME,
        "list_kind": LIST_KIND,
        "list_state": LIST_STATE,
        "change": CHANGE,
        "asked_by": ASKED_BY,
        "known_by": KNOWN_BY,
    }[kind]
    return table.get(value, str(value))  # type: ignore[attr-defined, no-any-return]


FILTERS: Final = {
    "day": day,
    "short_day": short_day,
    "long_day": long_day,
    "moment": moment,
    "hour": hour,
    "vnd": vnd,
    "words": words,
}
