"""The calendar of a group as it stands now: asked for by whoever reckons a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from asyncpg import Connection, Record

from tracking import calendar_store as store
from tracking.editions import Edition
from tracking.errors import TrackingError
from tracking.working_time import OFFICE_WEEK, POSTAL_WEEK, Calendar

POST_STANDARD: Final = "POST-STD"  #: post offices, Monday to Saturday
POST_MAIN: Final = "POST-MAIN"  #: main post offices, open on Sunday mornings too
POST_GROUPS: Final = frozenset({POST_STANDARD, POST_MAIN})

#: Whom a marked day binds, where it is more than one group.
ALL: Final = "all"
AGENCIES: Final = "agencies"
POST: Final = "post"

#: A calendar reaches this far back: no pause in force began earlier.
LOOK_BACK: Final = timedelta(days=400)


class UnknownHours(TrackingError):
    """No hours were ever given for this group."""

    def __init__(self, hours_group: str) -> None:
        super().__init__(
            f"Chưa khai báo giờ làm việc cho nhóm {hours_group}. "
            "Báo người quản trị nạp lịch làm việc.",
            f"No working hours are known for the group {hours_group}. "
            "Ask the administrator to load its calendar.",
        )
        self.hours_group = hours_group


async def edition_for(conn: Connection[Record], hours_group: str, around: date) -> Edition:
    """The calendar of *hours_group* with the names of its days, as it stands now.

    It reaches back to a new year a little over a year before *around*: what is kept of it is
    the same for a whole year. The post works an ordinary Saturday and does not swap days;
    agencies do the opposite. Raises UnknownHours.
    """
    sessions = await store.sessions_of_group(conn, hours_group)
    if not sessions:
        raise UnknownHours(hours_group)
    post = hours_group in POST_GROUPS
    since = date((around - LOOK_BACK).year, 1, 1)
    days = await store.days_since(conn, since, scopes_of(hours_group), public_servants=not post)
    return Edition(
        hours_group=hours_group,
        since=since,
        week=tuple(sorted(POSTAL_WEEK if post else OFFICE_WEEK)),
        sessions=sessions,
        days=days,
    )


def scopes_of(hours_group: str) -> list[str]:
    """Whose marked days a group keeps, from the widest scope to its own."""
    return [ALL, POST if hours_group in POST_GROUPS else AGENCIES, hours_group]


async def calendar_for(conn: Connection[Record], hours_group: str, around: date) -> Calendar:
    """The calendar of *hours_group*, good for a little over a year before *around* and all after.

    Raises UnknownHours.
    """
    return (await edition_for(conn, hours_group, around)).calendar
