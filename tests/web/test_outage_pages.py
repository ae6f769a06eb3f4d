"""The pack in the drawer through the counter's own door."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service import security
from postal_service.clock import Clock
from postal_service.desk.outages import outage
from postal_service.settings import Settings
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tests.web.test_counter_pages import form, paper
from tracking.stages import Act

ROOM = "/counter/outage"
HOUR = timedelta(hours=1)


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


async def post(client: Client, path: str, **data: object) -> httpx.Response:
    return await client.post(path, data={"csrf": client.form_token, **data})


async def pack(client: Client, size: int = 3) -> str:
    """The address of a fresh pack."""
    made = await post(client, f"{ROOM}/packs", id=str(uuid4()), size=str(size))
    assert made.status_code == 303, made.text
    return str(made.headers["location"]).removesuffix("?print=1")


async def later(client: Client, clock: Clock) -> None:
    """The power is back after two hours; she signs in again."""
    clock.move(2 * HOUR)
    client.forget()
    await client.sign_in("clerk")


async def sheets(desk: Connection) -> list[str]:
    return [row["ref"] for row in await desk.fetch("SELECT ref FROM outage_sheet ORDER BY ref")]


async def mark(client: Client, desk: Connection, town: Town, ordinal: int) -> str:
    """What the scanner reads off a sheet."""
    settings: Settings = client.app.state.settings
    made = await desk.fetchval("SELECT max(pack_id) FROM outage_sheet")
    found = await outage.look(desk, made, town.office, now=MORNING)
    return outage.mark(security.subkey(settings.secret_key, "outage"), found[ordinal - 1])


async def test_a_pack_prints_its_sheets_and_labels_and_copies_say_so(
    clerk: Client, desk: Connection, clock: Clock
) -> None:
    """A printer that jams costs a copy, never a number."""
    way = await pack(clerk)

    first = paper(await clerk.get(f"{way}/sheets.pdf"))
    label = paper(await clerk.get(f"{way}/labels.pdf"))

    for ref in await sheets(desk):
        assert first.count(ref) == 2  # the citizen's half and the counter's
        assert label.count(ref) == 1
    assert "Thông tư 03/2025/TT-VPCP" in first
    zpl = await clerk.get(f"{way}/labels.zpl")
    assert (zpl.headers["content-type"], zpl.content.count(b"^GFA")) == ("application/x-zpl", 3)
    assert "BẢN SAO" not in first
    await later(clerk, clock)
    assert "BẢN SAO 1" in paper(await clerk.get(f"{way}/sheets.pdf"))
    assert await desk.fetchval("SELECT count(*) FROM reserved_number") == 3
    assert "In lại" in await read(clerk, way)


async def test_a_scanned_sheet_is_entered_with_its_numbers_and_its_time(
    clerk: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    await pack(clerk)
    await later(clerk, clock)
    code = await mark(clerk, desk, town, 2)
    ref = (await sheets(desk))[1]

    led = await post(clerk, f"{ROOM}/scan", code=code)
    shown = await clerk.post(
        "/counter/scan",
        data={"csrf": clerk.form_token, "code": code},
        headers={"hx-request": "true"},
    )
    assert led.headers["location"] == f"{ROOM}/sheets/{ref}"
    assert f'href="{ROOM}/sheets/{ref}"' in shown.text
    assert "Giờ ghi trên giấy" in await read(clerk, led.headers["location"])

    typed = await form(desk, town, clerk, sheet=ref, paper_day="23/11", paper_time="09:05")
    saved = await clerk.post("/counter/dossiers", data=typed)

    assert saved.headers["location"] == f"/counter/dossiers/{ref}?entered=1"
    page = await read(clerk, saved.headers["location"])
    assert "giờ trên giấy 09:05 23/11/2026" in page
    assert 'src="/counter/dossiers' not in (await clerk.get(saved.headers["location"])).text
    assert f"{ROOM}/packs/" in (await post(clerk, f"{ROOM}/scan", code=code)).headers["location"]
    assert (await clerk.get(f"{ROOM}/sheets/{ref}")).status_code == 409


async def test_a_wrong_time_keeps_everything_that_was_typed(
    clerk: Client, desk: Connection, town: Town
) -> None:
    await pack(clerk)
    ref = (await sheets(desk))[0]
    typed = await form(desk, town, clerk, sheet=ref, paper_day="24/11", paper_time="09:05")

    refused = await clerk.post("/counter/dossiers", data=typed)

    assert refused.status_code == 422
    assert "chưa tới. Xem lại tờ giấy" in refused.text
    assert 'value="24/11"' in refused.text
    assert "Nguyễn Thị Kỳ Duyên" in refused.text
    draft = re.search(r'name="form_id" value="([^"]+)"', refused.text)
    assert draft is not None
    again = await clerk.get(f"/counter?draft={draft[1]}")
    assert f'name="sheet" value="{ref}"' in again.text


async def test_two_clerks_with_one_sheet_make_one_dossier(
    clerk: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """The pile is shared; two pages are open with one sheet. Ten presses, one dossier."""
    await pack(clerk)
    await later(clerk, clock)
    ref = (await sheets(desk))[0]
    forms = [
        await form(desk, town, clerk, sheet=ref, paper_day="23/11", paper_time="09:05")
        for _ in range(10)
    ]

    answers = await asyncio.gather(
        *(clerk.post("/counter/dossiers", data=typed) for typed in forms)
    )

    assert sorted(answer.status_code for answer in answers) == [303, *[409] * 9]
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 1
    assert all(ref in answer.text for answer in answers if answer.status_code == 409)


async def test_gaps_stand_on_the_page_until_they_are_struck(
    clerk: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    way = await pack(clerk)
    await later(clerk, clock)
    ref = (await sheets(desk))[2]
    typed = await form(desk, town, clerk, sheet=ref, paper_day="23/11", paper_time="09:05")
    await clerk.post("/counter/dossiers", data=typed)

    assert "2 tờ chưa rõ : tờ 1, 2" in await read(clerk, ROOM + "/")
    struck = await clerk.post(
        f"{way}/strikes",
        data={"csrf": clerk.form_token, "sheet": ["1", "2"], "why": "spoilt"},
    )

    assert struck.status_code == 303
    page = await read(clerk, struck.headers["location"])
    assert "Đã ghi các tờ gạch bỏ" in page
    assert "viết hỏng, Nguyễn Văn Clerk" in page
    assert "chưa rõ" not in page


async def test_a_pack_is_put_away_with_one_press(clerk: Client, desk: Connection) -> None:
    """Twenty blanks are not ticked one by one; a second press finds nothing left to strike."""
    way = await pack(clerk)

    done = await post(clerk, f"{way}/strikes", all="1", why="unused")
    again = await post(clerk, f"{way}/strikes", all="1", why="unused")

    assert (done.status_code, again.status_code) == (303, 422)
    struck = await desk.fetchval("SELECT count(*) FROM outage_sheet WHERE void_why = 'unused'")
    assert struck == 3


async def test_a_forged_sheet_is_held_and_anothers_is_sent_on(
    client: Client, desk: Connection, town: Town
) -> None:
    await make.town(desk, office="66D02", suffix="-2")
    await client.sign_in("clerk-2")
    way = await pack(client)
    foreign = await mark(client, desk, await other(desk), 1)
    ref = (await sheets(desk))[0]
    name = await desk.fetchval("SELECT name FROM office WHERE code = '66D02'")
    client.forget()
    await client.sign_in("clerk")

    sent = await post(client, f"{ROOM}/scan", code=foreign)
    assert (sent.status_code, name in sent.text) == (404, True)
    for path in (
        way,
        f"{way}/sheets.pdf",
        f"{way}/labels.pdf",
        f"{way}/labels.zpl",
        f"{ROOM}/sheets/{ref}",
    ):
        assert (await client.get(path)).status_code == 404
    assert (await post(client, f"{way}/strikes", sheet="1", why="lost")).status_code == 404
    typed = await form(desk, town, client, sheet=ref, paper_day="23/11", paper_time="08:15")
    assert (await client.post("/counter/dossiers", data=typed)).status_code == 404
    await pack(client)
    own = await mark(client, desk, town, 1)
    forged = await post(client, f"{ROOM}/scan", code=own[:-1] + ("0" if own[-1] != "0" else "1"))
    assert (forged.status_code, "không do hệ thống in" in forged.text) == (422, True)
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0


async def other(desk: Connection) -> Town:
    office = await desk.fetchval("SELECT id FROM office WHERE code = '66D02'")
    return Town(
        office=office, agency=0, procedure=0, clerk=0, courier=0, other_courier=0, officer=0
    )


async def test_a_courier_learns_whom_to_call(client: Client, desk: Connection, town: Town) -> None:
    """A label of a blank is scanned on the road before the sheet is entered."""
    await client.sign_in("clerk")
    await pack(client)
    s10 = await desk.fetchval("SELECT s10 FROM reserved_number ORDER BY ref LIMIT 1")
    hotline = await desk.fetchval("SELECT hotline FROM office WHERE id = $1", town.office)
    client.forget()
    await client.sign_in("courier")

    answer = await client.post(
        "/courier/scans",
        json={"id": str(uuid4()), "s10": s10, "act": Act.COLLECT.value, "at": MORNING.isoformat()},
        headers={"accept": "application/json", "x-csrf-token": client.form_token},
    )  # fmt: skip

    assert "chưa nhập vào máy" in answer.json()["detail"]
    assert hotline in answer.json()["detail"]


async def test_the_citizens_page_says_that_it_is_on_paper(client: Client, desk: Connection) -> None:
    await client.sign_in("clerk")
    await pack(client)
    code = await desk.fetchval("SELECT tracking_code FROM reserved_number ORDER BY ref LIMIT 1")
    client.forget()

    answer = await client.get(f"/h/{code}")

    assert answer.status_code == 404
    assert "nhận trên giấy khi mất điện" in answer.text
