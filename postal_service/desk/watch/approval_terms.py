"""How long a question waits for its second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection, Record

from postal_service.clock import VIETNAM
from postal_service.desk.published import agencies, offices
from tracking import calendars

#: In working days of the place.
WAITS: Final = 3


async def until(
    conn: Connection[Record], office_id: int | None, agency_id: int | None, now: datetime
) -> datetime:
    """The end of the last working day on which the question may be answered."""
    if office_id is not None:
        hours = (await offices.get(conn, office_id)).hours_group
    else:
        hours = (await agencies.get(conn, agency_id or 0)).hours_group
    today = now.astimezone(VIETNAM).date()
    calendar = await calendars.calendar_for(conn, hours, today)
    last = calendar.add_days(today, WAITS) + timedelta(days=1)
    return datetime(last.year, last.month, last.day, tzinfo=VIETNAM)
