"""Many envelopes, one signature: every line is accounted for, and nothing is taken in silence."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.agency import agency_case, agency_desk, agency_lists, rulings
from postal_service.desk.agency.agency_lists import LOOSE, Said, Sheet
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.errors import UnknownReason
from tests import laid, make
from tests.make import MORNING, Town
from tracking import slip
from tracking.custody_errors import BadHandOver, TooLateToUndo, UnknownHandOver
from tracking.custody_model import Item, LineAnswer, Outcome, State
from tracking.errors import BadRuling, IllegalMove, TrackingError
from tracking.model import Consignment, Dossier
from tracking.stages import Act, Leg, Stage, Status

NOON = MORNING + timedelta(hours=4)
#: As the page asks: what she did a minute ago she no longer undoes alone.
MINUTE = timedelta(seconds=60)


def taken(s10: str, outcome: Outcome = Outcome.ACCEPTED, reason: str | None = None) -> LineAnswer:
    return LineAnswer(id=uuid4(), s10=s10, outcome=outcome, reason=reason)


async def answer(
    desk: Connection, town: Town, number: str, *said: LineAnswer, extras: tuple[str, ...] = ()
) -> dict[str, TrackingError]:
    items = [Item(uuid4(), s10) for s10 in extras]
    return await agency_lists.answer(
        desk, number, Said(answers=[*said], extras=items), by=town.by_officer, now=NOON
    )


async def look(desk: Connection, town: Town, number: str) -> Sheet:
    return await agency_lists.look(desk, number, by=town.by_officer, since=NOON - MINUTE)


async def item_of(desk: Connection, dossier: Dossier, leg: Leg = Leg.FORWARD) -> Consignment:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    item = found.leg(leg)
    assert item is not None
    return item


async def acts_of(desk: Connection, town: Town, dossier: Dossier) -> list[Act]:
    return (await agency_case.look(desk, dossier.ref, town.by_officer, now=NOON)).acts


async def test_one_press_answers_every_line_and_closes(desk: Connection, town: Town) -> None:
    """Taken, missing, declined and damaged each go their way; the list balances and is closed."""
    number, (first, gone, wrong, wet), dossiers = await laid.lists(desk, town, 4)

    refused = await answer(
        desk, town, number,
        taken(first),
        taken(gone, Outcome.MISSING),
        taken(wrong, Outcome.DECLINED, "CD08"),
        taken(wet, Outcome.DAMAGED, "CD07"),
    )  # fmt: skip

    sheet = await look(desk, town, number)
    assert (refused, sheet.state, sheet.waiting) == ({}, State.CLOSED, [])
    assert [line.outcome for line in sheet.lines] == [
        Outcome.ACCEPTED, Outcome.MISSING, Outcome.DECLINED, Outcome.DAMAGED,
    ]  # fmt: skip
    assert [(await item_of(desk, dossier)).stage for dossier in dossiers] == [
        Stage.WITH_AGENCY, Stage.MISSING, Stage.TO_AGENCY, Stage.WITH_AGENCY,
    ]  # fmt: skip
    seen = await desk.fetch("SELECT reason FROM incident ORDER BY reason")
    assert [row["reason"] for row in seen] == ["CD03", "CD07", "CD08"]


async def test_what_was_not_marked_waits(desk: Connection, town: Town) -> None:
    """Part of a list is signed for; it stays open until the last line has its word."""
    number, numbers, _ = await laid.lists(desk, town, 3)

    await answer(desk, town, number, taken(numbers[0]))
    half = await look(desk, town, number)
    await answer(desk, town, number, *map(taken, numbers[1:]))
    whole = await look(desk, town, number)

    assert [line.s10 for line in half.waiting] == numbers[1:]
    assert (half.state, whole.state) == (State.OFFERED, State.CLOSED)


async def test_a_press_sent_again_changes_nothing(desk: Connection, town: Town) -> None:
    """Minutes later, from a page that never heard: no line twice, and no refusal on record."""
    number, numbers, dossiers = await laid.lists(desk, town, 2)
    said = Said(answers=[*map(taken, numbers)], extras=[Item(uuid4(), "RB990000010VN")])

    for minutes in (0, 1, 2):
        now = NOON + timedelta(minutes=minutes)
        refused = await agency_lists.answer(desk, number, said, by=town.by_officer, now=now)
        assert refused == {}

    found = await slip.by_ref(desk, dossiers[0].ref)
    assert found is not None
    assert sum(line.act is Act.SIGN for line in found.lines) == 1
    assert await desk.fetchval("SELECT count(*) FROM refused_act") == 0
    assert (await look(desk, town, number)).extras == ["RB990000010VN"]


async def test_a_colleague_was_first(desk: Connection, town: Town) -> None:
    """Each line says so for itself; what she marked besides is signed for."""
    number, (first, second), _ = await laid.lists(desk, town, 2)
    await answer(desk, town, number, taken(first))

    refused = await answer(desk, town, number, taken(first), taken(second))

    assert {s10: type(why) for s10, why in refused.items()} == {first: IllegalMove}
    assert (await look(desk, town, number)).state is State.CLOSED


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.DECLINED, "RF01"),
        (Outcome.DECLINED, "CD03"),
        (Outcome.DAMAGED, "CD08"),
        (Outcome.DAMAGED, "XX99"),
    ],
)
async def test_a_reason_of_another_list(
    desk: Connection, town: Town, outcome: Outcome, reason: str
) -> None:
    """Nothing is written of a press that says what nobody can say."""
    number, numbers, _ = await laid.lists(desk, town, 2)

    with pytest.raises(UnknownReason):
        await answer(desk, town, number, taken(numbers[0]), taken(numbers[1], outcome, reason))

    assert len((await look(desk, town, number)).waiting) == 2


async def test_a_word_that_lacks_its_reason(desk: Connection, town: Town) -> None:
    """Nor may an agency say that the courier took something back."""
    number, (first, _), _ = await laid.lists(desk, town, 2)

    for outcome in (Outcome.DECLINED, Outcome.DAMAGED, Outcome.RECALLED):
        with pytest.raises(BadHandOver):
            await answer(desk, town, number, taken(first, outcome))
    for where in (number, LOOSE):
        with pytest.raises(BadRuling):
            await answer(desk, town, where)


async def test_what_lies_there_without_a_list(desk: Connection, town: Town) -> None:
    """Each way to answer works for a single envelope too, incident and all; damage needs taking."""
    (one, first), (_, gone), (_, wet) = [await laid.loose(desk, town) for _ in range(3)]

    refused = await answer(
        desk, town, LOOSE,
        taken(first),
        taken(gone, Outcome.MISSING),
        taken(wet, Outcome.DAMAGED, "CD07"),
    )  # fmt: skip

    assert (refused, (await look(desk, town, LOOSE)).lines) == ({}, [])
    assert (await item_of(desk, one)).stage is Stage.WITH_AGENCY
    seen = await desk.fetch("SELECT reason, office_id FROM incident ORDER BY reason")
    assert [tuple(row) for row in seen] == [("CD03", town.office), ("CD07", town.office)]


async def test_one_list_knows_what_lies_on_another(desk: Connection, town: Town) -> None:
    """Two piles get mixed on one desk: the envelope is not an extra, it belongs next door."""
    number, (first,), _ = await laid.lists(desk, town, 1)
    other, (second,), _ = await laid.lists(desk, town, 1)
    _, single = await laid.loose(desk, town)

    sheet = await look(desk, town, number)

    assert sheet.elsewhere == {second: other, single: LOOSE}
    assert sheet.next == min(other, LOOSE)
    assert await agency_lists.where(desk, first, town.by_officer) == number


async def test_another_agency_s_list_is_not_there(desk: Connection, town: Town) -> None:
    """Neither to look at nor to sign."""
    stranger = await make.town(desk, agency="H36.02", suffix="-far")
    number, (first,), _ = await laid.lists(desk, stranger, 1)

    with pytest.raises(UnknownHandOver):
        await look(desk, town, number)
    with pytest.raises(UnknownHandOver):
        await answer(desk, town, number, taken(first))
    assert (await look(desk, town, LOOSE)).elsewhere == {}


async def undo(
    desk: Connection, town: Town, s10: str, said: LineAnswer, *, later: timedelta = MINUTE / 2
) -> None:
    form = uuid4()
    for _ in range(2):  # the second click is the first one
        await agency_desk.undo(desk, s10, said.id, form, by=town.by_officer, now=NOON + later)


async def test_a_signature_is_taken_back_within_a_minute(desk: Connection, town: Town) -> None:
    """The line waits again; the damage noted behind the signature goes with it."""
    number, (first, second), (dossier, _) = await laid.lists(desk, town, 2)
    said = taken(first, Outcome.DAMAGED, "CD07")
    await answer(desk, town, number, said)
    before = await look(desk, town, number)

    await undo(desk, town, first, said)

    assert before.undoable[first].scan_id == said.id
    assert (await item_of(desk, dossier)).stage is Stage.OFFERED
    assert [line.s10 for line in (await look(desk, town, number)).waiting] == [first, second]


async def test_when_a_signature_stands(desk: Connection, town: Town) -> None:
    """After a minute, and once the agency has received. A closed list is open again before that."""
    number, (first,), (counted,) = await laid.lists(desk, town, 1)
    closed, (_, second), (dossier, third) = (
        taken(first),
        await laid.loose(desk, town),
        await laid.loose(desk, town),
    )
    late, received = taken(second), taken(third)
    await answer(desk, town, number, closed)
    await answer(desk, town, LOOSE, late, received)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code="H36.31-261123-0042")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=NOON)

    case = await agency_case.look(desk, counted.ref, town.by_officer, now=NOON)
    assert [each.s10 for each in case.undoable] == [first]
    case = await agency_case.look(desk, counted.ref, town.by_officer, now=NOON + MINUTE * 2)
    assert [line.s10 for line in case.settled] == [first]
    case = await agency_case.look(desk, dossier.ref, town.by_officer, now=NOON + MINUTE * 2)
    assert (case.undoable, case.settled) == ([], [])  # received, on no list
    await undo(desk, town, first, closed)
    assert (await look(desk, town, number)).waiting[0].s10 == first
    with pytest.raises(TooLateToUndo):
        await undo(desk, town, second, late, later=MINUTE * 2)
    with pytest.raises(IllegalMove):
        await undo(desk, town, third, received)


async def test_a_result_nobody_took_is_signed_for_and_waits(desk: Connection, town: Town) -> None:
    """It comes back like any envelope; then the citizen fetches it here, or it is sent anew."""
    (one, first), (two, second) = [await laid.returned(desk, town) for _ in range(2)]
    listed = await look(desk, town, LOOSE)

    await answer(desk, town, LOOSE, taken(first), taken(second))
    offered = await acts_of(desk, town, one)
    for dossier, act in ((one, Act.RETURN_HERE), (two, Act.RELEASE)):
        wish = Wish(id=uuid4(), act=act)
        await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=NOON)

    work = await agency_desk.work_list(desk, town.agency, now=NOON)
    assert [line.leg for line in listed.lines] == [Leg.RESULT, Leg.RESULT]
    assert offered == [Act.RETURN_HERE, Act.RELEASE]
    assert [(case.ref, case.result_stage) for case in work.outgoing] == [(two.ref, Stage.READY)]
    assert [case.ref for case in work.ended] == [one.ref]
    ready = await agency_lists.ready(desk, town.agency)
    assert [line.s10 for line in ready] == [(await item_of(desk, two, Leg.RESULT)).s10]


async def test_originals_from_the_door_are_signed_for(desk: Connection, town: Town) -> None:
    """They are their own envelope, and stand on their dossier's page."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    number = await laid.originals(desk, town, dossier)
    before = await agency_case.look(desk, dossier.ref, town.by_officer, now=NOON)

    await answer(desk, town, LOOSE, taken(number))

    assert [item.s10 for item in before.offered] == [number]
    assert before.acts == [Act.RECEIVE, Act.ASK_MORE, Act.REFUSE, Act.TRANSFER]
    assert (await item_of(desk, dossier, Leg.ORIGINALS)).stage is Stage.WITH_AGENCY


