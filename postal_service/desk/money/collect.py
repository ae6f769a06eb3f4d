"""The moment a charge is paid: at the counter, or at the door."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Connection, Record

from postal_service.desk.money import charges, ledger
from postal_service.desk.money.errors import NothingToPay
from postal_service.desk.money.model import (
    Account,
    Charge,
    Entry,
    EntryKind,
    Kind,
    Line,
    Means,
    Moment,
    NewEntry,
    Press,
    Purse,
)
from tracking.model import Actor
from tracking.stages import Keeper, Leg


async def before(
    conn: Connection[Record],
    dossier_id: int,
    press: Press,
) -> Entry:
    """What is paid at once, into the clerk's till or the bank. Safe to repeat.

    Raises NothingToPay, and what ledger.post does.
    """
    if (found := await ledger.by_key(conn, EntryKind.COLLECT, press.key)) is not None:
        return found
    due = await charges.open_with(conn, dossier_id, Moment.BEFORE)
    return await pay(conn, due, press)


async def on_delivery(
    conn: Connection[Record],
    dossier_id: int,
    leg: Leg,
    press: Press,
) -> Entry | None:
    """What is paid when *leg* is handed over; None where nothing is due.

    The press carries the phone's operation code and time; the receipt's number is given now. Safe
    to repeat.
    """
    if (found := await ledger.by_key(conn, EntryKind.COLLECT, press.key)) is not None:
        return found
    due = await charges.open_with(conn, dossier_id, Moment.ON_DELIVERY, leg)
    if not due:
        return None
    return await pay(conn, due, press)


async def pay(
    conn: Connection[Record],
    due: Sequence[Charge],
    press: Press,
    *,
    into: Account | None = None,
) -> Entry:
    """Post one entry for charges of one dossier, into the taker's own pocket or another.

    Raises NothingToPay, AlreadyPaid.
    """
    if not due:
        raise NothingToPay
    dossier_id = due[0].dossier_id
    office = press.by.office or 0
    total = sum(charge.amount_vnd for charge in due)
    pocketed = into or pocket(press.by, press.means)
    came = Line(account=pocketed, amount_vnd=total, dossier_id=dossier_id)
    owed = tuple(
        Line(
            account=earned_by(charge, office),
            amount_vnd=-charge.amount_vnd,
            charge_id=charge.id,
            dossier_id=dossier_id,
        )
        for charge in due
    )
    agencies = {charge.agency_id for charge in due if charge.agency_id is not None}
    return await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.COLLECT,
            key=press.key,
            at=press.at,
            person_id=press.by.person,
            other_id=into.person_id if into else None,
            office_id=office,
            dossier_id=dossier_id,
            agency_id=next(iter(agencies), None),
            means=press.means,
            lines=(came, *owed),
        ),
        now=press.now,
    )


def pocket(by: Actor, means: Means = Means.CASH) -> Account:
    """Where the money of *by* lies once it is taken."""
    if means is Means.TRANSFER:
        return Account(kind=Purse.BANK)
    kind = Purse.PURSE if by.keeper is Keeper.COURIER else Purse.TILL
    return Account(kind=kind, office_id=by.office, person_id=by.person)


def earned_by(charge: Charge, office_id: int) -> Account:
    """Whose money a paid charge is: the agency's it is held for, or the post's."""
    if charge.kind is Kind.COD:
        return Account(kind=Purse.COD_HELD, agency_id=charge.agency_id)
    if charge.agency_id is not None:
        return Account(kind=Purse.STATE_HELD, agency_id=charge.agency_id)
    kind = Purse.COLLECTION if charge.kind is Kind.COLLECTION else Purse.POSTAGE
    return Account(kind=kind, office_id=office_id)
