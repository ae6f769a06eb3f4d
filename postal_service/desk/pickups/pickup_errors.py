"""What orders to fetch papers at home refuse, in words fit for whoever reads them."""

from __future__ import annotations

from postal_service.desk.errors import DeskError


class UnknownPickup(DeskError):
    """This desk has no order of that number."""

    def __init__(self) -> None:
        super().__init__(
            "Không có yêu cầu đón hồ sơ mang số này tại đây. Xem lại số, hoặc tải lại danh sách.",
            "There is no order of that number here. Check the number or reload the list.",
        )


class CannotHappen(DeskError):
    """An order that stands so has no such step."""

    def __init__(self, words: str, state: str) -> None:
        super().__init__(
            f"Yêu cầu này đang ở trạng thái «{words}», việc vừa bấm không còn làm được. "
            "Tải lại trang để xem.",
            f"This order is “{state}” by now; what you pressed is no longer possible. "
            "Reload the page.",
        )


class OrderedAlready(DeskError):
    """The same telephone has an order for that day."""

    def __init__(self, number: str, day: str) -> None:
        super().__init__(
            f"Số điện thoại này đã có yêu cầu {number} cho ngày {day}. Bưu tá đến một lần cho "
            "nhiều hồ sơ; nếu cần giờ khác thì hủy yêu cầu đó trước, hoặc chọn ngày khác.",
            f"This telephone has the order {number} for {day}. One visit takes several dossiers; "
            "for another time cancel that one first, or choose another day.",
        )
        self.number = number


class BadChoice(DeskError):
    """A button was pressed without what it needs."""

    def __init__(self, vi: str, en: str, field: str = "") -> None:
        super().__init__(vi, en)
        self.field = field


class WrongPickupCode(DeskError):
    """Not the six digits, or too late for them; which of the two is nobody's business."""

    def __init__(self) -> None:
        super().__init__(
            "Mã không đúng hoặc đã hết hạn. Xem lại tin nhắn mới nhất, hoặc xin mã mới.",
            "The code is wrong or too old. Look at the newest message, or ask for a new code.",
        )


class NotABlank(DeskError):
    """The number is on no sheet that may be used."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Số {number} không phải tờ in sẵn còn trống của bưu cục này. Xem lại số LD ở đầu tờ, "
            "hoặc lấy tờ khác.",
            f"{number} is no unused blank of this office. Check the LD number at the top of the "
            "sheet, or take another one.",
        )


class PapersMissing(DeskError):
    """The published list is not complete: the citizen is told everything at once."""

    def __init__(self, names: list[str]) -> None:
        listed = "; ".join(names)
        super().__init__(
            f"Còn thiếu: {listed}. Hướng dẫn người gửi bổ sung rồi báo «Chưa lấy được», lý do thiếu"
            " giấy tờ; chỉ nhận khi đã đủ.",
            f"Missing: {listed}. Tell the sender what to add and report “not collected”; papers "
            "are taken when they are complete.",
        )
