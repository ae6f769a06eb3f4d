"""What can go wrong when papers change hands, in the words of those who hand them over."""

from __future__ import annotations

from tracking.errors import TrackingError


class UnknownHandOver(TrackingError):
    """No such list, or it is between other people."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Không có bảng kê {number} giao cho bạn. Kiểm tra lại số trên bảng kê.",
            f"There is no list {number} for you. Check the number printed on it.",
        )
        self.number = number


class HandOverEnded(TrackingError):
    """A closed list says what happened; it is not written on again."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Bảng kê {number} đã khóa sổ hoặc thu hồi. Lập bảng kê mới để giao tiếp.",
            f"List {number} is closed or recalled. Make a new one to hand over more.",
        )
        self.number = number


class BadHandOver(TrackingError):
    """A list names a giver, a taker of the right kind, and a bag its seal."""

    def __init__(self) -> None:
        super().__init__(
            "Bảng kê thiếu nơi nhận, số niêm phong, số đếm hoặc lý do. Bổ sung rồi gửi lại.",
            "The list lacks its taker, seal, count or reason. Complete it and send it again.",
        )


class TooManyItems(TrackingError):
    """A list has at least one line, and an end."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Bảng kê phải có từ 1 đến {most} bưu gửi. Chia ra rồi lập lại.",
            f"A list has between 1 and {most} items. Split it and try again.",
        )


class NotOnList(TrackingError):
    """What lies in the bag and stands on no line is an extra, not a line."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} không có trong bảng kê này. Ghi nhận là bưu gửi thừa.",
            f"Item {s10} is not on this list. Record it as an extra.",
        )
        self.s10 = s10


class BagIsSealed(TrackingError):
    """Nothing is taken out of a bag whose seal nobody has looked at."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Túi chứa {number} chưa mở. Kiểm tra niêm phong, mở túi và đếm trước khi nhận.",
            f"The bag with {number} is not open yet. Check its seal, open it and count first.",
        )
        self.number = number


class CountTogether(TrackingError):
    """A broken seal or a wrong count is never accepted in silence."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Túi {number} sai niêm phong hoặc sai số lượng: quét từng bưu gửi, "
            "và người thứ hai cùng đếm trước khi khóa sổ.",
            f"Bag {number} has a wrong seal or count: scan each item, and have a second person "
            "count with you before it is closed.",
        )
        self.number = number


class Unbalanced(TrackingError):
    """Accepted, missing, damaged and declined lines together are all that was dispatched."""

    def __init__(self, number: str, waiting: int) -> None:
        super().__init__(
            f"Bảng kê {number} còn {waiting} dòng chưa trả lời. "
            "Nhận, báo thiếu hoặc từ chối từng dòng.",
            f"List {number} has {waiting} lines without an answer. Accept, miss or decline each.",
        )
        self.number, self.waiting = number, waiting


class TooLateToUndo(TrackingError):
    """After a minute a mistake is mended by a supervisor and a second person."""

    def __init__(self) -> None:
        super().__init__(
            "Đã quá 60 giây hoặc không phải việc của bạn. Nhờ người quản lý lập yêu cầu sửa.",
            "More than 60 seconds have passed, or it was not you. Ask the supervisor.",
        )


class MovedOn(TrackingError):
    """Only the newest line of a paper can be undone: what came after it was somebody else's."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} đã chuyển tiếp hoặc đã hoàn tác. Tải lại trang để xem.",
            f"Item {s10} has moved on, or was undone already. Reload to see it.",
        )
        self.s10 = s10


class SecondPersonNeeded(TrackingError):
    """What one person may not do alone: a reason, and two different people."""

    def __init__(self) -> None:
        super().__init__(
            "Việc này cần lý do và người thứ hai xác nhận. Gửi yêu cầu để người khác duyệt.",
            "This takes a reason and a second person. Send it to a colleague for approval.",
        )


class NotUndeliverable(TrackingError):
    """An item goes back only on the grounds of the Postal Law, art. 17.1."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"Chưa được chuyển trả: {vi}.", f"It may not go back yet: {en}.")


class TooSoonToInvite(TrackingError):
    """Two invitations lie at least two working days apart (Postal Law 49/2010, art. 17.1 d)."""

    def __init__(self, day: str) -> None:
        super().__init__(
            f"Lần mời sau phải cách lần trước ít nhất 2 ngày làm việc: từ ngày {day}.",
            f"The next invitation must be at least two working days later: from {day}.",
        )


class OutAlready(TrackingError):
    """How something comes is changed until a courier has it for the door, and never after."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} đã giao cho bưu tá đi phát hoặc đã phát: không đổi được nữa. "
            "Gọi bưu tá, hoặc chờ bưu gửi về bưu cục.",
            f"Item {s10} is out for delivery or delivered: nothing can be changed any more. "
            "Call the courier, or wait until it is back at the office.",
        )
        self.s10 = s10
