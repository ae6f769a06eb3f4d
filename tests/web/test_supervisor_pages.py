"""A supervisor's day through the pages: what is silent, who works when, what is closed."""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.clock import VIETNAM, Clock
from postal_service.database import Context, Database, open_database
from postal_service.desk import closures, radar
from postal_service.web import radar_feed
from postal_service.web.radar_feed import Feed, still_open, told
from tests import make
from tests.desk.test_radar import staff
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking.model import Dossier
from tracking.stages import Act, Stage

DAY = timedelta(days=1)
TAGS = re.compile(r"<[^>]+>")
FRIDAY = MORNING + 4 * DAY


@pytest.fixture
async def boss(desk: Connection, town: Town) -> int:
    """The office's supervisor."""
    return await make.person(desk, "boss", "supervisor", town.office, town.agency)


@pytest.fixture
async def supervisor(client: Client, boss: int) -> Client:
    await client.sign_in("boss")
    return client


@pytest.fixture
async def manager(client: Client, desk: Connection) -> Client:
    """Of all offices, and of none."""
    await desk.execute(
        "INSERT INTO person (username, full_name, given_name, role, password_hash)"
        " VALUES ('chief', 'Lê Quang Chí', 'Chí', 'manager', $1)",
        make.PASSWORD_HASH,
    )
    await client.sign_in("chief")
    return client


async def silent(desk: Connection, town: Town) -> Dossier:
    """A dossier nobody has touched since Monday, and the radar has looked on Friday."""
    dossier = await make.dossier(desk, town, offered=False)
    await radar.look(desk, town.office, now=FRIDAY)
    return dossier


