"""What went wrong with papers, as an office works it off: where they are now, and the end of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.watch import incident_desk_store as store
from postal_service.desk.watch.incident_desk_store import Case
from tracking import detours, incidents, journey
from tracking.incidents import Ending
from tracking.model import Actor, Party, Scan
from tracking.stages import SOUGHT, Act, Keeper, Stage

__all__ = ["Case", "Settling", "concerns", "count_open", "give", "settle", "settled", "standing"]

#: How long a settled one stays on the list.
SHOWN: Final = timedelta(days=10)


class UnknownIncident(DeskError):
    """This office has no such incident, or it is settled."""

    def __init__(self) -> None:
        super().__init__(
            "Không có sự cố này đang mở tại bưu cục. Tải lại danh sách.",
            "This office has no such open incident. Reload the list.",
        )


class NotOurs(DeskError):
    """Only the office that holds a paper in the register can say that it gave it away."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu gửi này không do bưu cục bạn giữ trong sổ, hoặc nơi mở túi không nhận được. "
            "Gọi nơi đang giữ.",
            "Your office does not hold this item in the register, or its finder cannot take it. "
            "Call whoever holds it.",
        )


class Settling(Struct, frozen=True, kw_only=True):
    """How two people end an incident; ``id`` is their question's."""

    id: UUID
    incident_id: int
    outcome: Ending
    reason: str
    by: Actor
    approver: int


async def standing(conn: Connection[Record], office_id: int) -> list[Case]:
    """What is open: seen here, off our lists, in bags we opened, or of papers in our charge."""
    return await store.standing(conn, office_id)


async def settled(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Case]:
    """What was settled in the last days, the newest first."""
    return await store.settled(conn, office_id, now - SHOWN)


async def count_open(conn: Connection[Record], office_id: int) -> int:
    return await store.count(conn, office_id)


async def concerns(conn: Connection[Record], number: str, office_id: int) -> bool:
    """Whether an open incident of this office has the id written in *number*."""
    return await find(conn, number, office_id) is not None


async def find(conn: Connection[Record], number: str, office_id: int) -> Case | None:
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**63):
        return None
    return await store.one(conn, int(number), office_id)


async def settle(conn: Connection[Record], end: Settling, *, now: datetime) -> None:
    """End an incident, and say in the register what became of a paper that was looked for.

    Raises UnknownIncident, and what the register refuses.
    """
    case = await find(conn, str(end.incident_id), end.by.office or 0)
    if case is None:
        raise UnknownIncident
    if case.s10 is not None and not case.extra:
        await tell_register(conn, end, case.s10, case.stage, now)
    if not await incidents.close(
        conn, end.incident_id, end.outcome, by=end.by.person, approver=end.approver, at=now
    ):
        raise UnknownIncident


async def tell_register(
    conn: Connection[Record], end: Settling, s10: str, stage: Stage | None, now: datetime
) -> None:
    """A missing paper is found, or two people declare it lost; any other paper stays as it is."""
    act = {"found": Act.FIND, "lost": Act.DECLARE_LOST}.get(end.outcome)
    if act is None or stage not in SOUGHT or (act is Act.DECLARE_LOST and stage is Stage.LOST):
        return
    scan = Scan(
        id=uuid5(end.id, act),
        s10=s10,
        act=act,
        at=now,
        by=end.by,
        approver=end.approver,
        facts={"reason": end.reason},
    )
    verb = detours.find if act is Act.FIND else detours.declare_lost
    await verb(conn, scan, heard_at=now)


async def give(
    conn: Connection[Record], number: str, form_id: UUID, *, by: Staff, now: datetime
) -> None:
    """Offer a paper that lay unlisted in somebody's bag to the one who found it there.

    Until its finder takes it in, the office answers for it. Safe to repeat. Raises
    UnknownIncident, NotOurs, and what the register refuses.
    """
    case = await find(conn, number, by.office_id or 0)
    if case is None:
        raise UnknownIncident
    finder = case.finder
    if not case.extra or case.s10 is None or finder is None:
        raise NotOurs
    if case.holder_party != Party(Keeper.OFFICE, by.office_id or 0):
        raise NotOurs
    scan = Scan(
        id=form_id,
        s10=case.s10,
        act=Act.OFFER,
        at=now,
        by=by.actor,
        to=finder,
        facts={"extra": case.number or ""},
    )
    await journey.record_one(conn, scan, heard_at=now)
