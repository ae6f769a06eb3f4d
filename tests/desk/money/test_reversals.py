"""Taking money's entries back: by two people, whole, and never so that it is collected twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection

from postal_service.caller import Staff
from postal_service.desk import field
from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import Evidence
from postal_service.desk.money import charges, collect, ledger, refunds_store, reversals
from postal_service.desk.money.back_errors import NotReversible
from postal_service.desk.money.errors import AlreadyReversed, SamePerson
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Means,
    Moment,
    NewEntry,
    Purse,
)
from postal_service.desk.watch import approvals
from postal_service.desk.watch.approval_errors import (
    AlreadyAsked,
    BadAsk,
    NotTheSecondPerson,
    UnknownSubject,
)
from postal_service.desk.watch.approvals import Ask, Kind
from postal_service.desk.watch.approvals_store import Approval
from tests import make, trouble
from tests.desk.money.books import balances, fee, paid, press
from tests.make import MORNING, Town
from tracking.corrections import Undo
from tracking.model import Dossier, Event
from tracking.stages import Act, Leg, Stage

SEEN = Evidence(id_kind="cccd", id_last4="0001", no_code="no_phone")
SOON = MORNING + timedelta(seconds=40)
LATER = MORNING + timedelta(hours=2)


async def person(conn: Connection, town: Town, name: str, role: str) -> Staff:
    return await trouble.staff(conn, await make.person(conn, name, role, town.office, town.agency))


async def clerk(conn: Connection, town: Town) -> Staff:
    return await trouble.staff(conn, town.clerk)


def asking(by: Staff, entry: Entry, *, reason: str = "CR05") -> Ask:
    return Ask(
        id=uuid4(),
        kind=Kind.REVERSE_ENTRY,
        subject=reversals.subject_of(entry),
        reason=reason,
        by=by,
    )


async def pay_in(conn: Connection, town: Town, vnd: int) -> Entry:
    """The clerk's shift is over: what lay in her till lies in the safe."""
    till = Account(kind=Purse.TILL, office_id=town.office, person_id=town.clerk)
    safe = Account(kind=Purse.SAFE, office_id=town.office)
    return await ledger.post(
        conn,
        NewEntry(
            kind=EntryKind.PAY_IN,
            key=uuid4(),
            at=MORNING,
            person_id=town.clerk,
            office_id=town.office,
            lines=ledger.swap(safe, till, vnd),
        ),
        now=MORNING,
    )


async def test_a_supervisor_takes_back_what_a_clerk_booked_wrongly(
    desk: Connection, town: Town
) -> None:
    """The clerk asks, the supervisor agrees: her name, her receipt, and the charge is open."""
    dossier = await make.dossier(desk, town)
    before = await balances(desk)
    entry = await paid(desk, town, dossier)
    boss = await person(desk, town, "boss", "supervisor")
    asked = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)
    assert asked.subject == "BL-66D01-261123-0002"

    done = await approvals.approve(desk, asked.id, by=boss, now=LATER)

    assert done.state == "done"
    back = await ledger.by_key(desk, EntryKind.REVERSE, asked.id)
    assert back is not None
    assert (back.person_id, back.other_id, back.reverses) == (boss.id, town.clerk, entry.id)
    assert back.number == "BL-66D01-261123-0003"
    assert back.why == "Ghi sai số tiền"
    assert await balances(desk) == before
    assert len(await charges.open_with(desk, dossier.id, Moment.BEFORE)) == 1


async def test_whoever_took_it_does_not_agree(desk: Connection, town: Town) -> None:
    """The supervisor stood in at the counter: a colleague's question is not hers to answer."""
    boss = await person(desk, town, "boss", "supervisor")
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    entry = await collect.before(desk, dossier.id, press(boss.actor))
    asked = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)

    with pytest.raises(SamePerson):
        await approvals.approve(desk, asked.id, by=boss, now=LATER)

    waiting = await approvals.waiting(desk, boss, now=LATER)
    assert [each.id for each in waiting] == [asked.id]
    manager = await person(desk, town, "chief", "manager")
    done = await approvals.approve(desk, asked.id, by=manager, now=LATER)
    assert done.state == "done"


async def test_a_manager_decides_money_and_nothing_else(desk: Connection, town: Town) -> None:
    manager = await person(desk, town, "chief", "manager")
    entry = await paid(desk, town)
    hers = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)
    dossier = await make.dossier(desk, town)
    other = await approvals.ask(
        desk,
        Ask(
            id=uuid4(),
            kind=Kind.DECLARE_LOST,
            subject=await make.s10(desk, dossier),
            reason="CD01",
            by=await clerk(desk, town),
        ),
        now=LATER,
    )

    assert approvals.may_decide(hers, manager)
    assert not approvals.may_decide(other, manager)


