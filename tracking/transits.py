"""The post's own clocks: how many postal days a leg may take, and whether it is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from tracking import transit_store as store
from tracking.deadlines import delivery_day
from tracking.errors import TrackingError
from tracking.slip_store import Line
from tracking.stages import HOMEBOUND, Act, Leg
from tracking.transit_store import LegPromise as LegPromise
from tracking.working_time import ZONE, Calendar, local

#: What ends a leg in time: the agency signed; the citizen has it, or the post came to the door.
ENDS: Final[Mapping[bool, frozenset[Act]]] = {
    False: frozenset({Act.SIGN, Act.GIVE_BACK}),
    True: frozenset({Act.DELIVER, Act.MISS, Act.GIVE_BACK, Act.SEND_BACK}),
}


class NoTransit(TrackingError):
    """The table of the post's own limits has a gap."""

    def __init__(self, zone: str, day: date) -> None:
        super().__init__(
            f"Chưa có thời gian toàn trình cho vùng {zone} ngày {day:%d/%m/%Y}. "
            "Báo người quản trị bổ sung.",
            f"No transit time is known for the zone {zone} on {day}. Ask the administrator.",
        )


class LegClock(Struct, frozen=True, kw_only=True):
    """One leg against its promise. ``late`` is in minutes of the post's working time."""

    s10: str
    leg: Leg
    zone: str
    days: int
    since: datetime
    promised_by: date
    ended: datetime | None
    late: int

    @property
    def is_late(self) -> bool:
        return self.late > 0


async def days_on(conn: Connection[Record], day: date) -> dict[str, int]:
    """Postal days a leg may take in each zone on *day*."""
    return await store.limits_on(conn, day)


async def days_in(conn: Connection[Record], zone: str, day: date) -> int:
    """Postal days a leg may take in *zone*. Raises NoTransit where the table has a gap."""
    known = await days_on(conn, day)
    if zone not in known:
        raise NoTransit(zone, day)
    return known[zone]


async def promises_of(conn: Connection[Record], dossier_id: int) -> Sequence[LegPromise]:
    """By which days a dossier's legs were promised, the first leg first."""
    return await store.promises_of(conn, dossier_id)


def promised_by(leg: Leg, since: datetime, days: int, *, agency: Calendar, post: Calendar) -> date:
    """The last day on which a leg is not late.

    Towards an agency it ends on a day the agency is open; homewards the first day is the
    agency's next working day after there is something to fetch.
    """
    if leg in HOMEBOUND:
        return delivery_day(since, agency, post, days)
    return agency.working_day_from(post.add_days(local(since).date(), days))


def carrying(post: Calendar) -> Calendar:
    """The hours in which the post carries: those of its counters, never on a Sunday."""
    sessions = (
        replace(session, counts=True, weekdays=session.weekdays & post.week)
        for session in post.sessions
        if session.accepts and session.weekdays & post.week
    )
    return replace(post, sessions=tuple(sessions))


def clock_of(
    promise: LegPromise, lines: Sequence[Line], post: Calendar, *, to_fetch: bool, now: datetime
) -> LegClock:
    """How a leg stands against its promise at *now*; *lines* are its own, undone ones left out.

    *to_fetch*: the citizen fetches it at the office, where it is in time once it lies there.
    """
    acts = ENDS[promise.leg in HOMEBOUND] | ({Act.TAKE_IN} if to_fetch else set())
    ended = next((line.at for line in lines if line.act in acts), None)
    over = datetime.combine(promise.promised_by + timedelta(days=1), datetime.min.time(), ZONE)
    return LegClock(
        s10=promise.s10,
        leg=promise.leg,
        zone=promise.zone,
        days=promise.days,
        since=promise.since,
        promised_by=promise.promised_by,
        ended=ended,
        late=carrying(post).minutes_between(over, max(ended or now, over)),
    )
