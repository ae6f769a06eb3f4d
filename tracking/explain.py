"""A due time, line by line: which hours counted, which days did not and why, and what was added.

Pure, and from kept inputs alone: what is explained is what was reckoned then, whatever the
calendar says today. Words come in pairs, Vietnamese and English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from tracking.deadlines import Pause, due, months_later
from tracking.due_inputs import DueInputs, KeptPart, KeptPause
from tracking.editions import Edition
from tracking.explain_words import (
    Words,
    at_words,
    cause,
    hours_words,
    length,
    limit_words,
    more_words,
    pause_words,
    run_words,
)
from tracking.limits import CUTOFF, Count, Limit
from tracking.working_time import DAY, MINUTE, Spell, local

#: Kinds of line: what starts, what counts, what does not, and where it ends.
HEAD: Final = "head"
COUNTED: Final = "counted"
SKIPPED: Final = "skipped"
END: Final = "end"


class Line(Struct, frozen=True, kw_only=True):
    """One line. ``counted`` is in ``unit``: minutes, or days of the kind the limit counts."""

    kind: str
    words: Words
    counted: int = 0
    unit: Count = Count.MINUTES

    @property
    def amount(self) -> Words:
        """What it adds, in words; empty where it adds nothing."""
        if not self.counted:
            return "", ""
        if self.unit is Count.MINUTES:
            return length(self.counted)
        return f"{self.counted} ngày", f"{self.counted} d"


class Explanation(Struct, frozen=True, kw_only=True):
    """All lines of one due time. ``due`` is what they add up to, ``set_at`` what was set."""

    lines: tuple[Line, ...]
    due: datetime
    set_at: datetime

    @property
    def by_hand(self) -> bool:
        """Whether an officer named another hour than the reckoning's."""
        return self.due != self.set_at

    def counted(self, unit: Count) -> int:
        """How much all lines count."""
        return sum(line.counted for line in self.lines if line.unit is unit)


def explain(inputs: DueInputs, *, set_at: datetime) -> Explanation:
    """Why an answer is owed at *set_at*. Raises as ``deadlines.due`` does."""
    parts = inputs.parts or (KeptPart(name="", limit=inputs.limit, edition=inputs.edition),)
    received = local(inputs.received_at).replace(second=0, microsecond=0)
    lines = [head(("Nhận hồ sơ", "Received"), received)]
    at, pauses = received, inputs.pauses
    for part in parts:
        extension = inputs.extension if part is parts[-1] else 0
        begin = part.edition.calendar.normalise(at)
        ended = due(at, part.limit, part.edition.calendar, plain(pauses), extension).due
        if part.name:
            lines.append(Line(kind=HEAD, words=(part.name, part.name)))
        if begin != at:
            lines.append(head(("Ngoài giờ, tính từ", "Out of hours, runs from"), begin))
        lines.append(Line(kind=HEAD, words=limit_words(part.limit)))
        if extension:
            lines.append(Line(kind=HEAD, words=more_words(part.limit, extension)))
        own = [pause for pause in pauses if pause.since < ended]
        last = last_day(begin, part.limit, extension, own)
        lines += counting((begin, ended, last), part.limit, part.edition, own)
        pauses = tuple(pause for pause in pauses if pause.since >= ended)
        if part is not parts[-1]:
            lines.append(head(("Hết phần này", "This part ends"), ended))
        at = ended
    lines.append(Line(kind=END, words=end_words(at, local(set_at))))
    return Explanation(lines=tuple(lines), due=at, set_at=local(set_at))


def head(words: Words, at: datetime) -> Line:
    vi, en = at_words(at)
    return Line(kind=HEAD, words=(f"{words[0]} {vi}", f"{words[1]} {en}"))


def end_words(reckoned: datetime, set_at: datetime) -> Words:
    vi, en = at_words(set_at)
    if set_at == reckoned:
        return f"Hẹn trả {vi}", f"Due {en}"
    by_rule = at_words(reckoned)
    return (
        f"Cán bộ hẹn {vi}; theo thời hạn là {by_rule[0]}",
        f"The officer set {en}; the limit alone gives {by_rule[1]}",
    )


def plain(pauses: Iterable[KeptPause]) -> list[Pause]:
    return [Pause(since=each.since, until=each.until) for each in pauses]


def counting(
    span: tuple[datetime, datetime, date],
    limit: Limit,
    edition: Edition,
    pauses: Sequence[KeptPause],
) -> Iterator[Line]:
    """The days of one limit: its normalised start, its end, its last day before that moved."""
    begin, end, last = span
    match limit.count:
        case Count.MINUTES:
            yield from by_minutes(begin, end, edition, pauses)
        case Count.WORKING_DAYS:
            yield from by_days(begin, end.date(), limit, edition, pauses)
        case Count.DAYS:
            yield from by_days(begin, last, limit, edition, pauses)
            yield from moved(last, end.date(), edition)
        case Count.MONTHS:
            yield from moved(last, end.date(), edition)


