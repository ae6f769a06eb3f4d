"""A courier's day in a real browser, on a phone's screen."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from asyncpg import Connection
from msgspec import Struct
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from postal_service import security
from postal_service.settings import Settings
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.delivery import delivery_code
from tracking.stages import Stage

#: Where a person who wants to look at the screens has them put.
SHOTS = os.environ.get("SHOTS", "")


class Day(Struct, frozen=True, kw_only=True):
    """What waits for the courier this morning."""

    sent: str  #: a dossier for the agency
    licence: str  #: a result that asks for the old licence
    code: str  #: what its receiver was told


@pytest.fixture
async def day(desk: Connection, town: Town) -> Day:
    """A list with a dossier, and a result for a door, both offered to the courier."""
    sent = await make.s10(desk, await make.dossier(desk, town))
    driving = await desk.fetchval(
        "SELECT id FROM procedure WHERE code = '3.000347' AND valid_to IS NULL"
    )
    whole = await make.dossier(desk, town)
    await desk.execute("UPDATE dossier SET procedure_id = $2 WHERE id = $1", whole.id, driving)
    licence = await make.result(desk, town, whole, Stage.AT_OFFICE, offered=True)
    item = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", licence)
    key = security.subkey(Settings().secret_key, "delivery")
    return Day(sent=sent, licence=licence, code=delivery_code(key, item, 0, town.courier))


@pytest.fixture
def page(site: str, day: Day, browser: Browser) -> Page:
    """The courier's phone, signed in. The browser comes last: no async fixture after it."""
    page = browser.new_page(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="vi-VN"
    )
    page.set_default_timeout(30_000)
    sign_in(page, site, "courier", "/courier")
    return page


def look(page: Page, name: str) -> None:
    """Nothing to stumble over; and a picture for whoever wants to see it."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    check(page)


def follow(page: Page, button: str) -> None:
    """Tap, and wait for the page that the tap leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).tap()


def set_out(page: Page) -> None:
    follow(page, "Lập tuyến hôm nay")
    follow(page, "Nhận 2 bưu gửi")


def sign(page: Page) -> None:
    """Write a name with a finger."""
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 90)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 30 + 35 * step, box["y"] + (40 if step % 2 else 100))
    page.mouse.up()


