"""Papers that change hands together: two sides, line by line, until the list balances."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection
from asyncpg.exceptions import LockNotAvailableError
from msgspec import Struct
from msgspec.structs import replace

from tests import make
from tests.conftest import connect
from tests.load.house import fill
from tests.make import MORNING, Town
from tracking import custody, incidents, reception, slip
from tracking.custody_errors import (
    BadHandOver,
    BagIsSealed,
    CountTogether,
    HandOverEnded,
    NotOnList,
    TooManyItems,
    Unbalanced,
    UnknownHandOver,
)
from tracking.custody_model import (
    HandOver,
    Item,
    Kind,
    LineAnswer,
    NewHandOver,
    Offered,
    Outcome,
    State,
)
from tracking.errors import AlreadyOffered, HeldByAnother, NotOffered, TrackingError
from tracking.model import Actor, Event, Party
from tracking.reception import Opening
from tracking.stages import Act, Keeper, Leg, Stage

SEAL = "NP 004217"


class Other(Struct, frozen=True, kw_only=True):
    """A second office and a clerk there."""

    office: int
    clerk: int

    @property
    def by(self) -> Actor:
        return Actor(person=self.clerk, keeper=Keeper.OFFICE, office=self.office)


@pytest.fixture
async def other(desk: Connection, town: Town) -> Other:
    office = await desk.fetchval("SELECT id FROM office WHERE code = '66D04'")
    clerk = await make.person(desk, "clerk2", "clerk", office, town.agency)
    return Other(office=office, clerk=clerk)


async def shelf(desk: Connection, town: Town, count: int) -> list[str]:
    """Papers that lie at the office and are offered to nobody."""
    made = [await make.dossier(desk, town, offered=False) for _ in range(count)]
    return [await make.s10(desk, dossier) for dossier in made]


def laid(
    kind: Kind, to: Party, numbers: Sequence[str], by: Actor, *, id: UUID | None = None
) -> NewHandOver:
    return NewHandOver(
        id=id or uuid4(),
        kind=kind,
        to=to,
        items=[Item(uuid4(), number) for number in numbers],
        by=by,
        at=MORNING,
        seal=SEAL if kind is Kind.BAG else None,
    )


async def bag(desk: Connection, town: Town, other: Other, numbers: Sequence[str]) -> HandOver:
    new = laid(Kind.BAG, Party(Keeper.OFFICE, other.office), numbers, town.by_clerk)
    return must(await custody.offer(desk, new, heard_at=MORNING))


def must(offered: Offered) -> HandOver:
    assert offered.hand_over is not None, offered.answers
    return offered.hand_over


async def opened(
    desk: Connection, made: HandOver, by: Actor, *, whole: bool = True, counted: int | None = None
) -> HandOver:
    found = Opening(seal=SEAL, whole=whole, counted=made.dispatched if counted is None else counted)
    return await reception.open_bag(desk, made.number, found=found, by=by, at=MORNING)


def said(
    number: str, outcome: Outcome, *, reason: str | None = None, beeped: bool = True
) -> LineAnswer:
    return LineAnswer(id=uuid4(), s10=number, outcome=outcome, reason=reason, beeped=beeped)


async def answer(
    desk: Connection, made: HandOver, answers: Sequence[LineAnswer], by: Actor
) -> list[Event | TrackingError]:
    return await reception.answer(desk, made.number, answers, by=by, at=MORNING, heard_at=MORNING)


async def where(desk: Connection, number: str) -> tuple[str, str, int | None]:
    row = await desk.fetchrow(
        "SELECT stage, holder_kind, holder_id FROM consignment WHERE s10 = $1", number
    )
    assert row is not None
    return row["stage"], row["holder_kind"], row["holder_id"]


async def test_until_it_is_accepted_the_giver_holds(
    desk: Connection, town: Town, other: Other
) -> None:
    """A bag on the road belongs to the office that sealed it: nobody else has signed."""
    [number] = await shelf(desk, town, 1)
    made = await bag(desk, town, other, [number])
    on_the_road = await where(desk, number)
    await opened(desk, made, other.by)

    [event] = await answer(desk, made, [said(number, Outcome.ACCEPTED)], other.by)
    closed = await reception.close(desk, made.number, by=other.by, at=MORNING)

    assert on_the_road == ("accepted", "office", town.office)
    assert isinstance(event, Event)
    assert await where(desk, number) == ("accepted", "office", other.office)
    assert (closed.state, closed.closed_by) == (State.CLOSED, other.clerk)
    assert await desk.fetchval("SELECT office_id FROM consignment WHERE s10 = $1", number) == (
        other.office
    )


async def test_a_list_closes_only_when_every_line_is_accounted_for(
    desk: Connection, town: Town, other: Other
) -> None:
    """accepted + missing + damaged + declined = dispatched, and each of them is on record."""
    taken, gone, wet, not_ours, late = await shelf(desk, town, 5)
    made = await bag(desk, town, other, [taken, gone, wet, not_ours, late])
    await opened(desk, made, other.by)
    await answer(
        desk,
        made,
        [
            said(taken, Outcome.ACCEPTED),
            said(gone, Outcome.MISSING),
            said(wet, Outcome.DAMAGED, reason="CD07"),
            said(not_ours, Outcome.DECLINED, reason="CD08"),
        ],
        other.by,
    )

    with pytest.raises(Unbalanced, match="còn 1 dòng"):
        await reception.close(desk, made.number, by=other.by, at=MORNING)
    await answer(desk, made, [said(late, Outcome.ACCEPTED)], other.by)
    closed = await reception.close(desk, made.number, by=other.by, at=MORNING)
    again = await reception.close(desk, made.number, by=other.by, at=MORNING)

    _, lines, _ = await custody.look(desk, made.number, other.by)
    assert [line.outcome for line in lines] == [
        Outcome.ACCEPTED,
        Outcome.MISSING,
        Outcome.DAMAGED,
        Outcome.DECLINED,
        Outcome.ACCEPTED,
    ]
    assert closed == again
    assert await where(desk, gone) == ("missing", "office", town.office)
    assert await where(desk, wet) == ("accepted", "office", other.office)
    assert await where(desk, not_ours) == ("accepted", "office", town.office)
    assert sorted(i.reason for i in await incidents.standing(desk, town.office)) == [
        "CD03", "CD07", "CD08",
    ]  # fmt: skip


async def test_nothing_is_taken_from_a_sealed_bag(
    desk: Connection, town: Town, other: Other
) -> None:
    """Before anybody has looked at the seal, not by its list and not by a beep beside it."""
    [number] = await shelf(desk, town, 1)
    made = await bag(desk, town, other, [number])

    with pytest.raises(BagIsSealed):
        await answer(desk, made, [said(number, Outcome.ACCEPTED)], other.by)
    with pytest.raises(BagIsSealed):
        await reception.close(desk, made.number, by=other.by, at=MORNING)
    [beside] = await reception.take_in(
        desk, [Item(uuid4(), number)], by=other.by, at=MORNING, heard_at=MORNING
    )

    assert isinstance(beside, BagIsSealed)
    assert (await where(desk, number))[2] == town.office


@pytest.mark.parametrize(("whole", "counted"), [(False, 2), (True, 1)])
async def test_a_wrong_seal_or_count_is_never_accepted_in_silence(
    desk: Connection, town: Town, other: Other, whole: bool, counted: int
) -> None:
    """Each envelope is beeped, and a second person counts before the list is closed."""
    first, second = await shelf(desk, town, 2)
    made = await bag(desk, town, other, [first, second])
    colleague = await make.person(desk, "clerk3", "clerk", other.office, town.agency)
    await opened(desk, made, other.by, whole=whole, counted=counted)

    with pytest.raises(CountTogether):
        await answer(desk, made, [said(first, Outcome.ACCEPTED, beeped=False)], other.by)
    await answer(
        desk, made, [said(first, Outcome.ACCEPTED), said(second, Outcome.MISSING)], other.by
    )
    for approver in (None, other.clerk):
        with pytest.raises(CountTogether):
            await reception.close(desk, made.number, by=other.by, at=MORNING, approver=approver)
    closed = await reception.close(desk, made.number, by=other.by, at=MORNING, approver=colleague)

    assert closed.approver_id == colleague
    seen = {incident.reason for incident in await incidents.standing(desk, other.office)}
    assert ("CD03" if whole else "CD01") in seen


async def test_a_repeat_is_answered_though_the_paper_lies_in_a_bag_by_now(
    desk: Connection, town: Town, other: Other
) -> None:
    """Taken in, laid into a sealed bag, and then the first press comes once more."""
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.TO_OFFICE)
    await make.scans(desk, [make.homeward(number, Act.BRING_IN, town)])
    item = Item(uuid4(), number)

    async def take_in() -> list[Event | TrackingError]:
        return await reception.take_in(desk, [item], by=town.by_clerk, at=MORNING, heard_at=MORNING)

    first = await take_in()
    await bag(desk, town, other, [number])

    assert await take_in() == first
    assert isinstance(first[0], Event)


async def test_an_extra_is_recorded_and_still_answered_for(
    desk: Connection, town: Town, other: Other
) -> None:
    """What stands on no line is nobody's gift: its holder in the register is asked."""
    on_list, extra = await shelf(desk, town, 2)
    made = await bag(desk, town, other, [on_list])
    await opened(desk, made, other.by)
    scan = uuid4()

    [refused] = await answer(desk, made, [said(extra, Outcome.ACCEPTED)], other.by)
    for _ in range(2):
        await reception.add_extra(desk, made.number, scan, extra, by=other.by, at=MORNING)
    with pytest.raises(BadHandOver):
        await reception.add_extra(desk, made.number, uuid4(), on_list, by=other.by, at=MORNING)

    assert isinstance(refused, NotOnList)
    assert (await custody.look(desk, made.number, other.by))[2] == [extra]
    assert await where(desk, extra) == ("accepted", "office", town.office)
    assert [i.reason for i in await incidents.standing(desk, town.office)] == ["CD04"]


