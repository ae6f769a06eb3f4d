"""Transfers at the counter and at the door: the square, the money's coming, cash after all."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import cv2
import numpy
import pytest
import typst
import zxingcpp
from asyncpg import Connection

from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.desk.money import transfers, vietqr
from postal_service.desk.money.vietqr import Payee
from postal_service.settings import BadSetting, Settings
from tests import make
from tests.desk.money.bank import request
from tests.make import Town
from tests.web.conftest import Client, read
from tests.web.test_counter_pages import form
from tracking.stages import Stage

PAYEE = Payee(bin="999999", account="DEMO000000", name="TAI KHOAN MAU")
BANK = {"bank_bin": PAYEE.bin, "bank_account": PAYEE.account, "bank_name": PAYEE.name}


@pytest.fixture
async def client(town_url: str, clock: Clock) -> AsyncIterator[Client]:
    """The application of a post with an account."""
    app = create_app(Settings(database_url=town_url, demo=True, **BANK), clock=clock)
    async with Client(app) as client:
        client.follow_redirects = False
        client.headers["accept"] = "text/html"
        yield client


def square_in(page: str) -> str:
    """What a phone's camera reads off the page."""
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found, page
    svg = base64.b64decode(found[1])
    png = typst.compile(
        b'#set page(width: 10cm, height: 10cm, margin: 1cm)\n#image(bytes(sys.inputs.svg), '
        b'format: "svg", width: 8cm)',
        format="png", ppi=150, sys_inputs={"svg": svg.decode()},
    )  # fmt: skip
    picture = cv2.imdecode(numpy.frombuffer(png, numpy.uint8), cv2.IMREAD_GRAYSCALE)
    return str(zxingcpp.read_barcode(picture).text)


def press(client: Client, **said: object) -> dict[str, object]:
    return {"csrf": client.form_token, "id": str(uuid4())} | said


async def notice(client: Client, content: str, vnd: str = "15000", ref: str = "FT1") -> str:
    answer = await client.post(
        "/counter/transfers/notice",
        data={
            "csrf": client.form_token, "day": "23/11/2026", "amount": vnd, "content": content,
            "bank_ref": ref,
        },
    )  # fmt: skip
    assert answer.status_code in (200, 422)
    return answer.text


async def test_the_square_says_amount_account_and_reference(
    client: Client, desk: Connection, town: Town
) -> None:
    """A camera reads from the screen what the app fills in."""
    asked = await request(desk, town)
    await client.sign_in("clerk")

    page = await client.get(f"/counter/transfers/{asked.reference}")
    text = square_in(page.text)
    slip = await client.get(f"/counter/transfers/{asked.reference}/slip.pdf")

    assert text == vietqr.payload(PAYEE, 15000, asked.reference)
    assert slip.content.startswith(b"%PDF")
    assert "15.000 ₫" in page.text


async def test_the_page_hears_that_the_money_is_there(
    client: Client, desk: Connection, town: Town
) -> None:
    """While it waits it asks again; then the square is gone, and the receipt is named."""
    asked = await request(desk, town)
    await client.sign_in("clerk")
    where, asking = f"/counter/transfers/{asked.reference}", {"hx-request": "true"}

    before = await client.get(where, headers=asking)
    said = await notice(client, f"ck {asked.reference.lower()}")
    after = await client.get(where, headers=asking)

    assert "Đang chờ tiền về" in before.text
    assert f"Đã nhận {'15.000 ₫'}" in said
    assert after.headers["hx-retarget"] == "#transfer"
    assert re.search(r"biên lai.*BL-66D01-261123-\d{4}", after.text)
    assert "data:image" not in after.text
    assert "không ghi thêm" in await notice(client, f"ck {asked.reference.lower()}")


async def test_what_the_notice_must_say(client: Client, desk: Connection, town: Town) -> None:
    """Each mistake is said, and what was typed stays in the form."""
    await request(desk, town)
    await client.sign_in("clerk")

    for vnd in ("-1", "1,5", "1" + "0" * 18, "0", "một"):
        said = await notice(client, "x", vnd)
        assert "Chưa ghi:" in said
    assert "Chưa ghi:" in await notice(client, "x", ref="")
    assert "chưa rõ" not in await notice(client, "x", ref="FT7")
    assert "số tiền khác" in await notice(client, "x", "16000", ref="FT7")
    assert await desk.fetchval("SELECT count(*) FROM bank_line") == 1


async def test_accepted_and_asked_for(client: Client, desk: Connection, town: Town) -> None:
    """The papers are accepted and nothing is in the till; a second press asks for nothing more."""
    await client.sign_in("clerk")
    typed = await form(desk, town, client, means="transfer")

    for _ in range(2):
        saved = await client.post("/counter/dossiers", data=typed)
        assert saved.status_code == 303, saved.text
    ref = saved.headers["location"].split("/")[3].partition("?")[0]
    panel = await client.get(f"/counter/transfers/panel?ref={ref}")
    receipt = await client.get(f"/counter/dossiers/{ref}")

    [asked] = await transfers.awaited(desk, town.office)
    assert (asked.ref, asked.moment) == (ref, "before")
    assert square_in(panel.text) == vietqr.payload(PAYEE, asked.amount_vnd, asked.reference)
    assert "chưa nhận đủ" in receipt.text
    assert await desk.fetchval("SELECT count(*) FROM entry") == 0


