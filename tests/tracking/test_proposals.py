"""A changed calendar moves no appointment: it proposes, and somebody decides."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.agency import clock_view, rulings
from postal_service.desk.agency.rulings import Wish
from tests import make
from tests.make import MORNING, Town
from tracking import calendar_changes, calendars, proposals, slip
from tracking.calendar_changes import BadChange, Hours, NewDays, NewHours
from tracking.calendars import DayRow, UnknownHours
from tracking.model import Dossier
from tracking.proposals import NothingToDecide
from tracking.slip import Slip
from tracking.stages import Act
from tracking.working_time import BadCalendar

CODE = "H36.31-261123-0001"
DUE = datetime(2026, 11, 27, 8, 15, tzinfo=MORNING.tzinfo)
THURSDAY = date(2026, 11, 26)
SHORT_DAY = (Hours(open=time(8), close=time(11)), Hours(open=time(14), close=time(16)))


async def received(conn: Connection, town: Town) -> Dossier:
    """Received on Monday morning: three working days, due on Friday at 08:15."""
    dossier = await make.dossier(conn, town)
    await make.signed(conn, town, dossier)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE)
    await rulings.decide(conn, dossier.ref, wish, by=town.by_officer, now=MORNING)
    return dossier


async def slip_of(conn: Connection, dossier: Dossier) -> Slip:
    found = await slip.by_ref(conn, dossier.ref)
    assert found is not None
    return found


def day_off(first: date = THURSDAY, last: date | None = None, **given: str) -> NewDays:
    return NewDays(
        form_id=uuid4(),
        scope=given.get("scope", "all"),
        first=first,
        last=last or first,
        kind=given.get("kind", "off"),
        name=given.get("name", "Nghỉ bão"),
    )


def hours(sessions: tuple[Hours, ...], **given: date) -> NewHours:
    return NewHours(
        form_id=uuid4(),
        hours_group="LD-STD",
        weekdays=(1, 2, 3, 4, 5),
        sessions=sessions,
        starts_on=given.get("starts_on", date(2026, 11, 25)),
        ends_on=given.get("ends_on"),
        why="Giờ mùa đông",
    )


async def test_a_day_off_proposes_and_moves_nothing(desk: Connection, town: Town) -> None:
    """The date on the citizen's receipt stays until somebody has decided otherwise."""
    dossier = await received(desk, town)

    made = await calendar_changes.apply(desk, day_off(), by=town.officer, at=MORNING)

    assert [(m.ref, m.old_due_at, m.new_due_at) for m in made.moves] == [
        (dossier.ref, DUE, datetime(2026, 11, 30, 8, 15, tzinfo=MORNING.tzinfo))
    ]
    assert (await slip_of(desk, dossier)).dossier.due_at == DUE


async def test_trying_shows_the_list_and_changes_nothing(desk: Connection, town: Town) -> None:
    await received(desk, town)

    moves = await calendar_changes.try_out(desk, day_off(), by=town.officer, at=MORNING)

    assert len(moves) == 1
    assert await desk.fetchval("SELECT count(*) FROM calendar_override") == 0
    assert await proposals.waiting(desk, None) == []


async def test_an_accepted_proposal_is_a_line_of_the_register(desk: Connection, town: Town) -> None:
    """Who changed the calendar, who agreed, what it was; the first appointment stays."""
    dossier = await received(desk, town)
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    [proposal] = await proposals.waiting(desk, town.agency)

    moved = await proposals.accept(desk, [proposal.id], by=town.by_officer, at=MORNING)

    found = await slip_of(desk, dossier)
    assert moved == 1
    assert found.dossier.due_at == proposal.new_due_at
    assert found.dossier.original_due_at == DUE
    line = found.last(Act.MOVE_APPOINTMENT)
    assert line is not None
    assert (line.person_id, line.approver_id) == (town.clerk, town.officer)
    assert await proposals.waiting(desk, None) == []


async def test_what_moved_can_be_explained(desk: Connection, town: Town) -> None:
    """The storm's day is named in the reckoning of the new appointment."""
    dossier = await received(desk, town)
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    [proposal] = await proposals.waiting(desk, None)
    await proposals.accept(desk, [proposal.id], by=town.by_officer, at=MORNING)

    view = await clock_view.look(desk, await slip_of(desk, dossier), now=MORNING)

    assert view.explanation is not None
    assert view.explanation.due == proposal.new_due_at
    assert not view.explanation.by_hand
    assert any("Nghỉ bão" in line.words[0] for line in view.explanation.lines)
    assert view.original_due == DUE


