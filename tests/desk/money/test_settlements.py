"""Agencies get what was collected for them: each dossier's lines, once, and never our postage."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.database import set_context
from postal_service.desk.money import (
    charges,
    collect,
    ledger,
    reversals,
    settlement_sheets,
    settlements,
)
from postal_service.desk.money.model import (
    Account,
    EntryKind,
    Kind,
    Means,
    NewCharge,
    Purse,
    Reversal,
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
from postal_service.desk.money.settlements import Deposit, Wish
from postal_service.desk.money.settlements_store import Settled, SettledLine
from tests import make, trouble
from tests.conftest import connect
from tests.desk.money.books import balances, fee, fund, move, press
from tests.make import MORNING, Town
from tracking.model import Dossier

TODAY = MORNING.date()


@pytest.fixture
async def manager(desk: Connection, town: Town) -> Staff:
    made = await make.person(desk, "chief", "manager", town.office, town.agency)
    return await trouble.staff(desk, made)


async def through_the_bank(desk: Connection, town: Town, vnd: int = 15000) -> Dossier:
    """A dossier whose fee came by transfer."""
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier, vnd)
    await collect.before(desk, dossier.id, press(town.by_clerk, means=Means.TRANSFER))
    return dossier


def wish(town: Town, seen: int, **said: object) -> Wish:
    made = Wish(
        id=uuid4(),
        agency_id=town.agency,
        purse=Purse.STATE_HELD,
        until=TODAY,
        seen=seen,
        bank_ref="FT26327-001",
    )
    return replace(made, **said)


async def owed(desk: Connection, town: Town, purse: Purse = Purse.STATE_HELD) -> int:
    lines = await settlements.open_lines(desk, town.agency, purse, TODAY)
    return sum(line.amount_vnd for line in lines)


async def settled(desk: Connection, town: Town, manager: Staff) -> Settled:
    """Enough in the bank, and all that is owed paid."""
    await fund(desk, town)
    await through_the_bank(desk, town, 100_000)
    total = await owed(desk, town)
    return await settlements.pay(desk, wish(town, total), staff=manager, now=MORNING)


async def test_an_agency_gets_its_dossiers_lines_and_no_postage(
    desk: Connection, town: Town, manager: Staff
) -> None:
    """Two dossiers, their fees apart; what the post earned stays where it is."""
    first = await through_the_bank(desk, town)
    second = await through_the_bank(desk, town)
    total = await owed(desk, town)
    assert total == 2 * (8000 + 15000)
    postage = (await balances(desk))[("postage", town.office, None, None)]

    await fund(desk, town)
    made = await settlements.pay(desk, wish(town, total), staff=manager, now=MORNING)

    lines = await settlements.lines(desk, made.id)
    assert sum(line.amount_vnd for line in lines) == made.amount_vnd == total
    assert {line.ref for line in lines} == {first.ref, second.ref}
    assert await owed(desk, town) == 0
    there = await balances(desk)
    assert there[("postage", town.office, None, None)] == postage
    assert ("state_held", None, None, town.agency) not in there


async def test_pressed_twice_it_is_paid_once(desk: Connection, town: Town, manager: Staff) -> None:
    await fund(desk, town)
    await through_the_bank(desk, town, 100_000)
    once = wish(town, await owed(desk, town))

    first = await settlements.pay(desk, once, staff=manager, now=MORNING)
    again = await settlements.pay(desk, once, staff=manager, now=MORNING)

    assert first == again
    assert await desk.fetchval("SELECT count(*) FROM entry WHERE kind = 'settle'") == 1


async def test_two_managers_at_once_pay_once(
    town_url: str, desk: Connection, town: Town, manager: Staff
) -> None:
    """The second sees that nothing is left, whatever she saw when she opened the page."""
    await fund(desk, town)
    await through_the_bank(desk, town, 100_000)
    total = await owed(desk, town)

    async def one(n: int) -> bool:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                said = wish(town, total, bank_ref=f"FT-{n}")
                await settlements.pay(conn, said, staff=manager, now=MORNING)
        except NothingToSettle:
            return False
        finally:
            await conn.close()
        return True

    assert sorted(await asyncio.gather(one(1), one(2))) == [False, True]


async def test_a_reversal_after_it_stands_below_nothing_in_the_next(
    desk: Connection, town: Town, manager: Staff
) -> None:
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    entry = await collect.before(desk, dossier.id, press(town.by_clerk))
    await settled(desk, town, manager)
    back = Reversal(key=uuid4(), person_id=manager.id, why="ghi sai", at=MORNING)
    await reversals.take_back(desk, entry, back, now=MORNING)

    [line] = await settlements.open_lines(desk, town.agency, Purse.STATE_HELD, TODAY)
    assert (line.amount_vnd, line.ref) == (-15000, dossier.ref)
    with pytest.raises(NothingToSettle):
        await settlements.pay(desk, wish(town, -15000, bank_ref="FT-2"), staff=manager, now=MORNING)

    await through_the_bank(desk, town, 50_000)
    made = await settlements.pay(
        desk, wish(town, 43_000, bank_ref="FT-3"), staff=manager, now=MORNING
    )
    amounts = sorted(line.amount_vnd for line in await settlements.lines(desk, made.id))
    assert amounts == [-15000, 8000, 50000]


async def test_a_settlement_that_is_reversed_is_owed_again(
    desk: Connection, town: Town, manager: Staff
) -> None:
    """A transfer the bank sent back: the same lines wait for the next."""
    made = await settled(desk, town, manager)
    before = {line.ref for line in await settlements.lines(desk, made.id)}
    boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    entry = await ledger.by_id(desk, made.entry_id)

    back = Reversal(key=uuid4(), person_id=boss, why="ngân hàng trả lại", at=MORNING)
    await reversals.take_back(desk, entry, back, now=MORNING)

    lines = await settlements.open_lines(desk, town.agency, Purse.STATE_HELD, TODAY)
    assert {line.ref for line in lines} == before
    assert sum(line.amount_vnd for line in lines) == made.amount_vnd
    assert (await settlements.find(desk, made.id)).reversed_at is not None
    again = wish(town, made.amount_vnd, bank_ref="FT-2")
    assert await settlements.pay(desk, again, staff=manager, now=MORNING)


async def test_what_else_was_collected_is_settled_apart(
    desk: Connection, town: Town, manager: Staff
) -> None:
    """A land tax in the same transfer as the fees could not be told from them."""
    dossier = await through_the_bank(desk, town, 100_000)
    line = NewCharge(kind=Kind.COD, amount_vnd=70_000, agency_id=town.agency)
    await charges.add(desk, dossier.id, [line], person_id=town.clerk, at=MORNING)
    await collect.before(desk, dossier.id, press(town.by_clerk, means=Means.TRANSFER))

    assert await owed(desk, town, Purse.COD_HELD) == 70_000
    assert await owed(desk, town) == 108_000
    kinds = {each.kind: each.amount_vnd for each in await settlements.standing(desk)}
    assert kinds == {Purse.STATE_HELD: 108_000, Purse.COD_HELD: 70_000}


async def test_only_what_was_posted_by_then(desk: Connection, town: Town, manager: Staff) -> None:
    await through_the_bank(desk, town, 100_000)
    yesterday = TODAY - timedelta(days=1)

    assert await settlements.open_lines(desk, town.agency, Purse.STATE_HELD, yesterday) == []
    with pytest.raises(NothingToSettle):
        await settlements.pay(desk, wish(town, 0, until=yesterday), staff=manager, now=MORNING)
    with pytest.raises(BadUntil):
        await settlements.pay(
            desk, wish(town, 0, until=date(2026, 12, 31)), staff=manager, now=MORNING
        )


async def test_what_was_transferred_is_what_the_books_say(
    desk: Connection, town: Town, manager: Staff
) -> None:
    """A fee came in after she opened the page, or the cash is still in the safes."""
    await through_the_bank(desk, town, 15_000)
    with pytest.raises(SumMoved):
        await settlements.pay(desk, wish(town, 22_000), staff=manager, now=MORNING)
    with pytest.raises(NotInBank):
        await settlements.pay(desk, wish(town, 23_000), staff=manager, now=MORNING)


@pytest.mark.parametrize("reference", ["", "x", "FT 1", "=1+1", "A" * 61, "số một"])
async def test_the_banks_number_is_one(
    desk: Connection, town: Town, manager: Staff, reference: str
) -> None:
    await through_the_bank(desk, town, 100_000)
    with pytest.raises(BadBankRef):
        await settlements.pay(
            desk, wish(town, 108_000, bank_ref=reference), staff=manager, now=MORNING
        )


async def test_a_bank_number_is_used_once(desk: Connection, town: Town, manager: Staff) -> None:
    """In either letter case, for another agency's settlement or a deposit."""
    await settled(desk, town, manager)
    await through_the_bank(desk, town, 100_000)

    with pytest.raises(BankRefUsed):
        await settlements.pay(
            desk, wish(town, 108_000, bank_ref="ft26327-001"), staff=manager, now=MORNING
        )


