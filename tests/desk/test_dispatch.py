"""From papers to stops: nothing waits unseen, nobody rides twice for one thing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service import database as doors
from postal_service.caller import Role, Staff
from postal_service.database import Database
from postal_service.desk import dispatch, field
from postal_service.desk.dispatch import NothingToCarry, TakenMeanwhile, round_name
from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import Evidence
from postal_service.desk.errors import DeskError
from postal_service.desk.printing import round_sheet
from postal_service.desk.printing.round_sheet import Sheet
from tests import make
from tests.make import MORNING, Town
from tracking.custody_model import Item
from tracking.stages import Act, Leg, Stage

SEEN = Evidence(id_kind="cccd", id_last4="0001", no_code="no_phone")


def staff(town: Town, person: int) -> Staff:
    return Staff(
        id=person,
        username="courier",
        full_name="Nguyễn Văn Tuấn",
        given_name="Tuấn",
        role=Role.COURIER,
        office_id=town.office,
        office_name=None,
        agency_id=None,
        agency_name=None,
        phone=None,
        last_seen_at=MORNING,
    )


@pytest.fixture
async def house(town_url: str) -> AsyncIterator[Database]:
    async with doors.open_database(town_url, size=4, name="test", keys=make.KEYS) as database:
        yield database


async def plan(house: Database, who: Staff, *, minutes: int = 0) -> Sheet:
    now = MORNING + timedelta(minutes=minutes)
    await dispatch.plan_round(lambda: house.begin(who.context), who, now)
    return await read(house, who, minutes=minutes)


async def read(house: Database, who: Staff, *, minutes: int = 0) -> Sheet:
    async with house.begin(who.context) as conn:
        work = await dispatch.gather(conn, who, MORNING + timedelta(minutes=minutes))
    return round_sheet.sheet(work)


async def collect(house: Database, who: Staff, *items: str) -> None:
    reports = [Report(scan=make.scan(s10, Act.COLLECT, who.actor)) for s10 in items]
    async with house.begin(who.context) as conn:
        await field.carry(conn, who, reports, stop="", now=MORNING)


async def lay_down(house: Database, who: Staff, *items: str, stop: str) -> None:
    async with house.begin(who.context) as conn:
        drawn = [Item(uuid4(), s10) for s10 in items]
        await field.lay_down(conn, who, uuid4(), drawn, stop=stop, now=MORNING)


async def test_one_stop_an_agency_and_one_a_door(
    house: Database, desk: Connection, town: Town
) -> None:
    """What goes to an agency and what comes from there is one visit; each result is one door."""
    who = staff(town, town.courier)
    for _ in range(2):
        await make.dossier(desk, town)
    await make.ready(desk, town, await make.dossier(desk, town))
    whole = await make.dossier(desk, town)
    home = await make.result(desk, town, whole, Stage.AT_OFFICE, offered=True)

    made = await plan(house, who)

    assert sorted((card.stop.reference, card.stop.kind) for card in made.cards) == sorted(
        [
            (f"agency:{town.agency}", "hand_over"),
            (await door_of(desk, home), "deliver"),
        ]
    )
    visit = next(card for card in made.cards if card.desk)
    assert (len(visit.behind), len(visit.collect)) == (2, 1)
    assert {load.item.s10 for load in made.pick_up} >= {home}
    assert all(card.stop.eta for card in made.cards)


async def door_of(desk: Connection, s10: str) -> str:
    return f"consignment:{await desk.fetchval('SELECT id FROM consignment WHERE s10 = $1', s10)}"


async def test_what_is_not_brought_home_makes_no_stop(
    house: Database, desk: Connection, town: Town
) -> None:
    """A result to be fetched at the counter, and refused papers, wait at the office."""
    fetched = await make.dossier(desk, town, return_way="office")
    await make.result(desk, town, fetched, Stage.AT_OFFICE)
    refused = await make.dossier(desk, town)
    await make.signed(desk, town, refused)
    await make.rule(desk, town, refused, Act.REFUSE)
    back = await make.s10(desk, refused, Leg.BACK)
    await make.scans(desk, [make.homeward(back, act, town) for act in make.HOMEWARD[:3]])

    with pytest.raises(NothingToCarry):
        await plan(house, staff(town, town.courier))


async def test_no_citizen_is_named_in_a_round(
    house: Database, desk: Connection, town: Town
) -> None:
    """A round is kept for years and read by many: it holds references, communes and times."""
    await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)

    await plan(house, staff(town, town.courier))

    kept = str(await desk.fetch("SELECT r.*, s.* FROM round r JOIN stop s ON s.round_id = r.id"))
    for secret in ("Uyên", "Phan Đình Phùng", "590000001"):
        assert secret not in kept


async def test_a_place_is_on_one_couriers_round(
    house: Database, desk: Connection, town: Town
) -> None:
    """The second courier is not sent where the first one rides, and sees no name of hers."""
    await make.dossier(desk, town)
    await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    await plan(house, staff(town, town.courier))
    other = staff(town, town.other_courier)

    with pytest.raises(NothingToCarry):
        await plan(house, other)

    async with house.begin(other.context) as conn:
        assert (await dispatch.gather(conn, other, MORNING)).doors == {}


async def test_two_couriers_who_plan_together_do_not_share_a_stop(
    house: Database, desk: Connection, town: Town
) -> None:
    """Both press at eight o'clock; one has the round, the other is told."""
    await make.dossier(desk, town)
    refusals: list[DeskError] = []

    async def press(person: int) -> None:
        try:
            await plan(house, staff(town, person))
        except (TakenMeanwhile, NothingToCarry) as refusal:
            refusals.append(refusal)

    await asyncio.gather(press(town.courier), press(town.other_courier))

    assert len(refusals) == 1
    assert await desk.fetchval("SELECT count(*) FROM stop") == 1