async def test_a_list_sent_twice_is_one_list(desk: Connection, town: Town, other: Other) -> None:
    """The clerk presses again because nothing moved: same number, same answers."""
    [number] = await shelf(desk, town, 1)
    new = laid(Kind.BAG, Party(Keeper.OFFICE, other.office), [number], town.by_clerk)

    first = await custody.offer(desk, new, heard_at=MORNING)
    second = await custody.offer(desk, new, heard_at=MORNING + timedelta(seconds=9))

    assert must(first).number == must(second).number
    assert [type(a) for a in second.answers] == [Event]
    assert await desk.fetchval("SELECT count(*) FROM hand_over") == 1


async def test_a_repeated_list_takes_no_further_line(
    desk: Connection, town: Town, other: Other
) -> None:
    """What was refused the first time is free by now: the printed manifest does not name it."""
    good, offered = await shelf(desk, town, 2)
    waiting = make.offer(offered, town)
    await make.scans(desk, [waiting])
    to = Party(Keeper.OFFICE, other.office)
    new = laid(Kind.BAG, to, [good, offered], town.by_clerk)
    first = await custody.offer(desk, new, heard_at=MORNING)
    await make.scans(desk, [make.scan(offered, Act.RECALL, town.by_clerk)])

    second = await custody.offer(desk, new, heard_at=MORNING)

    assert [type(answer) for answer in first.answers] == [Event, AlreadyOffered]
    assert [type(answer) for answer in second.answers] == [Event, NotOnList]
    assert await where(desk, offered) == ("accepted", "office", town.office)
    assert len((await custody.look(desk, must(first).number, town.by_clerk))[1]) == 1


