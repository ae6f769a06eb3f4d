"""A clerk's shift at the till: opened by the first money, counted once, emptied into the safe.

The database opens a shift with the first entry that touches a till, and refuses to close one that
is not empty. A shift that is left open overnight is still the one drawer it was: it is counted
when its clerk comes back, for the day it was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter_store
from postal_service.desk.money import counting, ledger
from postal_service.desk.money import shifts_store as store
from postal_service.desk.money.lines import KINDS, Moved
from postal_service.desk.money.model import Account, EntryKind, Means, NewEntry, Purse
from postal_service.desk.money.shifts_store import Count, Shift
from postal_service.desk.money.till_errors import (
    BooksMoved,
    DraftsOpen,
    NegativeTill,
    ReasonNeeded,
    ShiftClosed,
    UnknownShift,
)
from postal_service.desk.papers.counter_papers import CashUp, Move, Taken
from postal_service.desk.printing import item_papers
from postal_service.desk.published import offices

__all__ = ["Shift"]

#: How many closed shifts a clerk sees at once.
SHOWN: Final = 10
#: A reason is a few words.
LONGEST_WHY: Final = 300


class Till(Struct, frozen=True, kw_only=True):
    """A shift with its lines: in cash from the public, moved otherwise, by transfer."""

    shift: Shift
    lines: tuple[Moved, ...]

    @property
    def before(self) -> tuple[Moved, ...]:
        """All but the count's own lines."""
        return tuple(line for line in self.lines if line.key != self.shift.closing_id)

    @property
    def taken(self) -> tuple[Moved, ...]:
        return tuple(x for x in self.before if x.charged and x.means is Means.CASH)

    @property
    def transfers(self) -> tuple[Moved, ...]:
        return tuple(x for x in self.before if x.means is Means.TRANSFER)

    @property
    def moved(self) -> tuple[Moved, ...]:
        return tuple(x for x in self.before if not x.charged and x.cash)

    @property
    def expected(self) -> int:
        """What must lie in the drawer."""
        return sum(line.cash for line in self.before)

    @property
    def idle(self) -> bool:
        """Whether it holds nothing, and nothing was collected in it."""
        return not self.expected and all(x.kind is not EntryKind.COLLECT for x in self.before)


class Closing(Struct, frozen=True, kw_only=True):
    """A count to be signed. ``key`` is the page's own, ``seen`` what it said must be there."""

    key: UUID
    counted: Mapping[int, int]
    seen: int
    why: str = ""


async def mine(conn: Connection[Record], staff: Staff) -> list[Shift]:
    """Her open shifts; more than one where she moved office before she counted."""
    return await store.open_of(conn, staff.id)


async def left_open(conn: Connection[Record], staff: Staff, now: datetime) -> list[Shift]:
    """Her shifts that are to be counted before anything else: of an earlier day, or elsewhere."""
    today = now.astimezone(VIETNAM).date()
    return [s for s in await mine(conn, staff) if s.day < today or s.office_id != staff.office_id]


async def others(conn: Connection[Record], staff: Staff) -> list[Shift]:
    """Open shifts of the office that are not her own."""
    found = await store.open_at(conn, staff.office_id or 0)
    return [shift for shift in found if shift.person_id != staff.id]


async def past(conn: Connection[Record], staff: Staff) -> list[Shift]:
    """Her last closed shifts."""
    return await store.closed_of(conn, staff.id, SHOWN)


async def find(conn: Connection[Record], shift_id: int, staff: Staff) -> Shift:
    """Her own shift, or one of the office she supervises. Raises UnknownShift."""
    shift = await store.by_id(conn, shift_id)
    supervises = staff.role is Role.SUPERVISOR and shift and shift.office_id == staff.office_id
    if shift is None or not (shift.person_id == staff.id or supervises):
        raise UnknownShift
    return shift


async def till(conn: Connection[Record], shift: Shift) -> Till:
    """The shift with every line of it."""
    return Till(shift=shift, lines=tuple(await store.lines(conn, shift.id)))


async def take_change(
    conn: Connection[Record], key: UUID, amount: int, *, staff: Staff, now: datetime
) -> None:
    """Take change money out of the safe, or open with nothing. Safe to repeat.

    Raises what ledger.post does.
    """
    office = staff.office_id or 0
    if not amount:
        await store.open_(conn, office, staff.id, now.astimezone(VIETNAM).date(), now)
        return
    new = NewEntry(
        kind=EntryKind.FLOAT,
        key=key,
        at=now,
        person_id=staff.id,
        office_id=office,
        means=Means.CASH,
        lines=ledger.swap(till_of(office, staff.id), safe_of(office), amount),
    )
    await ledger.post(conn, new, now=now)


