"""What a round refuses, in sentences fit for a person."""

from __future__ import annotations

from datetime import date


class RoutesError(Exception):
    """Something a person asked of a round cannot be done."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class UnknownRound(RoutesError):
    """No round has this number."""

    def __init__(self, round_id: int) -> None:
        super().__init__(
            vi=f"Không có chuyến số {round_id}. Mở lại danh sách chuyến và chọn lại.",
            en=f"There is no round number {round_id}. Open the list of rounds and choose again.",
        )
        self.round_id = round_id


class RoundUnderWay(RoutesError):
    """The courier has left: the plan may grow, but it is not replaced."""

    def __init__(self, day: date) -> None:
        super().__init__(
            vi=f"Chuyến ngày {day:%d/%m/%Y} đã khởi hành. Thêm từng điểm thay vì lập lại chuyến.",
            en=f"The round of {day:%d/%m/%Y} has started. Add single stops instead of planning it"
            " again.",
        )
        self.day = day


class RoundFinished(RoutesError):
    """The round is over: nothing is added to it."""

    def __init__(self, day: date) -> None:
        super().__init__(
            vi=f"Chuyến ngày {day:%d/%m/%Y} đã kết thúc. Lập chuyến mới cho điểm này.",
            en=f"The round of {day:%d/%m/%Y} is finished. Plan a new round for this stop.",
        )
        self.day = day


class StopAlreadyDone(RoutesError):
    """A stop has one ending."""

    def __init__(self, outcome: str) -> None:
        how = {"done": ("đã xong", "done"), "missed": ("đã ghi không gặp", "missed")}
        vi, en = how.get(outcome, ("đã bỏ khỏi chuyến", "dropped"))
        super().__init__(
            vi=f"Điểm này {vi}. Tải lại chuyến để xem trạng thái mới.",
            en=f"This stop is already {en}. Reload the round to see how it stands.",
        )
        self.outcome = outcome


class DoubledStop(RoutesError):
    """Two stops of one round share a reference, so a scan could not tell them apart."""

    def __init__(self) -> None:
        super().__init__(
            vi="Một điểm dừng có hai lần trong chuyến. Bỏ bớt một lần rồi lập lại chuyến.",
            en="One stop is in the round twice. Remove one of the two, then plan the round again.",
        )


class BrokenPlan(RoutesError):
    """The planner's answer does not hold: it is not given to a courier."""

    def __init__(self, fault: str) -> None:
        super().__init__(
            vi="Chưa lập được thứ tự chuyến. Lập lại; nếu vẫn lỗi, đi theo thứ tự trên giấy.",
            en=f"The order of the round does not hold ({fault}). Plan it again.",
        )
        self.fault = fault
