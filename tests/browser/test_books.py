"""The books on a screen: a clerk's word by keyboard, a manager's transfer, at both sizes."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.desk.money import disputes, reversals, settlements
from postal_service.desk.money.disputes import Typed
from postal_service.desk.money.model import Account, EntryKind, Purse
from postal_service.desk.money.settlements import Wish
from tests import make, trouble
from tests.browser.conftest import check, sign_in
from tests.desk.money.books import fee, fund, move, paid, wish
from tests.make import MORNING, Town
from tracking.stages import Act

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def books(desk: Connection, town: Town) -> str:
    """Lines of every kind, a dispute, a settlement, a refused dossier: its tracking code."""
    await trouble.boss(desk, town)
    chief = await make.person(desk, "chief", "manager", town.office, town.agency)
    await fund(desk, town)
    await paid(desk, town)
    wrong = await paid(desk, town, vnd=1_250_000)
    said = Typed(
        form_id=uuid4(), subject=reversals.subject_of(wrong), why="Tôi chỉ thu 125.000 đồng"
    )
    clerk = await trouble.staff(desk, town.clerk)
    await disputes.open_(desk, said, by=clerk, now=MORNING)
    back = await paid(desk, town)
    await reversals.take_back(desk, back, wish(town.courier), now=MORNING)
    owed = await settlements.open_lines(desk, town.agency, Purse.STATE_HELD, MORNING.date())
    total = sum(line.amount_vnd for line in owed)
    await fund(desk, town, total)
    transfer = Wish(
        id=uuid4(), agency_id=town.agency, purse=Purse.STATE_HELD, until=MORNING.date(),
        seen=total, bank_ref="FT26327-001",
    )  # fmt: skip
    await settlements.pay(desk, transfer, staff=await trouble.staff(desk, chief), now=MORNING)
    refused = await make.dossier(desk, town)
    await make.signed(desk, town, refused)
    await make.rule(desk, town, refused, Act.REFUSE)
    await fee(desk, town, await make.dossier(desk, town))
    safe = Account(kind=Purse.SAFE, office_id=town.office)
    till = Account(kind=Purse.TILL, office_id=town.office, person_id=town.clerk)
    await move(desk, EntryKind.PAY_IN, safe, till, 30_000, town.clerk)
    return f"{refused.ref} {refused.tracking_code}"


def look(page: Page, name: str) -> None:
    """At a desk and on a phone: nothing too wide, nothing a screen reader stumbles over."""
    for size, where in ((DESKTOP, "desk"), (PHONE, "phone")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{where}.png", full_page=True)
        check(page)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def test_a_clerk_says_by_keyboard_that_a_line_is_wrong(
    site: str, books: str, browser: Browser
) -> None:
    page = browser.new_page()
    sign_in(page, site, "clerk", "/money")
    look(page, "lines")

    page.get_by_text("Khiếu nại", exact=False).locator("visible=true").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Thiếu một tờ 5.000")
    look(page, "disputing")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Đã gửi khiếu nại")
    expect(page.get_by_text("đang khiếu nại")).to_have_count(2)
    page.goto(f"{site}/money/disputes")
    look(page, "disputes-own")


def test_a_supervisor_answers_and_brings_cash_to_the_bank(
    site: str, books: str, browser: Browser
) -> None:
    page = browser.new_page()
    sign_in(page, site, "boss", "/money/disputes")
    look(page, "disputes")
    page.get_by_label("Đã sửa").check()
    page.get_by_label("Đã làm gì").fill("Đã đảo và thu lại đúng số")
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi trả lời").press("Enter")
    expect(page.get_by_text("đã sửa")).to_be_visible()

    page.goto(f"{site}/money/settlements")
    look(page, "settlements-boss")
    page.get_by_label("Số tiền, đồng").fill("30.000")
    page.get_by_label("Số giao dịch ngân hàng").fill("NT-1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi lần nộp tiền")


def test_a_manager_pays_an_agency_by_keyboard(site: str, books: str, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, site, "chief", "/money/settlements")
    look(page, "settlements")
    with page.expect_navigation():
        page.get_by_role("button", name="Xem từng hồ sơ").first.press("Enter")
    look(page, "due")

    page.get_by_label("Số giao dịch của ngân hàng").fill("FT-2")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Quyết toán QT-")
    look(page, "settlement")


def test_the_agency_and_the_citizen_see_what_goes_back(
    site: str, books: str, browser: Browser
) -> None:
    """The officer ticks, the citizen reads where to fetch it, and her receipt."""
    ref, code = books.split()
    page = browser.new_page()
    sign_in(page, site, "officer", f"/agency/dossiers/{ref}")
    look(page, "word")
    page.get_by_label("Lệ phí thu hộ, 8.000").check()
    page.get_by_label("Lý do, người dân đọc được").fill("Hồ sơ không được tiếp nhận")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("chờ người dân đến nhận")).to_be_visible()
    page.goto(f"{site}/money/settlements/1")
    look(page, "settlement-officer")

    page.goto(f"{site}/h/{code}?lang=vi")
    page.get_by_label("4 số cuối").fill("0001")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("mang giấy tờ tùy thân")).to_be_visible()
    look(page, "citizen")
