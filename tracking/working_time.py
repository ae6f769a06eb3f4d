"""Opening hours, days off and make-up days, and counting time along them.

A calendar answers two questions that must not be mixed up. Which days are working days: a table
of days off and make-up days over an ordinary week. Which minutes count: the sessions declared as
counting. A Saturday morning of reception accepts papers and counts for nothing; a Saturday worked
in exchange for a bridge day is a day like any other.

Moments handed in are aware, in any zone; moments handed back are in ``ZONE``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, partial
from itertools import combinations
from typing import Final

from msgspec import Struct

from tracking.months import Month, index_of, tally
from tracking.sessions import Session as Session
from tracking.working_errors import FIRST_YEAR, LAST_YEAR, MAX_DAYS
from tracking.working_errors import BadCalendar as BadCalendar
from tracking.working_errors import BadMoment as BadMoment
from tracking.working_errors import CalendarGap as CalendarGap
from tracking.working_errors import SpanTooLong as SpanTooLong

#: Vietnam has kept UTC+7 without summer time since 1975. A fixed offset needs no zone table and
#: adds up ten times faster than one.
ZONE: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

OFFICE_WEEK: Final = frozenset({1, 2, 3, 4, 5})  #: Monday to Friday: state agencies
POSTAL_WEEK: Final = frozenset({1, 2, 3, 4, 5, 6})  #: the post also carries on Saturdays

MAX_GAP: Final = 400  #: days without a session after which a calendar is broken, not on leave
HORIZON: Final = 2200  #: the search for hours ends here, whatever the calendar

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
TICK: Final = timedelta(microseconds=1)  #: sums of time are kept as whole numbers of these
TICKS_A_MINUTE: Final = MINUTE // TICK
MONDAY: Final = 1

Spell = tuple[datetime, datetime]  #: opening and closing of one session on one day
Hours = tuple[int, tuple[Spell, ...]]  #: how many ticks of a day count, and when


def local(at: datetime) -> datetime:
    """*at* as the clock on the wall shows it. Raises BadMoment."""
    if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadMoment
    return at if at.tzinfo is ZONE else at.astimezone(ZONE)


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
        if not count:
            return day
        month, past = self._month(index_of(day)), day.day
        count += month.days[past]
        silent = min(month.days_off, len(month.days) - 1 - past)
        while count > month.days[-1]:
            count -= month.days[-1]
            month = self._next(month)
            if silent + month.days_idle >= MAX_GAP:
                raise CalendarGap(month.first - silent * DAY)
            silent = month.days_off if month.days[-1] else silent + month.days_off
        return month.first + (bisect_left(month.days, count) - 1) * DAY

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie later than *after*, up to and including *until*."""
        span = (until - after).days
        if span > MAX_DAYS:
            raise SpanTooLong
        if span <= 0:
            return 0
        return self._days_until(after, until + DAY) - self.is_working_day(after)

    def sessions_of(self, day: date) -> tuple[Session, ...]:
        """What is open on *day*, in order; a make-up day at the weekend keeps Monday's hours."""
        weekday = day.isoweekday()
        if day in self.work:
            weekday = weekday if weekday in self.week else MONDAY
        elif day in self.off:
            return ()
        held = (session for session in self.sessions if session.holds(day, weekday))
        return tuple(sorted(held, key=lambda session: session.open))

    def spells(self, day: date) -> tuple[Spell, ...]:
        """The sessions of *day* that count, in order."""
        return self._hours(day)[1]

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
        today = self._hours(at.date())[1]
        for opening, closing in today:
            if at < closing:
                return max(at, opening)
        later = at.date() + DAY if today else at.date()
        return next(self._spells_from(later))[0][0]

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        """The moment when *minutes* of working time after *at* are used up.

        Time used up at the end of a session is used up then, never at the next opening; no
        minutes at all only normalise. Raises BadMoment, SpanTooLong, CalendarGap.
        """
        if not 0 <= minutes <= MAX_DAYS * 24 * 60:
            raise SpanTooLong
        return self.run(self.normalise(at), minutes)

    def run(self, start: datetime, minutes: int) -> datetime:
        """As ``add_minutes``, from a *start* that is normalised already."""
        if not minutes:
            return start
        month, past = self._month(start.year * 12 + start.month - 1), start.day - 1
        left = minutes * TICKS_A_MINUTE + self._worked_until(start) + month.worked[past]
        silent = month.off
        while left > month.worked[-1]:
            left -= month.worked[-1]
            month = self._next(month)
            if silent + month.idle >= MAX_GAP:
                raise CalendarGap(month.first - silent * DAY)
            silent = month.off if month.worked[-1] else silent + month.off
        past = bisect_left(month.worked, left) - 1
        spells = self._hours(month.first + past * DAY)[1]
        return _moment_within(spells, timedelta(microseconds=left - month.worked[past]))

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time from *start* to *end*; negative when *end* is earlier."""
        start, end = local(start), local(end)
        if end < start:
            return -self.minutes_between(end, start)
        if (end.date() - start.date()).days > MAX_DAYS:
            raise SpanTooLong
        whole = 0
        index, last = index_of(start.date()), index_of(end.date())
        while index < last:
            whole += self._month(index).worked[-1]
            index += 1
        whole += self._month(last).worked[end.day - 1]
        whole -= self._month(index_of(start.date())).worked[start.day - 1]
        return (whole + self._worked_until(end) - self._worked_until(start)) * TICK // MINUTE

    @cached_property
    def _memo(self) -> dict[date, Hours]:
        return {}

    @cached_property
    def _months(self) -> dict[int, Month]:
        return {}

    def _hours(self, day: date) -> Hours:
        known = self._memo.get(day)
        if known is None:
            at = partial(datetime.combine, day, tzinfo=ZONE)
            counting = (session for session in self.sessions_of(day) if session.counts)
            spells = tuple((at(session.open), at(session.close)) for session in counting)
            total = sum((closing - opening for opening, closing in spells), timedelta())
            known = self._memo[day] = (total // TICK, spells)
        return known

    def _month(self, index: int) -> Month:
        """The sums of a month; a limit of a year adds up twelve of them instead of 365 days."""
        known = self._months.get(index)
        if known is None:
            known = self._months[index] = tally(
                index, lambda day: self._hours(day)[0], self.is_working_day
            )
        return known

    def _next(self, month: Month) -> Month:
        """The month after. Raises CalendarGap where the search has gone too far."""
        if month.first.year >= HORIZON:
            raise CalendarGap(month.first)
        return self._month(index_of(month.first) + 1)

    def _days_until(self, since: date, until: date) -> int:
        """Working days from *since* on, before *until*."""
        index, last = index_of(since), index_of(until)
        whole = sum(self._month(n).days[-1] for n in range(index, last))
        return (
            whole + self._month(last).days[until.day - 1] - self._month(index).days[since.day - 1]
        )

    def _spells_from(self, day: date) -> Iterator[tuple[Spell, ...]]:
        """Days that count, from *day* on, until the calendar falls silent: CalendarGap."""
        idle = 0
        while idle < MAX_GAP and day.year <= HORIZON:
            if spells := self._hours(day)[1]:
                idle = 0
                yield spells
            else:
                idle += 1
            day += DAY
        raise CalendarGap(day - idle * DAY)

    def _worked_until(self, at: datetime) -> int:
        """How much of its day's counting time has passed at *at*, in ticks."""
        past = timedelta()
        for opening, closing in self._hours(at.date())[1]:
            if at <= opening:
                break
            past += min(at, closing) - opening
        return past // TICK if past else 0


def _moment_within(spells: tuple[Spell, ...], worked: timedelta) -> datetime:
    """When *worked* of a day's counting time has passed; the day has that much."""
    for opening, closing in spells:
        moment = opening + worked
        if moment <= closing:
            break
        worked -= closing - opening
    return moment
