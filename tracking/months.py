"""How much of each month counts, added up once: what makes long limits cheap to reckon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import accumulate, takewhile

from msgspec import Struct

DAY = timedelta(days=1)


class Month(Struct, frozen=True):
    """Running sums over one month: item *n* is what its first *n* days hold.

    ``worked`` counts time, in ticks, and ``days`` working days. ``idle`` days pass before the
    first that has hours and ``off`` after the last; all of them where there is none.
    """

    first: date
    worked: list[int]
    days: list[int]
    idle: int
    off: int
    days_idle: int
    days_off: int


def index_of(day: date) -> int:
    """The number of *day*'s month; the next month's is one more."""
    return day.year * 12 + day.month - 1


def tally(
    index: int, hours: Callable[[date], int], is_working_day: Callable[[date], bool]
) -> Month:
    """The sums of the month of this number."""
    first = date(index // 12, index % 12 + 1, 1)
    after = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    all_days = [first + n * DAY for n in range((after - first).days)]
    worked = [hours(day) for day in all_days]
    days = [int(is_working_day(day)) for day in all_days]
    return Month(
        first=first,
        worked=[0, *accumulate(worked)],
        days=[0, *accumulate(days)],
        idle=zeros(worked),
        off=zeros(worked[::-1]),
        days_idle=zeros(days),
        days_off=zeros(days[::-1]),
    )


def zeros(values: list[int]) -> int:
    """How many noughts it begins with."""
    return sum(1 for _ in takewhile(lambda value: not value, values))
