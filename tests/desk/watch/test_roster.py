"""Who works when: planned once, changed by the next plan, and said of whoever is there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from asyncpg import Connection

from postal_service.desk.watch import roster
from postal_service.desk.watch.roster import BadWeek, Duty, Shift
from tests import make
from tests.make import MORNING, Town

MONDAY = MORNING.date()
SUNDAY = MONDAY + timedelta(days=6)


async def plan(desk: Connection, town: Town, *duties: tuple[int, date, Shift]) -> None:
    lines = [Duty(person_id=who, day=day, shift=shift) for who, day, shift in duties]
    await roster.plan(desk, town.office, lines, by=town.clerk, at=MORNING)


async def there(desk: Connection, town: Town, day: date) -> set[int]:
    return {who.id for who in await roster.on_shift(desk, town.office, day)}


async def test_a_day_nobody_planned_has_everybody(desk: Connection, town: Town) -> None:
    """An office that keeps no roster must not find itself without couriers."""
    assert await there(desk, town, MONDAY) == {town.courier, town.other_courier}


async def test_on_a_planned_day_only_who_is_on_it(desk: Connection, town: Town) -> None:
    """Who has no line on it is off, and so is who is written off; half a day is a shift."""
    await plan(desk, town, (town.courier, MONDAY, Shift.MORNING))
    assert await there(desk, town, MONDAY) == {town.courier}

    await plan(
        desk,
        town,
        (town.courier, MONDAY, Shift.OFF),
        (town.other_courier, MONDAY, Shift.DAY),
    )
    assert await there(desk, town, MONDAY) == {town.other_courier}
    assert await there(desk, town, SUNDAY) == {town.courier, town.other_courier}


async def test_the_clerks_roster_is_not_the_couriers(desk: Connection, town: Town) -> None:
    """Planning one clerk must not send every courier home."""
    await plan(desk, town, (town.clerk, MONDAY, Shift.DAY))

    assert await there(desk, town, MONDAY) == {town.courier, town.other_courier}


async def test_another_office_s_people_are_left_out(desk: Connection, town: Town) -> None:
    """A supervisor plans her own office, whatever the form says."""
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    stranger = await make.person(desk, "stranger", "courier", other, town.agency)

    await plan(desk, town, (stranger, MONDAY, Shift.OFF))

    assert (await roster.week(desk, other, MONDAY, today=MONDAY)).shifts == {}


async def test_the_week_of_any_day_begins_on_monday(desk: Connection, town: Town) -> None:
    """And shows what is planned for it, of those who still work here."""
    await plan(desk, town, (town.courier, SUNDAY, Shift.AFTERNOON))

    week = await roster.week(desk, town.office, SUNDAY, today=MONDAY)

    assert (week.days[0], week.days[-1]) == (MONDAY, SUNDAY)
    assert week.shifts == {(town.courier, SUNDAY): Shift.AFTERNOON}
    assert {who.id for who in week.colleagues} == {town.clerk, town.courier, town.other_courier}


@pytest.mark.parametrize("days", [-401, 401])
async def test_nobody_plans_years_ahead(desk: Connection, town: Town, days: int) -> None:
    """A slip in the address bar must not lead into a week nobody ever sees again."""
    with pytest.raises(BadWeek):
        await roster.week(desk, town.office, MONDAY + timedelta(days=days), today=MONDAY)


async def test_last_week_is_a_draft_of_this_one(desk: Connection, town: Town) -> None:
    """Most weeks are like the one before; nothing is written until somebody saves."""
    await plan(desk, town, (town.courier, MONDAY, Shift.DAY))

    next_week = await roster.week_after(desk, town.office, MONDAY + timedelta(days=7), today=MONDAY)

    assert next_week.shifts == {(town.courier, MONDAY + timedelta(days=7)): Shift.DAY}
    assert await there(desk, town, MONDAY + timedelta(days=7)) == {
        town.courier,
        town.other_courier,
    }
