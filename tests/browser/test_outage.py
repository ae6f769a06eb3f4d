"""The drawer's pack from the first press to the last gap, and the counter's other papers."""

from __future__ import annotations

import re
from io import BytesIO

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import check
from tests.browser.test_bags import look
from tests.browser.test_counter import (
    by_hand,
    check_beside_the_viewer,
    open_counter,
    tab_to,
)

MARK = re.compile(r"GS-\d+-\d+-[0-9A-Z]{13}")


def marks(page: Page, site: str) -> list[str]:
    """What a scanner reads off the sheets that are being printed."""
    way = str(page.locator("iframe#receipt").get_attribute("src")).partition("#")[0]
    pdf = PdfReader(BytesIO(page.request.get(site + way).body()))
    return [found for sheet in pdf.pages for found in MARK.findall(sheet.extract_text())]


def beep(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_pack_is_printed_and_entered_by_keyboard_and_scanner(site: str, browser: Browser) -> None:
    """F9 prints; the power fails and comes back; a beep opens the form, F9 saves, F9 goes on."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.goto(f"{site}/counter/outage")
    check(page)
    look(page, "outage-empty")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("html")).to_have_attribute("data-printed", "printed")
    codes = marks(page, site)
    assert len(codes) == 20
    look(page, "outage-printing")
    check_beside_the_viewer(page)
    with page.expect_navigation():
        page.keyboard.press("F9")
    look(page, "outage-made")
    check(page)

    page.goto(f"{site}/counter")
    page.keyboard.press("F2")
    beep(page, codes[1])
    way = page.get_by_role("button", name="Nhập tờ này")
    expect(way).to_be_focused()
    look(page, "outage-scanned")
    check(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_label("Ngày ghi trên giấy")).to_be_focused()
    by_hand(page, "24/11")
    tab_to(page, "paper_time")
    by_hand(page, "8h15")
    tab_to(page, "procedure_text")
    by_hand(page, "cap ban sao trich luc")
    expect(page.get_by_role("option").first).to_contain_text("Cấp bản sao Trích lục hộ tịch")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cơ quan giải quyết")).to_be_focused()
    for field, text in (
        ("name", "Nguyen Thi Ky Duyen"),
        ("phone", "0912 345 678"),
        ("address", "12 thon Da Nghit, xa Lac Duong"),
    ):
        tab_to(page, field)
        by_hand(page, text)
    tab_to(page, "all-papers")
    page.keyboard.press("Space")
    expect(page.locator("#missing")).to_contain_text("Đủ giấy tờ bắt buộc")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.get_by_role("alert")).to_contain_text("chưa tới. Xem lại tờ giấy")
    look(page, "outage-wrong-time")
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#paper_day")).to_be_focused()
    page.keyboard.press("Control+A")
    by_hand(page, "23/11")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Đã lưu hồ sơ LD-\d"))
    expect(page.get_by_text("giờ trên giấy 08:15 23/11/2026")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    look(page, "outage-entered")
    check(page)

    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_contain_text("1 tờ chưa rõ")
    look(page, "outage-gap")
    check(page)
    with page.expect_navigation():
        beep(page, codes[1])
    expect(page.get_by_text("Tờ 2 đã nhập rồi")).to_be_visible()
    page.get_by_label("Chọn tờ 1", exact=True).focus()
    page.keyboard.press("Space")
    look(page, "outage-pack")
    check(page)
    page.get_by_label("Gạch bỏ, vì").select_option("spoilt")
    with page.expect_navigation():
        page.get_by_role("button", name="Gạch bỏ các tờ đã chọn").press("Enter")
    expect(page.get_by_text("Đã ghi các tờ gạch bỏ")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("F2")
    with page.expect_navigation():
        beep(page, codes[0][:-1] + ("0" if codes[0][-1] != "0" else "1"))
    expect(page.get_by_text("không do hệ thống in ra")).to_be_visible()
    assert broken == []


def test_a_complaint_is_written_by_keyboard(site: str, browser: Browser) -> None:
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.goto(f"{site}/counter/papers")
    look(page, "paper-room")
    check(page)

    page.goto(f"{site}/counter/complaints")
    check(page)
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_contain_text("Chọn việc bị phản ánh")
    check(page)
    page.get_by_label("Về việc").select_option("attitude")
    tab_to(page, "text")
    by_hand(page, "Cho lau qua, khong ai giai thich.")
    look(page, "complaints")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("html")).to_have_attribute("data-printed", "printed")
    expect(page.get_by_role("heading", level=1)).to_contain_text("PA-261123-00001")
    look(page, "complaint")
    check_beside_the_viewer(page)
    page.goto(f"{site}/counter/complaints")
    look(page, "complaints-listed")
    check(page)
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("outage", "papers", "complaints"):
        page.goto(f"{site}/counter/{path}")
        check(page)
    assert broken == []
