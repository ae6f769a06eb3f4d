"""Money by transfer: what names its request to the đồng pays it, once; everything else waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.desk.money import (
    bank_lines,
    bank_matching,
    bank_returns,
    bank_returns_store,
    bank_store,
    charges,
    collect,
    ledger,
    reconcile,
    transfers,
    transfers_store,
)
from postal_service.desk.money.model import Account, Means, Moment, Purse
from postal_service.desk.money.transfer_errors import (
    AwaitedAlready,
    LineUsed,
    ReturnWaiting,
    SamePersonReturns,
    TooLittle,
    TransferEnded,
    UnknownTransfer,
)
from tests import make
from tests.conftest import connect
from tests.desk.money.bank import bring, credit, look, request, states
from tests.desk.money.books import press
from tests.make import MORNING, Town
from tracking.stages import Leg

BANK = Account(kind=Purse.BANK)
SUSPENSE = Account(kind=Purse.SUSPENSE)


async def boss(conn: Connection, town: Town) -> int:
    return await make.person(conn, "boss", "supervisor", town.office, town.agency)


async def test_a_transfer_that_names_its_request_pays_it(desk: Connection, town: Town) -> None:
    """The charge is paid, with a receipt of the office, as if it had come over the counter."""
    asked = await request(desk, town)

    await bring(desk, town, credit(f"MBVCB.118.{asked.reference.lower()}.CT tu 0123"))
    await look(desk)

    done = await transfers.by_reference(desk, asked.reference)
    entry = await ledger.by_id(desk, done.entry_id or 0)
    assert (done.state, entry.means, entry.office_id) == ("paid", Means.TRANSFER, town.office)
    assert entry.number is not None
    assert [c.open for c in await charges.of_dossier(desk, asked.dossier_id)].count(True) == 1
    assert await states(desk) == [("matched", None, 0)]
    assert await ledger.balance(desk, BANK) == 15000


@pytest.mark.parametrize(
    ("vnd", "said", "reason"),
    [
        (14999, "{}", "less"),
        (15001, "{}", "more"),
        (15000, "Nguyen Van A chuyen tien", "unknown"),
        (15000, "{} va {}", "several"),
    ],
)
async def test_what_does_not_fit_waits_with_its_reason(
    desk: Connection, town: Town, vnd: int, said: str, reason: str
) -> None:
    """Nothing is guessed: a person decides, and the office's list says so."""
    asked = await request(desk, town)
    other = await request(desk, town, vnd=2000)

    await bring(desk, town, credit(said.format(asked.reference, other.reference), vnd))
    await look(desk)

    assert await states(desk) == [("suspended", reason, vnd)]
    assert await ledger.balance(desk, SUSPENSE) == -vnd
    assert (await transfers.by_reference(desk, asked.reference)).state == "awaited"
    tasks = await desk.fetch("SELECT kind, done_at FROM task WHERE cause LIKE 'bank:%'")
    # what names nobody's request is on the bank's list alone: a statement has thousands
    named = [("bank_unmatched", None)] if reason in ("less", "more") else []
    assert [tuple(row) for row in tasks] == named


async def test_a_second_transfer_waits(desk: Connection, town: Town) -> None:
    """Who presses twice in her app has her money kept apart, not collected."""
    asked = await request(desk, town)
    await bring(desk, town, credit(asked.reference), credit(asked.reference))
    await look(desk)

    assert await states(desk) == [("matched", None, 0), ("suspended", "again", 15000)]


async def test_cash_instead_and_the_transfer_all_the_same(desk: Connection, town: Town) -> None:
    """She paid in cash; what her bank brings later says for which request it was."""
    asked = await request(desk, town)
    now = press(town.by_clerk)
    first = await transfers.take_cash(desk, asked.reference, now)
    again = await transfers.take_cash(desk, asked.reference, now)
    await bring(desk, town, credit(asked.reference))
    await look(desk)

    assert first.id == again.id
    assert first.means is Means.CASH
    [(state, reason, left)] = await states(desk)
    assert (state, reason, left) == ("suspended", "otherwise", 15000)
    line = await bank_store.get(desk, await desk.fetchval("SELECT id FROM bank_line"))
    assert line is not None
    assert line.reference == asked.reference


async def test_given_up_then_paid(desk: Connection, town: Town) -> None:
    """Nobody waited any more: it is not taken without asking."""
    asked = await request(desk, town)
    for _ in range(2):
        await transfers.give_up(desk, asked.reference, person_id=town.clerk, now=MORNING)
    await bring(desk, town, credit(asked.reference))
    await look(desk)

    assert await states(desk) == [("suspended", "cancelled", 15000)]
    with pytest.raises(TransferEnded):
        await transfers.take_cash(desk, asked.reference, press(town.by_clerk))


