"""A dossier's clocks: why it is due then, whose hours they were, which leg is late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.cli_clock import late_lines, told
from postal_service.desk.agency import clock_view, rulings
from postal_service.desk.agency.clock_view import ClockView
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.citizen import leg_clocks
from tests import make
from tests.make import MORNING, Town
from tracking.attribution import Whose
from tracking.errors import UnknownDossier
from tracking.limits import Count
from tracking.model import Dossier
from tracking.stages import Act

CODE = "H36.31-261123-0001"
FRIDAY = MORNING + timedelta(days=4)


async def received(conn: Connection, town: Town) -> Dossier:
    """Signed for and received by the agency on Monday morning, three working days to go."""
    dossier = await make.dossier(conn, town)
    await make.signed(conn, town, dossier)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE)
    await rulings.decide(conn, dossier.ref, wish, by=town.by_officer, now=MORNING)
    return dossier


async def seen(conn: Connection, code: str, now: datetime = FRIDAY) -> ClockView:
    return await clock_view.look(conn, await clock_view.find(conn, code), now=now)


async def test_a_due_date_is_explained_by_what_it_was_reckoned_from(
    desk: Connection, town: Town
) -> None:
    """Tuesday 24/11 is a public holiday since 2026: the line says so by its name."""
    dossier = await received(desk, town)

    view = await seen(desk, dossier.ref)

    assert view.explanation is not None
    assert view.explanation.due == datetime(2026, 11, 27, 8, 15, tzinfo=MORNING.tzinfo)
    assert view.explanation.counted(Count.MINUTES) == 3 * 480
    words = [line.words[0] for line in view.explanation.lines]
    assert any("Thứ Ba 24/11/2026: nghỉ, Ngày Văn hóa" in each for each in words), words


async def test_a_calendar_changed_later_explains_nothing_away(desk: Connection, town: Town) -> None:
    """The citizen holds a receipt with a date on it: the reason for it must still add up."""
    dossier = await received(desk, town)
    before = await seen(desk, dossier.ref)
    await desk.execute(
        "UPDATE calendar_day SET kind = 'work', name_vi = 'đổi' WHERE day = $1", date(2026, 11, 24)
    )
    await desk.execute("UPDATE calendar_session SET close = '10:00' WHERE session = 'am'")

    after = await seen(desk, dossier.ref)

    assert after.explanation == before.explanation


async def test_the_same_calendar_is_kept_once(desk: Connection, town: Town) -> None:
    first, second = await make.dossier(desk, town), await make.dossier(desk, town)
    for number, dossier in enumerate((first, second)):
        await make.signed(desk, town, dossier)
        code = f"H36.31-261123-{number + 1:04}"
        wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code=code)
        await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)

    assert await desk.fetchval("SELECT count(*) FROM calendar_edition") == 1
    assert await desk.fetchval("SELECT count(*) FROM due_input") == 2


async def test_every_hour_is_somebodys(desk: Connection, town: Town) -> None:
    """Post, agency and citizen share all working hours between them, none twice."""
    dossier = await received(desk, town)
    wish = Wish(id=uuid4(), act=Act.FINISH)
    await rulings.decide(
        desk, dossier.ref, wish, by=town.by_officer, now=MORNING + timedelta(days=2)
    )

    view = await seen(desk, dossier.ref)

    assert view.whole == sum(view.totals.values()) > 0
    assert view.totals[Whose.AGENCY] == view.whole
    assert view.late == {Whose.POST: 0, Whose.AGENCY: 0, Whose.CITIZEN: 0}
    assert view.on_time is True


async def test_an_agency_that_is_late_is_late_by_its_own_hours(
    desk: Connection, town: Town
) -> None:
    """Due on Friday 27/11 at 08:15, finished on Monday at 09:15: eight hours and one."""
    dossier = await received(desk, town)
    wish = Wish(id=uuid4(), act=Act.FINISH)
    monday = datetime(2026, 11, 30, 9, 15, tzinfo=MORNING.tzinfo)
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=monday)

    view = await seen(desk, dossier.ref, monday + timedelta(days=30))

    assert view.late[Whose.AGENCY] == 9 * 60
    assert view.on_time is False


async def test_each_leg_has_its_day(desk: Connection, town: Town) -> None:
    """A leg within one district takes one postal day; nobody signed for it by Friday: late."""
    dossier = await make.dossier(desk, town)
    while (after := await leg_clocks.promise_all(desk, 0)) is not None:
        assert after > 0

    view = await seen(desk, dossier.ref)

    [leg] = view.legs
    assert leg.days in (1, 2)
    assert leg.promised_by > MORNING.date()
    assert leg.is_late is (leg.promised_by < FRIDAY.date())
    assert view.totals[Whose.POST] == view.whole


@pytest.mark.parametrize("which", ["ref", "agency", "s10"])
async def test_any_number_on_the_papers_finds_it(desk: Connection, town: Town, which: str) -> None:
    dossier = await received(desk, town)
    codes = {"ref": dossier.ref, "agency": CODE, "s10": await make.s10(desk, dossier)}

    found = await clock_view.find(desk, codes[which])

    assert found.dossier.ref == dossier.ref


async def test_a_number_of_nothing_is_refused(desk: Connection, town: Town) -> None:
    with pytest.raises(UnknownDossier):
        await clock_view.find(desk, "H36.31-261123-9999")


@pytest.mark.parametrize(("lang", "word"), [(0, "Thời hạn: 3 ngày làm việc"), (1, "Limit: 3")])
async def test_the_terminal_tells_it_in_both_languages(
    desk: Connection, town: Town, lang: int, word: str
) -> None:
    dossier = await received(desk, town)

    said = told(await clock_view.find(desk, CODE), await seen(desk, dossier.ref), lang)

    assert any(word in line for line in said), said
    assert CODE in said[0]


async def test_a_due_date_without_its_inputs_says_so(desk: Connection, town: Town) -> None:
    """Set before the product kept them, or by the agency itself: no reckoning is invented."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)

    view = await seen(desk, dossier.ref)

    assert view.explanation is None
    assert "Cơ quan ghi ngày hẹn này" in "\n".join(
        told(await clock_view.find(desk, dossier.ref), view, 0)
    )


