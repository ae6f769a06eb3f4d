"""The control slip's lines: who gave, who took, in time or not, and what was undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.caller import Role, Staff
from postal_service.desk.papers import ControlSlip, Result, SlipStep
from postal_service.desk.printing import control_slip
from tests import make
from tests.make import MORNING, Actor, Town
from tracking import corrections, custody, journey, reception, rulings
from tracking.corrections import Undo
from tracking.custody_model import Item, Kind, LineAnswer, NewHandOver, Outcome
from tracking.model import Dossier, Party
from tracking.stages import Act, Keeper, Leg

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def clerk(town: Town) -> Staff:
    return Staff(
        id=town.clerk, username="clerk", full_name="Nguyễn Văn Clerk", given_name="Văn",
        role=Role.CLERK, office_id=town.office, office_name=None, agency_id=None,
        agency_name=None, phone=None, last_seen_at=MORNING,
    )  # fmt: skip


async def printed(desk: Connection, dossier: Dossier, staff: Staff) -> ControlSlip:
    return await control_slip.slip_for(desk, dossier.ref, staff, now=MORNING + 20 * DAY)


async def act(
    desk: Connection, number: str, what: Act, by: Actor, at: datetime, **facts: object
) -> None:
    await journey.record_one(desk, make.scan(number, what, by, at=at, **facts), heard_at=at)


async def carried(desk: Connection, town: Town, dossier: Dossier, days: int) -> None:
    """To the agency, signed for so many days after it was accepted."""
    number = await make.s10(desk, dossier)
    at = MORNING + days * DAY
    await act(desk, number, Act.COLLECT, town.by_courier, at)
    await act(desk, number, Act.HAND_OVER, town.by_courier, at)
    await act(desk, number, Act.SIGN, town.by_officer, at)


def results(slip: ControlSlip) -> list[Result | None]:
    return [step.result for step in slip.steps]


async def test_the_posts_leg_is_held_against_its_own_day(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """One postal day within a district; the Tuesday is a public holiday and no postal day."""
    slips = []
    for days in (0, 2, 3):
        dossier = await make.dossier(desk, town)
        await carried(desk, town, dossier, days)
        slips.append(results(await printed(desk, dossier, clerk)))

    assert slips == [
        [None, Result.EARLY, Result.EARLY],
        [None, Result.ON_TIME, Result.ON_TIME],
        [None, Result.LATE, Result.LATE],
    ]


@pytest.mark.parametrize(
    ("decided", "result"),
    [(timedelta(0), Result.EARLY), (2 * DAY, Result.ON_TIME), (2 * DAY + HOUR, Result.LATE),
     (3 * DAY, Result.LATE)],
)  # fmt: skip
async def test_the_agency_is_held_against_its_first_appointment(
    desk: Connection, town: Town, clerk: Staff, decided: timedelta, result: Result
) -> None:
    """However long the result then lies there, or takes to come home."""
    dossier = await make.dossier(desk, town)
    await carried(desk, town, dossier, 0)
    received = make.ruling(dossier, Act.RECEIVE, town, due_at=MORNING + 2 * DAY)
    await rulings.rule(desk, received, heard_at=MORNING)
    for what, verb in ((Act.FINISH, rulings.rule), (Act.RELEASE, rulings.release)):
        ruled = make.ruling(dossier, what, town, at=MORNING + decided)
        await verb(desk, ruled, heard_at=MORNING + decided)
    number = await make.s10(desk, dossier, Leg.RESULT)
    await act(desk, number, Act.COLLECT, town.by_courier, MORNING + 9 * DAY)

    slip = await printed(desk, dossier, clerk)

    assert slip.steps[-1].result is result
    assert slip.steps[-1].giver == "Nguyễn Văn Officer"
    assert slip.steps[-1].taker == "Nguyễn Văn Courier"


async def test_a_bag_names_both_offices_the_list_and_the_seal(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    other = await make.town(desk, office="66D02", suffix="-2")
    dossier = await make.dossier(desk, town, offered=False)
    number = await make.s10(desk, dossier)
    new = NewHandOver(
        id=uuid4(), kind=Kind.BAG, to=Party(Keeper.OFFICE, other.office),
        items=[Item(uuid4(), number)], by=town.by_clerk, at=MORNING, seal="NP-77",
    )  # fmt: skip
    bag = (await custody.offer(desk, new, heard_at=MORNING)).hand_over
    assert bag is not None
    found = reception.Opening(seal="NP-77", whole=True, counted=1)
    await reception.open_bag(desk, bag.number, found=found, by=other.by_clerk, at=MORNING + HOUR)
    taken = LineAnswer(id=uuid4(), s10=number, outcome=Outcome.DAMAGED, reason="CD07", beeped=True)
    await reception.answer(
        desk, bag.number, [taken], by=other.by_clerk, at=MORNING + HOUR, heard_at=MORNING + HOUR
    )

    step = (await printed(desk, dossier, clerk)).steps[-1]

    names = {
        office: await desk.fetchval("SELECT name FROM office WHERE id = $1", office)
        for office in (town.office, other.office)
    }
    assert (step.giver_unit, step.taker_unit) == (names[town.office], names[other.office])
    assert (step.giver, step.taker) == ("Nguyễn Văn Clerk", "Nguyễn Văn Clerk-2")
    assert step.note.startswith(f"{bag.number} · niêm phong NP-77")
    assert "hư hỏng" in step.note


async def test_what_was_declined_says_before_whom_it_lay(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    await act(desk, number, Act.DECLINE, town.by_courier, MORNING + HOUR, reason="CD07")

    step = (await printed(desk, dossier, clerk)).steps[-1]

    assert step.result is None
    assert step.taker_unit == "bưu tá Nguyễn Văn Courier"
    assert step.note == "Không nhận: không ký nhận, Bưu gửi ướt, hư hỏng"


async def test_an_undone_step_stays_and_the_next_giver_is_the_right_one(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """After the correction the paper lies offered by the clerk again, as it did before."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    wrong = make.scan(number, Act.COLLECT, town.by_courier, at=MORNING + HOUR)
    await journey.record_one(desk, wrong, heard_at=wrong.at)
    chief = await make.person(desk, "chief", "supervisor", town.office, town.agency)
    wish = Undo(
        id=uuid4(), s10=number, undoes=wrong.id, by=town.by_clerk, at=MORNING + 2 * HOUR,
        reason="CR01", approver=chief,
    )  # fmt: skip
    await corrections.undo(desk, wish, heard_at=MORNING + 2 * HOUR)
    await act(desk, number, Act.COLLECT, town.by_courier, MORNING + 3 * HOUR)

    _, first, second = (await printed(desk, dossier, clerk)).steps

    assert first.undone == (
        "Hoàn tác 10:15 23/11/2026, Nguyễn Văn Clerk, Quét nhầm bưu gửi, "
        "người thứ hai: Nguyễn Văn Chief"
    )
    assert first.result is None
    assert second.undone == ""
    assert same_sides(first, second)


def same_sides(one: SlipStep, other: SlipStep) -> bool:
    sides = [(each.giver_unit, each.giver, each.taker_unit, each.taker) for each in (one, other)]
    return sides[0] == sides[1]


async def test_word_that_came_late_stands_beside_the_hour(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    scan = make.scan(number, Act.COLLECT, town.by_courier, at=MORNING + HOUR)
    await journey.record_one(desk, scan, heard_at=MORNING + 3 * HOUR)

    step = (await printed(desk, dossier, clerk)).steps[-1]

    assert (step.at, step.heard_at) == (MORNING + HOUR, MORNING + 3 * HOUR)