async def test_what_cannot_be_offered_is_not_on_the_list(
    desk: Connection, town: Town, other: Other
) -> None:
    """Offered already, another's, unknown: each is told apart, and the rest goes."""
    good, offered = await shelf(desk, town, 2)
    [carried] = await shelf(desk, town, 1)
    await make.scans(
        desk, [make.offer(offered, town), make.offer(carried, town),
               make.scan(carried, Act.COLLECT, town.by_courier)],
    )  # fmt: skip
    new = laid(
        Kind.BAG, Party(Keeper.OFFICE, other.office), [good, offered, carried, good], town.by_clerk
    )

    made = await custody.offer(desk, new, heard_at=MORNING)

    assert [type(answer) for answer in made.answers] == [
        Event, AlreadyOffered, HeldByAnother, AlreadyOffered,
    ]  # fmt: skip
    _, lines, _ = await custody.look(desk, must(made).number, town.by_clerk)
    assert [line.s10 for line in lines] == [good]
    assert await desk.fetchval("SELECT count(*) FROM refused_act") == 3


async def test_lists_that_cannot_be(desk: Connection, town: Town, other: Other) -> None:
    """No seal, no taker of the kind, oneself, nothing, too much: refused whole."""
    [number] = await shelf(desk, town, 1)
    to = Party(Keeper.OFFICE, other.office)
    good = laid(Kind.BAG, to, [number], town.by_clerk)
    for bad in (
        replace(good, seal=None),
        replace(good, to=Party(Keeper.COURIER, town.courier)),
        replace(good, to=Party(Keeper.OFFICE, town.office)),
        replace(good, by=town.by_courier),
        replace(good, kind=Kind.OFFICE, seal=None, by=town.by_courier),
        replace(good, kind=Kind.AGENCY, seal=None),
    ):
        with pytest.raises(BadHandOver):
            await custody.offer(desk, bad, heard_at=MORNING)
    for items in ([], [Item(uuid4(), number)] * 2001):
        with pytest.raises(TooManyItems):
            await custody.offer(desk, replace(good, items=items), heard_at=MORNING)
    assert (await where(desk, number))[0] == "accepted"