async def test_papers_of_another_agency_go_back(desk: Connection, town: Town) -> None:
    """Signed for but not received: they lie ready for the post, and the reason is a listed one."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    number, form = await make.s10(desk, dossier), uuid4()

    with pytest.raises(UnknownReason):
        await agency_desk.send_on(desk, number, uuid4(), "CR01", by=town.by_officer, now=NOON)
    for minutes in (0, 1):
        now = NOON + timedelta(minutes=minutes)
        await agency_desk.send_on(desk, number, form, "CR04", by=town.by_officer, now=now)

    work = await agency_desk.work_list(desk, town.agency, now=NOON)
    assert (await item_of(desk, dossier)).stage is Stage.READY
    assert [case.ref for case in work.outgoing] == [dossier.ref]
    assert work.to_receive == []
    assert await acts_of(desk, town, dossier) == []


async def test_what_was_received_is_decided_here(desk: Connection, town: Town) -> None:
    """After reception the agency refuses or asks; it no longer passes the papers on."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)

    with pytest.raises(IllegalMove):
        await agency_desk.send_on(
            desk, await make.s10(desk, dossier), uuid4(), "CR04", by=town.by_officer, now=NOON
        )
    case = await agency_case.look(desk, dossier.ref, town.by_officer, now=NOON)
    assert case.elsewhere == []


