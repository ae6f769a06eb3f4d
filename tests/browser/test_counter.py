"""A clerk's morning by keyboard alone, in a real browser."""

from __future__ import annotations

import gzip
import re

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from postal_service.web.headers import POLICY
from tests import make
from tests.browser.conftest import NO_PRINTER, check, sign_in
from tests.browser.test_bags import look
from tests.make import Town
from tracking.stages import Stage

COUNTER = {"width": 1366, "height": 768}
#: A person's keys are further apart than a scanner's, which come within 35 ms.
HAND_MS = 45


@pytest.fixture
async def result(desk: Connection, town: Town) -> str:
    """The number of a result that waits at the office for its owner."""
    accepted = await make.dossier(desk, town, return_way="office")
    return await make.result(desk, town, accepted, Stage.AT_OFFICE)


def open_counter(site: str, browser: Browser, broken: list[str]) -> Page:
    """The counter of a clerk who has signed in; what breaks is written into *broken*."""

    def said(message: ConsoleMessage) -> None:
        # htmx settles what it swapped by setting its style to nothing: refused, and harmless
        if "Content Security Policy" in message.text and "inline style" not in message.text:
            broken.append(message.text)

    page = browser.new_page(viewport=COUNTER, locale="vi-VN")
    page.add_init_script(NO_PRINTER)
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", said)
    sign_in(page, site, "clerk", "/counter")
    return page


def by_hand(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=HAND_MS)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field is reached, as a clerk does."""
    for _ in range(40):
        if page.evaluate("document.activeElement.name || document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {name}")


def test_a_dossier_is_accepted_without_the_mouse(site: str, browser: Browser) -> None:
    """Search without accents, a wrong phone first, mend it, F9, the receipt, the next citizen."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    expect(page.get_by_label("Tên hoặc mã thủ tục")).to_be_focused()
    check(page)

    by_hand(page, "cap ban sao trich luc")
    expect(page.get_by_role("option").first).to_contain_text("Cấp bản sao Trích lục hộ tịch")
    check(page)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cơ quan giải quyết")).to_be_focused()
    expect(page.locator(".due")).to_contain_text("Thứ Sáu 27/11/2026")
    tab_to(page, "name")
    by_hand(page, "Nguyen Thi Ky Duyen")
    tab_to(page, "phone")
    by_hand(page, "0912 345")
    tab_to(page, "address")
    expect(page.locator("#phone-says")).to_contain_text("cần 10 chữ số")
    by_hand(page, "12 thon Da Nghit, xa Lac Duong")
    tab_to(page, "all-papers")
    page.keyboard.press("Space")
    expect(page.locator("#missing")).to_contain_text("Đủ giấy tờ bắt buộc")
    with page.expect_navigation():
        page.keyboard.press("F9")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("1 chỗ cần sửa")
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#phone")).to_be_focused()
    page.keyboard.press("Control+A")
    by_hand(page, "0912 345 678")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Đã lưu hồ sơ LD-\d"))
    receipt = page.locator("iframe#receipt")
    expect(receipt).to_be_visible()
    answer = page.request.get(site + str(receipt.get_attribute("src")))
    assert answer.headers["content-type"] == "application/pdf"
    expect(page.locator("html")).to_have_attribute("data-printed", "printed")
    expect(page.get_by_role("button", name="Người tiếp theo")).to_be_focused()
    check_beside_the_viewer(page)
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_label("Tên hoặc mã thủ tục")).to_be_focused()
    expect(page.get_by_label("Họ và tên", exact=True)).to_have_value("")
    assert broken == []


def check_beside_the_viewer(page: Page) -> None:
    """The browser's own PDF viewer is not ours to mend: the page is checked without it."""
    page.evaluate("document.querySelectorAll('iframe').forEach(frame => frame.remove())")
    check(page)


