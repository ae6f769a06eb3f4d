"""An old man with a small phone and no script: the page says where his papers are."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, expect

from tests import make
from tests.browser.conftest import check
from tests.make import MORNING, Town
from tracking import identifiers, rulings
from tracking.model import Dossier
from tracking.stages import Act, Stage

PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def asked(desk: Connection, town: Town) -> Dossier:
    """A dossier that lacks two papers, and the officer's words about them."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    ruling = make.ruling(dossier, Act.ASK_MORE, town)
    await rulings.rule(desk, ruling, heard_at=MORNING)
    await desk.execute(
        "INSERT INTO ruling_note (scan_id, text) VALUES ($1, $2)",
        ruling.id,
        "Bản sao giấy khai sinh; giấy xác nhận nơi ở",
    )
    return dossier


@pytest.fixture
async def delivered(desk: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)
    return dossier


def test_the_whole_page_without_script(asked: Dossier, site: str, browser: Browser) -> None:
    """Type the code, read what to do, type four digits, read the officer's words."""
    page = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False).new_page()
    page.set_default_timeout(10_000)

    page.goto(f"{site}/h")
    page.get_by_label("Mã tra cứu").fill(
        identifiers.print_tracking_code(asked.tracking_code).lower()
    )
    page.get_by_role("button", name="Xem hồ sơ").click()
    expect(page.get_by_role("heading", name="Ông/bà cần làm")).to_be_visible()
    expect(page.get_by_text("giấy khai sinh")).to_have_count(0)

    page.get_by_label("4 số cuối").fill("0001")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_text("Bản sao giấy khai sinh; giấy xác nhận nơi ở")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="What you should do")).to_be_visible()


def test_every_reader_can_read_it(
    asked: Dossier, delivered: Dossier, site: str, browser: Browser
) -> None:
    """Large type, contrast, labels: no page of the citizen's has a fault axe can find."""
    page = browser.new_context(viewport=PHONE, locale="vi-VN").new_page()
    for path in (
        "/h",
        "/h?code=B3CF",
        f"/h/{asked.tracking_code}",
        f"/h/{asked.tracking_code}?lang=en",
        f"/h/{delivered.tracking_code}",
    ):
        page.goto(site + path)
        check(page)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "18px"
