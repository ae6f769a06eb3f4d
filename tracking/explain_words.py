"""The words of an explanation, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from tracking.editions import Edition
from tracking.limits import Limit, Unit
from tracking.working_time import Spell

Words = tuple[str, str]

WEEKDAYS_VI: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNITS: Final = {
    Unit.WORKING_HOUR: ("giờ làm việc", "working hours"),
    Unit.WORKING_DAY: ("ngày làm việc", "working days"),
    Unit.DAY: ("ngày", "days"),
    Unit.MONTH: ("tháng", "months"),
}
PAUSED: Final = {
    "supplement": ("chờ bổ sung giấy tờ", "waiting for papers"),
    "financial": ("chờ nộp tiền theo thông báo", "waiting for a payment"),
}


def day_words(day: date) -> Words:
    """Thứ Sáu 01/02/2019"""
    number = day.weekday()
    return f"{WEEKDAYS_VI[number]} {day:%d/%m/%Y}", f"{WEEKDAYS_EN[number]} {day:%d/%m/%Y}"


def at_words(at: datetime) -> Words:
    """10:15 Thứ Sáu 01/02/2019"""
    vi, en = day_words(at.date())
    return f"{at:%H:%M} {vi}", f"{at:%H:%M} {en}"


def run_words(run: Sequence[date], why: Words) -> Words:
    """Days in a row, and what is said of all of them."""
    vi, en = day_words(run[0])
    if len(run) > 1:
        last = day_words(run[-1])
        vi, en = f"{vi} – {last[0]}", f"{en} – {last[1]}"
    return f"{vi}: {why[0]}", f"{en}: {why[1]}"


def cause(day: date, why: Words) -> Words:
    return run_words([day], why)


def spell_words(spells: Sequence[Spell]) -> str:
    return ", ".join(f"{opening:%H:%M}–{closing:%H:%M}" for opening, closing in spells)


def hours_words(day: date, spells: Sequence[Spell], edition: Edition) -> Words:
    """The hours of a day that counted; a make-up day says why it is worked."""
    made_up = day in edition.calendar.work
    name = edition.names.get(day, "") if made_up else ""
    hours = spell_words(spells)
    vi, en = day_words(day)
    return (
        f"{vi}: {hours}{f' (làm bù, {name})' if made_up else ''}",
        f"{en}: {hours}{f' (make-up day, {name})' if made_up else ''}",
    )


def pause_words(day: date, spells: Sequence[Spell], kind: str) -> Words:
    """Hours of a day that did not count because the agency waited."""
    waited = PAUSED.get(kind, PAUSED["supplement"])
    vi, en = day_words(day)
    hours = spell_words(spells)
    return f"{vi}: {hours} tạm dừng, {waited[0]}", f"{en}: {hours} paused, {waited[1]}"


def limit_words(limit: Limit) -> Words:
    """Thời hạn 5 ngày làm việc, là 40 giờ làm việc"""
    if limit.same_day_cutoff:
        return "Thời hạn: trong ngày", "Limit: the same day"
    vi, en = UNITS[limit.unit]
    said = f"Thời hạn: {limit.value} {vi}", f"Limit: {limit.value} {en}"
    if limit.unit is not Unit.WORKING_DAY:
        return said
    if limit.convention == "end_of_day":
        return f"{said[0]}, đến hết ngày cuối", f"{said[1]}, to the end of the last"
    hours = limit.minutes // 60
    return f"{said[0]}, là {hours} giờ làm việc", f"{said[1]}, that is {hours} working hours"


def more_words(limit: Limit, extension: int) -> Words:
    vi, en = UNITS[limit.unit]
    return f"Gia hạn thêm {extension} {vi}", f"Extended by {extension} {en}"


def length(minutes: int) -> Words:
    """5 giờ 15 phút"""
    hours, rest = divmod(minutes, 60)
    vi = [f"{hours} giờ"] * bool(hours) + [f"{rest} phút"] * bool(rest)
    en = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return " ".join(vi) or "0 phút", " ".join(en) or "0 min"
