"""The evening's count: what was not beeped is missing, what was never here is extra, once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postal_service.caller import Staff
from postal_service.desk import tasks
from postal_service.desk.evening import evening_closing, evening_counts, evening_sheets
from postal_service.desk.evening.evening_closing import Closing, CountChanged, WhyMissing
from postal_service.desk.evening.evening_counts import Answer, CountClosed, Item
from postal_service.desk.watch import incident_desk
from tests import make, trouble
from tests.make import MORNING, Town
from tracking import custody, identifiers
from tracking.custody_model import Item as Laid
from tracking.custody_model import Kind, NewHandOver
from tracking.model import Party
from tracking.stages import Act, Keeper, Stage

EVENING = MORNING + timedelta(hours=9)


@pytest.fixture
async def clerk(desk: Connection, town: Town) -> Staff:
    return await trouble.staff(desk, town.clerk)


async def lying(desk: Connection, town: Town, count: int) -> list[str]:
    """Papers on the office's shelf, offered to nobody."""
    made = [await make.dossier(desk, town, offered=False) for _ in range(count)]
    return [await make.s10(desk, each) for each in made]


async def beep(
    desk: Connection,
    clerk: Staff,
    codes: Sequence[str],
    *,
    at: datetime = EVENING,
    heard: datetime | None = None,
    turn: int = 0,
    ids: Sequence[UUID] = (),
) -> list[Answer]:
    items = [
        Item(id=id_, code=code, at=at, turn=turn)
        for id_, code in zip(ids or [uuid4() for _ in codes], codes, strict=True)
    ]
    return await evening_counts.beep(desk, items, staff=clerk, now=heard or at)


async def seen(desk: Connection, clerk: Staff, *, now: datetime = EVENING) -> str:
    """What the page that leads to the closing marks."""
    office = clerk.office_id or 0
    count = await evening_counts.current(desk, office, now=now)
    return (await evening_closing.balance(desk, count, office)).mark


async def close(
    desk: Connection,
    clerk: Staff,
    *,
    why: str = "",
    now: datetime = EVENING,
    id: UUID | None = None,
) -> evening_sheets.Sheet:
    closing = Closing(id=uuid4(), seen=await seen(desk, clerk, now=now), why=why)
    count = await evening_closing.close(desk, closing, staff=clerk, now=now)
    return await evening_sheets.find(desk, count.day, count.office_id)


async def reasons(desk: Connection, office: int) -> list[tuple[str, str | None]]:
    return [(case.reason, case.s10) for case in await incident_desk.standing(desk, office)]


