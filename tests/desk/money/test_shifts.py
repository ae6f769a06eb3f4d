"""A clerk's shift: opened by the first money, counted once, and then the till is empty."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.database import Context
from postal_service.desk import drafts
from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import Evidence
from postal_service.desk.money import collect, counting, days, ledger, purses, shifts
from postal_service.desk.money.lines import KINDS
from postal_service.desk.money.model import (
    Account,
    EntryKind,
    Means,
    NewEntry,
    Press,
    Purse,
    Reversal,
)
from postal_service.desk.money.shifts import Closing, Shift
from postal_service.desk.money.till_errors import (
    BadCount,
    BooksMoved,
    DayNotDone,
    DayToCome,
    DraftsOpen,
    NegativeTill,
    ReasonNeeded,
    ShiftClosed,
    UnknownShift,
)
from postal_service.desk.papers.counter_words import words
from tests import make
from tests.conftest import connect
from tests.desk.test_counter import accept, clerk, entry
from tests.make import MORNING, Town
from tracking.stages import Act, Stage

EVENING = MORNING + timedelta(hours=9)


def count(amount: int, seen: int, why: str = "") -> Closing:
    return Closing(key=uuid4(), counted={1_000: amount // 1_000}, seen=seen, why=why)


async def only(desk: Connection, staff: Staff) -> Shift:
    [shift] = await shifts.mine(desk, staff)
    return shift


async def held(desk: Connection, kind: Purse, town: Town, person: int | None = None) -> int:
    whose = Account(kind=kind, office_id=town.office, person_id=person)
    return await ledger.balance(desk, whose)


async def test_the_first_money_opens_a_shift_and_each_kind_stands_apart(
    desk: Connection, town: Town
) -> None:
    """No queue waits for a shift to be opened; the sheet nets nothing."""
    assert await shifts.mine(desk, clerk(town)) == []

    ref = await accept(desk, town, await entry(desk, town))
    made = await make.dossier(desk, town, offered=False)

    shift = await only(desk, clerk(town))
    till = await shifts.till(desk, shift)
    assert [(line.number, line.ref) for line in till.taken] == [
        ("BL-66D01-261123-0001", ref),
        ("BL-66D01-261123-0002", made.ref),
    ]
    kinds = [(x.state_fee, x.state_charge, x.postage, x.collection, x.cod) for x in till.taken]
    assert kinds == [(0, 8_000, 24_000, 8_500, 0), (8_000, 0, 22_000, 0, 0)]
    assert till.expected == 70_500 == await held(desk, Purse.TILL, town, town.clerk)
    sheet = await shifts.sheet(desk, shift, now=MORNING)
    assert (sheet.expected, sheet.counted) == (70_500, ())
    assert words(sheet)["number"] == f"KQ-261123-{shift.id:05}"


async def test_change_money_comes_from_the_safe_and_goes_back(desk: Connection, town: Town) -> None:
    key = uuid4()
    for _ in range(2):
        await shifts.take_change(desk, key, 200_000, staff=clerk(town), now=MORNING)
    await make.dossier(desk, town, offered=False)

    shift = await only(desk, clerk(town))
    assert (await shifts.till(desk, shift)).expected == 230_000
    assert await held(desk, Purse.SAFE, town) == -200_000
    await shifts.close(desk, shift.id, count(230_000, 230_000), staff=clerk(town), now=EVENING)

    assert await held(desk, Purse.TILL, town, town.clerk) == 0
    assert await held(desk, Purse.SAFE, town) == 30_000
    sheet = await shifts.sheet(desk, await shifts.find(desk, shift.id, clerk(town)), now=EVENING)
    assert (sheet.expected, sheet.cash) == (230_000, 230_000)
    assert [(move.name, move.amount) for move in sheet.moves] == [("Tiền lẻ từ quỹ", 200_000)]


async def test_a_shift_may_be_opened_with_nothing(desk: Connection, town: Town) -> None:
    for _ in range(2):
        await shifts.take_change(desk, uuid4(), 0, staff=clerk(town), now=MORNING)

    shift = await only(desk, clerk(town))
    closed = await shifts.close(desk, shift.id, count(0, 0), staff=clerk(town), now=EVENING)

    assert (closed.counted_vnd, closed.expected_vnd) == (0, 0)


async def test_a_difference_is_shown_before_it_is_signed(desk: Connection, town: Town) -> None:
    """A count that does not fit asks for its reason; signed, she answers for the difference."""
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    with pytest.raises(ReasonNeeded, match=r"thiếu 1\.000 ₫"):
        await shifts.close(desk, shift.id, count(29_000, 30_000), staff=clerk(town), now=EVENING)
    assert await held(desk, Purse.TILL, town, town.clerk) == 30_000
    wish = count(29_000, 30_000, "trả nhầm tiền lẻ")

    closed = await shifts.close(desk, shift.id, wish, staff=clerk(town), now=EVENING)
    again = await shifts.close(desk, shift.id, wish, staff=clerk(town), now=EVENING)

    assert closed == again
    assert (closed.expected_vnd, closed.counted_vnd, closed.why) == (
        30_000, 29_000, "trả nhầm tiền lẻ",
    )  # fmt: skip
    assert await held(desk, Purse.TILL, town, town.clerk) == 0
    assert await held(desk, Purse.SAFE, town) == 29_000
    assert await held(desk, Purse.DIFFERENCE, town, town.clerk) == 1_000
    with pytest.raises(ShiftClosed):
        await shifts.close(desk, shift.id, count(0, 0), staff=clerk(town), now=EVENING)
    assert await desk.fetchval("SELECT sum(amount_vnd) FROM posting") == 0


async def test_money_that_comes_in_during_the_count_is_said(desk: Connection, town: Town) -> None:
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    await make.dossier(desk, town, offered=False)

    with pytest.raises(BooksMoved, match=r"60\.000 ₫"):
        await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)


async def test_a_till_is_not_closed_over_drafts(desk: Connection, town: Town) -> None:
    """Somebody still waits for a receipt: it is finished or thrown away first."""
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    typed = await entry(desk, town)
    await drafts.hold(desk, typed, staff=clerk(town), now=MORNING)

    with pytest.raises(DraftsOpen) as refusal:
        await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)

    assert [str(draft.form_id) for draft in refusal.value.drafts] == [typed.form_id]
    await drafts.discard(desk, refusal.value.drafts[0].form_id, clerk(town))
    await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)


async def test_a_supervisor_counts_for_an_absent_clerk_and_both_are_named(
    desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    she = replace(clerk(town), id=boss, role=Role.SUPERVISOR)
    colleague = replace(clerk(town), id=boss)
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    for stranger in (colleague, replace(she, office_id=other)):
        with pytest.raises(UnknownShift):
            await shifts.close(desk, shift.id, count(30_000, 30_000), staff=stranger, now=EVENING)

    closed = await shifts.close(desk, shift.id, count(30_000, 30_000), staff=she, now=EVENING)

    assert (closed.person_id, closed.closed_by) == (town.clerk, boss)
    [paid] = await desk.fetch("SELECT person_id, other_id FROM entry WHERE kind = 'pay_in'")
    assert (paid["person_id"], paid["other_id"]) == (boss, town.clerk)
    sheet = await shifts.sheet(desk, closed, now=EVENING)
    assert (sheet.clerk, sheet.closer) == ("Nguyễn Văn Clerk", "Nguyễn Văn Boss")


async def test_a_shift_left_open_overnight_is_closed_for_its_own_day(
    desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    tomorrow = MORNING + timedelta(days=1)
    assert await shifts.left_open(desk, clerk(town), EVENING) == []

    [left] = await shifts.left_open(desk, clerk(town), tomorrow)
    closed = await shifts.close(
        desk, left.id, count(30_000, 30_000), staff=clerk(town), now=tomorrow
    )

    assert closed.day == MORNING.date()
    assert closed.number == f"KQ-261123-{closed.id:05}"
    assert await shifts.left_open(desk, clerk(town), tomorrow) == []


async def test_a_clerk_who_moved_counts_the_till_she_left(
    town_url: str, desk: Connection, town: Town
) -> None:
    """Her old till is at the old office: she still sees its lines, and its safe gets the money."""
    made = await make.dossier(desk, town, offered=False)
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    moved = clerk(town, other)
    conn = await connect(town_url)
    try:
        await become(conn, moved)
        [left] = await shifts.left_open(conn, moved, MORNING)
        till = await shifts.till(conn, left)
        assert [(line.ref, line.state_fee) for line in till.taken] == [(made.ref, 8_000)]
        await shifts.close(conn, left.id, count(30_000, 30_000), staff=moved, now=EVENING)
    finally:
        await conn.close()

    assert await held(desk, Purse.SAFE, town) == 30_000


async def become(conn: Connection, staff: Staff) -> None:
    """From now on this connection is *staff*'s, as the application sets it."""
    context: Context = staff.context
    for name, value in (
        ("kind", context.kind), ("person", context.person), ("office", context.office),
        ("agency", context.agency or ""), ("role", context.role), ("name", ""),
    ):  # fmt: skip
        await conn.execute("SELECT set_config($1, $2, false)", f"postal.{name}", str(value))


