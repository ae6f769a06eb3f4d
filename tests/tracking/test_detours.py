"""Off the usual way, each path from end to end: misdirected, lost, found, damaged, withdrawn."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection, Record
from msgspec.structs import replace

from tests import make
from tests.make import MORNING, Actor, Town
from tracking import custody, detours, incidents, journey, reception, rulings
from tracking.custody_errors import SecondPersonNeeded
from tracking.custody_model import Item, Kind, LineAnswer, NewHandOver, Outcome
from tracking.errors import (
    BadRuling,
    HeldByAnother,
    IllegalMove,
    UnknownConsignment,
    UnknownDossier,
)
from tracking.model import Dossier, Event, Party, Scan
from tracking.stages import Act, Keeper, Leg, Stage, Status

LATER = MORNING + timedelta(days=30)


async def did(conn: Connection, s10: str, act: Act, by: Actor, **facts: object) -> Event:
    [event] = await make.scans(conn, [make.scan(s10, act, by, **facts)])
    return event


async def shelved(conn: Connection, town: Town) -> tuple[Dossier, str]:
    """A dossier on the office's shelf, offered to nobody."""
    dossier = await make.dossier(conn, town, offered=False)
    return dossier, await make.s10(conn, dossier)


async def now_of(conn: Connection, s10: str) -> Record:
    row = await conn.fetchrow(
        "SELECT stage, holder_kind, holder_id, agency_id, was FROM consignment WHERE s10 = $1", s10
    )
    assert row is not None
    return row


async def status(conn: Connection, dossier: Dossier) -> Status:
    return Status(await conn.fetchval("SELECT status FROM dossier WHERE id = $1", dossier.id))


def two(s10: str, act: Act, town: Town, *, approver: int | None, reason: str = "CD03") -> Scan:
    """An act of the office with a second person beside it."""
    return replace(make.scan(s10, act, town.by_clerk, reason=reason), approver=approver)


async def boss_of(conn: Connection, town: Town) -> int:
    return await make.person(conn, "boss", "supervisor", town.office, town.agency)


# --- the wrong agency -------------------------------------------------------------------------


async def another_agency(conn: Connection, town: Town) -> tuple[int, str, Actor]:
    """An agency beside the town's own, its hours, and an officer of it."""
    row = await conn.fetchrow(
        "SELECT id, hours_group FROM agency WHERE id <> $1 AND valid_to IS NULL"
        " ORDER BY id LIMIT 1",
        town.agency,
    )
    assert row is not None
    officer = await make.person(conn, "right-officer", "agency_officer", town.office, row["id"])
    by = Actor(person=officer, keeper=Keeper.AGENCY, agency=row["id"])
    return row["id"], row["hours_group"], by


