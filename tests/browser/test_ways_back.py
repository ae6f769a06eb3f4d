"""Supplements, changes and registrations by keyboard: nothing wider than the screen, axe silent."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.desk.agency import rulings
from postal_service.desk.agency.wishes import Wish
from tests import make
from tests.browser.conftest import NO_PRINTER, check, sign_in
from tests.make import MORNING, Town
from tracking.model import Dossier
from tracking.pauses import AskedPaper
from tracking.stages import Act

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
#: A scanner's keys come faster than a busy machine may pass them on: all in one turn.
SCANNER = """(text) => {
  for (const key of [...text, 'Enter']) {
    const pressed = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
  }
}"""
PAPERS = (
    AskedPaper(name="Giấy khai sinh của con, bản trích lục còn hạn", originals=1, photocopies=2),
    AskedPaper(name="Sổ hộ khẩu", certified=1),
)


@pytest.fixture
async def asked(desk: Connection, town: Town) -> Dossier:
    """A dossier whose agency waits for two kinds of paper."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    wish = Wish(id=uuid4(), act=Act.ASK_MORE, papers=PAPERS, note="Bản chính còn hạn")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)
    return dossier


def both(page: Page) -> None:
    """The page at a counter's screen and at a phone's."""
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        check(page)


def test_papers_are_taken_by_keyboard(asked: Dossier, site: str, browser: Browser) -> None:
    """Scan, tick, F9: the slip and the label come to print; nothing was sent by the scan."""
    page = browser.new_page(viewport=DESKTOP)
    page.add_init_script(NO_PRINTER)
    sign_in(page, site, "clerk", "/counter/supplements")
    both(page)
    page.keyboard.type(asked.tracking_code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Bản chính còn hạn")).to_be_visible()
    both(page)

    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_contain_text("Còn thiếu: Sổ hộ khẩu (1 bản chứng thực)")
    both(page)
    page.get_by_label("Đủ Sổ hộ khẩu").press("Space")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("status")).to_contain_text("Đã nhận")
    expect(page.locator("html")).to_have_attribute("data-printed", "printed")
    # the browser's own viewer is not ours to mend
    page.evaluate("document.querySelectorAll('iframe').forEach(frame => frame.remove())")
    both(page)
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_label("Mã trên biên nhận")).to_be_focused()


def test_a_change_is_written_by_keyboard(asked: Dossier, site: str, browser: Browser) -> None:
    page = browser.new_page(viewport=DESKTOP)
    sign_in(page, site, "clerk", f"/counter/cases/{asked.ref}")
    both(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Đổi thông tin nhận").press("Enter")
    both(page)
    page.get_by_label("4 ký tự cuối giấy tờ").fill("9999")
    page.get_by_label("Kết quả").select_option("office")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_contain_text("không khớp")
    both(page)
    page.get_by_label("4 ký tự cuối giấy tờ").fill("0001")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi thay đổi")
    both(page)


def test_an_officer_registers_a_return(town: Town, site: str, browser: Browser) -> None:
    page = browser.new_page(viewport=DESKTOP)
    sign_in(page, site, "officer", "/agency/returns/new")
    both(page)
    page.get_by_label("Thủ tục (mã)").fill("1.004873")
    page.get_by_label("Mã hồ sơ trên giấy hẹn").fill("H36.31-261120-0042")
    page.get_by_label("Ngày hẹn trả").fill("2026-12-01")
    page.get_by_label("Họ và tên").fill("Cil Múp Ha Nhàn")
    page.get_by_label("Điện thoại", exact=True).fill("0590000005")
    with page.expect_navigation():
        page.get_by_role("button", name="Đăng ký và in biên nhận").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("địa chỉ")
    both(page)
    page.get_by_label("Địa chỉ nhận").fill("5 Thôn Đạ Nghịt, xã Lạc Dương, tỉnh Lâm Đồng")
    with page.expect_navigation():
        page.get_by_role("button", name="Đăng ký và in biên nhận").press("Enter")
    expect(page.get_by_role("heading", name="Đã đăng ký trả kết quả")).to_be_visible()
    both(page)


def test_the_applicant_chooses_on_her_phone(asked: Dossier, site: str, browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE, locale="vi-VN")
    page.goto(f"{site}/h/{asked.tracking_code}")
    page.get_by_label("4 số cuối").fill("0001")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    both(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Mang về nhà tôi").press("Enter")
    expect(page.get_by_text("Bưu tá mang về nhà ông/bà, thu cước khi giao.")).to_be_visible()
    both(page)


def test_the_agencys_slip_is_read_by_the_scanner(town: Town, site: str, browser: Browser) -> None:
    """Where only the result is to be brought, its code goes where the code belongs."""
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    sign_in(page, site, "clerk", "/counter")
    page.keyboard.type("tinh trang hon nhan", delay=60)
    expect(page.get_by_role("option").first).to_contain_text("tình trạng hôn nhân")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cơ quan giải quyết")).to_be_focused()
    page.locator('input[name="service"][value="return"]').check()
    page.locator("#name").focus()
    page.evaluate(SCANNER, "H36.31-261120-0042")
    expect(page.locator("#agency_code")).to_have_value("H36.31-261120-0042")
    expect(page.locator("#name")).to_have_value("")
