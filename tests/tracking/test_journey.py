"""What the register writes down, and what it refuses to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from tests import make
from tests.conftest import connect
from tests.make import MORNING, Town
from tracking import journey, rulings, slip
from tracking.errors import (
    BadRuling,
    HeldByAnother,
    IllegalMove,
    ImpossibleTime,
    NumbersExhausted,
    ScanReused,
    TrackingError,
    UnknownConsignment,
    UnknownDossier,
)
from tracking.model import Event
from tracking.slip import Slip
from tracking.stages import Act, Keeper, Leg, Stage, Status


async def slip_of(conn: Connection, ref: str) -> Slip:
    found = await slip.by_ref(conn, ref)
    assert found is not None
    return found


async def test_one_dossier_goes_all_the_way_round(desk: Connection, town: Town) -> None:
    """From the counter to the agency and back to the door, each step with one holder."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)

    whole = await slip_of(desk, dossier.ref)
    assert [(line.act, line.holder_kind) for line in whole.lines] == [
        (Act.ACCEPT, Keeper.OFFICE),
        (Act.OFFER, Keeper.OFFICE),
        (Act.COLLECT, Keeper.COURIER),
        (Act.HAND_OVER, Keeper.COURIER),
        (Act.SIGN, Keeper.AGENCY),
        (Act.RECEIVE, None),
        (Act.FINISH, None),
        (Act.RELEASE, Keeper.AGENCY),
        (Act.COLLECT, Keeper.COURIER),
        (Act.BRING_IN, Keeper.COURIER),
        (Act.TAKE_IN, Keeper.OFFICE),
        (Act.OFFER, Keeper.OFFICE),
        (Act.COLLECT, Keeper.COURIER),
        (Act.DELIVER, Keeper.CITIZEN),
    ]
    assert whole.dossier.status is Status.RETURNED
    assert {item.leg: item.stage for item in whole.consignments} == {
        Leg.FORWARD: Stage.WITH_AGENCY,
        Leg.RESULT: Stage.DELIVERED,
    }


async def test_every_event_owes_its_listeners_once(desk: Connection, town: Town) -> None:
    """What is owed is written by the statement that moves the thing."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)

    events = await desk.fetchval("SELECT count(*) FROM event")
    assert await desk.fetchval("SELECT count(*) FROM news WHERE listener = 'sms'") == events
    assert len(await journey.take_news(desk, "sms", 100)) == events
    assert await journey.take_news(desk, "sms", 100) == []


async def test_until_the_agency_signs_the_courier_holds(desk: Connection, town: Town) -> None:
    """A hand-over has two sides: laying a paper on a desk passes nothing on."""
    number = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])

    [offered] = await make.scans(desk, [make.scan(number, Act.HAND_OVER, town.by_courier)])
    [signed] = await make.scans(desk, [make.scan(number, Act.SIGN, town.by_officer)])

    assert (offered.holder_kind, offered.holder_id) == (Keeper.COURIER, town.courier)
    assert (signed.holder_kind, signed.holder_id) == (Keeper.AGENCY, town.agency)


async def test_a_declined_paper_stays_with_the_courier(desk: Connection, town: Town) -> None:
    number = await make.s10(desk, await make.dossier(desk, town))

    *_, declined = await make.scans(
        desk,
        [
            make.scan(number, Act.COLLECT, town.by_courier),
            make.scan(number, Act.HAND_OVER, town.by_courier),
            make.scan(number, Act.DECLINE, town.by_officer),
        ],
    )

    assert (declined.stage, declined.holder_id) == (Stage.TO_AGENCY, town.courier)


async def test_a_repeated_scan_is_recorded_once(desk: Connection, town: Town) -> None:
    """A phone on a mountain road sends again until it hears back, and hears the same."""
    number = await make.s10(desk, await make.dossier(desk, town))
    scan = make.scan(number, Act.COLLECT, town.by_courier)

    first = await journey.record_one(desk, scan, heard_at=MORNING)
    again = await journey.record_one(desk, scan, heard_at=MORNING + timedelta(hours=3))

    assert again == first
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'collect'") == 1


async def test_a_missed_attempt_repeated_is_one_attempt(desk: Connection, town: Town) -> None:
    """MISS leads back to the same stage, so only its id tells a repeat from a second visit."""
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    miss = make.scan(number, Act.MISS, town.by_courier)

    await make.scans(desk, [miss, miss])
    await make.scans(desk, [miss, make.scan(number, Act.MISS, town.by_courier)])

    assert await desk.fetchval("SELECT attempts FROM consignment WHERE s10 = $1", number) == 2


async def test_one_id_with_another_content_is_refused(desk: Connection, town: Town) -> None:
    number = await make.s10(desk, await make.dossier(desk, town))
    scan = make.scan(number, Act.COLLECT, town.by_courier)
    await make.scans(desk, [scan])

    for other in (replace(scan, act=Act.HAND_OVER), replace(scan, at=MORNING - timedelta(hours=1))):
        with pytest.raises(ScanReused):
            await journey.record_one(desk, other, heard_at=MORNING)


async def test_ten_copies_at_once_are_one_event(
    desk: Connection, town_url: str, town: Town
) -> None:
    """The lock is taken before the repeat is looked for."""
    number = await make.s10(desk, await make.dossier(desk, town))
    scan = make.scan(number, Act.COLLECT, town.by_courier)

    async def send() -> Event:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                return await journey.record_one(conn, scan, heard_at=MORNING)
        finally:
            await conn.close()

    answers = await asyncio.gather(*(send() for _ in range(10)))

    assert len({answer.scan_id for answer in answers}) == 1
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'collect'") == 1


async def test_of_two_couriers_one_gets_the_paper(
    desk: Connection, town_url: str, town: Town
) -> None:
    """Two hands reach for one result on the agency's desk: exactly one of them holds it."""
    number = await make.ready(desk, town, await make.dossier(desk, town))

    async def grab(courier: make.Actor) -> Event | TrackingError:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                scan = make.scan(number, Act.COLLECT, courier)
                [answer] = await journey.record(conn, [scan], heard_at=MORNING)
                return answer
        finally:
            await conn.close()

    answers = await asyncio.gather(grab(town.by_courier), grab(town.by_other_courier))

    assert sorted(type(answer).__name__ for answer in answers) == ["Event", "NotOffered"]


