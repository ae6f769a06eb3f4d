"""What lies at an office: finding it by a scan, handing it out, and whom to call about it."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import shelf_store as store
from postal_service.desk.citizen.promise import Promise, promise_for
from postal_service.desk.errors import DeskError
from postal_service.desk.published import agencies, offices, procedures
from postal_service.desk.published.procedures import Procedure
from postal_service.desk.shelf_store import Item, Waiting
from tracking import identifiers, reserved, slip
from tracking.errors import UnknownDossier
from tracking.model import Party
from tracking.slip import Slip
from tracking.stages import Keeper

__all__ = [
    "Item",
    "Waiting",
    "count_tasks",
    "finish_task",
    "items",
    "look_up",
]


class UnreadableScan(DeskError):
    """The scanner sent something that is no number of ours."""

    def __init__(self) -> None:
        super().__init__(
            "Mã này không phải mã tra cứu, số bưu gửi, số biên nhận hay mã hồ sơ. "
            "Tắt bộ gõ tiếng Việt rồi quét lại.",
            "This is no tracking code, postal number, receipt number or dossier code. "
            "Turn Vietnamese typing off and scan again.",
        )


class UnknownTask(DeskError):
    """This office has no such call to make."""

    def __init__(self) -> None:
        super().__init__(
            "Không có việc này tại bưu cục. Tải lại danh sách.",
            "This office has no such task. Reload the list.",
        )


class Found(Struct, frozen=True, kw_only=True):
    """A dossier as a scan shows it. ``waiting`` is what can be handed out here and now."""

    slip: Slip
    procedure: Procedure
    agency: str
    promise: Promise
    holders: dict[str, str]
    #: whom a paper is offered to, and has not answered yet
    takers: dict[str, str]
    waiting: Waiting | None


async def look_up(conn: Connection[Record], code: str, *, office_id: int, now: datetime) -> Found:
    """The dossier behind a scanned or typed code; it changes nothing.

    Raises UnreadableScan, BadIdentifier, NotYetEntered, and UnknownDossier also for a
    dossier that is none of this office's business.
    """
    ref = await ref_of(conn, code, office_id)
    found = await slip.by_ref(conn, ref)
    if found is None or not concerns(found, office_id):
        await reserved.refuse_unentered(conn, ref)
        raise UnknownDossier(code)
    office = await offices.get(conn, office_id)
    agency = await agencies.get(conn, found.dossier.agency_id)
    return Found(
        slip=found,
        procedure=await procedures.get(conn, found.dossier.procedure_id),
        agency=agency.short_name,
        promise=await promise_for(conn, found, office, agency, now=now),
        holders={
            item.s10: await store.holder_name(conn, item.holder_kind, item.holder_id) or ""
            for item in found.consignments
        },
        takers={
            item.s10: await store.holder_name(conn, item.taker.kind, item.taker.id) or ""
            for item in found.consignments
            if item.taker is not None
        },
        waiting=await store.waiting_for(conn, ref, office_id),
    )


def concerns(found: Slip, office_id: int) -> bool:
    """Whether the office accepted it, has one of its papers, or is offered one."""
    here = Party(Keeper.OFFICE, office_id)
    return found.dossier.office_id == office_id or any(
        item.office_id == office_id or item.taker == here for item in found.consignments
    )


async def ref_of(conn: Connection[Record], code: str, office_id: int) -> str:
    """The receipt number behind any of our codes. Raises as look_up does."""
    found: str | None
    match identifiers.recognise(code):
        case "ref":
            return identifiers.parse_ref(code).ref
        case "s10":
            found = await store.ref_of_s10(conn, identifiers.parse_s10(code))
        case "tracking_code":
            parsed = identifiers.parse_tracking_code(code)
            found = await store.ref_of_tracking_code(conn, parsed)
        case "dossier_code":
            bound = identifiers.parse_dossier_code(code).code
            found = await store.ref_of_agency_code(conn, bound, office_id)
        case _:
            raise UnreadableScan
    if found is None:
        await reserved.refuse_unentered(conn, "".join(code.split()).replace("-", "").upper())
        raise UnknownDossier(code)
    return found


async def items(conn: Connection[Record], office_id: int) -> list[Item]:
    """Everything this office holds: what waits to be carried, and what waits to be fetched."""
    return await store.items_at(conn, office_id)


async def count_tasks(conn: Connection[Record], office_id: int) -> int:
    return await store.count_tasks(conn, office_id)


async def finish_task(
    conn: Connection[Record], task_id: int, *, staff: Staff, now: datetime
) -> None:
    """Tick a call off. Safe to repeat. Raises UnknownTask."""
    # what does not fit a bigint was not drawn by us
    done = 0 < task_id < 2**63 and await store.finish_task(
        conn, task_id, office_id=staff.office_id or 0, at=now, person_id=staff.id
    )
    if not done:
        raise UnknownTask
