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
from postal_service.desk.money import collect, ledger, ledger_store, transfers, transfers_store
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
#: Lines a turn.
AT_ONCE: Final = 200
BANK: Final = Account(kind=Purse.BANK)
SUSPENSE: Final = Account(kind=Purse.SUSPENSE)


async def match_some(begin: Begin, now: datetime) -> bool:
    """Match lines that nobody has looked at; whether there may be more.

    For a job beside itself: two take different lines, and each request is held by one alone.
    """
    async with begin() as conn:
        more = await read_some(conn, now)
    for _ in range(AT_ONCE):
        async with begin() as conn:
            if not await match_next(conn, now):
                return more
    return True


async def read_some(conn: Connection[Record], now: datetime) -> bool:
    """Find out what lines name; those that name nothing, or too much, go into suspense.

    Whether there may be more.
    """
    lines = await store.unread(conn, AT_ONCE)
    meant = {line.id: references(line.content) for line in lines}
    every = [each for those in meant.values() for each in those]
    known = {each.reference: each for each in await transfers_store.known(conn, every)}
    named: dict[int, int] = {}
    nameless: dict[int, str] = {}
    for line in lines:
        found = [known[each] for each in meant[line.id] if each in known]
        if len(found) == 1 and may_name(line, found[0]):
            named[line.id] = found[0].id
        else:
            nameless[line.id] = "several" if len(found) > 1 else "unknown"
    await store.name_all(conn, named)
    if nameless:
        bank = await ledger_store.account(conn, BANK)
        suspense = await ledger_store.account(conn, SUSPENSE)
        await store.suspend_all(conn, nameless, (bank, suspense), now)
    return len(lines) == AT_ONCE


async def match_next(conn: Connection[Record], now: datetime) -> bool:
    """Pay the request that one line names, or say why it does not; False where there is none."""
    line = await store.next_named(conn)
    if line is None or line.request_id is None:
        return False
    named = await transfers_store.get(conn, line.request_id)
    request, due = await transfers.lock(conn, named)
    reason = why_not(line, request, due)
    if reason is not None:
        await suspend(conn, line, reason, request, now)
        return True
    by = for_office(line.brought_by, request)
    press = Press(key=line.key, by=by, at=line.at, now=now, means=Means.TRANSFER)
    entry = await pay(conn, request, due, press)
    await store.matched(conn, line.id, request.id, request.office_id)
    await store.use(conn, entry.id, line.id, request.id, line.amount_vnd)
    return True


def may_name(line: Line, request: Request) -> bool:
    """What a clerk typed pays her own office's requests alone; a bank's statement pays any."""
    return line.stated_at is not None or line.office_id == request.office_id


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
    conn: Connection[Record], line: Line, reason: str, request: Request, now: datetime
) -> None:
    """Put a credit that names *request* into suspense, and on the list of its office."""
    await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.BANK_IN,
            key=line.key,
            at=line.at,
            person_id=line.brought_by,
            office_id=request.office_id,
            dossier_id=request.dossier_id,
            means=Means.TRANSFER,
            lines=ledger.swap(BANK, SUSPENSE, line.amount_vnd),
        ),
        now=now,
    )
    await store.suspend(conn, line.id, reason, request_id=request.id, office_id=request.office_id)
    new = NewTask(
        office_id=request.office_id,
        dossier_id=request.dossier_id,
        kind=tasks.Kind.BANK_UNMATCHED,
        cause=f"bank:{line.id}",
        text_vi=task_text(line, reason, request.reference),
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
