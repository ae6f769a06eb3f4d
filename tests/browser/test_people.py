"""The doors and the people, with a keyboard at a desk and a thumb on a phone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.clock import Clock
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import PASSWORD, Town
from tests.web.doors import code

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
#: Where pictures of the pages go, for whoever wants to look at them.
LOOK = os.environ.get("POSTAL_LOOK", "")


@pytest.fixture
async def boss(desk: Connection, town: Town) -> int:
    """The office's supervisor."""
    return await make.person(desk, "boss", "supervisor", town.office, town.agency)


@pytest.fixture
async def second(desk: Connection, town: Town) -> int:
    """Another clerk of the same counter."""
    return await make.person(desk, "thu-hai", "clerk", town.office, town.agency)


def look(page: Page, name: str) -> None:
    check(page)
    if LOOK:
        page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def enrol(page: Page, clock: Clock, name: str) -> None:
    """Type the first code of an authenticator, and put the printed codes away."""
    expect(page.get_by_role("heading", name="Đặt bước xác thực")).to_be_visible()
    look(page, f"{name}-enrolment")
    page.get_by_text("Không quét được?").click()
    secret = page.locator(".code.wraps").inner_text().replace(" ", "")
    page.get_by_label("Mã 6 số").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Mã 6 số").fill(code(secret, clock.now()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem")).to_have_count(10)
    look(page, f"{name}-recovery")
    page.get_by_role("button", name="Đã cất mã").press("Enter")


def test_a_supervisor_lets_a_phone_in(
    boss: int, strict_site: str, clock: Clock, browser: Browser
) -> None:
    """Both screens, as they lie beside each other on the counter."""
    desk = browser.new_page(viewport=DESK)
    sign_in(desk, strict_site, "boss", "/supervisor")
    enrol(desk, clock, "boss")
    desk.goto(f"{strict_site}/people/phones")
    look(desk, "phones-empty")
    phone = browser.new_page(viewport=PHONE, user_agent="Mozilla/5.0 (Linux; Android 14; SM-A155F) "
                             "AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36")  # fmt: skip
    sign_in(phone, strict_site, "courier", "/courier")
    expect(phone.get_by_role("heading", name="Máy này chưa đăng ký")).to_be_visible()
    look(phone, "phone-waits")
    shown = phone.locator(".bignumber").inner_text()

    desk.reload()
    look(desk, "phones-waiting")
    expect(desk.get_by_text("Chrome, Android SM-A155F")).to_be_visible()
    desk.get_by_label("Số trên màn hình máy").fill("000 000")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("number")
    desk.get_by_label("Số trên màn hình máy").fill(shown)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("Đã duyệt máy")
    look(desk, "phones-known")

    expect(phone.get_by_role("button", name="Vào tuyến")).to_be_visible(timeout=15_000)
    look(phone, "phone-granted")
    phone.get_by_role("button", name="Vào tuyến").click()
    expect(phone).to_have_url(re.compile("/courier"))


def test_a_supervisor_opens_an_account_and_a_clerk_begins(
    boss: int, site: str, browser: Browser
) -> None:
    """From the list to the first page of the new clerk's work, without a mouse."""
    page = browser.new_page(viewport=DESK)
    sign_in(page, site, "boss", "/people")
    look(page, "people-list")
    page.get_by_role("button", name="Thêm người").press("Enter")
    look(page, "people-new")
    page.get_by_label("Tên đăng nhập").fill("thuha")
    page.get_by_label("Họ và tên").fill("Nguyễn Hoàng Thị Thu Hà " + "Rất Dài " * 8)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đường dẫn một lần")).to_be_visible()
    look(page, "people-link")
    way = page.locator(".oncelink").inner_text()
    key = way.partition("key=")[2]
    page.get_by_role("button", name="Xong").press("Enter")
    expect(page.get_by_text("mở tài khoản", exact=True)).to_be_visible()
    look(page, "people-one")

    new = browser.new_page(viewport=PHONE)
    new.goto(f"{site}/welcome?key={key}")
    look(new, "welcome")
    new.get_by_label("Mật khẩu mới").fill("buudien2026!!")
    new.get_by_label("Gõ lại lần nữa").fill("buudien2026!!")
    new.keyboard.press("Enter")
    expect(new.get_by_role("alert")).to_contain_text("guess")
    new.get_by_label("Mật khẩu mới").fill("con bò đội nón lá")
    new.get_by_label("Gõ lại lần nữa").fill("con bò đội nón lá")
    new.keyboard.press("Enter")
    expect(new).to_have_url(re.compile("/counter"))
    new.goto(f"{site}/welcome?key={key}")
    expect(new.get_by_role("heading", name="Đường dẫn không dùng được")).to_be_visible()
    look(new, "welcome-dead")


def test_a_counter_changes_hands_by_one_key(second: int, site: str, browser: Browser) -> None:
    """F10, a password, Enter; going back shows nothing of the first clerk."""
    page = browser.new_page(viewport=DESK)
    sign_in(page, site, "clerk", "/counter")
    expect(page.get_by_text("Nguyễn Văn Clerk")).to_be_visible()
    page.keyboard.press("F10")
    expect(page.get_by_role("heading", name="Đổi người")).to_be_visible()
    look(page, "switch")
    page.get_by_role("combobox").select_option("thu-hai")
    page.get_by_label("Mật khẩu của người vào thay").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/counter"))
    expect(page.get_by_text("Nguyễn Văn Thu-Hai")).to_be_visible()

    page.go_back()
    expect(page.locator("body")).not_to_contain_text("Nguyễn Văn Clerk sẽ thoát")
    page.goto(f"{site}/account")
    look(page, "account")
    expect(page.locator("body")).to_contain_text("vào thay ở máy chung")
