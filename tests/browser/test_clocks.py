"""The clock on an officer's slip, and a manager's calendars, in a real browser."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.desk.agency import rulings
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.citizen import leg_clocks
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tracking import calendar_changes
from tracking.calendar_changes import NewDays
from tracking.stages import Act

CODE = "H36.31-261123-0001"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def received(town_url: str, desk: Connection, town: Town) -> str:
    """A dossier that its agency has received; a storm closes the Thursday before it is due."""
    await desk.execute(
        "INSERT INTO person (username, full_name, given_name, role, password_hash)"
        " VALUES ('chief', 'Lê Quang Chí', 'Chí', 'manager', $1)",
        make.PASSWORD_HASH,
    )
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE)
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)
    await leg_clocks.promise_all(desk)
    off = NewDays(
        form_id=uuid4(), scope="agencies", first=date(2026, 11, 26), last=date(2026, 11, 26),
        kind="off", name="Nghỉ tránh bão số 14",
    )  # fmt: skip
    await calendar_changes.apply(desk, off, by=town.officer, at=MORNING)
    return dossier.ref


def shot(page: Page, name: str) -> None:
    """Kept for a person to look at, where one asks for it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_an_officer_reads_why_it_is_due_then(received: str, browser: Browser, site: str) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        sign_in(page, site, "officer", f"/slips/{received}")
        page.goto(f"{site}/slips/{received}#clock")

        expect(page.get_by_text("Vì sao hẹn trả 08:15 27/11/2026")).to_be_visible()
        expect(page.get_by_text("Thứ Ba 24/11/2026: nghỉ")).to_be_visible()
        check(page)
        shot(page, "slip_clock")


def test_the_clock_fits_a_phone(received: str, browser: Browser, site: str) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        sign_in(page, site, "officer", f"/slips/{received}")
        page.goto(f"{site}/slips/{received}#clock")

        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        check(page)
        shot(page, "slip_clock_phone")


def test_a_manager_changes_a_calendar_by_keyboard(
    received: str, browser: Browser, site: str
) -> None:
    """Tried out, saved, decided: no mouse is needed."""
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        sign_in(page, site, "chief", "/calendars")
        check(page)
        shot(page, "calendars")
        form = page.locator("form[action='/calendars/days']")
        form.get_by_label("Từ ngày").fill("2026-11-27")
        form.get_by_label("Tên ngày").fill("Nghỉ tránh bão")
        form.get_by_label("Tên ngày").press("Enter")

        expect(page.get_by_role("heading", name="Xem trước, chưa ghi")).to_be_visible()
        check(page)
        shot(page, "calendar_trial")
        page.get_by_role("button", name="Ghi thay đổi").press("Enter")
        expect(page.get_by_text("Ngày hẹn đã cấp không tự đổi")).to_be_visible()

        page.goto(f"{site}/calendars/proposals")
        check(page)
        shot(page, "proposals")
        page.get_by_role("button", name="Dời hẹn đã chọn").press("Enter")
        expect(page.get_by_text("người dân được báo")).to_be_visible()
        page.goto(f"{site}/successions")
        check(page)
        shot(page, "successions")


def test_the_calendars_fit_a_phone(received: str, browser: Browser, site: str) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        sign_in(page, site, "chief", "/calendars")
        for way in ("/calendars", "/calendars/proposals", "/successions"):
            page.goto(site + way)
            width = page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= PHONE["width"], way
            check(page)
        shot(page, "calendars_phone")
