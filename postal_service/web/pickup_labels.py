"""The words of the order's form and of the public page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

#: Vietnamese, English.
PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "post": ("Bưu điện Lâm Đồng", "Lâm Đồng Post"),
    "title": ("Đón hồ sơ tại nhà", "Papers fetched at your home"),
    "lead": (
        "Bưu tá đến tận nhà, đếm giấy tờ cùng bạn, niêm phong trước mặt bạn và đưa biên nhận.",
        "A courier comes to your door, counts the papers with you, seals them before your eyes and "
        "leaves you a receipt.",
    ),
    "free": (
        "Không cần tài khoản. Bạn xác nhận bằng mã gửi tới điện thoại.",
        "No account is needed. You confirm with a code sent to your telephone.",
    ),
    "who": ("Ai gửi hồ sơ", "Who sends the papers"),
    "what": ("Hồ sơ gì", "Which papers"),
    "when": ("Đến lúc nào", "When"),
    "name": ("Họ và tên", "Full name"),
    "phone": ("Số điện thoại", "Telephone"),
    "phone_hint": (
        "Số di động của bạn: để xác nhận và để bưu tá gọi khi đến.",
        "Your mobile number: to confirm, and for the courier to call.",
    ),
    "address": ("Địa chỉ đến lấy", "Address"),
    "address_hint": (
        "Số nhà, đường hoặc thôn, xã hoặc phường.",
        "House, street or hamlet, commune or ward.",
    ),
    "note": ("Ghi chú cho bưu tá (nếu có)", "Note for the courier (if any)"),
    "note_hint": ("Cổng, ngõ, ai ở nhà.", "The gate, the lane, who is at home."),
    "procedure": ("Thủ tục (nếu biết)", "Procedure (if known)"),
    "unknown": ("Chưa rõ, hỏi bưu tá", "Not known, ask the courier"),
    "agency": ("Gửi đến cơ quan (nếu biết)", "For which agency (if known)"),
    "agency_unknown": ("Chưa rõ", "Not known"),
    "dossiers": ("Số hồ sơ", "Number of dossiers"),
    "day": ("Ngày", "Day"),
    "half": ("Buổi", "Half of the day"),
    "morning": ("Sáng", "Morning"),
    "afternoon": ("Chiều", "Afternoon"),
    "send": ("Gửi yêu cầu", "Send"),
    "wrong": ("Chưa gửi được, còn chỗ cần sửa:", "Not sent, something needs mending:"),
    "call": ("Hoặc gọi", "Or call"),
    "code_title": ("Nhập mã xác nhận", "Enter the code"),
    "code_lead": (
        "Nếu số {phone} nhận được tin nhắn, trong ít phút sẽ có tin mang 6 số từ BDLAMDONG. "
        "Yêu cầu chỉ được ghi khi có mã.",
        "If {phone} takes messages, one with six digits comes from BDLAMDONG within minutes. Your "
        "order is noted only with the code.",
    ),
    "code": ("Mã 6 số", "The six digits"),
    "code_safe": (
        "Chỉ gõ mã trên trang này. Bưu điện không hỏi mã qua điện thoại hay tin nhắn.",
        "Type the code on this page alone. The post never asks for it by telephone or message.",
    ),
    "confirm": ("Xác nhận", "Confirm"),
    "again": ("Gửi mã mới", "Send a new code"),
    "again_said": ("Đã xin mã mới. Mã trước không dùng được nữa.", "A new code was asked for."),
    "noted": ("Đã nhận yêu cầu", "Your order is noted"),
    "number": ("Số yêu cầu", "Order number"),
    "office": ("Bưu cục", "Post office"),
    "courier": ("Bưu tá", "Courier"),
    "unassigned": ("sẽ báo trong tin nhắn sáng hôm đó", "told in a message that morning"),
    "prepare": ("Cần chuẩn bị", "Have ready"),
    "prepare_any": (
        "Giấy tờ theo danh mục công khai của thủ tục, bản chính để đối chiếu, và lệ phí nếu có.",
        "The papers of the procedure's published list, originals to compare, and the fee if any.",
    ),
    "keep": (
        "Giữ địa chỉ trang này để xem lại hoặc hủy. Ai có địa chỉ này đều xem được.",
        "Keep the address of this page to look again or to cancel. Whoever has it can see it.",
    ),
    "cancel": ("Hủy yêu cầu", "Cancel the order"),
    "state_new": ("Bưu cục đã có yêu cầu, sẽ cử bưu tá.", "The post office will send a courier."),
    "state_accepted": ("Bưu tá sẽ đến.", "A courier comes."),
    "state_refused": ("Bưu cục không đến được", "The post office cannot come"),
    "state_collected": (
        "Bưu tá đã nhận giấy tờ. Theo dõi bằng mã trên biên nhận.",
        "The courier has your papers. Follow them with the code on your receipt.",
    ),
    "state_unsuccessful": ("Lần trước chưa lấy được", "The last visit failed"),
    "state_unsuccessful_next": ("Bưu cục sẽ hẹn lại.", "The post office will arrange another."),
    "state_failed": ("Yêu cầu này đã kết thúc", "This order has ended"),
    "new": ("Đặt yêu cầu khác", "Another order"),
    "safe": (
        "Bưu điện không bao giờ yêu cầu chuyển khoản hay đọc mã xác nhận.",
        "The post never asks you to transfer money or to tell a code.",
    ),
    "purpose": (
        "Thông tin chỉ dùng để đến lấy hồ sơ, và được xóa sau khi xong việc theo thời hạn công bố.",
        "What you write is used to fetch your papers alone, and erased after the published time.",
    ),
}


def of(lang: str) -> SimpleNamespace:
    """The words in one language."""
    at = lang == "en"
    return SimpleNamespace(**{name: pair[at] for name, pair in PAIRS.items()})


LABELS: Final = {lang: of(lang) for lang in ("vi", "en")}
