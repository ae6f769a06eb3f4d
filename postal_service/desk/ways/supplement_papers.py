"""The papers of what was brought against a request: the slip both sign, the label that seals."""

from __future__ import annotations

from asyncpg import Connection, Record

from postal_service.desk.citizen.promise import day_of
from postal_service.desk.money import charges
from postal_service.desk.papers import DocumentLine, Label, PostalSlip
from postal_service.desk.papers.receipts import Fee
from postal_service.desk.printing import item_papers
from postal_service.desk.published import agencies, offices, tariffs
from postal_service.desk.ways.supplement_store import Sheet
from tracking import calendars, slip_store, transits
from tracking.errors import UnknownDossier
from tracking.stages import Leg


async def slip(conn: Connection[Record], sheet: Sheet) -> PostalSlip:
    """Phiếu gửi bổ sung: what was counted, and what its carriage costs."""
    office = await offices.get(conn, sheet.office_id)
    lines = [
        line for line in await charges.of_dossier(conn, sheet.dossier_id)
        if line.leg is Leg.SUPPLEMENT and line.voided_at is None
        and line.opened_at == sheet.taken_at
    ]  # fmt: skip
    return PostalSlip(
        head=await item_papers.head(conn, office, sheet.taken_at),
        s10=sheet.s10,
        ref=sheet.ref,
        sender=sheet.name,
        sender_address=sheet.address or "–",
        sender_phone=sheet.phone,
        receiver=sheet.agency,
        receiver_address=sheet.agency_address,
        documents=tuple(
            DocumentLine(
                name=paper.name,
                originals=paper.originals,
                certified=paper.certified,
                photocopies=paper.photocopies,
            )
            for paper in sheet.papers
        ),
        weight_g=sheet.weight_g,
        fees=tuple(
            Fee(name="Cước gửi bổ sung", amount=line.amount_vnd, paid=line.paid_by is not None)
            for line in lines
        ),
        clerk=sheet.clerk,
        supplement=True,
        partial=sheet.partial,
    )


async def label(conn: Connection[Record], sheet: Sheet) -> Label:
    """What seals the envelope. Raises UnknownHours, CalendarGap, NoTransit."""
    office = await offices.get(conn, sheet.office_id)
    dossier = await slip_store.dossier_by_ref(conn, sheet.ref)
    if dossier is None:
        raise UnknownDossier(sheet.ref)
    agency, day = await agencies.get(conn, dossier.agency_id), day_of(sheet.taken_at)
    zone = await tariffs.zone_between(conn, office, agency, day)
    post = await calendars.calendar_for(conn, office.hours_group, day)
    paper = await item_papers.head(conn, office, sheet.taken_at)
    return Label(
        office=office.name,
        route=paper.place,
        s10=sheet.s10,
        addressee=sheet.agency,
        address=sheet.agency_address,
        expected_on=post.add_days(day, await transits.days_in(conn, zone, day)),
        ref=sheet.ref,
        documents=len(sheet.papers),
        weight_g=sheet.weight_g,
        sealed_at=sheet.taken_at,
    )


def weighed(text: str, usual: int, heaviest: int) -> int:
    """The weight to price a form at while it is being typed."""
    typed = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else usual
    return min(max(typed, 1), heaviest)
