"""Papers changing hands at two counters, by keyboard and scanner alone, in a real browser."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.stages import Act

COUNTER = {"width": 1366, "height": 768}
#: A person's keys are further apart than a scanner's, which come within 35 ms.
HAND_MS = 45


@pytest.fixture
async def other(desk: Connection, town: Town) -> Town:
    """A second office with a clerk of its own, ``clerk-2``."""
    return await make.town(desk, office="66D06", suffix="-2")


@pytest.fixture
async def shelf(desk: Connection, town: Town) -> list[str]:
    """Four papers that lie at the office, offered to nobody."""
    made = [await make.dossier(desk, town, offered=False) for _ in range(4)]
    return [await make.s10(desk, dossier) for dossier in made]


@pytest.fixture
async def stranger(desk: Connection, town: Town) -> str:
    """A paper that is somewhere else altogether."""
    third = await make.town(desk, office="66D03", suffix="-3")
    return await make.s10(desk, await make.dossier(desk, third, offered=False))


@pytest.fixture
async def brought(desk: Connection, town: Town) -> list[str]:
    """Two results that a courier lays before his office."""
    numbers = []
    for _ in range(2):
        number = await make.ready(desk, town, await make.dossier(desk, town))
        acts = (Act.COLLECT, Act.BRING_IN)
        await make.scans(desk, [make.homeward(number, act, town) for act in acts])
        numbers.append(number)
    return numbers


def come_in(site: str, browser: Browser, broken: list[str], who: str, home: str) -> Page:
    """A counter of its own; what breaks on it is written into *broken*."""

    def said(message: ConsoleMessage) -> None:
        # htmx settles what it swapped by setting its style to nothing: refused, and harmless
        if "Content Security Policy" in message.text and "inline style" not in message.text:
            broken.append(message.text)

    page = browser.new_context(viewport=COUNTER, locale="vi-VN").new_page()
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", said)
    sign_in(page, site, who, home)
    return page


def beep(page: Page, code: str) -> None:
    """As a scanner on a USB plug; F2 first, so that a busy machine's slow keys are read too."""
    page.keyboard.press("F2")
    scan(page, code)


def scan(page: Page, code: str) -> None:
    """Into whatever field has the focus."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def by_hand(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=HAND_MS)


def look(page: Page, name: str) -> None:
    """Keep a picture for whoever asks for one by naming a folder."""
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def dispatch(page: Page, numbers: list[str]) -> str:
    """Close a bag with *numbers* under the seal NP700123, to Bảo Lộc; its list's number."""
    expect(page.get_by_label("Bưu cục đến")).to_be_focused()
    by_hand(page, "66d06")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Số niêm phong")).to_be_focused()
    scan(page, "NP700123")
    expect(page.locator("#code")).to_be_focused()
    for number in numbers:
        beep(page, number)
        expect(page.locator(f'tr.got[data-s10="{number}"]')).to_be_visible()
    with page.expect_navigation(url=re.compile("/counter/bags/BK-")):
        page.keyboard.press("F9")
    return page.url.partition("/bags/")[2].partition("?")[0]


def open_bag(page: Page, number: str, *, whole: bool, counted: int) -> None:
    """Scan the seal on the board, look at it, count, F9."""
    beep(page, "NP700123")
    page.wait_for_url(re.compile(f"/counter/bags/{number}"))
    expect(page.get_by_label("Số niêm phong đọc trên dây")).to_be_focused()
    scan(page, "NP700123")
    expect(page.get_by_label("Số bì đếm được")).to_be_focused()
    by_hand(page, str(counted))
    page.keyboard.press("Tab")
    page.keyboard.press("Space" if whole else "ArrowDown")
    check(page)
    look(page, "bag-opening")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("#lines tr").first).to_be_visible()


