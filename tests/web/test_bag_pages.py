"""Bags and lists through the counter's own door: what a clerk sees, and what she may not."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import custody
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.model import Party
from tracking.stages import Act, Keeper, Stage


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


@pytest.fixture
async def other(desk: Connection, town: Town) -> Town:
    """A second office with a clerk of its own, ``clerk-2``."""
    return await make.town(desk, office="66D06", suffix="-2")


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def shelf(desk: Connection, town: Town, count: int) -> list[str]:
    """Papers that lie at the office, offered to nobody."""
    made = [await make.dossier(desk, town, offered=False) for _ in range(count)]
    return [await make.s10(desk, dossier) for dossier in made]


async def bag(desk: Connection, giver: Town, taker: Town, numbers: list[str]) -> str:
    """A bag on its way: its number. Its seal is NP 700."""
    new = NewHandOver(
        id=uuid4(),
        kind=Kind.BAG,
        to=Party(Keeper.OFFICE, taker.office),
        items=[Item(uuid4(), number) for number in numbers],
        by=giver.by_clerk,
        at=MORNING,
        seal="NP 700",
    )
    made = await custody.offer(desk, new, heard_at=MORNING)
    assert made.hand_over is not None
    return made.hand_over.number


async def beep(clerk: Client, code: str, kind: str = "bag") -> httpx.Response:
    return await clerk.post(
        "/counter/beeps",
        json={"code": code, "kind": kind},
        headers={"x-csrf-token": clerk.form_token, "accept": "application/json"},
    )


async def test_a_beep_looks_up_and_changes_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The clerk sees where the paper goes before it is in the bag."""
    accepted = await make.dossier(desk, town, offered=False)
    number = await make.s10(desk, accepted)
    before = await desk.fetchval("SELECT count(*) FROM event")

    answer = await beep(clerk, f" {number[:5]} {number[5:]} ")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["s10"], found["ref"], found["leg"]) == (number, accepted.ref, "Hồ sơ gửi cơ quan")
    assert await desk.fetchval("SELECT count(*) FROM event") == before


async def test_what_cannot_go_into_a_bag_says_why(
    clerk: Client, desk: Connection, town: Town, other: Town
) -> None:
    """Held by a courier, offered already, another office's, or no number at all."""
    carried = await make.s10(desk, await make.dossier(desk, town))
    waiting = await make.s10(desk, await make.dossier(desk, town))
    [elsewhere] = await shelf(desk, other, 1)
    await make.scans(desk, [make.scan(carried, Act.COLLECT, town.by_courier)])

    for code, status, said in (
        (carried, 409, "đang do người khác giữ"),
        (waiting, 409, "đang chờ người khác ký nhận"),
        (elsewhere, 404, "Không có bưu gửi nào"),
        ("RB000000006VN", 422, "Tắt bộ gõ tiếng Việt"),
    ):
        answer = await beep(clerk, code)
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), code


