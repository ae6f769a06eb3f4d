"""Mending: a further line beside the wrong one, by whoever may, and both hands on record."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection, Record
from msgspec.structs import replace

from tests import make
from tests.conftest import connect
from tests.make import MORNING, Actor, Town
from tracking import custody, journey, reception
from tracking.corrections import Undo, undo
from tracking.custody_errors import MovedOn, SecondPersonNeeded, TooLateToUndo
from tracking.custody_model import Item, Kind, LineAnswer, NewHandOver, Outcome
from tracking.errors import (
    HeldByAnother,
    ImpossibleTime,
    ScanReused,
    TrackingError,
    UnknownConsignment,
)
from tracking.model import Event, Party
from tracking.stages import Act, Keeper, Leg, Stage, Status

SOON = MORNING + timedelta(seconds=50)
LATE = MORNING + timedelta(minutes=5)


async def did(conn: Connection, s10: str, act: Act, by: Actor) -> Event:
    """One act, recorded in the minute it happened."""
    answer = await journey.record_one(conn, make.scan(s10, act, by), heard_at=MORNING)
    assert isinstance(answer, Event)
    return answer


async def collected(conn: Connection, town: Town) -> tuple[str, Event]:
    s10 = await make.s10(conn, await make.dossier(conn, town))
    return s10, await did(conn, s10, Act.COLLECT, town.by_courier)


def wish(s10: str, line: Event, by: Actor, **said: object) -> Undo:
    made = Undo(id=uuid4(), s10=s10, undoes=line.scan_id, by=by, at=SOON)
    return replace(made, **said)


async def now_of(conn: Connection, s10: str) -> Record:
    row = await conn.fetchrow(
        "SELECT stage, holder_kind, holder_id, offered_kind, offered_id FROM consignment"
        " WHERE s10 = $1",
        s10,
    )
    assert row is not None
    return row


async def acts(conn: Connection, s10: str) -> list[str]:
    rows = await conn.fetch(
        "SELECT act FROM event JOIN consignment c ON c.id = consignment_id WHERE s10 = $1"
        " ORDER BY event.id",
        s10,
    )
    return [row["act"] for row in rows]


async def test_within_a_minute_whoever_did_it_undoes_it_alone(desk: Connection, town: Town) -> None:
    """The paper is back where it was, offered to whom it was; the wrong line stays."""
    s10, line = await collected(desk, town)

    event = await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)

    assert (event.act, event.undoes, event.approver_id) == (Act.UNDO, line.scan_id, None)
    assert tuple(await now_of(desk, s10)) == (
        Stage.ACCEPTED, Keeper.OFFICE, town.office, Keeper.COURIER, town.courier,
    )  # fmt: skip
    assert await acts(desk, s10) == ["accept", "offer", "collect", "undo"]
    again = await did(desk, s10, Act.COLLECT, town.by_courier)
    assert again.stage is Stage.TO_AGENCY


async def test_a_repeat_is_the_first(desk: Connection, town: Town) -> None:
    """The phone sends again until it hears back; the same id for another line is refused."""
    s10, line = await collected(desk, town)
    said = wish(s10, line, town.by_courier)
    first = await undo(desk, said, heard_at=SOON)

    again = await undo(desk, said, heard_at=LATE)

    assert again.scan_id == first.scan_id
    with pytest.raises(ScanReused):
        await undo(desk, replace(said, undoes=uuid4()), heard_at=LATE)
    assert await acts(desk, s10) == ["accept", "offer", "collect", "undo"]


async def test_a_line_is_undone_once(desk: Connection, town: Town) -> None:
    s10, line = await collected(desk, town)
    await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)

    with pytest.raises(MovedOn):
        await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)


async def test_two_undo_at_once_and_one_line_is_written(town_url: str, town: Town) -> None:
    """Two phones, two ids, one line to undo: the row lock decides, nothing is undone twice."""
    one, two = await connect(town_url), await connect(town_url)
    try:
        s10, line = await collected(one, town)

        async def press(conn: Connection) -> Event | TrackingError:
            try:
                async with conn.transaction():
                    return await undo(conn, wish(s10, line, town.by_courier), heard_at=SOON)
            except TrackingError as refusal:
                return refusal

        answers = await asyncio.gather(press(one), press(two))

        assert sorted(type(answer).__name__ for answer in answers) == ["Event", "MovedOn"]
        assert (await acts(one, s10)).count("undo") == 1
    finally:
        await one.close()
        await two.close()


async def test_nobody_undoes_anothers_act(desk: Connection, town: Town) -> None:
    """Not a colleague within the minute, not the clerk who gave it, not another office."""
    s10, line = await collected(desk, town)
    far = await make.town(desk, office="66D06", suffix="-far")

    for by, refusal in (
        (town.by_other_courier, TooLateToUndo),
        (town.by_clerk, TooLateToUndo),
        (far.by_courier, UnknownConsignment),
        (far.by_officer, UnknownConsignment),
    ):
        with pytest.raises(refusal):
            await undo(desk, wish(s10, line, by), heard_at=SOON)
    assert (await now_of(desk, s10))["stage"] == Stage.TO_AGENCY


async def test_after_a_minute_it_takes_a_reason_and_a_second_person(
    desk: Connection, town: Town
) -> None:
    """The minute runs from when the server heard of the act, not from what a phone's clock says."""
    s10, line = await collected(desk, town)
    said = wish(s10, line, town.by_courier, at=LATE)

    with pytest.raises(TooLateToUndo):
        await undo(desk, said, heard_at=LATE)
    with pytest.raises(SecondPersonNeeded):
        await undo(desk, replace(said, approver=town.clerk), heard_at=LATE)
    alone = replace(said, approver=town.courier, reason="CR01")
    with pytest.raises(SecondPersonNeeded):
        await undo(desk, alone, heard_at=LATE)

    event = await undo(desk, replace(said, approver=town.clerk, reason="CR01"), heard_at=LATE)

    assert (event.person_id, event.approver_id) == (town.courier, town.clerk)
    assert event.facts == {"undid": "collect", "reason": "CR01"}


