"""A till from the first note to the signed sheet, by keyboard alone, in a real browser."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec import Struct
from playwright.sync_api import Browser, Page, expect

from postal_service.desk.money import collect
from postal_service.desk.money.model import Press
from tests import make
from tests.browser.conftest import NO_PRINTER, check, sign_in
from tests.browser.test_bags import look
from tests.browser.test_counter import by_hand, check_beside_the_viewer, open_counter
from tests.make import MORNING, Town
from tracking.stages import Leg

PHONE = {"width": 390, "height": 844}


class Money(Struct, frozen=True):
    """What was taken this morning."""

    ref: str
    at_door: str


@pytest.fixture
async def money(desk: Connection, town: Town) -> Money:
    """Two dossiers paid at the counter, and one courier who was paid at two doors."""
    made = [await make.dossier(desk, town, offered=False) for _ in range(2)]
    number = ""
    for dossier in made:
        press = Press(key=uuid4(), by=town.by_courier, at=MORNING, now=MORNING)
        taken = await collect.on_delivery(desk, dossier.id, Leg.RESULT, press)
        assert taken is not None
        number = str(taken.number)
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    return Money(made[0].ref, number)


def small(page: Page, name: str) -> None:
    """The same page on a phone's screen."""
    page.set_viewport_size(PHONE)
    look(page, name)
    check(page)
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_shift_is_closed_with_a_difference(money: Money, site: str, browser: Browser) -> None:
    """Count, see what is missing, say why, sign: the sheet prints itself, the till is empty."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.goto(f"{site}/counter/till")
    expect(page.get_by_role("link", name=money.ref)).to_be_visible()
    look(page, "till")
    check(page)
    small(page, "till-small")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.get_by_label("Số tờ 500.000 ₫")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
    by_hand(page, "2")
    page.keyboard.press("Tab")
    by_hand(page, "1")
    expect(page.locator("#counted")).to_have_text("50.000 ₫")
    expect(page.locator("#gap")).to_have_text("thiếu 10.000 ₫")
    look(page, "cash")
    check(page)
    small(page, "cash-small")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/counter/cash?shift=1")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.get_by_role("alert")).to_contain_text("Đếm được thiếu 10.000 ₫ so với sổ")
    expect(page.get_by_label("Lý do chênh lệch")).to_be_focused()
    look(page, "cash-refused")
    check(page)
    by_hand(page, "tra nham tien le")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.get_by_text("Đã khóa ca, két về 0")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-printed", "printed")
    expect(page.locator("#next")).to_be_focused()
    look(page, "shift-closed")
    check_beside_the_viewer(page)
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_text("Chưa mở ca")).to_be_visible()
    expect(page.get_by_role("cell", name="thiếu 10.000 ₫")).to_be_visible()
    look(page, "till-after")
    check(page)
    assert broken == []


def test_a_courier_pays_in_by_keyboard(money: Money, site: str, browser: Browser) -> None:
    """His card is scanned, his notes counted; both sign the receipt that prints itself."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.goto(f"{site}/counter/purses")
    look(page, "purses")
    check(page)
    small(page, "purses-small")
    page.keyboard.press("F2")
    by_hand(page, "courier")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("cell", name=money.at_door)).to_be_visible()
    expect(page.get_by_label("Số tờ 500.000 ₫")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
    by_hand(page, "2")
    look(page, "purse")
    check(page)
    small(page, "purse-small")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_contain_text("nộp ít hơn sổ 4.000 ₫")
    expect(page.get_by_label("Nộp một phần, còn giữ lại")).to_be_focused()
    look(page, "purse-refused")
    check(page)
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("F9")

    expect(page.get_by_text("Đã nhận. Hai người ký biên nhận.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-printed", "printed")
    look(page, "purse-paid")
    check_beside_the_viewer(page)
    assert broken == []


def test_a_courier_looks_at_what_he_holds(money: Money, site: str, browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE, is_mobile=True, has_touch=True, locale="vi-VN")
    page.add_init_script(NO_PRINTER)
    sign_in(page, site, "courier", "/courier")
    expect(page.get_by_role("link", name="Tiền đang giữ: 44.000 ₫")).to_be_visible()
    check(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Tiền đang giữ").tap()
    expect(page.get_by_text(money.at_door)).to_be_visible()
    look(page, "courier-money")
    check(page)