async def test_a_withdrawal_is_answered_wherever_the_papers_are(
    desk: Connection, town: Town
) -> None:
    """Still at the counter, or on the desk: stopped papers of the desk lie ready for the post."""
    away, here = await make.dossier(desk, town), await make.dossier(desk, town)
    await make.signed(desk, town, here)
    for dossier in (away, here):
        await laid.wished(desk, town, dossier)
    asked = (await agency_desk.work_list(desk, town.agency, now=NOON)).asked

    for dossier in (away, here):
        assert await acts_of(desk, town, dossier) == [Act.STOP, Act.KEEP]
        wish = Wish(id=uuid4(), act=Act.STOP, reason="WD02", settlement="Không có.")
        await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=NOON)

    work = await agency_desk.work_list(desk, town.agency, now=NOON)
    assert [(one.ref, one.with_agency) for one in asked] == [(away.ref, False), (here.ref, True)]
    assert {one.reason for one in asked} == {"Công dân không còn nhu cầu"}
    assert work.asked == []
    assert [(case.ref, case.back_stage) for case in work.outgoing] == [(here.ref, Stage.READY)]
    assert [case.ref for case in work.ended] == [away.ref]


async def test_a_withdrawal_that_is_declined(desk: Connection, town: Town) -> None:
    """It takes a reason of the agency's list, and the dossier is what it was before."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    await laid.wished(desk, town, dossier)

    for reason, refusal in (("", BadRuling), ("WD01", UnknownReason)):
        wish = Wish(id=uuid4(), act=Act.KEEP, reason=reason)
        with pytest.raises(refusal):
            await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=NOON)
    wish = Wish(id=uuid4(), act=Act.KEEP, reason="RF02", note="Đã ký quyết định")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=NOON)

    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    assert found.dossier.status is Status.RECEIVED
    assert found.lines[-1].facts == {"reason": "RF02"}
