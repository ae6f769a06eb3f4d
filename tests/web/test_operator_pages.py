"""What the operator sees of messages, and what she can do about those that failed."""

from __future__ import annotations

import pytest
from asyncpg import Connection

from notifications import health_store
from notifications.gateway import MaybeSent, MemoryGateway, Refused, TextStopped, TryLater
from postal_service import security_store
from postal_service.app import create_app
from postal_service.caller import Role
from postal_service.clock import Clock
from postal_service.database import open_database
from postal_service.settings import Settings
from postal_service.web.operator_words import reason, span
from tests import make
from tests.make import MORNING, Town
from tests.notifications.travel import MINUTE, BrokenGateway, draft, send, states
from tests.web.conftest import Client
from tracking.stages import Stage


@pytest.fixture
async def operator(client: Client, desk: Connection, town: Town) -> Client:
    await security_store.add_person(
        desk, username="op", full_name="Trần Vận Hành", given_name="Hành", role=Role.OPERATOR,
        office_id=None, agency_id=None, phone=None, password_hash=make.PASSWORD_HASH,
    )  # fmt: skip
    await client.sign_in("op")
    return client


async def fail(town_url: str, desk: Connection, town: Town, refusal: Exception) -> None:
    """One message that met *refusal*."""
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        await make.dossier(desk, town)
        await draft(post)
        await send(post, BrokenGateway(refusal))


async def arrive(town_url: str) -> MemoryGateway:
    """What would leave now through a sound network."""
    gateway = MemoryGateway()
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        await send(post, gateway, now=MORNING + MINUTE)
    return gateway


async def press(client: Client, path: str, **fields: str) -> int:
    answer = await client.post(path, data=fields | {"csrf": client.form_token})
    return answer.status_code


async def test_only_operators_come_in(client: Client, town: Town) -> None:
    await client.sign_in("clerk")

    assert (await client.get("/operator")).status_code == 403
    assert await press(client, "/operator/replay", ids="1") == 403


async def test_an_empty_outbox_says_so(operator: Client) -> None:
    page = await operator.get("/operator")

    assert page.status_code == 200
    assert "Không tin nào hỏng trong 7 ngày qua." in page.text
    assert "Chưa gửi tin nào." in page.text


async def test_a_failure_is_told_in_words_and_can_be_sent_again_once(
    operator: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """The second press, or a page that is an hour old, sends nothing twice."""
    await fail(town_url, desk, town, Refused("400/21614"))
    page = (await operator.get("/operator")).text
    assert "Đây là số máy bàn, không nhận được tin." in page
    assert "590000001" not in page, "a telephone number has no business here"

    assert await press(operator, "/operator/replay", ids="1") == 303
    assert await press(operator, "/operator/replay", ids="1 1 x ² -1 " + 40 * "9") == 303

    assert len((await arrive(town_url)).sent) == 1
    assert await states(desk) == ["sent"]
    assert await press(operator, "/operator/replay", ids="1") == 303
    assert len((await arrive(town_url)).sent) == 0
    kept = await desk.fetch("SELECT was, error FROM sms_replay")
    assert [(row["was"], row["error"]) for row in kept] == [("refused", "400/21614")]


async def test_a_code_is_masked_and_never_sent_again_by_hand(
    operator: Client, desk: Connection, town: Town, town_url: str
) -> None:
    opened = await make.dossier(desk, town)
    await make.result(desk, town, opened, Stage.OUT)
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        await draft(post)
        await send(post, BrokenGateway(MaybeSent("TimeoutError")))
    coded = await desk.fetchval("SELECT id FROM sms WHERE template = 'delivery_code'")

    page = (await operator.get("/operator")).text
    assert "••••••" in page
    assert "{secret}" not in page
    await press(operator, "/operator/replay", ids=str(coded))

    assert await desk.fetchval("SELECT state FROM sms WHERE id = $1", coded) == "unknown"


async def test_a_stopped_text_is_shouted_and_lifted(
    operator: Client, desk: Connection, town: Town, town_url: str
) -> None:
    await fail(town_url, desk, town, TextStopped("400/30007"))
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        await make.dossier(desk, town)
        await draft(post)
    assert (await arrive(town_url)).sent == []
    page = (await operator.get("/operator")).text
    assert "Mẫu tin bị mạng chặn" in page
    assert "Mạng lọc mẫu tin này: kiểm tra đăng ký mẫu." in page

    assert await press(operator, "/operator/stops/accepted/lift") == 303
    assert await press(operator, "/operator/stops/accepted/lift") == 303

    assert len((await arrive(town_url)).sent) == 1
    assert "Mẫu tin bị mạng chặn" not in (await operator.get("/operator")).text


async def test_a_paused_network_says_why_and_can_be_used_again(
    operator: Client, desk: Connection
) -> None:
    until = MORNING + 60 * MINUTE
    await health_store.pause(desk, "twilio", until, "401/20003", MORNING)

    page = (await operator.get("/operator")).text
    assert "nghỉ đến 09:15" in page
    assert "Tài khoản nhắn tin bị từ chối" in page
    assert await press(operator, "/operator/networks/twilio/resume") == 303

    assert "đang nhận tin" in (await operator.get("/operator")).text


async def test_costs_stand_by_day_and_office(
    operator: Client, desk: Connection, town: Town, town_url: str
) -> None:
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        for _ in range(3):
            await make.dossier(desk, town)
        await draft(post)
        await send(post, MemoryGateway())

    page = " ".join((await operator.get("/operator")).text.split())

    assert "<td>23/11/2026</td>" in page
    assert '<td class="num">3</td><td class="num">3</td><td class="num">1.350 ₫</td>' in page


async def test_what_waits_too_long_is_shouted(
    operator: Client, desk: Connection, town: Town, town_url: str
) -> None:
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        await make.dossier(desk, town)
        await draft(post, now=MORNING - 20 * MINUTE)

    figures = await operator.get("/operator", headers={"hx-request": "true"})

    assert "Tin đang chậm." in figures.text
    assert "20 phút" in figures.text
    assert "<h1>" not in figures.text, "only the figures are fetched again"


@pytest.fixture
async def watched(town_url: str, clock: Clock) -> Client:
    return Client(create_app(Settings(database_url=town_url, metrics_token="token"), clock=clock))


async def test_figures_are_for_whoever_shows_the_token(
    watched: Client, client: Client, desk: Connection, town: Town, town_url: str
) -> None:
    await fail(town_url, desk, town, TryLater("503"))
    async with watched:
        told = await watched.get("/metrics", headers={"authorization": "Bearer token"})
        wrong = await watched.get(
            "/metrics", headers={"authorization": "Bearer kh\u00f4ng".encode()}
        )
        none = await watched.get("/metrics")

    assert told.status_code == 200
    lines = told.text.splitlines()
    assert 'postal_sms_outbox{why="later"} 1.0' in lines
    assert 'postal_sms_day{state="queued"} 1.0' in lines
    assert 'postal_sms_network_calls{network="broken"} 2.0' in lines
    assert (wrong.status_code, none.status_code) == (404, 404)
    assert (await client.get("/metrics")).status_code == 404, "no token, no figures"


def test_every_reason_is_a_sentence() -> None:
    """What the networks say is numbers; an operator reads what to do."""
    for error in ("400/21614", "30003", "503/None", "lapsed", None, "E21", "502/None"):
        assert reason(error).endswith(".")
    assert reason("E21") == "Mạng báo lỗi E21."
    assert [span(s) for s in (5, 119, 150, 7300, 200_000)] == [
        "5 giây", "119 giây", "2 phút", "2 giờ", "2 ngày",
    ]  # fmt: skip
