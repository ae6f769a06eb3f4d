"""What it costs that something comes home: a result, or papers an agency gave back.

Opened with the leg it is paid for, or when its way changes; the fee rule says when papers that
come back by the post's own fault come for nothing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.desk import estimate
from postal_service.desk.bounces.bounce_fees import next_leg_free
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import NoTariff
from postal_service.desk.estimate import Case
from postal_service.desk.intake import ReturnWay
from postal_service.desk.intake_rules import RESULT_G
from postal_service.desk.money import charges
from postal_service.desk.money.model import Kind, Moment, NewCharge, Payer
from postal_service.desk.published import agencies, offices, procedures
from postal_service.desk.published.procedures import Service
from postal_service.desk.published.tariffs import price, zone_between
from postal_service.desk.ways import dossier_change_store as store
from postal_service.desk.ways.change_rules import LEGS, Ask, Wanted
from tracking import slip
from tracking.model import Dossier
from tracking.slip import Slip
from tracking.stages import Leg


async def charge_back(
    conn: Connection[Record], ref: str, form_id: UUID, *, by: int, now: datetime
) -> None:
    """Ask for the postage of papers that an agency has just given back, where they go home.

    *form_id* is the ruling's. An agency's word does not wait for a gap in the post's table: what
    has no price there comes for nothing.
    """
    found = await slip.by_ref(conn, ref)
    if found is not None and found.leg(Leg.BACK) and found.dossier.papers_back == "home":
        wanted = Wanted(ask=Ask(form_id=form_id), papers_back="home")
        with suppress(NoTariff):
            await charge_anew(conn, found, wanted, by=by, now=now)


async def charge_anew(
    conn: Connection[Record], found: Slip, wanted: Wanted, *, by: int, now: datetime
) -> None:
    """What goes home costs postage when it is handed over; what is fetched costs none.

    Refused papers cost nothing before there are any. What was paid already stays paid: giving it
    back is the till's. Raises NoTariff.
    """
    dossier = found.dossier
    for name, leg in LEGS.items():
        way = getattr(wanted, name)
        if way is None or (leg is Leg.BACK and found.leg(leg) is None):
            continue
        kept = [
            line
            for line in await charges.of_dossier(conn, dossier.id)
            if line.leg is leg and line.kind is Kind.POSTAGE_BACK and line.voided_at is None
        ]
        if way == "office":
            owed = [line.id for line in kept if line.open]
            await charges.void(conn, owed, person_id=by, at=now)
        elif not kept and (cost := await price_of(conn, dossier, name, now)):
            line = NewCharge(
                kind=Kind.POSTAGE_BACK,
                amount_vnd=cost,
                leg=leg,
                payer=Payer.RECEIVER if leg is Leg.RESULT else Payer.APPLICANT,
                moment=Moment.ON_DELIVERY,
            )
            await charges.add(conn, dossier.id, [line], person_id=by, at=now)


async def price_of(conn: Connection[Record], dossier: Dossier, name: str, now: datetime) -> int:
    """What *name* costs where it is to come home, by today's tariff. Raises NoTariff."""
    back = name == "papers_back"
    if back and await next_leg_free(conn, dossier.id, Kind.POSTAGE_BACK, now=now):
        return 0  # they come back by the post's own fault
    office = await offices.get(conn, dossier.office_id)
    agency = await agencies.get(conn, dossier.agency_id)
    day = day_of(now)
    zone = await zone_between(conn, office, agency, day)
    if back:
        return await price(
            conn, zone=zone, service=Service.RETURN, weight_g=RESULT_G, with_collection=False,
            day=day,
        )  # fmt: skip
    if dossier.return_way == ReturnWay.AGENCY:
        return 0
    taken = await store.weighed(conn, dossier.id)
    case = Case(
        procedure=await procedures.get(conn, dossier.procedure_id),
        agency=agency,
        office=office,
        service=Service(dossier.service),
        return_way=ReturnWay.HOME,
        weight_g=taken.weight_g if taken else RESULT_G,
    )
    return (await estimate.charges(conn, case, zone, day)).postage_home
