"""How few keys a dossier takes, what survives a killed browser, and a citizen's card."""

from __future__ import annotations

import os
import re
import signal

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM, check, sign_in
from tests.browser.test_bags import look
from tests.browser.test_counter import HAND_MS, by_hand, open_counter

#: What a clerk may press beyond the names and numbers she types (issue 6).
MOST_KEYS = 25
#: Counts every key that goes down, over all pages of a tab.
TALLY = """
addEventListener('keydown', () => {
  sessionStorage.setItem('keys', Number(sessionStorage.getItem('keys') ?? 0) + 1);
}, true);
"""
CARD = (
    "068185004217|250123456|Nguyễn Thị Kỳ Duyên|05031985|Nữ|"
    "12 thôn Đạ Nghịt, Lát, Lạc Dương, Lâm Đồng|01062021"
)
#: The same card from a scanner that types: what it cannot spell comes out as something else.
TYPED_CARD = CARD.translate(str.maketrans({c: "?" for c in CARD if not c.isascii()}))
#: A browser that reads square codes; what lies before the camera is *seen*.
READER = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ['qr_code']; }
  async detect() { return [{ rawValue: %r }]; }
};
"""


class Hands:
    """A clerk at the keyboard: what she presses, beside the names and numbers she types."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0
        self.typed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += len(key.split("+"))

    def words(self, text: str) -> None:
        self.page.keyboard.type(text, delay=HAND_MS)
        self.typed += sum(letter.isascii() for letter in text)  # accents come without a key here


def test_six_documents_in_few_keys(site: str, browser: Browser) -> None:
    """No mouse, and two wrong numbers on the way: an id a digit short, a phone of before 2018."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.add_init_script(TALLY)
    page.goto(f"{site}/counter")
    expect(page.get_by_label("Tên hoặc mã thủ tục")).to_be_focused()
    hands = Hands(page)

    for letter in "dkks":
        hands.press(letter)
        page.wait_for_timeout(HAND_MS)
    expect(page.get_by_role("option").first).to_contain_text("Đăng ký khai sinh")
    hands.press("Enter")
    expect(page.get_by_label("Cơ quan giải quyết")).to_be_focused()
    expect(page.locator("#papers tbody tr")).to_have_count(6)
    hands.press("Enter")
    hands.words("Kon Sơ Bình")
    hands.press("Enter")
    hands.words("06818500421")
    hands.press("Enter")
    hands.words("01632345678")
    hands.press("Enter")
    expect(page.locator("#phone-says")).to_contain_text("0332 345 678")
    hands.words("12 thôn Đạ Nghịt, xã Lạc Dương")
    hands.press("Enter")
    expect(page.locator("#all-papers")).to_be_focused()
    hands.press("F8", "F8")
    expect(page.locator("#papers tbody input[type=checkbox]:checked")).to_have_count(6)
    expect(page.locator("#missing")).to_contain_text("Đủ giấy tờ bắt buộc")
    look(page, "keys-filled")
    with page.expect_navigation():
        hands.press("F9")

    expect(page.get_by_role("alert")).to_contain_text("2 chỗ cần sửa")
    expect(page.get_by_role("alert")).to_contain_text("có 11 chữ số")
    look(page, "keys-refused")
    check(page)
    hands.press("Tab", "Enter")
    expect(page.locator("#citizen_id")).to_be_focused()
    hands.words("068185004217")
    hands.press("Enter")
    expect(page.locator("#phone")).to_be_focused()
    hands.words("0332345678")
    with page.expect_navigation():
        hands.press("F9")

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Đã lưu hồ sơ LD-\d"))
    tally = int(page.evaluate("sessionStorage.getItem('keys')"))
    assert tally == hands.pressed + hands.typed, "a key was counted twice, or not at all"
    assert hands.pressed <= MOST_KEYS, hands.pressed
    assert broken == []


def kill(browser: Browser) -> None:
    """As a power cut ends it: nothing is said, nothing is closed."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    [pid] = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
    os.kill(pid, signal.SIGKILL)