async def test_new_work_joins_the_round_under_way(
    house: Database, desk: Connection, town: Town
) -> None:
    """A result released at noon is a second visit to the agency; the first one keeps its ending."""
    who = staff(town, town.courier)
    s10 = await make.s10(desk, await make.dossier(desk, town))
    base = (await plan(house, who)).cards[0].stop.reference
    await collect(house, who, s10)
    await lay_down(house, who, s10, stop=base)
    assert (await read(house, who)).open == ()
    await make.scans(desk, [make.scan(s10, Act.SIGN, town.by_officer)])
    later = await make.dossier(desk, town)
    await make.ready(desk, town, later)

    before = await read(house, who, minutes=60)
    after = await plan(house, who, minutes=60)
    again = await read(house, who, minutes=60)

    assert (before.fresh, again.fresh) == (1, 0)
    assert [card.stop.reference for card in after.open] == [f"{base}/2"]
    assert [card.stop.outcome for card in after.closed] == ["done"]


async def test_a_bag_that_was_not_brought_in_is_not_forgotten(
    house: Database, desk: Connection, town: Town
) -> None:
    """The round ended with a paper in the bag: it is on the sheet, and on the next round."""
    who = staff(town, town.courier)
    s10 = await make.s10(desk, await make.dossier(desk, town))
    await plan(house, who)
    await collect(house, who, s10)
    async with house.begin(who.context) as conn:
        await field.come_home(conn, who, uuid4(), [], now=MORNING)

    ended = await read(house, who)
    again = await plan(house, who, minutes=30)

    assert [item.s10 for item in ended.bag] == [s10]
    assert (ended.riding, again.riding) == (False, True)
    assert [item.s10 for item in again.cards[0].hand_over] == [s10]


async def test_the_first_papers_taken_begin_the_ride(
    house: Database, desk: Connection, town: Town
) -> None:
    """Until then the round may be planned anew; from then on it only grows."""
    who = staff(town, town.courier)
    s10 = await make.s10(desk, await make.dossier(desk, town))
    planned = await plan(house, who)

    await collect(house, who, s10)

    assert not planned.under_way
    assert (await read(house, who)).under_way
    with suppress(NothingToCarry):
        await plan(house, who, minutes=5)
    assert await desk.fetchval("SELECT count(*) FROM round") == 1