async def test_a_question_is_about_money_of_ones_own_place(desk: Connection, town: Town) -> None:
    """A clerk of another office, a courier for another's entry, an officer: none of them."""
    entry = await paid(desk, town)
    far = await make.town(desk, office="66D05", suffix="-far")

    for who in (far.clerk, town.courier, town.officer):
        with pytest.raises(UnknownSubject):
            await approvals.ask(desk, asking(await trouble.staff(desk, who), entry), now=LATER)
    me = await clerk(desk, town)
    with pytest.raises(BadAsk):
        await approvals.ask(desk, asking(me, entry, reason="DF03"), now=LATER)


async def test_one_question_an_entry(desk: Connection, town: Town) -> None:
    entry = await paid(desk, town)
    me = await clerk(desk, town)
    await approvals.ask(desk, asking(me, entry), now=LATER)

    with pytest.raises(AlreadyAsked):
        await approvals.ask(desk, asking(me, entry), now=LATER)


async def test_a_clerk_of_the_same_role_is_not_enough(desk: Connection, town: Town) -> None:
    entry = await paid(desk, town)
    asked = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)

    colleague = await person(desk, town, "colleague", "clerk")
    with pytest.raises(NotTheSecondPerson):
        await approvals.approve(desk, asked.id, by=colleague, now=LATER)


@pytest.mark.parametrize("kind", [EntryKind.DIFFERENCE, EntryKind.MATCH])
async def test_a_count_and_a_match_are_mended_another_way(
    desk: Connection, town: Town, kind: EntryKind
) -> None:
    boss = await person(desk, town, "boss", "supervisor")
    entry = await ledger.post(
        desk,
        NewEntry(
            kind=kind,
            key=uuid4(),
            at=MORNING,
            person_id=town.clerk,
            office_id=town.office,
            lines=ledger.swap(Account(kind=Purse.BANK), Account(kind=Purse.SUSPENSE), 5),
        ),
        now=MORNING,
    )

    with pytest.raises(NotReversible):
        await approvals.ask(desk, asking(boss, entry), now=LATER)


async def test_what_is_in_the_bank_is_refunded_instead(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    entry = await collect.before(desk, dossier.id, press(town.by_clerk, means=Means.TRANSFER))

    with pytest.raises(NotReversible, match="hoàn"):
        await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)


async def test_the_safe_gives_what_a_closed_shift_paid_in(desk: Connection, town: Town) -> None:
    """The citizen gets her money today; nobody's till stands below nothing."""
    entry = await paid(desk, town)
    await pay_in(desk, town, 45000)
    boss = await person(desk, town, "boss", "supervisor")
    asked = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)

    await approvals.approve(desk, asked.id, by=boss, now=LATER)

    there = await balances(desk)
    assert there[("safe", town.office, None, None)] == 30000
    assert ("till", town.office, town.clerk, None) not in there


async def test_a_move_between_drawers_stands_once_the_money_moved_on(
    desk: Connection, town: Town
) -> None:
    await paid(desk, town)
    moved = await pay_in(desk, town, 45000)
    boss = await person(desk, town, "boss", "supervisor")
    safe = Account(kind=Purse.SAFE, office_id=town.office)
    await ledger.post(
        desk,
        NewEntry(
            kind=EntryKind.PAY_IN,
            key=uuid4(),
            at=MORNING,
            person_id=boss.id,
            office_id=town.office,
            lines=ledger.swap(Account(kind=Purse.BANK), safe, 45000),
        ),
        now=MORNING,
    )
    asked = await approvals.ask(desk, asking(await clerk(desk, town), moved), now=LATER)

    done = await approvals.approve(desk, asked.id, by=boss, now=LATER)

    assert done.state == "done"
    assert sum((await balances(desk)).values()) == 0


async def test_what_went_back_to_the_citizen_is_not_reversed_too(
    desk: Connection, town: Town
) -> None:
    """She would have it twice."""
    dossier = await make.dossier(desk, town)
    charge = await fee(desk, town, dossier)
    entry = await collect.before(desk, dossier.id, press(town.by_clerk))
    await refunds_store.owe(desk, [charge], why="không tiếp nhận", said_by=town.officer, at=MORNING)
    await desk.execute("UPDATE refund_due SET entry_id = $1", entry.id)
    boss = await person(desk, town, "boss", "supervisor")
    asked = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)

    done = await approvals.approve(desk, asked.id, by=boss, now=LATER)

    assert (done.state, done.why) == ("refused", "NotReversible")
    assert (await ledger.by_id(desk, entry.id)).reversed_by is None


