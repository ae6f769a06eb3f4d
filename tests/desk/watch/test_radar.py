"""What nobody speaks of is heard: each kind of silence, its ladder, and the answers to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service import database as doors
from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.database import Context, Database
from postal_service.desk.watch import radar
from postal_service.desk.watch.radar import Alarm, UnknownAlarm
from postal_service.desk.watch.radar_rules import Answer
from tests import make
from tests.make import MORNING, Town
from tracking import custody
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.model import Party
from tracking.stages import Act, Keeper, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: The end of the working Monday on which everything here happens.
EVENING = datetime(2026, 11, 23, 18, 1, tzinfo=VIETNAM)
OTHER = "66D06"


def staff(town: Town, role: Role = Role.SUPERVISOR, *, office: int | None = None) -> Staff:
    return Staff(
        id=town.clerk,
        username="supervisor",
        full_name="Trần Thị Mai",
        given_name="Mai",
        role=role,
        office_id=None if role is Role.MANAGER else office or town.office,
        office_name=None,
        agency_id=None,
        agency_name=None,
        phone=None,
        last_seen_at=MORNING,
    )


async def alarms(
    desk: Connection, town: Town, now: datetime, *, role: Role = Role.SUPERVISOR
) -> list[Alarm]:
    """Look, and read what stands."""
    await radar.look(desk, town.office, now=now)
    return await radar.standing(desk, staff(town, role), now=now)


def rules(found: list[Alarm]) -> list[tuple[str, int]]:
    return sorted((alarm.rule, alarm.step) for alarm in found)


async def other_office(desk: Connection) -> int:
    return await desk.fetchval("SELECT id FROM office WHERE code = $1", OTHER)


async def bag(desk: Connection, town: Town, *s10s: str) -> str:
    """A sealed bag to the other office, dispatched in the morning; its number."""
    made = await custody.offer(
        desk,
        NewHandOver(
            id=uuid4(),
            kind=Kind.BAG,
            to=Party(Keeper.OFFICE, await other_office(desk)),
            items=[Item(uuid4(), s10) for s10 in s10s],
            by=town.by_clerk,
            at=MORNING,
            seal="S-1",
        ),
        heard_at=MORNING,
    )
    assert made.hand_over is not None
    return made.hand_over.number


async def test_what_is_dealt_with_in_time_is_quiet(desk: Connection, town: Town) -> None:
    """An alarm for what is going well teaches people to look away."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)

    assert await alarms(desk, town, MORNING + 2 * DAY) == []


async def test_a_file_nobody_touches(desk: Connection, town: Town) -> None:
    """On the shelf and offered to nobody: two working days, then four."""
    dossier = await make.dossier(desk, town, offered=False)

    assert rules(await alarms(desk, town, MORNING + DAY)) == []
    [alarm] = await alarms(desk, town, MORNING + 4 * DAY)
    assert (alarm.rule, alarm.step, alarm.since) == ("no_scan", 1, MORNING)
    assert alarm.facts["ref"] == dossier.ref
    assert rules(await alarms(desk, town, MORNING + 7 * DAY)) == [("no_scan", 2)]


async def test_what_waits_for_the_citizen_is_hers_to_move(desk: Connection, town: Town) -> None:
    """To be fetched by choice, or invited after a failed attempt: no alarm for a month."""
    fetched = await make.dossier(desk, town, return_way="office")
    await make.result(desk, town, fetched, Stage.AT_OFFICE)
    invited = await make.dossier(desk, town)
    number = await make.result(desk, town, invited, Stage.OUT)
    await make.scans(
        desk,
        [
            make.scan(number, Act.MISS, town.by_courier, reason="DF04", next="invite"),
            make.scan(number, Act.BRING_IN, town.by_courier),
            make.scan(number, Act.TAKE_IN, town.by_clerk),
        ],
    )

    assert await alarms(desk, town, MORNING + 6 * DAY) == []


