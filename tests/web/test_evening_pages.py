"""The evening's count through its own door: beeps, what is read, the sheet, the offices."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from pypdf import PdfReader

from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tracking import identifiers

PAPERS = 2


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


@pytest.fixture
async def shelf(desk: Connection, town: Town) -> list[str]:
    made = [await make.dossier(desk, town, offered=False) for _ in range(PAPERS)]
    return [await make.s10(desk, each) for each in made]


async def beep(clerk: Client, *codes: str, turn: int = 0) -> httpx.Response:
    items = [
        {"id": str(uuid4()), "code": code, "at": MORNING.isoformat(), "turn": turn}
        for code in codes
    ]
    return await clerk.post(
        "/counter/evening/beeps",
        json={"items": items},
        headers={"x-csrf-token": clerk.form_token, "accept": "application/json"},
    )


async def close(clerk: Client, why: str = "") -> httpx.Response:
    """Read what differs, and press the button under it."""
    shown = await clerk.get("/counter/evening/closing")
    hidden = dict(re.findall(r'name="(id|seen)" value="([^"]+)"', shown.text))
    return await clerk.post(
        "/counter/evening/closing", data={"csrf": clerk.form_token, "why": why} | hidden
    )


async def test_the_page_names_nothing_before_it_is_beeped(clerk: Client, shelf: list[str]) -> None:
    """Whoever reads what should be there stops looking for what is."""
    page = await clerk.get("/counter/evening")

    assert f"sổ ghi {PAPERS} bì tại bưu cục" in await read(clerk, "/counter/evening")
    assert not [number for number in shelf if number in page.text]


async def test_each_beep_has_its_own_answer(clerk: Client, shelf: list[str]) -> None:
    stranger = identifiers.s10("RB", 47_312_482)

    answer = await beep(clerk, shelf[0], "RB000000000VN", stranger, shelf[0])

    said = answer.json()
    assert [line["said"] for line in said["lines"]] == ["here", "refused", "unknown", "again"]
    assert (said["turn"], said["here"], said["counted"]) == (1, PAPERS, 2)
    assert said["lines"][0]["leg"] == "Hồ sơ gửi cơ quan"


async def test_what_differs_is_read_before_it_is_closed(clerk: Client, shelf: list[str]) -> None:
    """F9 once shows, F9 twice signs: nobody closes a count by a slip of the hand."""
    await beep(clerk, shelf[0])

    shown = await read(clerk, "/counter/evening/closing")
    refused = await close(clerk)
    closed = await close(clerk, "searched")

    assert "1 thiếu" in shown
    assert shelf[1] in shown
    assert refused.status_code == 422
    assert "chọn lý do" in html.unescape(refused.text)
    assert closed.headers["location"] == "/counter/evening"
    sheet = await read(clerk, "/counter/evening")
    assert "đã khóa" in sheet
    assert "thiếu 1" in sheet
    assert shelf[1] in await read(clerk, "/incidents")
    assert "Kiểm đếm cuối ngày 23/11/2026" in await read(clerk, "/incidents")
    assert "thiếu 1 bưu gửi" in await read(clerk, "/counter/tasks")


async def test_a_closed_count_takes_no_beep_and_no_new_turn(
    clerk: Client, shelf: list[str]
) -> None:
    await beep(clerk, *shelf)
    await close(clerk)

    late = await beep(clerk, shelf[0])
    anew = await clerk.post("/counter/evening/anew", data={"csrf": clerk.form_token, "turn": "1"})

    assert (late.status_code, anew.status_code) == (409, 409)
    assert "đã khóa" in late.json()["detail"]
    assert (await clerk.get("/counter/evening/closing")).status_code == 303


async def test_counting_anew_empties_the_list(clerk: Client, shelf: list[str]) -> None:
    await beep(clerk, *shelf)

    await clerk.post("/counter/evening/anew", data={"csrf": clerk.form_token, "turn": "1"})

    assert "Chưa quét bì nào" in await read(clerk, "/counter/evening")
    assert f"{PAPERS} thiếu" in await read(clerk, "/counter/evening/closing")


async def test_the_sheet_is_printed_and_kept(clerk: Client, shelf: list[str]) -> None:
    """Two people sign one paper; whoever prints it again gets the same bytes."""
    await beep(clerk, shelf[0])
    assert (await clerk.get("/counter/evening/2026-11-23/sheet.pdf")).status_code == 404
    await close(clerk, "in_bag")

    first = await clerk.get("/counter/evening/2026-11-23/sheet.pdf")
    second = await clerk.get("/counter/evening/2026-11-23/sheet.pdf")

    said = PdfReader(BytesIO(first.content)).pages[0].extract_text()
    assert identifiers.print_s10(shelf[1]) in said
    assert "THIẾU" in said
    assert second.content.startswith(first.content)
    assert "Phiếu kiểm đếm" in await read(clerk, "/archive")


async def test_another_offices_extra_is_on_both_offices_lists(
    client: Client, desk: Connection, town: Town
) -> None:
    """The one that misses it learns where it lies, though it may look at nothing else there."""
    far = await make.town(desk, office="66D06", suffix="-far")
    theirs = await make.s10(desk, await make.dossier(desk, far, offered=False))
    await client.sign_in("clerk")
    answer = await beep(client, theirs)
    assert answer.json()["lines"][0]["said"] == "unknown"  # whose it is, is not told for a beep
    await close(client)

    ours = await read(client, "/incidents")
    await client.sign_in("clerk-far")
    missed = await read(client, "/incidents")

    assert theirs in ours
    assert theirs in missed
    assert "đã giao bưu gửi này F7" in missed
    assert "đã giao bưu gửi này F7" not in ours
    minutes = re.search(r"/papers/incidents/\d+\.pdf", (await client.get("/incidents")).text)
    assert minutes is not None


async def test_a_supervisor_sees_which_evenings_nobody_counted(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    """From the first dossier on; a Sunday is nobody's fault."""
    await make.dossier(desk, town, offered=False, at=MORNING - timedelta(days=3))
    await client.sign_in("clerk")
    await close(client, "searched")

    await client.sign_in("boss")
    page = await read(client, "/supervisor/evenings")
    front = await read(client, "/supervisor")

    assert page.count("không đếm") == 2  # Friday and Saturday
    assert "thiếu 1" in page
    assert "2 buổi không kiểm đếm" in front


