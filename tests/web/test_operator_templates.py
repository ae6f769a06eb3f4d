"""The operator's texts: what each costs, and that only what every network approved leaves."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from msgspec.structs import replace

from notifications import templates
from notifications.messages import fold, placeholders_in
from notifications.templates import NETWORKS, TemplateRow
from postal_service import security_store
from postal_service.caller import Role
from postal_service.desk.published import tables
from postal_service.settings import DATA
from tests import make
from tests.make import Town
from tests.web.conftest import Client

PATH = "/operator/templates"
WORDING = "BDLAMDONG: Bưu điện đã nhận hồ sơ {ref} gửi {agency}. Hỏi đáp {hotline}."
HTMX = {"hx-request": "true"}


@pytest.fixture
async def operator(client: Client, desk: Connection, town: Town) -> Client:
    await security_store.add_person(
        desk, username="op", full_name="Trần Vận Hành", given_name="Hành", role=Role.OPERATOR,
        office_id=None, agency_id=None, phone=None, password_hash=make.PASSWORD_HASH,
    )  # fmt: skip
    await client.sign_in("op")
    return client


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def write(client: Client, text: str, **more: str) -> httpx.Response:
    data = {"csrf": client.form_token, "form_id": str(uuid4()), "text_vi": text} | more
    return await client.post(f"{PATH}/accepted", data=data)


async def test_every_text_is_listed_with_its_price(operator: Client) -> None:
    """One part unaccented, three with accents: the reason stands in the table."""
    seen = words(await operator.get(PATH))

    assert "Bưu cục đã nhận hồ sơ accepted người nộp bản 1 5/5 demo 155 1 450 ₫" in seen
    assert "3 phần · 1.350 ₫" in seen


async def test_the_figures_follow_what_is_typed(operator: Client) -> None:
    """What is wrong is said while it is written, not when it is saved."""
    data = {"csrf": operator.form_token, "form_id": str(uuid4())}

    fine = await operator.post(f"{PATH}/accepted/measure", data=data | {"text_vi": WORDING})
    long = await operator.post(
        f"{PATH}/accepted/measure", data=data | {"text_vi": WORDING + " Xin cảm ơn." * 9}
    )
    strange = await operator.post(
        f"{PATH}/accepted/measure", data=data | {"text_vi": "BDLAMDONG: {name} {"}
    )

    assert "Da nhan" not in words(fine)
    assert "BDLAMDONG: Buu dien da nhan ho so LD-261123-00123 gui UBND" in words(fine)
    assert "Bảng chữ GSM-7" in words(fine)
    assert "Bảng chữ UCS-2" in words(fine)
    assert "Mẫu này gửi được" in words(fine)
    assert "dài 2 phần, quá mức 1" in words(long)
    assert "không có giá trị cho: name" in words(strange)


async def test_a_new_wording_waits_while_the_old_one_leaves(
    operator: Client, desk: Connection
) -> None:
    """And a second press of the same form is the same version."""
    form_id = str(uuid4())
    for _ in range(2):
        answer = await write(operator, WORDING, form_id=form_id)
        assert answer.status_code == 303

    page = words(await operator.get(answer.headers["location"]))
    assert "Bản 2 chưa được duyệt đủ Trần Vận Hành" in page
    assert "Bản 1 đang gửi" in page
    assert await desk.fetchval("SELECT count(*) FROM sms_template WHERE key = 'accepted'") == 2
    text = await desk.fetchval("SELECT text_ascii FROM sms_template WHERE version = 2")
    assert text == "BDLAMDONG: Buu dien da nhan ho so {ref} gui {agency}. Hoi dap {hotline}."


async def test_it_leaves_when_the_last_network_agrees(operator: Client) -> None:
    await write(operator, WORDING)
    said = {"csrf": operator.form_token} | dict.fromkeys(NETWORKS, "approved")

    await operator.post(f"{PATH}/accepted/versions/2", data=said | {"gmobile": ""})
    assert "Bản 2 chưa được duyệt đủ" in words(await operator.get(f"{PATH}/accepted"))

    answer = await operator.post(f"{PATH}/accepted/versions/2", data=said)
    assert "Bản 2 đang gửi" in words(await operator.get(answer.headers["location"]))


async def test_before_a_real_network_the_demonstrations_own_word_is_taken_back(
    operator: Client, desk: Connection
) -> None:
    """And a later load does not give it again, whatever it brings."""
    for _ in range(2):
        await operator.post(f"{PATH}/demo", data={"csrf": operator.form_token})

    seen = words(await operator.get(PATH))
    assert "accepted người nộp không gửi được" in seen
    assert "demo" not in seen
    rows, _ = tables.read(DATA / "sms_templates.csv", TemplateRow)
    changed = replace(
        rows[0].row,
        text_vi=WORDING,
        text_ascii=fold(WORDING),
        placeholders=placeholders_in(WORDING),
    )
    async with desk.transaction():
        await templates.add(desk, [changed])
        assert "accepted" not in await templates.current(desk)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Bưu điện đã nhận hồ sơ {ref}.", "thiếu tên thương hiệu BDLAMDONG"),
        ("BDLAMDONG: Chào {receiver}, hồ sơ {ref}.", "không có giá trị cho: receiver"),
        ("BDLAMDONG: " + "rất dài " * 30, "phần, quá mức 1"),
        ("BDLAMDONG: hồ sơ {ref", "chưa đăng ký: {"),
    ],
)
async def test_what_could_not_be_sent_is_not_saved(
    operator: Client, desk: Connection, text: str, says: str
) -> None:
    """The refusal comes beside the form, and the form keeps what was typed."""
    data = {"csrf": operator.form_token, "form_id": str(uuid4()), "text_vi": text}

    answer = await operator.post(f"{PATH}/accepted", data=data, headers=HTMX)

    assert answer.status_code == 422
    assert says in words(answer)
    assert answer.headers["hx-retarget"] == "#notice"
    assert await desk.fetchval("SELECT count(*) FROM sms_template WHERE key = 'accepted'") == 1


async def test_no_such_text(operator: Client) -> None:
    said = {"csrf": operator.form_token, "viettel": "approved"}

    assert (await operator.get(f"{PATH}/nothing")).status_code == 404
    assert (await operator.post(f"{PATH}/accepted/versions/9", data=said)).status_code == 404


@pytest.mark.parametrize("key", ["%00", "ACCEPTED", "a" * 300, "..%2f..", "²", "1"])
async def test_what_is_no_key_is_no_text(operator: Client, key: str) -> None:
    said = {"csrf": operator.form_token, "viettel": "approved"}

    assert (await operator.get(f"{PATH}/{key}")).status_code == 404
    assert (await operator.post(f"{PATH}/{key}/versions/1", data=said)).status_code == 404


@pytest.mark.parametrize("version", ["0", "-1", "9" * 40, "10000"])
async def test_what_is_no_version_is_not_decided(operator: Client, version: str) -> None:
    said = {"csrf": operator.form_token, "viettel": "approved", "gmobile": "nothing"}

    answer = await operator.post(f"{PATH}/accepted/versions/{version}", data=said)

    assert answer.status_code == 404


async def test_line_ends_of_a_browser_are_not_sent(operator: Client, desk: Connection) -> None:
    """They would count, and be paid for in every message."""
    await write(operator, WORDING.replace(" {ref}", "\r\n\t {ref}"))

    assert await desk.fetchval("SELECT text_vi FROM sms_template WHERE version = 2") == WORDING


async def test_texts_are_the_operators_alone(client: Client) -> None:
    await client.sign_in("clerk")

    assert (await client.get(PATH)).status_code == 403
