"""A courier's purse: what he collected at doors and has not paid in, and how much that may be.

At a door nothing is ever refused. Over the limit the counter gives him no more papers with money
to collect, until he has paid in or the supervisor lets him go once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.money import counting, ledger
from postal_service.desk.money import purses_store as store
from postal_service.desk.money.errors import EntryReused, UnknownEntry
from postal_service.desk.money.lines import Moved
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Line,
    Means,
    NewEntry,
)
from postal_service.desk.money.model import Purse as Kind
from postal_service.desk.money.purses_store import Leave, NewLeave, NewLimit, Purse
from postal_service.desk.money.shifts import till_of
from postal_service.desk.money.till_errors import (
    BadLimit,
    BooksMoved,
    NothingCounted,
    NotTheSupervisor,
    OverLimit,
    ReasonNeeded,
    RestUnsaid,
    UnknownCourier,
    WhyNeeded,
)
from postal_service.desk.papers.counter_papers import PaidIn
from postal_service.desk.printing import item_papers
from postal_service.desk.published import offices
from tracking import custody, custody_store
from tracking.custody_model import Kind as ListKind
from tracking.custody_model import NewHandOver, Offered
from tracking.stages import Keeper

__all__ = ["Leave", "Purse", "at_office", "find", "lines"]

LONGEST_WHY: Final = 300


class PayIn(Struct, frozen=True, kw_only=True):
    """What two people counted. ``rest``: what is not there he ``keep``\\ s, or it is ``short``."""

    key: UUID
    counted: Mapping[int, int]
    seen: int
    rest: Literal["", "keep", "short"] = ""
    why: str = ""


class Count(Struct, frozen=True, kw_only=True):
    """A pay-in as it is written: by whom it was taken, and what of it did not fit the books."""

    key: UUID
    by: int
    at: datetime
    differs: int
    paid: int
    why: str


async def at_office(conn: Connection[Record], staff: Staff, now: datetime) -> list[Purse]:
    """The office's couriers with what the books say each holds."""
    return await store.at_office(conn, staff.office_id or 0, day_of(now))


async def find(conn: Connection[Record], courier: int | str, staff: Staff, now: datetime) -> Purse:
    """By id, or by the user name on his card. Raises UnknownCourier."""
    tidy = courier.strip().casefold() if isinstance(courier, str) else ""
    for purse in await at_office(conn, staff, now):
        if purse.courier_id == courier or (tidy and purse.username.casefold() == tidy):
            return purse
    raise UnknownCourier(str(courier))


async def own(conn: Connection[Record], staff: Staff, now: datetime) -> list[Purse]:
    """A courier's own: one for each office he carries money for."""
    found = await store.of_courier(conn, staff.id, day_of(now))
    return [p for p in found if p.held or p.office_id == staff.office_id]


async def lines(conn: Connection[Record], purse: Purse) -> list[Moved]:
    """What he holds, line by line, since the purse was empty last."""
    return await store.lines(conn, purse.office_id, purse.courier_id)


async def pay_in(
    conn: Connection[Record], courier_id: int, wish: PayIn, *, staff: Staff, now: datetime
) -> Entry:
    """Take what he pays in into the clerk's till; both are named. Safe to repeat.

    Raises UnknownCourier, BooksMoved, RestUnsaid, ReasonNeeded, NothingCounted, EntryReused.
    """
    await store.take_turns(conn, courier_id)
    if (found := await earlier(conn, wish.key)) is not None:
        if (found.person_id, found.other_id) != (staff.id, courier_id):
            raise EntryReused
        return found
    purse = await find(conn, courier_id, staff, now)
    if wish.seen != purse.held:
        raise BooksMoved(purse.held)
    counted = counting.total(wish.counted)
    gap = counted - purse.held
    if gap < 0 and not wish.rest:
        raise RestUnsaid(-gap)
    differs = gap if gap > 0 or wish.rest == "short" else 0
    why = wish.why.strip()[:LONGEST_WHY]
    if differs and not why:
        raise ReasonNeeded(differs)
    if not counted and not differs:
        raise NothingCounted
    count = Count(key=wish.key, by=staff.id, at=now, differs=differs, paid=counted, why=why)
    made = await post(conn, purse, count)
    notes = {str(value): number for value, number in wish.counted.items() if number}
    await store.add_count(conn, made.id, purse.held, notes)
    return made


async def earlier(conn: Connection[Record], key: UUID) -> Entry | None:
    """What an earlier press of the same button wrote: its receipt hangs on this entry."""
    return await ledger.by_key(conn, EntryKind.PAY_IN, key) or await ledger.by_key(
        conn, EntryKind.DIFFERENCE, key
    )


