"""A citizen pays by transfer: the screen turned to her, the notice typed, the money there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.clock import Clock
from postal_service.desk.money.transfers import Request
from tests import make
from tests.browser.conftest import NO_PRINTER, check, served, sign_in
from tests.browser.test_counter import by_hand, check_beside_the_viewer, open_counter, tab_to
from tests.desk.money.bank import bring, credit, look, request
from tests.make import Town
from tracking.stages import Stage

SHOTS = os.environ.get("SHOTS", "")
PHONE = {"width": 390, "height": 844}


class Asked(NamedTuple):
    """One that is awaited at the counter, one whose halves have come, and a result at a door."""

    one: Request
    halves: Request
    door: str


@pytest.fixture
def site(town_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server of a post with an account."""
    for name, value in (
        ("BANK_BIN", "999999"),
        ("BANK_ACCOUNT", "DEMO000000"),
        ("BANK_NAME", "TAI KHOAN MAU, KHONG CHUYEN TIEN"),
    ):
        monkeypatch.setenv(name, value)
    with served(town_url, clock, demo=True) as address:
        yield address


@pytest.fixture
async def asked(desk: Connection, town: Town) -> Asked:
    one = await request(desk, town, vnd=30000)
    halves = await request(desk, town, vnd=45000)
    await bring(
        desk, town, credit(f"MBVCB.1 {halves.reference} lan 1", 20000),
        credit(f"MBVCB.2 {halves.reference} lan 2", 25000),
        credit("NGUYEN VAN AN chuyen tien le phi", 8000),
    )  # fmt: skip
    await look(desk)
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    dossier = await make.dossier(desk, town)
    return Asked(one, halves, await make.result(desk, town, dossier, Stage.OUT))


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(
            path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png", full_page=True
        )


def at_both_sizes(page: Page, name: str) -> None:
    """As a clerk's desk and as a telephone show it."""
    before = page.viewport_size
    shot(page, name)
    check_beside_the_viewer(page)
    page.set_viewport_size(PHONE)
    shot(page, name)
    check(page)
    page.set_viewport_size(before)


def test_a_dossier_paid_by_transfer_without_the_mouse(
    asked: Asked, site: str, browser: Browser
) -> None:
    """The means chosen by keys; the square beside the receipt; money typed in, the screen knows."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    by_hand(page, "cap ban sao trich luc")
    expect(page.get_by_role("option").first).to_contain_text("Cấp bản sao Trích lục hộ tịch")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cơ quan giải quyết")).to_be_focused()
    tab_to(page, "name")
    by_hand(page, "Nguyen Thi Ky Duyen")
    tab_to(page, "phone")
    by_hand(page, "0912 345 678")
    tab_to(page, "address")
    by_hand(page, "12 thon Da Nghit, xa Lac Duong")
    tab_to(page, "all-papers")
    page.keyboard.press("Space")
    tab_to(page, "means")
    page.keyboard.type("Chuy")
    expect(page.get_by_label("Tiền thu ngay")).to_have_value("transfer")
    with page.expect_navigation():
        page.keyboard.press("F9")

    pay = page.locator("#transfer")
    expect(pay).to_contain_text("chờ chuyển khoản")
    expect(pay.get_by_role("img")).to_be_visible()
    reference = pay.locator("h2 .code").inner_text()
    amount = pay.locator(".amount").evaluate("node => node.lastChild.textContent")
    at_both_sizes(page, "saved")

    other = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    sign_in(other, site, "clerk", "/counter/transfers")
    at_both_sizes(other, "transfers")
    other.get_by_label("Số tiền").focus()
    by_hand(other, str(amount))
    other.keyboard.press("Tab")
    by_hand(other, f"mbvcb.778.{reference.lower()}.ct den")
    other.keyboard.press("Tab")
    by_hand(other, "FT26327000123")
    with other.expect_navigation():
        other.keyboard.press("F9")
    expect(other.get_by_role("status")).to_contain_text("Đã nhận")
    check(other)

    expect(pay).to_contain_text(re.compile(r"Đã nhận .* biên lai BL-66D01-261123-\d{4}"))
    expect(pay.get_by_role("img")).to_have_count(0)
    shot(page, "saved-paid")
    check(page)
    assert broken == []


def test_cash_after_all(asked: Asked, site: str, browser: Browser) -> None:
    """From the screen turned to the citizen, back to the dossier."""
    page = open_counter(site, browser, [])
    page.goto(f"{site}/counter/transfers/{asked.one.reference}")
    at_both_sizes(page, "transfer")
    page.get_by_role("button", name="Thu tiền mặt").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(asked.one.ref)
    page.goto(f"{site}/counter/transfers/{asked.one.reference}")
    expect(page.locator("#transfer")).to_contain_text("Đã thu tiền mặt thay cho chuyển khoản")
    check(page)


def test_the_supervisors_list(asked: Asked, tmp_path: Path, site: str, browser: Browser) -> None:
    """Halves matched by one press; the rest asked back; a statement with a line that is wrong."""
    page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    sign_in(page, site, "boss", "/bank")
    expect(page.get_by_text("2 khoản cộng lại đúng 45.000 ₫")).to_be_visible()
    at_both_sizes(page, "bank")
    page.get_by_role("button", name="Ghép 2 khoản này").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    page.get_by_text("Trả lại 8.000 ₫").click()
    page.get_by_label("Ngân hàng, số tài khoản").fill(
        "Ngân hàng Nông nghiệp, 5400123, Nguyễn Văn An"
    )
    page.get_by_label("Lý do").fill("Chuyển nhầm")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Chờ người thứ hai trả lại")).to_be_visible()
    expect(page.get_by_role("button", name="Đã chuyển trả")).to_have_count(0)
    at_both_sizes(page, "bank-return")

    file = tmp_path / "sao-ke.csv"
    file.write_text(
        "Ngày,Số tham chiếu,Ghi có,Nội dung\n"
        f'23/11/2026,FT5,"30,000",{asked.one.reference}\n23/11/2026,FT6,1.5,x\n',
        encoding="utf-8",
    )
    page.get_by_label("Tệp sao kê").set_input_files(file)
    with page.expect_navigation():
        page.get_by_role("button", name="Nạp sao kê").click()
    expect(page.get_by_role("status").first).to_contain_text("1 khoản mới, 1 dòng không đọc được")
    expect(page.get_by_text("Dòng 3:")).to_be_visible()
    at_both_sizes(page, "bank-statement")


def test_at_the_door(asked: Asked, site: str, browser: Browser) -> None:
    """The square on the courier's phone, and the way back to the door."""
    page = browser.new_page(viewport=PHONE, locale="vi-VN", has_touch=True)
    page.add_init_script(NO_PRINTER)
    sign_in(page, site, "courier", f"/courier/deliver/{asked.door}")
    shot(page, "deliver")
    with page.expect_navigation():
        page.get_by_role("button", name="Nhận chuyển khoản 22.000 ₫").click()
    expect(page.get_by_role("img")).to_be_visible()
    shot(page, "door")
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Về trang giao").click()
    check(page)
