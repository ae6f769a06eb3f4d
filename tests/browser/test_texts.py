"""Messages on a screen: the operator's wordings, the clerk's question, the citizen's list."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, expect

from notifications import outbox
from postal_service import security_store
from postal_service.caller import Role
from postal_service.desk.citizen.directory import DeskDirectory
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tracking.model import Dossier
from tracking.stages import Stage

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def operator(desk: Connection) -> None:
    await security_store.add_person(
        desk, username="op", full_name="Trần Vận Hành", given_name="Hành", role=Role.OPERATOR,
        office_id=None, agency_id=None, phone=None, password_hash=make.PASSWORD_HASH,
    )  # fmt: skip


@pytest.fixture
async def told(desk: Connection, town: Town) -> Dossier:
    """A dossier whose result is out today, with everything that was said of it."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.OUT)
    async with desk.transaction():
        await outbox.draft(desk, directory=DeskDirectory(b"test"), now=MORNING)
    await desk.execute(
        "UPDATE sms SET sent_at = $1, state = CASE template WHEN 'delivery_code' THEN 'delivered'"
        " ELSE 'sent' END WHERE state = 'queued'",
        MORNING,
    )
    return dossier


def test_a_wording_is_measured_while_it_is_typed(
    operator: None, site: str, browser: Browser
) -> None:
    """Two lines too long shows at once; saving keeps the old one in use. Keyboard alone."""
    page = browser.new_context(viewport=DESK, locale="vi-VN").new_page()
    page.set_default_timeout(10_000)
    sign_in(page, site, "op", "/operator/templates")
    expect(page.get_by_role("heading", name="Mẫu tin")).to_be_visible()
    check(page)

    page.get_by_role("link", name="Bưu cục đã nhận hồ sơ").focus()
    page.keyboard.press("Enter")
    text = page.get_by_label("Nội dung có dấu")
    text.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Xin cảm ơn ông bà đã gửi hồ sơ qua bưu điện.")
    expect(page.get_by_text("dài 2 phần, quá mức 1")).to_be_visible()
    check(page)

    page.keyboard.press("Control+A")
    page.keyboard.type("BDLAMDONG: Bưu điện đã nhận hồ sơ {ref} gửi {agency}. Hỏi đáp {hotline}.")
    expect(page.get_by_text("Mẫu này gửi được")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã lưu bản mới.")).to_be_visible()
    expect(page.get_by_role("heading", name="Bản 2")).to_be_visible()
    check(page)


def test_a_wording_that_cannot_be_sent_keeps_what_was_typed(
    operator: None, site: str, browser: Browser
) -> None:
    page = browser.new_context(viewport=DESK, locale="vi-VN").new_page()
    page.set_default_timeout(10_000)
    sign_in(page, site, "op", "/operator/templates/found")
    text = page.get_by_label("Nội dung có dấu")
    text.fill("Đã tìm thấy hồ sơ {code}.")

    page.get_by_role("button", name="Lưu bản mới").click()

    expect(page.locator("#notice")).to_contain_text("thiếu tên thương hiệu BDLAMDONG")
    expect(text).to_have_value("Đã tìm thấy hồ sơ {code}.")
    expect(page.get_by_role("heading", name="Bản 2")).to_have_count(0)


def test_a_clerk_writes_down_who_wants_no_messages(
    told: Dossier, site: str, browser: Browser
) -> None:
    """Scan, Enter, and the state is said in words."""
    page = browser.new_context(viewport=DESK, locale="vi-VN").new_page()
    page.set_default_timeout(10_000)
    sign_in(page, site, "clerk", "/counter/texts")
    expect(page.get_by_label("Mã trên biên nhận")).to_be_focused()
    page.keyboard.type(told.ref, delay=60)  # as a hand types: a scanner is faster
    page.keyboard.press("Enter")
    expect(page.get_by_text("đang nhận tin")).to_be_visible()
    check(page)
    expect(page.get_by_role("button", name="Ghi: không nhận tin nữa")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("nói tại quầy với Nguyễn Văn Clerk")).to_be_visible()
    check(page)


def test_a_citizen_reads_her_messages_and_stops_them(
    told: Dossier, site: str, browser: Browser
) -> None:
    """Without script, by thumb; the code for the door stays hidden on the screen."""
    page = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False).new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}/h/{told.tracking_code}")
    expect(page.get_by_text("mạng báo đã đến máy")).to_be_visible()
    expect(page.get_by_text("BDLAMDONG")).to_have_count(0)
    page.get_by_label("4 số cuối").fill("0001")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_text("hom nay: ••••••.")).to_be_visible()

    page.get_by_role("button", name="Không nhận tin nhắn nữa").click()
    expect(page.get_by_role("button", name="Nhận lại tin nhắn")).to_be_visible()
    page.get_by_role("button", name="Nhận lại tin nhắn").click()
    expect(page.get_by_role("button", name="Không nhận tin nhắn nữa")).to_be_visible()


def test_every_reader_can_read_the_messages(told: Dossier, site: str, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE, locale="vi-VN").new_page()
    page.goto(f"{site}/h/{told.tracking_code}")
    check(page)
    page.get_by_label("4 số cuối").fill("0001")
    page.get_by_role("button", name="Xem").click()
    check(page)
    page.get_by_role("button", name="Không nhận tin nhắn nữa").click()
    check(page)