def test_a_bag_of_three_arrives_with_one_missing_and_one_extra(
    shelf: list[str], stranger: str, other: Town, site: str, browser: Browser
) -> None:
    """Dispatch, a reload in between, open, beep, mark, and close only when it balances."""
    broken: list[str] = []
    giver = come_in(site, browser, broken, "clerk", "/counter/hand-overs")
    check(giver)
    look(giver, "board-empty")
    giver.keyboard.press("1")
    giver.wait_for_url("**/counter/bags/new")
    check(giver)
    beep(giver, stranger)
    expect(giver.locator("#refused")).to_contain_text("Không có bưu gửi nào mang số")
    beep(giver, shelf[0])
    expect(giver.locator("#count")).to_have_text("1")
    giver.reload()  # the power went
    expect(giver.locator("#recovered")).to_be_visible()
    expect(giver.locator("#count")).to_have_text("1")
    look(giver, "bag-recovered")
    number = dispatch(giver, shelf[:3])
    expect(giver.get_by_text("3 dòng chưa trả lời")).to_be_visible()
    expect(giver.get_by_role("button", name="In nhãn túi")).to_be_focused()
    check(giver)
    look(giver, "bag-dispatched")

    taker = come_in(site, browser, broken, "clerk-2", "/counter/hand-overs")
    expect(taker.get_by_role("link", name=number)).to_be_visible()
    check(taker)
    look(taker, "board-coming")
    open_bag(taker, number, whole=True, counted=3)
    for code in (shelf[0], shelf[1], stranger):
        beep(taker, code)
    expect(taker.locator("tr.got")).to_have_count(2)
    expect(taker.locator("#extra-list")).to_have_text(stranger)
    taker.keyboard.press("F9")
    expect(taker.locator("#state")).to_contain_text("Còn 1 dòng chưa trả lời")
    expect(taker.get_by_label(f"Nhận {shelf[2]}")).to_be_focused()
    look(taker, "bag-receiving")
    check(taker)
    taker.reload()  # the power went here too
    expect(taker.locator("tr.got")).to_have_count(2)
    taker.keyboard.press("F9")
    taker.keyboard.press("m")
    expect(taker.locator("#left")).to_contain_text("Đã cân")
    expect(taker.locator("#n-missing")).to_have_text("1")
    taker.keyboard.press("F9")
    expect(taker.get_by_text("đã khóa sổ")).to_be_visible()
    expect(taker.get_by_text(stranger)).to_be_visible()
    check(taker)
    look(taker, "bag-closed")
    taker.keyboard.press("Escape")
    expect(taker.get_by_text("Không có túi hay bảng kê nào đang đến")).to_be_visible()
    assert broken == []


def test_a_broken_seal_is_counted_by_two(
    shelf: list[str], other: Town, site: str, browser: Browser
) -> None:
    """Nothing is taken unseen: a tick is refused, and closing asks a second person."""
    broken: list[str] = []
    giver = come_in(site, browser, broken, "clerk", "/counter/bags/new")
    number = dispatch(giver, shelf[:2])
    taker = come_in(site, browser, broken, "clerk-2", "/counter/hand-overs")

    open_bag(taker, number, whole=False, counted=2)

    expect(taker.get_by_role("heading", name="Sự cố đã được ghi")).to_be_visible()
    expect(taker.get_by_text("Nhận tất cả")).to_have_count(0)
    taker.get_by_label(f"Nhận {shelf[0]}").focus()
    taker.keyboard.press("Space")
    expect(taker.locator("#refused")).to_contain_text("phải quét từng bì")
    expect(taker.locator("tr.got")).to_have_count(0)
    for code in shelf[:2]:
        beep(taker, code)
    taker.get_by_label(f"Nhận {shelf[1]}").focus()
    taker.keyboard.press("h")
    expect(taker.get_by_label("Lý do")).to_be_focused()
    check(taker)
    look(taker, "bag-damaged")
    taker.keyboard.press("Tab")
    taker.keyboard.press("Enter")
    expect(taker.locator("#n-damaged")).to_have_text("1")
    look(taker, "bag-irregular")
    taker.keyboard.press("F9")
    expect(taker.get_by_role("heading", name="Chờ người thứ hai")).to_be_visible()
    check(taker)
    look(taker, "bag-second-person")
    assert broken == []