async def test_after_the_next_taker_signed_it_is_too_late(desk: Connection, town: Town) -> None:
    """Not even two people take back what somebody else has signed for since."""
    s10, line = await collected(desk, town)
    await did(desk, s10, Act.HAND_OVER, town.by_courier)
    await did(desk, s10, Act.SIGN, town.by_officer)

    with pytest.raises(MovedOn):
        await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)
    agreed = wish(s10, line, town.by_courier, approver=town.clerk, reason="CR01")
    with pytest.raises(MovedOn):
        await undo(desk, agreed, heard_at=SOON)
    assert (await now_of(desk, s10))["stage"] == Stage.WITH_AGENCY


async def test_cancelling_after_the_hand_over(desk: Connection, town: Town) -> None:
    """Before the agency signs the courier recalls; afterwards he no longer holds anything."""
    s10, _ = await collected(desk, town)
    await did(desk, s10, Act.HAND_OVER, town.by_courier)
    await did(desk, s10, Act.RECALL, town.by_courier)
    assert (await now_of(desk, s10))["stage"] == Stage.TO_AGENCY
    await did(desk, s10, Act.HAND_OVER, town.by_courier)
    await did(desk, s10, Act.SIGN, town.by_officer)

    late = make.scan(s10, Act.RECALL, town.by_courier)
    [answer] = await journey.record(desk, [late], heard_at=MORNING)

    assert isinstance(answer, TrackingError)
    assert (await now_of(desk, s10))["stage"] == Stage.WITH_AGENCY
    assert await refused(desk, late.id) == [type(answer).__name__]


async def refused(conn: Connection, scan_id: UUID) -> list[str]:
    rows = await conn.fetch("SELECT why FROM refused_act WHERE scan_id = $1 ORDER BY id", scan_id)
    return [row["why"] for row in rows]


async def test_of_two_hands_on_one_paper_both_are_on_record(desk: Connection, town: Town) -> None:
    """The one that won is a line of the slip, the one that lost a refused act."""
    s10, _ = await collected(desk, town)
    lost = make.scan(s10, Act.HAND_OVER, town.by_other_courier)

    [answer] = await journey.record(desk, [lost], heard_at=MORNING)

    assert isinstance(answer, HeldByAnother)
    assert await refused(desk, lost.id) == ["HeldByAnother"]
    assert await acts(desk, s10) == ["accept", "offer", "collect"]


@pytest.mark.parametrize(
    "at", [MORNING + timedelta(hours=3), datetime(1970, 1, 1, tzinfo=UTC)], ids=["ahead", "1970"]
)
async def test_a_wrong_clock_moves_nothing_and_is_on_record(
    desk: Connection, town: Town, at: datetime
) -> None:
    """Three hours ahead, or set back by a flat battery: refused in words, and the try is kept."""
    s10 = await make.s10(desk, await make.dossier(desk, town))
    wrong = make.scan(s10, Act.COLLECT, town.by_courier, at=at)

    [answer] = await journey.record(desk, [wrong], heard_at=MORNING)

    assert isinstance(answer, ImpossibleTime)
    assert "ngày giờ" in answer.vi
    assert await refused(desk, wrong.id) == ["ImpossibleTime"]
    assert (await now_of(desk, s10))["stage"] == Stage.ACCEPTED


