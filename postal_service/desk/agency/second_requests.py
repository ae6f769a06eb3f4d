"""What an agency may do a second time only with a colleague: ask for papers, put off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk.agency import rulings
from postal_service.desk.agency.agency_desk import own_slip
from postal_service.desk.agency.ruling_words import require_words
from postal_service.desk.agency.wishes import Wish
from postal_service.desk.watch import approvals
from postal_service.desk.watch.approvals import Ask, Kind
from postal_service.desk.watch.approvals_store import Approval
from tracking import extensions, identifiers, journey, pauses
from tracking.errors import BadRuling, IllegalMove
from tracking.pauses import AskedPaper, Request
from tracking.slip import Slip
from tracking.stages import Act


class Pending(Struct, frozen=True, kw_only=True):
    """A second request that waits for its second person."""

    approval: Approval
    papers: list[AskedPaper]


async def kind_of(conn: Connection[Record], found: Slip, act: Act) -> Kind | None:
    """What has to be asked of a colleague before *act*; none where one officer may do it."""
    dossier = found.dossier
    if act is Act.ASK_MORE and await pauses.asked_since_reception(conn, dossier):
        return Kind.SECOND_SUPPLEMENT
    if act is Act.EXTEND and await extensions.of(conn, dossier.id):
        return Kind.SECOND_EXTENSION
    return None


async def put_forward(
    conn: Connection[Record], ref: str, wish: Wish, *, staff: Staff, now: datetime
) -> bool:
    """Put *wish* before a colleague where it takes two; whether it does. Safe to repeat.

    Raises what a ruling refuses, and what ``approvals.ask`` does.
    """
    await journey.dossier(conn, identifiers.parse_ref(ref).ref)
    found = await own_slip(conn, ref, staff.agency_id)
    if any(line.scan_id == wish.id for line in found.lines):
        return False
    kind = await kind_of(conn, found, wish.act)
    if kind is None:
        return False
    if wish.act not in rulings.acts_for(found):
        raise IllegalMove(str(found.dossier.status.value), wish.act)
    if not wish.reason:
        raise BadRuling("Chọn một lý do trong danh sách.", "Choose a reason from the list.")
    await require_words(conn, found, wish, now=now)
    if kind is Kind.SECOND_SUPPLEMENT:
        await pauses.put(conn, request_of(found, wish, staff, now))
    facts: dict[str, Any] = {}
    if kind is Kind.SECOND_EXTENSION:
        facts = {"due_at": wish.due_at.isoformat()} if wish.due_at else {"more": wish.more}
    asked = Ask(
        id=wish.id,
        kind=kind,
        subject=found.dossier.ref,
        reason=wish.reason,
        by=staff,
        facts=facts,
    )
    await approvals.ask(conn, asked, now=now)
    return True


def request_of(found: Slip, wish: Wish, staff: Staff, now: datetime) -> Request:
    return Request(
        id=wish.id,
        dossier_id=found.dossier.id,
        agency_id=found.dossier.agency_id,
        asked_by=staff.id,
        asked_at=now,
        note=wish.note,
        papers=wish.papers,
    )


async def pending(
    conn: Connection[Record], ref: str, staff_agency: int | None, *, now: datetime
) -> list[Pending]:
    """What waits for a second person about one dossier."""
    waiting = await approvals.waiting_about(conn, ref, staff_agency, now=now)
    return [
        Pending(approval=each, papers=await pauses.papers_of(conn, each.id)) for each in waiting
    ]
