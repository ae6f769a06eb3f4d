"""The evening's count by scanner and keyboard: beeps, a lost line, a power cut, the end."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking import identifiers

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
STRANGER = identifiers.s10("RB", 47_312_482)


@pytest.fixture
async def shelf(desk: Connection, town: Town) -> list[str]:
    made = [await make.dossier(desk, town, offered=False) for _ in range(3)]
    return [await make.s10(desk, each) for each in made]


def open_count(page: Page, site: str) -> None:
    page.set_default_timeout(15_000)
    sign_in(page, site, "clerk", "/counter/evening")


def beep(page: Page, number: str) -> None:
    page.locator("#code").fill(number)
    page.keyboard.press("Enter")


def test_an_evening_from_the_first_beep_to_the_signed_sheet(
    shelf: list[str], site: str, browser: Browser
) -> None:
    """What is found, what is too many, what is missing; and no mouse."""
    broken: list[str] = []
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.on("pageerror", lambda fault: broken.append(str(fault)))
    open_count(page, site)
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("#here")).to_have_text("3")
    for number in (shelf[0], shelf[1], STRANGER, shelf[0]):
        beep(page, number)
    expect(page.locator("#count")).to_have_text("3")
    expect(page.locator("#refused")).to_contain_text(STRANGER)
    check(page)
    page.set_viewport_size(PHONE)
    check(page)
    page.set_viewport_size(DESKTOP)

    page.keyboard.press("F9")
    page.wait_for_url("**/counter/evening/closing")
    expect(page.get_by_role("region", name="Bì thiếu")).to_contain_text(shelf[2])
    expect(page.get_by_role("region", name="Bì thừa")).to_contain_text(STRANGER)
    expect(page.locator("#why")).to_be_focused()
    check(page)
    page.keyboard.press("F9")  # without a reason nothing is closed
    expect(page.locator("#why")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#why")).to_have_value("searched")
    page.keyboard.press("F9")
    page.wait_for_url("**/counter/evening")
    expect(page.locator("h1")).to_contain_text("đã khóa")
    expect(page.get_by_role("region", name="Bì thiếu và thừa")).to_contain_text(shelf[2])
    expect(page.locator("#next")).to_be_focused()
    check(page)
    page.set_viewport_size(PHONE)
    check(page)
    assert broken == []


def test_beeps_outlive_a_lost_line_and_a_power_cut(
    shelf: list[str], site: str, browser: Browser
) -> None:
    """The line is gone at five; the clerk goes on, the power fails, nothing is beeped twice."""
    context = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    page = context.new_page()
    open_count(page, site)
    beep(page, shelf[0])
    expect(page.locator("#count")).to_have_text("1")

    page.route("**/counter/evening/beeps", lambda route: route.abort())
    beep(page, shelf[1])
    beep(page, shelf[2])
    expect(page.locator("#waiting")).to_have_text("2")
    expect(page.locator("#state")).to_contain_text("cứ quét tiếp")
    page.keyboard.press("F9")
    expect(page.locator("#state")).to_contain_text("chưa gửi được")
    page.close()

    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{site}/counter/evening")
    expect(page.locator("#count")).to_have_text("3")
    expect(page.locator("#waiting-line")).to_be_hidden()
    page.keyboard.press("F9")
    page.wait_for_url("**/counter/evening/closing")
    expect(page.get_by_text("Khớp: mọi bì")).to_be_visible()
    expect(page.locator("#save")).to_be_focused()
    context.close()


def test_counting_anew_is_asked_for_twice(shelf: list[str], site: str, browser: Browser) -> None:
    """A clerk who lost her place begins again; nobody does by a slip."""
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    open_count(page, site)
    beep(page, shelf[0])
    expect(page.locator("#count")).to_have_text("1")
    page.reload()
    page.get_by_text("Đếm lại từ đầu").click()
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Bỏ các lần quét, đếm lại").click()
    expect(page.locator("#count")).to_have_text("0")
    beep(page, shelf[0])
    expect(page.locator("#count")).to_have_text("1")