async def test_a_bag_that_nobody_opens(desk: Connection, town: Town) -> None:
    """Both ends hear of it, once, however many papers lie in it."""
    dossiers = [await make.dossier(desk, town, offered=False) for _ in range(2)]
    number = await bag(desk, town, *[await make.s10(desk, dossier) for dossier in dossiers])
    there = replace(town, office=await other_office(desk))

    here = await alarms(desk, town, MORNING + 4 * DAY)
    [alarm] = await alarms(desk, there, MORNING + 4 * DAY)

    assert rules(here) == rules([alarm]) == [("bag_on_the_way", 2)]
    assert (alarm.facts["number"], alarm.facts["waiting"]) == (number, 2)


async def test_a_list_that_is_answered_waits_for_nobody(desk: Connection, town: Town) -> None:
    """The last envelope taken by itself ends the waiting, though nobody closed the list."""
    numbers = [await make.s10(desk, await make.dossier(desk, town, offered=False)) for _ in "ab"]
    offered = NewHandOver(
        id=uuid4(),
        kind=Kind.COURIER,
        to=Party(Keeper.COURIER, town.courier),
        items=[Item(uuid4(), s10) for s10 in numbers],
        by=town.by_clerk,
        at=MORNING,
    )
    await custody.offer(desk, offered, heard_at=MORNING)
    midday = MORNING + 8 * HOUR

    await make.scans(desk, [make.scan(numbers[0], Act.COLLECT, town.by_courier)])
    [waiting] = await alarms(desk, town, midday)
    await make.scans(desk, [make.scan(numbers[1], Act.COLLECT, town.by_courier)])

    assert (waiting.rule, waiting.facts["waiting"]) == ("offer_unanswered", 1)
    assert await alarms(desk, town, midday + timedelta(minutes=1)) == []


async def test_an_envelope_offered_on_no_list(desk: Connection, town: Town) -> None:
    """What a courier lays down one by one is waited for like a list."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    await make.scans(
        desk, [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )

    [alarm] = await alarms(desk, town, MORNING + 8 * HOUR)

    assert (alarm.rule, alarm.receiver, alarm.facts["s10"]) == ("offer_unanswered", "clerk", number)


async def test_a_result_that_nobody_fetches(desk: Connection, town: Town) -> None:
    """A working day on the agency's desk, then three; the manager hears of the second step."""
    await make.ready(desk, town, await make.dossier(desk, town))
    manager = Role.MANAGER

    wednesday = MORNING + 2 * DAY + 2 * HOUR

    assert ("ready_uncollected", 1) in rules(await alarms(desk, town, wednesday))
    assert rules(await alarms(desk, town, wednesday, role=manager)) == []
    late = await alarms(desk, town, MORNING + 5 * DAY, role=manager)
    assert ("ready_uncollected", 2) in rules(late)


async def test_papers_in_a_bag_at_night(desk: Connection, town: Town) -> None:
    """From six on, and the same alarm still days later: what is known is not said twice."""
    number = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])

    assert await alarms(desk, town, EVENING - HOUR) == []
    [tonight] = await alarms(desk, town, EVENING)
    [later] = await alarms(desk, town, EVENING + 3 * DAY)
    assert (tonight.rule, tonight.since.hour) == ("held_overnight", 11)  # six in Vietnam
    assert (later.id, later.step) == (tonight.id, 2)

    back = [(Act.BRING_IN, town.by_courier), (Act.TAKE_IN, town.by_clerk)]
    later_on = EVENING + 3 * DAY
    await make.scans(desk, [make.scan(number, act, by, at=later_on) for act, by in back])
    assert await alarms(desk, town, later_on + HOUR) == []


