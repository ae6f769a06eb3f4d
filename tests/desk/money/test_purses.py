"""A courier's purse: what he holds, what he pays in, and how much he may carry."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import Evidence
from postal_service.desk.money import collect, ledger, purses, receipts, shifts
from postal_service.desk.money.errors import EntryReused, UnknownEntry
from postal_service.desk.money.lines import operation_code
from postal_service.desk.money.model import Account, EntryKind, Press
from postal_service.desk.money.model import Purse as Kind
from postal_service.desk.money.purses import PayIn, Purse
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
from tests import make
from tests.conftest import connect
from tests.desk.test_counter import clerk
from tests.make import MORNING, Town
from tracking.custody_model import Item, NewHandOver
from tracking.custody_model import Kind as ListKind
from tracking.model import Party
from tracking.stages import Act, Keeper, Leg, Stage

NOON = MORNING + timedelta(hours=4)


def rider(town: Town) -> Staff:
    return replace(clerk(town), id=town.courier, role=Role.COURIER, username="courier")


def boss(town: Town, person: int) -> Staff:
    return replace(clerk(town), id=person, role=Role.SUPERVISOR)


async def collected(desk: Connection, town: Town, times: int = 1) -> None:
    """He delivered, and was paid 22.000 ₫ each time."""
    for _ in range(times):
        made = await make.dossier(desk, town, offered=False)
        press = Press(key=uuid4(), by=town.by_courier, at=NOON, now=NOON)
        assert await collect.on_delivery(desk, made.id, Leg.RESULT, press)


async def his(desk: Connection, town: Town) -> Purse:
    return await purses.find(desk, town.courier, clerk(town), NOON)


def paying(amount: int, seen: int, rest: str = "", why: str = "") -> PayIn:
    return PayIn(key=uuid4(), counted={1_000: amount // 1_000}, seen=seen, rest=rest, why=why)


async def test_he_sees_each_receipt_until_he_has_paid_in(desk: Connection, town: Town) -> None:
    await collected(desk, town, 2)
    [purse] = await purses.own(desk, rider(town), NOON)
    lines = await purses.lines(desk, purse)

    assert purse.held == 44_000
    assert [(line.number, line.cash, line.at) for line in lines] == [
        (f"BL-66D01-261123-000{n}", 22_000, NOON) for n in (2, 4)
    ]
    wish = paying(44_000, 44_000)
    made = await purses.pay_in(desk, town.courier, wish, staff=clerk(town), now=NOON)
    again = await purses.pay_in(desk, town.courier, wish, staff=clerk(town), now=NOON)

    assert made == again
    assert (made.person_id, made.other_id) == (town.clerk, town.courier)
    assert (await his(desk, town)).held == 0
    assert await purses.lines(desk, purse) == []
    paper = await purses.receipt(desk, made.id, clerk(town))
    assert (paper.courier, paper.cash, paper.rest) == ("Nguyễn Văn Courier", 44_000, 0)
    [shift] = await shifts.mine(desk, clerk(town))
    till = await shifts.till(desk, shift)
    assert [(line.other, line.cash) for line in till.moved] == [("Nguyễn Văn Courier", 44_000)]


async def test_a_part_may_be_paid_in(desk: Connection, town: Town) -> None:
    """What is not there he keeps, or it is missing: nobody guesses which."""
    await collected(desk, town, 2)
    with pytest.raises(RestUnsaid, match=r"14\.000 ₫"):
        await purses.pay_in(desk, town.courier, paying(30_000, 44_000), staff=clerk(town), now=NOON)

    made = await purses.pay_in(
        desk, town.courier, paying(30_000, 44_000, "keep"), staff=clerk(town), now=NOON
    )

    assert (await his(desk, town)).held == 14_000
    assert (await purses.receipt(desk, made.id, clerk(town))).rest == 14_000


@pytest.mark.parametrize(
    ("counted", "rest", "differs"), [(43_000, "short", -1_000), (45_000, "", 1_000)]
)
async def test_more_or_less_than_the_books_is_his_with_a_reason(
    desk: Connection, town: Town, counted: int, rest: str, differs: int
) -> None:
    await collected(desk, town, 2)
    with pytest.raises(ReasonNeeded):
        await purses.pay_in(
            desk, town.courier, paying(counted, 44_000, rest), staff=clerk(town), now=NOON
        )

    made = await purses.pay_in(
        desk, town.courier, paying(counted, 44_000, rest, "đếm lại hai lần"), staff=clerk(town),
        now=NOON,
    )  # fmt: skip

    answers = Account(kind=Kind.DIFFERENCE, office_id=town.office, person_id=town.courier)
    assert (await his(desk, town)).held == 0
    assert await ledger.balance(desk, answers) == -differs
    paper = await purses.receipt(desk, made.id, clerk(town))
    assert (paper.cash, paper.difference, paper.why) == (counted, differs, "đếm lại hai lần")
    assert await desk.fetchval("SELECT sum(amount_vnd) FROM posting") == 0


async def test_all_of_it_may_be_gone(desk: Connection, town: Town) -> None:
    """A robbed courier pays in nothing: the receipt says what is missing."""
    await collected(desk, town)
    made = await purses.pay_in(
        desk, town.courier, paying(0, 22_000, "short", "mất túi"), staff=clerk(town), now=NOON
    )

    assert made.kind is EntryKind.DIFFERENCE
    assert (await his(desk, town)).held == 0
    paper = await purses.receipt(desk, made.id, clerk(town))
    assert (paper.held, paper.cash, paper.difference, paper.rest) == (22_000, 0, -22_000, 0)


async def test_a_pay_in_is_held_against_the_books_as_they_are(desk: Connection, town: Town) -> None:
    await collected(desk, town)
    for wish, refusal in (
        (paying(22_000, 0), BooksMoved),
        (paying(0, 22_000, "keep"), NothingCounted),
    ):
        with pytest.raises(refusal):
            await purses.pay_in(desk, town.courier, wish, staff=clerk(town), now=NOON)
    with pytest.raises(UnknownCourier):
        await purses.pay_in(desk, town.officer, paying(0, 0), staff=clerk(town), now=NOON)
    made = await purses.pay_in(
        desk, town.courier, paying(22_000, 22_000), staff=clerk(town), now=NOON
    )
    stolen = replace(paying(1_000, 0), key=made.key)
    with pytest.raises(EntryReused):
        await purses.pay_in(desk, town.other_courier, stolen, staff=clerk(town), now=NOON)
    with pytest.raises(UnknownEntry):
        await purses.receipt(desk, made.id + 1, clerk(town))


async def test_two_clerks_count_one_purse_once(town_url: str, desk: Connection, town: Town) -> None:
    await collected(desk, town)
    other = await make.person(desk, "second", "clerk", town.office, town.agency)

    async def press(person: int) -> str:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                staff = replace(clerk(town), id=person)
                wish = paying(22_000, 22_000)
                await purses.pay_in(conn, town.courier, wish, staff=staff, now=NOON)
        except BooksMoved:
            return "moved"
        finally:
            await conn.close()
        return "paid"

    assert sorted(await asyncio.gather(press(town.clerk), press(other))) == ["moved", "paid"]
    assert (await his(desk, town)).held == 0


async def test_a_card_finds_him(desk: Connection, town: Town) -> None:
    assert (await purses.find(desk, " Courier ", clerk(town), NOON)).courier_id == town.courier
    with pytest.raises(UnknownCourier):
        await purses.find(desk, "nobody", clerk(town), NOON)


# --- the limit --------------------------------------------------------------------------------


async def test_limits_are_dated_and_the_nearest_holds(desk: Connection, town: Town) -> None:
    """His own before his office's, the office's before the invented one of everybody."""
    person = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    she = boss(town, person)
    today, later = NOON.date(), NOON.date() + timedelta(days=7)
    assert (await his(desk, town)).demo
    await purses.set_limit(desk, None, today, 2_000_000, staff=she, now=NOON)
    await purses.set_limit(desk, None, later, 3_000_000, staff=she, now=NOON)
    assert ((await his(desk, town)).limit_vnd, (await his(desk, town)).demo) == (2_000_000, False)
    next_week = await purses.find(desk, town.courier, clerk(town), NOON + timedelta(days=8))
    assert next_week.limit_vnd == 3_000_000
    await purses.set_limit(desk, town.courier, today, 50_000, staff=she, now=NOON)
    assert (await his(desk, town)).limit_vnd == 50_000
    mate = await purses.find(desk, town.other_courier, clerk(town), NOON)
    assert mate.limit_vnd == 2_000_000

    for day in (today, today - timedelta(days=1)):
        with pytest.raises(BadLimit):
            await purses.set_limit(desk, town.courier, day, 60_000, staff=she, now=NOON)
    with pytest.raises(NotTheSupervisor):
        await purses.set_limit(desk, None, later, 1, staff=clerk(town), now=NOON)


async def shelved(desk: Connection, town: Town) -> str:
    """A result with money to collect, on the office's shelf."""
    return await make.result(
        desk, town, await make.dossier(desk, town, offered=True), Stage.AT_OFFICE
    )


