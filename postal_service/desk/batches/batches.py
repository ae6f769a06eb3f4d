"""What an organisation brings at once: a file of many dossiers, looked at before it is accepted.

The worker reads it in steps and accepts it line by line, each line a dossier by the counter's own
rules and in a transaction of its own: every counter shares the row that receipts are numbered
from. A line's form id comes from file and line, so that a worker that was stopped goes on and
nothing is accepted twice.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import counter
from postal_service.desk.batches import batch_accept_store as accept_store
from postal_service.desk.batches import batch_judge, tax_codes
from postal_service.desk.batches import batch_store as store
from postal_service.desk.batches.batch_accept_store import Next
from postal_service.desk.batches.batch_csv import MOST_BYTES, Read, parsed
from postal_service.desk.batches.batch_judge import Desk
from postal_service.desk.batches.batch_store import Batch
from postal_service.desk.catalogue.catalogue_csv import BadFile, text_of
from postal_service.desk.errors import DeskError
from tracking.errors import NumbersExhausted, TrackingError

Begin: TypeAlias = "Callable[[], AbstractAsyncContextManager[Connection[Record]]]"

#: Lines read in one transaction.
AT_ONCE: Final = 500
#: Dossiers accepted, one transaction each, before the worker looks at its other jobs.
IN_A_ROW: Final = 200
#: What is no line's fault: the file goes back to its clerk, who goes on when it is mended.
HALTS: Final = (NumbersExhausted,)


class UnknownBatch(DeskError):
    """No file was brought under this id at this counter."""

    def __init__(self) -> None:
        super().__init__(
            "Không có tệp này tại bưu cục. Mở lại danh sách tệp của tổ chức.",
            "There is no such file at this office. Open the list of files again.",
        )


class NotReady(DeskError):
    """The file cannot be accepted as it is."""

    def __init__(self, why_vi: str, why_en: str) -> None:
        super().__init__(f"Chưa nhận: {why_vi}", f"Not accepted: {why_en}")


class BadOrganisation(DeskError):
    """Whoever brings it is not named as on its own papers."""

    def __init__(self) -> None:
        super().__init__(
            "Ghi tên tổ chức như trên giấy tờ, từ 2 đến 200 ký tự.",
            "Write the organisation's name as on its papers, 2 to 200 characters.",
        )


class ChangedMeanwhile(DeskError):
    """The catalogue has changed between the look and the acceptance."""

    def __init__(self) -> None:
        super().__init__(
            "danh mục thủ tục hoặc cơ quan đã thay đổi sau khi xem trước. Gửi lại tệp để xem lại.",
            "the catalogue has changed since the preview. Bring the file again.",
        )


class Brief(Struct, frozen=True, kw_only=True):
    """What the clerk sends: whose file it is, and the file."""

    id: UUID  #: drawn by the page: the second press finds the first's file
    org_name: str
    tax_code: str
    zeros: bool  #: leading zeros that a spreadsheet ate are put back
    file_name: str
    raw: bytes


async def bring(conn: Connection[Record], brief: Brief, staff: Staff, *, now: datetime) -> None:
    """Take a file in. Safe to repeat.

    Raises BadOrganisation, BadTaxCode and BadFile, before anything is kept.
    """
    if not 2 <= len(brief.org_name) <= 200:
        raise BadOrganisation
    tax_code = tax_codes.parse(brief.tax_code)
    if len(brief.raw) > MOST_BYTES:
        raise BadFile(f"nặng hơn {MOST_BYTES // 1_000_000} MB; chia thành nhiều tệp")
    text = text_of(brief.raw)
    lines = await asyncio.to_thread(parsed, text)
    new = Batch(
        id=brief.id,
        office_id=staff.office_id or 0,
        person_id=staff.id,
        who=staff.full_name,
        at=now,
        org_name=brief.org_name,
        tax_code=tax_code,
        file_name=brief.file_name[:200] or "danh-sach.csv",
        sha256=hashlib.sha256(brief.raw).hexdigest(),
        zeros=brief.zeros,
        state="reading",
        total=len(lines),
        taken=0,
        halted=None,
        done_at=None,
    )
    await store.bring(conn, new, text)


async def get(conn: Connection[Record], id: UUID) -> Batch:
    """Raises UnknownBatch."""
    found = await store.batch_by_id(conn, id)
    if found is None:
        raise UnknownBatch
    return found


async def accept(
    conn: Connection[Record], id: UUID, staff: Staff, *, only_good: bool, counted: bool
) -> None:
    """Have the worker accept what is right for the clerk who has counted. Safe to press twice.

    Raises UnknownBatch and NotReady.
    """
    state = await store.lock(conn, id)
    if state is None:
        raise UnknownBatch
    if state in ("accepting", "done"):
        return
    if state != "checked":
        raise NotReady("tệp chưa đọc xong hoặc đã bỏ.", "the file is not read, or was dropped.")
    counts = await store.counts(conn, id)
    if not counts.get("good"):
        raise NotReady(
            "tệp không có dòng nào nhận được. Sửa tệp rồi gửi lại.",
            "no line can be accepted. Mend the file and bring it again.",
        )
    if counts.get("bad") and not only_good:
        raise NotReady(
            f"còn {counts['bad']} dòng sai. Sửa tệp rồi gửi lại, hoặc chọn chỉ nhận dòng đúng.",
            f"{counts['bad']} lines are wrong: mend the file, or choose the good lines only.",
        )
    if not counted:
        raise NotReady(
            "đếm giấy tờ của từng hồ sơ với người của tổ chức rồi đánh dấu đã đếm.",
            "count the papers of each dossier with the organisation's person, and tick it.",
        )
    await store.begin_accepting(conn, id, staff.id)


async def drop(conn: Connection[Record], id: UUID) -> None:
    """Give a file up; what is accepted stays accepted. Raises UnknownBatch."""
    state = await store.lock(conn, id)
    if state is None:
        raise UnknownBatch
    if state in ("reading", "checked"):
        await store.drop(conn, id)
        await store.forget_lines(conn, id)


async def work(begin: Begin, now: datetime) -> bool:
    """Read a step of the oldest new file, and accept some lines; whether there may be more."""
    reads = await read_some(begin, now)
    accepts = await accept_some(begin, now)
    return reads or accepts


async def read_some(begin: Begin, now: datetime) -> bool:
    """The next lines of the oldest file that is not read; whether there was one."""
    async with begin() as conn:
        id = await store.claim_reading(conn)
        if id is None:
            return False
        batch = await get(conn, id)
        lines = await asyncio.to_thread(step_of, await store.body(conn, id), batch.taken)
        desk = Desk(batch, now)
        await store.take(conn, id, [await batch_judge.judge(conn, desk, one) for one in lines])
        if batch.taken + len(lines) >= batch.total:
            await store.end_reading(conn, batch)
    return True


def step_of(body: str, taken: int) -> list[Read]:
    """The next lines of a file. It takes a while: off the loop that other jobs share."""
    return parsed(body)[taken : taken + AT_ONCE]


async def accept_some(begin: Begin, now: datetime) -> bool:
    """Accept lines until none waits or others' work is due; whether one may be left."""
    desks: dict[UUID, Desk] = {}
    for _ in range(IN_A_ROW):
        if not await accept_next(begin, desks, now):
            async with begin() as conn:
                await accept_store.finish(conn, now)
            return False
    return True


