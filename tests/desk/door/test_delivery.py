"""Handing over: what proves it, what goes back with it, and what a mistake takes back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.desk import field
from postal_service.desk.door import attempts, delivery, originals, proof
from postal_service.desk.door.attempts import GoesBack
from postal_service.desk.door.delivery import Answer, Report
from postal_service.desk.door.pictures import Drawn
from postal_service.desk.door.proof import Evidence
from postal_service.desk.door.proof_errors import (
    MustProveWho,
    NothingProven,
    OriginalsMissing,
    PictureNotHere,
    PictureNotOwed,
    SharedProof,
    UnknownOriginal,
)
from postal_service.web import door_forms
from tests import make
from tests.make import MORNING, Actor, Town
from tracking import custody
from tracking.corrections import Undo
from tracking.custody_errors import MovedOn
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.model import Event, Party
from tracking.stages import Act, Keeper, Leg, Stage

SEEN = Evidence(id_kind="cccd", id_last4="0001", no_code="no_phone")
SOON = MORNING + timedelta(seconds=40)


def courier(town: Town) -> Staff:
    return Staff(
        id=town.courier, username="courier", full_name="Nguyễn Văn Tuấn", given_name="Tuấn",
        role=Role.COURIER, office_id=town.office, office_name=None, agency_id=None,
        agency_name=None, phone=None, last_seen_at=MORNING,
    )  # fmt: skip


async def licence(desk: Connection, town: Town) -> Town:
    """A town whose people renew driving licences: the old one comes back."""
    found = await desk.fetchval(
        "SELECT id FROM procedure WHERE code = '3.000347' AND valid_to IS NULL"
    )
    return replace(town, procedure=found)


async def shop(desk: Connection, town: Town) -> Town:
    """A town whose people change what a shop is licensed for: not for the addressee alone."""
    found = await desk.fetchval(
        "SELECT id FROM procedure WHERE NOT to_addressee_only AND originals_to_withdraw = '{}'"
        " AND bcci_return AND valid_to IS NULL LIMIT 1"
    )
    return replace(town, procedure=found)


async def result(desk: Connection, town: Town, stage: Stage = Stage.OUT) -> str:
    return await make.result(desk, town, await make.dossier(desk, town), stage)


def given(s10: str, by: Actor, seen: Evidence, **facts: object) -> Report:
    return Report(scan=make.scan(s10, Act.DELIVER, by, **facts), evidence=seen)


async def say(desk: Connection, report: Report, *, heard_at: object = MORNING) -> Answer:
    [answer] = await delivery.record(desk, [report], heard_at=heard_at)
    return answer


async def the_originals(desk: Connection) -> list[tuple[object, ...]]:
    rows = await desk.fetch(
        "SELECT stage, holder_kind, holder_id FROM consignment WHERE leg = 'O' ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_something_must_prove_a_delivery(desk: Connection, town: Town) -> None:
    """A name and a relation can be invented in an office; a signature or a paper cannot."""
    s10 = await result(desk, await shop(desk, town))

    refused = await say(desk, given(s10, town.by_courier, Evidence(on_paper=True)))
    taken = await say(desk, given(s10, town.by_courier, Evidence(signature="ab" * 32)))

    assert isinstance(refused, NothingProven)
    assert isinstance(taken, Event)
    assert taken.facts == {"relation": "self", "signature": "ab" * 32}


async def test_the_counter_looks_at_a_paper_or_keeps_a_signed_one(
    desk: Connection, town: Town
) -> None:
    """No code is sent to who comes himself; two presses are one hand-over."""
    strict = await result(desk, town, Stage.AT_OFFICE)
    free = await result(desk, await shop(desk, town), Stage.AT_OFFICE)
    signed = Evidence(on_paper=True)

    unproven = await say(desk, given(strict, town.by_clerk, signed))
    seen = Evidence(id_kind="cccd", id_last4="0001")
    report = given(strict, town.by_clerk, seen)
    [first] = await delivery.record_clicks(desk, [report], heard_at=MORNING)
    later = replace(report, scan=replace(report.scan, at=SOON))
    [second] = await delivery.record_clicks(desk, [later], heard_at=SOON)
    other = await say(desk, given(free, town.by_clerk, signed))

    assert isinstance(unproven, MustProveWho)
    assert isinstance(first, Event)
    assert first == second
    assert isinstance(other, Event)


async def test_the_old_licence_comes_back_with_its_own_number(desk: Connection, town: Town) -> None:
    """Ticked, or the new one stays in the bag; then it travels to the agency like any paper."""
    s10 = await result(desk, await licence(desk, town))

    kept = await say(desk, given(s10, town.by_courier, SEEN))
    odd = await say(desk, given(s10, town.by_courier, replace(SEEN, taken=(1, 2))))
    report = given(s10, town.by_courier, replace(SEEN, taken=(1,)))
    first, again = [await say(desk, report) for _ in range(2)]

    assert isinstance(kept, OriginalsMissing)
    assert "Giấy phép lái xe cũ" in str(kept)
    assert isinstance(odd, UnknownOriginal)
    assert first == again
    assert await the_originals(desk) == [("to_agency", "courier", town.courier)]
    line = await desk.fetchrow(
        "SELECT c.s10, e.act, e.facts FROM event e JOIN consignment c ON c.id = e.consignment_id"
        " WHERE c.leg = 'O'"
    )
    assert (line["act"], line["facts"]) == ("accept", {"originals": [1]})
    await make.scans(desk, [
        make.scan(line["s10"], Act.HAND_OVER, town.by_courier),
        make.scan(line["s10"], Act.SIGN, town.by_officer),
    ])  # fmt: skip
    assert await the_originals(desk) == [("with_agency", "agency", town.agency)]


async def test_at_the_counter_the_office_holds_what_was_taken(desk: Connection, town: Town) -> None:
    """It waits there for a courier to the agency."""
    s10 = await result(desk, await licence(desk, town), Stage.AT_OFFICE)

    await say(desk, given(s10, town.by_clerk, replace(SEEN, taken=(1,))))

    assert await the_originals(desk) == [("accepted", "office", town.office)]


async def test_what_the_agency_has_already_is_not_asked_for_again(
    desk: Connection, town: Town
) -> None:
    """The original went there with the dossier."""
    driving = await licence(desk, town)
    whole = await make.dossier(desk, driving)
    await desk.execute(
        "INSERT INTO intake_document (dossier_id, ordinal, name_vi, originals, certified,"
        " photocopies) VALUES ($1, 1, 'Bản gốc Giấy phép lái xe đã được cấp', 1, 0, 0)",
        whole.id,
    )
    s10 = await make.result(desk, driving, whole, Stage.OUT)

    answer = await say(desk, given(s10, town.by_courier, SEEN))

    assert isinstance(answer, Event)
    assert await the_originals(desk) == []


def test_a_paper_is_the_same_however_a_list_calls_it() -> None:
    """Lists say "(bản gốc)", "cũ", "đã cấp"; other papers stay other papers."""
    asked = ["Giấy chứng nhận đã cấp (bản gốc)", "Thẻ cũ (nếu cấp đổi)"]

    carried = originals.owed(asked, ["Bản gốc Giấy chứng nhận đã cấp"], taken=False)
    nothing = originals.owed(asked, ["Giấy chứng nhận sức khỏe"], taken=False)

    assert [(paper.ordinal, paper.conditional) for paper in carried] == [(2, True)]
    assert [paper.ordinal for paper in nothing] == [1, 2]
    assert originals.owed(asked, [], taken=True) == ()
    assert proof.withheld(carried, Evidence(absent=(2,))) is None
    assert isinstance(proof.withheld(nothing, Evidence(absent=(1, 2))), OriginalsMissing)


def undoing(report: Report) -> Undo:
    scan = report.scan
    return Undo(id=uuid4(), s10=scan.s10, undoes=scan.id, by=scan.by, at=SOON)


async def on_a_round(desk: Connection, town: Town, s10: str) -> int:
    """The paper's door is a stop of a round under way."""
    item = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", s10)
    round_id = await desk.fetchval(
        "INSERT INTO round (office_id, courier_id, day, name, leaves_at, back_at, km, planned_at)"
        " VALUES ($1, $2, $3, 'sáng', $4, $4, 0, $4) RETURNING id",
        town.office, town.courier, MORNING.date(), MORNING,
    )  # fmt: skip
    await desk.execute(
        "INSERT INTO stop (round_id, reference, ordinal, kind, service_minutes)"
        " VALUES ($1, $2, 1, 'deliver', 5)",
        round_id, delivery.stop_of(item),
    )  # fmt: skip
    return round_id


