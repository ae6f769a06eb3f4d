"""Fetching papers at a citizen's home: who asks for it, who goes, and what became of it.

An order begins on the telephone, at an agency's desk or on the public page. What may happen to
it is a table (``pickup_moves``); each act is one line of its history, written by the statement
that moves it. The papers themselves are accepted on a printed sheet at the door, and the sheet
is entered at the counter as of the time on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter_store
from postal_service.desk.citizen import party_store
from postal_service.desk.pickups import pickups_store as store
from postal_service.desk.pickups.pickup_desk import find, locked
from postal_service.desk.pickups.pickup_errors import BadChoice, OrderedAlready
from postal_service.desk.pickups.pickup_moves import FIRST, WITH_REASON, Act, after
from postal_service.desk.pickups.pickup_places import Served
from postal_service.desk.pickups.pickup_rules import FURTHEST, Wanted, check_day
from postal_service.desk.pickups.pickups_store import Line, New, Pickup, Standing
from postal_service.desk.published import offices, reasons
from postal_service.desk.published.reasons import Group, Reason
from postal_service.desk.watch import closures, roster
from postal_service.desk.watch.roster import Colleague
from routes import rounds
from tracking import calendars, number_store

#: As the citizen wishes.
CANCELLED: Final = "PF06"
#: What an office may say no with: there is no such place, nobody answers, it may not be posted,
#: nobody can go.
REFUSALS: Final = ("PF01", "PF02", "PF04", "PF07", "RF06")


class By(Struct, frozen=True, kw_only=True):
    """Who orders: a clerk, an officer, or the citizen behind her page's secret."""

    channel: str
    person_id: int | None = None
    door: str | None = None
    office_id: int | None = None  #: the counter on the telephone
    agency_id: int | None = None  #: of the officer: the order is for it


class Press(Struct, frozen=True, kw_only=True):
    """One act on one order; ``form_id`` was drawn by the page, so that pressing twice is once."""

    number: str
    form_id: UUID
    reason: str = ""


class Ride(Struct, frozen=True, kw_only=True):
    """Who goes, and when."""

    courier_id: int
    day: date
    half: str


async def order(
    conn: Connection[Record], wanted: Wanted, served: Served, *, by: By, now: datetime
) -> str:
    """Write the order down and return its number. Safe to press twice.

    Raises Incomplete where no courier can come then, OrderedAlready where the telephone has an
    order for that day; on the public page that is said only once the telephone has answered.
    """
    await counter_store.lock_form(conn, wanted.form_id)
    if made := await store.made_by_form(conn, wanted.form_id):
        return made
    await check_open(conn, served, wanted.day, wanted.half, now)
    if by.channel != "page":
        await refuse_second(conn, wanted.sender.phone, wanted.day, None)
    today = now.astimezone(VIETNAM).date()
    number = f"NH-{today:%y%m%d}-{await number_store.next_serial(conn, today, 'NH'):05}"
    state = FIRST[by.channel]
    pickup_id = await store.add(
        conn,
        New(
            number=number,
            form_id=wanted.form_id,
            channel=by.channel,
            ordered_by=by.person_id,
            door=by.door,
            party_id=await party_store.add_party(conn, wanted.sender),
            office_id=served.office.id,
            taken_at=served.taken_at or served.office.id,
            placed=served.placed,
            agency_id=wanted.agency_id,
            procedure_id=wanted.procedure_id,
            dossiers=wanted.dossiers,
            day=wanted.day,
            half=wanted.half,
            ordered_at=now,
            state=state,
        ),
    )
    stands = await locked(conn, pickup_id)
    line = Line(form_id=wanted.form_id, act=Act.ORDER, at=now, person_id=by.person_id)
    await store.move(conn, stands, line)
    return number


async def check_open(
    conn: Connection[Record], served: Served, day: date, half: str, now: datetime
) -> None:
    """Raise Incomplete where the office or the place is closed then."""
    calendar = await calendars.calendar_for(conn, served.office.hours_group, day)
    standing = [
        each.until_day
        for each in await closures.standing(conn, served.office.id)
        if each.kind == "office" or each.commune in served.communes
    ]
    check_day(calendar, day, half, now, max(standing, default=None))


async def refuse_second(
    conn: Connection[Record], phone: str | None, day: date, but: int | None
) -> None:
    """Raise OrderedAlready: one visit takes all the papers of a house."""
    if phone and (earlier := await store.open_for_phone(conn, phone, day, but)):
        raise OrderedAlready(earlier, f"{day:%d/%m/%Y}")


