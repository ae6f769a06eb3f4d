"""What is held on behalf of an agency, paid over to it dossier by dossier.

The state's money and what else was collected for the agency are settled apart, each line under
the dossier it belongs to, and postage is in neither. A line that was taken back after it was
settled stands below nothing in the next settlement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.money import ledger, ledger_store
from postal_service.desk.money import settlements_store as store
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Line,
    Means,
    NewEntry,
    Purse,
)
from postal_service.desk.money.settlement_errors import (
    BadBankRef,
    BadUntil,
    BankRefUsed,
    NothingToSettle,
    NotInBank,
    NotInSafe,
    NotYourMoney,
    SumMoved,
    UnknownSettlement,
)
from postal_service.desk.money.settlements_store import OpenLine, Settled, SettledLine, Standing

__all__ = [
    "HELD",
    "OpenLine",
    "Settled",
    "SettledLine",
    "Standing",
    "Wish",
    "confirm",
    "deposit",
    "find",
    "lines",
    "listed",
    "open_lines",
    "pay",
    "standing",
]

#: Whose money it is, by the account it is held on; never one sum.
HELD: Final = {Purse.STATE_HELD: "Phí, lệ phí", Purse.COD_HELD: "Tiền thu hộ khác"}
BANK_REF: Final = re.compile(r"[0-9A-Za-z./-]{3,60}")
#: Lines of one settlement; what is more waits for the next.
MOST: Final = 10_000


class Wish(Struct, frozen=True, kw_only=True):
    """A transfer to an agency, as the manager has made it at the bank. ``seen``: its amount."""

    id: UUID
    agency_id: int
    purse: Purse
    until: date
    seen: int
    bank_ref: str


class Deposit(Struct, frozen=True, kw_only=True):
    """Cash of the safe, brought to the bank."""

    id: UUID
    amount_vnd: int
    bank_ref: str


async def standing(conn: Connection[Record]) -> list[Standing]:
    """What every agency is owed now, by account; nothing owed is no line."""
    return await store.standing(conn)


async def open_lines(
    conn: Connection[Record], agency_id: int, purse: Purse, until: date
) -> list[OpenLine]:
    """What is owed up to the end of a day and not settled, the oldest first."""
    account = Account(kind=purse, agency_id=agency_id)
    return await store.open_lines(conn, account, end_of(until), MOST)


async def pay(conn: Connection[Record], wish: Wish, *, staff: Staff, now: datetime) -> Settled:
    """Write down what was transferred to an agency, and for which lines. Safe to repeat.

    Raises NotYourMoney, BadUntil, BadBankRef, BankRefUsed, NothingToSettle, SumMoved, NotInBank.
    """
    if staff.role is not Role.MANAGER:
        raise NotYourMoney
    if wish.until > now.astimezone(VIETNAM).date() or wish.purse not in HELD:
        raise BadUntil
    account = Account(kind=wish.purse, agency_id=wish.agency_id)
    account_id = await ledger_store.account(conn, account)
    await store.take_turns(conn, account_id)
    if (earlier := await store.by_form(conn, wish.id)) is not None:
        return earlier
    reference = await fresh(conn, wish.bank_ref)
    owed = await open_lines(conn, wish.agency_id, wish.purse, wish.until)
    total = sum(line.amount_vnd for line in owed)
    if total <= 0:
        raise NothingToSettle
    if total != wish.seen:
        raise SumMoved(total)
    bank = Account(kind=Purse.BANK)
    if (there := await ledger.balance(conn, bank)) < total:
        raise NotInBank(there)
    entry = await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.SETTLE,
            key=wish.id,
            at=now,
            person_id=staff.id,
            agency_id=wish.agency_id,
            means=Means.TRANSFER,
            lines=(Line(account=bank, amount_vnd=-total), *given(account, owed)),
            why=reference,
        ),
        now=now,
    )
    await store.add(
        conn, wish.id, wish.agency_id, account_id, wish.until, total, reference, entry.id, now,
        staff.id,
    )  # fmt: skip
    made = await store.by_form(conn, wish.id)
    if made is None:
        raise UnknownSettlement
    await store.add_lines(conn, made.id, owed)
    return made


def given(account: Account, owed: Sequence[OpenLine]) -> tuple[Line, ...]:
    """Each owed line off the account, under its own dossier and charge."""
    return tuple(
        Line(
            account=account,
            amount_vnd=line.amount_vnd,
            charge_id=line.charge_id,
            dossier_id=line.dossier_id,
        )
        for line in owed
    )


async def fresh(conn: Connection[Record], typed: str) -> str:
    """The bank's number, tidied, that stands nowhere yet. Raises BadBankRef, BankRefUsed."""
    reference = typed.strip().upper()
    if not BANK_REF.fullmatch(reference):
        raise BadBankRef
    if await store.ref_used(conn, reference):
        raise BankRefUsed(reference)
    return reference


async def deposit(conn: Connection[Record], wish: Deposit, *, staff: Staff, now: datetime) -> Entry:
    """The safe's cash is at the bank now. Safe to repeat.

    Raises NotYourMoney, BadBankRef, BankRefUsed, NotInSafe.
    """
    if staff.role is not Role.SUPERVISOR or staff.office_id is None:
        raise NotYourMoney
    if (earlier := await ledger.by_key(conn, EntryKind.PAY_IN, wish.id)) is not None:
        return earlier
    safe = Account(kind=Purse.SAFE, office_id=staff.office_id)
    await store.take_turns(conn, await ledger_store.account(conn, safe))
    reference = await fresh(conn, wish.bank_ref)
    if (there := await ledger.balance(conn, safe)) < wish.amount_vnd:
        raise NotInSafe(there)
    entry = await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.PAY_IN,
            key=wish.id,
            at=now,
            person_id=staff.id,
            office_id=staff.office_id,
            means=Means.CASH,
            lines=ledger.swap(Account(kind=Purse.BANK), safe, wish.amount_vnd),
            why=reference,
        ),
        now=now,
    )
    await store.add_deposit(
        conn, wish.id, staff.office_id, wish.amount_vnd, reference, entry.id, now, staff.id
    )
    return entry


async def listed(conn: Connection[Record], before: int = 0) -> list[Settled]:
    """The settlements the asker may see, the newest first, a page of them."""
    return await store.listed(conn, before)


async def find(conn: Connection[Record], settlement_id: int) -> Settled:
    """Raises UnknownSettlement."""
    found = await store.by_id(conn, settlement_id) if 0 < settlement_id < 2**63 else None
    if found is None:
        raise UnknownSettlement
    return found


async def lines(conn: Connection[Record], settlement_id: int) -> list[SettledLine]:
    """Dossier by dossier, as far as the asker may see them."""
    return await store.lines(conn, settlement_id)


async def confirm(
    conn: Connection[Record], settlement_id: int, *, staff: Staff, now: datetime
) -> None:
    """The agency has the money. The first word stays. Raises UnknownSettlement, NotYourMoney."""
    found = await find(conn, settlement_id)
    if staff.role is not Role.AGENCY_OFFICER or found.agency_id != staff.agency_id:
        raise NotYourMoney
    await store.confirm(conn, settlement_id, staff.id, now)


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)
