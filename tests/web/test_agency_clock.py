"""The agency's clock through its pages, and what the citizen then reads."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import slip
from tracking.model import Dossier
from tracking.stages import Act, Leg, Status

TAGS = re.compile(r"<[^>]+>")
CODE = "H36.31-261123-0042"
MONEY = {
    "amount": "1.200.000",
    "notice_no": "TB-15",
    "channel": "account",
    "pay_at": "Kho bạc Đà Lạt, tài khoản 3511",
    "pay_day": "2026-12-05",
}


@pytest.fixture
async def officer(client: Client) -> Client:
    await client.sign_in("officer")
    return client


async def rule(client: Client, dossier: Dossier, act: str, **typed: object) -> httpx.Response:
    form = {"id": str(uuid4()), "act": act, "csrf": client.form_token} | typed
    return await client.post(f"/agency/dossiers/{dossier.ref}/rulings", data=form)


async def received(desk: Connection, town: Town, officer: Client) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    answer = await rule(officer, dossier, "receive", agency_code=CODE)
    assert answer.status_code == 303, answer.text
    return dossier


async def now_of(desk: Connection, dossier: Dossier) -> slip.Slip:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    return found


def text(answer: httpx.Response) -> str:
    return " ".join(TAGS.sub(" ", answer.text).split())


async def page(client: Client, dossier: Dossier) -> str:
    answer = await client.get(f"/agency/dossiers/{dossier.ref}")
    assert answer.status_code == 200
    return text(answer)


async def test_every_page_says_how_the_clock_stands(
    officer: Client, desk: Connection, town: Town
) -> None:
    """The due date, what is left of it, and the way to why."""
    dossier = await received(desk, town, officer)

    answer = await officer.get(f"/agency/dossiers/{dossier.ref}")
    listed = text(await officer.get("/agency"))

    assert "làm việc</span>" in answer.text
    assert f'href="/slips/{dossier.ref}#clock"' in answer.text
    assert "còn 2 ngày" in text(answer) or "còn 3 ngày" in text(answer)
    assert "còn 2 ngày" in listed or "còn 3 ngày" in listed


async def test_papers_are_asked_for_line_by_line(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Three columns of counts; empty lines are left out, and what is refused stays typed."""
    dossier = await received(desk, town, officer)
    lines = {
        "paper": ["Giấy khai sinh", "", "Sổ hộ khẩu"],
        "originals": ["1", "", ""],
        "certified": ["", "", "2"],
        "photocopies": ["", "", ""],
    }

    bare = await rule(officer, dossier, "ask_more", **lines | {"certified": ["", "", ""]})
    asked = await rule(officer, dossier, "ask_more", **lines)

    assert (bare.status_code, asked.status_code) == (422, 303)
    assert 'value="Sổ hộ khẩu"' in bare.text
    seen = await page(officer, dossier)
    assert "Giấy khai sinh: 1 bản chính" in seen
    assert "Sổ hộ khẩu: 2 chứng thực" in seen
    assert "tạm dừng" in seen
    assert (await now_of(desk, dossier)).lines[-1].facts["papers"] == 2


async def test_a_second_request_goes_to_a_colleague(
    officer: Client, client: Client, desk: Connection, town: Town
) -> None:
    """Her form becomes a question on /approvals; nothing pauses until somebody else agrees."""
    dossier = await received(desk, town, officer)
    paper = {"paper": "Giấy khai sinh", "originals": "1"}
    await rule(officer, dossier, "ask_more", **paper)
    await rule(officer, dossier, "resume")

    mute = await rule(officer, dossier, "ask_more", **paper)
    asked = await rule(officer, dossier, "ask_more", **paper, reason="SR01")

    assert (mute.status_code, asked.status_code) == (422, 303)
    assert asked.headers["location"].startswith("/approvals?seen=")
    assert (await now_of(desk, dossier)).dossier.status is Status.PROCESSING
    assert "Chờ đồng nghiệp duyệt" in await page(officer, dossier)
    listed = text(await officer.get("/approvals"))
    assert "Yêu cầu bổ sung lần nữa" in listed
    await make.person(desk, "officer-two", "agency_officer", town.office, town.agency)
    await client.sign_in("officer-two")
    approving = asked.headers["location"].partition("seen=")[2]
    agreed = await client.post(f"/approvals/{approving}/approval", data={"csrf": client.form_token})
    assert agreed.status_code == 303
    assert (await now_of(desk, dossier)).dossier.status is Status.SUPPLEMENT
    assert "tính trễ hạn" in await page(client, dossier)


async def test_money_is_owed_and_paid(officer: Client, desk: Connection, town: Town) -> None:
    """The open page tells the citizen to pay and until when; the sum takes the four digits."""
    dossier = await received(desk, town, officer)
    asked = await rule(officer, dossier, "ask_payment", **MONEY)
    assert asked.status_code == 303, asked.text

    code = dossier.tracking_code
    open_page = text(await officer.get(f"/h/{code}"))
    own = text(
        await officer.post(f"/h/{code}", data={"digits": "0001", "csrf": officer.form_token})
    )
    assert "chờ ông/bà nộp tiền" in open_page
    assert "05/12/2026" in open_page
    assert "1.200.000" not in open_page
    assert "1.200.000" in own
    assert "Kho bạc Đà Lạt" in own

    proof = {"receipt_no": "BL-7", "paid_day": "2026-11-23", "paid_by": "Trần Bích Uyên"}
    late = await rule(officer, dossier, "pay", **proof | {"paid_day": "2027-01-01"})
    paid = await rule(officer, dossier, "pay", **proof)
    assert (late.status_code, paid.status_code) == (422, 303)
    assert (await now_of(desk, dossier)).dossier.status is Status.PROCESSING
    seen = await page(officer, dossier)
    assert "biên lai BL-7, Trần Bích Uyên" in seen
    assert "Trần" not in text(await officer.get(f"/h/{code}"))


