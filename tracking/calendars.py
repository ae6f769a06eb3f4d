"""The dated calendars of agencies and of the post: loading them, and asking for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Annotated, Final, Literal

from asyncpg import Connection, Record
from msgspec import Meta, Struct, field

from tracking import calendar_store as store
from tracking import proposals
from tracking.calendar_editions import AGENCIES as AGENCIES
from tracking.calendar_editions import ALL as ALL
from tracking.calendar_editions import POST as POST
from tracking.calendar_editions import POST_GROUPS as POST_GROUPS
from tracking.calendar_editions import POST_MAIN as POST_MAIN
from tracking.calendar_editions import POST_STANDARD as POST_STANDARD
from tracking.calendar_editions import UnknownHours as UnknownHours
from tracking.calendar_editions import calendar_for as calendar_for
from tracking.calendar_editions import edition_for as edition_for
from tracking.working_time import BadCalendar, Calendar

WEEKDAYS: Final = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["07:30"])]
Weekdays = Annotated[str, Meta(pattern=r"^[1-7](-[1-7])?(;[1-7](-[1-7])?)*$", examples=["1-5"])]
YesNo = Literal["yes", "no"]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Loaded(Struct, frozen=True, kw_only=True):
    """How many lines were new, how many changed, how many were left as they are."""

    added: int = 0
    changed: int = 0
    kept: int = 0


class SessionRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of reception_hours.csv, cell by cell; no date means open."""

    hours_group: Name
    weekdays: Weekdays
    session: Name
    open: Clock
    close: Clock
    accepts_reception: YesNo
    counts_for_deadline: YesNo
    valid_from: date | None = None
    valid_to: date | None = None
    verified: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        # ValueError, not a refusal: msgspec turns it into the refusal that names the line.
        for run in self.weekdays.split(";"):
            if run[0] > run[-1]:
                raise ValueError(f"weekdays: {run} runs backwards")
        if self.open >= self.close:
            raise ValueError(f"close: {self.close} is not later than {self.open}")
        if (self.valid_from or date.min) >= (self.valid_to or date.max):
            raise ValueError(f"valid_to: {self.valid_to} is not later than {self.valid_from}")

    def line(self) -> store.SessionLine:
        runs = [range(int(run[0]), int(run[-1]) + 1) for run in self.weekdays.split(";")]
        return store.SessionLine(
            hours_group=self.hours_group,
            weekdays=sorted({weekday for run in runs for weekday in run}),
            session=self.session,
            open=time.fromisoformat(self.open),
            close=time.fromisoformat(self.close),
            accepts_reception=self.accepts_reception == "yes",
            counts_for_deadline=self.counts_for_deadline == "yes",
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class DayRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of holidays_vn.csv, cell by cell."""

    day: date = field(name="date")
    weekday: Literal["T2", "T3", "T4", "T5", "T6", "T7", "CN"]
    kind: Literal["off", "work"]
    category: str = ""
    name_vi: Name
    name_en: str = ""
    swap_with: date | None = None
    applies_to: Literal["all", "public_servants"]
    status: Literal["official", "provisional"]
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        # The two cells were typed by hand: when they disagree, one of them is a slip.
        right = WEEKDAYS[self.day.weekday()]
        if self.weekday != right:
            raise ValueError(f"weekday: {self.day} is {right}, not {self.weekday}")

    def line(self) -> store.DayLine:
        return store.DayLine(
            day=self.day,
            kind=self.kind,
            applies_to=self.applies_to,
            name_vi=self.name_vi,
            status=self.status,
        )


async def add_sessions(conn: Connection[Record], rows: Sequence[SessionRow]) -> Loaded:
    """Add hours, and mend those that no person has edited; nothing is taken away.

    Each group that was touched is read back as a calendar: hours that overlap what is there
    already are refused. What would move an appointment is proposed, never done. Raises
    BadCalendar.
    """
    before = await proposals.standing(conn)
    lines = [row.line() for row in rows]
    _refuse_repeats(
        f"{line.hours_group} {line.session} {line.weekdays} {line.valid_from or ''}"
        for line in lines
    )
    loaded = _tally([await store.put_session(conn, line) for line in lines])
    for hours_group in sorted({line.hours_group for line in lines}):
        Calendar(sessions=await store.sessions_of_group(conn, hours_group))
    await proposals.after_loading(conn, before, loaded.added + loaded.changed)
    return loaded


async def add_days(conn: Connection[Record], rows: Sequence[DayRow]) -> Loaded:
    """Add days off and make-up days, and mend those that no person has edited.

    Nothing is taken away, and what would move an appointment is proposed, never done. Raises
    BadCalendar where a day comes twice.
    """
    before = await proposals.standing(conn)
    _refuse_repeats(str(row.day) for row in rows)
    loaded = _tally([await store.put_day(conn, row.line()) for row in rows])
    await proposals.after_loading(conn, before, loaded.added + loaded.changed)
    return loaded


def _tally(answers: Sequence[bool | None]) -> Loaded:
    counted = Counter(answers)
    return Loaded(added=counted[True], changed=counted[False], kept=counted[None])


def _refuse_repeats(keys: Iterable[str]) -> None:
    """Two lines with one key would overwrite each other, in whatever order they stand."""
    repeated = [key for key, times in Counter(keys).items() if times > 1]
    if repeated:
        raise BadCalendar(
            f"Dòng bị lặp trong bảng lịch: {repeated[0]}. Giữ lại một dòng.",
            f"A line comes twice in the calendar table: {repeated[0]}. Keep one of them.",
        )