async def test_what_nobody_beeped_is_missing_and_becomes_an_incident(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """A paper that is gone is looked for that evening, not when its citizen asks."""
    here, gone = await lying(desk, town, 2)

    [answer] = await beep(desk, clerk, [here])
    sheet = await close(desk, clerk, why="searched")

    assert answer.said == "here"
    assert [line.s10 for line in sheet.of("missing")] == [gone]
    assert [line.s10 for line in sheet.of("found")] == [here]
    assert await reasons(desk, town.office) == [("CD03", gone)]
    [group] = await tasks.groups(desk, town.office)
    assert (group.kind, len(group.tasks)) == (tasks.Kind.COUNT_MISSING, 1)


async def test_nothing_is_closed_over_a_missing_paper_without_a_reason(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    await lying(desk, town, 1)

    with pytest.raises(WhyMissing):
        await close(desk, clerk)
    with pytest.raises(WhyMissing):
        await close(desk, clerk, why="whatever")

    assert await reasons(desk, town.office) == []


async def test_what_belongs_elsewhere_is_extra_and_its_holder_hears_of_it(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """The other office looks for it until somebody says where it lies."""
    far = await make.town(desk, office="66D06", suffix="-far")
    [theirs] = await lying(desk, far, 1)

    [answer] = await beep(desk, clerk, [theirs])
    sheet = await close(desk, clerk)

    assert answer.said == "elsewhere"
    [line] = sheet.of("extra")
    assert line.s10 == theirs
    for office in (town.office, far.office):
        [case] = await incident_desk.standing(desk, office)
        assert (case.reason, case.s10, case.extra) == ("CD04", theirs, True)
        assert case.finder == Party(Keeper.OFFICE, town.office)
        assert case.counted_on == sheet.count.day


async def test_the_holder_gives_an_extra_to_the_office_that_found_it(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """The way out of the incident is the same as for a paper found in a bag."""
    far = await make.town(desk, office="66D06", suffix="-far")
    [theirs] = await lying(desk, far, 1)
    await beep(desk, clerk, [theirs])
    await close(desk, clerk)
    [case] = await incident_desk.standing(desk, far.office)

    holder = await trouble.staff(desk, far.clerk)
    await incident_desk.give(desk, str(case.id), uuid4(), by=holder, now=EVENING)

    [case] = await incident_desk.standing(desk, town.office)
    assert (case.offered_kind, case.offered_id) == (Keeper.OFFICE, town.office)


async def test_a_number_that_nobody_knows_is_extra_too(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """A letter of another post on our shelf is somebody's, whoever that is."""
    stranger = identifiers.s10("RB", 47_312_482)

    [answer] = await beep(desk, clerk, [stranger])
    await close(desk, clerk)

    assert answer.said == "unknown"
    assert await reasons(desk, town.office) == [("CD04", stranger)]


async def test_a_code_that_is_none_holds_up_no_other(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    [here] = await lying(desk, town, 1)

    answers = await beep(desk, clerk, ["RB000000000VN", here, "x" * 60])

    assert [answer.said for answer in answers] == ["refused", "here", "refused"]
    assert answers[0].problem is not None


async def test_two_clerks_add_to_one_count(desk: Connection, town: Town, clerk: Staff) -> None:
    """Two shelves, two scanners, one evening: together they find everything."""
    one, other = await lying(desk, town, 2)
    colleague = await trouble.staff(
        desk, await make.person(desk, "second", "clerk", town.office, town.agency)
    )

    await beep(desk, clerk, [one])
    answers = await beep(desk, colleague, [one, other])
    sheet = await close(desk, colleague)

    assert [answer.said for answer in answers] == ["again", "here"]
    assert answers[0].first is not None
    assert answers[0].first.by == clerk.full_name
    assert len(sheet.of("found")) == sheet.expected == 2


async def test_beeps_sent_again_are_answered_as_the_first_time(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """The answer was lost on the village line; the machine sends the same beeps again."""
    numbers = await lying(desk, town, 2)
    ids = [uuid4(), uuid4()]

    first = await beep(desk, clerk, numbers, ids=ids)
    again = await beep(desk, clerk, numbers, ids=ids)

    assert [answer.said for answer in first] == [answer.said for answer in again] == ["here"] * 2
    count = await evening_counts.current(desk, town.office, now=EVENING)
    assert len(await evening_counts.beeps(desk, count)) == 2


async def test_the_second_click_closes_nothing_anew(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    await lying(desk, town, 1)
    form = Closing(id=uuid4(), seen=await seen(desk, clerk), why="searched")

    first = await evening_closing.close(desk, form, staff=clerk, now=EVENING)
    second = await evening_closing.close(desk, form, staff=clerk, now=EVENING)

    assert first == second
    assert len(await reasons(desk, town.office)) == 1
    with pytest.raises(CountClosed):
        await close(desk, clerk, why="searched")
    with pytest.raises(CountClosed):
        await beep(desk, clerk, [identifiers.s10("RB", 1)])


async def test_what_comes_while_the_list_is_read_keeps_the_count_open(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """Whoever closes signs for what she has read, not for what arrived behind her back."""
    mark = await seen(desk, clerk)
    [came] = await lying(desk, town, 1)

    with pytest.raises(CountChanged):
        await evening_closing.close(
            desk, Closing(id=uuid4(), seen=mark, why="searched"), staff=clerk, now=EVENING
        )

    await beep(desk, clerk, [came])
    assert (await close(desk, clerk)).expected == 1


async def test_what_left_after_its_beep_is_neither_missing_nor_extra(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """A courier's last round goes while the clerk counts."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    await beep(desk, clerk, [number])
    later = EVENING + timedelta(minutes=10)
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier, at=later)])

    sheet = await close(desk, clerk, now=later)

    assert [line.s10 for line in sheet.of("gone")] == [number]
    assert await reasons(desk, town.office) == []


async def test_a_beep_that_waited_for_its_connection_counts_by_its_own_hour(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """Beeped at five without a line, fetched by the courier at ten past, sent at a quarter past."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    left = EVENING + timedelta(minutes=10)
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier, at=left)])

    [answer] = await beep(desk, clerk, [number], heard=EVENING + timedelta(minutes=15))

    assert answer.said == "here"


async def test_an_item_beeped_after_it_left_is_extra(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """The courier signed for it and left it on the counter."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    left = EVENING - timedelta(minutes=10)
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier, at=left)])

    [answer] = await beep(desk, clerk, [number])
    await close(desk, clerk)

    assert answer.said == "elsewhere"
    assert answer.seen is not None
    assert answer.seen.holder == "Nguyễn Văn Courier"
    assert await reasons(desk, town.office) == [("CD04", number)]


async def test_what_lies_in_a_sealed_bag_is_counted_where_the_bag_is_opened(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """Until somebody answers the giver holds: a bag on the road would be missing every evening."""
    far = await make.town(desk, office="66D06", suffix="-far")
    bagged, shelved = await lying(desk, town, 2)
    await custody.offer(
        desk,
        NewHandOver(
            id=uuid4(),
            kind=Kind.BAG,
            to=Party(Keeper.OFFICE, far.office),
            items=[Laid(uuid4(), bagged)],
            by=town.by_clerk,
            at=MORNING,
            seal="NP 1",
        ),
        heard_at=EVENING,
    )

    figures = await evening_counts.figures(desk, town.office)
    await beep(desk, clerk, [shelved])
    sheet = await close(desk, clerk)

    assert (figures.here, figures.in_bags) == (1, 1)
    assert sheet.of("missing") == []


async def test_a_paper_that_is_looked_for_is_not_looked_for_twice(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """Missing tonight and tomorrow is one incident, with one end."""
    [gone] = await lying(desk, town, 1)
    await close(desk, clerk, why="searched")

    tomorrow = EVENING + timedelta(days=1)
    sheet = await close(desk, clerk, why="searched", now=tomorrow)

    [line] = sheet.of("missing")
    assert (line.s10, line.incident) == (gone, None)
    assert await reasons(desk, town.office) == [("CD03", gone)]


async def test_counting_anew_forgets_the_first_count(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """A clerk who lost her place begins again; late beeps of the first turn do not slip in."""
    here, other = await lying(desk, town, 2)
    await beep(desk, clerk, [here, other])

    await evening_counts.begin_anew(desk, 1, staff=clerk, now=EVENING)
    await evening_counts.begin_anew(desk, 1, staff=clerk, now=EVENING)
    [late] = await beep(desk, clerk, [other], turn=1)
    [again] = await beep(desk, clerk, [here], turn=2)
    sheet = await close(desk, clerk, why="searched")

    assert (late.said, again.said) == ("anew", "here")
    assert [line.s10 for line in sheet.of("missing")] == [other]


async def test_a_count_begun_in_the_evening_is_closed_past_midnight(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """The night after the counting is still the evening's; the next morning is not."""
    [here] = await lying(desk, town, 1)
    late = MORNING.replace(hour=23, minute=50)
    await beep(desk, clerk, [here], at=late)

    sheet = await close(desk, clerk, now=late + timedelta(minutes=20))

    assert sheet.count.day == MORNING.date()
    morning = late + timedelta(hours=9)
    assert await evening_counts.current(desk, town.office, now=morning) is None


async def test_evenings_without_a_count_are_seen(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    """A supervisor sees which evening nobody counted, and that a holiday is none of them."""
    await lying(desk, town, 1)
    await close(desk, clerk, why="searched")
    thursday = EVENING + timedelta(days=3)

    days, [row] = await evening_sheets.evenings(desk, clerk, now=thursday)

    by_day = dict(zip(days, zip(row.evenings, row.off, strict=True), strict=True))
    counted, _ = by_day[MORNING.date()]
    assert counted is not None
    assert (counted.found, counted.missing) == (0, 1)
    assert by_day[thursday.date()] == (None, False)
    assert by_day[MORNING.date() - timedelta(days=1)] == (None, True)  # a Sunday


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shelf=st.sets(st.integers(0, 5)), table=st.sets(st.integers(0, 8)))
async def test_every_paper_is_found_missing_or_extra_and_none_twice(
    desk: Connection, town: Town, clerk: Staff, shelf: set[int], table: set[int]
) -> None:
    """Whatever lies where: shelf = found + missing, table = found + extra."""
    undone = desk.transaction()
    await undone.start()
    try:
        numbers = await lying(desk, town, 6)
        carried = [numbers[each] for each in range(6) if each not in shelf]
        offers = [make.offer(number, town) for number in carried]
        taken = [make.scan(number, Act.COLLECT, town.by_courier) for number in carried]
        await make.scans(desk, [*offers, *taken])
        everything = [*numbers, *(identifiers.s10("RB", 70_000_000 + each) for each in range(3))]
        await beep(desk, clerk, [everything[each] for each in sorted(table)])

        sheet = await close(desk, clerk, why="searched")

        said = {line.s10: line.outcome for line in sheet.lines}
        assert len(said) == len(sheet.lines)
        assert {s10 for s10, how in said.items() if how in ("found", "missing")} == {
            numbers[each] for each in shelf
        }
        assert {s10 for s10, how in said.items() if how in ("found", "extra")} == {
            everything[each] for each in table
        }
    finally:
        await undone.rollback()


async def test_results_on_the_shelf_are_counted_like_what_goes_out(
    desk: Connection, town: Town, clerk: Staff
) -> None:
    dossier = await make.dossier(desk, town, return_way="office")
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)

    [answer] = await beep(desk, clerk, [number])

    assert answer.said == "here"
    assert (await close(desk, clerk)).expected == 1
