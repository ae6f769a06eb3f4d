"""Taking an entry back: asked for by one person, done in the name of another.

The mirror goes to the accounts the entry moved. Where a drawer was emptied meanwhile, the safe
gives what the citizen gets back, so that nobody's till stands below nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.money import back_errors, ledger, ledger_store, refunds_store
from postal_service.desk.money import reversals_store as store
from postal_service.desk.money.errors import AlreadyReversed, SamePerson, UnknownEntry
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Means,
    NewEntry,
    Purse,
    Reversal,
)
from postal_service.desk.money.reversals_store import Told
from postal_service.desk.watch import approval_terms, approvals_store
from tracking.corrections import Undo

__all__ = ["after_undo", "asked", "by_subject", "carry_out", "check_hand", "concerns", "subject_of"]

#: How the question is named among those that take two people (`desk/watch/approvals.py`).
ASKED_AS: Final = "reverse_entry"
#: "Wrong delivery reported": why a courier's own undoing asks for its money's.
UNDONE: Final = "CR02"
NUMBER: Final = re.compile(r"BL-([0-9A-Z]{1,20})-([0-9]{6})-([0-9]{4,6})")
#: Cash somebody carries in his own name.
DRAWERS: Final = frozenset({Purse.TILL, Purse.PURSE})
#: Moves between drawers are taken back only while the money still lies there.
BETWEEN: Final = frozenset({EntryKind.PAY_IN, EntryKind.FLOAT})


def subject_of(entry: Entry) -> str:
    """How a question names an entry: by its receipt, or where it has none by its id."""
    return entry.number or str(entry.id)


async def by_subject(conn: Connection[Record], subject: str) -> Entry:
    """The entry of a question, as far as the asker may see it. Raises UnknownEntry."""
    if fits := NUMBER.fullmatch(subject):
        office, day, serial = fits.groups()
        try:
            on = datetime.strptime(day, "%y%m%d").replace(tzinfo=VIETNAM).date()
        except ValueError:
            raise UnknownEntry(subject) from None
        found = await ledger_store.by_number(conn, office, on, int(serial))
    elif subject.isascii() and subject.isdigit() and len(subject) < 19:
        found = await ledger_store.by_id(conn, int(subject))
    else:
        found = None
    if found is None:
        raise UnknownEntry(subject)
    return found


async def concerns(conn: Connection[Record], subject: str, by: Staff) -> bool:
    """Whether *by* may ask for it: a courier for his own, an office for its entries.

    What no office wrote, a settlement, is a supervisor's to ask for.
    """
    try:
        entry = await by_subject(conn, subject)
    except UnknownEntry:
        return False
    check_kind(entry)
    if by.role is Role.COURIER:
        return entry.person_id == by.id
    if entry.office_id is None:
        return by.role is Role.SUPERVISOR and entry.kind is EntryKind.SETTLE
    return entry.office_id == by.office_id


def check_kind(entry: Entry) -> None:
    """Raise AlreadyReversed, NotReversible for what is mended another way."""
    if entry.reversed_by is not None or entry.kind is EntryKind.REVERSE:
        raise AlreadyReversed
    if entry.kind is EntryKind.DIFFERENCE:
        raise back_errors.of_a_count()
    bank = entry.kind in (EntryKind.BANK_IN, EntryKind.MATCH)
    paid = entry.kind in (EntryKind.COLLECT, EntryKind.REFUND)
    if bank or (paid and entry.means is Means.TRANSFER):
        raise back_errors.settled_transfer()


async def check_hand(conn: Connection[Record], subject: str, person_id: int) -> None:
    """Raise SamePerson where the one who would agree wrote the entry."""
    if (await by_subject(conn, subject)).person_id == person_id:
        raise SamePerson


async def carry_out(
    conn: Connection[Record], subject: str, wish: Reversal, *, now: datetime
) -> Entry:
    """Reverse an entry in the name of who agreed, with all that hangs on it. Safe to repeat.

    Raises UnknownEntry, AlreadyReversed, SamePerson, NotReversible.
    """
    entry = await by_subject(conn, subject)
    if (found := await ledger.by_key(conn, EntryKind.REVERSE, wish.key)) is not None:
        return found
    check_kind(entry)
    if await store.delivered_again(conn, entry.key):
        raise back_errors.delivered_again()
    return await take_back(conn, entry, wish, now=now)


async def take_back(
    conn: Connection[Record], entry: Entry, wish: Reversal, *, now: datetime
) -> Entry:
    """Reverse *entry* and what hangs on it. Raises as carry_out does."""
    if entry.kind is EntryKind.COLLECT:
        if await refunds_store.refunded(conn, entry.id):
            raise back_errors.refunded()
        await refunds_store.drop(conn, entry.id, now)
    made = await ledger.reverse(conn, entry.id, wish, now=now)
    await refunds_store.reopen(conn, entry.id)
    await store.unsettle(conn, entry.id)
    for drawer in await store.drawers(conn, entry.id):
        if drawer.kind in DRAWERS and (lacking := await ledger.balance(conn, drawer)) < 0:
            if entry.kind in BETWEEN:
                raise back_errors.of_a_count()
            await cover(conn, drawer, -lacking, wish, now=now)
    return made


async def cover(
    conn: Connection[Record], drawer: Account, lacking: int, wish: Reversal, *, now: datetime
) -> None:
    """What goes back to the citizen was paid in already: the office's safe gives it."""
    safe = Account(kind=Purse.SAFE, office_id=drawer.office_id)
    await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.FLOAT,
            key=uuid5(wish.key, f"{drawer.kind}:{drawer.person_id}"),
            at=wish.at,
            person_id=wish.person_id,
            other_id=drawer.person_id,
            office_id=drawer.office_id,
            means=Means.CASH,
            lines=ledger.swap(drawer, safe, lacking),
            why=wish.why,
        ),
        now=now,
    )


