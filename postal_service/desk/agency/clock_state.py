"""How an agency's clock stands: what is left of it, by how much it is over, or that it waits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracking.stages import Status
from tracking.working_time import Calendar

#: Less than one working day of eight hours is soon; less than three hours is nearly over.
SOON: Final = 8 * 60
LAST_CALL: Final = 3 * 60
MINUTES_A_DAY: Final = 8 * 60
RUNNING: Final = frozenset({Status.RECEIVED, Status.PROCESSING})
PAUSED: Final = frozenset({Status.SUPPLEMENT, Status.DUTY, Status.WITHDRAWING})


class Clock(StrEnum):
    NONE = "none"  #: nothing is owed: not received yet, or decided
    RUNNING = "running"
    SOON = "soon"
    LAST_CALL = "last_call"
    LATE = "late"
    PAUSED = "paused"


class ClockState(Struct, frozen=True, kw_only=True):
    """The state, and the working minutes that are left of it or that it is over by."""

    state: Clock
    minutes: int = 0


def clock_of(
    status: Status, due_at: datetime | None, calendar: Calendar, now: datetime
) -> ClockState:
    """How the clock of a dossier with this status and appointment stands at *now*."""
    if due_at is None or status not in RUNNING | PAUSED:
        return ClockState(state=Clock.NONE)
    if status in PAUSED:
        return ClockState(state=Clock.PAUSED)
    if now > due_at:
        return ClockState(state=Clock.LATE, minutes=calendar.minutes_between(due_at, now))
    left = calendar.minutes_between(now, due_at)
    if left <= LAST_CALL:
        return ClockState(state=Clock.LAST_CALL, minutes=left)
    return ClockState(state=Clock.SOON if left < SOON else Clock.RUNNING, minutes=left)


def in_words(state: ClockState) -> str:
    """Còn 1 ngày 2 giờ làm việc · quá hạn 30 phút · tạm dừng; nothing where nothing is owed."""
    match state.state:
        case Clock.NONE:
            return ""
        case Clock.PAUSED:
            return "tạm dừng"
        case Clock.LATE:
            return f"quá hạn {span(state.minutes)}".rstrip()
    return f"còn {span(state.minutes) or '0 phút'} làm việc"


def span(minutes: int) -> str:
    """Working time in days of eight hours, hours and minutes, the two largest of them."""
    if not minutes:
        return ""
    days, rest = divmod(minutes, MINUTES_A_DAY)
    hours, left = divmod(rest, 60)
    parts = [(days, "ngày"), (hours, "giờ"), (left, "phút")]
    named = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(named[:2])
