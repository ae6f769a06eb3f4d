"""Only the result by post: registered at the agency's desk, bound to a number when it is given."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking import slip
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status

CODE = "H36.31-261120-0042"


@pytest.fixture
async def officer(client: Client) -> Client:
    await client.sign_in("officer")
    return client


def words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def register(client: Client, **said: str) -> httpx.Response:
    form = {
        "csrf": client.form_token,
        "form_id": str(uuid4()),
        "procedure": "1.004873 Xác nhận tình trạng hôn nhân",
        "office": "66D01",
        "agency_code": CODE,
        "due_day": "2026-12-01",
        "due_time": "16:30",
        "return_way": "home",
        "name": "Cil Múp Ha Nhàn",
        "phone": "0590 000 005",
        "address": "5 Thôn Đạ Nghịt, xã Lạc Dương, tỉnh Lâm Đồng",
    }
    return await client.post("/agency/returns", data=form | said)


async def found(desk: Connection) -> Slip:
    ref = await desk.fetchval("SELECT ref FROM dossier WHERE agency_code = $1", CODE)
    now = await slip.by_ref(desk, ref)
    assert now is not None
    return now


async def test_the_result_gets_its_number_when_the_agency_gives_it(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Registered there is no postal number; given, the post's courier takes one away."""
    answer = await register(officer)

    assert answer.status_code == 303, words(answer)
    made = await officer.get(answer.headers["location"])
    assert "có khi cơ quan giao kết quả cho bưu điện" in words(made)
    receipt = await officer.get(f"{answer.headers['location']}/receipt.pdf")
    assert receipt.content.startswith(b"%PDF")
    now = await found(desk)
    assert (now.dossier.service, now.dossier.status) == ("return", Status.RECEIVED)
    assert (now.dossier.office_id, now.consignments) == (town.office, [])
    charged = await desk.fetch(
        "SELECT kind, leg, moment FROM charge WHERE dossier_id = $1", now.dossier.id
    )
    assert [tuple(row) for row in charged] == [("postage_back", "R", "on_delivery")]

    await make.rule(desk, town, now.dossier, Act.FINISH, Act.RELEASE)
    number = await make.s10(desk, now.dossier, Leg.RESULT)
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
    item = (await found(desk)).leg(Leg.RESULT)
    assert item is not None
    assert (item.s10, item.stage) == (number, Stage.TO_OFFICE)


async def test_everything_wrong_is_said_at_once(officer: Client, desk: Connection) -> None:
    answer = await register(
        officer, agency_code="x", phone="01234567890", address="Đà Lạt", due_day="", name="A"
    )
    assert answer.status_code == 422
    for said in ("mã hồ sơ", "083", "địa chỉ giao kết quả", "ngày hẹn trả", "họ và tên"):
        assert said.lower() in words(answer).lower()
    answer = await register(officer, procedure="9.999999", office="00000")
    assert "Chọn thủ tục" in words(answer)
    assert "Chọn bưu cục" in words(answer)
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0


async def test_registered_once_however_often_it_is_pressed(
    officer: Client, desk: Connection
) -> None:
    """And a code that the post brings a result for already is not registered again."""
    same = str(uuid4())
    ways = {(await register(officer, form_id=same)).headers["location"] for _ in range(2)}
    assert len(ways) == 1
    again = await register(officer)
    assert again.status_code == 422
    assert "đã đăng ký nhận kết quả" in words(again)


async def test_another_agency_reads_none_of_it(
    officer: Client, client: Client, desk: Connection
) -> None:
    made = (await register(officer)).headers["location"]
    await make.town(desk, office="66D06", suffix="-2")
    await client.sign_in("officer-2")
    assert (await client.get(made)).status_code == 404
    assert (await client.get(f"{made}/receipt.pdf")).status_code == 404


async def test_from_the_agencys_slip_at_a_counter_it_is_the_same(
    client: Client, desk: Connection, town: Town
) -> None:
    """The citizen may as well come to a post office with the slip: one dossier, no number yet."""
    await client.sign_in("clerk")
    form = {
        "csrf": client.form_token,
        "form_id": str(uuid4()),
        "procedure_id": str(town.procedure),
        "agency_id": str(town.agency),
        "service": "return",
        "return_way": "office",
        "name": "Cil Múp Ha Nhàn",
        "phone": "0590000005",
        "agency_code": CODE,
        "due_day": "2026-12-01",
    }
    answer = await client.post("/counter/dossiers", data=form)
    assert answer.status_code == 303, words(answer)
    now = await found(desk)
    assert (now.dossier.service, now.consignments) == ("return", [])
    assert now.dossier.due_at is not None
