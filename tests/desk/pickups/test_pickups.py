"""Orders to fetch papers at home: their table, and what office, courier and citizen do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.intake import Incomplete
from postal_service.desk.outages import outage
from postal_service.desk.pickups import pickup_desk, pickup_door, pickup_public, pickups
from postal_service.desk.pickups.pickup_door import Filled, Taken
from postal_service.desk.pickups.pickup_errors import (
    BadChoice,
    CannotHappen,
    NotABlank,
    OrderedAlready,
    PapersMissing,
    WrongPickupCode,
)
from postal_service.desk.pickups.pickup_moves import (
    CODES,
    FIRST,
    MOVES,
    OPEN,
    Act,
    State,
    acts_from,
    after,
)
from postal_service.desk.pickups.pickup_places import Served, locate
from postal_service.desk.pickups.pickup_rules import PickupEntry, Wanted, read
from postal_service.desk.pickups.pickups import By, Press, Ride
from postal_service.desk.published import offices
from tests import trouble
from tests.make import MORNING, Town

TODAY = MORNING.date()
#: The day after is a public holiday.
WEDNESDAY = TODAY + timedelta(days=2)
KEY = b"k" * 32
ADDRESS = "12 Đường Phan Đình Phùng, phường Xuân Hương – Đà Lạt, tỉnh Lâm Đồng"


def test_every_state_can_be_reached() -> None:
    """A state nothing leads to is a typo."""
    assert {*FIRST.values(), *MOVES.values()} == set(State)


def test_what_is_refused_collected_or_failed_stays_so() -> None:
    """From P4 on the papers are somebody's to answer for; a new visit is a new order."""
    assert {state for state in State if not acts_from(state)} == {
        State.REFUSED,
        State.COLLECTED,
        State.FAILED,
    }
    assert CODES.keys() == set(State) - {State.ASKED}


def test_a_citizen_cancels_until_the_papers_are_gone() -> None:
    """Before P4 it is her own affair; after it only the counter gives papers back."""
    assert {state for state in State if Act.CANCEL in acts_from(state)} == {State.ASKED, *OPEN}


@given(st.lists(st.sampled_from(sorted(Act)), max_size=12), st.sampled_from(sorted(FIRST)))
def test_no_way_leads_to_papers_but_through_a_courier(acts: list[Act], channel: str) -> None:
    """Whatever is pressed in whatever order: collected means accepted before, and once."""
    state, seen = FIRST[channel], [FIRST[channel]]
    for act in acts:
        try:
            state = after(state, act)
        except CannotHappen:
            continue
        seen.append(state)
    if State.COLLECTED in seen:
        at = seen.index(State.COLLECTED)
        assert seen[at - 1] is State.ACCEPTED
        assert seen[at:] == [State.COLLECTED]
    assert (State.ASKED not in seen) == (channel != "page")


def wanted(
    day: date = WEDNESDAY, *, phone: str = "0912345678", half: str = "morning", procedure: str = ""
) -> Wanted:
    entry = PickupEntry(
        form_id=str(uuid4()), name="Trần Thị Mai", phone=phone, address=ADDRESS,
        day=f"{day:%d/%m/%Y}", half=half, procedure_id=procedure,
    )  # fmt: skip
    known = [int(procedure)] if procedure else []
    return read(entry, today=TODAY, procedures=known, agencies=())


@pytest.fixture
async def served(desk: Connection, town: Town) -> Served:
    """The town's own office."""
    return Served(office=await offices.get(desk, town.office), placed=True)


async def ordered(desk: Connection, town: Town, served: Served, **given: object) -> str:
    by = By(channel="clerk", person_id=town.clerk)
    return await pickups.order(desk, wanted(**given), served, by=by, now=MORNING)


def press(number: str, reason: str = "") -> Press:
    return Press(number=number, form_id=uuid4(), reason=reason)


