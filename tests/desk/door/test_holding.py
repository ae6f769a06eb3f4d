"""How long a paper is kept, on which ground it goes back, and the reminder of its last day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asyncpg import Connection

from postal_service.desk.door import holding
from postal_service.desk.published import offices, reasons
from tests import make
from tests.make import MORNING, Town
from tracking import delivery, reminders
from tracking.delivery import Ground
from tracking.stages import Act, Stage


async def invited(desk: Connection, town: Town, *, days_ago: list[int]) -> str:
    """A result at the office whose owner was invited that many days before MORNING + 40."""
    accepted = await make.dossier(desk, town)
    number = await make.result(desk, town, accepted, Stage.AT_OFFICE)
    now = MORNING + timedelta(days=40)
    for days in days_ago:
        made = make.scan(number, Act.INVITE, town.by_clerk, at=now - timedelta(days=days))
        await delivery.journey.record_one(desk, made, heard_at=now)
    return number


@pytest.mark.parametrize(
    ("unit", "return_way", "days"),
    [("24781", "home", 15), ("24805", "home", 15), ("25000", "home", 30), ("25000", "office", 45)],
)
async def test_a_town_keeps_for_fifteen_days_and_the_country_for_thirty(
    desk: Connection, town: Town, unit: str, return_way: str, days: int
) -> None:
    """Who chose to fetch it has forty-five."""
    accepted = await make.dossier(desk, town, return_way=return_way)
    await desk.execute("RESET ROLE")
    await desk.execute("UPDATE office SET commune_2025 = $1 WHERE id = $2", unit, town.office)

    terms = await holding.terms_for(desk, await offices.get(desk, town.office), accepted)

    assert terms.hold_days == days
    await desk.execute("SET ROLE postal_app")


@pytest.mark.parametrize(
    ("code", "ground"),
    [
        ("DF01", Ground.ADDRESS),
        ("DF02", Ground.ADDRESS),
        ("DF03", Ground.ADDRESS),
        ("DF06", Ground.UNCALLED),
        ("DF07", Ground.REFUSED),
        ("DF04", Ground.SETTLED),
        ("DF17", Ground.SETTLED),
    ],
)
async def test_the_law_names_the_ground(desk: Connection, code: str, ground: Ground) -> None:
    """What art. 17.1 does not name takes two people."""
    assert holding.ground_of(await reasons.get(desk, code)) is ground


async def test_what_nobody_fetched_goes_back_after_its_last_day(
    desk: Connection, town: Town
) -> None:
    """Two invitations and fifteen days: the sixteenth day is the first it may go back."""
    number = await invited(desk, town, days_ago=[15, 10])
    office = await offices.get(desk, town.office)
    found = await desk.fetchrow(
        "SELECT c.id, d.ref FROM consignment c JOIN dossier d ON d.id = c.dossier_id"
        " WHERE c.s10 = $1",
        number,
    )
    assert found is not None
    terms = await holding.terms_for(desk, office, await reminders.dossier_of(desk, found["ref"]))
    lines = await reminders.lines_of(desk, found["id"])
    last = (MORNING + timedelta(days=40)).date()

    today = await holding.outlook(desk, lines, terms, today=last)
    tomorrow = await holding.outlook(desk, lines, terms, today=last + timedelta(days=1))

    assert (today.invited, today.until, today.lawful) == (2, last, [])
    assert [reason.code for reason in tomorrow.lawful] == ["DF06"]
    assert [reason.code for reason in today.settled] == ["DF17"]


async def test_the_last_day_is_said_once(desk: Connection, town: Town) -> None:
    """Of what lies here today, and of nothing else; nobody's name stands beside it."""
    number = await invited(desk, town, days_ago=[15])
    await invited(desk, town, days_ago=[14])
    await invited(desk, town, days_ago=[16])
    now = MORNING + timedelta(days=40)

    said = [await holding.remind(desk, now), await holding.remind(desk, now + timedelta(hours=3))]

    rows = await desk.fetch(
        "SELECT c.s10, e.person_id, e.stage, e.holder_id, e.office_id,"
        " (SELECT count(*) FROM news n WHERE n.event_id = e.id) AS owed"
        " FROM event e JOIN consignment c ON c.id = e.consignment_id WHERE e.act = 'last_day'"
    )
    assert said == [1, 0]
    assert [tuple(row) for row in rows] == [
        (number, None, "at_office", town.office, town.office, 1)
    ]


async def test_what_left_the_office_is_not_reminded_of(desk: Connection, town: Town) -> None:
    """A message "today is the last day" about a result that is on its way is a lie."""
    number = await invited(desk, town, days_ago=[15])
    now = MORNING + timedelta(days=40)
    await make.scans(desk, [make.offer(number, town)])

    assert await holding.remind(desk, now) == 0
