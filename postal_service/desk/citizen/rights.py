"""What a citizen may ask of her own data: a copy, or that it is kept no longer.

Luật 91/2025/QH15 gives her both; Nghị định 356/2025 two working days for the answer. While a
dossier is under way the post needs what she told, and says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk.citizen import reads_store, retention_store
from postal_service.desk.citizen import rights_store as store
from postal_service.desk.citizen.reads import FIELDS
from postal_service.desk.citizen.reads_store import Read
from postal_service.desk.citizen.rights_store import Asked, Request
from postal_service.desk.errors import DeskError
from postal_service.desk.published import offices
from tracking import calendars
from tracking.errors import UnknownDossier

__all__ = ["Request", "Wish", "ask", "erase", "export", "requests"]

Kind = Literal["export", "erase"]
Who = Literal["applicant", "receiver"]

#: Working days of the post to answer in.
DAYS: Final = 2


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody asks for, by a receipt that names her; ``form_id`` is drawn by the page."""

    form_id: UUID
    ref: str
    who: Who
    kind: Kind


class UnknownRequest(DeskError):
    """No such request, of another kind, or it is answered."""

    def __init__(self) -> None:
        super().__init__(
            "Yêu cầu này không có, hoặc đã trả lời. Tải lại trang.",
            "There is no such request, or it was answered. Reload the page.",
        )


async def ask(conn: Connection[Record], wish: Wish, *, staff: Staff, now: datetime) -> None:
    """Take a request down. Safe to press twice. Raises UnknownDossier."""
    found = await store.named_by(conn, wish.ref)
    if found is None:
        raise UnknownDossier(wish.ref)
    office = await offices.get(conn, found.office_id)
    day = now.astimezone(VIETNAM).date()
    calendar = await calendars.calendar_for(conn, office.hours_group, day)
    asked = Asked(
        form_id=wish.form_id,
        kind=wish.kind,
        dossier_id=found.dossier_id,
        party_id=found.applicant_id if wish.who == "applicant" else found.receiver_id,
        asked_at=now,
        taken_by=staff.id,
        answer_by=calendar.add_days(day, DAYS),
    )
    await store.ask(conn, asked)


async def requests(conn: Connection[Record]) -> list[Request]:
    """What is open, the most urgent first, and behind it what was answered."""
    return await store.requests(conn)


async def export(
    conn: Connection[Record], id_: int, *, staff: Staff, now: datetime
) -> dict[str, Any]:
    """Everything kept of the person, for her; it is written down that it was read.

    May be asked again: the paper jams. Raises UnknownRequest.
    """
    request = await open_request(conn, id_, "export", again=True)
    ids = await store.same_person(conn, request.party_id)
    await reads_store.write(conn, [look(request, staff, now)])
    if request.outcome is None:
        await store.answer(conn, id_, "given", None, (staff.id, now))
    return await store.everything(conn, ids)


async def erase(conn: Connection[Record], id_: int, *, staff: Staff, now: datetime) -> Request:
    """Shred what is kept of the person, unless a dossier of hers is under way.

    Then the answer is that it is kept, and which dossiers need it. Raises UnknownRequest.
    """
    request = await open_request(conn, id_, "erase", again=False)
    ids = await store.same_person(conn, request.party_id)
    if needed := await store.under_way(conn, ids):
        why = f"Hồ sơ chưa xong: {', '.join(needed)}. Xóa được khi hồ sơ kết thúc."
        await store.answer(conn, id_, "kept", why, (staff.id, now))
    else:
        await retention_store.erase_proofs(conn, await retention_store.proofs_of(conn, ids))
        await retention_store.erase_parties(conn, ids, now)
        await store.answer(conn, id_, "erased", None, (staff.id, now))
    return request


async def open_request(conn: Connection[Record], id_: int, kind: Kind, *, again: bool) -> Request:
    found = await store.request(conn, id_) if 0 < id_ < 2**63 else None
    if found is None or found.kind != kind or (found.outcome is not None and not again):
        raise UnknownRequest
    return found


def look(request: Request, staff: Staff, now: datetime) -> Read:
    return Read(
        at=now,
        person_id=staff.id,
        office_id=staff.office_id,
        agency_id=None,
        deed="shown",
        dossier_id=request.dossier_id,
        party_id=request.party_id,
        about_office=request.office_id,
        fields=list(FIELDS),
        reason="rights",
    )