async def test_a_rejected_proposal_leaves_the_appointment(desk: Connection, town: Town) -> None:
    dossier = await received(desk, town)
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    [proposal] = await proposals.waiting(desk, None)

    await proposals.reject(desk, [proposal.id], by=town.by_officer, at=MORNING)

    assert (await slip_of(desk, dossier)).dossier.due_at == DUE
    with pytest.raises(NothingToDecide):
        await proposals.accept(desk, [proposal.id], by=town.by_officer, at=MORNING)


async def test_a_dossier_that_ended_meanwhile_is_left_alone(desk: Connection, town: Town) -> None:
    dossier = await received(desk, town)
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    [proposal] = await proposals.waiting(desk, None)
    await make.rule(desk, town, dossier, Act.FINISH)

    assert await proposals.accept(desk, [proposal.id], by=town.by_officer, at=MORNING) == 0
    assert (await slip_of(desk, dossier)).dossier.due_at == DUE


async def test_what_nobody_agreed_to_is_not_proposed_by_the_next_change(
    desk: Connection, town: Town
) -> None:
    """Otherwise each later change of any calendar would ask about last year's storm again."""
    await received(desk, town)
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    [proposal] = await proposals.waiting(desk, None)
    await proposals.reject(desk, [proposal.id], by=town.by_officer, at=MORNING)

    later = day_off(date(2026, 12, 24), name="Nghỉ bù")
    made = await calendar_changes.apply(desk, later, by=town.clerk, at=MORNING)

    assert made.moves == []


async def test_a_second_change_overtakes_the_first_one_s_proposal(
    desk: Connection, town: Town
) -> None:
    """One question a dossier: the newer knows both days off."""
    await received(desk, town)
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    second = day_off(date(2026, 11, 27), name="Nghỉ thêm")
    await calendar_changes.apply(desk, second, by=town.clerk, at=MORNING)

    [proposal] = await proposals.waiting(desk, None)

    assert proposal.new_due_at == datetime(2026, 12, 1, 8, 15, tzinfo=MORNING.tzinfo)


async def test_a_form_sent_twice_changes_once(desk: Connection, town: Town) -> None:
    await received(desk, town)
    change = day_off()

    first = await calendar_changes.apply(desk, change, by=town.clerk, at=MORNING)
    second = await calendar_changes.apply(desk, change, by=town.clerk, at=MORNING)

    assert second.change_id == first.change_id
    assert [m.ref for m in second.moves] == [m.ref for m in first.moves]
    assert await desk.fetchval("SELECT count(*) FROM calendar_override") == 1


async def test_a_group_s_own_day_wins_over_everybody_s(desk: Connection, town: Town) -> None:
    """One commune works through a day off that everybody else keeps."""
    await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    own = day_off(scope="LD-STD", kind="work", name="Trực hồ sơ đất")
    await calendar_changes.apply(desk, own, by=town.clerk, at=MORNING)

    ours = await calendars.calendar_for(desk, "LD-STD", THURSDAY)
    theirs = await calendars.calendar_for(desk, "BTDN", THURSDAY)

    assert ours.is_working_day(THURSDAY)
    assert not theirs.is_working_day(THURSDAY)


async def test_a_day_off_of_agencies_is_not_the_post_s(desk: Connection, town: Town) -> None:
    change = day_off(scope="agencies")
    await calendar_changes.apply(desk, change, by=town.clerk, at=MORNING)

    post = await calendars.calendar_for(desk, calendars.POST_STANDARD, THURSDAY)

    assert post.is_working_day(THURSDAY)


async def test_a_marked_day_can_be_made_ordinary_again(desk: Connection, town: Town) -> None:
    """The public holiday itself too: the table is not what counts, the last word is."""
    change = day_off(date(2026, 11, 24), kind="ordinary", name="Không nghỉ")
    await calendar_changes.apply(desk, change, by=town.clerk, at=MORNING)

    calendar = await calendars.calendar_for(desk, "LD-STD", THURSDAY)

    assert calendar.is_working_day(date(2026, 11, 24))


async def test_new_hours_end_the_old_ones_and_may_end_themselves(
    desk: Connection, town: Town
) -> None:
    """Winter hours for two weeks: the usual ones are back on the day after."""
    change = hours(SHORT_DAY, starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 14))
    await calendar_changes.apply(desk, change, by=town.clerk, at=MORNING)

    calendar = await calendars.calendar_for(desk, "LD-STD", THURSDAY)

    assert calendar.closing(date(2026, 11, 27)).time() == time(17, 30)
    assert calendar.closing(date(2026, 11, 30)).time() == time(16)
    assert calendar.closing(date(2026, 12, 11)).time() == time(16)
    assert calendar.closing(date(2026, 12, 14)).time() == time(17, 30)