async def test_who_pays_and_who_confirms_are_two(
    desk: Connection, town: Town, manager: Staff
) -> None:
    officer = await trouble.staff(desk, town.officer)
    clerk = await trouble.staff(desk, town.clerk)
    made = await settled(desk, town, manager)

    for who in (officer, clerk):
        with pytest.raises(NotYourMoney):
            await settlements.pay(desk, wish(town, 1, bank_ref="FT-9"), staff=who, now=MORNING)
    with pytest.raises(NotYourMoney):
        await settlements.confirm(desk, made.id, staff=manager, now=MORNING)
    await settlements.confirm(desk, made.id, staff=officer, now=MORNING)
    await settlements.confirm(desk, made.id, staff=officer, now=MORNING + timedelta(days=1))
    assert (await settlements.find(desk, made.id)).confirmed_at == MORNING
    with pytest.raises(UnknownSettlement):
        await settlements.find(desk, 2**62)


async def test_an_agency_sees_its_own_settlements_alone(
    town_url: str, desk: Connection, town: Town, manager: Staff
) -> None:
    far = await make.town(desk, office="66D05", suffix="-far")
    made = await settled(desk, town, manager)

    conn = await connect(town_url)
    try:
        for who, seen in ((town.officer, 1), (far.officer, 0), (town.clerk, 0)):
            async with conn.transaction():
                await set_context(conn, (await trouble.staff(desk, who)).context)
                found = await settlements.listed(conn)
                assert len(found) == seen
                if seen:
                    lines = await settlements.lines(conn, made.id)
                    assert sum(line.amount_vnd for line in lines) == made.amount_vnd
    finally:
        await conn.close()


