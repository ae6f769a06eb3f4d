"""The time a procedure is given: a number, a unit, and how a working day is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracking.errors import TrackingError

#: The cut-off of procedures answered on the day they are received (NĐ 61/2018, NĐ 118/2025).
CUTOFF: Final = time(15)
MINUTES_A_DAY: Final = 8 * 60  #: a working day of a limit, whatever the hours of the agency


class Unit(StrEnum):
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    DAY = "day"  #: calendar days
    MONTH = "month"


class Convention(StrEnum):
    """How a working day is read: eight hours to the minute, or to the end of the last day."""

    HOUR_PRECISE = "hour_precise"
    END_OF_DAY = "end_of_day"  #: Civil Code 2015 art. 147-148


class Count(StrEnum):
    """What is counted, once unit and convention are both known."""

    MINUTES = "minutes"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


#: About the same 27 years in every unit.
MOST: Final[Mapping[Unit, int]] = {
    Unit.WORKING_HOUR: 80_000,
    Unit.WORKING_DAY: 10_000,
    Unit.DAY: 10_000,
    Unit.MONTH: 320,
}


class BadLimit(TrackingError):
    """A limit that no procedure can have."""


class Limit(Struct, frozen=True, kw_only=True):
    """The time a procedure is given. Nought with the cut-off means: the same day."""

    value: int
    unit: Unit = Unit.WORKING_DAY
    convention: Convention = Convention.HOUR_PRECISE
    same_day_cutoff: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.value <= MOST[self.unit]:
            raise BadLimit(
                f"Thời hạn {self.value} không hợp lệ: phải từ 0 đến {MOST[self.unit]}.",
                f"A limit of {self.value} cannot be: it lies between 0 and {MOST[self.unit]}.",
            )
        if (self.value == 0) is not self.same_day_cutoff:
            raise BadLimit(
                "Thời hạn 0 chỉ dùng cho thủ tục trả trong ngày, có giờ chốt 15:00. "
                "Nhập số ngày hoặc đánh dấu giờ chốt, không cả hai.",
                "A limit of 0 is for same-day procedures, which have the 15:00 cut-off. "
                "Enter a number or mark the cut-off, not both.",
            )

    @property
    def count(self) -> Count:
        if self.same_day_cutoff:
            return Count.WORKING_DAYS
        if self.unit is Unit.DAY:
            return Count.DAYS
        if self.unit is Unit.MONTH:
            return Count.MONTHS
        if self.unit is Unit.WORKING_DAY and self.convention is Convention.END_OF_DAY:
            return Count.WORKING_DAYS
        return Count.MINUTES

    @property
    def minutes(self) -> int:
        """The working time of a limit that is counted in minutes."""
        return self.value * (60 if self.unit is Unit.WORKING_HOUR else MINUTES_A_DAY)
