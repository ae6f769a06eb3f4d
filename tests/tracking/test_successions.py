"""An agency or office that ends: what is open passes on, by lines, and due dates stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service import audit
from postal_service.desk.agency import agency_desk, rulings
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.citizen import leg_clocks
from postal_service.desk.published import successions as desk_successions
from tests import laid, make
from tests.make import MORNING, Town
from tracking import calendar_changes, proposals, slip, successions
from tracking.calendar_changes import NewDays
from tracking.model import Actor, Dossier
from tracking.slip import Slip
from tracking.stages import Act, Keeper, Leg, Stage
from tracking.successions import BadSuccession, Kind, NewSuccession

TODAY = MORNING.date()
TOMORROW = MORNING + timedelta(days=1)


async def other_agency(conn: Connection, town: Town) -> int:
    return int(
        await conn.fetchval(
            "SELECT id FROM agency WHERE id <> $1 AND level = 'commune' AND valid_to IS NULL"
            " AND coalesce(valid_from, $2) <= $2 ORDER BY id LIMIT 1",
            town.agency,
            TODAY,
        )
    )


async def other_office(conn: Connection, town: Town) -> int:
    return int(
        await conn.fetchval("SELECT id FROM office WHERE id <> $1 ORDER BY id LIMIT 1", town.office)
    )


def new(old: int, successor: int, *, kind: Kind = Kind.AGENCY, on: date = TODAY) -> NewSuccession:
    return NewSuccession(
        form_id=uuid4(), kind=kind, old_id=old, new_id=successor, starts_on=on,
        ground="QĐ 1256/QĐ-UBND",
    )  # fmt: skip


async def passed(conn: Connection, one: NewSuccession, at: datetime = MORNING) -> None:
    """Name it and let everything pass, batch after batch."""
    await successions.name(conn, one, by=None, at=at, today=TODAY)

    @asynccontextmanager
    async def begin() -> AsyncIterator[Connection]:
        async with conn.transaction():
            yield conn

    while await desk_successions.carry_out(begin, at):
        pass


async def slip_of(conn: Connection, dossier: Dossier) -> Slip:
    found = await slip.by_ref(conn, dossier.ref)
    assert found is not None
    return found


async def received(conn: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(conn, town)
    await make.signed(conn, town, dossier)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code="H36.31-261123-0001")
    await rulings.decide(conn, dossier.ref, wish, by=town.by_officer, now=MORNING)
    return dossier


async def test_an_open_dossier_passes_and_its_due_date_stays(desk: Connection, town: Town) -> None:
    dossier = await received(desk, town)
    before = (await slip_of(desk, dossier)).dossier
    successor = await other_agency(desk, town)

    await passed(desk, new(town.agency, successor))

    after = await slip_of(desk, dossier)
    assert after.dossier.agency_id == successor
    assert (after.dossier.due_at, after.dossier.original_due_at, after.dossier.hours_group) == (
        before.due_at, before.original_due_at, before.hours_group,
    )  # fmt: skip
    paper = after.leg(Leg.FORWARD)
    assert paper is not None
    assert (paper.stage, paper.agency_id, paper.holder_id) == (
        Stage.WITH_AGENCY, successor, successor,
    )  # fmt: skip
    lines = [line for line in after.lines if line.act is Act.SUCCEED]
    assert len(lines) == 2
    assert all(line.facts["from"] == town.agency for line in lines)


async def test_its_officers_go_on_deciding(desk: Connection, town: Town) -> None:
    """On Monday morning the same woman sits at the same desk, under another name."""
    dossier = await received(desk, town)
    successor = await other_agency(desk, town)
    await passed(desk, new(town.agency, successor))
    officer = Actor(person=town.officer, keeper=Keeper.AGENCY, agency=successor)

    wish = Wish(id=uuid4(), act=Act.FINISH)
    await rulings.decide(desk, dossier.ref, wish, by=officer, now=TOMORROW)

    assert (await slip_of(desk, dossier)).dossier.processed_at == TOMORROW
    assert (
        await desk.fetchval("SELECT agency_id FROM person WHERE id = $1", town.officer) == successor
    )


async def test_what_lies_before_the_old_desk_is_the_new_one_s_to_sign(
    desk: Connection, town: Town
) -> None:
    """The courier laid his list down on the last day; nobody sends him round again."""
    number, [s10, *_], _ = await laid.lists(desk, town, 2)
    successor = await other_agency(desk, town)
    await passed(desk, new(town.agency, successor))
    officer = Actor(person=town.officer, keeper=Keeper.AGENCY, agency=successor)

    refused = await agency_desk.sign(desk, {s10: uuid4()}, by=officer, now=TOMORROW)

    assert refused == []
    assert await desk.fetchval("SELECT taker_id FROM hand_over WHERE number = $1", number) == (
        successor
    )


async def test_what_has_ended_stays_where_it_ended(desk: Connection, town: Town) -> None:
    """Last year's figures are the old agency's."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)
    successor = await other_agency(desk, town)

    await passed(desk, new(town.agency, successor))

    assert (await slip_of(desk, dossier)).dossier.agency_id == town.agency