def test_a_courier_gets_his_list_and_what_he_brings_is_taken_in(
    shelf: list[str], brought: list[str], site: str, browser: Browser
) -> None:
    """Choose, beep and tick, F9; then beep what came back, F9, and nothing else waits."""
    broken: list[str] = []
    page = come_in(site, browser, broken, "clerk", "/counter/hand-overs")
    page.keyboard.press("2")
    page.wait_for_url("**/counter/courier-lists/new")
    expect(page.get_by_label("Bưu tá có ca hôm nay")).to_be_focused()
    page.keyboard.press("F9")
    expect(page.locator("#state")).to_contain_text("Chọn bưu tá")
    by_hand(page, "Nguyễn Văn Courier")
    beep(page, shelf[0])
    expect(page.locator("#count")).to_have_text("1")
    page.get_by_label(f"Giao {shelf[3]}").focus()
    page.keyboard.press("Space")
    expect(page.locator("#count")).to_have_text("2")
    check(page)
    look(page, "courier-list")
    with page.expect_navigation(url=re.compile("/counter/bags/BK-")):
        page.keyboard.press("F9")
    expect(page.get_by_text("2 dòng chưa trả lời")).to_be_visible()
    check(page)
    look(page, "courier-list-given")

    page.keyboard.press("Escape")
    page.wait_for_url("**/counter/hand-overs")
    page.keyboard.press("3")
    page.wait_for_url("**/counter/taking")
    beep(page, shelf[1])
    expect(page.locator("#refused")).to_contain_text("chưa ai nộp")
    beep(page, brought[0])
    expect(page.locator("#count")).to_have_text("1")
    check(page)
    look(page, "taking")
    page.keyboard.press("F9")
    expect(page.locator("#state")).to_contain_text("Đã ký nhận 1 bưu gửi")
    beep(page, brought[1])
    page.keyboard.press("F9")
    expect(page.get_by_text("Không có bì nào chờ nhận")).to_be_visible()
    check(page)
    assert broken == []


def test_a_lost_line_costs_nothing_and_lays_nothing_down_twice(
    shelf: list[str], other: Town, site: str, browser: Browser
) -> None:
    """The village line drops at F9: the list waits, frozen, and the second F9 is the first."""
    broken: list[str] = []
    page = come_in(site, browser, broken, "clerk", "/counter/courier-lists/new")
    by_hand(page, "Nguyễn Văn Courier")
    for number in shelf[:2]:
        beep(page, number)
    expect(page.locator("#count")).to_have_text("2")
    page.context.set_offline(True)
    page.keyboard.press("F9")
    expect(page.locator("#state")).to_contain_text("Bấm F9 để gửi lại")
    beep(page, shelf[2])
    expect(page.locator("#refused")).to_contain_text("đang chờ máy chủ trả lời")
    page.context.set_offline(False)
    page.goto(f"{site}/counter")
    page.get_by_role("button", name="Thoát").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("còn việc đang làm dở")
    check(page)
    page.get_by_role("link", name="bảng kê bưu tá").press("Enter")
    page.wait_for_url("**/counter/courier-lists/new")
    expect(page.locator("#frozen")).to_be_visible()
    look(page, "courier-list-frozen")
    check(page)
    with page.expect_navigation(url=re.compile("/counter/bags/BK-")):
        page.keyboard.press("F9")
    expect(page.get_by_text("2 dòng chưa trả lời")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("row").filter(has_text="Bảng kê bưu tá")).to_have_count(1)
    check(page)
    look(page, "board-going")
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("hand-overs", "bags/new", "courier-lists/new", "taking"):
        page.goto(f"{site}/counter/{path}")
        check(page)
    assert broken == []
