"""Cash at the door: what a delivery brings in, and what was taken where the delivery was refused.

The money is a fact even where the delivery is none: it lies in the courier's purse and in
suspense, until a supervisor books it for the dossier or gives it back to the citizen.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.money import charges, collect, ledger
from postal_service.desk.money import door_cash_store as store
from postal_service.desk.money.door_cash_store import Loose
from postal_service.desk.money.errors import NothingToPay, SamePerson, vnd
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Means,
    Moment,
    NewEntry,
    Press,
    Purse,
)
from tracking.model import Scan
from tracking.stages import Act, Keeper, Leg

__all__ = ["Loose", "book", "give_back", "handed", "keep", "waiting"]


class UnknownLoose(DeskError):
    """No such cash waits at this office."""

    def __init__(self) -> None:
        super().__init__(
            "Không có khoản tiền này đang chờ ở bưu cục. Tải lại trang để xem.",
            "No such cash waits at this office. Reload the page to see.",
        )


class OtherAmount(DeskError):
    """What was taken is not what is due."""

    def __init__(self, taken: int, due: int) -> None:
        super().__init__(
            f"Bưu tá đã thu {vnd(taken)}, hồ sơ phải thu {vnd(due)}. Trả lại người dân, "
            "rồi thu đúng số tiền.",
            f"The courier took {vnd(taken)}, due are {vnd(due)}. Give it back and collect anew.",
        )


def suspense(office_id: int) -> Account:
    """Where an office's unexplained cash stands; the bank's stands in an account of its own."""
    return Account(kind=Purse.SUSPENSE, office_id=office_id)


async def handed(
    conn: Connection[Record], dossier_id: int, leg: Leg, scan: Scan, heard_at: datetime
) -> Entry | None:
    """What was paid with a scan that hands *leg* over; None where nothing is due.

    Cash that came with the same scan when it was refused is no longer loose.
    """
    if (loose := await store.hold(conn, scan.id, scan.by.office or 0)) is not None:
        freed = await _free(conn, loose, scan.by.person, scan.id, heard_at)
        await store.end(conn, scan.id, freed.id)
    press = Press(key=scan.id, by=scan.by, at=scan.at, now=heard_at)
    return await collect.on_delivery(conn, dossier_id, leg, press)


async def keep(
    conn: Connection[Record], scan: Scan, taken_vnd: int, why: str, heard_at: datetime
) -> Entry | None:
    """Write down what a courier took with a delivery that was refused. Safe to repeat.

    None where nothing was taken, or where it is no courier's delivery.
    """
    if taken_vnd <= 0 or scan.act is not Act.DELIVER or scan.by.keeper is not Keeper.COURIER:
        return None
    key = uuid5(scan.id, "loose")
    if (found := await ledger.by_key(conn, EntryKind.COLLECT, key)) is not None:
        return found
    office = scan.by.office or 0
    dossier_id = await store.dossier_of(conn, scan.s10)
    new = NewEntry(
        kind=EntryKind.COLLECT,
        key=key,
        at=scan.at,
        person_id=scan.by.person,
        office_id=office,
        dossier_id=dossier_id,
        means=Means.CASH,
        lines=ledger.swap(collect.pocket(scan.by), suspense(office), taken_vnd, dossier_id),
        why=why[:300],
    )
    entry = await ledger.post(conn, new, now=heard_at)
    loose = Loose(
        scan_id=scan.id, entry_id=entry.id, s10=scan.s10, dossier_id=dossier_id, office_id=office,
        courier_id=scan.by.person, amount_vnd=taken_vnd, at=scan.at, why=why[:300],
    )  # fmt: skip
    await store.add(conn, loose)
    return entry


async def waiting(conn: Connection[Record], office_id: int) -> list[Loose]:
    """What waits for a supervisor's word, the oldest first."""
    return await store.waiting(conn, office_id)


async def book(
    conn: Connection[Record], scan_id: UUID, staff: Staff, *, key: UUID, now: datetime
) -> Entry:
    """Pay with it what the dossier owes at the door, to the đồng. Safe to repeat.

    Raises UnknownLoose, SamePerson, NothingToPay, OtherAmount.
    """
    if (found := await ledger.by_key(conn, EntryKind.COLLECT, key)) is not None:
        return found
    loose = await _hold(conn, scan_id, staff)
    if loose.dossier_id is None:
        raise NothingToPay
    due = await charges.open_with(conn, loose.dossier_id, Moment.ON_DELIVERY, Leg.RESULT)
    owed = sum(charge.amount_vnd for charge in due)
    if not due:
        raise NothingToPay
    if owed != loose.amount_vnd:
        raise OtherAmount(loose.amount_vnd, owed)
    purse = Account(kind=Purse.PURSE, office_id=loose.office_id, person_id=loose.courier_id)
    await _free(conn, loose, staff.id, key, now)
    press = Press(key=key, by=staff.actor, at=loose.at, now=now)
    entry = await collect.pay(conn, due, press, into=purse)
    await store.end(conn, scan_id, entry.id)
    return entry


async def give_back(
    conn: Connection[Record], scan_id: UUID, staff: Staff, *, key: UUID, now: datetime
) -> Entry:
    """Pay it out of the supervisor's till to the citizen. Safe to repeat.

    Raises UnknownLoose, SamePerson.
    """
    if (found := await ledger.by_key(conn, EntryKind.REFUND, key)) is not None:
        return found
    loose = await _hold(conn, scan_id, staff)
    till = Account(kind=Purse.TILL, office_id=loose.office_id, person_id=staff.id)
    new = NewEntry(
        kind=EntryKind.REFUND,
        key=key,
        at=now,
        person_id=staff.id,
        other_id=loose.courier_id,
        office_id=loose.office_id,
        dossier_id=loose.dossier_id,
        means=Means.CASH,
        lines=ledger.swap(suspense(loose.office_id), till, loose.amount_vnd, loose.dossier_id),
        why=loose.why,
    )
    entry = await ledger.post(conn, new, now=now)
    await store.end(conn, scan_id, entry.id)
    return entry


async def _free(
    conn: Connection[Record], loose: Loose, person_id: int, key: UUID, now: datetime
) -> Entry:
    """Take it out of suspense: it lies in the courier's purse and stands for nothing yet."""
    purse = Account(kind=Purse.PURSE, office_id=loose.office_id, person_id=loose.courier_id)
    new = NewEntry(
        kind=EntryKind.MATCH,
        key=key,
        at=loose.at,
        person_id=person_id,
        other_id=loose.courier_id,
        office_id=loose.office_id,
        dossier_id=loose.dossier_id,
        means=Means.CASH,
        lines=ledger.swap(suspense(loose.office_id), purse, loose.amount_vnd, loose.dossier_id),
    )
    return await ledger.post(conn, new, now=now)


async def _hold(conn: Connection[Record], scan_id: UUID, staff: Staff) -> Loose:
    found = await store.hold(conn, scan_id, staff.office_id or 0)
    if found is None:
        raise UnknownLoose
    if found.courier_id == staff.id:
        raise SamePerson
    return found
