"""By which day each leg was promised, and which are late: the post's own clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from asyncpg import Connection, Record

from postal_service.clock import VIETNAM
from postal_service.desk.published import agencies, offices, tariffs
from tracking import calendars, transit_store, transits
from tracking.errors import TrackingError
from tracking.transit_store import Unpromised

#: Legs promised in one go.
AT_ONCE: Final = 200
#: Numbers before the last one among which a leg may have appeared late.
OVERLAP: Final = 2000


async def promise_all(conn: Connection[Record], after: int = 0) -> int | None:
    """Write down by which day each new leg is to arrive; where to go on, or none at the end.

    A leg whose zone or calendar is not known yet waits for the next round. Safe to repeat.
    """
    legs = await transit_store.unpromised(conn, after, AT_ONCE)
    for leg in legs:
        try:
            await promise(conn, leg)
        except TrackingError:
            continue
    return legs[-1].consignment_id if len(legs) == AT_ONCE else None


async def promise_recent(conn: Connection[Record]) -> bool:
    """Promise the legs opened since the last one that was promised; whether there are more.

    Numbers commit out of order, so those shortly before it are looked at again.
    """
    last = await transit_store.last_promised(conn)
    return await promise_all(conn, max(last - OVERLAP, 0)) is not None


async def promise(conn: Connection[Record], leg: Unpromised) -> None:
    """Promise one leg. Raises UnknownHours, CalendarGap, NoTransit."""
    day = leg.since.astimezone(VIETNAM).date()
    office = await offices.get(conn, leg.office_id)
    agency = await agencies.get(conn, leg.agency_id)
    zone = await tariffs.zone_between(conn, office, agency, day)
    days = await transits.days_in(conn, zone, day)
    by = transits.promised_by(
        leg.leg,
        leg.since,
        days,
        agency=await calendars.calendar_for(conn, leg.hours_group, day),
        post=await calendars.calendar_for(conn, office.hours_group, day),
    )
    await transit_store.promise(conn, leg, zone, days, by)


async def late_legs(
    conn: Connection[Record], office_id: int | None, *, now: datetime, limit: int = 200
) -> list[transit_store.LateLeg]:
    """Legs past their day that have not arrived, the longest late first; none: every office's."""
    day = now.astimezone(VIETNAM).date()
    return await transit_store.late_legs(conn, office_id, day, limit)
