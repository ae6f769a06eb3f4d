"""What the counter tells a citizen before anything is saved: the day, the way, the money."""

from __future__ import annotations

from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk.intake import ReturnWay
from postal_service.desk.intake_rules import RESULT_G
from postal_service.desk.published import tariffs
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure, Service
from postal_service.desk.published.tariffs import Zone
from tracking import calendars, deadlines, linked, transits
from tracking.deadlines import Limit, Part, Unit


class Case(Struct, frozen=True, kw_only=True):
    """Who asks whom for what, as far as days and money go. Weights in grams."""

    procedure: Procedure
    agency: Agency
    office: Office
    service: Service
    return_way: ReturnWay
    weight_g: int = RESULT_G
    #: the agency's own appointment, where the citizen filed there herself
    due_at: datetime | None = None


class Charges(Struct, frozen=True, kw_only=True):
    """Whole VND, each on a line of its own; postage back is paid on delivery unless prepaid.

    ``collection``: for collecting the state's money; nothing where there is none.
    """

    le_phi: int
    phi: int
    postage_out: int
    postage_back: int
    collection: int
    #: what *home* would cost, whichever way is chosen
    postage_home: int

    @property
    def now(self) -> int:
        """What the clerk collects at the counter where the state's money is paid before."""
        return self.le_phi + self.phi + self.postage_out + self.collection


class Estimate(Struct, frozen=True, kw_only=True):
    """Expected days and charges; ``days_out`` and ``days_back`` are days in the post."""

    accepted_at: datetime
    #: None where the papers are with the agency already
    with_agency_on: date | None
    decided_on: date
    expected_on: date
    days_out: int | None
    days_back: int | None
    charges: Charges


async def estimate(conn: Connection[Record], case: Case, now: datetime) -> Estimate:
    """The day to print as *dự kiến*, the steps to it, and the charges by the tariff of the day.

    The office serves its agency and delivers the result, so one zone holds for both
    legs. Raises NoTariff, UnknownHours and what the calendars raise.
    """
    today = now.astimezone(VIETNAM).date()
    zone = await tariffs.zone_between(conn, case.office, case.agency, today)
    agency_days = await calendars.calendar_for(conn, case.agency.hours_group, today)
    post_days = await calendars.calendar_for(conn, case.office.hours_group, today)
    transit = await transits.days_in(conn, zone, today)
    days_out = None if case.service is Service.RETURN else transit
    days_back = None if case.service is Service.SEND else transit
    if case.due_at is not None:
        decided = case.due_at
        with_agency_on = None
        delivered: date | None = deadlines.delivery_day(
            max(decided, now), agency_days, post_days, transit
        )
    else:
        forecast = deadlines.forecast(
            now,
            await limit_for(conn, case, today),
            agency_days,
            post_days,
            days_out=days_out,
            days_back=days_back,
        )
        decided, delivered = forecast.decided_at, forecast.delivered_on
        with_agency_on = forecast.with_agency_at.date() if days_out else None
    return Estimate(
        accepted_at=now,
        with_agency_on=with_agency_on,
        decided_on=decided.astimezone(VIETNAM).date(),
        expected_on=delivered or decided.astimezone(VIETNAM).date(),
        days_out=days_out,
        days_back=days_back,
        charges=await charges(conn, case, zone, today),
    )


async def charges(conn: Connection[Record], case: Case, zone: Zone, day: date) -> Charges:
    """What this case costs on *day*.

    Both ways together are cheaper than one after the other: the way out has its
    own price, the way back is what is left. Collecting the state's money costs what the
    table's column with collection asks more. Where the citizen filed herself she paid the
    agency herself.
    """
    filed_there = case.service is Service.RETURN
    le_phi = 0 if filed_there else case.procedure.le_phi_vnd
    phi = 0 if filed_there else case.procedure.phi_vnd

    async def price(service: Service, weight_g: int, *, collecting: bool = False) -> int:
        return await tariffs.price(
            conn,
            zone=zone,
            service=service,
            weight_g=weight_g,
            with_collection=collecting,
            day=day,
        )

    at_home = case.return_way is ReturnWay.HOME
    carried = Service.SEND if case.service is Service.BOTH and not at_home else case.service
    out = 0 if filed_there else await price(Service.SEND, case.weight_g)
    home = collection = 0
    if filed_there:
        home = await price(Service.RETURN, RESULT_G)
    elif case.service is Service.BOTH:
        home = max(await price(Service.BOTH, case.weight_g) - out, 0)
    if le_phi + phi > 0:
        plain = await price(carried, case.weight_g)
        collection = max(await price(carried, case.weight_g, collecting=True) - plain, 0)
    return Charges(
        le_phi=le_phi,
        phi=phi,
        postage_out=out,
        postage_back=home if at_home else 0,
        collection=collection,
        postage_home=home,
    )


async def limit_for(conn: Connection[Record], case: Case, day: date) -> Limit | list[Part]:
    """The time a dossier accepted on *day* gives its agency, or each agency of a linked one."""
    convention = await linked.convention_of(conn, case.procedure.id, case.agency.id)
    parts = await linked.parts_of(
        conn,
        case.procedure.id,
        case.agency.hours_group,
        accepted_on=day,
        around=day,
        convention=convention,
    )
    if parts:
        return [Part(limit=part.limit, calendar=part.edition.calendar) for part in parts]
    return replace(limit_of(case.procedure), convention=convention)


def limit_of(procedure: Procedure) -> Limit:
    """The time the procedure's version gives the agency."""
    return Limit(
        value=procedure.time_value,
        unit=Unit(procedure.time_unit),
        same_day_cutoff=procedure.cutoff_15h and procedure.time_value == 0,
    )


def limit_words(value: int, unit: str) -> str:
    """The statutory time as the forms print it: "10 ngày làm việc"."""
    if value == 0:
        return "trong ngày làm việc (nhận sau 15 giờ: ngày làm việc tiếp theo)"
    words = {
        Unit.WORKING_HOUR: "giờ làm việc",
        Unit.WORKING_DAY: "ngày làm việc",
        Unit.DAY: "ngày",
        Unit.MONTH: "tháng",
    }
    return f"{value} {words[Unit(unit)]}"