@pytest.mark.parametrize("amount", ["-1", "1.5", "1,5", "10" * 30, "1" + "0" * 18, "²", "", "0"])
async def test_a_sum_that_cannot_be(
    officer: Client, desk: Connection, town: Town, amount: str
) -> None:
    """Refused in words, with everything else still typed."""
    dossier = await received(desk, town, officer)

    answer = await rule(officer, dossier, "ask_payment", **MONEY | {"amount": amount})

    assert answer.status_code == 422
    assert "Số tiền phải là số đồng chẵn" in text(answer)
    assert 'value="TB-15"' in answer.text
    assert (await now_of(desk, dossier)).dossier.status is Status.RECEIVED


async def test_an_apology_is_shown_to_everybody(
    officer: Client, desk: Connection, town: Town
) -> None:
    """One new date: on her page, on the citizen's, with the first beside it."""
    dossier = await received(desk, town, officer)
    first = (await now_of(desk, dossier)).dossier.due_at

    mute = await rule(officer, dossier, "extend", more="2")
    done = await rule(officer, dossier, "extend", more="2", reason="LT02")
    again = await rule(officer, dossier, "extend", more="2", reason="LT02")

    assert (mute.status_code, done.status_code) == (422, 303)
    assert again.headers["location"].startswith("/approvals")
    now = (await now_of(desk, dossier)).dossier
    assert now.due_at is not None
    assert first is not None
    assert now.due_at > first
    day = now.due_at.astimezone(MORNING.tzinfo).strftime("%d/%m/%Y")
    seen = await page(officer, dossier)
    citizen = text(await officer.get(f"/h/{dossier.tracking_code}"))
    assert "phiếu số 1/2026" in seen
    for read in (seen, citizen):
        assert day in read
    assert "xin lỗi: ngày hẹn đầu là" in citizen


async def test_a_dossier_is_passed_on(officer: Client, desk: Connection, town: Town) -> None:
    """The other agency signs for leg T through its own pages; both go on seeing the dossier."""
    dossier = await received(desk, town, officer)
    other = await desk.fetchrow(
        "SELECT id, code FROM agency WHERE level = 'commune' AND id <> $1 AND valid_to IS NULL"
        " ORDER BY id LIMIT 1",
        town.agency,
    )
    assert other is not None
    lost = await rule(officer, dossier, "transfer", to_agency="H36.99.99", reason="TR01")
    passed = await rule(officer, dossier, "transfer", to_agency=other["code"], reason="TR01")
    assert (lost.status_code, passed.status_code) == (422, 303)
    assert "Ghi số này lên bì thư hồ sơ chuyển đi" in await page(officer, dossier)
    number = await make.s10(desk, dossier, Leg.TRANSFER)
    await make.scans(
        desk, [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )
    on_the_way = text(await officer.get(f"/h/{dossier.tracking_code}"))

    await make.person(desk, "neighbour", "agency_officer", town.office, other["id"])
    await officer.sign_in("neighbour")
    waiting = text(await officer.get("/agency"))
    answer = await officer.get(f"/agency/dossiers/{dossier.ref}")
    [item] = re.findall(rf'value="({number}:[0-9a-f-]+)"', answer.text)
    form = {"item": item, "csrf": officer.form_token}
    signed = await officer.post("/agency/signatures", data=form)
    finished = await rule(officer, dossier, "finish")

    assert "đang được chuyển đến cơ quan có thẩm quyền" in on_the_way
    assert "Cơ quan khác chuyển đến 1" in waiting
    assert (signed.status_code, finished.status_code) == (303, 303)
    assert (await now_of(desk, dossier)).dossier.agency_id == other["id"]
    await officer.sign_in("officer")
    assert "Cơ quan bạn xem được" in await page(officer, dossier)
    assert (await officer.get(f"/slips/{dossier.ref}")).status_code == 200


async def test_an_end_of_the_agency_s_own(officer: Client, desk: Connection, town: Town) -> None:
    """The citizen reads why, and what becomes of her money, behind her four digits."""
    dossier = await received(desk, town, officer)
    said = {"reason": "RF02", "settlement": "Trả lại 8.000 đồng lệ phí."}

    answer = await rule(officer, dossier, "stop", **said)

    assert answer.status_code == 303
    code = dossier.tracking_code
    open_page = text(await officer.get(f"/h/{code}"))
    own = text(
        await officer.post(f"/h/{code}", data={"digits": "0001", "csrf": officer.form_token})
    )
    assert "đã dừng giải quyết hồ sơ" in open_page
    assert "theo yêu cầu rút" not in open_page
    assert "Trả lại 8.000 đồng lệ phí." in own
    assert "Đã dừng giải quyết" in await page(officer, dossier)