async def test_an_office_passes_its_papers_people_and_lists(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town, offered=False)
    successor = await other_office(desk, town)

    await passed(desk, new(town.office, successor, kind=Kind.OFFICE))

    found = await slip_of(desk, dossier)
    paper = found.leg(Leg.FORWARD)
    assert paper is not None
    assert found.dossier.office_id == successor
    assert (paper.office_id, paper.holder_id) == (successor, successor)
    clerk = await desk.fetchval("SELECT office_id FROM person WHERE id = $1", town.clerk)
    assert clerk == successor
    await leg_clocks.promise_all(desk)


async def test_nothing_passes_before_its_day(desk: Connection, town: Town) -> None:
    dossier = await received(desk, town)
    successor = await other_agency(desk, town)
    later = new(town.agency, successor, on=TODAY + timedelta(days=5))

    await passed(desk, later)
    unmoved = (await slip_of(desk, dossier)).dossier.agency_id
    await passed(desk, later, MORNING + timedelta(days=5))

    assert unmoved == town.agency
    assert (await slip_of(desk, dossier)).dossier.agency_id == successor


async def test_a_job_run_twice_passes_once(desk: Connection, town: Town) -> None:
    dossier = await received(desk, town)
    one = new(town.agency, await other_agency(desk, town))

    await passed(desk, one)
    await passed(desk, one)

    found = await slip_of(desk, dossier)
    assert sum(line.act is Act.SUCCEED for line in found.lines) == 2
    [named] = await successions.named(desk)
    assert named.done_at == MORNING
    assert named.passed["dossiers"] == 1
    assert named.passed["people"] >= 1


async def test_a_successor_that_cannot_be_is_refused(desk: Connection, town: Town) -> None:
    """Itself, one that has ended, a second one, a day that is over, no decision."""
    other = await other_agency(desk, town)
    third = await desk.fetchval(
        "SELECT id FROM agency WHERE id NOT IN ($1, $2) LIMIT 1", town.agency, other
    )

    async def refused(one: NewSuccession) -> None:
        with pytest.raises(BadSuccession):
            await successions.name(desk, one, by=None, at=MORNING, today=TODAY)

    await refused(new(town.agency, town.agency))
    await refused(new(town.agency, other, on=TODAY - timedelta(days=1)))
    await successions.name(desk, new(town.agency, other), by=None, at=MORNING, today=TODAY)
    await refused(new(town.agency, third))
    await refused(new(other, town.agency))


async def test_the_register_still_adds_up(desk: Connection, town: Town) -> None:
    """After a move and two successions every row is still what its lines say."""
    dossier = await received(desk, town)
    await make.dossier(desk, town, offered=False)
    off = NewDays(
        form_id=uuid4(), scope="all", first=date(2026, 11, 26), last=date(2026, 11, 26),
        kind="off", name="Nghỉ tránh bão",
    )  # fmt: skip
    await calendar_changes.apply(desk, off, by=town.officer, at=MORNING)
    [proposal] = await proposals.waiting(desk, None)
    await proposals.accept(desk, [proposal.id], by=town.by_officer, at=MORNING)
    await passed(desk, new(town.agency, await other_agency(desk, town)))
    await passed(desk, new(town.office, await other_office(desk, town), kind=Kind.OFFICE))

    report = await audit.verify(desk, keys={}, folder=None, now=TOMORROW)

    wrong = [found for found in report.found if found.invariant in ("I5", "I6", "I8")]
    assert wrong == []
    assert (await slip_of(desk, dossier)).dossier.due_at == proposal.new_due_at
