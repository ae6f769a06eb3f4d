"""What a bounce does to money: a free next leg, and what is given back.

The rule is a dated table of the post's; the demonstration's, until the province decides. Postage
is the post's own to give back. The state's money is given back on the agency's word alone, and
only while the post still holds it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.desk.bounces import bounce_fee_store as store
from postal_service.desk.bounces import bounces_store
from postal_service.desk.bounces.bounce_fee_store import Due
from postal_service.desk.bounces.bounce_rules import Fault, Kind
from postal_service.desk.bounces.bounces_store import Standing
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import DeskError
from postal_service.desk.money import charges_store, collect, ledger
from postal_service.desk.money.model import (
    Entry,
    EntryKind,
    Line,
    Means,
    NewEntry,
)
from postal_service.desk.money.model import Kind as ChargeKind

#: How long what is done stays on the lists.
STAYS: Final = timedelta(days=7)


class Outcome(StrEnum):
    KEEP = "keep"
    REFUND = "refund"
    FREE_NEXT_LEG = "free_next_leg"


class UnknownRefund(DeskError):
    """Nothing is due under this number here, or no longer."""

    def __init__(self) -> None:
        super().__init__(
            "Không có khoản phải trả lại này ở đây. Mở lại danh sách.",
            "There is nothing to be given back under this number here. Open the list again.",
        )


class WaitsForAgency(DeskError):
    """It is the state's money, and the agency has not said that it goes back."""

    def __init__(self) -> None:
        super().__init__(
            "Phí, lệ phí giữ thay cơ quan: chỉ trả lại khi cơ quan đồng ý. Chờ cơ quan trả lời.",
            "The fee is held for the agency: it goes back on the agency's word. Wait for it.",
        )


class NoLongerHeld(DeskError):
    """The agency has the money already."""

    def __init__(self) -> None:
        super().__init__(
            "Khoản này đã nộp cho cơ quan; bưu điện không còn giữ. Hướng dẫn người dân nhận lại "
            "tại cơ quan.",
            "This was settled to the agency already. The citizen gets it back there.",
        )


async def fee_rule(
    conn: Connection[Record], bounce: Kind, fault: Fault, kind: ChargeKind, day: date
) -> Outcome:
    """What becomes of a charge; kept where no row says otherwise."""
    found = await store.outcome_on(conn, bounce, fault, kind, day)
    return Outcome(found) if found else Outcome.KEEP


async def next_leg_free(
    conn: Connection[Record], dossier_id: int, kind: ChargeKind, *, now: datetime
) -> bool:
    """Whether the next carriage of a dossier costs nothing, because of its last bounce."""
    standing = await bounces_store.standing(conn, dossier_id)
    if not standing:
        return False
    last = standing[0]
    outcome = await fee_rule(conn, last.kind, last.fault, kind, day_of(now))
    return outcome is Outcome.FREE_NEXT_LEG


async def settle(
    conn: Connection[Record], bounce: Standing, *, person_id: int, now: datetime
) -> None:
    """Write down what is to be given back for a bounce as it stands. Safe to repeat.

    What is due no longer, since somebody ruled otherwise, is dropped; what was paid out stays. A
    way home that is free is not asked for at the door either.
    """
    way_home = await fee_rule(
        conn, bounce.kind, bounce.fault, ChargeKind.POSTAGE_BACK, day_of(bounce.at)
    )
    if way_home is Outcome.FREE_NEXT_LEG:
        await charges_store.void(
            conn, await store.open_ways_home(conn, bounce.dossier_id), person_id, now
        )
    for paid in await store.paid_of(conn, bounce.dossier_id):
        outcome = await fee_rule(conn, bounce.kind, bounce.fault, paid.kind, day_of(bounce.at))
        if outcome is Outcome.REFUND:
            await store.owe(conn, bounce.id, bounce.dossier_id, paid, now)
        else:
            await store.drop(conn, paid.charge_id, now)


async def is_demo(conn: Connection[Record], *, now: datetime) -> bool:
    """Whether the rule is still the demonstration's: pages say so."""
    return await store.is_demo(conn, day_of(now))


async def at_office(conn: Connection[Record], staff: Staff, *, now: datetime) -> list[Due]:
    """What her office is to give back, and what it gave back lately."""
    return await store.due_at_office(conn, staff.office_id or 0, now - STAYS)


async def at_agency(conn: Connection[Record], staff: Staff, *, now: datetime) -> list[Due]:
    """What waits for her agency's word, and what it said lately."""
    return await store.due_at_agency(conn, staff.agency_id or 0, now - STAYS)


async def say(conn: Connection[Record], id: int, said: str, *, staff: Staff, now: datetime) -> None:
    """The agency's word on its own money. The first word counts. Raises UnknownRefund."""
    due = await found(conn, id)
    if due.agency_id is None or due.agency_id != staff.agency_id or said not in ("refund", "keep"):
        raise UnknownRefund
    await store.say(conn, id, said, staff.id, now)


async def pay_out(
    conn: Connection[Record], id: int, form_id: UUID, *, staff: Staff, now: datetime
) -> Entry:
    """Give it back out of her till, with a receipt number of its own. Safe to press twice.

    Raises UnknownRefund, WaitsForAgency, NoLongerHeld.
    """
    due = await found(conn, id)
    if due.office_id != staff.office_id:
        raise UnknownRefund
    if due.entry_id is not None:
        return await ledger.by_id(conn, due.entry_id)
    if due.agency_id is not None:
        if due.said != "refund":
            raise WaitsForAgency
        if await store.held_of(conn, due.charge_id) < due.amount_vnd:
            raise NoLongerHeld
    entry = await ledger.post(conn, await entry_of(conn, due, form_id, staff, now), now=now)
    await store.paid_out(conn, id, entry.id)
    return entry


async def entry_of(
    conn: Connection[Record], due: Due, form_id: UUID, staff: Staff, now: datetime
) -> NewEntry:
    """Out of her till, and off what is owed to the agency or was earned."""
    all_ = await charges_store.of_dossier(conn, due.dossier_id)
    charge = next(each for each in all_ if each.id == due.charge_id)
    out = Line(
        account=collect.pocket(staff.actor), amount_vnd=-due.amount_vnd, dossier_id=due.dossier_id
    )
    back = Line(
        account=collect.earned_by(charge, due.office_id),
        amount_vnd=due.amount_vnd,
        charge_id=charge.id,
        dossier_id=due.dossier_id,
    )
    return NewEntry(
        kind=EntryKind.REFUND,
        key=form_id,
        at=now,
        person_id=staff.id,
        office_id=due.office_id,
        dossier_id=due.dossier_id,
        agency_id=due.agency_id,
        means=Means.CASH,
        lines=(out, back),
    )


async def payer_of(conn: Connection[Record], entry: Entry) -> str:
    """Who gave it back, by name."""
    return await store.name_of(conn, entry.person_id)


async def found(conn: Connection[Record], id: int) -> Due:
    """Raises UnknownRefund."""
    due = await store.lock_due(conn, id) if 0 < id < 2**63 else None
    if due is None or due.dropped_at is not None:
        raise UnknownRefund
    return due