async def post(conn: Connection[Record], purse: Purse, count: Count) -> Entry:
    """Post what did not fit, then what was paid: the last is what the receipt hangs on."""
    held = Account(kind=Kind.PURSE, office_id=purse.office_id, person_id=purse.courier_id)
    answers = Account(kind=Kind.DIFFERENCE, office_id=purse.office_id, person_id=purse.courier_id)
    drawer = till_of(purse.office_id, count.by)
    made: list[Entry] = []

    async def write(kind: EntryKind, said: str, sides: tuple[Line, Line]) -> None:
        new = NewEntry(
            kind=kind,
            key=count.key,
            at=count.at,
            person_id=count.by,
            other_id=purse.courier_id,
            office_id=purse.office_id,
            means=Means.CASH if kind is EntryKind.PAY_IN else Means.NONE,
            why=said,
            lines=sides,
        )
        made.append(await ledger.post(conn, new, now=count.at))

    if count.differs:
        await write(EntryKind.DIFFERENCE, count.why, ledger.swap(held, answers, count.differs))
    if count.paid:
        await write(EntryKind.PAY_IN, "", ledger.swap(drawer, held, count.paid))
    return made[-1]


async def receipt(conn: Connection[Record], entry_id: int, staff: Staff) -> PaidIn:
    """Biên nhận nộp tiền of one pay-in of this office. Raises UnknownEntry."""
    found = await store.count_of(conn, entry_id, staff.office_id or 0)
    if found is None:
        raise UnknownEntry(str(entry_id))
    office = await offices.get(conn, staff.office_id or 0)
    return PaidIn(
        head=await item_papers.head(conn, office, found.at),
        number=f"NT-{found.at.astimezone(VIETNAM):%y%m%d}-{found.entry_id:05}",
        courier=found.courier,
        clerk=found.clerk,
        held=found.held,
        counted=tuple((value, found.notes.get(str(value), 0)) for value in counting.NOTES),
        difference=found.difference,
        why=found.why,
        rest=found.held + found.difference - found.paid,
    )


async def offer(
    conn: Connection[Record], new: NewHandOver, *, staff: Staff, heard_at: datetime
) -> Offered:
    """Lay a list down as custody.offer does, unless its courier carries too much money already.

    Raises OverLimit, and what custody.offer does.
    """
    letting = await letting_go(conn, new, staff, heard_at)
    made = await custody.offer(conn, new, heard_at=heard_at)
    if letting is not None and made.hand_over is not None:
        await store.use_leave(conn, letting, new.id, heard_at)
    return made


async def letting_go(
    conn: Connection[Record], new: NewHandOver, staff: Staff, now: datetime
) -> UUID | None:
    """The supervisor's word that this list uses up; None where none is needed. Raises OverLimit."""
    if new.kind is not ListKind.COURIER or new.by.keeper is not Keeper.OFFICE:
        return None
    purse = next((p for p in await at_office(conn, staff, now) if p.courier_id == new.to.id), None)
    if purse is None or not purse.over:
        return None
    paying = await store.paying(conn, [item.s10 for item in new.items])
    if not paying or await custody_store.by_form(conn, new.id) is not None:
        return None
    found = await store.open_leave(conn, purse.office_id, purse.courier_id)
    if found is None:
        raise OverLimit(purse.full_name, purse.held, purse.limit_vnd, paying)
    return found


async def let_go_once(
    conn: Connection[Record], id_: UUID, courier_id: int, why: str, *, staff: Staff, now: datetime
) -> None:
    """The supervisor lets him take one more list, and says why. Safe to repeat.

    Raises NotTheSupervisor, UnknownCourier, WhyNeeded.
    """
    if staff.role is not Role.SUPERVISOR:
        raise NotTheSupervisor
    purse = await find(conn, courier_id, staff, now)
    if not why.strip():
        raise WhyNeeded
    leave = NewLeave(
        id=id_,
        office_id=purse.office_id,
        courier_id=courier_id,
        given_by=staff.id,
        given_at=now,
        why=why.strip()[:LONGEST_WHY],
    )
    await store.add_leave(conn, leave)


async def set_limit(
    conn: Connection[Record],
    courier_id: int | None,
    from_day: date,
    limit_vnd: int,
    *,
    staff: Staff,
    now: datetime,
) -> None:
    """A limit for one courier, or for the whole office. Raises NotTheSupervisor, BadLimit."""
    if staff.role is not Role.SUPERVISOR:
        raise NotTheSupervisor
    if courier_id is not None:
        await find(conn, courier_id, staff, now)
    limit = NewLimit(
        office_id=staff.office_id or 0,
        courier_id=courier_id,
        from_day=from_day,
        limit_vnd=limit_vnd,
        set_by=staff.id,
        set_at=now,
    )
    if from_day < day_of(now) or not await store.add_limit(conn, limit):
        raise BadLimit


async def leaves(conn: Connection[Record], purse: Purse) -> list[Leave]:
    return await store.leaves(conn, purse.office_id, purse.courier_id)


def day_of(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()
