"""What a working calendar refuses, in words for whoever typed it."""

from __future__ import annotations

from datetime import date
from typing import Final

from tracking.errors import TrackingError

MAX_DAYS: Final = 10_000  #: no limit of any procedure is longer than 27 years
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100


class BadCalendar(TrackingError):
    """The hours or the days of a calendar contradict each other."""


class CalendarGap(TrackingError):
    """The calendar says nothing about a day that somebody needs."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"Lịch làm việc không có giờ nào từ ngày {day:%d/%m/%Y}. "
            "Báo người quản trị bổ sung lịch rồi làm lại.",
            f"The working calendar has a gap: no hours from {day} on. "
            "Ask the administrator to complete it, then try again.",
        )
        self.day = day


class BadMoment(TrackingError):
    """A time nobody can reckon with: without a zone, or ages away."""

    def __init__(self) -> None:
        super().__init__(
            f"Ngày giờ phải kèm múi giờ và nằm trong các năm {FIRST_YEAR}–{LAST_YEAR}. "
            "Kiểm tra lại ngày giờ đã nhập.",
            f"A time needs its zone and a year from {FIRST_YEAR} to {LAST_YEAR}. "
            "Check the date and time that were entered.",
        )


class SpanTooLong(TrackingError):
    """More time than any procedure in the country is given."""

    def __init__(self) -> None:
        super().__init__(
            f"Khoảng thời gian dài quá {MAX_DAYS} ngày. Kiểm tra lại thời hạn đã nhập.",
            f"That is longer than {MAX_DAYS} days. Check the limit that was entered.",
        )
