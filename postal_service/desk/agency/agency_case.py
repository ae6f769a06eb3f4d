"""One dossier as its agency's officer sees it, with the rulings open to her."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.agency import agency_list_store as store
from postal_service.desk.agency import agency_store, case_clock, second_requests
from postal_service.desk.agency.agency_desk import elsewhere_reasons, may_undo, own_slip
from postal_service.desk.agency.agency_list_store import Passed
from postal_service.desk.agency.agency_store import Paper, Party
from postal_service.desk.agency.case_clock import CaseClock
from postal_service.desk.agency.ruling_words import delays, ends, refusals
from postal_service.desk.agency.rulings import acts_for, passed_on
from postal_service.desk.agency.second_requests import Pending
from postal_service.desk.citizen import promise
from postal_service.desk.citizen.lookup import reasons_in
from postal_service.desk.citizen.promise import Promise
from postal_service.desk.published import agencies, offices, procedures, reasons
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure
from postal_service.desk.published.reasons import Group, Reason
from postal_service.desk.ways import supplement_store
from postal_service.desk.ways.supplement_store import Carried
from tracking import transfers
from tracking.corrections import ALONE
from tracking.model import Actor, Consignment
from tracking.slip import Slip
from tracking.slip_store import Line
from tracking.stages import Act, Leg, Stage, Status


class CaseView(Struct, frozen=True, kw_only=True):
    """Everything on the page of one dossier.

    The lists of reasons are empty where no ruling here takes one. ``undoable`` is her own last
    act on each paper, while she may take it back alone.
    """

    slip: Slip
    own: bool  #: her agency answers for it; else it passed it on, or is to take it over
    promise: Promise
    procedure: Procedure
    office: Office
    agency: Agency
    names: dict[int, str]  #: of every agency that answered for it, by its id
    party: Party
    papers: list[Paper]
    brought: list[Carried]  #: against its requests, at whichever counter
    notes: dict[UUID, str]
    reasons: dict[str, Reason]
    acts: list[Act]
    clock: CaseClock
    offered: list[Consignment]  #: what a courier has laid before her
    lists: dict[str, str | None]  #: on which list each of those waits
    returned: bool  #: the result that nobody took is here again
    wished: Line | None  #: the citizen wants the papers back
    pending: list[Pending]  #: second requests that wait for a colleague
    refusals: list[Reason]
    ends: list[Reason]
    elsewhere: list[Reason]
    passing: list[Reason]
    second: list[Reason]
    delays: list[Reason]
    discrepancies: list[Reason]
    undoable: list[Passed]
    settled: list[Line]  #: her agency's last acts on papers that only two people still undo
    corrections: list[Reason]


async def look(conn: Connection[Record], ref: str, by: Actor, *, now: datetime) -> CaseView:
    """The dossier, if it is her agency's, or was, or is to be. Raises UnknownDossier,
    BadIdentifier."""
    found = await own_slip(conn, ref, by.agency)
    dossier = found.dossier
    own = dossier.agency_id == by.agency
    office = await offices.get(conn, dossier.office_id)
    agency = await agencies.get(conn, dossier.agency_id)
    acts = acts_for(found) if own else [Act.TAKE_OVER] * takes_over(found, by.agency)
    offered = [
        item
        for item in found.consignments
        if item.stage is Stage.OFFERED and item.agency_id == by.agency
    ]
    undoable = await store.undoable(
        conn, by.agency or 0, [item.s10 for item in found.consignments], by.person, now - ALONE
    )
    mended = settled(found, {each.s10 for each in undoable}) if own else []
    late = {Act.RECEIVE, Act.EXTEND} & {*acts}
    return CaseView(
        slip=found,
        own=own,
        promise=await promise.promise_for(conn, found, office, agency, now=now),
        procedure=await procedures.get(conn, dossier.procedure_id),
        office=office,
        agency=agency,
        names=await agencies.short_names(conn, transfers.decided_by(found)),
        party=await agency_store.party_of(conn, dossier.id),
        papers=await agency_store.papers_of(conn, dossier.id),
        brought=list(await supplement_store.carried_of(conn, dossier.id)),
        notes=await agency_store.notes_of(conn, dossier.id),
        reasons=await reasons_in(conn, found),
        acts=acts,
        clock=await case_clock.look(conn, found, acts, now=now),
        offered=offered,
        lists=await store.waiting(conn, by.agency or 0) if offered else {},
        returned=came_back(found),
        wished=found.last(Act.WITHDRAW) if dossier.status is Status.WITHDRAWING else None,
        pending=await second_requests.pending(conn, dossier.ref, by.agency, now=now),
        refusals=await refusals(conn) if {Act.REFUSE, Act.KEEP} & {*acts} else [],
        ends=await ends(conn, found) if Act.STOP in acts else [],
        elsewhere=await elsewhere_reasons(conn) if own and may_send_on(found) else [],
        passing=await group(conn, Group.TRANSFER, wanted=Act.TRANSFER in acts),
        second=await group(conn, Group.SECOND_REQUEST, wanted=Act.ASK_MORE in acts),
        delays=await delays(conn) if late else [],
        discrepancies=await group(conn, Group.CUSTODY_DISCREPANCY, wanted=bool(offered)),
        undoable=[each for each in undoable if may_undo(found, each.s10, each.act)],
        settled=mended,
        corrections=await group(conn, Group.CORRECTION, wanted=bool(mended)),
    )


async def group(conn: Connection[Record], of: Group, *, wanted: bool) -> list[Reason]:
    return await reasons.in_group(conn, of) if wanted else []


def takes_over(found: Slip, agency: int | None) -> bool:
    """Whether the dossier waits, on no paper, for this agency to take it over."""
    passed = found.last(Act.TRANSFER)
    return passed is not None and passed.facts["to"] == agency and passed_on(found)


def came_back(found: Slip) -> bool:
    """Whether the result was sent, reached nobody and lies at the agency again."""
    result = found.leg(Leg.RESULT)
    return result is not None and result.stage is Stage.WITH_AGENCY


def may_send_on(found: Slip) -> bool:
    """Whether the papers may still go back as another agency's: signed for, not received."""
    sent = found.leg(Leg.FORWARD)
    here = sent is not None and sent.stage is Stage.WITH_AGENCY and found.papers == sent
    return here and found.dossier.status is Status.REGISTERED


def settled(found: Slip, fresh: set[str]) -> list[Line]:
    """The last act on each paper, where it was the agency's and she may not undo it alone."""
    last = {line.s10: line for line in found.lines if line.s10 is not None}
    return [
        line
        for s10, line in last.items()
        if line.act in (Act.SIGN, Act.DECLINE, Act.REPORT_MISSING, Act.SEND_ON)
        and s10 not in fresh
        and may_undo(found, s10, line.act)
    ]
