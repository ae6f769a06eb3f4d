"""When an agency owes its answer, and what the post may promise before it has one.

The limit comes in as a value: which procedure it belongs to, and in which version, is known
elsewhere. Seconds are dropped first, so that what is printed on the receipt in hours and minutes
is enough to reckon the due time again by hand.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from tracking.errors import TrackingError
from tracking.limits import CUTOFF, MINUTES_A_DAY, MOST, Count
from tracking.limits import BadLimit as BadLimit
from tracking.limits import Convention as Convention
from tracking.limits import Limit as Limit
from tracking.limits import Unit as Unit
from tracking.working_time import MINUTE, Calendar, local


class BadPause(TrackingError):
    """A pause that ends before it starts, or that starts inside another."""

    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__(
            f"Khoảng tạm dừng {since:%H:%M %d/%m/%Y} – {until:%H:%M %d/%m/%Y} không hợp lệ: "
            "phải kết thúc sau khi bắt đầu và không chồng lên khoảng khác.",
            f"The pause from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} cannot be: "
            "it must end after it starts, and not overlap another.",
        )


class Pause(Struct, frozen=True, kw_only=True):
    """The agency waited for papers: time that does not count."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if local(self.until) < local(self.since):
            raise BadPause(self.since, self.until)


class Part(Struct, frozen=True, kw_only=True):
    """One agency's part of a linked procedure: its limit, in its own calendar."""

    limit: Limit
    calendar: Calendar


class Due(Struct, frozen=True, kw_only=True):
    """A due time with the start it was reckoned from.

    ``original_due`` is what on-time statistics compare with: pauses move it, nothing else may.
    """

    start: datetime
    original_due: datetime
    due: datetime


class Forecast(Struct, frozen=True, kw_only=True):
    """What a receipt may promise before the agency has seen the papers: fit to print as days.

    ``delivered_on`` is none where the citizen collects the result at the agency.
    """

    with_agency_at: datetime
    decided_at: datetime
    delivered_on: date | None


def due(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    extension: int = 0,
) -> Due:
    """When the answer to papers received at *start* is owed; *pauses* are those that have ended.

    Calendar days and months exclude the first day and end at closing time of the last, which
    moves to a working day (Civil Code 2015 art. 147-148). A pause that starts when the answer is
    already due changes nothing, and months are not paused. An *extension* is in units of the
    limit: the same reckoning with so many more, while ``original_due`` stays. Raises BadPause,
    BadLimit and what the calendar raises: BadMoment, CalendarGap, SpanTooLong.
    """
    if not 0 <= extension <= MOST[limit.unit]:
        raise BadLimit(
            f"Gia hạn {extension} không hợp lệ: phải từ 0 đến {MOST[limit.unit]}.",
            f"An extension of {extension} cannot be: it lies between 0 and {MOST[limit.unit]}.",
        )
    begin = calendar.normalise(_on_the_minute(start))
    ordered = _in_order(pauses)
    original = _end(begin, limit, calendar, ordered, 0)
    moved = _end(begin, limit, calendar, ordered, extension) if extension else original
    return Due(start=begin, original_due=original, due=moved)


def due_in_parts(
    start: datetime, parts: Sequence[Part], pauses: Iterable[Pause] = (), extension: int = 0
) -> Due:
    """When a linked procedure is owed: the parts' limits one after the other.

    Each part begins when the one before is due, and a pause belongs to the part it begins in;
    an *extension* is the last part's. Raises as ``due`` does.
    """
    ordered = _in_order(pauses)
    *before, last = parts
    at = start
    for part in before:
        ended = due(at, part.limit, part.calendar, ordered).due
        ordered = [pause for pause in ordered if pause.since >= ended]
        at = ended
    end = due(at, last.limit, last.calendar, ordered, extension)
    begin = parts[0].calendar.normalise(_on_the_minute(start))
    return Due(start=begin, original_due=end.original_due, due=end.due)


def _end(
    begin: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int
) -> datetime:
    """The due time for a normalised start and ordered pauses."""
    more = extension * _counts_as(limit) if extension else 0
    end = _reckon(begin, limit, calendar, more)
    for pause in pauses:
        if pause.since >= end:
            break
        more += _lost(max(pause.since, begin), max(pause.until, begin), limit, calendar)
        end = _reckon(begin, limit, calendar, more)
    return end


def _counts_as(limit: Limit) -> int:
    """What one unit of *limit* is in what it counts."""
    if limit.count is not Count.MINUTES:
        return 1
    return 60 if limit.unit is Unit.WORKING_HOUR else MINUTES_A_DAY


