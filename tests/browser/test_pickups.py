"""Papers fetched at home: on the public page, at the counter, at an agency and on the phone."""

from __future__ import annotations

import re

from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import check, sign_in
from tests.make import Town

ADDRESS = "12 Đường Phan Đình Phùng, phường Xuân Hương – Đà Lạt, tỉnh Lâm Đồng"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}


def both(page: Page) -> None:
    """Fit for a desk and for a phone."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        check(page)


def fill(page: Page, phone: str) -> None:
    page.get_by_label("Họ và tên").fill("Trần Thị Mai")
    page.get_by_label("Số điện thoại").fill(phone)
    page.get_by_label("Địa chỉ đến lấy").fill(ADDRESS)
    page.get_by_label("Ghi chú cho bưu tá").fill("cổng xanh")
    page.get_by_label("Buổi").select_option("afternoon")


def test_a_citizen_orders_without_script(
    town: Town, site: str, desk: Connection, browser: Browser
) -> None:
    """Nothing of the public page needs JavaScript, and what is wrong is said where it is."""
    page = browser.new_page(java_script_enabled=False, viewport=PHONE, locale="vi-VN")
    page.goto(f"{site}/pick-up")
    fill(page, "01234567890")
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_label("Số điện thoại")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Số điện thoại").fill("0912345678")
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nhập mã xác nhận")
    expect(page.get_by_label("Mã 6 số")).to_be_visible()
    page.close()
    seen = browser.new_page(viewport=PHONE, locale="vi-VN")
    seen.goto(f"{site}/pick-up")
    both(seen)
    fill(seen, "0912345670")
    seen.get_by_role("button", name="Gửi yêu cầu").click()
    both(seen)
    seen.get_by_label("Mã 6 số").fill("000000")
    seen.get_by_role("button", name="Xác nhận").click()
    expect(seen.get_by_role("alert")).to_contain_text("Mã không đúng")
    both(seen)
    seen.close()


def test_a_clerk_takes_and_gives_an_order_by_keys(
    town: Town, site: str, desk: Connection, browser: Browser
) -> None:
    """F9 opens the form, keeps the order and sends the courier; she enters the courier's sheet."""
    page = browser.new_page(viewport=DESK)
    sign_in(page, site, "clerk", "/counter/pick-ups")
    both(page)
    page.set_viewport_size(DESK)
    page.keyboard.press("F9")
    expect(page.get_by_label("Họ và tên")).to_be_focused()
    both(page)
    page.set_viewport_size(DESK)
    fill(page, "0912345678")
    page.keyboard.press("F9")
    expect(page.get_by_role("heading", level=1)).to_contain_text("NH-261123-00001")
    both(page)
    page.set_viewport_size(DESK)
    expect(page.get_by_label("Cử bưu tá")).to_be_focused()
    page.get_by_label("Cử bưu tá").select_option(label="Nguyễn Văn Courier")
    page.keyboard.press("F9")
    expect(page.locator(".tag").first).to_contain_text("P1")
    page.goto(f"{site}/counter/outage")
    page.get_by_role("button", name=re.compile("In gói")).click()
    page.goto(f"{site}/counter/pick-ups")
    both(page)
    page.close()

    phone = browser.new_page(viewport=PHONE)
    sign_in(phone, site, "courier", "/courier")
    phone.get_by_role("button", name=re.compile("Lập tuyến")).click()
    expect(phone.get_by_role("heading", name="Trần Thị Mai")).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="Chưa lấy được").click()
    check(phone)
    phone.get_by_role("button", name="Lấy được", exact=True).click()
    check(phone)
    phone.get_by_label("Quét hoặc gõ số LD trên tờ").fill("LD-261123-00001")
    phone.get_by_label("Số giấy tờ").fill("4")
    phone.get_by_label(re.compile("Đã niêm phong")).check()
    phone.get_by_role("button", name="Đã nhận giấy tờ").click()
    expect(phone).to_have_url(re.compile(r"/courier$"))
    check(phone)
    phone.close()

    page = browser.new_page(viewport=DESK)
    sign_in(page, site, "clerk", "/counter/pick-ups")
    expect(page.get_by_text("Nguyễn Văn Courier").first).to_be_visible()
    both(page)
    page.set_viewport_size(DESK)
    page.get_by_role("button", name=re.compile("Nhập LD-")).click()
    expect(page.locator("#name")).to_have_value("Trần Thị Mai")
    expect(page.get_by_label("Ngày ghi trên giấy")).to_have_value("23/11/2026")


def test_an_officer_asks_for_a_visit(
    town: Town, site: str, desk: Connection, browser: Browser
) -> None:
    page = browser.new_page(viewport=DESK)
    sign_in(page, site, "officer", "/agency")
    page.locator("summary", has_text="Thêm").click()
    page.get_by_role("link", name="Đón tại nhà").click()
    both(page)
    page.set_viewport_size(DESK)
    fill(page, "0912345678")
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_role("cell", name="NH-261123-00001", exact=True)).to_be_visible()
    both(page)
