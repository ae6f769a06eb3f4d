"""What is to be paid by bank transfer: asked for under a reference, awaited, paid or given up.

A request is one amount under one reference that stands for some charges of a dossier. The papers
are accepted and leave whether it is paid or not; what is given up may be paid in cash, and money
that comes later all the same says for which request it was (``bank_matching``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.money import charges_store, collect, ledger
from postal_service.desk.money import transfers_store as store
from postal_service.desk.money.errors import AlreadyPaid, NothingToPay
from postal_service.desk.money.model import Charge, Entry, EntryKind, Moment, Press
from postal_service.desk.money.transfer_errors import (
    AwaitedAlready,
    TransferEnded,
    UnknownTransfer,
)
from postal_service.desk.money.transfer_reference import new_reference, references
from postal_service.desk.money.transfers_store import Awaited, Request
from tracking.errors import UnknownConsignment
from tracking.stages import Leg

__all__ = [
    "Awaited",
    "Request",
    "Wish",
    "ask",
    "ask_for",
    "at_door",
    "awaited",
    "by_reference",
    "give_up",
    "moment_of",
    "of_dossier",
    "paid_since",
    "take_cash",
]

#: How long a request that ended stays on its office's page.
SHOWN: Final = timedelta(days=1)


class Wish(Struct, frozen=True, kw_only=True):
    """Who asks for a transfer, once. ``form_id``: the page's or the intake's own id."""

    form_id: UUID
    person_id: int
    office_id: int
    at: datetime


async def ask(
    conn: Connection[Record], dossier_id: int, wish: Wish, moment: Moment, leg: Leg | None = None
) -> Request:
    """Ask for all that is open at *moment*; on delivery only for what hangs on *leg*.

    Safe to repeat. Raises NothingToPay, AwaitedAlready.
    """
    if (found := await store.by_form(conn, wish.form_id)) is not None:
        return found
    due = await charges_store.lock_open(conn, dossier_id)
    due = [each for each in due if each.moment is moment and (leg is None or each.leg is leg)]
    return await ask_for(conn, due, wish)


async def at_door(conn: Connection[Record], s10: str, wish: Wish) -> Request:
    """Ask for what is paid when this paper is handed over; or the request that stands for it.

    Until the money is there, it is paid in cash like any other. Raises UnknownConsignment,
    NothingToPay, AwaitedAlready.
    """
    found = await store.leg_of(conn, s10)
    if found is None:
        raise UnknownConsignment(s10)
    dossier_id, leg = found
    for standing in await store.of_dossier(conn, dossier_id):
        if standing.state == "awaited" and await moment_of(conn, standing) is Moment.ON_DELIVERY:
            return standing
    return await ask(conn, dossier_id, wish, Moment.ON_DELIVERY, leg)


async def ask_for(conn: Connection[Record], due: Sequence[Charge], wish: Wish) -> Request:
    """Ask for charges of one dossier, which are open and locked.

    Raises NothingToPay, AwaitedAlready.
    """
    if not due:
        raise NothingToPay
    if await store.stands(conn, [each.id for each in due]):
        raise AwaitedAlready
    made = await store.add(
        conn,
        wish.form_id,
        new_reference(),
        due[0].dossier_id,
        amount_vnd=sum(each.amount_vnd for each in due),
        by=(wish.office_id, wish.person_id, wish.at),
    )
    try:
        await store.add_charges(conn, made, [each.id for each in due])
    except asyncpg.UniqueViolationError as error:
        raise AwaitedAlready from error
    return await store.get(conn, made)


async def by_reference(conn: Connection[Record], text: str) -> Request:
    """The request under a reference as typed. Raises UnknownTransfer."""
    found = references(text)
    request = await store.by_reference(conn, found[0]) if found else None
    if request is None:
        raise UnknownTransfer(text)
    return request


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Request]:
    """Every request of a dossier, the newest first."""
    return await store.of_dossier(conn, dossier_id)


async def moment_of(conn: Connection[Record], request: Request) -> Moment:
    """When what a request stands for would be paid in cash: now, or at the door."""
    stood_for = await store.charges_of(conn, request.id)
    found = await charges_store.of_dossier(conn, request.dossier_id)
    return next(each.moment for each in found if each.id in stood_for)


async def awaited(conn: Connection[Record], office_id: int) -> list[Awaited]:
    """What an office waits for, the oldest first: what the close of a shift lists."""
    return await store.awaited(conn, office_id)


async def paid_since(conn: Connection[Record], office_id: int, now: datetime) -> list[Awaited]:
    """What was paid to an office by transfer since yesterday, the newest first."""
    return await store.paid_since(conn, office_id, now - SHOWN)


async def lock(conn: Connection[Record], request: Request) -> tuple[Request, list[Charge]]:
    """The request as it is now, held, and which of its charges are open.

    Charges first, then the request: as the trigger that ends a request takes them.
    """
    open_now = await charges_store.lock_open(conn, request.dossier_id)
    held = await store.lock(conn, request.id)
    stood_for = await store.charges_of(conn, request.id)
    return held, [each for each in open_now if each.id in stood_for]


async def give_up(conn: Connection[Record], text: str, *, person_id: int, now: datetime) -> Request:
    """Wait for it no more. Safe to repeat. Raises UnknownTransfer, TransferEnded where it is paid.

    Its charges stay to be paid.
    """
    held, _ = await lock(conn, await by_reference(conn, text))
    if held.state == "paid":
        raise TransferEnded(held.reference)
    if held.state == "awaited":
        await store.cancel(conn, held.id, "given_up", by=person_id, at=now)
    return await store.get(conn, held.id)


async def take_cash(conn: Connection[Record], text: str, press: Press) -> Entry:
    """Give the transfer up and take its charges in cash, now. Safe to repeat.

    Raises UnknownTransfer, TransferEnded, AlreadyPaid.
    """
    request = await by_reference(conn, text)
    held, due = await lock(conn, request)
    if held.state != "awaited":
        if (done := await ledger.by_key(conn, EntryKind.COLLECT, press.key)) is not None:
            return done
        raise TransferEnded(held.reference)
    if sum(each.amount_vnd for each in due) != held.amount_vnd:
        raise AlreadyPaid
    await store.cancel(conn, held.id, "cash", by=press.by.person, at=press.now)
    return await collect.pay(conn, due, press)