async def accepted(desk: Connection, town: Town, served: Served, **given: object) -> str:
    """An order that the town's courier rides for."""
    number = await ordered(desk, town, served, **given)
    staff = await trouble.staff(desk, town.clerk)
    ride = Ride(courier_id=town.courier, day=given.get("day", WEDNESDAY), half="morning")
    await pickups.accept(desk, press(number), ride, staff=staff, now=MORNING)
    return number


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"day": "22/11/2026"}, "day"),
        ({"day": "31/12/2027"}, "day"),
        ({"day": "mai"}, "day"),
        ({"half": "night"}, "half"),
        ({"phone": "01234567890"}, "phone"),
        ({"address": "Đà Lạt"}, "address"),
        ({"dossiers": "21"}, "dossiers"),
        ({"dossiers": "-1"}, "dossiers"),
        ({"procedure_id": "99"}, "procedure_id"),
        ({"name": "1"}, "name"),
        ({"form_id": "x"}, "name"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_at_its_field(change: dict[str, str], field: str) -> None:
    """Nobody is called back for a day that is over or a number that cannot ring."""
    whole = {
        "form_id": str(uuid4()), "name": "Trần Thị Mai", "phone": "0912345678",
        "address": ADDRESS, "day": "25/11/2026", "half": "morning",
    }  # fmt: skip
    with pytest.raises(Incomplete) as refused:
        read(PickupEntry(**(whole | change)), today=TODAY, procedures=(), agencies=())
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (TODAY + timedelta(days=1), "24/11/2026"),  # the holiday
        (TODAY + timedelta(days=6), "30/11/2026"),  # a Sunday
    ],
)
async def test_no_courier_comes_when_the_office_is_closed(
    desk: Connection, town: Town, served: Served, day: date, said: str
) -> None:
    """The refusal names the next day that is worked, so that one call is enough."""
    with pytest.raises(Incomplete) as refused:
        await ordered(desk, town, served, day=day)
    assert said in refused.value.problems[0].vi


async def test_an_hour_that_is_over_is_no_appointment(
    desk: Connection, town: Town, served: Served
) -> None:
    with pytest.raises(Incomplete):
        await pickups.order(
            desk, wanted(TODAY), served, by=By(channel="clerk", person_id=town.clerk),
            now=MORNING + timedelta(hours=3),
        )  # fmt: skip


async def test_a_second_click_is_the_first_order(
    desk: Connection, town: Town, served: Served
) -> None:
    form = wanted()
    by = By(channel="clerk", person_id=town.clerk)
    numbers = {await pickups.order(desk, form, served, by=by, now=MORNING) for _ in range(3)}
    assert numbers == {"NH-261123-00001"}


async def test_one_visit_a_day_for_one_telephone(
    desk: Connection, town: Town, served: Served
) -> None:
    """Her neighbour's papers go with hers; another day, or after it is over, is another order."""
    first = await ordered(desk, town, served)
    with pytest.raises(OrderedAlready) as refused:
        await ordered(desk, town, served, phone="+84 912 345 678", half="afternoon")
    assert refused.value.number == first
    await ordered(desk, town, served, day=WEDNESDAY + timedelta(days=1))
    staff = await trouble.staff(desk, town.clerk)
    await pickups.cancel(desk, press(first), staff=staff, now=MORNING)
    await ordered(desk, town, served)


async def test_what_she_tells_of_herself_lies_closed(
    desk: Connection, town: Town, served: Served
) -> None:
    """Name aside, nothing of her is legible in the tables of orders or of parties."""
    await ordered(desk, town, served)
    row = await desk.fetchrow("SELECT phone_sealed, address_sealed FROM party ORDER BY id DESC")
    assert b"912345678" not in row["phone_sealed"]
    assert "Phùng".encode() not in row["address_sealed"]
    for table in ("pickup", "pickup_event"):
        lines = await desk.fetch(f"SELECT t::text AS line FROM {table} t")
        assert lines
        assert not any("Mai" in line["line"] or "912345678" in line["line"] for line in lines)