async def test_a_dossier_for_another_agency_goes_all_the_way(desk: Connection, town: Town) -> None:
    """Given back with a reason, fetched by the courier, sent on by two people, signed elsewhere."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    s10 = await make.s10(desk, dossier)
    right, hours, by_right = await another_agency(desk, town)
    boss = await boss_of(desk, town)

    back = make.scan(s10, Act.SEND_ON, town.by_officer, reason="CD08")
    await detours.send_on(desk, back, heard_at=LATER)
    assert (await now_of(desk, s10))["stage"] == Stage.READY
    await did(desk, s10, Act.COLLECT, town.by_courier)
    await did(desk, s10, Act.BRING_IN, town.by_courier)
    await did(desk, s10, Act.TAKE_IN, town.by_clerk)
    agreed = two(s10, Act.REDIRECT, town, approver=boss, reason="CR04")
    event = await detours.redirect(desk, agreed, right, hours, heard_at=LATER)

    assert event.facts == {"reason": "CR04", "from": town.agency, "to": right}
    assert tuple(await now_of(desk, s10))[:4] == (
        Stage.ACCEPTED, Keeper.OFFICE, town.office, right,
    )  # fmt: skip
    await make.scans(desk, [make.offer(s10, town)])
    await did(desk, s10, Act.COLLECT, town.by_courier)
    await did(desk, s10, Act.HAND_OVER, town.by_courier)
    wrong = make.scan(s10, Act.SIGN, town.by_officer)
    with pytest.raises(UnknownConsignment):
        await journey.record_one(desk, wrong, heard_at=LATER)
    await did(desk, s10, Act.SIGN, by_right)
    assert (await now_of(desk, s10))["holder_id"] == right


async def test_an_agency_that_received_decides_and_sends_nothing_on(
    desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    s10 = await make.s10(desk, dossier)
    with pytest.raises(BadRuling):
        await detours.send_on(desk, make.scan(s10, Act.SEND_ON, town.by_officer), heard_at=LATER)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    back = make.scan(s10, Act.SEND_ON, town.by_officer, reason="CD08")

    with pytest.raises(IllegalMove):
        await detours.send_on(desk, back, heard_at=LATER)


async def test_redirection_takes_two_people_a_reason_and_another_agency(
    desk: Connection, town: Town
) -> None:
    _, s10 = await shelved(desk, town)
    right, hours, _ = await another_agency(desk, town)
    boss = await boss_of(desk, town)

    for approver, reason in ((None, "CR04"), (town.clerk, "CR04"), (boss, "")):
        said = two(s10, Act.REDIRECT, town, approver=approver, reason=reason)
        with pytest.raises(SecondPersonNeeded):
            await detours.redirect(desk, said, right, hours, heard_at=LATER)
    said = two(s10, Act.REDIRECT, town, approver=boss, reason="CR04")
    with pytest.raises(BadRuling):
        await detours.redirect(desk, said, town.agency, hours, heard_at=LATER)

    first = await detours.redirect(desk, said, right, hours, heard_at=LATER)
    again = await detours.redirect(desk, said, right, hours, heard_at=LATER)

    assert first.scan_id == again.scan_id
    assert (await now_of(desk, s10))["agency_id"] == right


# --- lost and found ---------------------------------------------------------------------------


async def missing(conn: Connection, town: Town) -> tuple[Dossier, str]:
    """A paper that the courier did not find on the list the office gave him."""
    dossier = await make.dossier(conn, town)
    s10 = await make.s10(conn, dossier)
    await did(conn, s10, Act.REPORT_MISSING, town.by_courier, reason="CD03")
    return dossier, s10


async def test_a_missing_paper_is_still_its_givers_until_it_is_found(
    desk: Connection, town: Town
) -> None:
    """The courier never had it; the office that gave it answers, looks, and finds it."""
    _, s10 = await missing(desk, town)
    held = await now_of(desk, s10)
    assert tuple(held) == (
        Stage.MISSING, Keeper.OFFICE, town.office, town.agency, Stage.ACCEPTED,
    )  # fmt: skip
    sought = make.scan(s10, Act.FIND, town.by_courier)
    with pytest.raises(HeldByAnother):
        await detours.find(desk, sought, heard_at=LATER)

    event = await detours.find(desk, make.scan(s10, Act.FIND, town.by_clerk), heard_at=LATER)

    assert event.stage is Stage.ACCEPTED
    await make.scans(desk, [make.offer(s10, town)])
    assert (await did(desk, s10, Act.COLLECT, town.by_courier)).stage is Stage.TO_AGENCY


async def test_two_people_declare_a_paper_lost_and_it_may_still_be_found(
    desk: Connection, town: Town
) -> None:
    _, s10 = await missing(desk, town)
    boss = await boss_of(desk, town)
    for approver, reason in ((None, "CD03"), (town.clerk, "CD03"), (boss, "")):
        said = two(s10, Act.DECLARE_LOST, town, approver=approver, reason=reason)
        with pytest.raises(SecondPersonNeeded):
            await detours.declare_lost(desk, said, heard_at=LATER)

    lost = two(s10, Act.DECLARE_LOST, town, approver=boss)
    event = await detours.declare_lost(desk, lost, heard_at=LATER)
    assert (event.stage, event.approver_id) == (Stage.LOST, boss)
    found = await detours.find(desk, make.scan(s10, Act.FIND, town.by_clerk), heard_at=LATER)

    assert found.stage is Stage.ACCEPTED
    assert (await now_of(desk, s10))["holder_id"] == town.office


async def test_what_is_in_hand_cannot_be_declared_lost(desk: Connection, town: Town) -> None:
    """First somebody looks for it; then two people say so."""
    _, s10 = await shelved(desk, town)
    boss = await boss_of(desk, town)

    lost = two(s10, Act.DECLARE_LOST, town, approver=boss)
    with pytest.raises(IllegalMove):
        await detours.declare_lost(desk, lost, heard_at=LATER)


# --- damaged ----------------------------------------------------------------------------------


async def test_a_damaged_paper_is_taken_with_its_damage_and_travels_on(
    desk: Connection, town: Town
) -> None:
    """Wet in the bag: it is the courier's now, an incident stands, two people settle it."""
    _, s10 = await shelved(desk, town)
    boss = await boss_of(desk, town)
    new = NewHandOver(
        id=uuid4(), kind=Kind.COURIER, to=Party(Keeper.COURIER, town.courier),
        items=[Item(uuid4(), s10)], by=town.by_clerk, at=MORNING,
    )  # fmt: skip
    made = await custody.offer(desk, new, heard_at=MORNING)
    assert made.hand_over is not None
    wet = LineAnswer(id=uuid4(), s10=s10, outcome=Outcome.DAMAGED, reason="CD07")
    await reception.answer(
        desk, made.hand_over.number, [wet], by=town.by_courier, at=MORNING, heard_at=MORNING
    )

    [seen] = await incidents.standing(desk, town.office)
    assert (seen.reason, seen.s10, seen.number) == ("CD07", s10, made.hand_over.number)
    assert (await now_of(desk, s10))["stage"] == Stage.TO_AGENCY
    with pytest.raises(SecondPersonNeeded):
        await incidents.close(
            desk, seen.id, "repacked", by=town.clerk, approver=town.clerk, at=LATER
        )
    closed = [
        await incidents.close(desk, seen.id, "repacked", by=town.clerk, approver=boss, at=LATER)
        for _ in range(2)
    ]
    assert closed == [True, False]
    assert await incidents.standing(desk, town.office) == []
    assert (await did(desk, s10, Act.HAND_OVER, town.by_courier)).stage is Stage.OFFERED


