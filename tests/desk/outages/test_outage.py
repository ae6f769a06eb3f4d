"""The pack in the drawer: numbers set aside, entered by their own time, and counted to the last."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.desk import counter, shelf
from postal_service.desk.citizen import lookup
from postal_service.desk.counter import Accepted
from postal_service.desk.intake import Entry, Incomplete
from postal_service.desk.outages import outage
from postal_service.desk.outages.outage import Sheet
from postal_service.desk.outages.outage_errors import (
    BadSize,
    BadStroke,
    ForgedSheet,
    PackMade,
    SheetElsewhere,
    SheetEntered,
    SheetStruck,
    UnknownPack,
    UnknownSheet,
)
from postal_service.desk.printing import prints
from postal_service.desk.watch import radar
from tests import make
from tests.desk.test_counter import accept, clerk, entry
from tests.make import MORNING, Town
from tracking import identifiers, journey, reserved
from tracking.errors import NotYetEntered
from tracking.model import Party
from tracking.stages import Act, Keeper

KEY = b"k" * 32
HOUR = timedelta(hours=1)
#: The power is back, two hours after the pack was printed.
LATER = MORNING + 2 * HOUR


async def pack(desk: Connection, town: Town, size: int = 5, now: datetime = MORNING) -> list[Sheet]:
    """The sheets of a fresh pack."""
    made = await outage.make(desk, uuid4(), size, staff=clerk(town), now=now)
    return await outage.look(desk, made, town.office, now=now)


async def written(desk: Connection, town: Town, sheet: Sheet, hour: str = "09:05") -> Entry:
    """What the clerk copies from a sheet."""
    return await entry(desk, town, sheet=sheet.ref, paper_day="23/11", paper_time=hour)


async def enter(desk: Connection, town: Town, sheet: Sheet, hour: str = "09:05") -> str:
    return await accept(desk, town, await written(desk, town, sheet, hour), LATER)


async def states(desk: Connection, town: Town, sheet: Sheet, now: datetime = LATER) -> list[str]:
    return [each.state for each in await outage.look(desk, sheet.pack_id, town.office, now=now)]


async def test_a_sheet_keeps_its_numbers_and_its_own_time(desk: Connection, town: Town) -> None:
    """The citizen went home with that number and that hour: nothing else may be true."""
    sheet = (await pack(desk, town))[1]

    ref = await enter(desk, town, sheet)

    saved = await prints.find(desk, ref, town.office)
    assert ref == sheet.ref
    assert (saved.s10, saved.tracking_code) == (sheet.s10, sheet.tracking_code)
    assert saved.accepted_at == MORNING.replace(hour=9, minute=5)
    line = await desk.fetchrow("SELECT at, heard_at FROM event WHERE act = 'accept'")
    assert (line["at"], line["heard_at"]) == (saved.accepted_at, LATER)


async def test_the_promise_runs_from_the_time_on_the_paper(desk: Connection, town: Town) -> None:
    """Entered two days late, the day on the citizen's sheet is still the day."""
    first, second = (await pack(desk, town))[:2]
    tuesday_night = MORNING + timedelta(days=2)

    late = await accept(desk, town, await written(desk, town, first), tuesday_night)
    soon = await accept(desk, town, await written(desk, town, second), LATER)

    days = [(await prints.find(desk, ref, town.office)).expected_on for ref in (late, soon)]
    assert days[0] == days[1]


async def test_nobody_else_is_given_a_number_of_the_pack(desk: Connection, town: Town) -> None:
    """A number on two envelopes is two citizens in one drawer."""
    before = await accept(desk, town, await entry(desk, town))
    sheets = await pack(desk, town, 3)
    after = await accept(desk, town, await entry(desk, town))

    taken = {before, after, *(sheet.ref for sheet in sheets)}
    items = {
        await desk.fetchval(
            "SELECT s10 FROM consignment c JOIN dossier d ON d.id = c.dossier_id WHERE d.ref = $1",
            ref,
        )
        for ref in (before, after)
    }
    assert len(taken) == 5
    assert after == "LD-261123-00005"
    assert not items & {sheet.s10 for sheet in sheets}