async def test_a_refund_that_waits_falls_with_its_entry(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    charge = await fee(desk, town, dossier)
    entry = await collect.before(desk, dossier.id, press(town.by_clerk))
    await refunds_store.owe(desk, [charge], why="không tiếp nhận", said_by=town.officer, at=MORNING)
    boss = await person(desk, town, "boss", "supervisor")
    asked = await approvals.ask(desk, asking(await clerk(desk, town), entry), now=LATER)

    await approvals.approve(desk, asked.id, by=boss, now=LATER)

    assert await refunds_store.of_dossier(desk, dossier.id) == []


async def delivered(desk: Connection, town: Town) -> tuple[Dossier, str, UUID]:
    """A result at the door, its postage back paid: the scan is the phone's operation code."""
    dossier = await make.dossier(desk, town)
    s10 = await make.result(desk, town, dossier, Stage.OUT)
    return dossier, s10, await hand(desk, town, s10)


async def hand(desk: Connection, town: Town, s10: str) -> UUID:
    report = Report(scan=make.scan(s10, Act.DELIVER, town.by_courier), evidence=SEEN)
    [answer] = await delivery.record(desk, [report], heard_at=MORNING)
    assert isinstance(answer, Event), answer
    return report.scan.id


def undoing(town: Town, s10: str, scan: UUID, approver: int | None = None) -> Undo:
    return Undo(
        id=uuid4(),
        s10=s10,
        undoes=scan,
        by=town.by_courier,
        at=SOON,
        reason="CR02" if approver else None,
        approver=approver,
    )


async def questions(desk: Connection, town: Town) -> list[Approval]:
    boss = await person(desk, town, f"boss-{uuid4().hex[:6]}", "supervisor")
    return await approvals.waiting(desk, boss, now=SOON)


async def test_a_courier_who_undoes_alone_keeps_the_money_and_a_question_waits(
    desk: Connection, town: Town
) -> None:
    """The charge stays paid meanwhile, so that the door does not ask for it again."""
    dossier, s10, scan = await delivered(desk, town)

    await field.undo_delivery(desk, undoing(town, s10, scan), now=SOON)

    entry = await ledger.by_key(desk, EntryKind.COLLECT, scan)
    assert entry is not None
    assert entry.reversed_by is None
    assert await charges.open_with(desk, dossier.id, Moment.ON_DELIVERY, Leg.RESULT) == []
    [asked] = await questions(desk, town)
    assert (asked.kind, asked.subject, asked.asked_by) == (
        "reverse_entry",
        entry.number,
        town.courier,
    )
    assert await reversals.asked(desk, [entry.id]) == {entry.id}


async def test_the_question_is_answered_and_the_door_collects_anew(
    desk: Connection, town: Town
) -> None:
    dossier, s10, scan = await delivered(desk, town)
    await field.undo_delivery(desk, undoing(town, s10, scan), now=SOON)
    [asked] = await questions(desk, town)
    boss = await person(desk, town, "boss", "supervisor")

    await approvals.approve(desk, asked.id, by=boss, now=LATER)

    purse = Account(kind=Purse.PURSE, office_id=town.office, person_id=town.courier)
    assert await ledger.balance(desk, purse) == 0
    await hand(desk, town, s10)
    assert await ledger.balance(desk, purse) == 22000
    assert await charges.open_with(desk, dossier.id, Moment.ON_DELIVERY, Leg.RESULT) == []


async def test_what_was_delivered_after_all_is_not_reversed(desk: Connection, town: Town) -> None:
    """He pressed wrongly, undid it, and handed it over with the money he had: it was right."""
    _, s10, scan = await delivered(desk, town)
    await field.undo_delivery(desk, undoing(town, s10, scan), now=SOON)
    await hand(desk, town, s10)
    [asked] = await questions(desk, town)
    boss = await person(desk, town, "boss", "supervisor")

    done = await approvals.approve(desk, asked.id, by=boss, now=LATER)

    assert (done.state, done.why) == ("refused", "NotReversible")
    purse = Account(kind=Purse.PURSE, office_id=town.office, person_id=town.courier)
    assert await ledger.balance(desk, purse) == 22000


async def test_a_second_person_who_undoes_reverses_the_money_with_it(
    desk: Connection, town: Town
) -> None:
    """One decision, one transaction: nobody is asked a second time."""
    dossier, s10, scan = await delivered(desk, town)
    before = await charges.open_with(desk, dossier.id, Moment.ON_DELIVERY, Leg.RESULT)
    boss = await person(desk, town, "boss", "supervisor")

    wish = undoing(town, s10, scan, approver=boss.id)
    await field.undo_delivery(desk, wish, now=LATER)
    await field.undo_delivery(desk, wish, now=LATER)

    assert before == []
    [due] = await charges.open_with(desk, dossier.id, Moment.ON_DELIVERY, Leg.RESULT)
    assert due.amount_vnd == 22000
    back = await ledger.by_key(desk, EntryKind.REVERSE, wish.id)
    assert back is not None
    assert back.person_id == boss.id
    assert await questions(desk, town) == []


async def test_reversed_once_it_is_not_asked_for_again(desk: Connection, town: Town) -> None:
    entry = await paid(desk, town)
    me = await clerk(desk, town)
    asked = await approvals.ask(desk, asking(me, entry), now=LATER)
    boss = await person(desk, town, "boss", "supervisor")
    await approvals.approve(desk, asked.id, by=boss, now=LATER)

    with pytest.raises(AlreadyReversed):
        await approvals.ask(desk, asking(me, entry), now=LATER)