async def after_undo(conn: Connection[Record], wish: Undo, *, now: datetime) -> None:
    """What a scan took with it goes back with the scan.

    In the name of another person than who took it; where he takes back his own press alone, the
    money stays posted and a second person is asked, so that it is not collected twice meanwhile.
    """
    entry = await ledger.by_key(conn, EntryKind.COLLECT, wish.undoes)
    if entry is None or entry.reversed_by is not None:
        return
    hand = wish.approver or wish.by.person
    if hand != entry.person_id and entry.means is Means.CASH:
        back = Reversal(key=wish.id, person_id=hand, why="Hoàn tác lần giao", at=wish.at)
        await take_back(conn, entry, back, now=now)
        return
    await ask(conn, entry, wish, now=now)


async def ask(conn: Connection[Record], entry: Entry, wish: Undo, *, now: datetime) -> None:
    """Put the reversal before a second person; a question that waits already is enough."""
    office = entry.office_id or wish.by.office
    role = "courier" if wish.by.keeper == "courier" else "clerk"
    subject = subject_of(entry)
    await approvals_store.lapse(conn, ASKED_AS, subject, now)
    await approvals_store.add(
        conn, question(wish.id), ASKED_AS, office, None, subject, UNDONE, {}, wish.by.person, role,
        now, await approval_terms.until(conn, office, None, now),
    )  # fmt: skip


def question(undo_id: UUID) -> UUID:
    """The id of the question that an undoing asks by itself; the undoing's own may be one too."""
    return uuid5(undo_id, ASKED_AS)


async def asked(conn: Connection[Record], entry_ids: Collection[int]) -> set[int]:
    """Which of these entries wait for a second person to take them back."""
    return await store.asked(conn, list(entry_ids))


async def told(conn: Connection[Record], subjects: Iterable[str]) -> dict[str, Told]:
    """What whoever decides must know of each entry; nothing of one she may not see."""
    found = {}
    for subject in subjects:
        try:
            entry = await by_subject(conn, subject)
        except UnknownEntry:
            continue
        if (said := await store.told(conn, entry.id)) is not None:
            found[subject] = said
    return found
