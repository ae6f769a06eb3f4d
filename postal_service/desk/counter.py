"""Accepting a dossier at a post office counter.

Acceptance is one transaction: the register's lines, the parties, what was
handed in, what was paid, and the receipt's first print.
"""

from __future__ import annotations

from datetime import datetime, time

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter_store as store
from postal_service.desk import estimate, representative_store
from postal_service.desk.agency import delegations
from postal_service.desk.citizen import party_store
from postal_service.desk.counter_store import Earlier
from postal_service.desk.errors import DeskError
from postal_service.desk.estimate import Case, Estimate
from postal_service.desk.intake import Entry, Findings, Incomplete, Intake, Problem, ReturnWay
from postal_service.desk.intake_rules import (
    CLOSING,
    FURTHEST_YEARS,
    HEAVIEST_G,
    RESULT_G,
    check,
    read_due,
)
from postal_service.desk.money import acceptance
from postal_service.desk.money.model import Press
from postal_service.desk.outages import outage
from postal_service.desk.papers import form_set_on
from postal_service.desk.printing import prints_store
from postal_service.desk.published import agencies, offices, procedures
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure, Service, services
from tracking import journey
from tracking.model import NewDossier
from tracking.stages import Status


class Choices(Struct, frozen=True, kw_only=True):
    """What the form offers once a procedure is chosen; nothing before."""

    office: Office
    procedure: Procedure | None = None
    agencies: tuple[Agency, ...] = ()
    services: tuple[Service, ...] = ()
    receives: frozenset[int] = frozenset()  #: agencies in whose name this counter receives


class Accepted(Struct, frozen=True, kw_only=True):
    """What the register gave the dossier; ``again`` where a second click found the first's."""

    ref: str
    again: bool = False


class FormReused(DeskError):
    """One form came twice, with two different contents."""

    def __init__(self, ref: str) -> None:
        super().__init__(
            f"Trang này đã lưu hồ sơ {ref} với nội dung khác. Mở trang mới cho hồ sơ tiếp theo.",
            f"This page already saved {ref} with another content. Open a new page.",
        )
        self.ref = ref


async def choices(
    conn: Connection[Record], procedure_id: str, office_id: int, now: datetime
) -> Choices:
    """Agencies and services for a procedure in force today; none for anything else."""
    today = now.astimezone(VIETNAM).date()
    office = await offices.get(conn, office_id)
    if not (procedure_id.isascii() and procedure_id.isdigit() and len(procedure_id) < 10):
        return Choices(office=office)
    procedure = await procedures.get(conn, int(procedure_id))
    if not procedure.valid_from <= today < (procedure.valid_to or today.max):
        return Choices(office=office)
    return Choices(
        office=office,
        procedure=procedure,
        agencies=tuple(await agencies.for_procedure(conn, procedure, office, today)),
        services=tuple(services(procedure)),
        receives=await delegations.agencies_of(conn, office_id, today),
    )


async def preview(
    conn: Connection[Record], entry: Entry, offered: Choices, now: datetime
) -> Estimate | None:
    """What could be promised for the form as it stands; None while too little is chosen."""
    agency = next((a for a in offered.agencies if str(a.id) == entry.agency_id), None)
    if offered.procedure is None or agency is None or entry.service not in offered.services:
        return None
    service = Service(entry.service)
    way = ReturnWay.OFFICE if entry.return_way == ReturnWay.OFFICE else ReturnWay.HOME
    case = Case(
        procedure=offered.procedure,
        agency=agency,
        office=offered.office,
        service=service,
        return_way=ReturnWay.AGENCY if service is Service.SEND else way,
        weight_g=weight_of(entry.weight_g),
        due_at=due_of(entry, now) if service is Service.RETURN else None,
    )
    return await estimate.estimate(conn, case, now)


async def read(
    conn: Connection[Record],
    entry: Entry,
    *,
    office_id: int,
    now: datetime,
    offered: Choices | None = None,
) -> Intake:
    """The intake behind the form. Raises Incomplete with everything that is wrong.

    What was written on a blank is read as of the time on the paper. Raises UnknownSheet.
    *offered* spares many forms of one procedure looking up the same choices.
    """
    found = Findings()
    blank = await outage.blank_of(conn, entry, found, office_id=office_id, now=now)
    at = blank.at if blank else now
    if offered is None or blank:
        offered = await choices(conn, entry.procedure_id, office_id, at)
    given = delegations.read_code(entry, offered.receives, found, at)
    try:
        intake = check(
            entry,
            procedure=offered.procedure,
            agencies=offered.agencies,
            office=offered.office,
            now=at,
        )
    except Incomplete as refusal:
        raise Incomplete([*found.problems, *refusal.problems]) from None
    if found.problems:
        raise Incomplete(found.problems)
    return replace(intake, blank=blank, given_code=given)


