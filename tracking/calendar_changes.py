"""A calendar changed by a person: hours from a day on, or single days. Never in the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from tracking import calendar_change_store as store
from tracking import proposals
from tracking.calendar_change_store import Line, NewLine
from tracking.calendar_editions import (
    AGENCIES,
    ALL,
    POST,
    POST_GROUPS,
    UnknownHours,
    edition_for,
)
from tracking.editions import Edition
from tracking.errors import TrackingError
from tracking.proposal_store import NewProposal
from tracking.sessions import Session
from tracking.working_time import DAY, BadCalendar, local

#: What a day may be made; ordinary: as if no table named it.
KINDS: Final = ("off", "work", "ordinary")
MOST_DAYS: Final = 31  #: marked in one go
FURTHEST: Final = timedelta(days=3 * 366)
#: The names of a day's sessions, in their order.
SESSIONS: Final = ("am", "pm", "ev")


class BadChange(TrackingError):
    """A change of a calendar that cannot be."""


class Hours(Struct, frozen=True, kw_only=True):
    """One session as it is typed."""

    open: time
    close: time
    counts: bool = True


class NewHours(Struct, frozen=True, kw_only=True):
    """From ``starts_on`` the group keeps these sessions on these weekdays, instead of others.

    With ``ends_on`` the hours before come back on that day; no session closes the weekdays.
    """

    form_id: UUID
    hours_group: str
    weekdays: tuple[int, ...]
    sessions: tuple[Hours, ...]
    starts_on: date
    ends_on: date | None = None
    why: str = ""


class NewDays(Struct, frozen=True, kw_only=True):
    """Days in a row that are off, worked or ordinary: for all, agencies, the post, or a group."""

    form_id: UUID
    scope: str
    first: date
    last: date
    kind: str
    name: str
    why: str = ""


class Applied(Struct, frozen=True, kw_only=True):
    """The number of a change, and the appointments it would move."""

    change_id: int
    moves: list[NewProposal]


async def apply(
    conn: Connection[Record], change: NewHours | NewDays, *, by: int, at: datetime
) -> Applied:
    """Change a calendar, and propose what that would move. Safe to repeat: applied once.

    Raises BadChange, BadCalendar for sessions that overlap or run backwards, UnknownHours.
    """
    if (earlier := await store.find_change(conn, change.form_id)) is not None:
        return Applied(change_id=earlier, moves=await store.moves_of(conn, earlier))
    check_time(change, local(at).date())
    before = await proposals.standing(conn)
    change_id = await store.add_change(conn, said(change), by=by, at=at)
    if isinstance(change, NewHours):
        await set_hours(conn, change, at)
    else:
        await mark_days(conn, change, change_id)
    return Applied(change_id=change_id, moves=await proposals.propose(conn, change_id, before))


async def try_out(
    conn: Connection[Record], change: NewHours | NewDays, *, by: int, at: datetime
) -> list[NewProposal]:
    """What ``apply`` would move; nothing is changed. Raises as it does."""
    undone = conn.transaction()
    await undone.start()
    try:
        return (await apply(conn, change, by=by, at=at)).moves
    finally:
        await undone.rollback()


def check_time(change: NewHours | NewDays, today: date) -> None:
    """Raise BadChange for days that are over, upside down or out of sight."""
    first = change.starts_on if isinstance(change, NewHours) else change.first
    if first <= today:
        raise BadChange(
            f"Ngày {first:%d/%m/%Y} không ở tương lai. Lịch chỉ đổi từ ngày mai trở đi.",
            f"{first} is not in the future. A calendar changes from tomorrow on.",
        )
    last = change.ends_on if isinstance(change, NewHours) else change.last
    if last is not None and (last < first or (isinstance(change, NewHours) and last == first)):
        raise BadChange(
            f"Ngày kết thúc {last:%d/%m/%Y} trước ngày bắt đầu {first:%d/%m/%Y}. Sửa lại ngày.",
            f"The last day {last} comes before the first, {first}. Correct the dates.",
        )
    if max(first, last or first) > today + FURTHEST:
        raise BadChange(
            "Lịch đổi trước nhiều nhất ba năm. Sửa lại ngày.",
            "A calendar is changed at most three years ahead. Correct the dates.",
        )


def said(change: NewHours | NewDays) -> store.NewChange:
    """The change as it is kept."""
    if isinstance(change, NewDays):
        return store.NewChange(
            form_id=change.form_id,
            kind="day",
            scope=change.scope,
            starts_on=change.first,
            why=change.why or change.name,
            facts={"last": change.last, "kind": change.kind, "name": change.name},
        )
    return store.NewChange(
        form_id=change.form_id,
        kind="hours",
        scope=change.hours_group,
        starts_on=change.starts_on,
        why=change.why,
        facts={
            "weekdays": change.weekdays,
            "sessions": [(each.open, each.close, each.counts) for each in change.sessions],
            "ends": change.ends_on,
        },
    )


async def set_hours(conn: Connection[Record], change: NewHours, at: datetime) -> None:
    """End the sessions of the weekdays, and begin the new ones on the same day."""
    weekdays = frozenset(change.weekdays)
    if not weekdays <= frozenset(range(1, 8)) or not weekdays:
        raise BadChange("Chọn ít nhất một thứ trong tuần.", "Choose at least one weekday.")
    if len(change.sessions) > len(SESSIONS):
        raise BadChange("Một ngày có nhiều nhất ba ca.", "A day has at most three sessions.")
    before = await edition_for(conn, change.hours_group, change.starts_on)
    lines = await store.lines_of(conn, change.hours_group)
    later = [line for line in lines if line.valid_to is None or line.valid_to > change.starts_on]
    refuse_entangled(change, later)
    ended = [line for line in later if frozenset(line.weekdays) == weekdays]
    until = change.ends_on or min((line.valid_to for line in ended if line.valid_to), default=None)
    for line in ended:
        await store.end_line(conn, line.id, change.starts_on, at)
    new = [
        NewLine(
            session=name,
            open=each.open,
            close=each.close,
            counts=each.counts,
            valid_from=change.starts_on,
            valid_to=until,
        )
        for name, each in zip(SESSIONS, change.sessions, strict=False)
    ]
    back = [
        NewLine(
            session=line.session,
            open=line.open,
            close=line.close,
            counts=line.counts,
            accepts=line.accepts,
            valid_from=change.ends_on,
            valid_to=line.valid_to,
        )
        for line in ended
        if change.ends_on is not None and (line.valid_to is None or line.valid_to > change.ends_on)
    ]
    for begun in [*new, *back]:
        if begun.open >= begun.close:
            raise BadCalendar(
                f"Ca mở lúc {begun.open:%H:%M} mà đóng lúc {begun.close:%H:%M}. Sửa lại giờ.",
                f"A session opens at {begun.open:%H:%M} and closes at {begun.close:%H:%M}. "
                "Correct its hours.",
            )
        await store.add_line(conn, change.hours_group, sorted(weekdays), begun, at)
    after = await edition_for(conn, change.hours_group, change.starts_on)
    refuse_gap(before, after, change)


def refuse_entangled(change: NewHours, later: Sequence[Line]) -> None:
    """Raise BadChange where the weekdays cut through a session, or a later change stands."""
    weekdays = frozenset(change.weekdays)
    for line in later:
        theirs = frozenset(line.weekdays)
        if theirs == weekdays and line.valid_from and line.valid_from >= change.starts_on:
            raise BadChange(
                f"Từ ngày {line.valid_from:%d/%m/%Y} đã có giờ mới cho các thứ này. "
                "Chọn ngày sau ngày đó.",
                f"New hours for these weekdays are set from {line.valid_from} on. "
                "Choose a later day.",
            )
        if theirs != weekdays and theirs & weekdays:
            names = ", ".join("CN" if n == 7 else f"thứ {n + 1}" for n in sorted(theirs))
            raise BadChange(
                f"Ca {line.open:%H:%M}–{line.close:%H:%M} đang áp dụng chung cho {names}. "
                "Chọn đúng các thứ đó rồi đổi giờ.",
                f"The session {line.open:%H:%M}-{line.close:%H:%M} is kept on several weekdays "
                "together. Choose exactly those.",
            )


def refuse_gap(before: Edition, after: Edition, change: NewHours) -> None:
    """Raise BadChange where working days that had hours would have none; overlaps as well."""
    old, new = before.calendar, after.calendar  # BadCalendar where two sessions overlap
    week = [change.starts_on + n * DAY for n in range(7)]
    for day in week:
        weekday = day.isoweekday()
        if weekday not in after.week or weekday not in change.weekdays:
            continue
        if counting(old.sessions, day, before) and not counting(new.sessions, day, after):
            raise BadChange(
                f"Từ ngày {day:%d/%m/%Y} nhóm {change.hours_group} không còn giờ nào được tính "
                "trong ngày làm việc. Nhập ít nhất một ca.",
                f"From {day} on the group {change.hours_group} would have no hours that count on "
                "a working day. Enter at least one session.",
            )


def counting(sessions: Sequence[Session], day: date, edition: Edition) -> bool:
    """Whether any session of an ordinary *day* counts; the post's count by being open."""
    by_post = edition.hours_group in POST_GROUPS
    return any(each.holds(day, day.isoweekday()) and (each.counts or by_post) for each in sessions)


async def mark_days(conn: Connection[Record], change: NewDays, change_id: int) -> None:
    """Mark days in a row; what was marked before for the same scope gives way."""
    if change.kind not in KINDS:
        raise BadChange("Chọn loại ngày: nghỉ, làm bù hoặc bình thường.", "Choose a kind of day.")
    if not change.name.strip():
        raise BadChange("Ghi tên ngày, người dân sẽ đọc.", "Name the day: citizens read it.")
    count = (change.last - change.first).days + 1
    if count > MOST_DAYS:
        raise BadChange(
            f"Đánh dấu một lần nhiều nhất {MOST_DAYS} ngày. Chia ra nhiều lần.",
            f"Mark at most {MOST_DAYS} days at once.",
        )
    if change.scope not in (ALL, AGENCIES, POST) and not await store.lines_of(conn, change.scope):
        raise UnknownHours(change.scope)
    days = [change.first + n * DAY for n in range(count)]
    await store.end_overrides(conn, change.scope, days, change_id)
    await store.add_overrides(conn, change_id, change.scope, days, (change.kind, change.name))