def by_minutes(
    begin: datetime, end: datetime, edition: Edition, pauses: Sequence[KeptPause]
) -> Iterator[Line]:
    """Each session that counted, and the days between that had none."""
    idle: list[date] = []
    for day in days_between(begin.date(), end.date()):
        spells = clipped(edition.calendar.spells(day), begin, end)
        if not edition.calendar.spells(day):
            idle.append(day)
            continue
        yield from skipped(idle, edition)
        idle = []
        counts = list(spells)
        for pause in pauses:
            counts = without(counts, local(pause.since), local(pause.until))
        counted = sum((closing - opening for opening, closing in counts), timedelta()) // MINUTE
        for pause in pauses:
            if lost := clipped(counts_in(spells, pause), begin, end):
                yield Line(kind=SKIPPED, words=pause_words(day, lost, pause.kind))
        if counted:
            yield Line(kind=COUNTED, words=hours_words(day, counts, edition), counted=counted)
    yield from skipped(idle, edition)


def by_days(
    begin: datetime, last: date, limit: Limit, edition: Edition, pauses: Sequence[KeptPause]
) -> Iterator[Line]:
    """Each day that counted, by the rule of the limit; the day of the start is none of them."""
    if limit.same_day_cutoff:
        yield Line(kind=HEAD, words=cutoff_words(begin))
    elif begin.date() != last:
        yield Line(kind=SKIPPED, words=cause(begin.date(), ("ngày nhận", "the day it came")))
    run: list[date] = []
    why = ""
    for day in days_between(begin.date() + DAY, last):
        pause = next((p for p in pauses if begin_of(p, begin) < day <= local(p.until).date()), None)
        label = pause.kind if pause else "counted"
        if limit.count is Count.WORKING_DAYS and not edition.calendar.is_working_day(day):
            label = "off"
        if run and label != why:
            yield from told(run, why, edition, limit.count)
            run = []
        run.append(day)
        why = label
    yield from told(run, why, edition, limit.count)


def begin_of(pause: KeptPause, begin: datetime) -> date:
    return max(local(pause.since), begin).date()


def told(run: Sequence[date], why: str, edition: Edition, count: Count) -> Iterator[Line]:
    """One line for days in a row that are alike; days off are told by their names."""
    if not run:
        return
    if why == "off":
        yield from skipped(run, edition)
    elif why == "counted":
        words = run_words(run, ("tính", "counted"))
        yield Line(kind=COUNTED, words=words, counted=len(run), unit=count)
    else:
        paused = ("tạm dừng, không tính", "paused, not counted")
        yield Line(kind=SKIPPED, words=run_words(run, paused))


def last_day(begin: datetime, limit: Limit, more: int, pauses: Sequence[KeptPause]) -> date:
    """The last day of a limit in calendar days or months, before it moves off a day off."""
    if limit.count is Count.MONTHS:
        return months_later(begin.date(), limit.value + more)
    lost = sum((local(p.until).date() - begin_of(p, begin)).days for p in pauses)
    return begin.date() + timedelta(days=limit.value + more + lost)


def moved(last: date, end: date, edition: Edition) -> Iterator[Line]:
    """The last day of the limit, and the days off it moved over."""
    yield Line(kind=HEAD, words=cause(last, ("ngày cuối của thời hạn", "the last day")))
    if last != end:
        yield from skipped(list(days_between(last, end - DAY)), edition)


def skipped(run: Sequence[date], edition: Edition) -> Iterator[Line]:
    """Days without hours: one line for days in a row with one reason."""
    alike: list[date] = []
    for day in run:
        if alike and off_words(alike[-1], edition) != off_words(day, edition):
            yield Line(kind=SKIPPED, words=run_words(alike, off_words(alike[-1], edition)))
            alike = []
        alike.append(day)
    if alike:
        yield Line(kind=SKIPPED, words=run_words(alike, off_words(alike[-1], edition)))


def off_words(day: date, edition: Edition) -> Words:
    """Why a day does not count."""
    if (name := edition.names.get(day)) and not edition.calendar.is_working_day(day):
        return f"nghỉ, {name}", f"off, {name}"
    if day.isoweekday() not in edition.calendar.week:
        return "cuối tuần", "weekend"
    return "không có giờ tính thời hạn", "no hours that count"


def cutoff_words(begin: datetime) -> Words:
    if begin.time() > CUTOFF:
        return (
            "Nhận sau 15:00: trả ngày làm việc tiếp theo",
            "After 15:00: due the next working day",
        )
    return "Nhận đến 15:00: trả trong ngày", "By 15:00: due the same day"


def clipped(spells: Iterable[Spell], begin: datetime, end: datetime) -> list[Spell]:
    """The parts of *spells* between two moments."""
    cut = [(max(opening, begin), min(closing, end)) for opening, closing in spells]
    return [(opening, closing) for opening, closing in cut if opening < closing]


def counts_in(spells: Iterable[Spell], pause: KeptPause) -> list[Spell]:
    return clipped(spells, local(pause.since), local(pause.until))


def without(spells: Iterable[Spell], since: datetime, until: datetime) -> list[Spell]:
    """*spells* less what lies between two moments."""
    left: list[Spell] = []
    for opening, closing in spells:
        left += [(opening, min(closing, since)), (max(opening, until), closing)]
    return [(opening, closing) for opening, closing in left if opening < closing]


def days_between(first: date, last: date) -> Iterator[date]:
    """From *first* to *last*, both included."""
    for n in range((last - first).days + 1):
        yield first + n * DAY