def test_a_scan_looks_up_and_never_saves(result: str, site: str, browser: Browser) -> None:
    """In the middle of a name: the name stays, the dossier is shown, F4 keeps the form."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    tab_to(page, "name")
    by_hand(page, "Le Van Hoa")

    page.keyboard.type(result)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Giao cho người nhận tại quầy")).to_be_visible()
    expect(page.get_by_label("Họ và tên", exact=True)).to_have_value("Le Van Hoa")
    assert page.url.rstrip("/").endswith("/counter")
    check(page)
    page.keyboard.type("068185004217")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Số căn cước (nếu có)")).to_have_value("068185004217")
    page.keyboard.press("F2")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("RB000000006VN")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("Tắt bộ gõ tiếng Việt rồi quét lại")

    with page.expect_navigation():
        page.keyboard.press("F4")
    expect(page.get_by_text("Bạn có 1 hồ sơ đang nhập dở")).to_be_visible()
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Nhập tiếp Le Van Hoa").press("Enter")
    expect(page.get_by_label("Họ và tên", exact=True)).to_have_value("Le Van Hoa")
    assert broken == []


def test_a_paper_is_invited_for_and_undone_by_keyboard(
    result: str, site: str, browser: Browser
) -> None:
    """The panel offers what applies; a minute is shown running out, and undoing it is one key."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.keyboard.press("F2")
    page.keyboard.type(result)
    page.keyboard.press("Enter")
    invite = page.get_by_role("button", name="Mời đến nhận, lần 1")
    expect(invite).to_be_visible()
    check(page)
    invite.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã mời đến nhận, lần 1.")).to_be_visible()
    undo = page.get_by_role("button", name="Hoàn tác «mời đến nhận»")
    expect(undo).to_be_visible()
    first = page.locator("[data-left]").text_content()
    expect(page.locator("[data-left]")).not_to_have_text(str(first))
    check(page)
    look(page, "panel-invited")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    look(page, "panel-open")
    check(page)
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã hoàn tác.")).to_be_visible()
    expect(invite).to_be_visible()
    assert broken == []


def test_an_ended_session_leads_to_the_door_and_loses_nothing(site: str, browser: Browser) -> None:
    """Fifteen minutes with one citizen end the session; the form is there after signing in."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    tab_to(page, "name")
    by_hand(page, "Le Van Hoa")
    with page.expect_response("**/counter/estimate"):
        page.keyboard.press("Tab")
    page.context.clear_cookies()

    by_hand(page, "068185004217")
    with page.expect_navigation(url="**/signin?next=/counter"):
        page.keyboard.press("Tab")

    sign_in(page, site, "clerk", "/counter")
    expect(page.get_by_text("Bạn có 1 hồ sơ đang nhập dở")).to_be_visible()
    assert broken == []


def test_keys_and_lists_are_sound(result: str, site: str, browser: Browser) -> None:
    """The key list opens on ?, what lies here is listed, and a small screen breaks nothing."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.locator("h1").first.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")

    page.goto(f"{site}/counter/items")
    expect(page.get_by_role("cell", name=result)).to_be_visible()
    check(page)
    page.goto(f"{site}/counter/tasks")
    expect(page.get_by_text("Không có việc nào chờ")).to_be_visible()
    check(page)
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/counter", "/counter/items", "/counter/tasks", "/counter/hand-overs"):
        page.goto(site + path)
        check(page)
    assert broken == []


def test_the_counters_scripts_stay_light(site: str, browser: Browser) -> None:
    """An old counter machine on a village line: 30 kB of script at most, and none of it inline."""
    page = open_counter(site, browser, [])
    sizes = [
        len(gzip.compress(page.request.get(f"{site}/static/{name}").body()))
        for name in (
            "vendor/htmx.min.js",
            "counter.js",
            "combobox.js",
            "keys.js",
            "wedge.js",
            "card.js",
            "steps.js",
        )
    ]

    assert sum(sizes) <= 30_000
    assert page.locator("script:not([src])").count() == 0
    assert b"unsafe" not in POLICY
