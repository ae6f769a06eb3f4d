"""Closing the evening's count: what is missing, what is extra, and an incident for each.

What the register has here and nobody beeped is missing; what was beeped and was not here then, nor
is now, is extra. What was here when it was beeped and left since is neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import tasks
from postal_service.desk.errors import DeskError
from postal_service.desk.evening import evening_count_store as store
from postal_service.desk.evening.evening_count_store import Beep, Count, Held, NewLine, Seen
from postal_service.desk.evening.evening_counts import CountClosed, beeps, opened
from postal_service.desk.task_store import NewTask
from tracking import incidents
from tracking.incidents import NewIncident
from tracking.reception import EXTRA, MISSING

#: Why a count is closed although something is missing: a closed list, so that it can be counted.
WHY: Final[Mapping[str, str]] = {
    "searched": "Đã tìm khắp bưu cục, không thấy",
    "with_courier": "Có thể bưu tá mang đi mà chưa quét",
    "in_bag": "Có thể nằm trong túi đã niêm phong",
    "handed_out": "Có thể đã giao cho người dân mà chưa ghi",
    "unreadable": "Còn bì tại đây nhưng mã không đọc được",
}


class CountChanged(DeskError):
    """What is missing or too many is no longer what the page showed."""

    def __init__(self) -> None:
        super().__init__(
            "Trong lúc bạn xem, có bưu gửi mới về, đi hoặc vừa được quét. "
            "Xem lại danh sách rồi bấm F9.",
            "Papers came, went or were scanned while you were reading. "
            "Look at the list again, then press F9.",
        )


class WhyMissing(DeskError):
    """Papers may be missing only for a reason that somebody gives."""

    def __init__(self) -> None:
        super().__init__(
            "Còn bưu gửi thiếu: chọn lý do rồi khóa sổ kiểm đếm.",
            "Papers are missing: choose why, then close the count.",
        )


class Balance(Struct, frozen=True, kw_only=True):
    """The count against the register, as both are now."""

    found: list[Held]
    missing: list[Held]
    extra: list[tuple[Beep, Seen | None]]
    #: here when they were beeped, and gone in the usual way since
    gone: list[Beep]

    @property
    def mark(self) -> str:
        """What whoever closes has read: it changes with every paper that comes or goes."""
        missing = [each.s10 for each in self.missing]
        extra = sorted(beep.s10 for beep, _ in self.extra)
        return hashlib.sha256(f"{missing}|{extra}".encode()).hexdigest()[:16]


class Closing(Struct, frozen=True, kw_only=True):
    """A press of the button; ``seen`` is the mark of what the page showed."""

    id: UUID
    seen: str
    why: str = ""


async def balance(conn: Connection[Record], count: Count | None, office_id: int) -> Balance:
    """What would be missing and what extra if the count were closed now."""
    held = await store.held(conn, office_id)
    here = {each.s10 for each in held}
    beeped = await beeps(conn, count)
    got = {each.s10 for each in beeped}
    strange = [each for each in beeped if each.s10 not in here and each.said != "here"]
    seen = {
        each.s10: each
        for each in await store.look(
            conn, [each.s10 for each in strange], [each.at for each in strange]
        )
    }
    return Balance(
        found=[each for each in held if each.s10 in got],
        missing=[each for each in held if each.s10 not in got],
        extra=[(each, seen.get(each.s10)) for each in strange],
        gone=[each for each in beeped if each.s10 not in here and each.said == "here"],
    )


async def close(
    conn: Connection[Record], closing: Closing, *, staff: Staff, now: datetime
) -> Count:
    """Close the count; what is missing and what is extra becomes an incident each, and a task.

    Safe to repeat. Raises CountClosed, CountChanged, WhyMissing.
    """
    count = await opened(conn, staff, now=now)
    if count.closing_id == closing.id:
        return count
    if count.closed_at is not None:
        raise CountClosed(count)
    found = await balance(conn, count, count.office_id)
    if found.mark != closing.seen:
        raise CountChanged
    if found.missing and closing.why not in WHY:
        raise WhyMissing
    lines = await lines_of(conn, closing.id, found)
    await store.add_lines(conn, count.id, lines)
    why = closing.why if found.missing else ""
    await store.close(conn, count.id, closing.id, at=now, by=staff.id, why=why)
    await incidents.open_all(
        conn,
        [
            NewIncident(
                cause=line.cause,
                reason=MISSING if line.outcome == "missing" else EXTRA,
                office_id=count.office_id,
                # an extra's holder still answers for it: the line names it by its number
                consignment_id=line.consignment_id if line.outcome == "missing" else None,
                by=staff.id,
                at=now,
            )
            for line in lines
            if line.cause is not None
        ],
    )
    if found.missing:
        await remind(conn, count, len(found.missing), now)
    closed = await store.of_day(conn, count.office_id, count.day)
    if closed is None:
        raise CountChanged
    return closed


async def remind(conn: Connection[Record], count: Count, missing: int, now: datetime) -> None:
    """Whoever opens the next morning finds what was missing on her list."""
    text = (
        f"Kiểm đếm ngày {count.day:%d/%m/%Y} thiếu {missing} bưu gửi. "
        "Tìm lại theo phiếu kiểm đếm, rồi kết luận từng sự cố."
    )
    await tasks.open_(
        conn,
        NewTask(
            kind=tasks.Kind.COUNT_MISSING,
            cause=f"evening:{count.id}",
            text_vi=text,
            office_id=count.office_id,
            opened_at=now,
        ),
    )


async def lines_of(conn: Connection[Record], closing_id: UUID, found: Balance) -> list[NewLine]:
    """The sheet's lines: what is wrong stands first, each with the incident it opens."""
    missing = [(each.s10, each.id) for each in found.missing]
    extra = [(beep.s10, seen.id if seen else None) for beep, seen in found.extra]
    troubled = await store.troubled(conn, [s10 for s10, _ in (*missing, *extra)])
    wrong = [
        NewLine(
            s10=s10,
            consignment_id=item,
            outcome=outcome,
            cause=None if s10 in troubled else uuid5(closing_id, s10),
        )
        for outcome, those in (("missing", missing), ("extra", extra))
        for s10, item in those
    ]
    right = [NewLine(s10=each.s10, consignment_id=each.id, outcome="found") for each in found.found]
    gone = [NewLine(s10=each.s10, consignment_id=None, outcome="gone") for each in found.gone]
    return [*wrong, *right, *gone]