async def test_a_sheet_is_entered_once(desk: Connection, town: Town) -> None:
    """Two clerks share the pile: the second is shown the first's dossier."""
    sheet = (await pack(desk, town))[0]
    form = await written(desk, town, sheet)
    ref = await accept(desk, town, form, LATER)

    again = await counter.read(desk, form, office_id=town.office, now=LATER)
    assert await counter.accept(desk, again, staff=clerk(town), now=LATER) == Accepted(
        ref=ref, again=True
    )
    with pytest.raises(SheetEntered, match=ref):
        await enter(desk, town, sheet, "10:00")


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("23/11/2026", "10:16"),  # after now
        ("23/11/2026", "08:14"),  # before the pack was printed
        ("22/11", "09:00"),
        ("24/11", "09:00"),
        ("31/11", "09:00"),
        ("23/11", "24:00"),
        ("23/11", ""),
        ("", "09:00"),
        ("²³/11", "9h00"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(
    desk: Connection, town: Town, day: str, hour: str
) -> None:
    """Everything that is wrong is said at once, the time too; the sheet stays blank."""
    sheet = (await pack(desk, town))[0]
    typed = await entry(desk, town, sheet=sheet.ref, paper_day=day, paper_time=hour, name="")

    with pytest.raises(Incomplete) as refusal:
        await accept(desk, town, typed, LATER)

    assert [each.field for each in refusal.value.problems] == ["paper_day", "name"]
    assert await states(desk, town, sheet) == ["blank"] * 5


@pytest.mark.parametrize("hour", ["09:05", "9h05", "905", "0905", "9 giờ 05", "9.05"])
async def test_an_hour_is_read_as_people_write_it(desk: Connection, town: Town, hour: str) -> None:
    sheet = (await pack(desk, town))[0]

    ref = await enter(desk, town, sheet, hour)

    saved = await prints.find(desk, ref, town.office)
    assert saved.accepted_at == MORNING.replace(hour=9, minute=5)


async def test_a_code_is_recognised_only_as_it_was_printed(desk: Connection, town: Town) -> None:
    """A blank that somebody drew himself, or changed by one character, is no blank."""
    sheet, other = (await pack(desk, town))[:2]
    code = outage.mark(KEY, sheet)
    staff = clerk(town)

    assert (await outage.scanned(desk, f" {code.lower()} ", KEY, staff, now=LATER)).ref == sheet.ref
    swapped = f"GS-{other.pack_id}-{other.ordinal}-{code.rpartition('-')[2]}"
    last = "0" if code[-1] != "0" else "1"
    for forged in (
        code[:-1] + last,
        swapped,
        f"GS-{sheet.pack_id}-99-{code[-13:]}",
        f"GS-{2**59}-1-{code[-13:]}",
    ):
        with pytest.raises(ForgedSheet):
            await outage.scanned(desk, forged, KEY, staff, now=LATER)
    with pytest.raises(ForgedSheet):
        await outage.scanned(desk, code, b"x" * 32, staff, now=LATER)
    with pytest.raises(UnknownSheet):
        await outage.scanned(desk, "LD-261123-00001", KEY, staff, now=LATER)


async def test_another_offices_sheet_goes_back_to_it(desk: Connection, town: Town) -> None:
    sheet = (await pack(desk, town))[0]
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    stranger = clerk(town, other)
    own = await desk.fetchval("SELECT name FROM office WHERE id = $1", town.office)

    with pytest.raises(SheetElsewhere, match=own):
        await outage.scanned(desk, outage.mark(KEY, sheet), KEY, stranger, now=LATER)
    with pytest.raises(UnknownPack):
        await outage.look(desk, sheet.pack_id, other, now=LATER)
    with pytest.raises(UnknownPack):
        await outage.strike(desk, sheet.pack_id, [1], "spoilt", staff=stranger, now=LATER)
    with pytest.raises(UnknownSheet):
        await counter.read(desk, await written(desk, town, sheet), office_id=other, now=LATER)


async def test_gaps_are_named_until_each_sheet_is_accounted_for(
    desk: Connection, town: Town
) -> None:
    """Sheet 4 is used, so 1 to 3 were too: where are they? The rest is asked for next day."""
    sheets = await pack(desk, town)
    staff = clerk(town)
    assert await states(desk, town, sheets[0]) == ["blank"] * 5

    await enter(desk, town, sheets[1])
    await enter(desk, town, sheets[3])
    await outage.strike(desk, sheets[0].pack_id, [1], "spoilt", staff=staff, now=LATER)

    tuesday = MORNING + timedelta(days=1)
    assert await states(desk, town, sheets[0]) == ["struck", "entered", "gap", "entered", "blank"]
    assert (await states(desk, town, sheets[0], tuesday))[2:] == ["gap", "entered", "gap"]
    [found] = await outage.packs(desk, staff, now=tuesday)
    assert (found.sheets, found.entered, found.struck, found.blank) == (5, 2, 1, 2)
    assert found.gaps == (3, 5)

    await outage.strike(desk, found.id, [3, 5], "unused", staff=staff, now=tuesday)
    [found] = await outage.packs(desk, staff, now=tuesday)
    assert (found.gaps, found.blank) == ((), 0)


async def test_an_unopened_pack_lies_in_the_drawer_in_peace(desk: Connection, town: Town) -> None:
    """A misprint struck on the day it was printed opens nothing."""
    sheets = await pack(desk, town)
    staff = clerk(town)

    await outage.strike(desk, sheets[0].pack_id, [2], "misprinted", staff=staff, now=MORNING)

    month = MORNING + timedelta(days=30)
    assert await outage.silences(desk, town.office, now=month) == []
    assert "gap" not in await states(desk, town, sheets[0], month)


async def test_the_radar_hears_of_a_gap(desk: Connection, town: Town) -> None:
    sheets = await pack(desk, town)
    await enter(desk, town, sheets[2])

    await radar.look(desk, town.office, now=LATER + 6 * HOUR)

    rows = await desk.fetch("SELECT subject, facts FROM alarm WHERE rule = 'sheet_unentered'")
    assert [(row["subject"], row["facts"]["waiting"]) for row in rows] == [
        (f"pack:{sheets[0].pack_id}", 2)
    ]


async def test_a_struck_sheet_is_not_entered_and_an_entered_one_not_struck(
    desk: Connection, town: Town
) -> None:
    sheets = await pack(desk, town)
    staff, made = clerk(town), sheets[0].pack_id
    await outage.strike(desk, made, [1], "lost", staff=staff, now=LATER)
    await outage.strike(desk, made, [1], "spoilt", staff=staff, now=LATER + HOUR)
    await enter(desk, town, sheets[1])

    with pytest.raises(SheetStruck, match="mất tờ giấy"):
        await enter(desk, town, sheets[0])
    with pytest.raises(SheetEntered):
        await outage.strike(desk, made, [2, 3], "unused", staff=staff, now=LATER)
    with pytest.raises(BadStroke):
        await outage.strike(desk, made, [3], "because", staff=staff, now=LATER)
    with pytest.raises(BadStroke):
        await outage.strike(desk, made, [], "unused", staff=staff, now=LATER)
    with pytest.raises(UnknownSheet):
        await outage.strike(desk, made, [3, 77], "unused", staff=staff, now=LATER)
    found = await outage.look(desk, made, town.office, now=LATER)
    assert (found[0].void_why, found[0].voided_at) == ("lost", LATER)
    assert found[2].void_why is None


async def test_one_pack_a_day_and_a_second_press_finds_it(desk: Connection, town: Town) -> None:
    staff, form = clerk(town), uuid4()

    made = await outage.make(desk, form, 3, staff=staff, now=MORNING)
    assert await outage.make(desk, form, 3, staff=staff, now=MORNING) == made
    with pytest.raises(PackMade):
        await outage.make(desk, uuid4(), 3, staff=staff, now=LATER)
    for size in (0, 51, -1):
        with pytest.raises(BadSize):
            await outage.make(desk, uuid4(), size, staff=staff, now=LATER)
    await outage.make(desk, uuid4(), 1, staff=staff, now=MORNING + timedelta(days=1))
    assert [
        len(await outage.look(desk, each.id, town.office, now=LATER))
        for each in await outage.packs(desk, staff, now=LATER)
    ] == [1, 3]


async def test_an_envelope_that_travels_first_is_not_lost(desk: Connection, town: Town) -> None:
    """Taken along at ten, entered at noon: whoever scans it meanwhile learns whom to call."""
    sheet = (await pack(desk, town))[0]
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    office = await desk.fetchrow("SELECT name, hotline FROM office WHERE id = $1", town.office)
    scan = make.scan(sheet.s10, Act.COLLECT, town.by_courier)

    [answer] = await journey.record(desk, [scan], heard_at=LATER)

    assert isinstance(answer, NotYetEntered)
    assert office["name"] in answer.vi
    assert office["hotline"] in answer.vi
    tried = await desk.fetchrow("SELECT s10, why FROM refused_act")
    assert (tried["s10"], tried["why"]) == (sheet.s10, "NotYetEntered")
    for code in (identifiers.print_s10(sheet.s10), sheet.ref, sheet.tracking_code):
        with pytest.raises(NotYetEntered):
            await shelf.look_up(desk, code, office_id=other, now=LATER)
    with pytest.raises(lookup.OnPaper, match="chưa nhập"):
        await lookup.view(desk, sheet.tracking_code, now=LATER)

    await enter(desk, town, sheet)
    to = Party(Keeper.COURIER, town.courier)
    offer = replace(make.scan(sheet.s10, Act.OFFER, town.by_clerk, at=LATER), to=to)
    await make.scans(desk, [offer, replace(scan, id=uuid4(), at=LATER)])
    assert await reserved.look(desk, [sheet.s10]) == {}


async def test_a_struck_sheets_number_is_unknown_again(desk: Connection, town: Town) -> None:
    """Nobody waits for a sheet that was torn up."""
    sheet = (await pack(desk, town))[0]
    await outage.strike(desk, sheet.pack_id, [1], "unused", staff=clerk(town), now=LATER)

    assert await reserved.look(desk, [sheet.s10, sheet.ref]) == {}