async def test_lists_in_opposite_order_do_not_deadlock(
    desk: Connection, town_url: str, town: Town
) -> None:
    """Two couriers scan the results of one desk, one from the top and one from the bottom."""
    numbers = [await make.ready(desk, town, await make.dossier(desk, town)) for _ in range(30)]

    async def sweep(courier: make.Actor, order: list[str]) -> int:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                made = [make.scan(number, Act.COLLECT, courier) for number in order]
                answers = await journey.record(conn, made, heard_at=MORNING)
                return sum(isinstance(answer, Event) for answer in answers)
        finally:
            await conn.close()

    taken = await asyncio.gather(
        sweep(town.by_courier, numbers), sweep(town.by_other_courier, numbers[::-1])
    )

    assert sum(taken) == 30


async def test_one_bad_item_does_not_block_the_rest(desk: Connection, town: Town) -> None:
    good = [await make.s10(desk, await make.dossier(desk, town)) for _ in range(2)]
    scans = [
        make.scan(good[0], Act.COLLECT, town.by_courier),
        make.scan("RB999999999VN", Act.COLLECT, town.by_courier),
        make.scan(good[0], Act.DELIVER, town.by_courier),
        make.scan(good[1], Act.COLLECT, town.by_courier),
        make.scan(good[1], Act.HAND_OVER, town.by_courier),
    ]

    answers = await journey.record(desk, scans, heard_at=MORNING)

    assert [type(answer) for answer in answers] == [
        Event,
        UnknownConsignment,
        IllegalMove,
        Event,
        Event,
    ]


async def test_only_the_holder_passes_a_paper_on(desk: Connection, town: Town) -> None:
    number = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])

    for thief in (town.by_other_courier, town.by_clerk):
        with pytest.raises(HeldByAnother):
            await journey.record_one(
                desk, make.scan(number, Act.HAND_OVER, thief), heard_at=MORNING
            )


async def test_another_offices_paper_does_not_exist(desk: Connection, town: Town) -> None:
    """Not "forbidden": a stranger must not even learn that there is one."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    stranger = replace(town.by_other_courier, office=town.office + 1)
    elsewhere = replace(town.by_officer, agency=town.agency + 1)

    with pytest.raises(UnknownConsignment):
        await journey.record_one(desk, make.scan(number, Act.COLLECT, stranger), heard_at=MORNING)
    with pytest.raises(UnknownDossier):
        await rulings.rule(
            desk,
            replace(make.ruling(dossier, Act.RECEIVE, town), by=elsewhere),
            heard_at=MORNING,
        )


@pytest.mark.parametrize("drift", [timedelta(hours=3), timedelta(days=-365 * 57)])
async def test_a_phone_with_a_wrong_clock_is_told(
    desk: Connection, town: Town, drift: timedelta
) -> None:
    number = await make.s10(desk, await make.dossier(desk, town))

    with pytest.raises(ImpossibleTime):
        await journey.record_one(
            desk,
            make.scan(number, Act.COLLECT, town.by_courier, at=MORNING + drift),
            heard_at=MORNING,
        )


async def test_a_late_scan_keeps_its_own_time(desk: Connection, town: Town) -> None:
    """Without signal the fact is hours older than our knowledge of it: both stand."""
    number = await make.s10(desk, await make.dossier(desk, town))
    heard = MORNING + timedelta(hours=6)

    event = await journey.record_one(
        desk, make.scan(number, Act.COLLECT, town.by_courier), heard_at=heard
    )

    assert (event.at, event.heard_at) == (MORNING, heard)


async def test_an_agency_decides_only_on_papers_it_signed_for(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)

    with pytest.raises(IllegalMove, match="đang ở bưu cục"):
        await rulings.rule(desk, make.ruling(dossier, Act.RECEIVE, town), heard_at=MORNING)


async def test_receiving_takes_a_code_and_a_date(desk: Connection, town: Town) -> None:
    """The agency issues the dossier code, never the post."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)

    for lacking in ({"agency_code": None}, {"due_at": None}):
        with pytest.raises(BadRuling):
            await rulings.rule(
                desk, make.ruling(dossier, Act.RECEIVE, town, **lacking), heard_at=MORNING
            )