def test_everything_is_there_after_the_browser_was_killed(site: str, browser: Browser) -> None:
    """In the middle of a word: whatever stood still for a second is there again."""
    page = open_counter(site, browser, [])
    hands = Hands(page)
    hands.words("dkks")
    expect(page.get_by_role("option").first).to_contain_text("Đăng ký khai sinh")
    hands.press("Enter")
    expect(page.locator("#papers tbody tr")).to_have_count(6)
    hands.press("Enter")
    hands.words("Kon Sơ Bình")
    hands.press("Enter", "Enter")
    hands.words("0912345678")
    hands.press("F8")
    page.locator("#represented").press("Space")
    page.locator("#rep_name").focus()
    hands.words("Ya Brếu")
    page.locator("#state_moment").select_option("on_delivery")
    page.locator("#address").focus()
    with page.expect_response("**/counter/estimate"):
        hands.words("12 thôn Đạ Ng")
    page.wait_for_timeout(1500)  # she thinks for a moment, and the light goes out

    kill(browser)
    after = browser.browser_type.launch(executable_path=CHROMIUM)
    page = after.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    sign_in(page, site, "clerk", "/counter")
    waiting = page.get_by_text("Bạn có 1 hồ sơ đang nhập dở")
    expect(waiting).to_be_visible()
    check(page)
    look(page, "recovered-list")
    page.get_by_role("button", name="Nhập tiếp Kon Sơ Bình").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_label("Họ và tên", exact=True)).to_have_value("Kon Sơ Bình")
    expect(page.locator("#phone")).to_have_value("0912345678")
    expect(page.locator("#address")).to_have_value("12 thôn Đạ Ng")
    expect(page.locator("#rep_name")).to_have_value("Ya Brếu")
    expect(page.locator("#rep_name")).to_be_visible()
    expect(page.locator("#state_moment")).to_have_value("on_delivery")
    expect(page.locator("#procedure_text")).to_have_value(re.compile("Đăng ký khai sinh"))
    expect(page.locator("#papers tbody input[type=checkbox]:checked")).to_have_count(3)
    expect(page.get_by_label("Cơ quan giải quyết")).not_to_have_value("")
    look(page, "recovered")
    check(page)
    after.close()


