"""What takes two people, through the pages both of them use."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service.clock import Clock
from postal_service.desk.watch.approvals import Kind
from tests import make, trouble
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import identifiers
from tracking.custody_model import Outcome
from tracking.stages import Act, Stage


async def become(client: Client, name: str) -> None:
    client.forget()
    await client.sign_in(name)


@pytest.fixture
async def boss(client: Client, desk: Connection, town: Town) -> Client:
    """The office's supervisor, signed in."""
    await trouble.boss(desk, town)
    await become(client, "boss")
    return client


async def press(client: Client, way: str, **form: object) -> httpx.Response:
    return await client.post(way, data={"csrf": client.form_token, **form})


async def stage(conn: Connection, s10: str) -> str:
    found: str = await conn.fetchval("SELECT stage FROM consignment WHERE s10 = $1", s10)
    return found


def undo_form(s10: str, line: object, **more: object) -> dict[str, object]:
    return {
        "id": str(uuid4()), "kind": "undo", "subject": s10, "undoes": str(line), "reason": "CR01",
    } | more  # fmt: skip


async def test_a_form_asks_and_goes_back_where_it_came_from(
    client: Client, desk: Connection, town: Town
) -> None:
    """A courier's page sends its question and shows its own list again; nothing else changes."""
    s10, line = await trouble.collected(desk, town)
    await become(client, "courier")

    there = await press(client, "/approvals", **undo_form(s10, line.scan_id, back="/courier"))
    again = await client.get("/approvals")

    assert (there.status_code, there.headers["location"]) == (303, "/courier")
    assert s10 in again.text
    assert "Rút lại yêu cầu" in again.text
    assert await stage(desk, s10) == Stage.TO_AGENCY


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil", ""])
async def test_no_form_leads_a_person_elsewhere(
    client: Client, desk: Connection, town: Town, elsewhere: str
) -> None:
    s10, line = await trouble.collected(desk, town)
    await become(client, "courier")

    there = await press(client, "/approvals", **undo_form(s10, line.scan_id, back=elsewhere))

    assert there.headers["location"].startswith("/approvals?seen=")


async def test_a_script_asks_in_json_and_may_repeat_itself(
    client: Client, desk: Connection, town: Town
) -> None:
    s10, line = await trouble.collected(desk, town)
    await become(client, "courier")
    client.headers["x-csrf-token"] = client.form_token
    body = undo_form(f" {s10.lower()} ", line.scan_id)

    answers = await asyncio.gather(*(client.post("/approvals", json=body) for _ in range(3)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    told = [answer.json() for answer in answers if answer.status_code == 200]
    assert {(one["id"], one["subject"], one["state"]) for one in told} == {
        (body["id"], s10, "waiting")
    }
    assert await desk.fetchval("SELECT count(*) FROM approval") == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"kind": "everything"}, 400),
        ({"id": "no id"}, 400),
        ({"reason": "because"}, 400),
        ({"undoes": "x"}, 400),
        ({"subject": "x" * 41}, 400),
        ({"subject": "RB12"}, 422),
        ({"reason": "PA01"}, 422),
        ({"reason": "ZZ99"}, 422),
        ({"kind": "declare_lost"}, 422),
        ({"agency": "5"}, 422),
        ({"subject": identifiers.s10("RB", 99_999_999)}, 404),
        ({"extra": "field"}, 400),
    ],
)
async def test_a_bad_question_is_refused_in_words(
    client: Client, desk: Connection, town: Town, wrong: dict[str, str], status: int
) -> None:
    s10, line = await trouble.collected(desk, town)
    await become(client, "courier")

    answer = await press(client, "/approvals", **(undo_form(s10, line.scan_id) | wrong))

    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert await desk.fetchval("SELECT count(*) FROM approval") == 0


