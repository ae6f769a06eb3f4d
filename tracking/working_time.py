"""Opening hours, days off and make-up days, and counting time along them.

A calendar answers two questions that must not be mixed up. Which days are working days: a table
of days off and make-up days over an ordinary week. Which minutes count: the sessions declared as
counting. A Saturday morning of reception accepts papers and counts for nothing; a Saturday worked
in exchange for a bridge day is a day like any other.

Moments handed in are aware, in any zone; moments handed back are in ``ZONE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property, partial
from itertools import combinations
from typing import Final

from msgspec import Struct

from tracking.errors import TrackingError

#: Vietnam has kept UTC+7 without summer time since 1975. A fixed offset needs no zone table and
#: adds up ten times faster than one.
ZONE: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

OFFICE_WEEK: Final = frozenset({1, 2, 3, 4, 5})  #: Monday to Friday: state agencies
POSTAL_WEEK: Final = frozenset({1, 2, 3, 4, 5, 6})  #: the post also carries on Saturdays

MAX_DAYS: Final = 10_000  #: no limit of any procedure is longer than 27 years
MAX_GAP: Final = 400  #: days without a session after which a calendar is broken, not on leave
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
HORIZON: Final = 2200  #: the search for hours ends here, whatever the calendar

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
MONDAY: Final = 1

Spell = tuple[datetime, datetime]  #: opening and closing of one session on one day
Hours = tuple[timedelta, tuple[Spell, ...]]  #: how long a day counts, and when


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


def local(at: datetime) -> datetime:
    """*at* as the clock on the wall shows it. Raises BadMoment."""
    if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadMoment
    return at.astimezone(ZONE)


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


class Calendar(Struct, frozen=True, kw_only=True, dict=True):
    """The hours of one agency or office, and the days that differ from its week.

    Raises BadCalendar where two sessions overlap: a minute would count twice.
    """

    sessions: tuple[Session, ...]
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()  #: make-up days; they win over ``off``
    week: frozenset[int] = OFFICE_WEEK

    def __post_init__(self) -> None:
        for one, other in combinations(self.sessions, 2):
            if one.overlaps(other):
                raise BadCalendar(
                    f"Hai ca chồng giờ nhau: {one.open:%H:%M}–{one.close:%H:%M} và "
                    f"{other.open:%H:%M}–{other.close:%H:%M}. Sửa giờ hoặc thời gian hiệu lực.",
                    f"Two sessions overlap: {one.open:%H:%M}-{one.close:%H:%M} and "
                    f"{other.open:%H:%M}-{other.close:%H:%M}. Change their hours or their dates.",
                )

    def is_working_day(self, day: date) -> bool:
        """A make-up day, or a day of the week's that the table does not take away."""
        return day in self.work or (day.isoweekday() in self.week and day not in self.off)

    def working_day_from(self, day: date) -> date:
        """*day* itself where it is worked, else the next one that is. Raises CalendarGap."""
        for ahead in range(MAX_GAP):
            later = day + ahead * DAY
            if self.is_working_day(later):
                return later
        raise CalendarGap(day)

    def next_working_day(self, day: date) -> date:
        """The first working day after *day*."""
        return self.working_day_from(day + DAY)

    def add_days(self, day: date, count: int) -> date:
        """The *count*-th working day after *day*; *day* itself for none. Raises SpanTooLong."""
        if not 0 <= count <= MAX_DAYS:
            raise SpanTooLong
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie later than *after*, up to and including *until*."""
        span = (until - after).days
        if span > MAX_DAYS:
            raise SpanTooLong
        return sum(self.is_working_day(after + n * DAY) for n in range(1, span + 1))

    def sessions_of(self, day: date) -> tuple[Session, ...]:
        """What is open on *day*, in order; a make-up day at the weekend keeps Monday's hours."""
        weekday = day.isoweekday()
        if day in self.work:
            weekday = weekday if weekday in self.week else MONDAY
        elif day in self.off:
            return ()
        held = (session for session in self.sessions if session.holds(day, weekday))
        return tuple(sorted(held, key=lambda session: session.open))

    def closing(self, day: date) -> datetime:
        """The end of the last counting session of *day*. Raises CalendarGap."""
        _, spells = self._hours(day)
        if not spells:
            raise CalendarGap(day)
        return spells[-1][1]

    def normalise(self, at: datetime) -> datetime:
        """The moment from which time runs for what happens at *at*.

        Inside a counting session it stays; before one it moves to the opening; at the end of one
        or later, to the opening of the next. Raises BadMoment, CalendarGap.
        """
        at = local(at)
        return next(
            max(at, opening)
            for _, spells in self._days_with_hours(at.date())
            for opening, closing in spells
            if at < closing
        )

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        """The moment when *minutes* of working time after *at* are used up.

        Time used up at the end of a session is used up then, never at the next opening; no
        minutes at all only normalise. Raises BadMoment, SpanTooLong, CalendarGap.
        """
        if not 0 <= minutes <= MAX_DAYS * 24 * 60:
            raise SpanTooLong
        start = self.normalise(at)
        if not minutes:
            return start
        left = minutes * MINUTE + self._worked_until(start)
        days = self._days_with_hours(start.date())
        worked, spells = next(days)
        while left > worked:
            left -= worked
            worked, spells = next(days)
        return _moment_within(spells, left)

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time from *start* to *end*; negative when *end* is earlier."""
        start, end = local(start), local(end)
        if end < start:
            return -self.minutes_between(end, start)
        days = (end.date() - start.date()).days
        if days > MAX_DAYS:
            raise SpanTooLong
        whole = (self._hours(start.date() + n * DAY)[0] for n in range(days))
        worked = sum(whole, self._worked_until(end) - self._worked_until(start))
        return worked // MINUTE

    @cached_property
    def _memo(self) -> dict[date, Hours]:
        return {}

    def _hours(self, day: date) -> Hours:
        known = self._memo.get(day)
        if known is None:
            at = partial(datetime.combine, day, tzinfo=ZONE)
            counting = (session for session in self.sessions_of(day) if session.counts)
            spells = tuple((at(session.open), at(session.close)) for session in counting)
            total = sum((closing - opening for opening, closing in spells), timedelta())
            known = self._memo[day] = (total, spells)
        return known

    def _days_with_hours(self, day: date) -> Iterator[Hours]:
        """Days that count, from *day* on, until the calendar falls silent: CalendarGap."""
        idle = 0
        while idle < MAX_GAP and day.year <= HORIZON:
            hours = self._hours(day)
            if hours[1]:
                idle = 0
                yield hours
            else:
                idle += 1
            day += DAY
        raise CalendarGap(day - idle * DAY)

    def _worked_until(self, at: datetime) -> timedelta:
        """How much of its day's counting time has passed at *at*."""
        _, spells = self._hours(at.date())
        past = (min(at, closing) - opening for opening, closing in spells if opening < at)
        return sum(past, timedelta())


def _moment_within(spells: tuple[Spell, ...], worked: timedelta) -> datetime:
    """When *worked* of a day's counting time has passed; the day has that much."""
    for opening, closing in spells:
        moment = opening + worked
        if moment <= closing:
            break
        worked -= closing - opening
    return moment
