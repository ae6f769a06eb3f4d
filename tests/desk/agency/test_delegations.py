"""A counter that receives in an agency's name: code and appointment at once, the clock running."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.desk.agency import delegations, rulings
from postal_service.desk.agency.delegations import BadDelegation
from postal_service.desk.agency.wishes import Wish
from tests import make
from tests.desk.test_counter import accept, entry, refused
from tests.make import MORNING, Town
from tracking import slip
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status

CODE = "H36.31-261123-0042"
SINCE = date(2026, 11, 1)


async def allowed(desk: Connection, town: Town, until: date | None = None) -> None:
    """The office receives for every agency its form offers for an extract."""
    office = await desk.fetchval("SELECT code FROM office WHERE id = $1", town.office)
    agency = await desk.fetchval(
        "SELECT code FROM agency WHERE id = $1", int((await entry(desk, town)).agency_id)
    )
    await delegations.add(desk, office, agency, (SINCE, until), "QĐ 1256/2025")


async def found(desk: Connection, ref: str) -> Slip:
    now = await slip.by_ref(desk, ref)
    assert now is not None
    return now


async def test_the_clock_starts_at_the_counter(desk: Connection, town: Town) -> None:
    """Received there and then, as the clerk, with what the due time was reckoned from kept."""
    await allowed(desk, town)
    typed = await entry(desk, town, given_code=CODE)
    ref = await accept(desk, town, typed)
    again = await accept(desk, town, typed)

    now = await found(desk, ref)
    assert again == ref
    assert (now.dossier.status, now.dossier.agency_code) == (Status.RECEIVED, CODE)
    assert now.dossier.received_at == MORNING
    # answered on the day where it is received before 15:00
    assert now.dossier.due_at == MORNING.replace(hour=17, minute=30)
    assert [line.act for line in now.lines] == [Act.ACCEPT, Act.RECEIVE]
    assert now.lines[-1].facts["mode"] == "delegate"
    item = now.papers
    assert item is not None
    assert (item.leg, item.stage) == (Leg.FORWARD, Stage.ACCEPTED)
    mode = await desk.fetchval("SELECT acceptance_mode FROM dossier WHERE ref = $1", ref)
    assert mode == "delegate"


async def test_after_three_it_is_tomorrow(desk: Connection, town: Town) -> None:
    """15:00 is in time, a minute later is not; the day after is a holiday."""
    await allowed(desk, town)
    dues = []
    for n, minute in enumerate((0, 1)):
        typed = await entry(desk, town, given_code=f"H36.31-261123-004{n}")
        at = MORNING.replace(hour=15, minute=minute)
        ref = await accept(desk, town, typed, now=at)
        dues.append((await found(desk, ref)).dossier.due_at)

    first = MORNING.replace(hour=17, minute=30)
    assert dues == [first, first + timedelta(days=2)]


@pytest.mark.parametrize("code", ["", "123", "H36.31-261122-0042"])
async def test_no_reception_without_the_agency_s_code(
    desk: Connection, town: Town, code: str
) -> None:
    """Without it, or with another day in it, nothing is saved."""
    await allowed(desk, town)
    assert await refused(desk, town, await entry(desk, town, given_code=code)) == ["given_code"]


async def test_a_delegation_that_has_ended_only_carries(desk: Connection, town: Town) -> None:
    """The post never receives by itself: after its last day a code typed there means nothing."""
    await allowed(desk, town, until=MORNING.date())
    ref = await accept(desk, town, await entry(desk, town, given_code=CODE))

    now = await found(desk, ref)
    assert (now.dossier.status, now.dossier.agency_code) == (Status.REGISTERED, None)


async def test_one_code_for_one_dossier(desk: Connection, town: Town) -> None:
    await allowed(desk, town)
    await accept(desk, town, await entry(desk, town, given_code=CODE))
    assert await refused(desk, town, await entry(desk, town, given_code=CODE)) == ["given_code"]


async def test_the_agency_goes_on_when_the_papers_are_there(desk: Connection, town: Town) -> None:
    """It does not receive once more: what follows the signature is its work."""
    await allowed(desk, town)
    ref = await accept(desk, town, await entry(desk, town, given_code=CODE))
    now = await found(desk, ref)
    own = replace(town, agency=now.dossier.agency_id)
    item = now.papers
    assert item is not None
    await make.scans(desk, [make.offer(item.s10, own)])
    assert rulings.acts_for(now) == []
    await make.signed(desk, own, now.dossier)

    signed = await found(desk, ref)
    assert rulings.acts_for(signed)[0] is Act.BEGIN
    assert Act.RECEIVE not in rulings.acts_for(signed)
    wish = Wish(id=make.uuid4(), act=Act.BEGIN)
    await rulings.decide(desk, ref, wish, by=own.by_officer, now=MORNING)


async def test_two_periods_never_overlap(desk: Connection, town: Town) -> None:
    """Nor does one end before it begins."""
    await allowed(desk, town)
    with pytest.raises(BadDelegation):
        await allowed(desk, town)
    code = await desk.fetchval("SELECT code FROM agency WHERE id = $1", town.agency)
    with pytest.raises(BadDelegation):
        await delegations.add(desk, "66D01", code, (SINCE, SINCE), "QĐ 1")
