"""What tills, purses and the books' days refuse, in words fit for the one who counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from postal_service.desk.counter_store import Draft
from postal_service.desk.errors import DeskError
from postal_service.desk.money.errors import vnd

#: More notes of one kind than fit into a counter's till.
MOST_NOTES = 9999


class BadCount(DeskError):
    """A number of notes is a whole number."""

    def __init__(self, value: int) -> None:
        super().__init__(
            f"Số tờ {vnd(value)} phải là số từ 0 đến {MOST_NOTES}. Đếm lại rồi nhập.",
            f"The number of {vnd(value)} notes is 0 to {MOST_NOTES}. Count again.",
        )
        self.value = value


class UnknownShift(DeskError):
    """No such shift, or none of hers."""

    def __init__(self) -> None:
        super().__init__(
            "Không có ca thu ngân này ở đây. Mở lại trang tiền của ca.",
            "There is no such till shift here. Open the till's page again.",
        )


class ShiftClosed(DeskError):
    """It was counted before."""

    def __init__(self) -> None:
        super().__init__(
            "Ca này đã khóa rồi. Mở lại trang tiền của ca để xem bảng kê.",
            "This shift is closed already. Open the till's page to see its sheet.",
        )


class BooksMoved(DeskError):
    """Money came in or went out while it was counted."""

    def __init__(self, now: int) -> None:
        super().__init__(
            f"Trong lúc đếm, sổ vừa ghi thêm: bây giờ phải có {vnd(now)}. Xem lại rồi ghi lần nữa.",
            f"The books changed during the count: {vnd(now)} should be there now. Look again.",
        )


class ReasonNeeded(DeskError):
    """What does not fit the books is signed with its reason."""

    def __init__(self, gap: int) -> None:
        what, en = ("thừa", "more") if gap > 0 else ("thiếu", "less")
        super().__init__(
            f"Đếm được {what} {vnd(abs(gap))} so với sổ. Đếm lại; nếu vẫn vậy, ghi lý do rồi khóa.",
            f"The count is {vnd(abs(gap))} {en} than the books. Count again, or write why.",
        )
        self.gap = gap


class DraftsOpen(DeskError):
    """A till is not closed over citizens who still wait for their receipts."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        super().__init__(
            f"Còn {len(drafts)} hồ sơ đang nhập dở. Nhập nốt hoặc bỏ từng hồ sơ rồi mới khóa ca.",
            f"{len(drafts)} drafts are open. Finish or discard each, then close the shift.",
        )
        self.drafts = list(drafts)


class NegativeTill(DeskError):
    """More was given back than came in: the safe makes up for it first."""

    def __init__(self, missing: int) -> None:
        super().__init__(
            f"Sổ ghi ca này đã trả lại nhiều hơn thu {vnd(missing)}. Ghi nhận {vnd(missing)} "
            "tiền lẻ từ quỹ trước, rồi khóa ca.",
            f"This shift gave back {vnd(missing)} more than it took. Take {vnd(missing)} from the "
            "safe first, then close.",
        )


class UnknownCourier(DeskError):
    """Nobody of this name carries money for this office."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Bưu cục này không có bưu tá {name[:40]}. Chọn trong danh sách.",
            f"This office has no courier {name[:40]}. Choose from the list.",
        )


class RestUnsaid(DeskError):
    """Less than the books say: he keeps the rest, or it is gone."""

    def __init__(self, gap: int) -> None:
        super().__init__(
            f"Bưu tá nộp ít hơn sổ {vnd(gap)}. Chọn: còn giữ phần này, hoặc bị thiếu (ghi lý do).",
            f"{vnd(gap)} less than the books. Choose: he keeps the rest, or it is missing.",
        )


class NothingCounted(DeskError):
    """A pay-in of nothing, and nothing missing."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa đếm tờ nào. Đếm tiền bưu tá nộp rồi ghi số tờ.",
            "No note is counted. Count what the courier pays in.",
        )


class OverLimit(DeskError):
    """He carries enough of other people's money already."""

    def __init__(self, name: str, held: int, limit: int, paying: Sequence[str]) -> None:
        shown = ", ".join(paying[:5]) + (" …" if len(paying) > 5 else "")
        super().__init__(
            f"{name} đang giữ {vnd(held)}, quá hạn mức {vnd(limit)}: chưa giao thêm bì phải thu "
            f"tiền ({shown}). Nhận tiền bưu tá nộp trước, bỏ các bì này ra, hoặc nhờ kiểm soát "
            "viên cho đi một lần.",
            f"{name} holds {vnd(held)}, over the limit of {vnd(limit)}: no more items with money "
            f"to collect ({shown}). Take his pay-in first, leave these out, or ask the supervisor.",
        )


class WhyNeeded(DeskError):
    """What a supervisor lets pass stands with her reason."""

    def __init__(self) -> None:
        super().__init__(
            "Ghi lý do cho đi thêm một lần, ví dụ: tuyến xa, về nộp trong ngày.",
            "Write why he may go once more.",
        )


class BadLimit(DeskError):
    """A limit holds from today or later."""

    def __init__(self) -> None:
        super().__init__(
            "Hạn mức có hiệu lực từ hôm nay trở đi, mỗi ngày một mức. Chọn lại ngày.",
            "A limit holds from today or later, one a day. Choose another day.",
        )


class NotTheSupervisor(DeskError):
    """Only the office's supervisor may."""

    def __init__(self) -> None:
        super().__init__(
            "Việc này chỉ kiểm soát viên của bưu cục được làm. Nhờ kiểm soát viên.",
            "Only the office's supervisor may do this. Ask the supervisor.",
        )


class DayNotDone(DeskError):
    """A day is closed after its shifts and its evening count."""

    def __init__(self, day: date, shifts: Sequence[str], counted: bool) -> None:
        left = [f"ca của {name} chưa khóa" for name in shifts]
        still = [f"the shift of {name} is open" for name in shifts]
        if not counted:
            left.append("chưa kiểm đếm bì cuối ngày")
            still.append("the evening count is not closed")
        super().__init__(
            f"Chưa khóa sổ ngày {day:%d/%m/%Y} được: {'; '.join(left)}.",
            f"{day:%d/%m/%Y} cannot be closed yet: {'; '.join(still)}.",
        )


class DayToCome(DeskError):
    """Tomorrow's numbers are not given up today."""

    def __init__(self) -> None:
        super().__init__(
            "Chỉ khóa sổ hôm nay hoặc ngày đã qua. Chọn lại ngày.",
            "Only today or a day that is over can be closed. Choose another day.",
        )


class NothingPaid(DeskError):
    """A receipt says what was paid."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ này chưa thu khoản nào tại bưu cục. Thu tiền rồi in biên lai.",
            "Nothing was paid for this dossier here yet. Collect first, then print the receipt.",
        )