async def test_a_manager_sees_every_office_where_somebody_counts(
    manager: Client, desk: Connection, town: Town
) -> None:
    far = await make.town(desk, office="66D06", suffix="-far")
    names = await desk.fetch(
        "SELECT name FROM office WHERE id = ANY($1::bigint[])", [town.office, far.office]
    )

    page = html.unescape(await read(manager, "/supervisor/evenings"))

    assert [row["name"] for row in names if row["name"] not in page] == []


async def test_an_evening_that_no_calendar_has_is_refused(clerk: Client) -> None:
    for day in ("2026-02-30", "x", "%00"):
        answer = await clerk.get(f"/counter/evening/{day}")
        assert 400 <= answer.status_code < 500, day


async def test_a_beep_from_tomorrow_is_taken_at_its_hearing(
    clerk: Client, shelf: list[str], desk: Connection
) -> None:
    """A machine's clock that runs ahead does not count what has not arrived."""
    items = [
        {"id": str(uuid4()), "code": shelf[0], "at": (MORNING + timedelta(days=9)).isoformat()}
    ]

    await clerk.post(
        "/counter/evening/beeps",
        json={"items": items},
        headers={"x-csrf-token": clerk.form_token, "accept": "application/json"},
    )

    at, heard = await desk.fetchrow("SELECT at, heard_at FROM evening_beep")
    assert at == heard
