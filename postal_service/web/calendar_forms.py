"""What is typed to change a calendar, and the change it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Final
from uuid import UUID

from postal_service.web.inputs import Form, day_of
from tracking.calendar_change_store import Line
from tracking.calendar_changes import BadChange, Hours, NewDays, NewHours
from tracking.calendars import AGENCIES, ALL, POST

KINDS: Final = {
    "off": "Ngày nghỉ",
    "work": "Ngày làm việc (làm bù)",
    "ordinary": "Như ngày thường",
}
SCOPES: Final = {ALL: "Mọi nơi", AGENCIES: "Mọi cơ quan", POST: "Mọi bưu cục"}
DAYS: Final = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


class HoursForm(Form):
    """New hours as typed; ``step`` says whether to try them out or to save."""

    id: UUID
    step: str = "try"
    group: str = ""
    weekdays: str = ""
    open_1: str = ""
    close_1: str = ""
    open_2: str = ""
    close_2: str = ""
    open_3: str = ""
    close_3: str = ""
    counts: str = ""
    starts_on: str = ""
    ends_on: str = ""
    why: str = ""


class DaysForm(Form):
    """Marked days as typed; ``group`` is only where to go back to."""

    id: UUID
    step: str = "try"
    group: str = ""
    scope: str = ALL
    kind: str = "off"
    first: str = ""
    last: str = ""
    name: str = ""
    why: str = ""


def weekday_sets(lines: list[Line]) -> list[tuple[int, ...]]:
    """The weekdays that change together: those of a session, and each that has none."""
    found = sorted({tuple(line.weekdays) for line in lines})
    taken = {day for days in found for day in days}
    return [*found, *((day,) for day in range(1, 8) if day not in taken)]


def day_names(days: tuple[int, ...] | list[int]) -> str:
    """T2–T6, or T2, T4."""
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0] - 1]}–{DAYS[days[-1] - 1]}"
    return ", ".join(DAYS[day - 1] for day in days)


def new_hours(data: HoursForm) -> NewHours:
    """The hours that were typed. Raises BadChange."""
    pairs = ((data.open_1, data.close_1), (data.open_2, data.close_2), (data.open_3, data.close_3))
    counts = data.counts == "yes"
    return NewHours(
        form_id=data.id,
        hours_group=data.group,
        weekdays=tuple(int(day) for day in data.weekdays.split(",") if day in set("1234567")),
        sessions=tuple(
            Hours(open=hour_of(opening), close=hour_of(closing), counts=counts)
            for opening, closing in pairs
            if opening or closing
        ),
        starts_on=typed_day(data.starts_on),
        ends_on=typed_day(data.ends_on) if data.ends_on else None,
        why=data.why[:200],
    )


def new_days(data: DaysForm) -> NewDays:
    """The days that were typed. Raises BadChange."""
    first = typed_day(data.first)
    return NewDays(
        form_id=data.id,
        scope=data.scope,
        first=first,
        last=typed_day(data.last) if data.last else first,
        kind=data.kind,
        name=data.name[:200],
        why=data.why[:200],
    )


def typed_day(text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise BadChange(str(error), "That is no date. Write day/month/year.") from None


def hour_of(text: str) -> time:
    try:
        return time.fromisoformat(text) if len(text) == len("07:30") else time.fromisoformat("x")
    except ValueError:
        raise BadChange(
            "Giờ không đúng. Ghi đủ giờ mở và giờ đóng, ví dụ 07:30 và 11:30.",
            "That is no time. Enter both hours of a session, as in 07:30 and 11:30.",
        ) from None


def summary(data: HoursForm | DaysForm) -> str:
    """The change in one sentence."""
    if isinstance(data, DaysForm):
        until = f" đến {said(data.last)}" if data.last and data.last != data.first else ""
        where = SCOPES.get(data.scope, f"nhóm {data.scope}").lower()
        return f"{KINDS.get(data.kind, data.kind)} {said(data.first)}{until}, {where}: {data.name}"
    pairs: Mapping[str, str] = {
        data.open_1: data.close_1, data.open_2: data.close_2, data.open_3: data.close_3
    }  # fmt: skip
    hours = ", ".join(f"{opening}–{closing}" for opening, closing in pairs.items() if opening)
    days = day_names([int(day) for day in data.weekdays.split(",") if day in set("1234567")])
    until = f" đến trước {said(data.ends_on)}" if data.ends_on else ""
    return f"Nhóm {data.group}, {days}, từ {said(data.starts_on)}{until}: {hours or 'đóng cửa'}"


def said(text: str) -> str:
    """A typed day as people write it."""
    return f"{day_of(text):%d/%m/%Y}"