async def test_the_original_due_date_is_never_moved(desk: Connection, town: Town) -> None:
    """Overwriting it would hide lateness."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.ASK_MORE, Act.RESUME)

    now = (await slip_of(desk, dossier.ref)).dossier
    assert now.original_due_at == MORNING + timedelta(days=3)
    assert now.due_at == MORNING + timedelta(days=5)
    assert (now.status, now.paused_at) == (Status.PROCESSING, None)


async def test_a_repeated_ruling_changes_nothing(desk: Connection, town: Town) -> None:
    """The officer's second click."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    ruling = make.ruling(dossier, Act.RECEIVE, town)

    assert [await rulings.rule(desk, ruling, heard_at=MORNING) for _ in range(2)] == [
        Status.RECEIVED
    ] * 2
    with pytest.raises(ScanReused):
        await rulings.rule(desk, replace(ruling, act=Act.BEGIN), heard_at=MORNING)
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'receive'") == 1


async def test_papers_before_reception_do_not_start_the_clock(desk: Connection, town: Town) -> None:
    """Asked for more before it received: what follows is reception, not a resumption."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.ASK_MORE)

    with pytest.raises(IllegalMove):
        await make.rule(desk, town, dossier, Act.RESUME)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.ASK_MORE)
    with pytest.raises(IllegalMove):
        await make.rule(desk, town, dossier, Act.RECEIVE)


async def test_refused_papers_start_their_way_back(desk: Connection, town: Town) -> None:
    """The citizen's originals lie at the agency: a refusal opens the leg that returns them."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.REFUSE)

    back = (await slip_of(desk, dossier.ref)).leg(Leg.BACK)
    assert back is not None
    assert (back.stage, back.holder_kind) == (Stage.READY, Keeper.AGENCY)


async def test_a_result_for_the_agencys_own_counter_is_not_released(
    desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town, service="send", return_way="agency")
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.FINISH)

    with pytest.raises(IllegalMove):
        await make.rule(desk, town, dossier, Act.RELEASE)
    await make.rule(desk, town, dossier, Act.RETURN_HERE)
    assert (await slip_of(desk, dossier.ref)).dossier.status is Status.RETURNED


async def test_a_result_is_released_once(desk: Connection, town: Town) -> None:
    """Two officers give one result to the post: the second is told where it lies."""
    dossier = await make.dossier(desk, town)
    await make.ready(desk, town, dossier)

    with pytest.raises(IllegalMove, match="chờ bưu tá"):
        await make.rule(desk, town, dossier, Act.RELEASE)


async def test_references_count_up_from_one_each_day(desk: Connection, town: Town) -> None:
    first, second = await make.dossier(desk, town), await make.dossier(desk, town)
    tomorrow = await make.dossier(desk, town, at=MORNING + timedelta(days=1))

    assert [d.ref for d in (first, second, tomorrow)] == [
        "LD-261123-00001",
        "LD-261123-00002",
        "LD-261124-00001",
    ]


async def test_an_office_without_numbers_says_so(desk: Connection, town: Town) -> None:
    """Before the citizen leaves, not when the label fails to print."""
    await desk.execute("UPDATE s10_block SET next = last + 1")

    with pytest.raises(NumbersExhausted):
        await make.dossier(desk, town)
    await journey.give_numbers(desk, town.office)
    assert (await make.dossier(desk, town)).ref


async def test_an_unknown_reference_is_refused(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    with pytest.raises(UnknownDossier):
        await rulings.rule(
            desk,
            replace(make.ruling(dossier, Act.RECEIVE, town), id=uuid4(), ref="LD-261123-99999"),
            heard_at=MORNING,
        )