def listed(town: Town, *s10s: str) -> NewHandOver:
    return NewHandOver(
        id=uuid4(),
        kind=ListKind.COURIER,
        to=Party(Keeper.COURIER, town.courier),
        items=[Item(uuid4(), s10) for s10 in s10s],
        by=town.by_clerk,
        at=NOON,
    )


async def test_over_the_limit_he_gets_no_more_papers_with_money(
    desk: Connection, town: Town
) -> None:
    """Papers without money go; the supervisor lets him go once, and once only."""
    person = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    she = boss(town, person)
    await purses.set_limit(desk, town.courier, NOON.date(), 20_000, staff=she, now=NOON)
    await collected(desk, town)
    one, two = await shelved(desk, town), await shelved(desk, town)
    free = await make.s10(desk, await make.dossier(desk, town, offered=False))
    staff = clerk(town)
    with pytest.raises(OverLimit, match=r"đang giữ 22\.000 ₫, quá hạn mức 20\.000 ₫"):
        await purses.offer(desk, listed(town, one, free), staff=staff, heard_at=NOON)
    assert (await purses.offer(desk, listed(town, free), staff=staff, heard_at=NOON)).hand_over
    with pytest.raises(WhyNeeded):
        await purses.let_go_once(desk, uuid4(), town.courier, " ", staff=she, now=NOON)
    with pytest.raises(NotTheSupervisor):
        await purses.let_go_once(desk, uuid4(), town.courier, "gấp", staff=staff, now=NOON)
    word = uuid4()
    for _ in range(2):
        await purses.let_go_once(desk, word, town.courier, "tuyến xa", staff=she, now=NOON)

    once = listed(town, one)
    made = await purses.offer(desk, once, staff=staff, heard_at=NOON)
    again = await purses.offer(desk, once, staff=staff, heard_at=NOON)

    assert made.hand_over
    assert again.hand_over
    with pytest.raises(OverLimit):
        await purses.offer(desk, listed(town, two), staff=staff, heard_at=NOON)
    [leave] = await purses.leaves(desk, await his(desk, town))
    assert (leave.giver, leave.why, leave.used_at) == ("Nguyễn Văn Boss", "tuyến xa", NOON)
    assert (await purses.own(desk, rider(town), NOON))[0].over