async def accept(
    conn: Connection[Record],
    intake: Intake,
    *,
    staff: Staff,
    now: datetime,
    promised: Estimate | None = None,
) -> Accepted:
    """Enter the dossier in the register, and beside it who, what and how much.

    Safe to repeat: the same form finds its dossier. Raises FormReused for another
    content under its id, Incomplete for an agency's code that is registered
    already, SheetEntered or SheetStruck for a blank, and what journey.open_dossier and
    estimate.estimate raise. What stood on a blank happened when the paper says.
    *promised* spares many alike the same sum of the same moment.
    """
    at = intake.blank.at if intake.blank else now
    await store.lock_form(conn, intake.form_id)
    if found := await store.earlier(conn, intake.form_id):
        if not same(found, intake):
            raise FormReused(found.ref)
        return Accepted(ref=found.ref, again=True)
    await refuse_known_code(conn, intake)
    numbers = (
        await outage.take(conn, intake.blank.ref, intake.office.id, now=now)
        if intake.blank
        else None
    )
    promised = promised or await estimate.estimate(conn, case_of(intake), at)
    applicant = await party_store.add_party(conn, intake.applicant)
    receiver = await party_store.add_party(conn, intake.receiver) if intake.receiver else applicant
    new = new_dossier(intake, promised, staff, applicant_id=applicant, receiver_id=receiver)
    dossier = await journey.open_dossier(conn, new, heard_at=now, numbers=numbers)
    await store.add_intake(
        conn,
        dossier.id,
        intake,
        clerk_id=staff.id,
        form_set=form_set_on(at.astimezone(VIETNAM).date()),
    )
    await store.add_papers(conn, dossier.id, intake.papers)
    if intake.representative:
        await representative_store.add(conn, dossier.id, intake.representative)
    press = Press(key=intake.form_id, by=staff.actor, at=at, now=now, means=intake.payment.means)
    await acceptance.charge(conn, dossier.id, intake, promised.charges, press)
    if intake.given_code:
        await delegations.receive(conn, dossier.ref, intake, staff.id, at=at, now=now)
    await prints_store.add_print(conn, dossier.id, staff.id, now)
    await store.drop_draft(conn, intake.form_id, staff.id)
    return Accepted(ref=dossier.ref)


def same(found: Earlier, intake: Intake) -> bool:
    """Whether a form says again what it said the first time."""
    code = intake.appointment.agency_code if intake.appointment else intake.given_code
    return (
        found.office_id == intake.office.id
        and found.procedure_id == intake.procedure.id
        and found.agency_id == intake.agency.id
        and (found.service, found.return_way) == (intake.service, intake.return_way)
        and found.agency_code == code
        and (found.weight_g, found.sets) == (intake.weight_g, intake.sets)
        and (found.applicant, found.receiver) == (intake.applicant, intake.receiver)
        and (found.representative, found.papers) == (intake.representative, intake.papers)
    )


async def refuse_known_code(conn: Connection[Record], intake: Intake) -> None:
    """An agency's code names one dossier. Raises Incomplete."""
    slip = intake.appointment
    code = slip.agency_code if slip else intake.given_code
    if code and await store.agency_code_taken(conn, intake.agency.id, code):
        raise Incomplete(
            [
                Problem(
                    "agency_code" if slip else "given_code",
                    "Mã hồ sơ này đã đăng ký nhận kết quả. Quét mã để xem hồ sơ đã có.",
                    "This code is registered already. Scan it to see the dossier.",
                )
            ]
        )


def case_of(intake: Intake) -> Case:
    return Case(
        procedure=intake.procedure,
        agency=intake.agency,
        office=intake.office,
        service=intake.service,
        return_way=intake.return_way,
        weight_g=intake.weight_g,
        due_at=intake.appointment.due_at if intake.appointment else None,
    )


def new_dossier(
    intake: Intake, promised: Estimate, staff: Staff, *, applicant_id: int, receiver_id: int
) -> NewDossier:
    """What the register is told: ids and days, never a name."""
    slip = intake.appointment
    received_at = datetime.combine(slip.received_on, time(), VIETNAM) if slip else None
    return NewDossier(
        form_id=intake.form_id,
        procedure_id=intake.procedure.id,
        applicant_id=applicant_id,
        receiver_id=receiver_id,
        office_id=intake.office.id,
        agency_id=intake.agency.id,
        service=intake.service,
        return_way=intake.return_way,
        limit_value=intake.procedure.time_value,
        limit_unit=intake.procedure.time_unit,
        same_day_cutoff=estimate.limit_of(intake.procedure).same_day_cutoff,
        hours_group=intake.agency.hours_group,
        at=promised.accepted_at,
        expected_on=promised.expected_on,
        by=staff.actor,
        status=Status.RECEIVED if slip else Status.REGISTERED,
        agency_code=slip.agency_code if slip else None,
        # the code on the slip tells the day alone
        received_at=received_at,
        due_at=slip.due_at if slip else None,
        facts={"papers": len(intake.papers)}
        | ({"papers_back": "home"} if intake.papers_home else {}),
    )


def weight_of(text: str) -> int:
    """The weight to price a form at while it is being typed."""
    typed = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else RESULT_G
    return min(max(typed, 1), HEAVIEST_G)


def due_of(entry: Entry, now: datetime) -> datetime | None:
    """The appointment to reckon from while it is being typed; None for a day no calendar has."""
    due_at = read_due(entry.due_day, entry.due_time or CLOSING)
    return due_at if due_at and due_at.year <= now.year + FURTHEST_YEARS else None
