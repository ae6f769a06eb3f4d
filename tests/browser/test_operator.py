"""The operator's outbox on a bad day, looked at by eye, keyboard and screen reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from asyncpg import Connection
from playwright.sync_api import Browser, expect

from notifications import health, health_store
from notifications.gateway import MaybeSent, MemoryGateway, Refused, TextStopped, TryLater
from postal_service import security_store
from postal_service.caller import Role
from postal_service.database import open_database
from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tests.notifications.travel import MINUTE, BrokenGateway, draft, send

#: A folder for pictures, for whoever wants to look.
PICTURES = os.environ.get("PICTURES")


@pytest.fixture
async def bad_day(town_url: str, desk: Connection, town: Town) -> None:
    """Something of everything that goes wrong."""
    await security_store.add_person(
        desk, username="op", full_name="Trần Vận Hành", given_name="Hành", role=Role.OPERATOR,
        office_id=None, agency_id=None, phone=None, password_hash=make.PASSWORD_HASH,
    )  # fmt: skip
    async with open_database(town_url, size=2, name="test operator", keys=make.KEYS) as post:
        for refusal in (
            None,
            Refused("400/21614"),
            MaybeSent("TimeoutError"),
            TryLater("503/20503"),
            TextStopped("400/30007"),
        ):
            await make.dossier(desk, town)
            await draft(post)
            gateway = BrokenGateway(refusal) if refusal else MemoryGateway()
            await send(post, gateway)
        await make.dossier(desk, town)
        await draft(post)
    await health.judge(desk, health.networks(health.Network(gateway=MemoryGateway())), MORNING)
    await health_store.pause(desk, "twilio", MORNING + 60 * MINUTE, "401/20003", MORNING)


@pytest.mark.parametrize(("name", "width", "height"), [("desk", 1366, 768), ("phone", 390, 844)])
def test_a_bad_day_can_be_read_and_mended_by_keyboard(
    bad_day: None, site: str, browser: Browser, name: str, width: int, height: int
) -> None:
    """At three in the night, on whatever screen there is."""
    page = browser.new_page(viewport={"width": width, "height": height}, locale="vi-VN")
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    sign_in(page, site, "op", "/operator")
    check(page)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"operator-{name}.png", full_page=True)

    failures = page.get_by_role("region", name="Tin không đến")
    expect(failures).to_contain_text("Đây là số máy bàn, không nhận được tin.")
    expect(page.get_by_text("Mẫu tin bị mạng chặn")).to_be_visible()
    page.get_by_role("button", name="Cho gửi lại mẫu").press("Enter")
    expect(page.get_by_text("Mẫu tin bị mạng chặn")).to_have_count(0)
    page.get_by_role("button", name="Gửi lại tất cả 2 tin gửi lại được").press("Enter")
    expect(failures.get_by_role("button")).to_have_count(1)
    failures.get_by_role("button").press("Enter")
    expect(failures).to_contain_text("Không tin nào hỏng trong 7 ngày qua.")
    page.get_by_role("button", name="Dùng lại mạng twilio ngay").press("Enter")
    expect(page.get_by_role("button", name="Dùng lại mạng twilio ngay")).to_have_count(0)
    check(page)
    assert faults == []