async def test_what_its_taker_did_not_find(desk: Connection, town: Town) -> None:
    """A missing paper is loud at once, and quiet as soon as it is found."""
    number = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(number, Act.REPORT_MISSING, town.by_courier)])

    assert rules(await alarms(desk, town, MORNING + HOUR)) == [("missing", 1)]

    await make.scans(desk, [make.scan(number, Act.FIND, town.by_clerk)])
    assert await alarms(desk, town, MORNING + HOUR) == []


async def test_the_agency_s_day_and_the_post_s(desk: Connection, town: Town) -> None:
    """Each by its own clock: the appointment a day ahead, the post's day when it has come."""
    deciding = await make.dossier(desk, town)
    await make.signed(desk, town, deciding)
    await make.rule(desk, town, deciding, Act.RECEIVE)
    homing = await make.dossier(desk, town)
    await make.result(desk, town, homing, Stage.AT_OFFICE)

    before = await alarms(desk, town, MORNING + DAY)
    found = {alarm.rule: alarm for alarm in await alarms(desk, town, MORNING + 3 * DAY)}

    assert before == []
    assert found["agency_at_risk"].facts["ref"] == deciding.ref
    assert found["post_at_risk"].facts["ref"] == homing.ref


async def test_the_promise_of_the_receipt(desk: Connection, town: Town) -> None:
    """Printed as expected on the first of December, and the agency has not even received it."""
    await make.signed(desk, town, await make.dossier(desk, town))

    assert await alarms(desk, town, MORNING + 7 * DAY) == []
    assert rules(await alarms(desk, town, MORNING + 8 * DAY)) == [("post_at_risk", 1)]


async def test_a_citizen_nobody_has_called(desk: Connection, town: Town) -> None:
    """No message reaches him; the clerk hears first, the supervisor later."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await desk.execute(
        "INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)"
        " VALUES ($1, $2, 'call_citizen', 'x', 'Hồ sơ đã đến.', $3)",
        town.office,
        dossier.id,
        MORNING,
    )
    midday = MORNING + 8 * HOUR

    assert rules(await alarms(desk, town, midday, role=Role.CLERK)) == [("call_waiting", 1)]
    assert rules(await alarms(desk, town, MORNING + 4 * DAY, role=Role.CLERK)) == []
    assert rules(await alarms(desk, town, MORNING + 4 * DAY)) == [("call_waiting", 2)]


async def said(desk: Connection, alarm: Alarm) -> list[str]:
    return [line.what for line in await radar.history(desk, alarm.id, office_id=alarm.office_id)]


async def test_an_answer_buys_time_not_silence(desk: Connection, town: Town) -> None:
    """It nags again when the time is over, and at once when it climbs; all of it on record."""
    await make.dossier(desk, town, offered=False)
    friday = MORNING + 4 * DAY
    [alarm] = await alarms(desk, town, friday)
    form = uuid4()

    for _ in range(2):  # the second click
        await answer(desk, town, alarm, Answer.ON_IT, at=friday, form=form)
    [quiet] = await alarms(desk, town, friday + HOUR)
    assert quiet.quiet_until is not None
    assert quiet.quiet_until > friday + HOUR
    assert (quiet.answer, quiet.answerer) == ("on_it", "Nguyễn Văn Clerk")
    assert await loud(desk, friday + HOUR) == 0
    assert await loud(desk, quiet.quiet_until) == 1

    [climbed] = await alarms(desk, town, MORNING + 7 * DAY)
    assert (climbed.step, climbed.quiet_until, climbed.answer) == (2, None, "on_it")
    assert await said(desk, alarm) == ["raised", "answered", "climbed"]


async def answer(
    desk: Connection,
    town: Town,
    alarm: Alarm,
    what: Answer,
    *,
    at: datetime,
    form: UUID | None = None,
    office: int | None = None,
) -> int:
    who = staff(town, office=office)
    return await radar.answer(desk, [alarm.id], what, form_id=form or uuid4(), staff=who, now=at)


async def loud(desk: Connection, now: datetime) -> int:
    return sum(mark.loud for mark in await radar.marks(desk, now=now))


async def test_what_is_over_cannot_be_answered(desk: Connection, town: Town) -> None:
    """Nor another office's: it is not there."""
    number = await make.s10(desk, await make.dossier(desk, town, offered=False))
    [alarm] = await alarms(desk, town, MORNING + 4 * DAY)

    with pytest.raises(UnknownAlarm):
        await answer(desk, town, alarm, Answer.KNOWN, at=MORNING, office=await other_office(desk))
    await make.scans(desk, [make.offer(number, town, at=MORNING + 4 * DAY)])
    await radar.look(desk, town.office, now=MORNING + 4 * DAY)
    with pytest.raises(UnknownAlarm):
        await answer(desk, town, alarm, Answer.KNOWN, at=MORNING + 4 * DAY)
    assert await said(desk, alarm) == ["raised", "cleared"]


