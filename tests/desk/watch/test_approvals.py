"""Two people: who may be the second, what happens when she agrees, and that it happens once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection, Record
from msgspec import structs

from postal_service.caller import Staff
from postal_service.desk.errors import UnknownReason
from postal_service.desk.watch import approvals
from postal_service.desk.watch.approval_errors import (
    AlreadyAsked,
    AlreadyDecided,
    BadAsk,
    NotTheSecondPerson,
    UnknownApproval,
    UnknownSubject,
)
from postal_service.desk.watch.approvals import Ask, Decline, Kind
from postal_service.desk.watch.approvals_store import Approval
from tests import make
from tests.make import MORNING, Town
from tests.trouble import staff
from tracking.errors import ScanReused
from tracking.stages import Act, Stage

LATER = MORNING + timedelta(hours=2)


async def person(conn: Connection, town: Town, name: str, role: str) -> Staff:
    return await staff(conn, await make.person(conn, name, role, town.office, town.agency))


async def last_line(conn: Connection, s10: str) -> Record:
    [row] = await conn.fetch(
        "SELECT scan_id, act, person_id, approver_id, undoes, stage FROM event"
        " WHERE consignment_id = (SELECT id FROM consignment WHERE s10 = $1)"
        " ORDER BY id DESC LIMIT 1",
        s10,
    )
    return row


async def stage(conn: Connection, s10: str) -> str:
    return await conn.fetchval("SELECT stage FROM consignment WHERE s10 = $1", s10)


async def collected(conn: Connection, town: Town) -> tuple[str, UUID]:
    """A paper that the courier has collected, and the scan that said so."""
    number = await make.s10(conn, await make.dossier(conn, town))
    [event] = await make.scans(conn, [make.scan(number, Act.COLLECT, town.by_courier)])
    return number, event.scan_id


def wish(by: Staff, subject: str, kind: Kind = Kind.UNDO, **said: Any) -> Ask:
    facts: Mapping[str, Any] = {k: v for k, v in said.items() if k not in ("reason", "id")}
    return Ask(
        id=said.get("id") or uuid4(),
        kind=kind,
        subject=subject,
        reason=said.get("reason", "CR01"),
        by=by,
        facts=dict(facts),
    )


async def asked_undo(conn: Connection, town: Town, by: Staff) -> tuple[str, UUID, Approval]:
    number, line = await collected(conn, town)
    made = await approvals.ask(conn, wish(by, number, undoes=str(line)), now=LATER)
    return number, line, made


async def test_a_second_person_undoes_what_is_older_than_a_minute(
    desk: Connection, town: Town
) -> None:
    """Nothing changes when one asks; when another agrees, both stand in the register."""
    courier = await staff(desk, town.courier)
    boss = await person(desk, town, "boss", "supervisor")
    number, line, made = await asked_undo(desk, town, courier)
    assert await stage(desk, number) == Stage.TO_AGENCY

    answer = await approvals.approve(desk, made.id, by=boss, now=LATER)

    assert answer.state == "done"
    assert await stage(desk, number) == Stage.ACCEPTED
    said = await last_line(desk, number)
    assert (said["act"], said["undoes"], said["scan_id"]) == (Act.UNDO, line, made.id)
    assert (said["person_id"], said["approver_id"]) == (courier.id, boss.id)


async def test_nobody_agrees_with_herself(desk: Connection, town: Town) -> None:
    """Not even a supervisor; and of two clerks neither is one."""
    boss = await person(desk, town, "boss", "supervisor")
    other_clerk = await person(desk, town, "colleague", "clerk")
    clerk = await staff(desk, town.clerk)
    number, _, by_boss = await asked_undo(desk, town, boss)
    _, _, by_clerk = await asked_undo(desk, town, clerk)

    with pytest.raises(NotTheSecondPerson):
        await approvals.approve(desk, by_boss.id, by=boss, now=LATER)
    with pytest.raises(NotTheSecondPerson):
        await approvals.approve(desk, by_clerk.id, by=other_clerk, now=LATER)
    assert await stage(desk, number) == Stage.TO_AGENCY

    answer = await approvals.approve(desk, by_boss.id, by=clerk, now=LATER)

    assert answer.state == "done"


async def test_a_courier_never_decides_for_his_office(desk: Connection, town: Town) -> None:
    boss = await person(desk, town, "boss", "supervisor")
    _, _, made = await asked_undo(desk, town, boss)

    with pytest.raises(UnknownApproval):
        await approvals.approve(desk, made.id, by=await staff(desk, town.courier), now=LATER)


async def test_two_officers_agree_at_an_agencys_desk(desk: Connection, town: Town) -> None:
    """An agency has no supervisor of ours; its own two people answer for it."""
    officer = await staff(desk, town.officer)
    second = await person(desk, town, "second-officer", "agency_officer")
    boss = await person(desk, town, "boss", "supervisor")
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    number = await make.s10(desk, dossier)
    line = (await last_line(desk, number))["scan_id"]
    made = await approvals.ask(desk, wish(officer, number, undoes=str(line)), now=LATER)

    with pytest.raises(UnknownApproval):
        await approvals.approve(desk, made.id, by=boss, now=LATER)
    answer = await approvals.approve(desk, made.id, by=second, now=LATER)

    assert answer.state == "done"
    assert await stage(desk, number) == Stage.OFFERED


async def test_what_moved_on_meanwhile_is_refused_and_on_record(
    desk: Connection, town: Town
) -> None:
    """The register decides at the moment of agreeing; the two people read why not."""
    courier = await staff(desk, town.courier)
    boss = await person(desk, town, "boss", "supervisor")
    number, _, made = await asked_undo(desk, town, courier)
    await make.scans(desk, [make.scan(number, Act.HAND_OVER, town.by_courier)])

    answer = await approvals.approve(desk, made.id, by=boss, now=LATER)

    assert (answer.state, answer.why) == ("refused", "MovedOn")
    assert "đã chuyển tiếp" in (answer.said or "")
    assert await stage(desk, number) == Stage.OFFERED
    noted = await desk.fetchrow(
        "SELECT act, person_id, why FROM refused_act WHERE scan_id = $1", made.id
    )
    assert tuple(noted) == ("undo", courier.id, "MovedOn")


async def test_asked_twice_is_asked_once(desk: Connection, town: Town) -> None:
    """A second press finds the first question; the same id for another wish is refused."""
    boss = await person(desk, town, "boss", "supervisor")
    number, line = await collected(desk, town)
    said = wish(boss, number, undoes=str(line))

    first = await approvals.ask(desk, said, now=LATER)
    again = await approvals.ask(desk, said, now=LATER + timedelta(minutes=1))

    assert again == first
    with pytest.raises(ScanReused):
        await approvals.ask(desk, structs.replace(said, reason="CR07"), now=LATER)
    with pytest.raises(AlreadyAsked):
        await approvals.ask(desk, structs.replace(said, id=uuid4()), now=LATER)


async def test_a_question_is_answered_once(desk: Connection, town: Town) -> None:
    """A repeat of the same answer is harmless; another answer comes too late."""
    courier = await staff(desk, town.courier)
    boss = await person(desk, town, "boss", "supervisor")
    number, _, made = await asked_undo(desk, town, courier)

    first = await approvals.decline(desk, made.id, Decline.LOOK_FIRST, by=boss, now=LATER)
    again = await approvals.decline(desk, made.id, Decline.LOOK_FIRST, by=boss, now=LATER)

    assert first == again
    assert (first.state, first.answer) == ("declined", "look_first")
    with pytest.raises(AlreadyDecided):
        await approvals.approve(desk, made.id, by=boss, now=LATER)
    assert await stage(desk, number) == Stage.TO_AGENCY


async def test_the_asker_takes_a_question_back(desk: Connection, town: Town) -> None:
    """And may ask again; nobody else takes it back for her."""
    courier = await staff(desk, town.courier)
    boss = await person(desk, town, "boss", "supervisor")
    number, line, made = await asked_undo(desk, town, courier)

    with pytest.raises(UnknownApproval):
        await approvals.withdraw(desk, made.id, by=boss, now=LATER)
    answer = await approvals.withdraw(desk, made.id, by=courier, now=LATER)

    assert answer.state == "withdrawn"
    with pytest.raises(AlreadyDecided):
        await approvals.approve(desk, made.id, by=boss, now=LATER)
    again = await approvals.ask(desk, wish(courier, number, undoes=str(line)), now=LATER)
    assert again.state == "waiting"


async def test_after_three_working_days_a_question_lapses(desk: Connection, town: Town) -> None:
    """Monday's question: Tuesday is a holiday, so it lives to the end of Friday."""
    courier = await staff(desk, town.courier)
    boss = await person(desk, town, "boss", "supervisor")
    number, line, made = await asked_undo(desk, town, courier)
    saturday = MORNING + timedelta(days=5)
    assert made.expires_at.astimezone(MORNING.tzinfo).isoformat() == "2026-11-28T00:00:00+07:00"

    with pytest.raises(AlreadyDecided):
        await approvals.approve(desk, made.id, by=boss, now=saturday)
    assert await approvals.waiting(desk, boss, now=saturday) == []
    assert [one.id for one in await approvals.decided(desk, boss, now=saturday)] == [made.id]

    again = await approvals.ask(desk, wish(courier, number, undoes=str(line)), now=saturday)
    assert again.state == "waiting"