async def test_cash_after_all(client: Client, desk: Connection, town: Town) -> None:
    """The citizen has no app: the request ends, the money lies in the till, once."""
    asked = await request(desk, town)
    await client.sign_in("clerk")
    form = press(client)

    for _ in range(2):
        answer = await client.post(f"/counter/transfers/{asked.reference}/cash", data=form)
        assert answer.headers["location"] == f"/counter/dossiers/{asked.ref}"

    ended = await transfers.by_reference(desk, asked.reference)
    assert (ended.state, ended.why) == ("cancelled", "cash")
    taken = "SELECT count(*) FROM entry WHERE kind = 'collect' AND key = $1"
    assert await desk.fetchval(taken, form["id"]) == 1
    assert "Không chờ khoản chuyển nào" in await read(client, "/counter/transfers")
    assert (await client.get("/counter/transfers/waiting")).text.strip() == ""


async def test_from_the_dossiers_page(client: Client, desk: Connection, town: Town) -> None:
    """What is due on delivery may be transferred before; given up, the courier collects it."""
    dossier = await make.dossier(desk, town)
    await client.sign_in("clerk")

    panel = await read(client, f"/counter/transfers/panel?ref={dossier.ref}")
    form = press(client, ref=dossier.ref, moment="on_delivery")
    answer = await client.post("/counter/transfers", data=form)
    where = answer.headers["location"]
    again = await client.post("/counter/transfers", data=form)
    assert "Thu khi giao kết quả: 22.000 ₫" in panel
    assert again.headers["location"] == where
    assert dossier.ref in await read(client, "/counter/transfers")
    assert f"{dossier.ref} Trần Bích Uyên" in await read(client, "/counter/transfers/waiting")

    await client.post(f"{where}/cancel", data=press(client))
    found = await transfers.of_dossier(desk, dossier.id)
    assert [(each.state, each.why) for each in found] == [("cancelled", "given_up")]


async def test_at_the_door(client: Client, desk: Connection, town: Town) -> None:
    """The courier shows the square; when the money is there nothing is left to collect."""
    dossier = await make.dossier(desk, town)
    number = await make.result(desk, town, dossier, Stage.OUT)
    await client.sign_in("courier")

    form = press(client, s10=number)
    first = await client.post("/courier/transfers", data=form)
    where = first.headers["location"]
    second = await client.post("/courier/transfers", data=press(client, s10=number))
    assert second.headers["location"] == where
    asked = (await transfers.of_dossier(desk, dossier.id))[0]
    assert square_in((await client.get(where)).text) == vietqr.payload(
        PAYEE, 22000, asked.reference
    )

    await client.sign_in("clerk")
    await notice(client, asked.reference, "22000")
    await client.sign_in("courier")
    assert "Đã nhận 22.000 ₫" in (await client.get(f"{where}&part=1")).text
    left = await desk.fetchval("SELECT collect_vnd FROM to_collect($1, 'R')", dossier.id)
    assert left == 0


async def test_a_notice_pays_nothing_of_another_office(
    client: Client, desk: Connection, town: Town
) -> None:
    """A clerk's word pays her own office's requests: elsewhere only the bank's statement does."""
    far = await make.town(desk, office="66600", suffix="-far")
    asked = await request(desk, far)
    await client.sign_in("clerk")

    said = await notice(client, asked.reference)

    assert asked.ref not in said
    assert (await transfers.by_reference(desk, asked.reference)).state == "awaited"
    assert (await client.get(f"/counter/transfers/{asked.reference}")).status_code == 404


async def test_without_an_account_transfer_is_not_offered(
    town_url: str, clock: Clock, desk: Connection, town: Town
) -> None:
    """A post that has named no bank takes cash, and says so where a transfer is awaited."""
    asked = await request(desk, town)
    app = create_app(Settings(database_url=town_url, demo=True), clock=clock)
    async with Client(app) as client:
        client.headers["accept"] = "text/html"
        await client.sign_in("clerk")
        form = await client.get("/counter")
        page = await client.get(f"/counter/transfers/{asked.reference}")
        panel = await client.get(f"/counter/transfers/panel?ref={asked.ref}")

    assert 'value="transfer"' not in form.text
    assert "chưa đặt tài khoản" in page.text
    assert "Nhận chuyển khoản" not in panel.text


def test_an_account_no_app_could_find_is_refused() -> None:
    """Half an account, or one with blanks in it, must not be printed."""
    for environ in (
        {"BANK_BIN": "970436"},
        {"BANK_ACCOUNT": "123"},
        {"BANK_BIN": "97043", "BANK_ACCOUNT": "123"},
        {"BANK_BIN": "970436", "BANK_ACCOUNT": "12 3"},
    ):
        with pytest.raises(BadSetting, match="BANK_BIN"):
            Settings.read(environ)
    assert Settings.read({"BANK_BIN": "970436", "BANK_ACCOUNT": "123"}).takes_transfers
