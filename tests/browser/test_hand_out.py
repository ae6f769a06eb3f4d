"""A clerk hands a result out at the counter, by keyboard alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.stages import Stage

SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
async def waiting(desk: Connection, town: Town) -> str:
    """A licence at the counter, whose old one comes back."""
    driving = await desk.fetchval(
        "SELECT id FROM procedure WHERE code = '3.000347' AND valid_to IS NULL"
    )
    whole = await make.dossier(desk, town, return_way="office")
    await desk.execute("UPDATE dossier SET procedure_id = $2 WHERE id = $1", whole.id, driving)
    return await make.result(desk, town, whole, Stage.AT_OFFICE)


@pytest.fixture
def page(site: str, waiting: str, browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    page.set_default_timeout(30_000)
    sign_in(page, site, "clerk", f"/counter/deliveries/{waiting}")
    return page


def test_the_old_licence_first_and_then_the_new_one(page: Page, waiting: str) -> None:
    """F9 alone hands over; what is missing is said, and nothing typed is lost."""
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.type(waiting)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Giao tại quầy cho Trần Bích Uyên")).to_be_visible()
    page.get_by_label("Giấy tờ tùy thân đã xem").focus()
    page.keyboard.type("Hộ")
    page.keyboard.press("Tab")
    page.keyboard.type("b123")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_contain_text("Chưa thu lại bản gốc")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / "hand-out.png")
    check(page)
    expect(page.get_by_label("4 ký tự cuối")).to_have_value("b123")

    page.get_by_label("Giấy phép lái xe cũ").focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page).to_have_url(re.compile(r"/counter/items\?given=LD-"))