async def test_what_is_nobodys_business_is_not_asked(desk: Connection, town: Town) -> None:
    """Another office's paper, another paper's line, a reason of another list."""
    boss = await person(desk, town, "boss", "supervisor")
    courier = await staff(desk, town.courier)
    far = await make.town(desk, office="66D06", suffix="-far")
    theirs, their_line = await collected(desk, far)
    ours, our_line = await collected(desk, town)

    for subject, line in ((theirs, their_line), (ours, their_line), ("RB000000000VN", our_line)):
        with pytest.raises(UnknownSubject):
            await approvals.ask(desk, wish(boss, subject, undoes=str(line)), now=LATER)
    with pytest.raises(UnknownSubject):
        await approvals.ask(desk, wish(boss, "BK-261123-00001", Kind.CLOSE_BAG), now=LATER)
    wild = wish(boss, "9" * 30, Kind.CLOSE_INCIDENT, outcome="found")
    with pytest.raises(UnknownSubject):
        await approvals.ask(desk, wild, now=LATER)
    with pytest.raises(BadAsk):
        await approvals.ask(desk, wish(boss, ours, undoes=str(our_line), reason="PA01"), now=LATER)
    with pytest.raises(UnknownReason):
        await approvals.ask(desk, wish(boss, ours, undoes=str(our_line), reason="ZZ99"), now=LATER)
    with pytest.raises(BadAsk):
        await approvals.ask(desk, wish(boss, ours), now=LATER)
    with pytest.raises(BadAsk):
        await approvals.ask(desk, wish(courier, ours, Kind.DECLARE_LOST), now=LATER)


