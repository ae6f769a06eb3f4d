"""The hours a counter keeps on some days of the week."""

from __future__ import annotations

from datetime import date, time

from msgspec import Struct

from tracking.working_errors import BadCalendar


class Session(Struct, frozen=True, kw_only=True):
    """Hours a counter keeps on some days of the week, while they are in force.

    The period is half-open: ``valid_from`` is in force, ``valid_to`` no longer is; none is open.
    ``counts`` says that legal limits run during it, ``accepts`` that papers are taken in.
    """

    open: time
    close: time
    weekdays: frozenset[int]  #: 1 is Monday, 7 is Sunday
    valid_from: date | None = None
    valid_to: date | None = None
    counts: bool = True
    accepts: bool = True

    def __post_init__(self) -> None:
        if self.open >= self.close:
            raise BadCalendar(
                f"Ca mở lúc {self.open:%H:%M} mà đóng lúc {self.close:%H:%M}. Sửa lại giờ của ca.",
                f"A session opens at {self.open:%H:%M} and closes at {self.close:%H:%M}. "
                "Correct its hours.",
            )
        if not self.weekdays or not self.weekdays <= frozenset(range(1, 8)):
            raise BadCalendar(
                "Ca chưa có thứ trong tuần hợp lệ. Nhập các số từ 1 (thứ Hai) đến 7 (Chủ nhật).",
                "A session lacks valid days. Enter numbers from 1 (Monday) to 7 (Sunday).",
            )
        if (self.valid_from or date.min) >= (self.valid_to or date.max):
            raise BadCalendar(
                f"Ca có hiệu lực từ {self.valid_from} mà hết từ {self.valid_to}. Sửa lại ngày.",
                f"Hours in force from {self.valid_from} end on {self.valid_to}. Correct the dates.",
            )

    def holds(self, day: date, weekday: int) -> bool:
        """Whether it is kept on *day*, which follows the hours of *weekday*."""
        return (
            weekday in self.weekdays
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day < self.valid_to)
        )

    def overlaps(self, other: Session) -> bool:
        """Whether some minute of some day would belong to both."""
        return (
            not self.weekdays.isdisjoint(other.weekdays)
            and max(self.open, other.open) < min(self.close, other.close)
            and max(self.valid_from or date.min, other.valid_from or date.min)
            < min(self.valid_to or date.max, other.valid_to or date.max)
        )
