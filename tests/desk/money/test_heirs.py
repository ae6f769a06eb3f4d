"""Money of an agency or an office that ends: the successor owes and is owed the same."""

from __future__ import annotations

from uuid import uuid4

from asyncpg import Connection

from postal_service.desk.money import heirs, settlements
from postal_service.desk.money.model import Account, EntryKind, Purse
from tests import make
from tests.desk.money.books import balances, move, paid
from tests.make import MORNING, Town


async def test_what_is_held_for_an_agency_is_held_for_its_heir(
    desk: Connection, town: Town
) -> None:
    """Each dossier's amount under its dossier; once, however often the worker comes."""
    heir = (await make.town(desk, office="66D05", suffix="-far")).agency
    if heir == town.agency:
        heir = await desk.fetchval("SELECT min(id) FROM agency WHERE id <> $1", town.agency)
    dossier = await make.dossier(desk, town)
    await paid(desk, town, dossier)
    key = uuid4()

    passed = await heirs.pass_agency(desk, town.agency, heir, key, by=town.clerk, now=MORNING)
    again = await heirs.pass_agency(desk, town.agency, heir, key, by=town.clerk, now=MORNING)

    assert (passed, again) == (23000, 0)
    lines = await settlements.open_lines(desk, heir, Purse.STATE_HELD, MORNING.date())
    assert {(line.ref, line.amount_vnd) for line in lines} == {
        (dossier.ref, 8000),
        (dossier.ref, 15000),
    }
    left = await settlements.open_lines(desk, town.agency, Purse.STATE_HELD, MORNING.date())
    assert sum(line.amount_vnd for line in left) == 0
    assert [each.agency_id for each in await settlements.standing(desk)] == [heir]


async def test_an_offices_safe_passes_and_a_drawer_stays_its_holders(
    desk: Connection, town: Town
) -> None:
    heir = await desk.fetchval("SELECT min(id) FROM office WHERE id <> $1", town.office)
    await make.dossier(desk, town)
    safe = Account(kind=Purse.SAFE, office_id=town.office)
    till = Account(kind=Purse.TILL, office_id=town.office, person_id=town.clerk)
    await move(desk, EntryKind.PAY_IN, safe, till, 10_000, town.clerk)

    await heirs.pass_office(desk, town.office, heir, uuid4(), by=town.clerk, now=MORNING)

    there = await balances(desk)
    assert there[("safe", heir, None, None)] == 10_000
    assert there[("postage", heir, None, None)] == -22_000
    assert there[("till", town.office, town.clerk, None)] == 20_000
    assert ("safe", town.office, None, None) not in there