async def test_an_office_asks_for_its_own_peoples_lines_alone(desk: Connection, town: Town) -> None:
    """What an agency signed for only the agency takes back."""
    boss = await person(desk, town, "boss", "supervisor")
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    number = await make.s10(desk, dossier)
    line = (await last_line(desk, number))["scan_id"]

    with pytest.raises(UnknownSubject):
        await approvals.ask(desk, wish(boss, number, undoes=str(line)), now=LATER)


async def test_an_agency_that_received_the_dossier_keeps_its_signature(
    desk: Connection, town: Town
) -> None:
    """Its clock runs by that signature: two officers do not take it back either."""
    officer = await staff(desk, town.officer)
    second = await person(desk, town, "second-officer", "agency_officer")
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    number = await make.s10(desk, dossier)
    line = (await last_line(desk, number))["scan_id"]
    made = await approvals.ask(desk, wish(officer, number, undoes=str(line)), now=LATER)
    await make.rule(desk, town, dossier, Act.RECEIVE)

    answer = await approvals.approve(desk, made.id, by=second, now=LATER)

    assert (answer.state, answer.why) == ("refused", "IllegalMove")
    assert await stage(desk, number) == Stage.WITH_AGENCY


async def test_another_office_sees_and_decides_nothing(desk: Connection, town: Town) -> None:
    courier = await staff(desk, town.courier)
    far = await make.town(desk, office="66D06", suffix="-far")
    stranger = await person(desk, far, "stranger", "supervisor")
    _, _, made = await asked_undo(desk, town, courier)

    assert await approvals.waiting(desk, stranger, now=LATER) == []
    with pytest.raises(UnknownApproval):
        await approvals.approve(desk, made.id, by=stranger, now=LATER)


async def test_a_courier_sees_what_he_asked_himself(desk: Connection, town: Town) -> None:
    courier, other = await staff(desk, town.courier), await staff(desk, town.other_courier)
    _, _, made = await asked_undo(desk, town, courier)

    assert [one.id for one in await approvals.waiting(desk, courier, now=LATER)] == [made.id]
    assert await approvals.waiting(desk, other, now=LATER) == []