async def test_at_the_door_nothing_is_refused(desk: Connection, town: Town) -> None:
    """Over the limit he still delivers, and the receiver still gets a receipt."""
    person = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    await purses.set_limit(
        desk, town.courier, NOON.date(), 1_000, staff=boss(town, person), now=NOON
    )
    await collected(desk, town)
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)

    await delivered(desk, town, number)

    assert (await his(desk, town)).held == 44_000


# --- without signal ---------------------------------------------------------------------------


async def delivered(desk: Connection, town: Town, number: str) -> str:
    """He delivered at noon, without signal; his phone is heard of in the evening."""
    proved = Evidence(no_code="no_phone", id_kind="cccd", id_last4="0001")
    scan = make.scan(number, Act.DELIVER, town.by_courier, at=NOON)
    report = Report(scan=scan, receiver="", evidence=proved)
    for _ in range(2):
        await delivery.record_one(desk, report, heard_at=NOON + timedelta(hours=6))
    return operation_code(scan.id)


async def test_what_was_collected_without_signal_gets_its_number_at_sync(
    desk: Connection, town: Town
) -> None:
    """The phone's code stands for the receipt until then; the time shown is the phone's."""
    made = await make.dossier(desk, town)
    number = await make.result(desk, town, made, Stage.OUT)

    operation = await delivered(desk, town, number)

    [purse] = await purses.own(desk, rider(town), NOON)
    [line] = await purses.lines(desk, purse)
    assert (line.number, line.at, line.cash) == ("BL-66D01-261123-0002", NOON, 22_000)
    assert line.posted_at == NOON + timedelta(hours=6)
    assert line.operation == operation
    assert not line.late
    entry = await receipts.find(desk, str(line.number), clerk(town))
    paper = await receipts.paper(desk, entry)
    assert (paper.where, paper.operation, paper.means) == ("khi giao", operation, "tiền mặt")
