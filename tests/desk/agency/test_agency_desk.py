"""The agency's clock through pauses and hands, and a work list that names what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.agency import agency_desk, appointments, rulings
from postal_service.desk.agency.rulings import Wish
from tests import make
from tests.make import MORNING, Town
from tracking.errors import HeldByAnother, IllegalMove, ScanReused, UnknownDossier
from tracking.model import Dossier
from tracking.pauses import AskedPaper
from tracking.stages import Act

CODE = "H36.31-261123-0042"


async def signed(desk: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    return dossier


async def decide(
    desk: Connection, town: Town, dossier: Dossier, wish: Wish, *, at: datetime = MORNING
) -> None:
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=at)


async def due_of(desk: Connection, dossier: Dossier) -> datetime:
    found: datetime = await desk.fetchval("SELECT due_at FROM dossier WHERE id = $1", dossier.id)
    return found.astimezone(MORNING.tzinfo)


async def paused(
    desk: Connection, town: Town, dossier: Dossier, *, at: datetime, again: bool = False
) -> None:
    """Ask for a paper at *at*, and have it two working days later; *again* takes two people."""
    ask = Wish(
        id=uuid4(),
        act=Act.ASK_MORE,
        papers=(AskedPaper(name="Giấy khai sinh", certified=1),),
        reason="SR01" if again else "",
        approver=town.clerk if again else None,
    )
    await decide(desk, town, dossier, ask, at=at)
    resume = Wish(id=uuid4(), act=Act.RESUME)
    await decide(desk, town, dossier, resume, at=at + timedelta(days=2))


async def test_a_pause_moves_the_appointment_by_its_working_time(
    desk: Connection, town: Town
) -> None:
    """Two working days of waiting are two more working days; the first due date stays on record."""
    dossier = await signed(desk, town)
    await decide(desk, town, dossier, Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE))
    first = await due_of(desk, dossier)

    await paused(desk, town, dossier, at=MORNING + timedelta(days=2))

    assert first == datetime(2026, 11, 27, 8, 15, tzinfo=MORNING.tzinfo)
    assert await due_of(desk, dossier) == datetime(2026, 12, 1, 8, 15, tzinfo=MORNING.tzinfo)
    kept = await desk.fetchval("SELECT original_due_at FROM dossier WHERE id = $1", dossier.id)
    assert kept == first


async def test_two_pauses_count_once_each(desk: Connection, town: Town) -> None:
    """The second pause is added to the first, not to the date the first had already moved."""
    dossier = await signed(desk, town)
    await decide(desk, town, dossier, Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE))

    await paused(desk, town, dossier, at=MORNING + timedelta(days=2))
    await paused(desk, town, dossier, at=MORNING + timedelta(days=7), again=True)

    assert await due_of(desk, dossier) == datetime(2026, 12, 3, 8, 15, tzinfo=MORNING.tzinfo)


async def test_an_appointment_by_hand_is_moved_not_replaced(desk: Connection, town: Town) -> None:
    """What an officer promised is her word: a pause shifts it, the formula does not undo it."""
    dossier = await signed(desk, town)
    by_hand = datetime(2026, 12, 10, 10, 0, tzinfo=MORNING.tzinfo)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE, due_at=by_hand, reason="LT02")
    await decide(desk, town, dossier, wish)

    await paused(desk, town, dossier, at=MORNING + timedelta(days=2))

    assert await due_of(desk, dossier) == datetime(2026, 12, 14, 10, 0, tzinfo=MORNING.tzinfo)


async def test_the_counter_s_hour_does_not_start_the_clock(desk: Connection, town: Town) -> None:
    """The legal time runs from the agency's reception, however long the paper travelled."""
    dossier = await signed(desk, town)
    friday = MORNING + timedelta(days=4)

    found = await agency_desk.own_slip(desk, dossier.ref, town.agency)
    reckoned = await appointments.reckon(desk, found, friday)

    assert reckoned.start == friday
    assert reckoned.due == datetime(2026, 12, 2, 8, 15, tzinfo=MORNING.tzinfo)


async def test_one_id_with_another_content_is_refused(desk: Connection, town: Town) -> None:
    """A changed form under an old id is a mistake, not a repeat."""
    dossier = await signed(desk, town)
    wish = Wish(id=uuid4(), act=Act.REFUSE, reason="RF01")
    await decide(desk, town, dossier, wish)
    await decide(desk, town, dossier, wish)

    with pytest.raises(ScanReused):
        await decide(desk, town, dossier, Wish(id=wish.id, act=Act.REFUSE, reason="RF02"))


async def test_nobody_rules_on_another_agency_s_dossier(desk: Connection, town: Town) -> None:
    """Nor may a clerk, who has no agency at all."""
    dossier = await signed(desk, town)
    wish = Wish(id=uuid4(), act=Act.REFUSE, reason="RF01")

    for stranger in (town.by_clerk, town.by_courier):
        with pytest.raises(UnknownDossier):
            await rulings.decide(desk, dossier.ref, wish, by=stranger, now=MORNING)


async def test_a_form_signed_twice_at_another_minute(desk: Connection, town: Town) -> None:
    """A page has no clock: its second copy, a minute later, is the same signature."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    await make.scans(
        desk, [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )
    items = {number: uuid4()}

    first = await agency_desk.sign(desk, items, by=town.by_officer, now=MORNING)
    later = MORNING + timedelta(minutes=1)
    again = await agency_desk.sign(desk, items, by=town.by_officer, now=later)
    fresh = await agency_desk.sign(desk, {number: uuid4()}, by=town.by_officer, now=later)

    assert (first, again) == ([], [])
    assert [type(refusal) for refusal in fresh] == [IllegalMove]


async def test_only_the_agency_signs(desk: Connection, town: Town) -> None:
    """A courier cannot sign for the agency she hands to."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    await make.scans(
        desk, [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )

    refused = await agency_desk.sign(desk, {number: uuid4()}, by=town.by_courier, now=MORNING)

    assert [type(refusal) for refusal in refused] == [HeldByAnother]


async def test_the_work_list_holds_each_dossier_once(desk: Connection, town: Town) -> None:
    """In the section of what the agency has to do next; what is still at the post is no work."""
    await make.dossier(desk, town)
    waiting, done = await signed(desk, town), await signed(desk, town)
    await make.rule(desk, town, done, Act.RECEIVE, Act.FINISH, Act.RELEASE)
    refused = await signed(desk, town)
    await make.rule(desk, town, refused, Act.REFUSE)

    work = await agency_desk.work_list(desk, town.agency, now=MORNING)

    assert [case.ref for case in work.to_receive] == [waiting.ref]
    assert {case.ref for case in work.outgoing} == {done.ref, refused.ref}
    assert work.arriving == 0
    assert work.coming == work.processing == work.supplement == work.ended == []
