"""One date for every screen: what it is at each stage, and whose lateness is whose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from asyncpg import Connection

from postal_service.desk.citizen.promise import Kind, Promise, promise_for
from postal_service.desk.published import agencies, offices
from tests import make
from tests.make import MORNING, Town
from tracking import slip
from tracking.model import Dossier
from tracking.stages import Act, Keeper, Leg, Stage


async def promised(desk: Connection, dossier: Dossier, *, days: int = 0) -> Promise:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    office = await offices.get(desk, dossier.office_id)
    agency = await agencies.get(desk, dossier.agency_id)
    return await promise_for(desk, found, office, agency, now=MORNING + timedelta(days=days))


async def test_before_reception_it_is_an_estimate(desk: Connection, town: Town) -> None:
    """The date printed on the receipt; past it, whoever holds the paper is named."""
    dossier = await make.dossier(desk, town)

    assert await promised(desk, dossier) == Promise(kind=Kind.EXPECTED, day=date(2026, 12, 1))
    assert (await promised(desk, dossier, days=9)).late is Keeper.OFFICE


async def test_a_pause_promises_no_day(desk: Connection, town: Town) -> None:
    """While papers are missing no date runs, so none is late."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.ASK_MORE)

    found = await promised(desk, dossier, days=60)

    assert (found.kind, found.late) == (Kind.PAUSED, None)


async def test_the_post_s_lateness_is_the_post_s(desk: Connection, town: Town) -> None:
    """A result decided in time and lying with a courier is late by the courier, not the agency."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.TO_OFFICE)

    fresh, old = await promised(desk, dossier), await promised(desk, dossier, days=4)

    assert (fresh.kind, fresh.day, fresh.late) == (Kind.COMING, date(2026, 11, 25), None)
    assert (old.day, old.late, old.renewed) == (fresh.day, Keeper.COURIER, date(2026, 11, 28))


@pytest.mark.parametrize("way", ["office", "home"])
async def test_what_waits_for_the_citizen_is_not_late(
    desk: Connection, town: Town, way: str
) -> None:
    """Chosen, or nobody at home: it lies there since that day, however long."""
    dossier = await make.dossier(desk, town, return_way=way)
    number = await make.result(desk, town, dossier, Stage.OUT)
    for act in (Act.MISS, Act.BRING_IN, Act.TAKE_IN):
        await make.scans(desk, [make.homeward(number, act, town)])

    found = await promised(desk, dossier, days=20)

    assert (found.kind, found.day, found.late) == (Kind.WAITING, MORNING.date(), None)


async def test_returned_by_the_agency_is_not_done(desk: Connection, town: Town) -> None:
    """National status 10 comes days before the citizen has anything in her hand."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.TO_OFFICE)
    on_the_way = await promised(desk, dossier)
    number = await make.s10(desk, dossier, Leg.RESULT)
    for act in make.HOMEWARD[1:]:
        await make.scans(desk, [make.homeward(number, act, town)])

    assert on_the_way.kind is Kind.COMING
    assert (await promised(desk, dossier)).kind is Kind.DONE


async def test_refused_papers_have_a_day_too(desk: Connection, town: Town) -> None:
    """The citizen is told when she can have them back."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.REFUSE)

    found = await promised(desk, dossier)

    assert (found.kind, found.day) == (Kind.BACK, date(2026, 11, 25))