async def test_the_safes_cash_goes_to_the_bank(desk: Connection, town: Town) -> None:
    """With the bank's number of the paying-in slip, and no more than is there."""
    boss = await trouble.staff(desk, await trouble.boss(desk, town))
    await make.dossier(desk, town)
    safe = Account(kind=Purse.SAFE, office_id=town.office)
    till = Account(kind=Purse.TILL, office_id=town.office, person_id=town.clerk)
    await move(desk, EntryKind.PAY_IN, safe, till, 30_000, town.clerk)

    too_much = Deposit(id=uuid4(), amount_vnd=30_001, bank_ref="NT-1")
    with pytest.raises(NotInSafe):
        await settlements.deposit(desk, too_much, staff=boss, now=MORNING)
    once = Deposit(id=uuid4(), amount_vnd=30_000, bank_ref="NT-1")
    first = await settlements.deposit(desk, once, staff=boss, now=MORNING)
    assert await settlements.deposit(desk, once, staff=boss, now=MORNING) == first
    again = Deposit(id=uuid4(), amount_vnd=1, bank_ref="nt-1")
    with pytest.raises(BankRefUsed):
        await settlements.deposit(desk, again, staff=boss, now=MORNING)

    assert (await balances(desk))[("bank", None, None, None)] == 30_000


def test_no_cell_of_the_file_is_a_formula() -> None:
    """The accountant opens it in a spreadsheet; an amount below nothing is a number there."""
    one = Settled(
        id=1, agency_id=1, agency="UBND", kind=Purse.STATE_HELD, until=TODAY, amount_vnd=1,
        bank_ref="FT", entry_id=1, made_at=MORNING, made_by="Chí", confirmed_at=None,
        confirmed_by=None, reversed_at=None, asked=False,
    )  # fmt: skip
    line = SettledLine(
        entry_id=1, amount_vnd=-15000, dossier_id=1, ref="LD-261123-00001",
        agency_code="=1+1", kind=Kind.STATE_FEE, at=MORNING, office_code="66D01",
        receipt_day=TODAY, receipt_no=1, live=True,
    )  # fmt: skip

    [_, row] = csv.reader(io.StringIO(settlement_sheets.csv_of(one, [line])))

    assert row == [
        "QT-261123-00001", "'=1+1", "LD-261123-00001", "Lệ phí thu hộ", "BL-66D01-261123-0001",
        "23/11/2026 08:15", "-15000",
    ]  # fmt: skip