def scan(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_scanned_card_fills_what_is_empty_and_overwrites_nothing(
    site: str, browser: Browser
) -> None:
    """A scanner that types spells no accents: number alone; what differs is offered, not taken."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    page.keyboard.press("F2")
    scan(page, TYPED_CARD)

    expect(page.locator("#citizen_id")).to_have_value("068185004217")
    expect(page.locator("#card-says")).to_contain_text("nữ, sinh 05/03/1985, cấp 01/06/2021")
    expect(page.locator("#name")).to_have_value("")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#code")).to_have_value("")
    check(page)

    page.keyboard.type("Le Van", delay=HAND_MS)
    page.locator("#citizen_id").fill("068082004219")
    page.locator("#name").focus()
    scan(page, TYPED_CARD)

    expect(page.locator("#name")).to_have_value("Le Van")
    expect(page.locator("#citizen_id")).to_have_value("068082004219")
    offer = page.get_by_role("button", name="Lấy theo thẻ: 068185004217")
    expect(offer).to_be_focused()
    look(page, "card-differs")
    check(page)
    page.keyboard.press("Enter")
    expect(page.locator("#citizen_id")).to_have_value("068185004217")
    expect(offer).to_have_count(0)

    page.keyboard.press("F2")
    by_hand(page, TYPED_CARD[:40])  # an old machine: slower than any scanner
    page.keyboard.type(TYPED_CARD[40:])
    page.wait_for_timeout(HAND_MS)
    page.keyboard.press("Enter")
    expect(page.locator("#card-says")).to_contain_text("Đã đọc thẻ")
    expect(page.locator("#code")).to_have_value("")

    page.keyboard.press("F2")
    scan(page, "Ô68185" + TYPED_CARD[6:])
    expect(page.locator("#card-says")).to_contain_text("Tắt bộ gõ tiếng Việt rồi quét lại")
    expect(page.locator("#citizen_id")).to_have_value("068185004217")
    check(page)
    assert page.url.rstrip("/").endswith("/counter")
    assert broken == []


def test_who_stands_for_another_is_scanned_into_her_own_fields(site: str, browser: Browser) -> None:
    page = open_counter(site, browser, [])
    page.locator("#represented").press("Space")
    page.locator("#rep_name").focus()
    scan(page, TYPED_CARD)

    expect(page.locator("#rep_id")).to_have_value("068185004217")
    expect(page.locator("#citizen_id")).to_have_value("")
    check(page)


def test_a_card_before_the_camera_fills_name_and_address(site: str, browser: Browser) -> None:
    """The camera reads accents; the picture is looked at and forgotten."""
    broken: list[str] = []
    seeing = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    )
    page = seeing.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.add_init_script(READER % CARD)
    sign_in(page, site, "clerk", "/counter")
    page.locator("#name").fill("nguyễn thị kỳ duyên")  # the same name, written otherwise
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.get_by_role("button", name="Quét thẻ bằng máy ảnh").press("Enter")

    expect(page.locator("#citizen_id")).to_have_value("068185004217")
    expect(page.locator("#address")).to_have_value("12 thôn Đạ Nghịt, Lát, Lạc Dương, Lâm Đồng")
    expect(page.locator("#name")).to_have_value("nguyễn thị kỳ duyên")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#address-says")).to_contain_text("Phường Lang Biang - Đà Lạt")
    check(page)
    look(page, "card-camera")
    page.get_by_role("button", name=re.compile("Dùng «12 thôn Đạ Nghịt")).press("Enter")
    expect(page.locator("#address")).to_have_value(
        "12 thôn Đạ Nghịt, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng"
    )
    assert {url.rpartition("/")[2].partition("?")[0] for url in sent} <= {
        "card",
        "estimate",
        "address",
        "phone",
    }
    assert broken == []
    seeing.close()


def test_the_form_is_sound_in_every_shape(site: str, browser: Browser) -> None:
    """Everything that can be opened is open, on a desk and on a telephone."""
    broken: list[str] = []
    page = open_counter(site, browser, broken)
    for letter in "dkks":
        page.keyboard.press(letter)
        page.wait_for_timeout(HAND_MS)
    expect(page.get_by_role("option").first).to_contain_text("Đăng ký khai sinh")
    page.keyboard.press("Enter")
    expect(page.locator("#papers tbody tr")).to_have_count(6)
    look(page, "form-chosen")
    for box in ("represented", "other_receiver"):
        page.locator(f"#{box}").press("Space")
    page.locator("#state_moment").select_option("exempt")
    page.locator("#extras summary").press("Enter")
    expect(page.get_by_label("Căn cứ miễn")).to_be_visible()
    expect(page.locator("#rep_paper")).to_be_visible()
    check(page)
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=f"{folder}/form-open.png", full_page=True)
    page.locator("input[name=return_way][value=office]").press("Space")
    expect(page.locator("#back_moment")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    check(page)
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=f"{folder}/form-open-phone.png", full_page=True)
    assert broken == []


def test_what_she_takes_home_is_sound(site: str, browser: Browser) -> None:
    """A procedure whose papers the post may not carry: said, printed, and nothing saved."""
    page = open_counter(site, browser, [])
    for letter in "3.000347":
        page.keyboard.press(letter)
        page.wait_for_timeout(HAND_MS)
    expect(page.get_by_role("option").first).to_contain_text("chỉ nhận kết quả qua bưu điện")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cơ quan chỉ nhận hồ sơ thủ tục này trực tiếp")).to_be_visible()
    expect(page.locator("input[name=service][value=return]")).to_be_checked()
    look(page, "return-only")
    check(page)

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="in phiếu hướng dẫn", exact=True).press("Enter")
    slip = opened.value
    slip.set_viewport_size({"width": 1366, "height": 768})
    expect(slip.get_by_text("người dân tự nộp tại cơ quan")).to_be_visible()
    expect(slip.get_by_role("cell", name="Cơ quan", exact=True)).to_be_visible()
    look(slip, "guidance")
    check(slip)
    slip.set_viewport_size({"width": 390, "height": 844})
    look(slip, "guidance-phone")
    check(slip)