async def test_an_order_goes_its_way_line_by_line(
    desk: Connection, town: Town, served: Served
) -> None:
    """Who, when and why is kept of every step, also of the one that failed."""
    number = await accepted(desk, town, served)
    courier = await trouble.staff(desk, town.courier)
    clerk = await trouble.staff(desk, town.clerk)
    await pickup_door.miss(desk, press(number, "PF03"), staff=courier, now=MORNING)
    assert (await pickup_desk.find(desk, number)).state is State.UNSUCCESSFUL
    ride = Ride(courier_id=town.other_courier, day=WEDNESDAY, half="afternoon")
    await pickups.accept(desk, press(number), ride, staff=clerk, now=MORNING)
    other = await trouble.staff(desk, town.other_courier)
    await pickup_door.miss(desk, press(number, "PF04"), staff=other, now=MORNING)
    found = await pickup_desk.find(desk, number)
    lines = await pickup_desk.history(desk, found.id)
    assert found.state is State.FAILED
    assert [(line.act, line.state) for line in lines] == [
        (Act.ORDER, State.NEW),
        (Act.ACCEPT, State.ACCEPTED),
        (Act.MISS, State.UNSUCCESSFUL),
        (Act.ACCEPT, State.ACCEPTED),
        (Act.FAIL, State.FAILED),
    ]
    assert lines[2].reason == "Không gặp khách hàng"
    with pytest.raises(Exception, match="permission denied"):
        await desk.execute("UPDATE pickup_event SET reason = NULL")


async def test_a_press_is_heard_once(desk: Connection, town: Town, served: Served) -> None:
    """The phone sends again what it got no answer to; nothing happens twice."""
    number = await accepted(desk, town, served)
    courier = await trouble.staff(desk, town.courier)
    once = press(number, "PF03")
    for _ in range(3):
        await pickup_door.miss(desk, once, staff=courier, now=MORNING)
    lines = await pickup_desk.history(desk, (await pickup_desk.find(desk, number)).id)
    assert [line.act for line in lines].count(Act.MISS) == 1


@pytest.mark.parametrize("reason", ["", "PF06", "DF01", "XX99"])
async def test_a_refusal_has_a_reason_of_the_list(
    desk: Connection, town: Town, served: Served, reason: str
) -> None:
    """The citizen's own wish is no reason of the office's, nor is one of another list."""
    number = await ordered(desk, town, served)
    staff = await trouble.staff(desk, town.clerk)
    with pytest.raises(BadChoice):
        await pickups.refuse(desk, press(number, reason), staff=staff, now=MORNING)


async def test_who_is_off_is_sent_nowhere(desk: Connection, town: Town, served: Served) -> None:
    """A courier of another office, or one whose day off it is, cannot be chosen."""
    number = await ordered(desk, town, served)
    staff = await trouble.staff(desk, town.clerk)
    for courier, day in ((town.clerk, WEDNESDAY), (town.courier, TODAY - timedelta(days=1))):
        ride = Ride(courier_id=courier, day=day, half="morning")
        with pytest.raises(BadChoice):
            await pickups.accept(desk, press(number), ride, staff=staff, now=MORNING)


@asynccontextmanager
async def pack(desk: Connection, town: Town) -> AsyncIterator[list[str]]:
    """The references of three blanks of the office."""
    staff = await trouble.staff(desk, town.clerk)
    made = await outage.make(desk, uuid4(), 3, staff=staff, now=MORNING)
    yield [sheet.ref for sheet in await outage.look(desk, made, town.office, now=MORNING)]


def taken(number: str, *sheets: tuple[str, str], sealed: bool = True) -> Taken:
    return Taken(
        press=press(number), sealed=sealed, sheets=[Filled(code=c, papers=p) for c, p in sheets]
    )


