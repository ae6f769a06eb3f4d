"""Judging a line of an organisation's file by the counter's rules of the moment."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter, estimate
from postal_service.desk.batches import batch_accept_store, batch_rows
from postal_service.desk.batches.batch_csv import Fault, Read
from postal_service.desk.batches.batch_store import Batch, Judged, Kept
from postal_service.desk.counter import Choices
from postal_service.desk.errors import DeskError, UnknownAgency
from postal_service.desk.estimate import Estimate
from postal_service.desk.intake import Incomplete, Intake
from postal_service.desk.published import procedures
from tracking.errors import TrackingError


class Faulty(DeskError):
    """A line that says what no form can hold."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(
            " ".join(fault.vi for fault in faults), " ".join(fault.en for fault in faults)
        )
        self.faults = faults


class Desk:
    """One file's counter on one day: what many lines ask alike is looked up once."""

    def __init__(self, batch: Batch, now: datetime) -> None:
        self.batch = batch
        self.now = now
        self._choices: dict[str, Choices] = {}
        self._promised: dict[tuple[int, int, str, str, int], Estimate] = {}
        self._staff: Staff | None = None

    async def choices(self, conn: Connection[Record], code: str) -> Choices:
        """What the counter offers for a procedure. Raises UnknownProcedure."""
        if code not in self._choices:
            found = await procedures.find(conn, code, self.now.astimezone(VIETNAM).date())
            self._choices[code] = await counter.choices(
                conn, str(found.id), self.batch.office_id, self.now
            )
        return self._choices[code]

    async def promised(self, conn: Connection[Record], intake: Intake) -> Estimate:
        """What a dossier costs and when it is due. Raises NoTariff and what the calendars raise."""
        case = counter.case_of(intake)
        key = (
            case.procedure.id,
            case.agency.id,
            case.service.value,
            case.return_way.value,
            case.weight_g,
        )
        if key not in self._promised:
            self._promised[key] = await estimate.estimate(conn, case, self.now)
        return self._promised[key]

    async def staff(self, conn: Connection[Record]) -> Staff:
        """The clerk who brought it, for whom its dossiers are accepted."""
        if self._staff is None:
            found = await batch_accept_store.staff(conn, self.batch.person_id, self.now)
            # her work for this file stays this office's, wherever she works by now
            self._staff = replace(found, office_id=self.batch.office_id)
        return self._staff


async def judge(conn: Connection[Record], desk: Desk, read: Read) -> Judged:
    """A line as the counter would take it now: good with its charges, or bad with everything
    that is wrong."""
    if desk.batch.zeros:
        read = replace(read, told=batch_rows.mended(read.told))
    mark = "\x1f".join(read.told.values())
    try:
        intake = await intake_of(conn, desk, read)
        costs = (await desk.promised(conn, intake)).charges
    except (DeskError, TrackingError) as refusal:
        return bad(read, mark, faults_in(refusal))
    state = costs.le_phi + costs.phi
    return Judged(
        line=read.line,
        kept=Kept(told=read.told, faults=[]),
        verdict="good",
        mark=mark,
        procedure_id=intake.procedure.id,
        agency_id=intake.agency.id,
        state_vnd=state,
        post_vnd=costs.now - state,
        later_vnd=costs.postage_back,
        papers=tuple(
            (paper.ordinal, paper.originals, paper.certified, paper.photocopies)
            for paper in intake.papers
        ),
    )


def faults_in(refusal: DeskError | TrackingError) -> list[Fault]:
    """What a refusal says of a line, column by column where it knows them."""
    if isinstance(refusal, Faulty):
        return refusal.faults
    if isinstance(refusal, Incomplete):
        return batch_rows.faults_of(refusal.problems)
    return [batch_rows.whole(refusal)]


def bad(read: Read, mark: str, faults: list[Fault]) -> Judged:
    kept = Kept(told=read.told, faults=[(each.column, each.vi, each.en) for each in faults])
    return Judged(line=read.line, kept=kept, verdict="bad", mark=mark)


async def intake_of(conn: Connection[Record], desk: Desk, read: Read) -> Intake:
    """The intake behind a line. Raises Faulty or Incomplete with everything that is wrong."""
    faults = batch_rows.untidy(read.told)
    if read.twin is not None:
        faults.append(
            Fault(
                "",
                f"giống hệt dòng {read.twin}. Xóa một dòng; nếu là hai hồ sơ, ghi chú khác nhau.",
                f"the same as line {read.twin}. Delete one, or tell them apart by a note.",
            )
        )
    if faults:
        raise Faulty(faults)
    offered, agency_id = await case_of(conn, desk, read, faults)
    if offered is None or offered.procedure is None:
        raise Faulty(faults)
    entry = batch_rows.entry_of(desk.batch.id, read, offered.procedure, agency_id, faults)
    try:
        intake = await counter.read(
            conn, entry, office_id=desk.batch.office_id, now=desk.now, offered=offered
        )
    except Incomplete as refusal:
        raise Faulty(batch_rows.joined(faults, refusal.problems)) from None
    if faults:
        raise Faulty(faults)
    return intake


async def case_of(
    conn: Connection[Record], desk: Desk, read: Read, faults: list[Fault]
) -> tuple[Choices | None, str]:
    """What the counter offers for the line's procedure, and the id of its agency."""
    code, named = read.told["procedure"], read.told["agency"]
    if not code:
        faults.append(Fault("procedure", "ghi mã thủ tục.", "write the procedure's code."))
        return None, ""
    try:
        offered = await desk.choices(conn, code)
    except DeskError as refusal:
        faults.append(Fault("procedure", refusal.vi, refusal.en))
        return None, ""
    if not named and len(offered.agencies) == 1:
        return offered, str(offered.agencies[0].id)
    if not named:
        faults.append(
            Fault(
                "agency",
                "thủ tục này có nhiều cơ quan giải quyết; ghi mã cơ quan.",
                "several agencies decide this procedure: write the agency's code.",
            )
        )
        return offered, ""
    found = next((each for each in offered.agencies if each.code == named), None)
    if found is None:
        unknown = UnknownAgency(named[:40])
        faults.append(Fault("agency", unknown.vi, unknown.en))
    return offered, str(found.id) if found else ""