@pytest.mark.parametrize(
    ("by_procedure", "by_agency", "pinned"),
    [
        ("hour_precise", None, "hour_precise"),
        ("end_of_day", None, "end_of_day"),
        ("end_of_day", "hour_precise", "hour_precise"),
        ("hour_precise", "end_of_day", "end_of_day"),
    ],
)
async def test_how_a_day_is_read_is_pinned_when_it_is_accepted(
    desk: Connection, town: Town, by_procedure: str, by_agency: str | None, pinned: str
) -> None:
    """An agency's word goes before its procedures'; what either says later changes nothing."""
    await desk.execute("UPDATE procedure SET convention = $1", by_procedure)
    await desk.execute("UPDATE agency SET convention = $1", by_agency)
    dossier = await make.dossier(desk, town)
    await desk.execute("UPDATE procedure SET convention = 'hour_precise'")
    await desk.execute("UPDATE agency SET convention = NULL")

    found = await clock_view.find(desk, dossier.ref)

    assert found.dossier.convention == pinned


async def test_a_leg_past_its_day_is_on_the_list_of_its_office(
    desk: Connection, town: Town
) -> None:
    """Not the one that was signed for in time, and nobody else's office."""
    await received(desk, town)
    dossier = await make.dossier(desk, town)
    await leg_clocks.promise_all(desk)
    elsewhere = await desk.fetchval("SELECT id FROM office WHERE id <> $1 LIMIT 1", town.office)

    found = await leg_clocks.late_legs(desk, town.office, now=FRIDAY)

    assert [leg.ref for leg in found] == [dossier.ref]
    assert late_lines(found, 0)[0].startswith(dossier.ref)
    assert await leg_clocks.late_legs(desk, elsewhere, now=FRIDAY) == []
    assert await leg_clocks.late_legs(desk, None, now=MORNING) == []
