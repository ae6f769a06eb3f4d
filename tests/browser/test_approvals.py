"""A supervisor's second look, by keyboard alone: approvals, incidents, a lost phone."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.desk.watch.approvals import Kind
from tests import make, trouble
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tracking.custody_model import Outcome

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def asked(desk: Connection, town: Town) -> list[str]:
    """An undo, a loss and the boss's own redirection wait: the papers' numbers."""
    boss = await trouble.boss(desk, town)
    wrong, line = await trouble.collected(desk, town)
    await trouble.ask(
        desk, town.courier, Kind.UNDO, wrong, undoes=line.scan_id, at=MORNING - timedelta(hours=2)
    )
    gone = await trouble.missing(desk, town)
    await trouble.ask(
        desk, town.clerk, Kind.DECLARE_LOST, gone, reason="CD03", at=MORNING - timedelta(hours=1)
    )
    astray = await trouble.shelved(desk, town)
    longest = await desk.fetchval(
        "SELECT id FROM agency WHERE id <> $1 AND valid_to IS NULL"
        " ORDER BY length(short_name) DESC LIMIT 1",
        town.agency,
    )
    await trouble.ask(desk, boss, Kind.REDIRECT, astray, reason="CR04", agency=longest)
    return [wrong, gone, astray]


@pytest.fixture
async def troubled(desk: Connection, town: Town) -> tuple[str, str]:
    """A paper more in one bag, one too few in another: the two numbers."""
    await trouble.boss(desk, town)
    nxt = await trouble.next_office(desk, town)
    more, _ = await trouble.extra(desk, town, nxt)
    gone = await trouble.shelved(desk, town)
    bag = await trouble.bag(desk, town, nxt, gone)
    await trouble.opened(desk, nxt, bag, counted=1)
    await trouble.answer(desk, nxt.by, bag, gone, Outcome.MISSING)
    return more, gone


@pytest.fixture
async def waiting(desk: Connection, town: Town) -> list[str]:
    """Two papers that the office has offered to the courier; a supervisor is there."""
    await trouble.boss(desk, town)
    return [await make.s10(desk, await make.dossier(desk, town)) for _ in range(2)]


def open_page(browser: Browser, site: str, name: str, way: str) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    sign_in(page, site, name, way)
    return page, faults


def pick(page: Page, word: str) -> None:
    """Choose from the list that has the focus by typing, as a keyboard does."""
    page.keyboard.type(word)
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")


def test_a_supervisor_decides_by_keyboard_alone(
    asked: list[str], site: str, browser: Browser
) -> None:
    """The first has the focus: one key agrees, another asks why not, her own is passed over."""
    wrong, gone, astray = asked
    page, faults = open_page(browser, site, "boss", "/approvals")
    check(page)
    expect(page.locator(".case:focus")).to_contain_text(wrong)
    page.set_viewport_size(PHONE)
    check(page)
    page.set_viewport_size(DESKTOP)

    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("status")).to_contain_text("đã duyệt, đã ghi sổ")
    expect(page.locator(".case:focus")).to_contain_text(gone)
    check(page)

    page.keyboard.press("ArrowDown")
    expect(page.locator(".case:focus")).to_contain_text(astray)
    page.keyboard.press("F9")  # her own question: nothing to agree with
    page.keyboard.press("ArrowUp")
    page.keyboard.press("F7")  # first: why not
    expect(page.get_by_label("Lý do không duyệt").first).to_be_focused()
    pick(page, "Cần kiểm tra")
    with page.expect_navigation():
        page.keyboard.press("F7")

    expect(page.get_by_role("status")).to_contain_text("Cần kiểm tra lại trước đã")
    expect(page.locator(".case")).to_have_count(1)
    check(page)
    page.go_back()  # asked of the server anew: what was decided does not wait again
    page.keyboard.press("F9")
    expect(page.locator(".case")).to_have_count(1)
    assert faults == []


def test_an_empty_list_says_so(waiting: list[str], site: str, browser: Browser) -> None:
    page, faults = open_page(browser, site, "boss", "/approvals")

    expect(page.locator("main")).to_contain_text("Không có việc nào chờ người thứ hai.")
    check(page)
    page.keyboard.press("F9")
    page.keyboard.press("F7")
    page.keyboard.press("ArrowDown")
    page.goto(f"{site}/incidents")
    expect(page.locator("main")).to_contain_text("Không có sự cố nào đang mở.")
    check(page)
    page.goto(f"{site}/quarantine")
    page.keyboard.press("F9")
    expect(page.locator("main")).to_contain_text("Không có lần quét nào chờ quyết định.")
    check(page)
    assert faults == []


def test_an_incident_is_worked_off_by_keyboard_alone(
    troubled: tuple[str, str], site: str, browser: Browser
) -> None:
    """“We gave it” is one key; an end is two choices and one key, and waits for another person."""
    more, gone = troubled
    page, faults = open_page(browser, site, "clerk", "/incidents")
    check(page)
    page.set_viewport_size(PHONE)
    check(page)
    page.set_viewport_size(DESKTOP)

    expect(page.locator(".case:focus")).to_contain_text(more)
    with page.expect_navigation():
        page.keyboard.press("F7")
    expect(page.locator(".case", has_text=more)).to_contain_text("chờ bên nhận ký")

    page.keyboard.press("ArrowDown")
    expect(page.locator(".case:focus")).to_contain_text(gone)
    page.keyboard.press("F9")  # what is still to be said gets the focus
    pick(page, "Đã tìm thấy")
    page.keyboard.press("F9")
    pick(page, "Thiếu bưu gửi")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.locator(".case", has_text=gone)).to_contain_text("Chờ người thứ hai duyệt")
    check(page)
    assert faults == []


def test_a_lost_phone_is_cut_off_and_its_scans_decided(
    waiting: list[str], site: str, browser: Browser
) -> None:
    """The supervisor reports it, reads what it still sends, ticks the courier's and records it."""
    phone = browser.new_context()
    theirs = phone.new_page()
    sign_in(theirs, site, "courier", "/courier")
    page, faults = open_page(browser, site, "boss", "/quarantine")
    page.get_by_label("Bưu tá bị mất máy").focus()
    pick(page, "Nguyễn Văn Courier")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã ngắt mọi phiên")

    scans = [
        {"id": str(uuid4()), "s10": s10, "act": "collect", "at": MORNING.isoformat()}
        for s10 in waiting
    ]
    token = theirs.locator("input[name=csrf]").first.get_attribute("value") or ""
    answer = phone.request.post(
        f"{site}/courier/scans/batch",
        data=json.dumps({"scans": scans}),
        headers={"content-type": "application/json", "x-csrf-token": token},
    )
    assert [line["problem"]["status"] for line in answer.json()["lines"]] == [403, 403]

    page.goto(f"{site}/quarantine")
    check(page)
    page.get_by_label(f"Chọn {waiting[0]}").focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("main")).to_contain_text("đã ghi vào sổ")
    page.get_by_label(f"Chọn {waiting[1]}").focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("F7")
    expect(page.locator("main")).to_contain_text("đã bỏ")
    check(page)
    assert faults == []
