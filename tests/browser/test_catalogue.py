"""The administrator by keyboard: a version from F4 to F9, papers moved, a file brought."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.clock import Clock
from postal_service.settings import DATA
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town

DESKTOP = {"width": 1366, "height": 768}
CODE = "1.004873"
#: A worker starts in seconds, and on a busy machine in more of them.
SLOW = 40_000


@pytest.fixture
async def ready(desk: Connection, town: Town) -> None:
    """A manager, and one open dossier."""
    await make.person(desk, "chief", "manager", town.office, town.agency)
    await make.dossier(desk, town)


@contextmanager
def worker(town_url: str, clock: Clock) -> Iterator[None]:
    """The worker, as it runs beside the web."""
    child = subprocess.Popen(
        [sys.executable, "-m", "postal_service", "work"],
        env=os.environ
        | {"DATABASE_URL": town_url, "CLOCK_OFFSET_SECONDS": str(clock.offset.total_seconds())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait(20)


def opened(browser: Browser, site: str, home: str) -> Page:
    page = browser.new_context(viewport=DESKTOP, locale="vi-VN").new_page()
    page.set_default_timeout(20_000)
    sign_in(page, site, "chief", home)
    return page


def test_a_version_without_a_mouse(ready: None, site: str, browser: Browser) -> None:
    """F4, what is wrong, papers moved with Alt and arrows, old beside new, back with Esc, F9."""
    page = opened(browser, site, f"/catalogue/procedures/{CODE}")
    check(page)
    page.keyboard.press("F4")
    page.wait_for_url("**/next")
    page.keyboard.press("F9")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Hiệu lực từ ngày")
    expect(page.get_by_role("alert")).to_contain_text("Lý do, căn cứ")
    check(page)

    page.locator("#valid_from").fill("2027-01-01")
    page.locator("#why").fill("Nghị quyết 15/2026")
    names = page.locator('[name="d_name_vi"]')
    first = names.nth(0).input_value()
    names.nth(0).focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(names.nth(1)).to_have_value(first)
    expect(names.nth(1)).to_be_focused()
    expect(names.nth(1)).to_have_accessible_name("Tên giấy tờ 2")
    page.keyboard.press("F9")
    expect(page.get_by_role("heading", name="Chạy thử")).to_be_visible()
    expect(page.locator(".tried")).to_contain_text("Không dời hẹn của 1 hồ sơ đang mở")
    expect(page.locator(".diff").nth(1)).to_contain_text("đổi thứ tự")
    check(page)
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_have_value("Nghị quyết 15/2026")
    page.locator("#le_phi_vnd").fill("20.000")
    page.keyboard.press("F9")
    expect(page.locator(".diff").first).to_contain_text("20.000 ₫")
    page.keyboard.press("F9")
    expect(page.get_by_role("status")).to_contain_text("Đã lưu phiên bản mới")
    expect(page.get_by_role("heading", name="Phiên bản 2")).to_be_visible()
    check(page)


def test_every_list_can_be_read_aloud(ready: None, site: str, browser: Browser) -> None:
    """Nothing wider than the screen, and nothing a screen reader stumbles over."""
    page = opened(browser, site, "/catalogue")
    for way in ("", "/tariffs", "/tariffs/DEMO-2025", "/tariffs/DEMO-2025/next", "/agencies",
                "/offices", "/reasons", "/files", "/history", "?q=zzz"):  # fmt: skip
        page.goto(f"{site}/catalogue{way}")
        check(page)


def test_a_file_is_shown_before_it_is_in(
    ready: None, town_url: str, clock: Clock, site: str, browser: Browser, tmp_path: Path
) -> None:
    """One row new and one wrong: told with line and column; the good one goes in by F9."""
    head, *rows = (DATA / "procedures.csv").read_text(encoding="utf-8").splitlines()
    row = next(row for row in rows if row.startswith(CODE))
    new = row.replace(CODE, "1.800001").replace("2018-01-01", "2027-01-01")
    file = tmp_path / "thu-tuc.csv"
    file.write_text("\n".join([head, new, row.replace("working_day", "week")]), encoding="utf-8")

    page = opened(browser, site, "/catalogue/files")
    page.locator("#file").set_input_files(file)
    page.keyboard.press("F9")
    expect(page.get_by_role("status")).to_contain_text("đang đọc")
    with worker(town_url, clock):
        expect(page.locator(".counts")).to_contain_text("1 thêm", timeout=SLOW)
        expect(page.get_by_role("region", name="Dòng sai", exact=True)).to_contain_text("time_unit")
        check(page)
        page.locator("#why").fill("QĐ 20/2026")
        page.get_by_label("Chỉ nạp dòng đúng").check()
        page.keyboard.press("F9")
        expect(page.locator("main")).to_contain_text("Đã nạp lúc", timeout=SLOW)
    check(page)
