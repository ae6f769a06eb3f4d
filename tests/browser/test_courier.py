"""A courier's day in a real browser, on a phone's screen."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.stages import Stage


@pytest.fixture
async def work(desk: Connection, town: Town) -> str:
    """A dossier to bring to the agency, and a result to bring to a door; the result's number."""
    await make.dossier(desk, town)
    return await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)


@pytest.fixture
def page(site: str, work: str, browser: Browser) -> Page:
    """The courier's phone, signed in. The browser comes last: no async fixture after it."""
    page = browser.new_page(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="vi-VN"
    )
    sign_in(page, site, "courier", "/courier")
    return page


def follow(page: Page, button: str) -> None:
    """Press, and wait for the page that the press leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def test_a_day_on_a_phone(page: Page, work: str) -> None:
    """Plan, take, hand over, miss, deliver, come home: with a thumb, each screen sound."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    check(page)

    follow(page, "Lập tuyến hôm nay")
    expect(page.get_by_role("heading", name="Nhận 2 bưu gửi tại bưu cục")).to_be_visible()
    check(page)
    page.locator("[name=items]").first.uncheck()
    expect(page.get_by_role("button", name="Nhận 1 bưu gửi, lên đường")).to_be_visible()
    page.locator("[name=items]").first.check()
    follow(page, "Nhận 2 bưu gửi, lên đường")
    check(page)

    for _ in range(2):
        if page.get_by_role("button", name="Bàn giao 1 hồ sơ").count():
            follow(page, "Bàn giao 1 hồ sơ")
        else:
            go_to_the_door(page, work)
    expect(page.get_by_text("Đã đi hết các điểm")).to_be_visible()
    check(page)
    follow(page, "Kết thúc tuyến")
    expect(page.get_by_text("Đã xong tuyến")).to_be_visible()
    check(page)
    assert broken == []


def go_to_the_door(page: Page, s10: str) -> None:
    """First nobody seems to be there; then the wrong envelope; then the right one."""
    expect(page.get_by_role("heading", name="Trần Bích Uyên")).to_be_visible()
    follow(page, "Không gặp")
    check(page)
    page.get_by_label("Người nhận vắng nhà").check()
    follow(page, "Giao được")
    envelope = page.get_by_label("Quét bì thư")
    page.get_by_label("Chính người nhận").check()
    envelope.fill("0")
    follow(page, "Đã giao")
    expect(page.get_by_role("alert")).to_contain_text("Kiểm tra lại bì thư")
    check(page)
    envelope.fill(s10)
    follow(page, "Đã giao")


def test_a_scanner_finds_the_paper_wherever_the_cursor_is(page: Page, work: str) -> None:
    """A beep in the middle of the list leads to the paper and changes nothing."""
    follow(page, "Lập tuyến hôm nay")
    follow(page, "Nhận 2 bưu gửi, lên đường")

    page.get_by_role("heading", level=1).click()
    page.keyboard.type(work)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Giao cho Trần Bích Uyên")).to_be_visible()