async def test_acceptance_at_the_counter_is_not_undone(desk: Connection, town: Town) -> None:
    """The citizen has the receipt in her hand: her papers are given back, not unwritten."""
    s10 = await make.s10(desk, await make.dossier(desk, town, offered=False))
    line = await desk.fetchval("SELECT scan_id FROM event WHERE act = 'accept'")
    said = Undo(id=uuid4(), s10=s10, undoes=line, by=town.by_clerk, at=SOON)

    with pytest.raises(MovedOn):
        await undo(desk, said, heard_at=SOON)


async def test_a_result_released_by_mistake_is_cancelled(desk: Connection, town: Town) -> None:
    """Its number is spent; the paper never left the agency's desk, and can be released again."""
    dossier = await make.dossier(desk, town)
    s10 = await make.ready(desk, town, dossier)
    line = await desk.fetchval("SELECT scan_id FROM event WHERE act = 'release'")
    heard = await desk.fetchval("SELECT heard_at FROM event WHERE scan_id = $1", line)
    said = Undo(id=uuid4(), s10=s10, undoes=line, by=town.by_officer, at=heard)

    event = await undo(desk, said, heard_at=heard)

    assert event.stage is Stage.CANCELLED
    await make.rule(desk, town, dossier, Act.RELEASE)
    assert await make.s10(desk, dossier, Leg.RESULT) != s10


async def test_undoing_the_collection_of_a_result_gives_the_agency_its_status_back(
    desk: Connection, town: Town
) -> None:
    """The agency's part ended when the post took the result; it did not take it after all."""
    dossier = await make.dossier(desk, town)
    s10 = await make.ready(desk, town, dossier)
    line = await did(desk, s10, Act.COLLECT, town.by_courier)
    assert await status(desk, dossier.id) == Status.RETURNED

    await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)

    assert await status(desk, dossier.id) == Status.PROCESSED
    assert (await now_of(desk, s10))["holder_kind"] == Keeper.AGENCY


async def status(conn: Connection, dossier_id: int) -> int:
    found: int = await conn.fetchval("SELECT status FROM dossier WHERE id = $1", dossier_id)
    return found


async def listed(conn: Connection, town: Town) -> tuple[str, str]:
    """A courier's list of one paper: its number and the paper's."""
    s10 = await make.s10(conn, await make.dossier(conn, town, offered=False))
    new = NewHandOver(
        id=uuid4(), kind=Kind.COURIER, to=Party(Keeper.COURIER, town.courier),
        items=[Item(uuid4(), s10)], by=town.by_clerk, at=MORNING,
    )  # fmt: skip
    made = await custody.offer(conn, new, heard_at=MORNING)
    assert made.hand_over is not None
    return made.hand_over.number, s10


async def take(conn: Connection, town: Town, number: str, s10: str) -> Event:
    said = LineAnswer(id=uuid4(), s10=s10, outcome=Outcome.ACCEPTED, beeped=True)
    [answer] = await reception.answer(
        conn, number, [said], by=town.by_courier, at=MORNING, heard_at=MORNING
    )
    assert isinstance(answer, Event)
    return answer


async def test_a_line_undone_on_an_open_list_waits_again(desk: Connection, town: Town) -> None:
    """The list and the register say the same: the courier has it not, and must answer again."""
    number, s10 = await listed(desk, town)
    line = await take(desk, town, number, s10)

    await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)

    _, rows, _ = await custody.look(desk, number, town.by_courier)
    assert [row.outcome for row in rows] == [None]
    assert (await now_of(desk, s10))["holder_kind"] == Keeper.OFFICE


async def test_a_list_closed_by_mistake_is_open_again(desk: Connection, town: Town) -> None:
    """One key signs and closes: whoever takes his signature back opens the list with it."""
    number, s10 = await listed(desk, town)
    line = await take(desk, town, number, s10)
    await reception.close(desk, number, by=town.by_courier, at=MORNING)

    await undo(desk, wish(s10, line, town.by_courier), heard_at=SOON)

    found, [row], _ = await custody.look(desk, number, town.by_courier)
    assert (found.state, found.closed_by, row.outcome) == ("offered", None, None)
    assert (await now_of(desk, s10))["holder_kind"] == Keeper.OFFICE


async def test_what_the_agency_decided_rests_on_its_signature(desk: Connection, town: Town) -> None:
    """Received on papers it signed for: the signature cannot vanish under the decision."""
    dossier = await make.dossier(desk, town)
    s10 = await make.s10(desk, dossier)
    way = ((Act.COLLECT, town.by_courier), (Act.HAND_OVER, town.by_courier))
    *_, signed = await make.scans(
        desk, [make.scan(s10, act, by) for act, by in (*way, (Act.SIGN, town.by_officer))]
    )
    await make.rule(desk, town, dossier, Act.RECEIVE)

    with pytest.raises(MovedOn):
        await undo(desk, wish(s10, signed, town.by_officer), heard_at=SOON)
