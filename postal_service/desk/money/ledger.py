"""The books: double entry in whole VND, append-only, each entry adding to zero.

The database refuses an entry that does not, and a reversal that is not the mirror of its entry
or is written by the same person. What passes between the post and the public gets a receipt
number of its office and day, without a gap, at the moment it is written; a closed day gives no
more, and what comes late shows its paper's time.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk.money import charges_store
from postal_service.desk.money import ledger_store as store
from postal_service.desk.money.errors import (
    AlreadyPaid,
    AlreadyReversed,
    EntryReused,
    SamePerson,
    UnknownEntry,
)
from postal_service.desk.money.model import (
    RECEIPTED,
    Account,
    Entry,
    EntryKind,
    Line,
    NewEntry,
    Purse,
    Reversal,
)

__all__ = ["balance", "by_id", "by_key", "post", "reverse", "swap"]


async def post(conn: Connection[Record], new: NewEntry, *, now: datetime) -> Entry:
    """Write *new* and mark the charges it pays. Safe to repeat: the same key finds its entry.

    Raises EntryReused for another content under its key, AlreadyPaid where a charge is paid,
    and what the database refuses of lines that do not add to zero.
    """
    if (found := await store.by_key(conn, new.kind, new.key)) is not None:
        if await store.lines_of(conn, found.id) != _compared(new.lines):
            raise EntryReused
        return found
    async with conn.transaction():
        owners = {line.account for line in new.lines}
        ids = {owner: await store.account(conn, owner) for owner in sorted(owners, key=repr)}
        receipt = None
        if new.kind in RECEIPTED and new.office_id is not None:
            receipt = await _receipt(conn, new.office_id, now)
        made = await store.add_entry(conn, new, receipt, now)
        accounts = [ids[line.account] for line in new.lines]
        await store.add_postings(conn, made, accounts, new.lines)
        if new.kind is EntryKind.COLLECT:
            charges = [line.charge_id for line in new.lines if line.charge_id is not None]
            if await charges_store.pay(conn, charges, made) != len(set(charges)):
                raise AlreadyPaid
    return await by_id(conn, made)


async def reverse(
    conn: Connection[Record],
    entry_id: int,
    wish: Reversal,
    *,
    now: datetime,
) -> Entry:
    """Take an entry back, whole, by a second person; its charges are open again. Safe to repeat.

    Raises UnknownEntry, AlreadyReversed, SamePerson.
    """
    entry = await by_id(conn, entry_id)
    if (found := await store.by_key(conn, EntryKind.REVERSE, wish.key)) is not None:
        if found.reverses != entry_id:
            raise EntryReused
        return found
    if entry.reversed_by is not None or entry.kind is EntryKind.REVERSE:
        raise AlreadyReversed
    if entry.person_id == wish.person_id:
        raise SamePerson
    async with conn.transaction():
        receipt = None
        if entry.receipt_no is not None and entry.office_id is not None:
            receipt = await _receipt(conn, entry.office_id, now)
        made = await store.add_reversal(conn, entry, wish, receipt, now)
        await store.mirror_postings(conn, made, entry_id)
        await charges_store.free(conn, entry_id)
    return await by_id(conn, made)


async def _receipt(conn: Connection[Record], office_id: int, now: datetime) -> tuple[date, int]:
    """The next number of the office's day."""
    return await store.next_receipt(conn, office_id, now.astimezone(VIETNAM).date())


async def by_id(conn: Connection[Record], entry_id: int) -> Entry:
    """An entry the asker may see. Raises UnknownEntry."""
    entry = await store.by_id(conn, entry_id)
    if entry is None:
        raise UnknownEntry(str(entry_id))
    return entry


async def by_key(conn: Connection[Record], kind: EntryKind, key: UUID) -> Entry | None:
    return await store.by_key(conn, kind, key)


async def balance(conn: Connection[Record], account: Account) -> int:
    """What lies in *account* now, or is owed by it below nothing."""
    return await store.balance(conn, account)


def swap(
    into: Account, out_of: Account, amount_vnd: int, dossier_id: int | None = None
) -> tuple[Line, Line]:
    """Two lines that carry *amount_vnd* from one account to another."""
    came = Line(account=into, amount_vnd=amount_vnd, dossier_id=dossier_id)
    return came, replace(came, account=out_of, amount_vnd=-amount_vnd)


def _compared(lines: tuple[Line, ...]) -> list[tuple[Purse, int, int | None]]:
    """What two entries under one key are compared by."""
    return [(line.account.kind, line.amount_vnd, line.charge_id) for line in lines]