async def test_the_mark_moves_when_a_page_would(desk: Connection, town: Town) -> None:
    """One number for all open pages: raised, answered, loud again, cleared, and else never."""
    now = MORNING + 4 * DAY
    number = await make.s10(desk, await make.dossier(desk, town, offered=False))
    marks = [await radar.marks(desk, now=now)]
    [alarm] = await alarms(desk, town, now)
    marks.append(await radar.marks(desk, now=now))
    await answer(desk, town, alarm, Answer.ON_IT, at=now)
    marks.append(await radar.marks(desk, now=now))
    marks.append(await radar.marks(desk, now=now + DAY))
    await alarms(desk, town, now)
    assert await radar.marks(desk, now=now) == marks[2]
    await make.scans(desk, [make.offer(number, town, at=now)])
    await alarms(desk, town, now)

    assert await radar.marks(desk, now=now) == marks[0] == []
    assert len({str(mark) for mark in marks}) == len(marks)


@pytest.fixture
async def house(town_url: str) -> AsyncIterator[Database]:
    async with doors.open_database(town_url, size=4, name="test", keys=make.KEYS) as database:
        yield database


async def rounds(house: Database, now: datetime) -> None:
    """As often as the worker would until every office has been looked at."""
    while await radar.watch(lambda: house.begin(Context.job("watch")), now):
        pass


async def test_one_office_s_bad_data_never_stops_another_s(
    house: Database, desk: Connection, town: Town
) -> None:
    """The office whose hours nobody can read is itself an alarm; the others are watched."""
    await make.dossier(desk, town, offered=False)
    broken = await other_office(desk)
    right = await desk.fetchval("SELECT hours_group FROM office WHERE id = $1", broken)
    await desk.execute("UPDATE office SET hours_group = 'GONE' WHERE id = $1", broken)
    now = MORNING + 4 * DAY
    there = staff(town, office=broken)

    await rounds(house, now)
    await rounds(house, now + HOUR)

    assert "no_scan" in {a.rule for a in await radar.standing(desk, staff(town), now=now)}
    [blind] = await radar.standing(desk, there, now=now)
    assert (blind.rule, blind.step, blind.receiver) == ("blind", 2, "manager")
    assert await answer(desk, town, blind, Answer.ON_IT, at=now + HOUR, office=broken) == 1
    await desk.execute("UPDATE office SET hours_group = $1 WHERE id = $2", right, broken)
    await rounds(house, now + 2 * HOUR)
    assert await radar.standing(desk, there, now=now) == []


async def test_an_office_is_looked_at_once_a_minute(house: Database, desk: Connection) -> None:
    """However many workers ring, and however often."""
    await rounds(house, MORNING)
    looked = await desk.fetch("SELECT office_id, looked_at FROM radar_look ORDER BY office_id")

    await rounds(house, MORNING + timedelta(seconds=30))

    assert await desk.fetchval("SELECT count(*) FROM office WHERE valid_to IS NULL") == len(looked)
    assert looked == await desk.fetch(
        "SELECT office_id, looked_at FROM radar_look ORDER BY office_id"
    )
