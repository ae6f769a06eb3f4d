"""An officer's morning at her desk, by keyboard and scanner alone."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, expect

from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import Town
from tracking.model import Dossier
from tracking.stages import Act

DESKTOP = {"width": 1366, "height": 768}


@pytest.fixture
async def arrivals(desk: Connection, town: Town) -> tuple[Dossier, list[str]]:
    """Two items laid before the agency: the first one's dossier, and both numbers."""
    dossiers = [await make.dossier(desk, town) for _ in range(2)]
    numbers = [await make.s10(desk, dossier) for dossier in dossiers]
    for act in (Act.COLLECT, Act.HAND_OVER):
        await make.scans(desk, [make.scan(number, act, town.by_courier) for number in numbers])
    return dossiers[0], numbers


def test_from_the_envelope_to_the_appointment(
    arrivals: tuple[Dossier, list[str]], site: str, browser: Browser
) -> None:
    """A scan ticks and never commits; F9 signs; a number opens; F9 receives."""
    dossier, (first, second) = arrivals
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    sign_in(page, site, "officer", "/agency")

    check(page)
    page.keyboard.type(first.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"Ký nhận {first}")).to_be_checked()
    expect(page.get_by_label(f"Ký nhận {second}")).not_to_be_checked()
    expect(page.locator("#ticked")).to_have_text(f"{first} ✔ Đã đánh dấu 1/2")

    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.get_by_text("Đã ký nhận 1 bưu gửi.")).to_be_visible()

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
    page.get_by_label("Số giấy tờ cần bổ sung").fill("1")
    page.get_by_label("Cần những gì").fill("Bản sao giấy khai sinh")
    with page.expect_navigation():
        page.get_by_role("button", name="Yêu cầu bổ sung").click()
    expect(page.get_by_text("Bản sao giấy khai sinh")).to_be_visible()
    check(page)
    assert faults == []