def test_a_day_on_a_phone(page: Page, day: Day) -> None:
    """Collect a list, hand over, deliver with code, signature and the old licence, come home."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    look(page, "1-morning")

    follow(page, "Lập tuyến hôm nay")
    expect(page.get_by_role("heading", name="Nhận 2 bưu gửi")).to_be_visible()
    page.locator("[name=items]").first.uncheck()
    expect(page.get_by_role("button", name="Nhận 1 bưu gửi")).to_be_visible()
    page.keyboard.type(day.sent)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Nhận 2 bưu gửi")).to_be_visible()
    expect(page.get_by_text("đã quét 1 /")).to_be_visible()
    look(page, "2-collect")
    follow(page, "Nhận 2 bưu gửi")
    look(page, "3-next-stop")

    for _ in range(2):
        if page.get_by_role("button", name="Bàn giao 1 hồ sơ").count():
            follow(page, "Bàn giao 1 hồ sơ")
            expect(page.get_by_role("link", name="Bảng kê BK-")).to_be_visible()
            look(page, "4-handed-over")
        else:
            deliver(page, day)
    follow(page, "Thêm 1 điểm mới")
    follow(page, "Bàn giao 1 hồ sơ")
    expect(page.get_by_text("Đã đi hết các điểm")).to_be_visible()
    look(page, "7-last-stop")
    follow(page, "Kết thúc tuyến")
    expect(page.get_by_text("Đã xong tuyến")).to_be_visible()
    look(page, "8-home")
    assert broken == []


def deliver(page: Page, day: Day) -> None:
    """The wrong envelope first; the old licence forgotten; then everything is right."""
    expect(page.get_by_role("heading", name="Trần Bích Uyên")).to_be_visible()
    follow(page, "Quét và giao")
    look(page, "5-deliver")
    envelope = page.get_by_label("Quét bì thư")
    envelope.fill("0")
    page.get_by_label("Chính người nhận").check()
    page.get_by_label("Mã phát 6 số").fill(day.code)
    expect(page.get_by_text("Mã đúng.")).to_be_visible()
    sign(page)
    follow(page, "Đã giao")
    expect(page.get_by_role("alert")).to_contain_text("Kiểm tra lại bì thư")
    envelope.fill(day.licence)
    follow(page, "Đã giao")
    expect(page.get_by_role("alert")).to_contain_text("Chưa thu lại bản gốc")
    look(page, "6-refused")
    page.get_by_label("Giấy phép lái xe cũ").check()
    follow(page, "Đã giao")
    expect(page.get_by_text("Đã giao cho người nhận")).to_be_visible()


def photo() -> bytes:
    """A closed gate, larger than anybody needs it."""
    file = io.BytesIO()
    Image.effect_noise((2000, 1500), 60).convert("RGB").save(file, "PNG")
    return file.getvalue()


def at_the_door(page: Page, day: Day, form: str) -> None:
    set_out(page)
    page.goto(page.url.split("/courier")[0] + f"/courier/{form}/{day.licence}")


def test_five_wrong_codes_and_then_a_paper(page: Page, day: Day) -> None:
    """The phone says each time how many tries are left, then asks for an identity paper."""
    at_the_door(page, day, "deliver")
    code = page.get_by_label("Mã phát 6 số")
    for nth in range(1, 5):
        code.fill(f"{(int(day.code) + nth) % 1_000_000:06}")
        expect(page.get_by_text(f"còn {5 - nth} lần thử")).to_be_visible()
    code.fill(f"{(int(day.code) + 5) % 1_000_000:06}")
    expect(page.get_by_text("Đã khóa sau 5 lần sai")).to_be_visible()
    expect(code).to_be_disabled()
    page.reload()
    expect(code).to_be_disabled()
    expect(page.get_by_label("Mã đã khóa hoặc đã dùng")).to_be_checked()
    look(page, "9-locked")

    page.get_by_label("Giấy phép lái xe cũ").check()
    page.get_by_label("Quét bì thư").fill(day.licence)
    page.get_by_label("Chính người nhận").check()
    page.get_by_label("Loại giấy tờ").select_option("cccd")
    page.get_by_label("4 ký tự cuối").fill("0001")
    sign(page)
    follow(page, "Đã giao")

    expect(page.get_by_text("Đã giao cho người nhận")).to_be_visible()


def test_a_failure_with_its_next_step_taken_back(page: Page, day: Day) -> None:
    """One tap says why and what next; for a minute it can be taken back."""
    at_the_door(page, day, "missed")
    look(page, "10-missed")
    page.get_by_text("Người nhận vắng nhà", exact=True).tap()
    page.get_by_label("Người nhận vắng nhà: Giữ tại bưu cục").check()
    page.locator("[data-photo]").set_input_files(
        {"name": "cong.png", "mimeType": "image/png", "buffer": photo()}
    )
    expect(page.get_by_text("Đã có ảnh")).to_be_visible()
    follow(page, "Báo không giao được")
    expect(page.get_by_text("Đã báo không giao được")).to_be_visible()
    look(page, "11-undo")

    with page.expect_navigation():
        page.get_by_role("button", name="Hoàn tác").tap()

    expect(page.get_by_text("Đã báo không giao được")).to_have_count(0)
    page.goto(page.url.split("/courier")[0] + f"/courier/deliver/{day.licence}")
    expect(page.get_by_role("heading", name="Giao cho Trần Bích Uyên")).to_be_visible()


def test_an_envelope_that_is_not_taken(page: Page, day: Day) -> None:
    """Wet, torn or not there: said before the bag leaves the office."""
    follow(page, "Lập tuyến hôm nay")
    with page.expect_navigation():
        page.get_by_role("link", name=f"Không nhận {day.sent}").tap()
    look(page, "12-refuse")
    page.get_by_label("Không thấy bì này").check()
    follow(page, "Báo không nhận")

    expect(page.get_by_role("heading", name="Nhận 1 bưu gửi")).to_be_visible()


def test_a_scanner_finds_the_paper_wherever_the_cursor_is(page: Page, day: Day) -> None:
    """A beep in the middle of the list leads to the paper and changes nothing."""
    set_out(page)

    page.get_by_role("heading", level=1).tap()
    page.keyboard.type(day.licence)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Giao cho Trần Bích Uyên")).to_be_visible()
