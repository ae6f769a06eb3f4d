"""How what waits for a second person reads on a screen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from postal_service.clock import VIETNAM
from postal_service.desk.watch.approvals_store import Approval
from postal_service.web.words import moment
from tracking.errors import act_words, place_words

#: What is asked, and what follows when a second person agrees.
KINDS: Final = {
    "undo": ("Hoàn tác", "Sổ ghi thêm một dòng hoàn tác; bưu gửi trở về nơi giữ trước đó."),
    "redirect": (
        "Chuyển đúng cơ quan",
        "Hồ sơ thuộc về cơ quan mới; bưu gửi nằm tại bưu cục chờ chuyển đi.",
    ),
    "declare_lost": (
        "Xác nhận thất lạc",
        "Bưu gửi được ghi là thất lạc và người dân được báo. Tìm thấy vẫn ghi lại được.",
    ),
    "send_back": (
        "Chuyển trả cơ quan",
        "Bưu gửi không phát nữa; nằm tại bưu cục chờ chuyển về cơ quan.",
    ),
    "close_bag": (
        "Khóa sổ túi sai niêm phong hoặc sai số lượng",
        "Người duyệt xác nhận đã cùng đếm; bảng kê được khóa sổ.",
    ),
    "close_incident": ("Khép sự cố", "Sự cố được khép lại; hai người cùng đứng tên."),
    "second_supplement": (
        "Yêu cầu bổ sung lần nữa",
        "Thời hạn tạm dừng, người dân được báo; hồ sơ bị tính là trễ hạn khi thống kê.",
    ),
    "second_extension": (
        "Hẹn lại ngày trả lần nữa",
        "Ngày hẹn được lùi, người dân nhận lời xin lỗi; ngày hẹn đầu vẫn lưu trong sổ.",
    ),
    "reverse_entry": (
        "Đảo chứng từ tiền",
        "Sổ ghi chứng từ đảo mang tên người duyệt; các khoản đã thu trở lại chưa thu.",
    ),
    "reissue_receipt": (
        "Cấp lại biên nhận",
        "Biên nhận mới được in; bản cũ vẫn lưu trong sổ.",
    ),
}
STATES: Final = {
    "waiting": ("chờ duyệt", "warn"),
    "done": ("đã duyệt, đã ghi sổ", "ok"),
    "refused": ("đã duyệt nhưng sổ không cho", "bad"),
    "declined": ("không duyệt", "bad"),
    "withdrawn": ("đã rút lại", ""),
    "expired": ("quá hạn, không ai duyệt", ""),
}
DECLINES: Final = {
    "not_so": "Không đúng thực tế",
    "wrong_item": "Nhầm bưu gửi, bảng kê hoặc hồ sơ",
    "look_first": "Cần kiểm tra lại trước đã",
    "settled": "Đã giải quyết bằng cách khác",
}
OUTCOMES: Final = {
    "found": "Đã tìm thấy",
    "lost": "Thất lạc",
    "repacked": "Đã đóng gói lại, lập biên bản",
    "explained": "Đã rõ nguyên nhân",
}
ROLES: Final = {
    "clerk": "giao dịch viên",
    "courier": "bưu tá",
    "supervisor": "người quản lý",
    "agency_officer": "cán bộ tiếp nhận",
}


def title(asked: Approval) -> str:
    """What is asked, in one line."""
    said = KINDS[asked.kind][0]
    if asked.kind == "undo" and asked.undone is not None:
        return f"{said} «{act_words(asked.undone)[0]}»"
    if asked.kind == "redirect" and asked.agency is not None:
        return f"{said}: {asked.agency}"
    if asked.kind == "close_incident":
        return f"{said}: {asked.seen_vi}"
    return said


def state_of(asked: Approval, *, lapsed: bool) -> tuple[str, str]:
    """The words and the colour of where a question stands."""
    return STATES["expired" if lapsed and asked.state == "waiting" else asked.state]


def last_day(asked: Approval) -> date:
    """The last day on which it may be answered: it lapses with that day's end."""
    return asked.expires_at.astimezone(VIETNAM).date() - timedelta(days=1)


def place(asked: Approval) -> str:
    """Where its paper is now; nothing where it is about none."""
    return place_words(asked.stage)[0] if asked.stage else ""


def moment_of(asked: Approval) -> str:
    """The hour to which an appointment would be put off."""
    return moment(datetime.fromisoformat(asked.facts["due_at"]))
