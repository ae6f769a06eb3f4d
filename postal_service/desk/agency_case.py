"""One dossier as its agency's officer sees it, with the rulings open to her."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk import agencies, agency_store, offices, procedures, promise, reasons
from postal_service.desk.agencies import Agency
from postal_service.desk.agency_desk import own_slip
from postal_service.desk.agency_store import Paper, Party
from postal_service.desk.appointments import Reckoning, reckon
from postal_service.desk.lookup import reasons_in
from postal_service.desk.offices import Office
from postal_service.desk.procedures import Procedure
from postal_service.desk.promise import Promise
from postal_service.desk.reasons import Group, Reason
from postal_service.desk.rulings import acts_for, delays, refusals
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage


class CaseView(Struct, frozen=True, kw_only=True):
    """Everything on the page of one dossier.

    ``reckoning`` is what the appointment would be if she ruled now; the lists of reasons are
    empty where no ruling here takes one.
    """

    slip: Slip
    promise: Promise
    procedure: Procedure
    office: Office
    agency: Agency
    party: Party
    papers: list[Paper]
    notes: dict[UUID, str]
    reasons: dict[str, Reason]
    acts: list[Act]
    offered: str | None  #: the number of what the courier has laid before her
    reckoning: Reckoning | None
    refusals: list[Reason]
    delays: list[Reason]
    discrepancies: list[Reason]


async def look(
    conn: Connection[Record], ref: str, agency_id: int | None, *, now: datetime
) -> CaseView:
    """The dossier, if it is this agency's. Raises UnknownDossier, BadIdentifier."""
    found = await own_slip(conn, ref, agency_id)
    dossier, sent = found.dossier, found.leg(Leg.FORWARD)
    office = await offices.get(conn, dossier.office_id)
    agency = await agencies.get(conn, dossier.agency_id)
    acts = acts_for(found)
    appoints = not {Act.RECEIVE, Act.RESUME}.isdisjoint(acts)
    offered = sent.s10 if sent is not None and sent.stage is Stage.OFFERED else None
    return CaseView(
        slip=found,
        promise=await promise.promise_for(conn, found, office, agency, now=now),
        procedure=await procedures.get(conn, dossier.procedure_id),
        office=office,
        agency=agency,
        party=await agency_store.party_of(conn, dossier.id),
        papers=await agency_store.papers_of(conn, dossier.id),
        notes=await agency_store.notes_of(conn, dossier.id),
        reasons=await reasons_in(conn, found),
        acts=acts,
        offered=offered,
        reckoning=await reckon(conn, found, now) if appoints else None,
        refusals=await refusals(conn) if Act.REFUSE in acts else [],
        delays=await delays(conn) if Act.RECEIVE in acts else [],
        discrepancies=await reasons.in_group(conn, Group.CUSTODY_DISCREPANCY) if offered else [],
    )