# --- withdrawn by the citizen -----------------------------------------------------------------


def withdrawal(dossier: Dossier, town: Town, **facts: object) -> rulings.Ruling:
    asked = make.ruling(dossier, Act.WITHDRAW, town, facts={"reason": "WD01"} | facts)
    return replace(asked, by=town.by_clerk)


async def decide(conn: Connection, town: Town, dossier: Dossier, act: Act) -> Status:
    said = make.ruling(dossier, act, town, facts={"reason": "RF01"} if act is Act.KEEP else {})
    return await rulings.rule(conn, said, heard_at=LATER)


async def test_withdrawn_before_the_agency_had_it_the_papers_are_given_back(
    desk: Connection, town: Town
) -> None:
    """Asked at the counter, agreed by the agency, handed back where the papers lie."""
    dossier, s10 = await shelved(desk, town)
    early = make.scan(s10, Act.GIVE_BACK, town.by_clerk, relation="self")
    with pytest.raises(IllegalMove):
        await detours.give_back(desk, early, heard_at=LATER)
    assert await detours.withdraw(desk, withdrawal(dossier, town), heard_at=LATER) == 7
    assert await decide(desk, town, dossier, Act.STOP) is Status.STOPPED

    event = await detours.give_back(desk, early, heard_at=LATER)

    assert (event.stage, event.holder_kind) == (Stage.GIVEN_BACK, Keeper.CITIZEN)


async def test_withdrawn_at_the_agency_the_papers_come_back_under_a_new_number(
    desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    await detours.withdraw(desk, withdrawal(dossier, town), heard_at=LATER)

    await decide(desk, town, dossier, Act.STOP)

    back = await make.s10(desk, dossier, Leg.BACK)
    assert (await now_of(desk, back))["stage"] == Stage.READY
    assert (await did(desk, back, Act.COLLECT, town.by_courier)).stage is Stage.TO_OFFICE


@pytest.mark.parametrize("before", [Status.REGISTERED, Status.RECEIVED])
async def test_a_declined_withdrawal_leads_back_to_where_it_was(
    desk: Connection, town: Town, before: Status
) -> None:
    """The agency says why, and its clock and its status are what they were."""
    dossier = await make.dossier(desk, town)
    if before is Status.RECEIVED:
        await make.signed(desk, town, dossier)
        await make.rule(desk, town, dossier, Act.RECEIVE)
    asked = withdrawal(dossier, town)
    await detours.withdraw(desk, asked, heard_at=LATER)
    again = await detours.withdraw(desk, asked, heard_at=LATER)
    assert again is Status.WITHDRAWING

    assert await decide(desk, town, dossier, Act.KEEP) is before

    assert await status(desk, dossier) is before


async def test_a_withdrawal_has_a_reason_and_is_asked_at_an_office_that_knows_it(
    desk: Connection, town: Town
) -> None:
    """And not after there is a result: that is fetched, not withdrawn."""
    dossier = await make.dossier(desk, town)
    far = await make.town(desk, office="66D06", suffix="-far")
    asked = withdrawal(dossier, town)

    with pytest.raises(UnknownDossier):
        await detours.withdraw(desk, replace(asked, by=far.by_clerk), heard_at=LATER)
    with pytest.raises(BadRuling):
        await detours.withdraw(desk, replace(asked, facts={}), heard_at=LATER)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.FINISH)
    with pytest.raises(IllegalMove):
        await detours.withdraw(desk, asked, heard_at=LATER)
    assert await status(desk, dossier) is Status.PROCESSED