async def test_papers_are_taken_on_a_blank_of_the_office(
    desk: Connection, town: Town, served: Served
) -> None:
    """From P4 until the sheet is entered the list says who holds the papers, and how many."""
    number = await accepted(desk, town, served)
    courier = await trouble.staff(desk, town.courier)
    async with pack(desk, town) as refs:
        for bad in (
            taken(number, ("LD-261123-99999", "3")),
            taken(number, (refs[0], "3"), (refs[0], "3")),
            taken(number, ("9780201379624", "1")),
        ):
            with pytest.raises(NotABlank):
                await pickup_door.collect(desk, bad, staff=courier, key=KEY, now=MORNING)
        for bad in (
            taken(number),
            taken(number, (refs[0], "0")),
            taken(number, (refs[0], "nhiều")),
            taken(number, (refs[0], "3"), sealed=False),
        ):
            with pytest.raises(BadChoice):
                await pickup_door.collect(desk, bad, staff=courier, key=KEY, now=MORNING)
        good = taken(number, (refs[0], "3"), (refs[1], "5"))
        for _ in range(2):
            await pickup_door.collect(desk, good, staff=courier, key=KEY, now=MORNING)
        clerk = await trouble.staff(desk, town.clerk)
        board = await pickup_desk.board(desk, clerk, now=MORNING)
        [held] = board.held
        assert (held.courier, [slip.papers for slip in held.unentered]) == (
            courier.full_name,
            [3, 5],
        )
        second = await accepted(desk, town, served, day=WEDNESDAY + timedelta(days=1))
        used = taken(second, (refs[0], "1"))
        with pytest.raises(NotABlank):
            await pickup_door.collect(desk, used, staff=courier, key=KEY, now=MORNING)
        told = await pickup_door.behind(desk, refs[0])
        assert told is not None
        assert (told.number, told.name, told.at) == (number, "Trần Thị Mai", MORNING)


async def test_what_the_agency_asks_for_is_counted_at_the_door(
    desk: Connection, town: Town, served: Served
) -> None:
    """Where a required paper is missing nothing is taken: she is told all of it at once."""
    number = await accepted(desk, town, served, procedure=str(town.procedure))
    courier = await trouble.staff(desk, town.courier)
    found = await pickup_door.hers(desk, number, courier)
    procedure = await pickup_door.listed(desk, found)
    assert procedure is not None
    required = [line for line in procedure.documents if line.required]
    async with pack(desk, town) as refs:
        few = taken(number, (refs[0], "1"))
        with pytest.raises(PapersMissing) as refused:
            await pickup_door.collect(desk, few, staff=courier, key=KEY, now=MORNING)
        assert all(line.name_vi in refused.value.vi for line in required)


async def test_the_telephone_answers_for_an_order_of_the_page(
    desk: Connection, town: Town, served: Served
) -> None:
    """The newest code opens it for a quarter of an hour, and only then does the office see it."""
    secret = pickup_public.new_secret()
    by = By(channel="page", door=pickup_public.door_of(secret))
    await pickups.order(desk, wanted(), served, by=by, now=MORNING)
    clerk = await trouble.staff(desk, town.clerk)
    assert (await pickup_desk.board(desk, clerk, now=MORNING)).todo == []
    first = await desk.fetchval("SELECT max(id) FROM pickup_event")
    await pickup_public.send_code(desk, secret, uuid4(), now=MORNING)
    newest = await desk.fetchval("SELECT max(id) FROM pickup_event")
    code = pickup_public.code_of(KEY, newest)
    late = MORNING + pickup_public.CODE_LASTS + timedelta(seconds=1)
    for digits, now in (
        (pickup_public.code_of(KEY, first), MORNING),
        ("", MORNING),
        (code, late),
    ):
        with pytest.raises(WrongPickupCode):
            await pickup_public.confirm(desk, secret, digits, uuid4(), key=KEY, now=now)
    typed = f"{code[:3]} {code[3:]}"
    found = await pickup_public.confirm(desk, secret, typed, uuid4(), key=KEY, now=MORNING)
    assert found.state is State.NEW
    assert len((await pickup_desk.board(desk, clerk, now=MORNING)).todo) == 1


async def test_an_address_says_whose_couriers_go(desk: Connection, town: Town) -> None:
    """By the commune; what names none is the centre's to find out."""

    @asynccontextmanager
    async def begin() -> AsyncIterator[Connection]:
        yield desk

    there = await locate(begin, ADDRESS, MORNING)
    assert there.placed
    assert there.office.commune_2025 == "24781"
    nowhere = await locate(begin, "nhà cô Ba, gần chợ", MORNING)
    assert (nowhere.placed, nowhere.office.kind) == (False, "province centre")