async def accept_next(begin: Begin, desks: dict[UUID, Desk], now: datetime) -> bool:
    """Accept the next good line; whether there was one. What is refused is said beside the line."""
    next_ = None
    try:
        async with begin() as conn:
            next_ = await accept_store.next_good(conn)
            if next_ is None:
                return False
            desk = desks.get(next_.batch_id)
            if desk is None:
                desk = desks[next_.batch_id] = Desk(await get(conn, next_.batch_id), now)
            await accept_line(conn, desk, next_, now)
    except (DeskError, TrackingError) as refusal:
        if next_ is None:
            raise
        async with begin() as conn:
            await send_back(conn, next_, refusal)
    return True


async def accept_line(conn: Connection[Record], desk: Desk, next_: Next, now: datetime) -> None:
    """A line becomes a dossier by the rules of this moment. Raises what ``counter.accept`` does."""
    intake = await batch_judge.intake_of(conn, desk, Read(line=next_.line, told=next_.kept.told))
    if (intake.procedure.id, intake.agency.id) != (next_.procedure_id, next_.agency_id):
        raise ChangedMeanwhile
    staff = await desk.staff(conn)
    promised = await desk.promised(conn, intake)
    accepted = await counter.accept(conn, intake, staff=staff, now=now, promised=promised)
    await accept_store.accept(conn, next_, accepted.ref)


async def send_back(
    conn: Connection[Record], next_: Next, refusal: DeskError | TrackingError
) -> None:
    """The line's own fault stands beside it; anything else stops the file and says why."""
    if isinstance(refusal, HALTS):
        await accept_store.halt(conn, next_.batch_id, (refusal.vi, refusal.en))
        return
    faults = batch_judge.faults_in(refusal)
    await accept_store.refuse(conn, next_, [(each.column, each.vi, each.en) for each in faults])