async def test_the_giver_takes_back_what_nobody_has_answered(
    desk: Connection, town: Town, other: Other
) -> None:
    """A landslide: the bag stays. What was taken meanwhile is the taker's."""
    taken, waiting = await shelf(desk, town, 2)
    made = await bag(desk, town, other, [taken, waiting])
    await opened(desk, made, other.by)
    await answer(desk, made, [said(taken, Outcome.ACCEPTED)], other.by)
    press = uuid4()

    for _ in range(2):
        await custody.recall(
            desk, made.number, press, by=town.by_clerk, at=MORNING, heard_at=MORNING
        )
    late = await answer(desk, made, [said(waiting, Outcome.ACCEPTED)], other.by)

    assert [type(each) for each in late] == [NotOffered]
    found, lines, _ = await custody.look(desk, made.number, town.by_clerk)
    assert found.state is State.RECALLED
    assert [line.outcome for line in lines] == [Outcome.ACCEPTED, Outcome.RECALLED]
    assert (await where(desk, waiting))[2] == town.office
    with pytest.raises(UnknownHandOver):
        await custody.recall(desk, made.number, press, by=other.by, at=MORNING, heard_at=MORNING)
    with pytest.raises(HandOverEnded):
        await reception.add_extra(desk, made.number, uuid4(), taken, by=other.by, at=MORNING)


async def test_a_stranger_sees_no_list(desk: Connection, town: Town, other: Other) -> None:
    """Not "forbidden": it is not there."""
    [number] = await shelf(desk, town, 1)
    made = await bag(desk, town, other, [number])
    third = await desk.fetchval("SELECT id FROM office WHERE code = '66D05'")
    stranger = replace(other.by, office=third)

    for asked in (made.number, "BK-261123-99999", "BK-1\x00", "' OR 1=1"):
        with pytest.raises(UnknownHandOver):
            await custody.look(desk, asked, stranger)
        with pytest.raises(UnknownHandOver):
            await reception.close(desk, asked, by=stranger, at=MORNING)


async def test_an_agency_signs_once_for_many(desk: Connection, town: Town) -> None:
    """The courier lays them down together; the officer takes some and gives one back."""
    numbers = []
    for _ in range(3):
        number = await make.s10(desk, await make.dossier(desk, town))
        await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
        numbers.append(number)
    new = laid(Kind.AGENCY, Party(Keeper.AGENCY, town.agency), numbers, town.by_courier)
    made = must(await custody.offer(desk, new, heard_at=MORNING))

    answers = await answer(
        desk,
        made,
        [said(n, Outcome.ACCEPTED) for n in numbers[:2]]
        + [said(numbers[2], Outcome.DECLINED, reason="CD05")],
        town.by_officer,
    )
    closed = await reception.close(desk, made.number, by=town.by_officer, at=MORNING)

    assert [a.stage for a in answers if isinstance(a, Event)] == [
        Stage.WITH_AGENCY, Stage.WITH_AGENCY, Stage.TO_AGENCY,
    ]  # fmt: skip
    assert closed.state is State.CLOSED
    assert await where(desk, numbers[2]) == ("to_agency", "courier", town.courier)


async def test_papers_of_another_agency_are_not_laid_on_the_desk(
    desk: Connection, town: Town
) -> None:
    """A list names its agency; what belongs elsewhere stays in the bag."""
    number = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
    new = laid(Kind.AGENCY, Party(Keeper.AGENCY, town.agency + 1), [number], town.by_courier)

    made = await custody.offer(desk, new, heard_at=MORNING)

    assert made.hand_over is None
    assert (await where(desk, number))[0] == "to_agency"


async def test_a_beep_answers_the_line_it_lies_on(desk: Connection, town: Town) -> None:
    """The courier scans in the yard, not on the list: the list knows all the same."""
    first, second = await shelf(desk, town, 2)
    new = laid(Kind.COURIER, Party(Keeper.COURIER, town.courier), [first, second], town.by_clerk)
    made = must(await custody.offer(desk, new, heard_at=MORNING))

    await make.scans(desk, [make.scan(first, Act.COLLECT, town.by_courier)])
    [event] = await answer(
        desk, made, [said(second, Outcome.DECLINED, reason="CD08")], town.by_courier
    )

    assert isinstance(event, Event)
    _, lines, _ = await custody.look(desk, made.number, town.by_clerk)
    assert [line.outcome for line in lines] == [Outcome.ACCEPTED, Outcome.DECLINED]


