"""Money in suspense that goes back to whoever sent it: one person asks, another sends it.

Not through ``desk.approvals``: that is a place's, and a credit that names nothing is the
province's; what is agreed on here is done at the bank, and its number there is what is written.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.money import bank_returns_store as store
from postal_service.desk.money import bank_store, ledger
from postal_service.desk.money.bank_matching import BANK, SUSPENSE
from postal_service.desk.money.bank_returns_store import Return
from postal_service.desk.money.model import EntryKind, Means, NewEntry
from postal_service.desk.money.transfer_errors import (
    BadReturn,
    LineUsed,
    ReturnWaiting,
    SamePersonReturns,
    UnknownReturn,
)

LONGEST: Final = 300


class Wish(Struct, frozen=True, kw_only=True):
    """Who wants a line to go back, to which account, and why. ``id`` is the page's."""

    id: UUID
    line_id: int
    payee: str
    why: str
    person_id: int
    at: datetime


async def ask(conn: Connection[Record], wish: Wish) -> Return:
    """Ask that all that is left of a line goes back. Safe to repeat.

    Raises BadReturn, LineUsed, ReturnWaiting.
    """
    if (found := await store.get(conn, wish.id)) is not None:
        return found
    if not 5 <= len(wish.payee) <= LONGEST:
        raise BadReturn("ghi ngân hàng, số tài khoản và tên người nhận", "say to whom it goes")
    if not 1 <= len(wish.why) <= LONGEST:
        raise BadReturn("ghi lý do trả lại", "say why it goes back")
    lines = await bank_store.hold(conn, [wish.line_id])
    if not lines or lines[0].left_vnd == 0:
        raise LineUsed
    if await store.waits(conn, [wish.line_id]):
        raise ReturnWaiting
    said = (wish.payee, wish.why)
    await store.add(
        conn, wish.id, wish.line_id, lines[0].left_vnd, said=said, by=(wish.at, wish.person_id)
    )
    return await get(conn, wish.id)


async def get(conn: Connection[Record], return_id: UUID) -> Return:
    """Raises UnknownReturn."""
    found = await store.get(conn, return_id)
    if found is None:
        raise UnknownReturn
    return found


async def send(
    conn: Connection[Record], return_id: UUID, bank_ref: str, *, person_id: int, now: datetime
) -> Return:
    """It was sent, under *bank_ref* of the bank's. Safe to repeat.

    Raises UnknownReturn, SamePersonReturns, BadReturn, LineUsed.
    """
    wish, again = await _held(conn, return_id, person_id, "sent")
    if again:
        return wish
    bank_ref = "".join(bank_ref.split()).upper()
    if not 1 <= len(bank_ref) <= 60:
        raise BadReturn("ghi số giao dịch của lần chuyển trả", "say the bank's number of it")
    lines = await bank_store.hold(conn, [wish.line_id])
    if not lines or lines[0].left_vnd != wish.amount_vnd:
        raise LineUsed
    entry = await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.REFUND,
            key=wish.id,
            at=now,
            person_id=person_id,
            other_id=wish.asked_by,
            office_id=wish.office_id,
            means=Means.TRANSFER,
            why=wish.why,
            lines=ledger.swap(SUSPENSE, BANK, wish.amount_vnd),
        ),
        now=now,
    )
    await bank_store.use(conn, entry.id, wish.line_id, None, wish.amount_vnd)
    await bank_store.take(conn, wish.line_id, wish.amount_vnd)
    await store.decide(conn, return_id, "sent", by=(person_id, now), bank_ref=bank_ref)
    return await get(conn, return_id)


async def decline(
    conn: Connection[Record], return_id: UUID, *, person_id: int, now: datetime
) -> Return:
    """It does not go back; whoever asked may decline too. Safe to repeat. Raises as send does."""
    wish, again = await _held(conn, return_id, None, "declined")
    if not again:
        await store.decide(conn, return_id, "declined", by=(person_id, now), bank_ref=None)
        return await get(conn, return_id)
    return wish


async def _held(
    conn: Connection[Record], return_id: UUID, person_id: int | None, state: str
) -> tuple[Return, bool]:
    """The wish with its line held, and whether it was decided so before."""
    wish = await get(conn, return_id)
    await bank_store.hold(conn, [wish.line_id])
    wish = await get(conn, return_id)
    if wish.state == state:
        return wish, True
    if wish.state != "waiting":
        raise LineUsed
    if wish.asked_by == person_id:
        raise SamePersonReturns
    return wish, False