async def test_an_undone_delivery_leaves_nothing_behind(desk: Connection, town: Town) -> None:
    """The result is in the bag, the licence in the citizen's hand, the door ahead; and again."""
    s10 = await result(desk, await licence(desk, town))
    round_id = await on_a_round(desk, town, s10)
    report = given(s10, town.by_courier, replace(SEEN, taken=(1,)))
    await say(desk, report)
    done = await desk.fetchval("SELECT outcome FROM stop WHERE round_id = $1", round_id)
    wish = undoing(report)

    for _ in range(2):
        await field.undo_delivery(desk, wish, now=SOON)

    held = "SELECT stage, holder_id FROM consignment WHERE s10 = $1"
    assert done == "done"
    assert tuple(await desk.fetchrow(held, s10)) == ("out", town.courier)
    assert await the_originals(desk) == [("given_back", "citizen", None)]
    assert await desk.fetchval("SELECT outcome FROM stop WHERE round_id = $1", round_id) is None
    once_more = await say(desk, given(s10, town.by_courier, replace(SEEN, taken=(1,))))
    assert isinstance(once_more, Event)
    assert (await the_originals(desk))[1:] == [("to_agency", "courier", town.courier)]


async def test_what_the_agency_has_signed_for_is_not_undone(desk: Connection, town: Town) -> None:
    """The originals have moved on: the delivery stands, whole."""
    s10 = await result(desk, await licence(desk, town))
    report = given(s10, town.by_courier, replace(SEEN, taken=(1,)))
    await say(desk, report)
    taken = await desk.fetchval("SELECT s10 FROM consignment WHERE leg = 'O'")
    await make.scans(desk, [make.scan(taken, Act.HAND_OVER, town.by_courier)])

    with pytest.raises(MovedOn):
        async with desk.transaction():
            await field.undo_delivery(desk, undoing(report), now=SOON)

    stage = await desk.fetchval("SELECT stage FROM consignment WHERE s10 = $1", s10)
    assert stage == "delivered"
    assert await the_originals(desk) == [("offered", "courier", town.courier)]


