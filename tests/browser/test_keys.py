"""One set of keys for every screen of the counter: scan, main work, list of keys, back."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.desk.citizen import complaints
from postal_service.desk.citizen.complaints import Typed
from postal_service.desk.outages import outage
from tests import make, trouble
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tracking.stages import Stage

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
#: What a key means wherever it is listed: no two screens use one key for two things.
MEANINGS = {
    "F2": "quét",
    "F4": "tạm|sau|để phần còn lại",
    "F7": "không duyệt|bỏ|đã giao",
    "F8": "tất cả|cả danh sách|toàn bộ|đủ",
    "Esc": "quay lại|đóng",
    "?": "mở bảng này",
}
#: A scanner's keys, as close to one another as a busy machine cannot type them.
SCANNER = """text => [...text, "Enter"].forEach(key => document.body.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""
#: Every screen of the counter; {…} are things the fixture lays there.
SCREENS = (
    "/counter",
    "/counter/items",
    "/counter/hand-overs",
    "/counter/bags/new",
    "/counter/courier-lists/new",
    "/counter/taking",
    "/counter/bags/{bag}",
    "/counter/deliveries/{result}",
    "/counter/dossiers/{ref}",
    "/counter/tasks",
    "/counter/texts",
    "/counter/texts?code={ref}",
    "/counter/complaints",
    "/counter/complaints/{complaint}",
    "/counter/papers",
    "/counter/outage",
    "/counter/outage/packs/{pack}",
    "/counter/people",
    "/counter/evening",
    "/counter/evening/closing",
    "/counter/supplements",
    "/counter/batches",
    "/counter/pick-ups",
    "/counter/till",
    "/counter/purses",
    "/counter/refunds",
    "/counter/transfers",
    "/parties/{ref}",
    "/approvals",
    "/incidents",
    "/archive",
    "/supervisor/radar",
)


@pytest.fixture
async def things(desk: Connection, town: Town) -> dict[str, str]:
    """One of each thing that a screen of the counter is about."""
    clerk = await trouble.staff(desk, town.clerk)
    dossier = await make.dossier(desk, town, return_way="office")
    result = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    nxt = await trouble.next_office(desk, town)
    bag = await trouble.bag(desk, town, nxt, await trouble.shelved(desk, town))
    said = Typed(form_id=uuid4(), about="late", text="Phải chờ rất lâu mà không ai hỏi")
    complaint = await complaints.open_(desk, said, staff=clerk, now=MORNING)
    pack = await outage.make(desk, uuid4(), 2, staff=clerk, now=MORNING)
    return {
        "ref": dossier.ref,
        "result": result,
        "bag": bag,
        "complaint": complaint,
        "pack": str(pack),
    }


def open_counter(browser: Browser, site: str, broken: list[str]) -> Page:
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda fault: broken.append(f"{page.url} {fault}"))
    sign_in(page, site, "clerk", "/counter")
    return page


def listed(page: Page) -> dict[str, str]:
    """The list of keys as it is read: the words of each key."""
    rows = page.locator("#keys dl").evaluate(
        "dl => [...dl.querySelectorAll('dt')].map(dt => [dt.innerText.trim(),"
        " dt.nextElementSibling.innerText.trim()])"
    )
    return dict(rows)


def test_every_screen_of_the_counter_has_the_same_keys(
    things: dict[str, str], site: str, browser: Browser
) -> None:
    """Whoever learnt one screen has learnt them all: F2 scans, ? tells, Esc closes."""
    broken: list[str] = []
    page = open_counter(browser, site, broken)
    wrong: list[str] = []
    for screen in SCREENS:
        answer = page.goto(site + screen.format_map(things))
        assert answer is not None
        assert answer.ok, screen
        check(page)
        page.locator("h1").first.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
        keys = listed(page)
        wrong += [
            f"{screen}: {key} = {keys[key]}"
            for key, meaning in MEANINGS.items()
            if key in keys and not re.search(meaning, keys[key], re.IGNORECASE)
        ]
        wrong += [f"{screen}: no {key}" for key in ("F2", "Esc", "?") if key not in keys]
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        page.keyboard.press("F2")
        expect(page.locator(":is(#code, [data-scan]):focus")).to_have_count(1)
    assert wrong == []
    assert broken == []


def test_every_screen_is_a_press_away_in_one_line(
    things: dict[str, str], site: str, browser: Browser
) -> None:
    """No screen is known only to whoever remembers its address."""
    page = open_counter(browser, site, [])
    menu = page.get_by_role("navigation", name="Chính")
    bar = page.locator("header.bar")
    assert bar.evaluate("bar => bar.offsetHeight") < 60
    page.get_by_text("Thêm", exact=True).click()
    ways = set(menu.get_by_role("link").evaluate_all("links => links.map(a => a.pathname)"))
    within = {screen for screen in SCREENS if "{" not in screen}
    reached_from = {"/counter/bags/new", "/counter/courier-lists/new", "/counter/taking"}
    assert within - reached_from - {"/counter/evening/closing"} <= ways
    check(page)
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Giấy đã in")).to_be_hidden()
    page.set_viewport_size(PHONE)
    page.get_by_text("Thêm", exact=True).click()
    check(page)


def test_a_scan_on_a_page_without_a_field_is_looked_up(
    things: dict[str, str], site: str, browser: Browser
) -> None:
    """A citizen holds out a receipt whatever page the clerk has open."""
    page = open_counter(browser, site, [])
    for screen in ("/counter/items", "/counter/tasks", "/incidents"):
        page.goto(site + screen)
        page.evaluate(SCANNER, things["ref"])
        page.wait_for_url(re.compile(r"/counter/?$"))
        expect(page.locator("#panel")).to_contain_text(things["ref"])
