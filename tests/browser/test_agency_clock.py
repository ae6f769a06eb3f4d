"""An officer and the clock, by keyboard alone: money, papers, an apology, a colleague."""

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
from tracking.model import Dossier
from tracking.stages import Act

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def processing(desk: Connection, town: Town) -> Dossier:
    """A dossier the agency has received and works on."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE, Act.BEGIN)
    return dossier


def shot(page: Page, name: str) -> None:
    """Keep what the page looks like, where a folder is named for it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def unfold(page: Page, summary: str) -> None:
    """Open a fold as a keyboard does."""
    page.locator("summary", has_text=re.compile(f"^{summary}$")).focus()
    page.keyboard.press("Enter")


def test_money_papers_and_an_apology(processing: Dossier, site: str, browser: Browser) -> None:
    """Each is a fold, its fields in order, and Enter; the page says what the clock does."""
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    sign_in(page, site, "officer", "/agency")
    page.goto(f"{site}/agency/dossiers/{processing.ref}")
    shot(page, "running")
    check(page)

    for summary in ("Yêu cầu bổ sung", "Yêu cầu nộp tiền", "Xin lỗi và hẹn lại"):
        unfold(page, summary)
    unfold(page, "Chuyển cơ quan khác giải quyết")
    unfold(page, "Dừng giải quyết")
    shot(page, "unfolded")
    check(page)
    unfold(page, "Yêu cầu nộp tiền")
    unfold(page, "Yêu cầu nộp tiền")

    page.get_by_label("Số tiền, đồng").focus()
    page.keyboard.type("-1")
    page.keyboard.press("Tab")
    page.keyboard.type("TB-15")
    page.get_by_label("Cách nộp").select_option("account")
    page.get_by_label("Nơi nộp hoặc số tài khoản").fill("Kho bạc Đà Lạt, tài khoản 3511")
    page.get_by_label("Chậm nhất ngày").fill("2026-12-05")
    page.get_by_label("Nơi nộp hoặc số tài khoản").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Số tiền phải là số đồng chẵn")
    shot(page, "wrong-amount")
    check(page)
    page.get_by_label("Số tiền, đồng").fill("1.200.000")
    page.get_by_label("Số tiền, đồng").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("yêu cầu thực hiện nghĩa vụ tài chính")
    shot(page, "owed")
    check(page)

    citizen = browser.new_page(viewport=PHONE, locale="vi-VN")
    citizen.goto(f"{site}/h/{processing.tracking_code}")
    expect(citizen.locator(".todo")).to_contain_text("Nộp tiền theo thông báo")
    check(citizen)
    citizen.get_by_label("4 số cuối").fill("0001")
    citizen.keyboard.press("Enter")
    expect(citizen.locator("body")).to_contain_text("1.200.000")
    shot(citizen, "citizen-owed")
    check(citizen)

    page.get_by_label("Số biên lai, giấy nộp tiền").fill("BL-7")
    page.get_by_label("Ngày nộp").fill("2026-11-23")
    page.get_by_label("Người nộp").fill("Trần Bích Uyên")
    page.keyboard.press("F9")
    expect(page.get_by_role("status")).to_contain_text("ghi nhận đã nộp tiền")
    shot(page, "paid")

    unfold(page, "Xin lỗi và hẹn lại")
    page.locator("details[open] select[name=reason]").select_option("LT02")
    page.get_by_label("Gia hạn thêm").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("hẹn lại ngày trả")
    unfold(page, "Yêu cầu bổ sung")
    for line in range(1, 5):  # one more than there was room for
        page.get_by_label(f"Giấy tờ còn thiếu, thứ {line}").fill(f"Giấy tờ số {line}")
        page.get_by_label(f"Số bản chứng thực, giấy tờ thứ {line}").fill("1")
    shot(page, "asking")
    check(page)
    page.keyboard.press("Enter")
    expect(page.locator(".promise")).to_contain_text("tạm dừng")
    expect(page.locator("main")).to_contain_text("Giấy tờ số 4: 1 chứng thực")
    shot(page, "put-off-and-asked")
    check(page)
    page.goto(f"{site}/agency")
    shot(page, "list")
    check(page)
    citizen.goto(f"{site}/h/{processing.tracking_code}")
    shot(citizen, "citizen-asked")
    assert not faults