async def test_misrouted_papers_go_to_no_courier(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """What the agency gave back is redirected first, but may travel in a bag."""
    number = await make.s10(desk, await make.dossier(desk, town))
    back = [
        make.scan(number, Act.COLLECT, town.by_courier),
        make.scan(number, Act.HAND_OVER, town.by_courier),
        make.scan(number, Act.SIGN, town.by_officer),
        make.scan(number, Act.SEND_ON, town.by_officer, reason="CR04"),
        make.scan(number, Act.COLLECT, town.by_courier),
        make.scan(number, Act.BRING_IN, town.by_courier),
        make.scan(number, Act.TAKE_IN, town.by_clerk),
    ]
    await make.scans(desk, back)

    assert (await beep(clerk, number, "courier")).status_code == 422
    assert (await beep(clerk, number, "bag")).status_code == 200


async def test_the_offices_are_found_without_accents(clerk: Client, town: Town) -> None:
    """And never the clerk's own: a bag to oneself is no bag."""
    found = words(await clerk.get("/counter/bags/offices?office_text=bao loc"))
    own = await clerk.get("/counter/bags/offices?office_text=66D01")

    assert "BC. Trung tâm thành phố Bảo Lộc" in found
    assert "Không có bưu cục" in words(own)


async def test_a_bag_is_read_by_its_two_offices_alone(
    clerk: Client, desk: Connection, town: Town, other: Town
) -> None:
    """404, not 403: not even that the number exists."""
    third = await make.town(desk, office="66D03", suffix="-3")
    number = await bag(desk, town, other, await shelf(desk, town, 2))
    assert third.office not in (town.office, other.office)

    mine = words(await clerk.get(f"/counter/bags/{number}"))
    assert "Túi thư" in mine
    assert "2 dòng chưa trả lời" in mine
    assert "In nhãn túi" in mine
    clerk.forget()
    await clerk.sign_in("clerk-2")
    assert "Trước khi lấy bì ra" in words(await clerk.get(f"/counter/bags/{number}"))
    clerk.forget()
    await clerk.sign_in("clerk-3")
    assert (await clerk.get(f"/counter/bags/{number}")).status_code == 404


async def test_a_bag_is_opened_by_its_seal(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    """The seal on the bag finds its list; whole and counted right, it may be taken at once."""
    number = await bag(desk, town, other, await shelf(desk, town, 2))
    await client.sign_in("clerk-2")

    found = await client.get("/counter/hand-overs/find?code=np700")
    assert found.headers["location"] == f"/counter/bags/{number}"
    opening = {"csrf": client.form_token, "seal": "NP 700", "whole": "yes", "counted": "2"}
    for _ in range(2):
        done = await client.post(f"/counter/bags/{number}/opening", data=opening)
        assert done.status_code == 303

    page = words(await client.get(f"/counter/bags/{number}"))
    assert "Nhận tất cả" in page
    assert "sai niêm phong" not in page
    assert await desk.fetchval("SELECT count(*) FROM incident") == 0


async def test_a_broken_seal_takes_two_people(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    """An incident at once, no taking in silence, and the question is put before a second person."""
    number = await bag(desk, town, other, await shelf(desk, town, 2))
    await client.sign_in("clerk-2")
    opening = {"csrf": client.form_token, "seal": "NP 700", "whole": "no", "counted": "2"}
    await client.post(f"/counter/bags/{number}/opening", data=opening)

    page = words(await client.get(f"/counter/bags/{number}"))
    assert "niêm phong bị rách" in page
    assert "Nhận tất cả" not in page
    ask = {"csrf": client.form_token, "id": str(uuid4())}
    for _ in range(2):
        done = await client.post(f"/counter/bags/{number}/closing", data=ask)
        assert done.status_code == 303

    assert "Chờ người thứ hai" in words(await client.get(f"/counter/bags/{number}"))
    assert await desk.fetchval("SELECT reason FROM incident") == "CD01"
    asked = await desk.fetch("SELECT kind, subject, reason FROM approval")
    assert [tuple(row) for row in asked] == [("close_bag", number, "CD01")]


@pytest.mark.parametrize("typed", [{"counted": "hai"}, {"counted": "99999"}, {"seal": ""}])
async def test_a_seal_or_count_that_is_none_opens_nothing(
    client: Client, desk: Connection, town: Town, other: Town, typed: dict[str, str]
) -> None:
    number = await bag(desk, town, other, await shelf(desk, town, 1))
    await client.sign_in("clerk-2")
    opening = {"csrf": client.form_token, "seal": "NP 700", "whole": "yes", "counted": "1"}

    refused = await client.post(f"/counter/bags/{number}/opening", data=opening | typed)

    assert refused.status_code == 400
    assert await desk.fetchval("SELECT state FROM hand_over") == "offered"


async def test_the_giver_recalls_what_nobody_answered(
    clerk: Client, desk: Connection, town: Town, other: Town
) -> None:
    """Twice pressed is once recalled, and the papers may go into another bag."""
    numbers = await shelf(desk, town, 2)
    number = await bag(desk, town, other, numbers)
    recall = {"csrf": clerk.form_token, "id": str(uuid4())}

    for _ in range(2):
        done = await clerk.post(f"/counter/bags/{number}/recall", data=recall)
        assert done.status_code == 303

    assert "đã thu hồi" in words(await clerk.get(f"/counter/bags/{number}"))
    assert (await beep(clerk, numbers[0])).status_code == 200
    board = words(await clerk.get("/counter/hand-overs"))
    assert "Không còn túi hay bảng kê nào chờ nhận" in board
    assert number in board


async def test_the_board_shows_both_ways(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    """What one office sees going, the other sees coming; an empty board says so."""
    await client.sign_in("clerk")
    empty = words(await client.get("/counter/hand-overs"))
    assert "Không có túi hay bảng kê nào đang đến" in empty
    assert "Nhận từ bưu tá (0)" in empty
    number = await bag(desk, town, other, await shelf(desk, town, 3))

    going = words(await client.get("/counter/hand-overs"))
    client.forget()
    await client.sign_in("clerk-2")
    coming = words(await client.get("/counter/hand-overs"))

    assert f"chờ bên kia nhận 1 Số Loại Giao cho Đã trả lời Trạng thái Giao lúc {number}" in going
    assert f"Đến bưu cục này 1 Số Loại Từ Đã trả lời Trạng thái Giao lúc {number}" in coming
    assert "niêm phong NP 700" in coming
    assert "0/3" in coming


async def test_couriers_get_what_lies_on_their_round(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Who works today is offered; what waits for the citizen at the counter is not suggested."""
    [forward] = await shelf(desk, town, 1)
    home = await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    fetched = await make.result(
        desk, town, await make.dossier(desk, town, return_way="office"), Stage.AT_OFFICE
    )
    round_id = await desk.fetchval(
        "INSERT INTO round (office_id, courier_id, day, name, leaves_at, back_at, km, planned_at)"
        " VALUES ($1, $2, $3, 'Sáng', $4, $4, 1, $4) RETURNING id",
        town.office,
        town.courier,
        MORNING.date(),
        MORNING,
    )
    await desk.execute(
        "INSERT INTO stop (round_id, ordinal, reference, kind, service_minutes)"
        " VALUES ($1, 1, $2, 'hand_over', 8)",
        round_id,
        f"agency:{town.agency}/2",
    )

    page = await clerk.get("/counter/courier-lists/new")

    rows = dict(re.findall(r'<tr data-s10="(\w+)" data-rounds="([\d ]*)">', page.text))
    assert rows == {forward: str(town.courier), home: ""}
    assert fetched not in page.text
    assert "Nguyễn Văn Courier" in words(page)


async def test_what_couriers_bring_is_listed_by_courier(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """And what lies in a sealed bag is not: it is taken when the bag is opened."""
    number = await make.ready(desk, town, await make.dossier(desk, town))
    await make.scans(
        desk, [make.homeward(number, act, town) for act in (Act.COLLECT, Act.BRING_IN)]
    )
    other = await make.town(desk, office="66D06", suffix="-2")
    await bag(desk, other, town, await shelf(desk, other, 1))

    page = words(await clerk.get("/counter/taking"))

    assert "Nguyễn Văn Courier 1" in page
    assert number in page
    assert page.count("RB") == 1


async def test_a_stranger_and_a_courier_stay_outside(client: Client) -> None:
    for path in ("/counter/hand-overs", "/counter/bags/new", "/counter/taking"):
        assert (await client.get(path)).headers["location"].startswith("/signin")
    await client.sign_in("courier")
    assert (await client.get("/counter/bags/new")).status_code == 403


@pytest.mark.parametrize("path", ["BK-261123-99999", "%00", "x" * 200])
async def test_a_number_that_is_none_is_refused(clerk: Client, path: str) -> None:
    assert (await clerk.get(f"/counter/bags/{path}")).status_code in (400, 404)
    assert (await clerk.get(f"/counter/hand-overs/find?code={path}")).status_code in (400, 422)


async def test_the_second_person_closes_what_was_counted_twice(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    """A wrong count: each line beeped, the question put, and the supervisor's yes closes it."""
    numbers = await shelf(desk, town, 2)
    number = await bag(desk, town, other, numbers)
    await make.person(desk, "chief-2", "supervisor", other.office, other.agency)
    await client.sign_in("clerk-2")
    opening = {"csrf": client.form_token, "seal": "NP 700", "whole": "yes", "counted": "3"}
    await client.post(f"/counter/bags/{number}/opening", data=opening)
    answers = [
        {"id": str(uuid4()), "s10": each, "outcome": "accepted", "beeped": True} for each in numbers
    ]
    json = {"x-csrf-token": client.form_token, "accept": "application/json"}
    said = {"answers": answers, "at": MORNING.isoformat()}
    done = await client.post(f"/hand-overs/{number}/answers", json=said, headers=json)
    assert [line["stage"] for line in done.json()["lines"]] == ["accepted", "accepted"]
    alone = await client.post(f"/hand-overs/{number}/closing", headers=json)
    assert alone.status_code == 409
    await client.post(
        f"/counter/bags/{number}/closing", data={"csrf": client.form_token, "id": str(uuid4())}
    )
    asked = await desk.fetchval("SELECT id FROM approval")
    client.forget()
    await client.sign_in("chief-2")

    agreed = {"csrf": client.form_token}
    answer = await client.post(f"/approvals/{asked}/approval", data=agreed)

    assert answer.status_code == 303, words(answer)
    page = words(await client.get(f"/counter/bags/{number}"))
    assert "đã khóa sổ" in page
    assert "đếm được 3 bì" in page
    assert await desk.fetchval("SELECT approver_id <> closed_by FROM hand_over")


async def test_what_a_courier_lays_down_as_a_list_is_taken_line_by_line(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """No seal to look at: the page of the lines comes at once, and closes like a bag."""
    number = await make.ready(desk, town, await make.dossier(desk, town))
    await make.scans(desk, [make.homeward(number, Act.COLLECT, town)])
    new = NewHandOver(
        id=uuid4(),
        kind=Kind.OFFICE,
        to=Party(Keeper.OFFICE, town.office),
        items=[Item(uuid4(), number)],
        by=town.by_courier,
        at=MORNING,
    )
    made = await custody.offer(desk, new, heard_at=MORNING)
    assert made.hand_over is not None

    page = await clerk.get(f"/counter/bags/{made.hand_over.number}")

    assert "Nhận tất cả" in words(page)
    assert f'data-s10="{number}"' in page.text
    taking = await clerk.get("/counter/taking")
    assert f'href="/counter/bags/{made.hand_over.number}"' in taking.text