async def test_the_supervisor_agrees_and_both_are_told(
    boss: Client, desk: Connection, town: Town
) -> None:
    """The list says what follows before she presses, and what became of it after."""
    s10, line = await trouble.collected(desk, town)
    made = await trouble.ask(desk, town.courier, Kind.UNDO, s10, undoes=line.scan_id)
    before = (await boss.get("/approvals")).text
    assert "Hoàn tác «bưu tá nhận»" in before
    assert "trong ngày 27/11/2026" in before

    there = await press(boss, f"/approvals/{made.id}/approval")
    after = (await boss.get(there.headers["location"])).text

    assert "đã duyệt, đã ghi sổ" in after
    assert "Không có việc nào chờ người thứ hai." in after
    assert await stage(desk, s10) == Stage.ACCEPTED
    await become(boss, "courier")
    assert "đã duyệt, đã ghi sổ" in (await boss.get("/approvals")).text


async def test_two_agree_at_once_and_it_is_done_once(
    boss: Client, desk: Connection, town: Town
) -> None:
    """A second click, and a colleague at the next desk: one line in the register."""
    await make.person(desk, "second-boss", "supervisor", town.office, town.agency)
    s10, line = await trouble.collected(desk, town)
    made = await trouble.ask(desk, town.courier, Kind.UNDO, s10, undoes=line.scan_id)
    way = f"/approvals/{made.id}/approval"
    first = {"cookie": f"postal={boss.cookies['postal']}", "x-csrf-token": boss.form_token}
    await become(boss, "second-boss")
    second = {"cookie": f"postal={boss.cookies['postal']}", "x-csrf-token": boss.form_token}
    boss.forget()

    answers = await asyncio.gather(
        *(boss.post(way, data={}, headers=who) for who in (first, second, first, second))
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [303, 303, 409, 409]
    undone = "SELECT count(*) FROM event WHERE act = 'undo'"
    assert await desk.fetchval(undone) == 1


async def test_what_the_register_refuses_is_shown_to_both(
    boss: Client, desk: Connection, town: Town
) -> None:
    """The courier rode on meanwhile: nothing is half done, and the page says why."""
    s10, line = await trouble.collected(desk, town)
    made = await trouble.ask(desk, town.courier, Kind.UNDO, s10, undoes=line.scan_id)
    await make.scans(desk, [make.scan(s10, Act.HAND_OVER, town.by_courier)])

    there = await press(boss, f"/approvals/{made.id}/approval")
    after = (await boss.get(there.headers["location"])).text

    assert "đã duyệt nhưng sổ không cho" in after
    assert "đã chuyển tiếp" in after
    assert await stage(desk, s10) == Stage.OFFERED


async def test_a_refusal_says_why(boss: Client, desk: Connection, town: Town) -> None:
    s10, line = await trouble.collected(desk, town)
    made = await trouble.ask(desk, town.courier, Kind.UNDO, s10, undoes=line.scan_id)
    unsaid = await press(boss, f"/approvals/{made.id}/refusal")
    assert unsaid.status_code == 400

    there = await press(boss, f"/approvals/{made.id}/refusal", answer="look_first")

    assert "Cần kiểm tra lại trước đã" in (await boss.get(there.headers["location"])).text
    assert (await press(boss, f"/approvals/{made.id}/approval")).status_code == 409
    assert await stage(desk, s10) == Stage.TO_AGENCY


async def test_the_same_person_is_not_the_second(
    boss: Client, desk: Connection, town: Town
) -> None:
    """Her own question has no button to agree with, and a forged press is refused."""
    s10, line = await trouble.collected(desk, town)
    await press(boss, "/approvals", **undo_form(s10, line.scan_id))
    asked = await desk.fetchval("SELECT id FROM approval")
    page = (await boss.get("/approvals")).text
    assert f"/approvals/{asked}/approval" not in page

    answer = await press(boss, f"/approvals/{asked}/approval")

    assert answer.status_code == 403
    assert "người duyệt phải là người khác" in answer.text
    taken = await press(boss, f"/approvals/{asked}/withdrawal")
    assert "đã rút lại" in (await boss.get(taken.headers["location"])).text


async def test_nobody_elses_questions_are_there(boss: Client, desk: Connection, town: Town) -> None:
    """Another office, an agency and a citizen's browser get no page of it, and no difference."""
    far = await make.town(desk, office="66D06", suffix="-far")
    await make.person(desk, "stranger", "supervisor", far.office, far.agency)
    s10, line = await trouble.collected(desk, town)
    made = await trouble.ask(desk, town.courier, Kind.UNDO, s10, undoes=line.scan_id)

    for name in ("stranger", "officer", "other-courier"):
        await become(boss, name)
        assert s10 not in (await boss.get("/approvals")).text
        for way in ("approval", "withdrawal"):
            assert (await press(boss, f"/approvals/{made.id}/{way}")).status_code == 404
    boss.forget()
    assert (await boss.get("/approvals")).status_code == 302
    assert (await boss.get("/approvals")).headers["location"].startswith("/signin")


async def test_a_wrong_bag_is_closed_by_two(client: Client, desk: Connection, town: Town) -> None:
    """Its seal was broken: whoever opened it asks, her supervisor agrees, and both stand on it."""
    nxt = await trouble.next_office(desk, town)
    s10 = await trouble.shelved(desk, town)
    number = await trouble.bag(desk, town, nxt, s10)
    await trouble.opened(desk, nxt, number, counted=1, whole=False)
    early = await trouble.ask(desk, nxt.clerk, Kind.CLOSE_BAG, number, reason="CD01")
    await become(client, "next-boss")
    await press(client, f"/approvals/{early.id}/approval")
    assert "còn 1 dòng chưa trả lời" in (await client.get("/approvals")).text
    await trouble.answer(desk, nxt.by, number, s10, Outcome.ACCEPTED)
    made = await trouble.ask(desk, nxt.clerk, Kind.CLOSE_BAG, number, reason="CD01")

    await press(client, f"/approvals/{made.id}/approval")

    row = await desk.fetchrow(
        "SELECT state, closed_by, approver_id FROM hand_over WHERE number = $1", number
    )
    assert tuple(row or ()) == ("closed", nxt.clerk, nxt.boss)


async def test_two_people_redirect_to_an_agency_with_its_hours(
    boss: Client, desk: Connection, town: Town
) -> None:
    s10 = await trouble.shelved(desk, town)
    right = await desk.fetchrow(
        "SELECT id, hours_group FROM agency WHERE id <> $1 AND valid_to IS NULL"
        " ORDER BY hours_group = 'LD-STD', id LIMIT 1",
        town.agency,
    )
    assert right is not None
    made = await trouble.ask(
        desk, town.clerk, Kind.REDIRECT, s10, reason="CR04", agency=right["id"]
    )

    await press(boss, f"/approvals/{made.id}/approval")

    row = await desk.fetchrow(
        "SELECT d.agency_id, d.hours_group, c.agency_id FROM dossier d"
        " JOIN consignment c ON c.dossier_id = d.id WHERE c.s10 = $1",
        s10,
    )
    assert tuple(row or ()) == (right["id"], right["hours_group"], right["id"])


async def test_two_people_send_a_result_back_on_other_grounds_than_the_laws(
    boss: Client, desk: Connection, town: Town
) -> None:
    """The receiver is dead: no invitation would help, and one person alone may not decide it."""
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    made = await trouble.ask(desk, town.clerk, Kind.SEND_BACK, s10, reason="DF17")

    await press(boss, f"/approvals/{made.id}/approval")

    row = await desk.fetchrow(
        "SELECT act, person_id, approver_id, facts->>'reason' AS reason FROM event"
        " WHERE scan_id = $1",
        made.id,
    )
    boss_id = await desk.fetchval("SELECT id FROM person WHERE username = 'boss'")
    assert tuple(row or ()) == ("send_back", town.clerk, boss_id, "DF17")
    assert await stage(desk, s10) == Stage.ACCEPTED


async def test_a_delivery_undone_by_two_lies_with_its_courier_again(
    boss: Client, desk: Connection, town: Town
) -> None:
    """Reported by mistake: the next attempt is a new one, the mistaken one stays to be seen."""
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.DELIVERED)
    line = await desk.fetchval("SELECT scan_id FROM event WHERE act = 'deliver'")
    made = await trouble.ask(desk, town.courier, Kind.UNDO, s10, reason="CR02", undoes=line)

    await press(boss, f"/approvals/{made.id}/approval")

    assert await stage(desk, s10) == Stage.OUT


