"""An officer's morning at her desk, by keyboard and scanner alone."""

from __future__ import annotations

import re

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from tests import laid, make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.model import Dossier

DESKTOP = {"width": 1366, "height": 768}


@pytest.fixture
async def forty(desk: Connection, town: Town) -> tuple[str, list[str]]:
    """A list of forty dossiers before the agency: its number and theirs."""
    number, numbers, _ = await laid.lists(desk, town, 40)
    return number, numbers


@pytest.fixture
async def arrivals(desk: Connection, town: Town) -> tuple[Dossier, list[str]]:
    """Two envelopes laid down without a list: the first one's dossier, and both numbers."""
    (dossier, first), (_, second) = [await laid.loose(desk, town) for _ in range(2)]
    return dossier, [first, second]


@pytest.fixture
async def signed(desk: Connection, town: Town) -> Dossier:
    """A dossier the agency has signed for and not received."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    return dossier


def open_desk(browser: Browser, site: str) -> tuple[Page, list[str]]:
    """The officer's work list, and where the page's faults are collected."""
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    sign_in(page, site, "officer", "/agency")
    return page, faults


def beep(page: Page, number: str) -> None:
    """What a scanner on a USB plug types."""
    page.keyboard.type(number)
    page.keyboard.press("Enter")


def test_forty_beeps_and_one_key(forty: tuple[str, list[str]], site: str, browser: Browser) -> None:
    """Thirty-eight are taken, one is missing, one is declined: one signature closes the list."""
    number, numbers = forty
    page, faults = open_desk(browser, site)
    check(page)

    with page.expect_navigation():
        beep(page, numbers[0])  # from the work list: it opens the list and is marked there
    expect(page.locator("#accepted")).to_have_text("1")
    check(page)
    for s10 in numbers[1:38]:
        beep(page, s10)
    expect(page.locator("#accepted")).to_have_text("38")
    expect(page.locator(f"#{numbers[37]}")).to_have_attribute("data-mark", "accepted")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("F6")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F8")
    check(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#left")).to_have_text("0")
    expect(page.locator("#missing")).to_have_text("1")
    expect(page.locator("#declined")).to_have_text("1")
    check(page)

    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("#signed")).to_contain_text(
        "Bảng kê đã khóa sổ: nhận 38, hư hỏng 0, thiếu 1, không nhận 1."
    )
    expect(page.get_by_text("đã khóa sổ", exact=True)).to_be_visible()
    check(page)
    page.goto(f"{site}/agency")
    expect(page.get_by_text(number)).to_have_count(0)
    assert faults == []


def test_nothing_is_lost_on_reload(
    forty: tuple[str, list[str]], site: str, browser: Browser
) -> None:
    """Beeps wait in the tab; the last mark can be taken back; what is left out stays open."""
    number, numbers = forty
    page, faults = open_desk(browser, site)
    page.goto(f"{site}/agency/lists/{number}")

    beep(page, numbers[4])
    page.keyboard.press("F7")
    page.keyboard.press("Enter")  # wet or damaged is what is most often so
    beep(page, numbers[0].lower())
    beep(page, numbers[1])
    page.keyboard.press(" ")
    beep(page, "RB990000010VN")
    page.reload()

    expect(page.locator("#accepted")).to_have_text("1")
    expect(page.locator("#damaged")).to_have_text("1")
    expect(page.locator("#left")).to_have_text("38")
    expect(page.locator("#extras")).to_contain_text("RB990000010VN")
    beep(page, "RB990000011VN")
    expect(page.locator("#said")).to_contain_text("không phải số bưu gửi")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")

    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("#signed")).to_contain_text("Bảng kê còn mở, 38 dòng chưa trả lời")
    expect(page.get_by_text("Bưu gửi thừa đã ghi")).to_be_visible()
    check(page)

    with page.expect_navigation():
        page.get_by_role("button", name=f"Hoàn tác {numbers[0]}").press("Enter")
    expect(page.get_by_text("Đã hoàn tác.")).to_be_visible()
    expect(page.locator("#left")).to_have_text("39")
    with page.expect_navigation():
        page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/agency$"))
    assert faults == []


def test_from_the_envelope_to_the_appointment(
    arrivals: tuple[Dossier, list[str]], site: str, browser: Browser
) -> None:
    """A scan marks and never commits; F9 signs; a number opens; F9 receives."""
    dossier, (first, second) = arrivals
    page, faults = open_desk(browser, site)

    with page.expect_navigation():
        beep(page, first.lower())
    expect(page.get_by_label(f"Nhận {first}")).to_be_checked()
    expect(page.get_by_label(f"Nhận {second}")).not_to_be_checked()
    expect(page.locator("#said")).to_contain_text(f"{first}: nhận. Còn 1 dòng.")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator("#signed")).to_contain_text("Đã ghi 1 dòng.")
    check(page)

    page.goto(f"{site}/agency")
    page.keyboard.press("F2")
    page.keyboard.type(dossier.ref)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check(page)
    page.keyboard.type("H36.31-261123-0042")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_text("Đã ghi: tiếp nhận hồ sơ.")).to_be_visible()
    check(page)

    page.get_by_text("Yêu cầu bổ sung").first.click()
    page.get_by_label("Giấy tờ còn thiếu, thứ 1").fill("Bản sao giấy khai sinh")
    page.get_by_label("Số bản photo, giấy tờ thứ 1").fill("1")
    with page.expect_navigation():
        page.get_by_role("button", name="Yêu cầu bổ sung").click()
    expect(page.get_by_text("Bản sao giấy khai sinh")).to_be_visible()
    check(page)
    assert faults == []


def test_papers_of_another_agency_go_back(signed: Dossier, site: str, browser: Browser) -> None:
    """By keyboard: open, choose why, send; then they stand with what the post fetches."""
    page, faults = open_desk(browser, site)
    page.goto(f"{site}/agency/dossiers/{signed.ref}")

    page.get_by_text("Sai cơ quan: trả lại bưu điện").press("Enter")
    page.get_by_role("group").filter(has_text="Sai cơ quan").get_by_label("Lý do").press(
        "ArrowDown"
    )
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Trả lại bưu điện").press("Enter")
    expect(page.get_by_text("bưu cục sẽ chuyển đúng cơ quan")).to_be_visible()
    check(page)
    page.goto(f"{site}/agency/results")
    expect(page.get_by_text("Hồ sơ sai cơ quan")).to_be_visible()
    check(page)
    assert faults == []