async def read(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(TAGS.sub(" ", answer.text).split())


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
    assert "?" not in text.replace("còn?", "")


async def test_a_fragment_is_the_list_alone(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """What the live page fetches again: no bar, no second heading."""
    dossier = await silent(desk, town)

    for path, kept in (("/supervisor/radar", dossier.ref), ("/supervisor", "cảnh báo")):
        answer = await supervisor.get(path, headers={"HX-Request": "true"})
        assert kept in answer.text
        assert "<h1" not in answer.text


# --- the live figures -------------------------------------------------------------------------


class Counted(Database):
    """A door that counts how often it is opened."""

    opened = 0

    def begin(self, context: Context) -> AbstractAsyncContextManager[Connection]:
        self.opened += 1
        return super().begin(context)


async def test_many_pages_ask_once(
    town_url: str, desk: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty tabs are one query; who is slow has the newest figures, not a queue of old ones."""
    monkeypatch.setattr(radar_feed, "EVERY", 0.2)
    async with open_database(town_url, size=3, name="feed") as database, AsyncExitStack() as tabs:
        door = Counted(database._pool)
        feed = Feed(door, Clock.showing(FRIDAY))
        ears = [await tabs.enter_async_context(feed.listen()) for _ in range(50)]
        firsts = [await asyncio.wait_for(ear.get(), 5) for ear in ears]
        assert firsts == [[]] * 50
        assert door.opened < 10
        await silent(desk, town)
        async with asyncio.timeout(10):
            while not (seen := await ears[0].get()):
                pass
        assert all(ear.qsize() <= 1 for ear in ears)
        assert await asyncio.wait_for(ears[1].get(), 5) == seen
        assert [(mark.receiver, mark.loud) for mark in seen] == [("supervisor", 1)]


async def test_nobody_looks_where_nobody_listens(town_url: str) -> None:
    """The last page that closes ends the looking, and the next one begins it anew."""
    async with open_database(town_url, size=2, name="feed") as database:
        door = Counted(database._pool)
        feed = Feed(door, Clock.showing(FRIDAY))
        for opened in (1, 2):
            async with feed.listen() as ear:
                assert await asyncio.wait_for(ear.get(), 5) == []
            assert door.opened == opened


async def test_the_feed_outlives_its_database(
    town_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing can be read the pages are told so, and then go on."""
    monkeypatch.setattr(radar_feed, "EVERY", 0.05)
    async with open_database(town_url, size=2, name="feed") as database:
        feed = Feed(database, Clock.showing(FRIDAY))
        async with feed.listen() as ear:
            assert await asyncio.wait_for(ear.get(), 5) == []
            async with database.begin(Context.job("hold")), database.begin(Context.job("hold")):
                async with asyncio.timeout(10):
                    while await ear.get() is not None:
                        pass
            async with asyncio.timeout(10):
                while await ear.get() is None:
                    pass


async def test_the_stream_tells_figures_and_names_nobody(
    supervisor: Client, desk: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers once, then a pulse, so that a page knows a dead line from a quiet one."""
    monkeypatch.setattr(radar_feed, "PULSE", 0.3)
    monkeypatch.setattr(radar_feed, "LONGEST", 2)
    await silent(desk, town)

    answer = await supervisor.get("/supervisor/stream")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: figures") == 1
    assert 'data: {"standing":1,"loud":1,"mark":"' in answer.text
    assert answer.text.count("event: pulse") == 2


async def test_who_has_signed_out_hears_no_more(
    supervisor: Client,
    desk: Connection,
    town_url: str,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line that was opened is no key; but a screen left alone for long still nags."""
    monkeypatch.setattr(radar_feed, "PULSE", 0.2)
    token = supervisor.cookies["postal"]
    async with open_database(town_url, size=2, name="feed") as database:

        async def signed_in() -> bool:
            return await still_open(database, token, MORNING + timedelta(minutes=20))

        heard = told(Feed(database, Clock.showing(MORNING)), staff(town), signed_in)
        assert (await anext(heard)).event == "figures"
        assert await signed_in()

        await desk.execute("DELETE FROM session")

        async with asyncio.timeout(30):
            while (word := await anext(heard)).event != "closed":
                assert word.event == "pulse"
        assert [word async for word in heard] == []


# --- who works when ---------------------------------------------------------------------------


async def test_a_week_is_planned_and_copied(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """Saved once, shown on the front page, and the next week's draft is not saved by looking."""
    cell = f"s-{town.courier}-2026-11-23"
    form = {"csrf": supervisor.form_token, "day": "2026-11-23", cell: "morning"}

    for _ in range(2):
        answer = await supervisor.post("/supervisor/roster", data=form)
        assert answer.status_code == 303
        assert "saved=true" in answer.headers["location"]

    assert "Sáng Nguyễn Văn Courier" in await read(supervisor, "/supervisor")
    draft = await supervisor.get("/supervisor/roster?day=2026-11-30&copy=true")
    assert "chưa ghi" in draft.text
    assert re.search(r's-\d+-2026-11-30"(?:(?!</select>).)*morning" selected', draft.text, re.S)
    assert await desk.fetchval("SELECT count(*) FROM roster") == 1


@pytest.mark.parametrize("day", ["", "2026-11-23", "1999-01-01", "2099-12-31", "x", "2026-13-40"])
async def test_a_week_asked_for_in_any_way(supervisor: Client, day: str) -> None:
    """A week or a sentence, never a failure."""
    answer = await supervisor.get("/supervisor/roster", params={"day": day})

    assert answer.status_code in (200, 422)
    assert "tuần" in answer.text.lower()


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("s-1-2026-11-23", "night", 400),
        ("s-1-2026-99-99", "day", 400),
        ("s-1-2026-12-24", "day", 303),  # another week's: left out
        ("s-999999-2026-11-23", "day", 303),  # nobody of this office
        ("s-1-2026-11-23", "da\0y", 400),
    ],
)
async def test_cells_that_cannot_be(
    supervisor: Client, desk: Connection, name: str, value: str, status: int
) -> None:
    """What no page would send writes nothing."""
    form = {"csrf": supervisor.form_token, "day": "2026-11-23", name: value}

    answer = await supervisor.post("/supervisor/roster", data=form)

    assert answer.status_code == status
    assert await desk.fetchval("SELECT count(*) FROM roster") == 0


async def test_a_manager_plans_any_office(manager: Client, desk: Connection, town: Town) -> None:
    """He says which; it is written there."""
    cell = f"s-{town.courier}-2026-11-23"
    form = {"csrf": manager.form_token, "day": "", "office": town.office, cell: "off"}

    answer = await manager.post("/supervisor/roster", data=form)

    assert f"office={town.office}" in answer.headers["location"]
    assert await desk.fetchval("SELECT office_id FROM roster") == town.office
    assert "Nguyễn Văn Courier" in await read(manager, answer.headers["location"])


# --- what is closed ---------------------------------------------------------------------------


async def code(desk: Connection, name: str) -> str:
    return await desk.fetchval(
        "SELECT code FROM unit WHERE name = $1 AND valid_to IS NULL AND level = 'commune'", name
    )


async def test_from_the_landslide_to_the_open_road(
    supervisor: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """Declared, listed with what it holds, extended, lifted; each press safe to repeat."""
    dossier = await make.dossier(desk, town)
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    form = {
        "csrf": supervisor.form_token,
        "id": str(uuid4()),
        "kind": "road",
        "commune": await code(desk, "Phường Lang Biang - Đà Lạt"),
        "from_commune": await code(desk, "Xã Di Linh"),
        "reason": "CL02",
        "until": "2026-11-27",
    }
    for _ in range(2):
        answer = await supervisor.post("/supervisor/closures", data=form)
        assert answer.headers["location"] == "/supervisor/closures?done=declared"
    async with open_database(town_url, size=2, name="worker") as database:
        await closures.announce(lambda: database.begin(Context.job("hold_up")), MORNING)

    text = await read(supervisor, "/supervisor/closures")
    assert "Đường Xã Di Linh – Phường Lang Biang - Đà Lạt" in text
    assert "Sạt lở, đường bị cắt" in text
    assert "1 bưu gửi bị giữ" in text
    [closed] = [row["id"] for row in await desk.fetch("SELECT id FROM closure")]
    assert number in await read(supervisor, f"/supervisor/closures/{closed}")

    for words in ("bị gián đoạn", "Thứ Bảy 28/11/2026"):
        assert words in await read(supervisor, f"/h/{dossier.tracking_code}")
    scan = {"csrf": supervisor.form_token, "code": number}
    panel = await supervisor.post("/counter/scan", data=scan, headers={"HX-Request": "true"})
    assert "đường gián đoạn đến 27/11" in panel.text

    longer = {"csrf": supervisor.form_token, "id": str(uuid4()), "until": "30/11/2026"}
    for _ in range(2):
        path = f"/supervisor/closures/{closed}/extension"
        assert (await supervisor.post(path, data=longer)).status_code == 303
    [newer] = [one.id for one in await closures.standing(desk, town.office)]
    for _ in range(2):
        path = f"/supervisor/closures/{newer}/lift"
        answer = await supervisor.post(path, data={"csrf": supervisor.form_token})
        assert answer.headers["location"] == "/supervisor/closures?done=lifted"
    assert "Không có nơi nào đang gián đoạn" in await read(supervisor, "/supervisor/closures")
    assert "đã thông" in await read(supervisor, f"/supervisor/closures/{newer}")


@pytest.mark.parametrize(
    "change",
    [
        {"until": ""},
        {"until": "32/13/2026"},
        {"until": "2026-11-01"},
        {"until": "2027-11-01"},
        {"reason": ""},
        {"reason": "DF01"},
        {"kind": "commune", "commune": ""},
        {"kind": "road", "commune": "24846", "from_commune": "24846"},
    ],
)
async def test_nothing_typed_is_lost(
    supervisor: Client, desk: Connection, change: dict[str, str]
) -> None:
    """What cannot be comes back with what was typed, and a sentence that says what to do."""
    form = {
        "csrf": supervisor.form_token,
        "id": str(uuid4()),
        "kind": "office",
        "reason": "CL04",
        "until": "2026-11-27",
    }

    answer = await supervisor.post("/supervisor/closures", data=form | change)

    assert answer.status_code == 422, answer.text
    assert 'role="alert"' in answer.text
    typed = form | change
    assert f'name="id" value="{typed["id"]}"' in answer.text
    assert re.search(rf'value="{typed["kind"]}" checked', answer.text)
    assert await desk.fetchval("SELECT count(*) FROM closure") == 0


async def test_another_office_s_closure_is_not_there(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    """Neither to read nor to lift."""
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    await make.person(desk, "neighbour", "supervisor", other, town.agency)
    new = closures.New(
        kind="office",
        office_id=town.office,
        commune=None,
        from_commune=None,
        reason="CL01",
        until_day=MORNING.date(),
        form_id=uuid4(),
    )
    await closures.declare(desk, new, by=boss, now=MORNING)
    closed = await desk.fetchval("SELECT id FROM closure")
    await client.sign_in("neighbour")

    assert (await client.get(f"/supervisor/closures/{closed}")).status_code == 404
    lift = await client.post(
        f"/supervisor/closures/{closed}/lift", data={"csrf": client.form_token}
    )
    assert lift.status_code == 404
    assert await desk.fetchval("SELECT lifted_at FROM closure") is None


async def test_a_closure_past_its_day_says_so(
    supervisor: Client, desk: Connection, town: Town, boss: int, clock: Clock
) -> None:
    """It neither ends by itself nor is forgotten."""
    new = closures.New(
        kind="office",
        office_id=town.office,
        commune=None,
        from_commune=None,
        reason="CL01",
        until_day=datetime(2026, 11, 23, tzinfo=VIETNAM).date(),
        form_id=uuid4(),
    )
    await closures.declare(desk, new, by=boss, now=MORNING)
    clock.move(DAY)
    await supervisor.sign_in("boss")

    assert "quá ngày dự kiến thông 23/11/2026" in await read(supervisor, "/supervisor/closures")