async def test_cash_at_the_door_ends_the_request(desk: Connection, town: Town) -> None:
    """The courier's money pays the charge, whoever still waits for a transfer."""
    dossier = await make.dossier(desk, town)
    wish = transfers.Wish(
        form_id=uuid4(), person_id=town.courier, office_id=town.office, at=MORNING
    )
    asked = await transfers.ask(desk, dossier.id, wish, Moment.ON_DELIVERY, Leg.RESULT)
    await collect.on_delivery(desk, dossier.id, Leg.RESULT, press(town.by_courier))
    await bring(desk, town, credit(asked.reference, asked.amount_vnd))
    await look(desk)

    ended = await transfers.by_reference(desk, asked.reference)
    assert (ended.state, ended.why) == ("cancelled", "otherwise")
    assert (await states(desk))[0][:2] == ("suspended", "otherwise")


async def test_a_charge_is_awaited_once(desk: Connection, town: Town) -> None:
    """Two references for one amount would be paid twice."""
    asked = await request(desk, town)
    wish = transfers.Wish(form_id=uuid4(), person_id=town.clerk, office_id=town.office, at=MORNING)

    with pytest.raises(AwaitedAlready):
        await transfers.ask(desk, asked.dossier_id, wish, Moment.BEFORE)
    await transfers.give_up(desk, asked.reference, person_id=town.clerk, now=MORNING)
    after = await transfers.ask(desk, asked.dossier_id, wish, Moment.BEFORE)
    assert after.reference != asked.reference
    assert await transfers.ask(desk, asked.dossier_id, wish, Moment.BEFORE) == after


async def test_a_bank_reference_counts_once(desk: Connection, town: Town) -> None:
    """The same statement again is known; with another amount it is told, and taken from nobody."""
    asked = await request(desk, town)
    typed = credit(asked.reference, bank_ref="FT1")
    await bring(desk, town, typed, stated=False)
    await look(desk)
    line = await bank_store.by_ref(desk, "FT1")
    assert line is not None
    assert line.stated_at is None

    again = await bring(desk, town, typed, credit("x", 20, bank_ref="FT2"), typed)
    other = await bring(desk, town, credit(asked.reference, 9, bank_ref="FT1"))
    await look(desk)

    assert (len(again.new), again.known, again.differing) == (1, 2, [])
    assert (other.new, other.known, other.differing) == ([], 0, ["FT1"])
    line = await bank_store.by_ref(desk, "FT1")
    assert line is not None
    assert (line.amount_vnd, line.stated_at) == (15000, MORNING)
    assert await ledger.balance(desk, BANK) == 15020


async def test_a_transfer_in_two_parts_is_matched_by_hand(desk: Connection, town: Town) -> None:
    """Both halves pay it together; one of them alone does not."""
    asked = await request(desk, town)
    came = await bring(desk, town, credit(asked.reference, 5000), credit(asked.reference, 12000))
    await look(desk)
    who = await boss(desk, town)
    by = press(make.Actor(person=who, keeper=town.by_clerk.keeper, office=town.office))

    with pytest.raises(TooLittle):
        await bank_matching.match_by_hand(desk, came.new[:1], asked.reference, by)
    entry = await bank_matching.match_by_hand(desk, came.new, asked.reference, by)
    again = await bank_matching.match_by_hand(desk, came.new, asked.reference, by)

    assert entry.id == again.id
    assert entry.person_id == who
    assert (await transfers.by_reference(desk, asked.reference)).entry_id == entry.id
    assert await states(desk) == [("cleared", "less", 0), ("suspended", "less", 2000)]
    assert await ledger.balance(desk, SUSPENSE) == -2000
    assert await ledger.balance(desk, BANK) == 17000
    done = await desk.fetch("SELECT done_by FROM task WHERE cause LIKE 'bank:%' ORDER BY id")
    assert [row[0] for row in done] == [who, None]
    with pytest.raises(LineUsed):
        await bank_matching.match_by_hand(desk, came.new, asked.reference, press(town.by_clerk))
    with pytest.raises(UnknownTransfer):
        await bank_matching.match_by_hand(desk, came.new[1:], "PT00000000", press(town.by_clerk))


async def test_money_goes_back_by_two_people(desk: Connection, town: Town) -> None:
    """One asks, another sends it at the bank and writes the bank's number down."""
    came = await bring(desk, town, credit("khong ro"))
    await look(desk)
    who = await boss(desk, town)
    wish = bank_returns.Wish(
        id=uuid4(), line_id=came.new[0], payee="Ngân hàng A, 0123, Trần Bích Uyên",
        why="Chuyển nhầm", person_id=town.clerk, at=MORNING,
    )  # fmt: skip
    await bank_returns.ask(desk, wish)
    assert (await bank_returns.ask(desk, wish)).id == wish.id

    with pytest.raises(SamePersonReturns):
        await bank_returns.send(desk, wish.id, "FT9", person_id=town.clerk, now=MORNING)
    asked = await request(desk, town)
    with pytest.raises(ReturnWaiting):
        await bank_matching.match_by_hand(desk, came.new, asked.reference, press(town.by_clerk))
    for _ in range(2):
        await bank_returns.send(desk, wish.id, "FT9", person_id=who, now=MORNING)

    assert await states(desk) == [("cleared", "unknown", 0)]
    assert await ledger.balance(desk, SUSPENSE) == 0
    assert await ledger.balance(desk, BANK) == 0
    assert await bank_returns_store.waiting(desk) == []
    with pytest.raises(LineUsed):
        await bank_returns.decline(desk, wish.id, person_id=who, now=MORNING)
    with pytest.raises(asyncpg.CheckViolationError):
        async with desk.transaction():
            await desk.execute("UPDATE bank_return SET decided_by = asked_by")


