"""What a citizen changes on the way, as the register has it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from tests import make
from tests.make import MORNING, Town
from tracking import changes, fold, seal_store, slip
from tracking.changes import Change
from tracking.custody_errors import OutAlready
from tracking.errors import BadRuling, ScanReused
from tracking.model import Dossier
from tracking.stages import Act, Stage


def wish(dossier: Dossier, town: Town, **said: object) -> Change:
    given = said or {"return_way": "office"}
    return Change(id=uuid4(), ref=dossier.ref, person=town.clerk, at=MORNING, **given)


async def troubles(conn: Connection, dossier: Dossier) -> list[str]:
    """What `postal verify` would say of one dossier."""
    async with conn.transaction():
        lines = [
            line
            async for some in seal_store.lines(conn, 100)
            for line in some
            if line.dossier_id == dossier.id
        ]
    own = dossier.id - 1, dossier.id
    [kept] = await seal_store.kept_dossiers(conn, *own)
    papers = {paper.id: paper for paper in await seal_store.kept_papers(conn, *own)}
    return [found.what for found in fold.check(lines, kept, papers)]


async def test_the_way_changes_with_its_line(desk: Connection, town: Town) -> None:
    """An auditor reads in the register what the dossier's row says now, and who did it."""
    dossier = await make.dossier(desk, town)

    await changes.change(desk, wish(dossier, town), heard_at=MORNING)

    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    assert found.dossier.return_way == "office"
    assert (found.lines[-1].act, found.lines[-1].person_id) == (Act.CHANGE, town.clerk)
    assert found.lines[-1].facts == {"what": ["return_way"], "return_way": "office"}


async def test_a_phone_is_named_and_never_said(desk: Connection, town: Town) -> None:
    """The register knows no numbers: only that one was changed."""
    dossier = await make.dossier(desk, town)
    await changes.change(desk, wish(dossier, town, what=("phone",)), heard_at=MORNING)
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    assert found.lines[-1].facts == {"what": ["phone"]}


async def test_pressed_twice_it_is_one_line(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    asked = wish(dossier, town)

    assert await changes.change(desk, asked, heard_at=MORNING)
    assert not await changes.change(desk, asked, heard_at=MORNING)

    with pytest.raises(ScanReused):
        await changes.change(desk, replace(asked, papers_back="home"), heard_at=MORNING)


@pytest.mark.parametrize("stage", [Stage.READY, Stage.TO_OFFICE, Stage.AT_OFFICE])
async def test_until_it_is_out_it_can_be_changed(
    desk: Connection, town: Town, stage: Stage
) -> None:
    dossier = await make.dossier(desk, town)
    await (make.ready(desk, town, dossier) if stage is Stage.READY
           else make.result(desk, town, dossier, stage))  # fmt: skip
    assert await changes.change(desk, wish(dossier, town), heard_at=MORNING)


@pytest.mark.parametrize("stage", [Stage.OUT, Stage.DELIVERED])
async def test_what_is_out_goes_where_it_was_to_go(
    desk: Connection, town: Town, stage: Stage
) -> None:
    """A courier before one door cannot be told another."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, stage)
    with pytest.raises(OutAlready):
        await changes.change(desk, wish(dossier, town), heard_at=MORNING)


async def test_who_fetches_at_the_agency_has_no_way_to_change(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town, service="send", return_way="agency")
    with pytest.raises(BadRuling):
        await changes.change(desk, wish(dossier, town), heard_at=MORNING)
    with pytest.raises(BadRuling):
        await changes.change(desk, wish(dossier, town, what=()), heard_at=MORNING)


async def test_a_row_that_says_otherwise_is_found(desk: Connection, town: Town) -> None:
    """Whoever turns a result to another door in the table alone is seen by the nightly check."""
    dossier = await make.dossier(desk, town)
    await changes.change(desk, wish(dossier, town), heard_at=MORNING)
    assert await troubles(desk, dossier) == []

    await desk.execute("UPDATE dossier SET return_way = 'home' WHERE id = $1", dossier.id)

    [found] = await troubles(desk, dossier)
    assert "return_way is kept as home, its lines say office" in found
