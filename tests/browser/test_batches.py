"""An organisation's file by keyboard, and the month's bounces, as people see them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.clock import Clock
from postal_service.desk.agency import rulings
from postal_service.desk.agency.rulings import Wish
from tests import make
from tests.browser.conftest import check, sign_in
from tests.desk.batches.test_batches import MST, agency_code, file, row
from tests.desk.bounces.test_bounces import published, signed
from tests.make import MORNING, Town
from tracking.pauses import AskedPaper
from tracking.stages import Act

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
#: A worker starts in seconds, and on a busy machine in more of them.
SLOW = 60_000


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


def opened(browser: Browser, site: str, who: str, home: str, *, phone: bool = False) -> Page:
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, locale="vi-VN", has_touch=phone, is_mobile=phone
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in(page, site, who, home)
    return page


def seen(page: Page, name: str) -> None:
    """Fit for a screen reader at both sizes; kept as a picture where somebody wants to look."""
    size = page.viewport_size
    for each, viewport in (("wide", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        check(page)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{each}.png", full_page=True)
    page.set_viewport_size(size or DESKTOP)  # type: ignore[arg-type]


@pytest.fixture
async def brought(desk: Connection, town: Town, tmp_path: Path) -> Path:
    """A school's file, with two lines that cannot be accepted."""
    agency = await agency_code(desk, town)
    rows = [row(n, agency) for n in range(1, 9)]
    rows[2]["citizen_id"] = "68185000003"
    rows[5]["papers"] = "7"
    path = tmp_path / "lop-5a.csv"
    path.write_bytes(file(rows))
    return path


def test_a_file_is_looked_at_and_accepted_without_a_mouse(
    brought: Path, town_url: str, clock: Clock, site: str, browser: Browser
) -> None:
    """Typed, F9, what is wrong, two ticks, F9; its papers lie ready for the printer."""
    with worker(town_url, clock):
        page = opened(browser, site, "clerk", "/counter/batches")
        expect(page.get_by_label("Tên tổ chức")).to_be_focused()
        seen(page, "batches-list")
        page.keyboard.type("Trường Tiểu học Đa Nhim")
        page.keyboard.press("Tab")
        page.keyboard.type(MST)
        page.get_by_label("Tệp CSV").set_input_files(brought)
        page.keyboard.press("F9")

        expect(page.get_by_text("6 nhận được")).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("2 sai", exact=True)).to_be_visible()
        seen(page, "batches-look")
        page.keyboard.press("F9")
        expect(page.get_by_role("alert")).to_contain_text("còn 2 dòng sai")
        for name in ("Chỉ nhận 6 dòng đúng", "Đã đếm giấy tờ"):
            page.get_by_label(name).focus()
            page.keyboard.press("Space")
        page.keyboard.press("F9")

        expect(page.get_by_role("heading", name="Đã thu")).to_be_visible(timeout=SLOW)
        expect(page.get_by_role("link", name="giấy tiếp nhận và nhãn")).to_be_visible()
        seen(page, "batches-done")


@pytest.fixture
async def sent_back(desk: Connection, town: Town) -> None:
    """This month: a wrong agency, a paper not counted, one beyond the list."""
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    await make.person(desk, "chief", "manager", town.office, town.agency)
    later = MORNING + timedelta(hours=3)

    async def decide(act: Act, **wish: object) -> None:
        dossier = await signed(desk, town)
        name, paper = await published(desk, dossier)
        if wish.pop("missed", False):
            await desk.execute(
                "UPDATE intake_document SET originals = 0, certified = 0, photocopies = 0"
                " WHERE dossier_id = $1 AND name_vi = $2",
                dossier.id,
                name,
            )
            wish["papers"] = (paper,)
        made = Wish(id=uuid4(), act=act, **wish)
        await rulings.decide(desk, dossier.ref, made, by=town.by_officer, now=later)

    await decide(Act.REFUSE, reason="RF01")
    await decide(Act.ASK_MORE, missed=True)
    await decide(
        Act.ASK_MORE, papers=(AskedPaper(name="Giấy xác nhận của tổ dân phố", originals=1),)
    )


def test_a_supervisor_reads_the_month_and_corrects_a_cause(
    sent_back: None, site: str, browser: Browser
) -> None:
    """From the figures to the dossier to the ruling, by tab and enter."""
    page = opened(browser, site, "boss", "/supervisor/feedback")
    expect(page.get_by_role("heading", name="Hồ sơ bị trả tháng 11/2026")).to_be_visible()
    expect(page.get_by_role("region", name="Giấy tờ hay bỏ sót")).to_be_visible()
    page.get_by_text("Theo giao dịch viên").click()
    seen(page, "feedback")
    page.get_by_role("region", name="Từng hồ sơ bị trả").get_by_role("link").last.focus()
    page.keyboard.press("Enter")

    page.get_by_label("Nguyên nhân").select_option("content")
    page.get_by_label("Vì sao sửa").fill("Người dân tự chọn cơ quan")
    seen(page, "bounce")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Người dân tự chọn cơ quan")).to_be_visible()
    expect(page.get_by_role("heading", name="Do người nộp")).to_be_visible()


def test_a_manager_sees_the_offices_side_by_side(
    sent_back: None, site: str, browser: Browser
) -> None:
    """All offices first, then one of them; its paper and file say the same office."""
    page = opened(browser, site, "chief", "/supervisor/feedback")
    region = page.get_by_role("region", name="Theo bưu cục")
    expect(region).to_be_visible()
    seen(page, "feedback-manager")
    region.get_by_role("link").first.press("Enter")
    expect(page.get_by_role("region", name="Theo bưu cục")).to_have_count(0)
    expect(page.get_by_role("link", name="In (PDF)")).to_have_attribute(
        "href", re.compile(r"\?office=\d+$")
    )


def test_the_till_gives_back_and_the_agency_says_its_word(
    sent_back: None, site: str, browser: Browser
) -> None:
    """Postage at once, the state's money after the agency's yes; F9 opens the slip."""
    clerk = opened(browser, site, "clerk", "/counter/refunds")
    expect(clerk.get_by_text("chờ cơ quan", exact=True)).to_be_visible()
    seen(clerk, "refunds")
    officer = opened(browser, site, "officer", "/agency/refunds")
    seen(officer, "refunds-agency")
    officer.get_by_role("button", name="Đồng ý trả lại").press("Enter")
    expect(officer.get_by_text("đồng ý trả lại", exact=True)).to_be_visible()

    clerk.reload()
    clerk.get_by_role("button", name="Đã trả").first.press("Enter")
    expect(clerk.get_by_role("status")).to_contain_text("Đã trả và ghi sổ")
    with clerk.expect_popup() as slip:
        clerk.keyboard.press("F9")
    assert slip.value.url.endswith("slip.pdf")
