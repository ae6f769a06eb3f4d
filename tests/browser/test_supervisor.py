"""The supervisor by keyboard: an alarm comes by itself, is answered with two keys, and is quiet."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, Page, expect

from postal_service.clock import Clock
from postal_service.desk.watch import closures, roster
from postal_service.desk.watch.closures import New
from postal_service.desk.watch.roster import Duty
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tracking.stages import Act

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
FRIDAY = MORNING + timedelta(days=4)


@pytest.fixture
def clock() -> Clock:
    """Friday morning: what was left on Monday has been silent for four days."""
    return Clock.showing(FRIDAY)


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


def opened(browser: Browser, site: str, home: str, *, phone: bool = False) -> Page:
    """Signed in as the supervisor, by keyboard."""
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, locale="vi-VN", has_touch=phone, is_mobile=phone
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    sign_in(page, site, "boss", home)
    return page


def shoot(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look, where a folder for them is named."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.fixture
async def silent(desk: Connection, town: Town) -> str:
    """On Friday: a dossier on the shelf, papers in a bag, a result on a desk, one missing."""
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    ref = (await make.dossier(desk, town, offered=False)).ref
    for _ in range(2):
        number = await make.s10(desk, await make.dossier(desk, town))
        await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
    await make.ready(desk, town, await make.dossier(desk, town))
    missing = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(missing, Act.REPORT_MISSING, town.by_courier)])
    await roster.plan(
        desk,
        town.office,
        [
            Duty(person_id=town.courier, day=FRIDAY.date(), shift="day"),
            Duty(person_id=town.other_courier, day=FRIDAY.date(), shift="off"),
            Duty(person_id=town.clerk, day=FRIDAY.date(), shift="morning"),
        ],
        by=town.clerk,
        at=MORNING,
    )
    await closures.declare(
        desk,
        New(
            kind="office",
            office_id=town.office,
            commune=None,
            from_commune=None,
            reason="CL02",
            until_day=date(2026, 12, 4),
            form_id=uuid4(),
        ),
        by=town.clerk,
        now=FRIDAY,
    )
    return ref


def test_an_alarm_comes_by_itself_and_is_answered_by_keyboard(
    silent: str, town_url: str, clock: Clock, site: str, browser: Browser
) -> None:
    """Nothing is reloaded and nothing clicked: the tab counts, an arrow and a digit answer."""
    page = opened(browser, site, "/supervisor/radar")
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    expect(page.locator("#live")).to_contain_text("Đang theo dõi")
    expect(page.get_by_text("Không có việc nào im lặng quá lâu.")).to_be_visible()
    check(page)
    shoot(page, "radar-empty")

    with worker(town_url, clock):
        expect(page.get_by_role("heading", name="Bưu gửi thất lạc")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("heading", name="Bưu tá giữ qua đêm 2")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(\d+\) Radar"))
    check(page)
    shoot(page, "radar")

    loud = int(page.title().split(")")[0].lstrip("("))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_have_text("Trả lời 2 cảnh báo đã đánh dấu:")
    with page.expect_navigation():
        page.keyboard.press("2")
    expect(page.get_by_text("Đã ghi câu trả lời cho 2 cảnh báo.")).to_be_visible()
    expect(page.get_by_text("Nguyễn Văn Boss: đã hỏi, chờ trả lời").first).to_be_visible()
    expect(page).to_have_title(re.compile(rf"^\({loud - 2}\) Radar"))
    check(page)
    shoot(page, "radar-answered")
    assert faults == []


def test_the_radar_under_a_thumb(
    silent: str, town_url: str, clock: Clock, site: str, browser: Browser
) -> None:
    """On a phone: tick, answer, read on; nothing is wider than the screen."""
    page = opened(browser, site, "/supervisor", phone=True)
    with worker(town_url, clock):
        expect(page.get_by_text("0 cảnh báo chưa trả lời")).to_have_count(0, timeout=60_000)
    check(page)
    shoot(page, "front-phone")

    page.get_by_text("cảnh báo chưa trả lời").tap()
    page.locator("input[name=alarm]").first.tap()
    expect(page.locator("#ticked")).to_have_text("Trả lời 1 cảnh báo đã đánh dấu:")
    check(page)
    shoot(page, "radar-phone")
    with page.expect_navigation():
        page.get_by_role("button", name="Đang xử lý").tap()
    expect(page.get_by_text("Đã ghi câu trả lời")).to_be_visible()


def test_a_dead_line_is_said_and_mended(silent: str, site: str, browser: Browser) -> None:
    """Without a network the page says so in words, and comes back by itself."""
    page = opened(browser, site, "/supervisor/radar")
    expect(page.locator("#live")).to_contain_text("Đang theo dõi")

    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("#live")).to_contain_text("Mất liên lạc")
    shoot(page, "radar-lost")
    page.context.set_offline(False)
    expect(page.locator("#live")).to_contain_text("Đang theo dõi")


def test_who_is_signed_out_is_told(silent: str, site: str, browser: Browser) -> None:
    """Another tab signed out: the radar does not pretend to look on."""
    page = opened(browser, site, "/supervisor/radar")
    expect(page.locator("#live")).to_contain_text("Đang theo dõi")
    page.context.clear_cookies()

    page.evaluate("dispatchEvent(new Event('offline'))")

    expect(page.locator("#live")).to_contain_text("Phiên làm việc đã hết.")
    expect(page).to_have_title(re.compile(r"^\(\?\) Radar"))
    with page.expect_navigation():
        page.get_by_role("link", name="Đăng nhập").click()
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()


def test_a_week_is_planned_by_keyboard(silent: str, site: str, browser: Browser) -> None:
    """Arrows and letters fill the grid, F9 writes it down."""
    page = opened(browser, site, "/supervisor/roster")
    check(page)
    for key in ("c", "c", "s", "ArrowDown", "n"):
        page.keyboard.press(key)
    shoot(page, "roster")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_text("Đã ghi lịch ca.")).to_be_visible()
    filled = page.locator("select").evaluate_all("all => all.map(one => one.value)")
    assert filled[:3] == ["day", "day", "morning"]
    assert filled[7 + 3] == "off"
    check(page)

    page.goto(f"{site}/supervisor")
    expect(page.get_by_text("Nguyễn Văn Courier")).to_be_visible()
    check(page)
    shoot(page, "front")


def test_a_road_is_closed_by_keyboard(silent: str, site: str, browser: Browser) -> None:
    """Only what the kind needs is asked for; F9 writes it down, and it is lifted with one press."""
    page = opened(browser, site, "/supervisor/closures")
    check(page)
    page.get_by_label("Đường", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Nơi không đến được").select_option(label="Phường Lang Biang - Đà Lạt")
    page.get_by_label("Đường đi từ").select_option(label="Xã Lạc Dương")
    page.get_by_label("Lý do").select_option(label="Sạt lở, đường bị cắt")
    page.get_by_label("Dự kiến thông vào hết ngày").fill("2026-12-01")
    shoot(page, "closing")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_role("heading", name="Đường Xã Lạc Dương")).to_be_visible()
    check(page)
    shoot(page, "closures")

    page.get_by_role("button", name="0 bưu gửi bị giữ").last.press("Enter")
    expect(page.get_by_role("heading", name="Bưu gửi bị giữ: Đường Xã Lạc Dương")).to_be_visible()
    check(page)
    page.go_back()
    with page.expect_navigation():
        page.get_by_role("button", name="Đã thông Đường").press("Enter")
    expect(page.get_by_role("heading", name="Đường Xã Lạc Dương")).to_have_count(0)
