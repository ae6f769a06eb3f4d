"""A supervisor's day through the pages: what is silent, who works when, what is closed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.watch import radar
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import FRIDAY, Client, read, silent
from tracking.stages import Act

DAY = timedelta(days=1)


async def standing(desk: Connection) -> list[int]:
    rows = await desk.fetch("SELECT id FROM alarm WHERE cleared_at IS NULL ORDER BY id")
    return [row["id"] for row in rows]


async def test_signing_in_leads_to_the_office_at_a_glance(client: Client, boss: int) -> None:
    """Counts, each with its way on, and who works today."""
    answer = await client.sign_in("boss")
    assert answer.headers["location"] == "/supervisor"

    text = await read(client, "/supervisor")

    for words in ("0 cảnh báo chưa trả lời", "0 chờ người thứ hai", "0 sự cố", "0 nơi đang"):
        assert words in text
    assert "Hôm nay chưa lập lịch ca" in text


async def test_an_alarm_is_answered_with_one_press(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """It says what, where and for how long; pressed twice it is answered once."""
    dossier = await silent(desk, town)
    [alarm] = await standing(desk)
    text = await read(supervisor, "/supervisor/radar")
    assert "Lâu không có ai quét 1" in text
    assert dossier.ref in text
    form = {
        "csrf": supervisor.form_token,
        "id": str(uuid4()),
        "alarm": str(alarm),
        "answer": "asked",
    }

    for _ in range(2):
        answer = await supervisor.post("/supervisor/answers", data=form)
        assert answer.headers["location"] == "/supervisor/radar?answered=1"

    assert "Nguyễn Văn Boss: đã hỏi, chờ trả lời" in await read(supervisor, "/supervisor/radar")
    record = await read(supervisor, f"/supervisor/alarms/{alarm}")
    assert record.count("trả lời: đã hỏi") == 1
    assert "phát cảnh báo, bậc 1" in record


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"alarm": "9999999"}, 404),
        ({"alarm": ""}, 404),
        ({"alarm": "9" * 40}, 404),
        ({"alarm": "²"}, 404),
        ({"answer": "whatever"}, 400),
        ({"id": "none"}, 400),
        ({"csrf": "forged"}, 403),
    ],
)
async def test_answers_that_cannot_be(
    supervisor: Client, desk: Connection, town: Town, change: dict[str, str], status: int
) -> None:
    """Refused in words, and nothing is quiet because of it."""
    await silent(desk, town)
    [alarm] = await standing(desk)
    form = {
        "csrf": supervisor.form_token,
        "id": str(uuid4()),
        "alarm": str(alarm),
        "answer": "known",
    }

    answer = await supervisor.post("/supervisor/answers", data=form | change)

    assert answer.status_code == status
    assert await desk.fetchval("SELECT answer FROM alarm") is None


async def test_each_sees_what_is_theirs(client: Client, desk: Connection, town: Town) -> None:
    """The clerk what is said to her desk, another office nothing, a courier no page at all."""
    dossier = await silent(desk, town)
    [alarm] = await standing(desk)
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    await make.person(desk, "neighbour", "supervisor", other, town.agency)

    await client.sign_in("clerk")
    assert dossier.ref not in await read(client, "/supervisor/radar")
    assert (await client.get("/supervisor")).status_code == 403
    client.forget()
    await client.sign_in("neighbour")
    assert dossier.ref not in await read(client, "/supervisor/radar")
    assert (await client.get(f"/supervisor/alarms/{alarm}")).status_code == 404
    form = {"csrf": client.form_token, "id": str(uuid4()), "alarm": alarm, "answer": "known"}
    assert (await client.post("/supervisor/answers", data=form)).status_code == 404
    client.forget()
    await client.sign_in("courier")
    for path in ("", "/radar", "/stream", "/roster", "/closures"):
        assert (await client.get(f"/supervisor{path}")).status_code == 403, path


async def test_the_manager_hears_what_has_climbed(
    manager: Client, desk: Connection, town: Town
) -> None:
    """Of every office, by its name; the first step is the supervisor's."""
    dossier = await silent(desk, town)
    assert dossier.ref not in await read(manager, "/supervisor/radar")

    await radar.look(desk, town.office, now=MORNING + 8 * DAY)

    assert f"{dossier.ref} · hành trình" not in await read(manager, "/supervisor/radar")
    assert dossier.ref in await read(manager, "/supervisor/radar")
    assert "Bưu cục Phường 2 Đà Lạt 1 1" in await read(manager, "/supervisor")


async def test_every_kind_of_silence_has_words(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """A courier with papers at night, a result on a desk, a missing paper: by name, not by id."""
    overnight = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(overnight, Act.COLLECT, town.by_courier)])
    await make.ready(desk, town, await make.dossier(desk, town))
    missing = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(missing, Act.REPORT_MISSING, town.by_courier)])
    laid = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(
        desk, [make.scan(laid, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )
    await radar.look(desk, town.office, now=FRIDAY)

    text = await read(supervisor, "/supervisor/radar")

    for words in (
        f"{overnight} bưu tá Nguyễn Văn Courier",
        f"{missing} giao lần cuối bởi Bưu cục Phường 2 Đà Lạt",
        f"{laid} chờ cơ quan ký nhận",
        "Kết quả chưa lấy ở cơ quan",
        "Bưu điện sắp trễ hẹn",
    ):
        assert words in text
    _, _, page = text.partition("Thoát")
    assert "?" not in page.partition("Phím tắt")[0].replace("còn?", "")


async def test_a_fragment_is_the_list_alone(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """What the live page fetches again: no bar, no second heading."""
    dossier = await silent(desk, town)

    for path, kept in (("/supervisor/radar", dossier.ref), ("/supervisor", "cảnh báo")):
        answer = await supervisor.get(path, headers={"HX-Request": "true"})
        assert kept in answer.text
        assert "<h1" not in answer.text
