"""What a change would do to what is already there, asked before it is saved.

Nothing that was promised moves: a dossier keeps the version it was accepted under. What
changes is said by example, as a receipt of the new version's first day would print it.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct, structs

from postal_service.clock import VIETNAM
from postal_service.desk.catalogue import dry_run_store
from postal_service.desk.catalogue.catalogue_versions import Plan
from postal_service.desk.catalogue.dry_run_store import OpenUnder
from postal_service.desk.errors import DeskError
from postal_service.desk.estimate import Case, Estimate, estimate
from postal_service.desk.intake import ReturnWay
from postal_service.desk.published import agencies, catalogue_store
from postal_service.desk.published.procedures import Document, Procedure, services
from tracking.errors import TrackingError

#: When the receipt of the example is issued: in the first hour of a counter's morning.
AT: Final = time(8, 30)


class Example(Struct, frozen=True, kw_only=True):
    """What a receipt of the first day would promise; None: the counter could not accept."""

    office: str
    agency: str
    at: datetime
    before: Estimate | None
    after: Estimate | None
    refused_vi: str = ""  #: why the new version could not be accepted


class DryRun(Struct, frozen=True, kw_only=True):
    """Who is touched, and who is not."""

    open: list[OpenUnder]
    drafts: int
    blanks: int  #: papers printed ahead of an outage and not entered yet
    example: Example | None

    @property
    def dossiers(self) -> int:
        return sum(one.dossiers for one in self.open)


async def look(conn: Connection[Record], plan: Plan) -> DryRun:
    """Try *plan* on what is open. *conn* sees every office: numbers come back, no names."""
    return DryRun(
        open=await dry_run_store.open_under(conn, plan.codes),
        drafts=await dry_run_store.drafts_under(conn, plan.codes),
        blanks=await dry_run_store.blanks_out(conn),
        example=await example_of(conn, plan),
    )


async def example_of(conn: Connection[Record], plan: Plan) -> Example | None:
    """One receipt at the first office, by the old version and by the new."""
    day = plan.row.valid_from
    offices = await catalogue_store.offices_on(conn, day)
    new = procedure_of(plan)
    if not offices:
        return None
    found = await agencies.for_procedure(conn, new, offices[0], day)
    if not found:
        return None
    at = datetime.combine(day, AT, VIETNAM)

    async def promised(procedure: Procedure | None) -> tuple[Estimate | None, str]:
        allowed = services(procedure) if procedure else []
        if procedure is None or not allowed:
            return None, "Không chiều nào qua bưu chính."
        case = Case(
            procedure=procedure,
            agency=found[0],
            office=offices[0],
            service=allowed[-1],
            return_way=ReturnWay.HOME,
        )
        try:
            return await estimate(conn, case, at), ""
        except (DeskError, TrackingError) as refusal:
            return None, refusal.vi

    before, _ = await promised(plan.before)
    after, why = await promised(new)
    return Example(
        office=offices[0].name,
        agency=found[0].short_name,
        at=at,
        before=before,
        after=after,
        refused_vi=why,
    )


def procedure_of(plan: Plan) -> Procedure:
    """The new version as the counter would have it.

    It has no id yet, and borrows that of the one before: the parts of a linked procedure and
    how its days are read come down from there.
    """
    before = plan.before
    heir = before.id if before and before.code == plan.row.code else 0
    row = structs.asdict(plan.row)
    documents = [
        Document(**{name: getattr(one, name) for name in Document.__struct_fields__})
        for one in plan.documents
    ]
    given = {name: row[name] for name in Procedure.__struct_fields__ if name in row}
    return Procedure(
        **given | {"id": heir, "demo": plan.row.verified == "demo", "documents": documents}
    )


class PriceRun(Struct, frozen=True, kw_only=True):
    """Who a new price list touches: nobody whose postage is on a receipt."""

    dossiers: int
    drafts: int
    blanks: int


async def look_at_prices(conn: Connection[Record]) -> PriceRun:
    """*conn* sees every office: numbers come back, no names."""
    return PriceRun(
        dossiers=await dry_run_store.open_dossiers(conn),
        drafts=await dry_run_store.drafts(conn),
        blanks=await dry_run_store.blanks_out(conn),
    )
