"""The books as they are written: numbers without a gap, once each press, taken back whole."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.desk.money import charges, collect, ledger
from postal_service.desk.money.errors import (
    AlreadyPaid,
    AlreadyReversed,
    EntryReused,
    NothingToPay,
    SamePerson,
    UnknownEntry,
)
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Means,
    Moment,
    NewEntry,
    Purse,
)
from tests import make
from tests.conftest import connect
from tests.desk.money.books import balances, fee, paid, press, wish
from tests.make import MORNING, Town

#: A believer in gaps: every number of a day up to its last, once.
NUMBERS = "SELECT receipt_no FROM entry WHERE receipt_day IS NOT NULL ORDER BY receipt_no"


async def numbers(conn: Connection) -> list[int]:
    return [row[0] for row in await conn.fetch(NUMBERS)]


async def boss(conn: Connection, town: Town) -> int:
    return await make.person(conn, "boss", "supervisor", town.office, town.agency)


async def test_what_is_paid_lies_in_the_till_and_is_owed_apart(
    desk: Connection, town: Town
) -> None:
    """The state's money on the agency's account, postage on the office's: never one sum."""
    await make.dossier(desk, town)

    assert await balances(desk) == {
        ("till", town.office, town.clerk, None): 30000,
        ("state_held", None, None, town.agency): -8000,
        ("postage", town.office, None, None): -22000,
    }


async def test_a_second_press_finds_the_first(desk: Connection, town: Town) -> None:
    """A receipt printed twice has one number."""
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    once = press(town.by_clerk)

    first = await collect.before(desk, dossier.id, once)
    again = await collect.before(desk, dossier.id, once)

    assert first == again
    assert first.number == f"BL-{first.office_code}-261123-0002"


async def test_a_key_means_one_content(desk: Connection, town: Town) -> None:
    move = NewEntry(
        kind=EntryKind.PAY_IN,
        key=uuid4(),
        at=MORNING,
        person_id=town.clerk,
        lines=ledger.swap(Account(kind=Purse.BANK), Account(kind=Purse.SUSPENSE), 5),
    )
    await ledger.post(desk, move, now=MORNING)

    other = ledger.swap(Account(kind=Purse.BANK), Account(kind=Purse.SUSPENSE), 6)
    with pytest.raises(EntryReused):
        await ledger.post(desk, replace(move, lines=other), now=MORNING)
    assert (await ledger.post(desk, move, now=MORNING)).receipt_no is None


async def test_a_charge_is_paid_once(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    due = await charges.open_with(desk, dossier.id, Moment.BEFORE)
    await collect.pay(desk, due, press(town.by_clerk))

    with pytest.raises(AlreadyPaid):
        await collect.pay(desk, due, press(town.by_clerk))
    with pytest.raises(NothingToPay):
        await collect.before(desk, dossier.id, press(town.by_clerk))
    assert await numbers(desk) == [1, 2]


async def test_two_counters_at_once_collect_once(
    town_url: str, desk: Connection, town: Town
) -> None:
    """Each has the dossier open; the second waits for the first and finds nothing to pay."""
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)

    async def one() -> Entry | Exception:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                made = await collect.before(conn, dossier.id, press(town.by_clerk))
                await asyncio.sleep(0.05)
                return made
        except (NothingToPay, AlreadyPaid) as refusal:
            return refusal
        finally:
            await conn.close()

    answers = await asyncio.gather(*(one() for _ in range(4)))

    assert sum(isinstance(answer, Entry) for answer in answers) == 1
    assert await numbers(desk) == [1, 2]