async def test_shorter_hours_propose_a_later_hour(desk: Connection, town: Town) -> None:
    """Five hours a day instead of eight from Wednesday on: twenty-four hours last longer."""
    await received(desk, town)

    made = await calendar_changes.apply(desk, hours(SHORT_DAY), by=town.clerk, at=MORNING)

    [move] = made.moves
    assert move.new_due_at > DUE + timedelta(days=2)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (day_off(MORNING.date()), BadChange),
        (day_off(date(2026, 11, 20)), BadChange),
        (day_off(THURSDAY, date(2026, 11, 25)), BadChange),
        (day_off(THURSDAY, date(2027, 3, 1)), BadChange),
        (day_off(date(2031, 1, 1)), BadChange),
        (day_off(name=" "), BadChange),
        (day_off(kind="holiday"), BadChange),
        (day_off(scope="LD-NOWHERE"), UnknownHours),
        (hours(()), BadChange),
        (hours((Hours(open=time(11), close=time(8)),)), BadCalendar),
        (
            hours((Hours(open=time(8), close=time(11)), Hours(open=time(10), close=time(16)))),
            BadCalendar,
        ),
        (hours((Hours(open=time(8), close=time(11), counts=False),)), BadChange),
        (hours(SHORT_DAY, ends_on=date(2026, 11, 25)), BadChange),
        (hours(SHORT_DAY * 2), BadChange),
    ],
    ids=[
        "today", "over", "upside down", "too many days", "too far", "no name", "no kind",
        "no such group", "a gap", "closes before it opens", "overlap", "counts for nothing",
        "ends as it begins", "four sessions",
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_in_words(
    desk: Connection, town: Town, change: NewDays | NewHours, refusal: type[Exception]
) -> None:
    """And nothing of it is kept."""
    with pytest.raises(refusal, match=r"\."):
        await calendar_changes.try_out(desk, change, by=town.clerk, at=MORNING)

    assert await desk.fetchval("SELECT count(*) FROM calendar_change") == 0


async def test_weekdays_that_share_a_session_change_together(desk: Connection, town: Town) -> None:
    """Monday to Friday keep one session: Monday alone would leave four days in the air."""
    change = NewHours(
        form_id=uuid4(),
        hours_group="LD-STD",
        weekdays=(1,),
        sessions=SHORT_DAY,
        starts_on=THURSDAY,
    )

    with pytest.raises(BadChange, match="thứ 2, thứ 3"):
        await calendar_changes.apply(desk, change, by=town.clerk, at=MORNING)


async def test_a_second_change_comes_after_the_first(desk: Connection, town: Town) -> None:
    await calendar_changes.apply(desk, hours(SHORT_DAY), by=town.clerk, at=MORNING)

    with pytest.raises(BadChange, match="25/11/2026"):
        await calendar_changes.apply(desk, hours(SHORT_DAY), by=town.clerk, at=MORNING)


async def test_a_table_loaded_later_proposes_too(desk: Connection, town: Town) -> None:
    """The Government's decision comes as a file: it moves no appointment either."""
    dossier = await received(desk, town)
    row = DayRow(
        day=THURSDAY, weekday="T5", kind="off", name_vi="Quốc tang", applies_to="all",
        status="official",
    )  # fmt: skip

    await calendars.add_days(desk, [row])

    [proposal] = await proposals.waiting(desk, None)
    assert proposal.ref == dossier.ref
    assert proposal.author is None
    assert (await slip_of(desk, dossier)).dossier.due_at == DUE


async def test_an_hour_an_officer_named_moves_only_off_a_day_off(
    desk: Connection, town: Town
) -> None:
    """Her word stands; on a day that is no longer worked it cannot be kept."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    named = datetime(2026, 12, 10, 10, 0, tzinfo=MORNING.tzinfo)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE, due_at=named, reason="LT02")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)

    before = await calendar_changes.apply(desk, day_off(), by=town.clerk, at=MORNING)
    on_it = await calendar_changes.apply(desk, day_off(named.date()), by=town.clerk, at=MORNING)

    assert before.moves == []
    [move] = on_it.moves
    assert move.new_due_at == datetime(2026, 12, 11, 17, 30, tzinfo=MORNING.tzinfo)
