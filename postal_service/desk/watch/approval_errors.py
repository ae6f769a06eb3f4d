"""What is refused about acts of two people, in the words of either of them."""

from __future__ import annotations

from postal_service.desk.errors import DeskError


class UnknownApproval(DeskError):
    """No such question waits where the caller works."""

    def __init__(self) -> None:
        super().__init__(
            "Không có yêu cầu này tại nơi bạn làm việc. Tải lại danh sách chờ duyệt.",
            "There is no such request where you work. Reload the list.",
        )


class UnknownSubject(DeskError):
    """What the question is about is nobody's business here."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"Không có «{subject}» tại nơi bạn làm việc. Kiểm tra lại số rồi gửi lại.",
            f"There is no “{subject}” where you work. Check the number and send it again.",
        )
        self.subject = subject


class BadAsk(DeskError):
    """The request lacks what its kind needs, or is not the asker's to make."""

    def __init__(self) -> None:
        super().__init__(
            "Yêu cầu thiếu lý do hoặc thông tin cần thiết, hoặc không thuộc việc của bạn. "
            "Bổ sung rồi gửi lại.",
            "The request lacks its reason or what it needs, or is not yours to make. "
            "Complete it and send it again.",
        )


class AlreadyAsked(DeskError):
    """One question about one thing at a time."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"Đã có yêu cầu như vậy cho «{subject}» đang chờ duyệt. Xem trong danh sách chờ duyệt.",
            f"Such a request for “{subject}” is waiting already. See the list.",
        )
        self.subject = subject


class AlreadyDecided(DeskError):
    """A question is answered once."""

    def __init__(self) -> None:
        super().__init__(
            "Yêu cầu này đã được trả lời, đã rút hoặc đã quá hạn. Tải lại danh sách để xem.",
            "This request was answered, taken back, or has lapsed. Reload the list to see it.",
        )


class NotTheSecondPerson(DeskError):
    """The one who asked never decides; at an office one of the two is a supervisor."""

    def __init__(self) -> None:
        super().__init__(
            "Bạn không duyệt được yêu cầu này: người duyệt phải là người khác, "
            "và một trong hai người là người quản lý.",
            "You cannot decide this: it takes another person than the one who asked, "
            "and one of the two is a supervisor.",
        )