async def test_numbers_have_no_gap_whoever_rolls_back(
    town_url: str, desk: Connection, town: Town
) -> None:
    """Eight counters at once; every third gives up after its number was given."""
    dossiers = [await make.dossier(desk, town) for _ in range(24)]
    for dossier in dossiers:
        await fee(desk, town, dossier)

    async def one(n: int) -> None:
        conn = await connect(town_url)
        try:
            tried = conn.transaction()
            await tried.start()
            await collect.before(conn, dossiers[n].id, press(town.by_clerk))
            await (tried.rollback() if n % 3 == 0 else tried.commit())
        finally:
            await conn.close()

    for start in range(0, 24, 8):
        await asyncio.gather(*(one(n) for n in range(start, start + 8)))

    given = await numbers(desk)
    assert given == list(range(1, 24 + 16 + 1))
    assert await desk.fetchval("SELECT last_no FROM receipt_day") == len(given)


async def test_a_savepoint_gives_its_number_back(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)

    tried = desk.transaction()
    await tried.start()
    await collect.before(desk, dossier.id, press(town.by_clerk))
    await tried.rollback()
    kept = await collect.before(desk, dossier.id, press(town.by_clerk))

    assert kept.receipt_no == 2


async def test_a_reversal_restores_every_balance(desk: Connection, town: Town) -> None:
    """And the charge is there to be paid again, with a new receipt."""
    dossier = await make.dossier(desk, town)
    before = await balances(desk)
    made = await paid(desk, town, dossier)
    second = await boss(desk, town)

    back = await ledger.reverse(desk, made.id, wish(second), now=MORNING)

    assert await balances(desk) == before
    assert back.reverses == made.id
    assert back.receipt_no == 3
    assert back.other_id == town.clerk
    again = await collect.before(desk, dossier.id, press(town.by_clerk))
    assert again.receipt_no == 4


async def test_a_reversal_takes_another_person(desk: Connection, town: Town) -> None:
    made = await paid(desk, town)

    with pytest.raises(SamePerson):
        await ledger.reverse(desk, made.id, wish(town.clerk), now=MORNING)


async def test_an_entry_is_reversed_once(desk: Connection, town: Town) -> None:
    """The same wish again finds the reversal; another one, or of the reversal, is refused."""
    made = await paid(desk, town)
    said = wish(town.courier)
    back = await ledger.reverse(desk, made.id, said, now=MORNING)

    assert await ledger.reverse(desk, made.id, said, now=MORNING) == back
    for entry_id in (made.id, back.id):
        with pytest.raises(AlreadyReversed):
            await ledger.reverse(desk, entry_id, wish(town.other_courier), now=MORNING)
    other = await paid(desk, town)
    with pytest.raises(EntryReused):
        await ledger.reverse(desk, other.id, said, now=MORNING)


async def test_two_who_reverse_at_once_do_it_once(
    town_url: str, desk: Connection, town: Town
) -> None:
    made = await paid(desk, town)

    async def one(person: int) -> bool:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                await ledger.reverse(conn, made.id, wish(person), now=MORNING)
                await asyncio.sleep(0.05)
        except (AlreadyReversed, asyncpg.UniqueViolationError):
            return False
        finally:
            await conn.close()
        return True

    done = await asyncio.gather(one(town.courier), one(town.other_courier))

    assert sorted(done) == [False, True]
    assert sum((await balances(desk)).values()) == 0


async def test_an_entry_nobody_wrote_is_unknown(desk: Connection, town: Town) -> None:
    with pytest.raises(UnknownEntry):
        await ledger.reverse(desk, 2**40, wish(town.clerk), now=MORNING)


async def test_what_comes_late_keeps_its_papers_time(desk: Connection, town: Town) -> None:
    """A courier without signal: the phone's hour on the line, the number of the day it is heard."""
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    heard = MORNING + timedelta(days=2)

    made = await collect.before(desk, dossier.id, press(town.by_courier, now=heard))

    assert (made.at, made.posted_at) == (MORNING, heard)
    assert made.receipt_day == heard.date()
    assert (
        await ledger.balance(
            desk, Account(kind=Purse.PURSE, office_id=town.office, person_id=town.courier)
        )
        == 15000
    )


async def test_a_transfer_lies_in_the_bank(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)

    await collect.before(desk, dossier.id, press(town.by_clerk, means=Means.TRANSFER))

    assert await ledger.balance(desk, Account(kind=Purse.BANK)) == 15000