async def close(
    conn: Connection[Record], shift_id: int, closing: Closing, *, staff: Staff, now: datetime
) -> Shift:
    """Sign the count: the difference and all that was counted leave the till. Safe to repeat.

    A supervisor closes for a clerk who is absent; both are named. Raises UnknownShift, ShiftClosed,
    DraftsOpen, BooksMoved, NegativeTill, ReasonNeeded.
    """
    await find(conn, shift_id, staff)
    await store.lock(conn, shift_id)
    shift = await find(conn, shift_id, staff)
    if shift.closed_at is not None:
        if shift.closing_id == closing.key:
            return shift
        raise ShiftClosed
    if shift.person_id == staff.id:
        drafts = await counter_store.drafts_of(conn, staff.id, shift.office_id)
        if drafts:
            raise DraftsOpen(drafts)
    expected = (await till(conn, shift)).expected
    counted = counting.total(closing.counted)
    if closing.seen != expected:
        raise BooksMoved(expected)
    if expected < 0:
        raise NegativeTill(-expected)
    gap = counted - expected
    why = closing.why.strip()[:LONGEST_WHY]
    if gap and not why:
        raise ReasonNeeded(gap)
    count = Count(
        key=closing.key,
        at=now,
        by=staff.id,
        expected=expected,
        counted=counted,
        notes={str(value): n for value, n in closing.counted.items() if n},
        why=why,
    )
    await empty(conn, shift, count)
    await store.close(conn, shift.id, count)
    return await find(conn, shift_id, staff)


async def empty(conn: Connection[Record], shift: Shift, count: Count) -> None:
    """Post what the count found over or short, then carry what was counted to the safe."""
    gap = count.counted - count.expected
    drawer = till_of(shift.office_id, shift.person_id)
    answers = Account(kind=Purse.DIFFERENCE, office_id=shift.office_id, person_id=shift.person_id)
    for kind, amount, lines in (
        (EntryKind.DIFFERENCE, gap, ledger.swap(drawer, answers, gap)),
        (
            EntryKind.PAY_IN,
            count.counted,
            ledger.swap(safe_of(shift.office_id), drawer, count.counted),
        ),
    ):
        if amount:
            new = NewEntry(
                kind=kind,
                key=count.key,
                at=count.at,
                person_id=count.by,
                other_id=shift.person_id if shift.person_id != count.by else None,
                office_id=shift.office_id,
                means=Means.CASH if kind is EntryKind.PAY_IN else Means.NONE,
                why=count.why if kind is EntryKind.DIFFERENCE else "",
                lines=lines,
            )
            await ledger.post(conn, new, now=count.at)


def till_of(office_id: int, person_id: int) -> Account:
    return Account(kind=Purse.TILL, office_id=office_id, person_id=person_id)


def safe_of(office_id: int) -> Account:
    return Account(kind=Purse.SAFE, office_id=office_id)


async def sheet(conn: Connection[Record], shift: Shift, *, now: datetime) -> CashUp:
    """Bảng kê nộp tiền of a shift, receipt by receipt; left to the pen where it is not counted."""
    found = await till(conn, shift)
    office = await offices.get(conn, shift.office_id)
    notes = shift.notes or {}
    return CashUp(
        head=await item_papers.head(conn, office, shift.closed_at or now),
        number=shift.number,
        clerk=shift.clerk,
        closer=shift.closer if shift.closed_by != shift.person_id else None,
        day=shift.day,
        lines=tuple(taken_of(line) for line in found.taken),
        moves=tuple(Move(name=move_words(line), amount=line.cash) for line in found.moved),
        transfers=tuple(taken_of(line) for line in found.transfers),
        counted=tuple((value, notes.get(str(value), 0)) for value in counting.NOTES)
        if shift.closed_at
        else (),
        note=shift.why,
    )


def taken_of(line: Moved) -> Taken:
    return Taken(
        number=line.number or "–",
        ref=line.ref or "–",
        state_fee=line.state_fee,
        state_charge=line.state_charge,
        postage=line.postage,
        collection=line.collection,
        cod=line.cod,
    )


def move_words(line: Moved) -> str:
    """What moved the till's money beside charges, and through whom."""
    who = f", {line.other}" if line.other else ""
    return f"{KINDS[line.kind].capitalize()}{who}"