async def test_an_undone_miss_is_no_attempt(desk: Connection, town: Town) -> None:
    """The stop lies ahead again, and the code of the first attempt still counts."""
    s10 = await result(desk, town)
    round_id = await on_a_round(desk, town, s10)
    scan = make.scan(s10, Act.MISS, town.by_courier, reason="DF04", next="redeliver")
    report = Report(scan=scan)
    await say(desk, report)

    await field.undo_delivery(desk, undoing(report), now=SOON)

    assert await desk.fetchval("SELECT attempts FROM consignment WHERE s10 = $1", s10) == 0
    assert await desk.fetchval("SELECT outcome FROM stop WHERE round_id = $1", round_id) is None


async def test_who_refused_gets_it_no_more_on_this_ride(desk: Connection, town: Town) -> None:
    """It goes back to the agency at once (Postal Law 49/2010, art. 17.1 đ)."""
    s10 = await result(desk, town)
    scan = make.scan(s10, Act.MISS, town.by_courier, reason="DF07")
    missed = await say(desk, Report(scan=scan))

    answer = await say(desk, given(s10, town.by_courier, SEEN))

    assert isinstance(missed, Event)
    assert missed.facts == {"reason": "DF07", "next": "return_to_agency"}
    assert isinstance(answer, GoesBack)


async def test_what_is_not_taken_is_an_incident_of_its_list(desk: Connection, town: Town) -> None:
    """A wet envelope and one that is not there: each is on record, and its giver answers for it."""
    numbers = [
        await make.s10(desk, await make.dossier(desk, town, offered=False)) for _ in range(3)
    ]
    new = NewHandOver(
        id=uuid4(), kind=Kind.COURIER, to=Party(Keeper.COURIER, town.courier), by=town.by_clerk,
        at=MORNING, items=[Item(uuid4(), s10) for s10 in numbers],
    )  # fmt: skip
    laid = await custody.offer(desk, new, heard_at=MORNING)
    assert laid.hand_over is not None
    wet = make.scan(numbers[0], Act.DECLINE, town.by_courier, reason="CD07")
    gone = make.scan(numbers[1], Act.REPORT_MISSING, town.by_courier, reason="CD03")
    taken = make.scan(numbers[2], Act.COLLECT, town.by_courier)

    reports = [Report(scan=scan) for scan in (wet, gone, taken)]
    for _ in range(2):
        await delivery.record(desk, reports, heard_at=MORNING)

    rows = await desk.fetch("SELECT reason, hand_over_id FROM incident ORDER BY reason")
    assert [tuple(row) for row in rows] == [
        ("CD03", laid.hand_over.id),
        ("CD07", laid.hand_over.id),
    ]
    lines = await desk.fetch("SELECT outcome FROM hand_over_line ORDER BY ordinal")
    assert [row["outcome"] for row in lines] == ["declined", "missing", "accepted"]
    state = "SELECT state FROM hand_over"
    await field.sign_lists(desk, courier(town), SOON)
    assert await desk.fetchval(state) == "offered"
    await field.sign_lists(desk, courier(town), MORNING + timedelta(seconds=61))
    assert await desk.fetchval(state) == "closed"