async def test_two_browsers_close_one_shift_once(
    town_url: str, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))

    async def press(closing: Closing) -> str:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                await shifts.close(conn, shift.id, closing, staff=clerk(town), now=EVENING)
        except ShiftClosed:
            return "closed before"
        finally:
            await conn.close()
        return "closed"

    one, other = count(30_000, 30_000), count(30_000, 30_000)
    said = await asyncio.gather(press(one), press(other), press(one))

    assert sorted(said)[0] == "closed"
    assert await held(desk, Purse.SAFE, town) == 30_000
    assert await desk.fetchval("SELECT count(*) FROM entry WHERE kind = 'pay_in'") == 1


async def test_money_that_comes_in_while_the_till_is_emptied_opens_the_next_shift(
    town_url: str, desk: Connection, town: Town
) -> None:
    made = await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    closer, taker = await connect(town_url), await connect(town_url)
    try:
        closing = closer.transaction()
        await closing.start()
        await shifts.close(closer, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
        late = asyncio.create_task(
            shifts.take_change(taker, uuid4(), 50_000, staff=clerk(town), now=EVENING)
        )
        await asyncio.sleep(0.3)
        assert not late.done(), made.ref
        await closing.commit()
        await late
    finally:
        await closer.close()
        await taker.close()

    fresh = await only(desk, clerk(town))
    assert fresh.id != shift.id
    assert (await shifts.till(desk, fresh)).expected == 50_000


async def test_the_database_closes_no_till_with_money_in_it(desk: Connection, town: Town) -> None:
    """Whatever writes: a closed till is empty, and stays closed."""
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    by_hand = (
        "UPDATE till_shift SET closed_at = $2, closed_by = person_id, closing_id = $3,"
        " expected_vnd = 0, counted_vnd = 0, notes = '{}' WHERE id = $1"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="money is left"):
        async with desk.transaction():
            await desk.execute(by_hand, shift.id, EVENING, uuid4())
    await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
    with pytest.raises(asyncpg.CheckViolationError, match="never re-opened"):
        async with desk.transaction():
            await desk.execute(by_hand, shift.id, EVENING, uuid4())


async def test_what_is_taken_back_after_the_count_stands_in_the_next_shift(
    desk: Connection, town: Town
) -> None:
    """The till owes it; the safe makes up for it before that shift is counted."""
    made = await make.dossier(desk, town, offered=False)
    first = await only(desk, clerk(town))
    await shifts.close(desk, first.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
    boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    taken = await desk.fetchval(
        "SELECT id FROM entry WHERE dossier_id = $1 AND kind = 'collect'", made.id
    )
    wish = Reversal(key=uuid4(), person_id=boss, why="thu nhầm", at=EVENING)
    await ledger.reverse(desk, taken, wish, now=EVENING)

    owing = await only(desk, clerk(town))
    till = await shifts.till(desk, owing)
    assert [(line.kind, line.state_fee, line.cash) for line in till.taken] == [
        (EntryKind.REVERSE, -8_000, -30_000)
    ]
    with pytest.raises(NegativeTill):
        await shifts.close(desk, owing.id, count(0, -30_000), staff=clerk(town), now=EVENING)
    await shifts.take_change(desk, uuid4(), 30_000, staff=clerk(town), now=EVENING)
    await shifts.close(desk, owing.id, count(0, 0), staff=clerk(town), now=EVENING)

    assert await held(desk, Purse.SAFE, town) == 0


async def test_a_transfer_stands_beside_the_cash(desk: Connection, town: Town) -> None:
    """It is listed with the shift, and the till is not asked for it."""
    made = await make.dossier(desk, town, offered=False)
    press = Press(key=uuid4(), by=town.by_clerk, at=MORNING, now=MORNING, means=Means.TRANSFER)
    later = await collect.on_delivery(desk, made.id, collect.Leg.RESULT, press)
    assert later is not None

    till = await shifts.till(desk, await only(desk, clerk(town)))

    assert [(line.number, line.postage, line.cash) for line in till.transfers] == [
        (later.number, 22_000, 0)
    ]
    assert till.expected == 30_000


def test_every_entry_has_its_word() -> None:
    """A kind without one would break the page that lists it."""
    assert set(KINDS) == set(EntryKind)


def test_notes_are_counted_in_whole_numbers() -> None:
    assert counting.read_counts({"n50000": "3", "n1000": " 2 "})[50_000] == 3
    for text in ("-1", "1,5", "²", "12345", "x"):
        with pytest.raises(BadCount):
            counting.read_counts({"n50000": text})


# --- the office's day ------------------------------------------------------------------------


async def counted(desk: Connection, town: Town) -> None:
    """The evening's count of papers is closed."""
    await desk.execute(
        "INSERT INTO evening_count (office_id, day, begun_at, begun_by, closing_id, closed_at,"
        " closed_by) VALUES ($1, $2, $3, $4, $5, $3, $4)",
        town.office, MORNING.date(), EVENING, town.clerk, uuid4(),
    )  # fmt: skip


async def test_a_day_is_closed_after_its_shifts_and_its_count(desk: Connection, town: Town) -> None:
    """From then on numbers are the next day's; nothing opens the day again."""
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    with pytest.raises(DayToCome):
        await days.close(desk, EVENING.date() + timedelta(days=1), staff=clerk(town), now=EVENING)
    with pytest.raises(DayNotDone, match="ca của Nguyễn Văn Clerk chưa khóa; chưa kiểm đếm"):
        await days.close(desk, EVENING.date(), staff=clerk(town), now=EVENING)
    await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
    with pytest.raises(DayNotDone, match="chưa kiểm đếm"):
        await days.close(desk, EVENING.date(), staff=clerk(town), now=EVENING)
    await counted(desk, town)

    for _ in range(2):
        await days.close(desk, EVENING.date(), staff=clerk(town), now=EVENING)

    await make.dossier(desk, town, offered=False, at=EVENING)
    numbers = await desk.fetch("SELECT receipt_day, receipt_no FROM entry WHERE kind = 'collect'")
    tomorrow = EVENING.date() + timedelta(days=1)
    assert [tuple(row) for row in numbers] == [(EVENING.date(), 1), (tomorrow, 1)]
    assert (await only(desk, clerk(town))).day == tomorrow
    assert await shifts.left_open(desk, clerk(town), EVENING) == []
    found = await days.standing(desk, clerk(town), now=EVENING)
    assert found.now.closer == "Nguyễn Văn Clerk"
    with pytest.raises(asyncpg.CheckViolationError, match="never re-opened"):
        await desk.execute("UPDATE receipt_day SET last_no = 9 WHERE day = $1", EVENING.date())


async def test_an_evening_nobody_counted_is_closed_by_the_supervisor(
    desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
    later = EVENING + timedelta(days=1)
    boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    she = replace(clerk(town), id=boss, role=Role.SUPERVISOR)
    with pytest.raises(DayNotDone):
        await days.close(desk, EVENING.date(), staff=clerk(town), now=later)
    assert [d.day for d in (await days.standing(desk, she, now=later)).earlier] == [EVENING.date()]

    await days.close(desk, EVENING.date(), staff=she, now=later)

    assert (await days.standing(desk, she, now=later)).earlier == ()


async def test_what_is_synced_after_the_day_was_closed_shows_its_own_time(
    desk: Connection, town: Town
) -> None:
    """The number is of the next open day; the line says when the money was really taken."""
    made = await make.dossier(desk, town, offered=False)
    shift = await only(desk, clerk(town))
    await shifts.close(desk, shift.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
    await counted(desk, town)
    await days.close(desk, EVENING.date(), staff=clerk(town), now=EVENING)
    noon = MORNING + timedelta(hours=4)
    press = Press(key=uuid4(), by=town.by_courier, at=noon, now=EVENING + timedelta(hours=1))

    taken = await collect.on_delivery(desk, made.id, collect.Leg.RESULT, press)

    assert taken is not None
    assert taken.number == "BL-66D01-261124-0001"
    assert taken.at == noon
    courier = replace(clerk(town), id=town.courier, role=Role.COURIER)
    [purse] = await purses.own(desk, courier, EVENING)
    [line] = await purses.lines(desk, purse)
    assert (line.at, line.late, line.number) == (noon, True, taken.number)


async def test_a_result_handed_out_at_the_counter_brings_its_postage(
    desk: Connection, town: Town
) -> None:
    """What a citizen pays who fetches her result lies in the clerk's till."""
    made = await make.dossier(desk, town, return_way="office")
    number = await make.result(desk, town, made, Stage.AT_OFFICE)
    proved = Evidence(no_code="no_phone", id_kind="cccd", id_last4="0001")
    scan = make.scan(number, Act.DELIVER, town.by_clerk)
    await delivery.record_one(desk, Report(scan=scan, evidence=proved), heard_at=MORNING)

    till = await shifts.till(desk, await only(desk, clerk(town)))

    assert [(line.ref, line.postage) for line in till.taken] == [
        (made.ref, 22_000), (made.ref, 22_000),
    ]  # fmt: skip
    assert till.expected == 52_000


async def test_a_shift_of_others_doings_holds_up_no_day(desk: Connection, town: Town) -> None:
    """Taken back after the count and made up for by the safe: nobody has to come for it."""
    made = await make.dossier(desk, town, offered=False)
    first = await only(desk, clerk(town))
    await shifts.close(desk, first.id, count(30_000, 30_000), staff=clerk(town), now=EVENING)
    boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
    taken = await desk.fetchval("SELECT id FROM entry WHERE dossier_id = $1", made.id)
    wish = Reversal(key=uuid4(), person_id=boss, why="thu nhầm", at=EVENING)
    await ledger.reverse(desk, taken, wish, now=EVENING)
    await counted(desk, town)
    with pytest.raises(DayNotDone):
        await days.close(desk, EVENING.date(), staff=clerk(town), now=EVENING)
    await shifts.take_change(desk, uuid4(), 30_000, staff=clerk(town), now=EVENING)

    await days.close(desk, EVENING.date(), staff=clerk(town), now=EVENING)

    assert (await days.standing(desk, clerk(town), now=EVENING)).now.closed_at == EVENING


async def test_an_entry_of_nobody_leaves_every_till_alone(desk: Connection, town: Town) -> None:
    """Only what touches a till belongs to a shift."""
    safe, bank = shifts.safe_of(town.office), Account(kind=Purse.BANK)
    new = NewEntry(
        kind=EntryKind.FLOAT, key=uuid4(), at=MORNING, person_id=town.clerk,
        office_id=town.office, lines=ledger.swap(safe, bank, 1_000),
    )  # fmt: skip

    await ledger.post(desk, new, now=MORNING)

    assert await shifts.mine(desk, clerk(town)) == []
