"""Lost phones: the session ends at once, and what the phone still sends waits for a supervisor.

A courier without signal may have scanned for hours before he lost his phone; whoever
finds it may scan too. Nobody but the supervisor can tell them apart, so nothing of it is
recorded until she has looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service import security
from postal_service.caller import Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.watch import quarantine_store as store
from postal_service.desk.watch.quarantine_store import Courier, Kept, Loss, Sent
from postal_service.security_store import Entered
from tracking.errors import TrackingError
from tracking.model import Event

__all__ = [
    "Courier",
    "Kept",
    "Loss",
    "Sent",
    "count_waiting",
    "couriers",
    "keep",
    "kept",
    "losses",
    "reject",
    "report_lost",
    "settle",
    "take",
]

#: How long what was decided, and who lost a phone, stay on the page.
SHOWN: Final = timedelta(days=10)


class Quarantined(DeskError):
    """The phone was reported lost: what it sends is kept, and nothing of it is recorded yet."""

    def __init__(self) -> None:
        super().__init__(
            "Máy này đã được báo mất. Lần quét được giữ lại chờ người quản lý xem, "
            "chưa ghi vào sổ. Gọi về bưu cục.",
            "This phone was reported lost. The scan is kept for the supervisor and not recorded "
            "yet. Call your office.",
        )


class UnknownCourier(DeskError):
    """The office has no such courier."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu cục không có bưu tá này. Chọn lại trong danh sách.",
            "The office has no such courier. Choose from the list.",
        )


class NothingToDecide(DeskError):
    """None of the ticked lines waits any more, or none happened before the loss."""

    def __init__(self) -> None:
        super().__init__(
            "Không có dòng nào được chọn còn chờ quyết định, hoặc đều quét sau khi báo mất máy. "
            "Tải lại trang để xem.",
            "None of the chosen lines can be decided: they were decided, or scanned after the "
            "loss. Reload the page.",
        )


async def report_lost(
    conn: Connection[Record], id_: UUID, courier: int, *, by: Staff, now: datetime
) -> None:
    """End every session of a courier of the office. Safe to repeat: a new phone stays signed in.

    Raises UnknownCourier.
    """
    office = by.office_id or 0
    if await store.report(conn, id_, courier, office=office, by=by.id, at=now):
        await security.revoke(conn, courier, by=by.id, now=now)
    elif await store.reported(conn, id_, office) != courier:
        raise UnknownCourier


async def keep(
    conn: Connection[Record], who: Entered, lines: Sequence[Sent], *, now: datetime
) -> None:
    """Put aside what a lost phone sent. Safe to repeat: a line is kept once."""
    if lines and who.revoked_at is not None:
        whose = (who.id, who.office_id or 0)
        await store.keep(conn, who.id_hash, lines, whose, (who.revoked_at, now))


async def couriers(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Courier]:
    return await store.couriers(conn, office_id, now)


async def losses(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Loss]:
    return await store.losses(conn, office_id, now - SHOWN)


async def kept(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Kept]:
    """What waits for a decision, and behind it what was decided lately."""
    return await store.kept(conn, office_id, now - SHOWN)


async def count_waiting(conn: Connection[Record], office_id: int) -> int:
    return await store.count(conn, office_id)


async def take(conn: Connection[Record], ids: Sequence[int], *, by: Staff) -> list[Kept]:
    """The lines of *ids* that may be admitted, held, in the order they happened.

    Raises NothingToDecide.
    """
    held = await store.lock(conn, known(ids), by.office_id or 0)
    fit = sorted((each for each in held if each.before_loss), key=lambda each: (each.at, each.id))
    if not fit:
        raise NothingToDecide
    return fit


async def settle(
    conn: Connection[Record],
    lines: Sequence[Kept],
    answers: Sequence[Event | TrackingError | DeskError],
    *,
    by: Staff,
    now: datetime,
) -> None:
    """Write beside each admitted line whether the register took it."""
    ends = [
        (line, "admitted", None, None)
        if isinstance(answer, Event)
        else (line, "refused", type(answer).__name__, answer.vi)
        for line, answer in zip(lines, answers, strict=True)
    ]
    await store.settle(conn, ends, by=by.id, at=now)


async def reject(conn: Connection[Record], ids: Sequence[int], *, by: Staff, now: datetime) -> None:
    """Let lines of *ids* fall: they were not the courier's. Raises NothingToDecide."""
    held = await store.lock(conn, known(ids), by.office_id or 0)
    if not held:
        raise NothingToDecide
    await store.settle(conn, [(each, "rejected", None, None) for each in held], by=by.id, at=now)


def known(ids: Sequence[int]) -> list[int]:
    """Those that were drawn by us: they fit the database."""
    return [each for each in ids if 0 < each < 2**63]