async def test_nothing_is_delivered_in_bulk(desk: Connection, town: Town) -> None:
    """One signature under two results is a signature under neither."""
    free = await shop(desk, town)
    numbers = [await result(desk, free) for _ in range(3)]
    marks = ["ab" * 32, "ab" * 32, "cd" * 32]
    bag = [
        given(s10, town.by_courier, Evidence(signature=mark))
        for s10, mark in zip(numbers, marks, strict=True)
    ]

    answers = await delivery.record(desk, bag, heard_at=MORNING)

    assert [type(answer) for answer in answers] == [SharedProof, SharedProof, Event]


def drawn(mark: bytes = b"1") -> Drawn:
    return Drawn(
        kind="photo", sent=mark * 32, sha256=mark * 32, media="image/jpeg", content=b"\xff" + mark
    )


async def test_pictures_travel_apart_from_their_scan(desk: Connection, town: Town) -> None:
    """Before it or after it, again and again; never to another's scan, nor unnamed."""
    s10, other = await result(desk, town), await result(desk, town)
    seen = replace(SEEN, photos=(drawn(b"1").sent.hex(), drawn(b"2").sent.hex()))
    report = given(s10, town.by_courier, seen)
    await proof.attach(desk, report.scan.id, drawn(b"1"), person=town.courier, at=MORNING)
    with pytest.raises(PictureNotHere):
        await proof.check_arrived(desk, report.scan.id, seen)
    await say(desk, report)
    for _ in range(2):
        await proof.attach(desk, report.scan.id, drawn(b"2"), person=town.courier, at=MORNING)
    await proof.check_arrived(desk, report.scan.id, seen)
    missed = make.scan(other, Act.MISS, town.by_courier, reason="DF04", next="redeliver")
    await say(desk, Report(scan=missed))

    for scan_id, person in (
        (report.scan.id, town.courier),
        (missed.id, town.courier),
        (report.scan.id, town.other_courier),
    ):
        with pytest.raises(PictureNotOwed):
            await proof.attach(desk, scan_id, drawn(b"3"), person=person, at=MORNING)

    assert await desk.fetchval("SELECT count(*) FROM proof_attachment") == 2
    found = await proof.picture_of(desk, report.scan.id, b"1" * 32, town.office)
    assert found is not None
    elsewhere = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    assert await proof.picture_of(desk, report.scan.id, b"1" * 32, elsewhere) is None


async def test_a_scan_that_never_comes_gathers_no_album(desk: Connection, town: Town) -> None:
    """Six pictures at most, and all of one person."""
    scan_id = uuid4()
    for mark in range(6):
        picture = drawn(bytes([65 + mark]))
        await proof.attach(desk, scan_id, picture, person=town.courier, at=MORNING)

    for person in (town.courier, town.other_courier):
        with pytest.raises(PictureNotOwed):
            await proof.attach(desk, scan_id, drawn(b"z"), person=person, at=MORNING)


async def test_every_failure_has_a_way_on(desk: Connection) -> None:
    """A reason a courier may choose and cannot finish is a dead end in the rain."""
    reasons = await attempts.choices(desk)

    assert all(attempts.ways(reason) for reason in reasons)
    assert {"DF06", "DF17", "DF19"}.isdisjoint(reason.code for reason in reasons)
    assert set(door_forms.NEXT_ACTION) == set(attempts.NEXT)


async def test_no_paper_of_leg_f_is_delivered(desk: Connection, town: Town) -> None:
    """What lies at the counter for the agency is nobody's to be handed out."""
    s10 = await make.s10(desk, await make.dossier(desk, town, offered=False), Leg.FORWARD)

    answer = await say(desk, given(s10, town.by_clerk, SEEN))

    assert not isinstance(answer, Event)
    assert await desk.fetchval("SELECT count(*) FROM delivery_proof") == 0
