"""Who wants messages: said at the counter or on the page, and kept by everything that sends."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from notifications import outbox
from notifications.messages import SECRET
from postal_service.desk.citizen.directory import DeskDirectory
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking.model import Dossier
from tracking.stages import Act, Stage

DIRECTORY = DeskDirectory(b"test")


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def choose(
    client: Client, dossier: Dossier, allowed: bool, digits: str = "0001", **more: str
) -> httpx.Response:
    data = {"digits": digits, "allowed": str(allowed).lower(), "form_id": str(uuid4())} | more
    return await client.post(f"/h/{dossier.tracking_code}/texts", data=data)


async def draft(desk: Connection) -> None:
    async with desk.transaction():
        await outbox.draft(desk, directory=DIRECTORY, now=MORNING)


async def messages(desk: Connection) -> list[str]:
    return [row["template"] for row in await desk.fetch("SELECT template FROM sms ORDER BY id")]


async def tasks(desk: Connection) -> list[str]:
    return [row["text_vi"] for row in await desk.fetch("SELECT text_vi FROM task ORDER BY id")]


# --- the citizen's page ----------------------------------------------------------------------


async def test_the_page_lists_what_was_sent_and_keeps_the_words_back(
    client: Client, desk: Connection, town: Town
) -> None:
    """The code shows that something was sent; its words need the digits; no door code is shown."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.OUT)
    await draft(desk)
    await desk.execute(
        "UPDATE sms SET state = 'sent', sent_at = $1 WHERE template = 'out_for_delivery'", MORNING
    )

    opened = await client.get(f"/h/{dossier.tracking_code}")
    whole = await client.post(f"/h/{dossier.tracking_code}", data={"digits": "0001"})

    assert "Hôm nay bưu tá phát kết quả 23/11 08:15 mạng điện thoại đã nhận" in words(opened)
    assert "BDLAMDONG" not in opened.text
    assert "BDLAMDONG: Hom nay buu ta Van" in words(whole)
    assert "hom nay: ••••••." in words(whole)
    assert SECRET not in whole.text


async def test_messages_are_stopped_and_begun_again_on_the_page(
    client: Client, desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town)

    stopped = await choose(client, dossier, allowed=False)
    assert "Ông/bà đã chọn không nhận tin nhắn." in words(stopped)
    await draft(desk)
    assert await messages(desk) == []
    assert await tasks(desk) == []  # nothing for her to do: nobody rings either

    begun = await choose(client, dossier, allowed=True)
    assert "Ông/bà đang nhận tin nhắn về hồ sơ." in words(begun)
    await make.signed(desk, town, dossier)
    await draft(desk)
    assert await messages(desk) == ["handed_to_agency"]


async def test_who_wants_no_messages_is_called_when_she_must_act(
    client: Client, desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await draft(desk)
    await choose(client, dossier, allowed=False)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.ASK_MORE)

    await draft(desk)

    [said] = await tasks(desk)
    assert "cơ quan yêu cầu bổ sung giấy tờ" in said


async def test_the_choice_holds_for_the_number(
    client: Client, desk: Connection, town: Town
) -> None:
    """Two dossiers, one telephone: it rings for neither."""
    first = await make.dossier(desk, town)
    await choose(client, first, allowed=False)
    await make.dossier(desk, town)
    await make.dossier(desk, town, phone="+84590000002")

    await draft(desk)

    assert await messages(desk) == ["accepted"]


async def test_a_second_press_is_the_first_one(
    client: Client, desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town)
    form_id = str(uuid4())

    for _ in range(2):
        answer = await choose(client, dossier, allowed=False, form_id=form_id)
        assert answer.status_code == 200

    assert await desk.fetchval("SELECT count(*) FROM sms_choice") == 1


@pytest.mark.parametrize("digits", ["0002", "", "000", "١٢٣٤"])
async def test_without_the_digits_nobody_chooses(
    client: Client, desk: Connection, town: Town, digits: str
) -> None:
    """Who finds a receipt may not silence its owner."""
    dossier = await make.dossier(desk, town)

    answer = await choose(client, dossier, allowed=False, digits=digits)

    assert answer.status_code == 404
    assert await desk.fetchval("SELECT count(*) FROM sms_choice") == 0


async def test_where_nothing_can_be_sent_there_is_nothing_to_choose(
    client: Client, desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town, phone=None)

    answer = await choose(client, dossier, allowed=False)

    assert answer.status_code == 422
    assert "không có số di động nhận tin nhắn" in words(answer)


# --- the counter -----------------------------------------------------------------------------


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


async def test_the_clerk_writes_down_what_is_said(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """By scan, button, and the clerk's name beside it; the number itself stays masked."""
    dossier = await make.dossier(desk, town)
    found = await clerk.get("/counter/texts", params={"code": dossier.ref})
    assert "Người nộp: Trần Bích Uyên đang nhận tin 0590 *** 001" in words(found)
    assert "0590 000 001" not in words(found)

    data = {
        "csrf": clerk.form_token, "form_id": str(uuid4()), "ref": dossier.ref,
        "who": "applicant", "allowed": "false",
    }  # fmt: skip
    for _ in range(2):
        answer = await clerk.post("/counter/texts", data=data)

    assert "Đã ghi." in words(answer)
    assert "không nhận tin 0590 *** 001 nói tại quầy với Nguyễn Văn Clerk" in words(answer)
    assert await desk.fetchval("SELECT count(*) FROM sms_choice WHERE NOT allowed") == 1


@pytest.mark.parametrize("code", ["LD-261123-99999", "xin chào", "RB000000105VN", "²"])
async def test_what_is_not_ours_is_not_found(clerk: Client, code: str) -> None:
    answer = await clerk.get("/counter/texts", params={"code": code})

    assert answer.status_code == 404
    assert 'role="alert"' in answer.text


async def test_another_office_is_not_asked(client: Client, desk: Connection, town: Town) -> None:
    """Its people's choices are its own business."""
    other = await make.town(desk, office="66200", suffix="2")
    dossier = await make.dossier(desk, other)
    await client.sign_in("clerk")

    found = await client.get("/counter/texts", params={"code": dossier.ref})
    data = {
        "csrf": client.form_token, "form_id": str(uuid4()), "ref": dossier.ref,
        "who": "applicant", "allowed": "false",
    }  # fmt: skip
    answer = await client.post("/counter/texts", data=data)

    assert (found.status_code, answer.status_code) == (404, 404)
    assert await desk.fetchval("SELECT count(*) FROM sms_choice") == 0