async def test_a_courier_of_another_office_carries_what_he_took(
    desk: Connection, town: Town, other: Other
) -> None:
    """The first office stays in charge; what is in his hands is his business all the same."""
    [number] = await shelf(desk, town, 1)
    courier = await make.person(desk, "courier2", "courier", other.office, town.agency)
    by = Actor(person=courier, keeper=Keeper.COURIER, office=other.office)
    new = laid(Kind.COURIER, Party(Keeper.COURIER, courier), [number], town.by_clerk)
    made = must(await custody.offer(desk, new, heard_at=MORNING))

    await answer(desk, made, [said(number, Outcome.DAMAGED, reason="CD07")], by)
    [laid_down] = await make.scans(desk, [make.scan(number, Act.HAND_OVER, by)])

    assert laid_down.stage is Stage.OFFERED
    assert (await custody.look(desk, made.number, by))[1][0].outcome is Outcome.DAMAGED


async def test_damage_stands_on_the_list_the_paper_lay_on(desk: Connection, town: Town) -> None:
    """Taken sound from one list, brought back, taken damaged from the next: the first stays sound.

    The answer came with the number of the older list, as from a page left open.
    """
    [number] = await shelf(desk, town, 1)
    to = Party(Keeper.COURIER, town.courier)
    older = must(
        await custody.offer(desk, laid(Kind.COURIER, to, [number], town.by_clerk), heard_at=MORNING)
    )
    await answer(desk, older, [said(number, Outcome.ACCEPTED)], town.by_courier)
    await make.scans(
        desk, [make.homeward(number, act, town) for act in (Act.BRING_IN, Act.TAKE_IN)]
    )
    newer = must(
        await custody.offer(desk, laid(Kind.COURIER, to, [number], town.by_clerk), heard_at=MORNING)
    )

    await reception.answer(
        desk, older.number, [said(number, Outcome.DAMAGED, reason="CD07")],
        by=town.by_courier, at=MORNING + timedelta(seconds=30),
        heard_at=MORNING + timedelta(seconds=30),
    )  # fmt: skip

    found = [(await custody.look(desk, n.number, town.by_clerk))[1][0] for n in (older, newer)]
    assert [line.outcome for line in found] == [Outcome.ACCEPTED, Outcome.DAMAGED]


async def test_twenty_pairs_in_opposite_order_all_end(
    desk: Connection, town_url: str, town: Town
) -> None:
    """Two clerks lay the same 500 papers down, from the top and from the bottom, twenty times.

    Locks are taken in the order of ids, so they queue up: whoever waits too long is told
    to try again, as over HTTP. Nothing moves twice.
    """
    numbers = await fill(desk, town, 500, offered=False)
    couriers = (town.courier, town.other_courier)

    async def lay_down(n: int) -> int:
        order = numbers if n % 2 else numbers[::-1]
        to = Party(Keeper.COURIER, couriers[n % 2])
        new = laid(Kind.COURIER, to, order, town.by_clerk)
        conn = await connect(town_url)
        try:
            while True:
                try:
                    async with conn.transaction():
                        made = await custody.offer(conn, new, heard_at=MORNING)
                except LockNotAvailableError:
                    continue
                return sum(isinstance(one, Event) for one in made.answers)
        finally:
            await conn.close()

    laid_down = await asyncio.gather(*(lay_down(n) for n in range(40)))

    assert sum(laid_down) == len(numbers)
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'offer'") == len(numbers)
    assert await desk.fetchval("SELECT count(*) FROM hand_over_line") == len(numbers)


async def test_the_slip_names_the_list_and_both_hands(
    desk: Connection, town: Town, other: Other
) -> None:
    """An auditor reads who gave it, who took it, when, and on which sheet it stands."""
    dossier = await make.dossier(desk, town, offered=False)
    number = await make.s10(desk, dossier)
    made = await bag(desk, town, other, [number])
    await opened(desk, made, other.by)
    await answer(desk, made, [said(number, Outcome.ACCEPTED)], other.by)

    whole = await slip.by_ref(desk, dossier.ref)

    assert whole is not None
    assert [(line.act, line.person_id, line.facts.get("list")) for line in whole.lines] == [
        (Act.ACCEPT, town.clerk, None),
        (Act.OFFER, town.clerk, made.number),
        (Act.TAKE_IN, other.clerk, made.number),
    ]
    assert whole.leg(Leg.FORWARD) is not None