async def test_declined_it_waits_as_before(desk: Connection, town: Town) -> None:
    """Also by whoever asked: she has thought better of it."""
    came = await bring(desk, town, credit("khong ro"))
    await look(desk)
    wish = bank_returns.Wish(
        id=uuid4(), line_id=came.new[0], payee="Ngân hàng A, 0123", why="Chuyển nhầm",
        person_id=town.clerk, at=MORNING,
    )  # fmt: skip
    await bank_returns.ask(desk, wish)
    await bank_returns.decline(desk, wish.id, person_id=town.clerk, now=MORNING)

    assert await states(desk) == [("suspended", "unknown", 15000)]
    again = await bank_returns.ask(desk, replace(wish, id=uuid4()))
    assert again.state == "waiting"


async def test_two_jobs_and_two_transfers_at_once(town_url: str, town: Town) -> None:
    """Eight connections look at forty lines of twenty requests: each request is paid once."""
    conn = await connect(town_url)
    asked = [await request(conn, town) for _ in range(20)]
    lines = [credit(each.reference) for each in asked for _ in range(2)]
    await bring(conn, town, *lines)

    async def work() -> None:
        own = await connect(town_url)
        try:
            more = True
            while more:
                async with own.transaction():
                    await bank_matching.read_some(own, MORNING)
                    more = await bank_matching.match_next(own, MORNING)
        finally:
            await own.close()

    await asyncio.gather(*(work() for _ in range(8)))

    found = sorted(each[:2] for each in await states(conn))
    assert found == [("matched", None)] * 20 + [("suspended", "again")] * 20
    numbers = await conn.fetch(
        "SELECT receipt_no FROM entry WHERE means = 'transfer' AND receipt_no > 0 ORDER BY 1"
    )
    assert len({row[0] for row in numbers}) == 20
    assert await conn.fetchval("SELECT sum(amount_vnd) FROM posting") == 0
    await conn.close()


async def test_the_same_file_from_two_hands_at_once(town_url: str, town: Town) -> None:
    """Both press at one moment: each line is here once, and one of the two is told it was known."""
    lines = [credit("khong ro", bank_ref=f"FT{number}") for number in range(200)]

    async def send() -> bank_lines.Brought:
        own = await connect(town_url)
        try:
            async with own.transaction():
                return await bring(own, town, *lines)
        finally:
            await own.close()

    one, two = await asyncio.gather(send(), send())

    assert sorted((len(one.new), len(two.new))) == [0, 200]
    assert one.known + two.known == 200


async def test_old_requests_are_told(desk: Connection, town: Town) -> None:
    """Nobody pays for days: the manager's list names it."""
    asked = await request(desk, town)
    assert await transfers_store.old(desk, MORNING, None) == []
    found = await transfers_store.old(desk, MORNING + timedelta(days=3), town.office)
    assert [each.reference for each in found] == [asked.reference]
    waiting = await transfers.awaited(desk, town.office)
    assert [(each.reference, each.moment) for each in waiting] == [(asked.reference, "before")]


async def test_the_books_find_nothing_to_say(desk: Connection, town: Town) -> None:
    """After a day of transfers `postal reconcile` is silent."""
    asked = [await request(desk, town, vnd=1000 + each) for each in range(4)]
    came = await bring(
        desk, town, credit(asked[0].reference, 1000), credit(asked[1].reference, 1500),
        credit(asked[2].reference, 2000), credit("khong ro", 700),
    )  # fmt: skip
    await look(desk)
    boss_id = await boss(desk, town)
    await bank_matching.match_by_hand(desk, came.new[1:2], asked[1].reference, press(town.by_clerk))
    await transfers.take_cash(desk, asked[3].reference, press(town.by_clerk))
    wish = bank_returns.Wish(
        id=uuid4(), line_id=came.new[3], payee="Ngân hàng A, 0123", why="Chuyển nhầm",
        person_id=town.clerk, at=MORNING,
    )  # fmt: skip
    await bank_returns.ask(desk, wish)
    await bank_returns.send(desk, wish.id, "ft 9", person_id=boss_id, now=MORNING)

    assert await reconcile.look(desk, now=MORNING) == []
    assert await bank_store.in_suspense(desk) == 499 + 2000