# --- one's own last act, within a minute -------------------------------------------------------


async def collect(client: Client, desk: Connection, town: Town, clock: Clock) -> tuple[str, str]:
    """The courier, signed in, collects a paper now: its number and the scan's id."""
    s10 = await make.s10(desk, await make.dossier(desk, town))
    await become(client, "courier")
    scan = {"id": str(uuid4()), "s10": s10, "act": "collect", "at": clock.now().isoformat()}
    client.headers["x-csrf-token"] = client.form_token
    answer = await client.post("/courier/scans", json=scan)
    assert answer.status_code == 200, answer.text
    return s10, str(scan["id"])


async def test_within_a_minute_one_undoes_alone(
    client: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """By JSON from a phone; three copies are one line."""
    s10, line = await collect(client, desk, town, clock)
    body = {"id": str(uuid4()), "s10": s10, "undoes": line}

    answers = await asyncio.gather(*(client.post("/corrections/undo", json=body) for _ in range(3)))

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == {"id": body["id"], "s10": s10, "stage": "accepted"}
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'undo'") == 1


async def test_a_form_undoes_and_goes_back(
    client: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    s10, line = await collect(client, desk, town, clock)

    there = await press(
        client, "/corrections/undo", id=str(uuid4()), s10=s10, undoes=line, back="/courier"
    )

    assert (there.status_code, there.headers["location"]) == (303, "/courier")
    assert await stage(desk, s10) == Stage.ACCEPTED


async def test_after_a_minute_and_by_another_it_is_refused_and_on_record(
    client: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """The refusal names the way on; the try stays beside the slip."""
    s10, line = await collect(client, desk, town, clock)
    client.headers["accept"] = "application/json"
    await become(client, "clerk")
    client.headers["x-csrf-token"] = client.form_token
    theirs = {"id": str(uuid4()), "s10": s10, "undoes": line}
    assert (await client.post("/corrections/undo", json=theirs)).status_code == 409
    await become(client, "courier")
    client.headers["x-csrf-token"] = client.form_token
    clock.move(timedelta(seconds=61))
    late = {"id": str(uuid4()), "s10": s10, "undoes": line}

    answer = await client.post("/corrections/undo", json=late)

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:postal:TooLateToUndo"
    assert "người quản lý" in answer.json()["detail"]
    rows = await desk.fetch("SELECT person_id, act, why FROM refused_act ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (town.clerk, "undo", "TooLateToUndo"),
        (town.courier, "undo", "TooLateToUndo"),
    ]
    assert await stage(desk, s10) == Stage.TO_AGENCY


@pytest.mark.parametrize(
    "at", [(MORNING + timedelta(hours=3)).isoformat(), "1970-01-01T07:00:00+07:00"]
)
async def test_a_wrong_clock_is_told_so(
    client: Client, desk: Connection, town: Town, at: str
) -> None:
    """Three hours ahead, or in 1970: refused in words, and both tries are on record."""
    s10 = await make.s10(desk, await make.dossier(desk, town))
    await become(client, "courier")
    client.headers.update({"x-csrf-token": client.form_token, "accept": "application/json"})
    tries = [{"id": str(uuid4()), "s10": s10, "act": "collect", "at": at} for _ in range(2)]

    answer = await client.post("/courier/scans/batch", json={"scans": tries})

    problems = [line["problem"] for line in answer.json()["lines"]]
    assert {one["type"] for one in problems} == {"urn:postal:ImpossibleTime"}
    noted = await desk.fetch("SELECT scan_id, why FROM refused_act")
    assert {str(row["scan_id"]) for row in noted} == {str(one["id"]) for one in tries}
    assert await stage(desk, s10) == Stage.ACCEPTED
