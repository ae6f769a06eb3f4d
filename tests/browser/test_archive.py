"""A jammed printer, and a clerk who never leaves the keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, expect

from postal_service.caller import Role, Staff
from postal_service.desk import papers
from postal_service.desk.papers import FormSet, Kind
from postal_service.desk.printing import archive
from postal_service.desk.printing.archive import Filing
from tests import make
from tests.browser.conftest import check, sign_in
from tests.desk.printing.test_papers_lists import SLIP
from tests.make import MORNING, Town


@pytest.fixture
async def printed(town_url: str, desk: Connection, town: Town) -> str:
    """Papers of all lengths that a clerk has printed; the newest dossier's number."""
    clerk = Staff(
        id=town.clerk, username="clerk", full_name="", given_name="", role=Role.CLERK,
        office_id=town.office, office_name=None, agency_id=None, agency_name=None, phone=None,
        last_seen_at=MORNING,
    )  # fmt: skip
    ref = ""
    for minutes, kind in enumerate((Kind.RECEIPT, Kind.WITHDRAWAL, Kind.CONTROL_SLIP)):
        ref = (await make.dossier(desk, town)).ref
        filing = Filing(kind=kind, subject=ref, form_set=FormSet.TT03_2025, ref=ref)
        now = MORNING - timedelta(minutes=60 - minutes)
        kept = await archive.keep(desk, filing, papers.control_slip(SLIP), by=clerk, now=now)
        assert kept is not None
    await archive.copy(desk, kept.id, by=clerk, now=MORNING)
    return ref


def test_the_last_paper_is_printed_again_by_keyboard(
    site: str, printed: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    sign_in(page, site, "clerk", "/archive")
    expect(page.get_by_role("row")).to_have_count(4)
    expect(page.get_by_text("1 bản sao")).to_be_visible()
    check(page)

    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("row", name=printed)).to_be_focused()
    with page.expect_popup():
        page.keyboard.press("F9")
    page.reload()
    expect(page.get_by_text("2 bản sao")).to_be_visible()
    page.keyboard.press("F2")
    page.keyboard.type(f"{printed}\n")
    expect(page.get_by_role("row")).to_have_count(2)
    page.goto(f"{site}/archive?q=LD-200101-00001")
    expect(page.get_by_text("Chưa in giấy nào mang số LD-200101-00001")).to_be_visible()
    check(page)


def test_it_fits_a_phone(site: str, printed: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    sign_in(page, site, "clerk", "/archive")
    expect(page.get_by_role("heading", name="Giấy đã in")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check(page)
