"""The date a citizen is promised: one answer for every screen and message.

Until the agency has received the papers it is *dự kiến*, reckoned at the counter. Then the
agency's appointment stands, with the post's own day beside it; once there is a result only the
post's day is left. The two lateness never mix: the post cannot make the agency late.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk.published import tariffs
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.watch import closures
from postal_service.desk.watch.closures import Hold
from tracking import calendars, transits
from tracking.deadlines import delivery_day
from tracking.model import Consignment
from tracking.slip import Slip
from tracking.stages import Act, Keeper, Leg, Stage, Status
from tracking.working_time import Calendar


class Kind(StrEnum):
    EXPECTED = "expected"  #: the agency has not received the papers
    APPOINTED = "appointed"  #: the agency's own appointment
    PAUSED = "paused"  #: the agency waits for papers: no date runs
    COMING = "coming"  #: there is a result, and this is when the citizen gets it
    WAITING = "waiting"  #: it lies where the citizen fetches it, and has since that day
    BACK = "back"  #: refused: the papers come back
    DONE = "done"  #: nothing is owed any more


#: What a closed road can hold up: the papers are the post's to carry.
CARRIED: Final = frozenset({Kind.EXPECTED, Kind.COMING, Kind.BACK})


class Promise(Struct, frozen=True, kw_only=True):
    """The headline of one dossier.

    ``day`` is the date in large letters (of a pause or a wait: since when; of the end: when).
    ``at`` is the agency's appointment to the minute and ``delivery`` the day the post brings
    its result, where it does. ``late`` names who has it past its day, and ``renewed`` the
    earliest day it can be now. ``held``: a closure holds it up until then; ``day`` is later by it.
    """

    kind: Kind
    day: date
    at: datetime | None = None
    delivery: date | None = None
    late: Keeper | None = None
    renewed: date | None = None
    held: date | None = None


class Way(Struct, frozen=True, kw_only=True):
    """How a result travels home: whose days count, and how many of them."""

    agency: Calendar
    post: Calendar
    days: int

    def home(self, decided_at: datetime) -> date:
        return delivery_day(decided_at, self.agency, self.post, self.days)


async def promise_for(
    conn: Connection[Record], slip: Slip, office: Office, agency: Agency, *, now: datetime
) -> Promise:
    """What is promised for a dossier at *now*. Raises UnknownHours, CalendarGap."""
    way = await way_home(conn, slip, office, agency, now=now)
    made = promise(slip, way, now)
    hold = await closures.hold_on(conn, slip.dossier.id) if made.kind in CARRIED else None
    return behind(made, hold, way.post, now) if hold else made


async def way_home(
    conn: Connection[Record], slip: Slip, office: Office, agency: Agency, *, now: datetime
) -> Way:
    """The calendars and the transit time between an agency and the office that delivers."""
    zone = await tariffs.zone_between(conn, office, agency, day_of(slip.dossier.accepted_at))
    return Way(
        agency=await calendars.calendar_for(conn, slip.dossier.hours_group, day_of(now)),
        post=await calendars.calendar_for(conn, office.hours_group, day_of(now)),
        days=await transits.days_in(conn, zone, day_of(slip.dossier.accepted_at)),
    )


def behind(made: Promise, hold: Hold, post: Calendar, now: datetime) -> Promise:
    """The promise while a closure stands: a later day, and nobody is late.

    What is on its way home comes on the post's next day after the closure; where more is to come
    first, everything is later by the post's days that were lost.
    """
    until = max(hold.until_day, day_of(now))
    if made.kind is Kind.EXPECTED:
        lost = post.working_days_between(day_of(hold.from_at) - timedelta(days=1), until)
        day = post.add_days(made.day, lost)
    else:
        day = max(made.day, post.add_days(until, 1))
    delivery = day if made.delivery else None
    return replace(made, day=day, delivery=delivery, late=None, renewed=None, held=until)


def promise(slip: Slip, way: Way, now: datetime) -> Promise:
    """What is promised for a dossier at *now*."""
    dossier = slip.dossier
    match dossier.status:
        case Status.REGISTERED:
            item = slip.leg(Leg.FORWARD)
            overdue = day_of(now) > dossier.expected_on
            holder = item.holder_kind if item else Keeper.AGENCY
            return Promise(
                kind=Kind.EXPECTED, day=dossier.expected_on, late=holder if overdue else None
            )
        case Status.SUPPLEMENT | Status.DUTY:
            return Promise(kind=Kind.PAUSED, day=day_of(dossier.paused_at or now))
        case Status.WITHDRAWING:
            asked = slip.last(Act.WITHDRAW)
            return Promise(kind=Kind.PAUSED, day=day_of(asked.at if asked else now))
        case Status.NOT_RECEIVED | Status.STOPPED:
            return papers_back(slip, way, now)
        case Status.PROCESSED | Status.RETURNED:
            return result_home(slip, way, now)
    return appointment(slip, way, now)


def appointment(slip: Slip, way: Way, now: datetime) -> Promise:
    """Hẹn trả: the agency's hour, and the post's day after it."""
    due_at = slip.dossier.due_at or now
    by_post = slip.dossier.return_way != "agency"
    late = now > due_at
    return Promise(
        kind=Kind.APPOINTED,
        day=day_of(due_at),
        at=due_at,
        delivery=way.home(due_at) if by_post else None,
        late=Keeper.AGENCY if late else None,
        renewed=way.home(now) if late and by_post else None,
    )


def result_home(slip: Slip, way: Way, now: datetime) -> Promise:
    """The post's day for a result that exists; at the agency's own desk it is there at once."""
    dossier = slip.dossier
    decided_at = dossier.processed_at or now
    item = slip.leg(Leg.RESULT)
    if ended := slip.last(Act.DELIVER) or slip.last(Act.RETURN_HERE):
        return Promise(kind=Kind.DONE, day=day_of(ended.at))
    if dossier.return_way == "agency":
        return Promise(kind=Kind.WAITING, day=day_of(decided_at))
    # Nobody took it: it waits at the agency again, or will.
    if item is not None and (back := slip.last(Act.SEND_BACK)) and not homebound(item):
        return Promise(kind=Kind.WAITING, day=day_of(back.at))
    # What waits at a counter for the citizen to fetch it is not late, however long it waits.
    if item is not None and to_fetch(slip, item):
        return Promise(kind=Kind.WAITING, day=at_office_since(slip, now))
    day = way.home(decided_at)
    if day_of(now) <= day:
        return Promise(kind=Kind.COMING, day=day, delivery=day)
    stage = item.stage if item else Stage.READY
    return Promise(
        kind=Kind.COMING,
        day=day,
        delivery=day,
        late=item.holder_kind if item else Keeper.AGENCY,
        renewed=next_day(stage, way, now),
    )


def homebound(item: Consignment) -> bool:
    return item.stage in (Stage.READY, Stage.TO_OFFICE, Stage.AT_OFFICE, Stage.OUT)


def to_fetch(slip: Slip, item: Consignment) -> bool:
    """Whether it lies at the office for the citizen: by choice, refused, or nobody was at home."""
    if item.stage is not Stage.AT_OFFICE:
        return False
    ways = {Leg.RESULT: slip.dossier.return_way, Leg.BACK: slip.dossier.papers_back}
    return ways.get(item.leg, "office") == "office" or item.attempts > 0


def at_office_since(slip: Slip, now: datetime) -> date:
    brought = slip.last(Act.TAKE_IN)
    return day_of(brought.at if brought else now)


def papers_back(slip: Slip, way: Way, now: datetime) -> Promise:
    """When refused papers lie at the office again."""
    refused = slip.last(Act.REFUSE) or slip.last(Act.STOP)
    refused_at = refused.at if refused else now
    item = slip.leg(Leg.BACK) or withdrawn_on_the_way(slip)
    if item is None:
        return Promise(kind=Kind.DONE, day=day_of(refused_at))
    if ended := slip.last(Act.DELIVER) or slip.last(Act.GIVE_BACK):
        return Promise(kind=Kind.DONE, day=day_of(ended.at))
    if to_fetch(slip, item):
        return Promise(kind=Kind.WAITING, day=at_office_since(slip, now))
    day = way.home(refused_at)
    overdue = day_of(now) > day
    return Promise(
        kind=Kind.BACK,
        day=day,
        delivery=day,
        late=item.holder_kind if overdue else None,
        renewed=next_day(item.stage, way, now) if overdue else None,
    )


def withdrawn_on_the_way(slip: Slip) -> Consignment | None:
    """Papers the citizen withdrew before the agency had them."""
    item = slip.leg(Leg.FORWARD)
    return item if item is not None and item.stage is not Stage.WITH_AGENCY else None


def next_day(stage: Stage, way: Way, now: datetime) -> date:
    """The earliest day a late item can still come."""
    if stage is Stage.READY:
        return way.home(now)
    days = 0 if stage is Stage.OUT else 1
    return way.post.add_days(day_of(now), days)


def day_of(moment: datetime) -> date:
    """The day on the wall in Vietnam."""
    return moment.astimezone(VIETNAM).date()