def due_after_pause(
    appointed: datetime, pause: Pause, limit: Limit, calendar: Calendar
) -> datetime:
    """Move an appointment that an officer set by hand by the time of one pause.

    An appointment that follows from its limit is reckoned anew with ``due`` instead: a day that
    was moved off a holiday is not carried along there. Raises as ``due`` does.
    """
    since, until, end = (_on_the_minute(at) for at in (pause.since, pause.until, appointed))
    lost = 0 if since >= end else _lost(since, until, limit, calendar)
    if not lost:
        return end
    if limit.count is Count.MINUTES:
        return calendar.add_minutes(end, lost)
    if limit.count is Count.WORKING_DAYS:
        return calendar.closing(calendar.add_days(end.date(), lost))
    return calendar.closing(calendar.working_day_from(end.date() + timedelta(days=lost)))


def forecast(
    accepted_at: datetime,
    limit: Limit | Sequence[Part],
    agency_calendar: Calendar,
    post_calendar: Calendar,
    *,
    days_out: int | None,
    days_back: int | None,
) -> Forecast:
    """Expected days: the post's way out, the agency's limit, the post's way back.

    The way out ends *within* its last postal day (or the agency's next working day), so the limit
    is reckoned from the last minute of that day: a promise made from the opening would be a day
    too early whenever the courier comes at ten. No way out (papers filed at the agency) reckons
    from *accepted_at*; no way back leaves ``delivered_on`` out. Where the agency's own
    appointment is known, ``delivery_day`` takes it from there. A linked procedure has its parts
    for *limit*.
    """
    accepted_at = _on_the_minute(accepted_at)
    arrival = agency_calendar.normalise(accepted_at)
    if days_out is not None:
        day = post_calendar.add_days(accepted_at.date(), days_out)
        arrival = agency_calendar.closing(agency_calendar.working_day_from(day)) - MINUTE
    if isinstance(limit, Limit):
        decided = due(arrival, limit, agency_calendar).due
    else:
        decided = due_in_parts(arrival, limit).due
    delivered = (
        None
        if days_back is None
        else delivery_day(decided, agency_calendar, post_calendar, days_back)
    )
    return Forecast(with_agency_at=arrival, decided_at=decided, delivered_on=delivered)


def delivery_day(
    decided_at: datetime, agency_calendar: Calendar, post_calendar: Calendar, days_back: int
) -> date:
    """The day the post brings a result that exists at *decided_at*.

    The first of *days_back* days is the agency's next working day, when the post can collect it
    (practice published under QĐ 45/2016); from there on postal days count.
    """
    collected = agency_calendar.next_working_day(local(decided_at).date())
    return post_calendar.add_days(post_calendar.working_day_from(collected), max(days_back - 1, 0))


def _on_the_minute(at: datetime) -> datetime:
    return local(at).replace(second=0, microsecond=0)


def _reckon(begin: datetime, limit: Limit, calendar: Calendar, more: int = 0) -> datetime:
    """The due time for a normalised start; *more* is in what the limit counts."""
    count = limit.count
    match count:
        case Count.MINUTES:
            return calendar.run(begin, limit.minutes + more)
        case Count.WORKING_DAYS:
            missed = limit.same_day_cutoff and begin.time() > CUTOFF
            last = calendar.add_days(begin.date(), limit.value + more + missed)
        case Count.DAYS:
            last = begin.date() + timedelta(days=limit.value + more)
        case Count.MONTHS:
            last = months_later(begin.date(), limit.value + more)
    if count is not Count.WORKING_DAYS:
        last = calendar.working_day_from(last)
    return calendar.closing(last)


def _lost(since: datetime, until: datetime, limit: Limit, calendar: Calendar) -> int:
    """What a pause takes out of *limit*, in what the limit counts."""
    match limit.count:
        case Count.MINUTES:
            return calendar.minutes_between(since, until)
        case Count.WORKING_DAYS:
            return calendar.working_days_between(since.date(), until.date())
        case Count.DAYS:
            return (until.date() - since.date()).days
        case Count.MONTHS:
            return 0


def _in_order(pauses: Iterable[Pause]) -> Sequence[Pause]:
    """Pauses by their start, on the minute. Raises BadPause where two overlap."""
    if not pauses:
        return ()
    ordered = sorted(
        (Pause(since=_on_the_minute(p.since), until=_on_the_minute(p.until)) for p in pauses),
        key=lambda pause: (pause.since, pause.until),
    )
    for earlier, later in pairwise(ordered):
        if later.since < earlier.until:
            raise BadPause(later.since, later.until)
    return ordered


def months_later(day: date, count: int) -> date:
    """The same day *count* months later, or that month's last."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))
