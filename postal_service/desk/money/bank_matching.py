"""What a credit is for: the request its content names, if the amount is that request's to the đồng.

Then it pays the request's charges, with a receipt of their office. Everything else lies in
suspense, with the reason, until a person matches it or it goes back: nothing is lost, and nothing
is paid twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final
from uuid import uuid5

from asyncpg import Connection, Record

from postal_service.database import Context
from postal_service.desk import tasks
from postal_service.desk.money import bank_returns_store as returns_store
from postal_service.desk.money import bank_store as store
from postal_service.desk.money import collect, ledger, transfers, transfers_store
from postal_service.desk.money.bank_store import Line
from postal_service.desk.money.bank_words import task_text
from postal_service.desk.money.model import (
    Account,
    Charge,
    Entry,
    EntryKind,
    Means,
    NewEntry,
    Press,
    Purse,
)
from postal_service.desk.money.transfer_errors import (
    LineUsed,
    ReturnWaiting,
    TooLittle,
    TransferEnded,
)
from postal_service.desk.money.transfer_reference import references
from postal_service.desk.money.transfers_store import Request
from postal_service.desk.task_store import NewTask
from tracking.model import Actor
from tracking.stages import Keeper

Begin = Callable[[], AbstractAsyncContextManager["Connection[Record]"]]

#: Sees every office's requests and lines.
CONTEXT: Final = Context.job("match_bank")
#: Lines a transaction.
AT_ONCE: Final = 50
BANK: Final = Account(kind=Purse.BANK)
SUSPENSE: Final = Account(kind=Purse.SUSPENSE)


async def match_some(begin: Begin, now: datetime) -> bool:
    """Match lines that nobody has looked at; whether there may be more.

    For a job beside itself: two take different lines. Lines that share a request, or receipts of
    one office, wait for each other.
    """
    async with begin() as conn:
        for _ in range(AT_ONCE):
            if not await match_next(conn, now):
                return False
    return True


async def match_next(conn: Connection[Record], now: datetime) -> bool:
    """Match one line that nobody has looked at; False where there is none.

    For the job: it sees every office's requests.
    """
    line = await store.next_new(conn)
    if line is None:
        return False
    named = await transfers_store.known(conn, references(line.content))
    if len(named) != 1:
        await suspend(conn, line, "several" if named else "unknown", None, now)
        return True
    request, due = await transfers.lock(conn, named[0])
    reason = why_not(line, request, due)
    if reason is not None:
        await suspend(conn, line, reason, request, now)
        return True
    press = Press(key=line.key, by=for_office(line.brought_by, request), at=line.at, now=now,
                  means=Means.TRANSFER)  # fmt: skip
    entry = await pay(conn, request, due, press)
    await store.matched(conn, line.id, request.id, request.office_id)
    await store.use(conn, entry.id, line.id, request.id, line.amount_vnd)
    return True


def why_not(line: Line, request: Request, due: Sequence[Charge]) -> str | None:
    """Why a credit that names *request* does not pay it; None where it does."""
    if request.state == "paid":
        return "again"
    if request.state == "cancelled":
        return "otherwise" if request.why in ("cash", "otherwise") else "cancelled"
    if sum(each.amount_vnd for each in due) != request.amount_vnd:
        return "otherwise"
    if line.amount_vnd != request.amount_vnd:
        return "less" if line.amount_vnd < request.amount_vnd else "more"
    return None


async def pay(
    conn: Connection[Record], request: Request, due: Sequence[Charge], press: Press
) -> Entry:
    """Collect a request's charges into the bank's account, and end it as paid."""
    await transfers_store.let_go(conn, request.id)
    entry = await collect.pay(conn, due, press)
    await transfers_store.paid(conn, request.id, entry.id, press.now)
    return entry


async def suspend(
    conn: Connection[Record], line: Line, reason: str, request: Request | None, now: datetime
) -> None:
    """Put a credit into suspense, and on the list of its office."""
    office_id = request.office_id if request else line.office_id
    await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.BANK_IN,
            key=line.key,
            at=line.at,
            person_id=line.brought_by,
            office_id=office_id,
            dossier_id=request.dossier_id if request else None,
            means=Means.TRANSFER,
            lines=ledger.swap(BANK, SUSPENSE, line.amount_vnd),
        ),
        now=now,
    )
    await store.suspend(
        conn,
        line.id,
        reason,
        request_id=request.id if request else None,
        office_id=request.office_id if request else None,
    )
    if office_id is not None:
        new = NewTask(
            office_id=office_id,
            dossier_id=request.dossier_id if request else None,
            kind=tasks.Kind.BANK_UNMATCHED,
            cause=f"bank:{line.id}",
            text_vi=task_text(line, reason, request.reference if request else ""),
            opened_at=now,
        )
        await tasks.open_(conn, new)


async def match_by_hand(
    conn: Connection[Record], line_ids: Sequence[int], text: str, press: Press
) -> Entry:
    """Pay the request under the reference *text* out of lines in suspense, in their order.

    What is more than the request stays in suspense. Safe to repeat. Raises UnknownTransfer,
    TransferEnded, LineUsed, TooLittle, ReturnWaiting.
    """
    if (done := await ledger.by_key(conn, EntryKind.COLLECT, press.key)) is not None:
        return done
    lines = await store.hold(conn, line_ids)
    if len(lines) != len(set(line_ids)) or any(line.left_vnd == 0 for line in lines):
        raise LineUsed
    await returns_none(conn, lines)
    request, due = await transfers.lock(conn, await transfers.by_reference(conn, text))
    if request.state != "awaited" or sum(c.amount_vnd for c in due) != request.amount_vnd:
        raise TransferEnded(request.reference)
    there = sum(line.left_vnd for line in lines)
    if there < request.amount_vnd:
        raise TooLittle(there, request.amount_vnd)
    wanted = request.amount_vnd
    for line in lines:
        part = min(line.left_vnd, wanted)
        if part:
            await out_of_suspense(conn, line, part, request, press)
        wanted -= part
    by = for_office(press.by.person, request)
    at = max(line.at for line in lines)
    paying = Press(key=press.key, by=by, at=at, now=press.now, means=Means.TRANSFER)
    return await pay(conn, request, due, paying)


async def out_of_suspense(
    conn: Connection[Record], line: Line, part: int, request: Request, press: Press
) -> None:
    """Take *part* of a line for a request; the collection puts it into the bank's account again."""
    entry = await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.MATCH,
            key=uuid5(press.key, str(line.id)),
            at=press.now,
            person_id=press.by.person,
            office_id=request.office_id,
            dossier_id=request.dossier_id,
            means=Means.TRANSFER,
            lines=ledger.swap(SUSPENSE, BANK, part),
        ),
        now=press.now,
    )
    await store.use(conn, entry.id, line.id, request.id, part)
    await store.take(conn, line.id, part)


async def returns_none(conn: Connection[Record], lines: Sequence[Line]) -> None:
    """Raise ReturnWaiting where one of *lines* is about to go back."""
    if await returns_store.waits(conn, [line.id for line in lines]):
        raise ReturnWaiting


def for_office(person_id: int, request: Request) -> Actor:
    """Who collects, for the office whose receipt it is."""
    return Actor(person=person_id, keeper=Keeper.OFFICE, office=request.office_id)
