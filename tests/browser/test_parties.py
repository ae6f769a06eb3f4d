"""Masked people, a reason and a look, by keyboard alone; and the log that a supervisor reads."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, expect

from tests import make, trouble
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.model import Dossier

DESKTOP = {"width": 1366, "height": 768}


@pytest.fixture
async def dossier(desk: Connection, town: Town) -> Dossier:
    """One on the shelf, and a supervisor and a manager who look on."""
    await trouble.boss(desk, town)
    await desk.execute(
        "INSERT INTO person (username, full_name, given_name, role, password_hash)"
        " VALUES ('chief', 'Lê Quang Chí', 'Chí', 'manager', $1)",
        make.PASSWORD_HASH,
    )
    return await make.dossier(desk, town, offered=False)


def test_a_look_has_a_reason_and_leaves_a_line(
    dossier: Dossier, site: str, browser: Browser
) -> None:
    """A clerk finds a citizen by name, opens her number, and her supervisor reads of it."""
    page = browser.new_page(viewport=DESKTOP)
    sign_in(page, site, "clerk", "/counter/people")
    check(page)
    page.keyboard.type("tran bich uyen")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check(page)
    expect(page.get_by_text("0590•••001")).to_be_visible()

    page.goto(f"{site}/parties/{dossier.ref}")
    check(page)
    expect(page.get_by_role("checkbox", name="Điện thoại")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_label("Lý do").focus()
    page.keyboard.type("Phải gọi")
    with page.expect_navigation():
        page.keyboard.press("Enter")
        if page.get_by_text("0590•••001").is_visible():
            page.get_by_role("button", name="Hiện").press("Enter")
    check(page)
    expect(page.get_by_text("đang hiện, đã ghi nhật ký")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, site, "boss", "/reads")
    check(page)
    expect(page.get_by_text("Phải gọi điện cho người dân")).to_be_visible()


def test_a_request_is_answered(dossier: Dossier, site: str, browser: Browser) -> None:
    """Taken down by receipt number; an erasure under way says what it waits for."""
    page = browser.new_page(viewport=DESKTOP)
    sign_in(page, site, "chief", "/rights")
    check(page)
    page.get_by_label("Số biên nhận").fill(dossier.ref)
    page.get_by_label("Yêu cầu", exact=True).select_option("erase")
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi yêu cầu").press("Enter")
    check(page)

    with page.expect_navigation():
        page.get_by_role("button", name="Xóa dữ liệu").press("Enter")
    check(page)
    expect(page.get_by_text("Hồ sơ chưa xong")).to_be_visible()