async def test_a_delivery_begins_the_ride_too(
    house: Database, desk: Connection, town: Town
) -> None:
    """Planned again, the round would forget the door that is done."""
    who = staff(town, town.courier)
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    await plan(house, who)

    async with house.begin(who.context) as conn:
        report = Report(scan=make.scan(s10, Act.DELIVER, who.actor), evidence=SEEN)
        await delivery.record_one(conn, report, heard_at=MORNING)

    after = await read(house, who)
    assert after.under_way
    assert [card.stop.outcome for card in after.closed] == ["done"]


async def test_a_delay_moves_the_hour_of_return(
    house: Database, desk: Connection, town: Town
) -> None:
    """Half an hour late at the next stop is half an hour late at home."""
    who = staff(town, town.courier)
    await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    made = await plan(house, who)
    eta = made.cards[0].stop.eta
    assert eta is not None
    assert made.back_at is not None
    late = eta + timedelta(minutes=30) - MORNING

    then = await read(house, who, minutes=round(late.total_seconds() / 60))

    assert then.back_at is not None
    assert timedelta(minutes=29) < then.back_at - made.back_at < timedelta(minutes=31)


def test_a_round_is_called_by_its_ends() -> None:
    """Couriers speak of a round by where it goes; one commune is not named twice."""
    day = date(2026, 11, 23)
    assert round_name(day, ["Lát", "", "Đạ Sar"]) == "Tuyến 23/11 · Lát – Đạ Sar"
    assert round_name(day, ["Lát", "Đạ Sar", "Lát"]) == "Tuyến 23/11 · Lát"
    assert round_name(day, [""]) == "Tuyến 23/11"
    assert len(round_name(day, ["x" * 90])) == 80


async def test_what_lies_at_the_office_is_planned_and_not_taken(
    house: Database, desk: Connection, town: Town
) -> None:
    """The round shows the clerk what to give; the courier takes only what is offered to her."""
    who = staff(town, town.courier)
    await make.dossier(desk, town, offered=False)
    given = await make.s10(desk, await make.dossier(desk, town))

    made = await plan(house, who)

    assert [len(card.behind) for card in made.cards] == [2]
    assert [load.item.s10 for load in made.pick_up] == [given]
    assert made.lying == 1


async def test_what_is_offered_to_one_courier_is_no_others(
    house: Database, desk: Connection, town: Town
) -> None:
    """Her colleague is not sent for it, and sees no name."""
    await make.dossier(desk, town)
    whole = await make.dossier(desk, town)
    await make.result(desk, town, whole, Stage.AT_OFFICE, offered=True)
    other = staff(town, town.other_courier)

    with pytest.raises(NothingToCarry):
        await plan(house, other)

    async with house.begin(other.context) as conn:
        assert (await dispatch.gather(conn, other, MORNING)).doors == {}


async def test_a_paper_goes_from_courier_to_courier(
    house: Database, desk: Connection, town: Town
) -> None:
    """Offered on the road, taken by the colleague, and a door of her round then."""
    giver, taker = staff(town, town.courier), staff(town, town.other_courier)
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    await plan(house, giver)

    async with house.begin(giver.context) as conn:
        laid = await field.give_to(
            conn, giver, uuid4(), taker.id, [Item(uuid4(), s10)], now=MORNING
        )
    waiting, offered = await read(house, giver), await read(house, taker)
    await collect(house, taker, s10)
    planned = await plan(house, taker)

    assert laid.number is not None
    assert [item.s10 for item in waiting.waiting] == [s10]
    assert waiting.bag == ()
    [pile] = offered.piles
    assert (pile.number, pile.giver) == (laid.number, "Nguyễn Văn Courier")
    assert [card.door.s10 for card in planned.cards if card.door] == [s10]


async def test_what_was_refused_is_ridden_for_no_more(
    house: Database, desk: Connection, town: Town
) -> None:
    """It stays in the bag, to be brought in; no new round leads to that door again."""
    who = staff(town, town.courier)
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    await plan(house, who)
    scan = make.scan(s10, Act.MISS, who.actor, reason="DF07")
    async with house.begin(who.context) as conn:
        await delivery.record_one(conn, Report(scan=scan), heard_at=MORNING)
        await field.come_home(conn, who, uuid4(), [], now=MORNING)

    with pytest.raises(NothingToCarry):
        await plan(house, who)

    assert [item.s10 for item in (await read(house, who)).back] == [s10]