async def accept(
    conn: Connection[Record], press: Press, ride: Ride, *, staff: Staff, now: datetime
) -> None:
    """Send a courier; again: another one, or another day. Safe to press twice.

    Raises UnknownPickup, CannotHappen, BadChoice, Incomplete.
    """
    found, stands = await at_office(conn, press, staff)
    if await store.happened(conn, found.id, press.form_id):
        return
    state = after(stands.state, Act.ACCEPT)
    today = now.astimezone(VIETNAM).date()
    couriers = {each.id for each in await couriers_of(conn, stands.office_id, ride.day)}
    if ride.courier_id not in couriers or not today <= ride.day <= today + FURTHEST:
        raise BadChoice(
            "Chọn bưu tá của bưu cục có ca hôm đó, và ngày từ hôm nay trở đi.",
            "Choose a courier of this office who works that day, and a day from today on.",
            "courier",
        )
    served = Served(office=await offices.get(conn, stands.office_id), placed=True)
    await check_open(conn, served, ride.day, ride.half, now)
    await off_round(conn, stands, now)
    goes = replace(
        stands, state=state, courier_id=ride.courier_id, ride_on=ride.day, ride_half=ride.half
    )
    facts = {"courier": ride.courier_id, "day": ride.day.isoformat(), "half": ride.half}
    await store.move(conn, goes, line_of(press, Act.ACCEPT, staff, now, facts=facts))


async def forward(
    conn: Connection[Record], press: Press, office_id: int, *, staff: Staff, now: datetime
) -> None:
    """Another office goes there: it has the order on its list from now on.

    Raises UnknownPickup, CannotHappen, BadChoice.
    """
    found, stands = await at_office(conn, press, staff)
    if await store.happened(conn, found.id, press.form_id):
        return
    state = after(stands.state, Act.FORWARD)
    known = {o.id for o in await offices.open_on(conn, now.astimezone(VIETNAM).date())}
    if office_id not in known - {stands.office_id}:
        raise BadChoice("Chọn một bưu cục khác.", "Choose another office.", "office")
    goes = replace(stands, state=state, office_id=office_id, placed=True)
    facts = {"office": office_id}
    await store.move(conn, goes, line_of(press, Act.FORWARD, staff, now, facts=facts))


async def refuse(conn: Connection[Record], press: Press, *, staff: Staff, now: datetime) -> None:
    """The post does not go there, and says why. Safe to press twice."""
    await end(conn, press, Act.REFUSE, staff=staff, now=now)


async def fail(conn: Connection[Record], press: Press, *, staff: Staff, now: datetime) -> None:
    """It is not tried again. Safe to press twice."""
    await end(conn, press, Act.FAIL, staff=staff, now=now)


async def cancel(conn: Connection[Record], press: Press, *, staff: Staff, now: datetime) -> None:
    """The citizen wants it no more, as she tells the clerk or the officer. Safe to press twice."""
    await end(conn, replace(press, reason=CANCELLED), Act.CANCEL, staff=staff, now=now)


async def end(
    conn: Connection[Record], press: Press, act: Act, *, staff: Staff, now: datetime
) -> None:
    """Raises UnknownPickup, CannotHappen, BadChoice."""
    found, stands = await at_office(conn, press, staff)
    if await store.happened(conn, found.id, press.form_id):
        return
    state = after(stands.state, act)
    if act in WITH_REASON and press.reason not in {r.code for r in await why(conn, act)}:
        raise BadChoice("Chọn một lý do trong danh sách.", "Choose a reason.", "reason")
    await off_round(conn, stands, now)
    line = line_of(press, act, staff, now)
    await store.move(conn, replace(stands, state=state), line)


async def why(conn: Connection[Record], act: Act) -> list[Reason]:
    """What may be said for it."""
    if act is Act.REFUSE:
        return [await reasons.get(conn, code) for code in REFUSALS]
    return [r for r in await reasons.in_group(conn, Group.PICKUP_FAILED) if r.code != CANCELLED]


async def couriers_of(conn: Connection[Record], office_id: int, day: date) -> Sequence[Colleague]:
    """Who of the office's couriers works that day."""
    return await roster.on_shift(conn, office_id, day)


async def off_round(conn: Connection[Record], stands: Standing, now: datetime) -> None:
    """The door is no stop of that courier's any more."""
    if stands.courier_id is not None:
        await rounds.drop_stop(
            conn, reference=stop_of(stands.id), courier_id=stands.courier_id, at=now
        )


def stop_of(pickup_id: int) -> str:
    """What a round calls the door."""
    return f"pickup:{pickup_id}"


async def at_office(
    conn: Connection[Record], press: Press, staff: Staff
) -> tuple[Pickup, Standing]:
    """The order behind a press, locked. Raises UnknownPickup for what is not hers."""
    found = await find(conn, press.number)
    return found, await locked(conn, found.id)


def line_of(
    press: Press, act: Act, staff: Staff, now: datetime, *,
    facts: dict[str, Any] | None = None,
) -> Line:  # fmt: skip
    return Line(
        form_id=press.form_id,
        act=act,
        at=now,
        person_id=staff.id,
        reason=press.reason or None,
        facts=facts or {},
    )
