"""Putting an appointment off, with an apology: once; the first appointment stays on record."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection
from msgspec import Struct
from msgspec.structs import replace

from tracking import extension_store as store
from tracking import journey, rulings
from tracking.deadlines import Unit
from tracking.errors import BadRuling, IllegalMove, TrackingError
from tracking.extension_store import Extension
from tracking.model import Ruling
from tracking.stages import Act, Status
from tracking.store import find_events

__all__ = ["Extension", "More"]


class PutOffBefore(TrackingError):
    """An appointment is put off once; a second time takes a second person."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ này đã hẹn lại một lần. Hẹn lại lần nữa phải có đồng nghiệp thứ hai duyệt.",
            "This appointment was put off once. A second time takes a colleague's approval.",
        )


class More(Struct, frozen=True, kw_only=True):
    """By how much more of its limit a dossier is put off."""

    value: int
    unit: Unit


async def extend(
    conn: Connection, ruling: Ruling, more: More | None, *, heard_at: datetime
) -> Status:
    """Put the appointment off to ``ruling.due_at``; no *more*: the officer named the hour.

    Safe to repeat. Raises PutOffBefore without an approver the second time, BadRuling for a
    day that is no later, IllegalMove, and what a ruling refuses.
    """
    current = await journey.dossier(conn, ruling.ref)
    said = {"value": more.value, "unit": str(more.unit)} if more else {}
    whole = replace(ruling, facts=ruling.facts | said)
    if await find_events(conn, [ruling.id]):
        return await rulings.rule(conn, whole, heard_at=heard_at)
    if current.due_at is None:
        raise IllegalMove(str(current.status.value), Act.EXTEND)
    if ruling.due_at is None or ruling.due_at <= max(ruling.at, current.due_at):
        raise BadRuling(
            "Ngày hẹn lại phải sau lúc này và sau ngày hẹn đang có.",
            "The new appointment must lie ahead, and later than the one it replaces.",
        )
    second = await store.count(conn, current.id) > 0
    if second and ruling.approver in (None, ruling.by.person):
        raise PutOffBefore
    status = await rulings.rule(conn, whole, heard_at=heard_at)
    await store.add(conn, ruling, more.value if more else None, said.get("unit"), current.due_at)
    return status


async def of(conn: Connection, dossier_id: int) -> list[Extension]:
    """How often and to when an appointment was put off, the first first."""
    return await store.extensions_of(conn, dossier_id)
