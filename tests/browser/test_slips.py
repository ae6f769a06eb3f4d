"""The slip on a clerk's screen and on a courier's phone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from tests import make
from tests.browser.conftest import check, sign_in
from tests.make import MORNING, Town
from tracking import corrections, custody, journey
from tracking.corrections import Undo
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.model import Party
from tracking.stages import Act, Keeper


async def record(desk: Connection, number: str, act: Act, by: make.Actor, *hours: float) -> None:
    """*hours*: how long after the morning it happened, and was told."""
    happened, told = (MORNING + timedelta(hours=each) for each in (hours * 2)[:2])
    scan = make.scan(number, act, by, at=happened)
    await journey.record_one(desk, scan, heard_at=told)


@pytest.fixture
async def told(town_url: str, desk: Connection, town: Town) -> str:
    """A dossier with a list, an undone scan, word that came late, and a hand that was refused."""
    await make.person(desk, "chief", "supervisor", town.office, town.agency)
    dossier = await make.dossier(desk, town, offered=False)
    number = await make.s10(desk, dossier)
    by = town.by_clerk
    new = NewHandOver(
        id=uuid4(), kind=Kind.COURIER, to=Party(Keeper.COURIER, town.courier),
        items=[Item(uuid4(), number)], by=by, at=MORNING + timedelta(minutes=30),
    )  # fmt: skip
    await custody.offer(desk, new, heard_at=new.at)
    taken = make.scan(number, Act.COLLECT, town.by_courier, at=MORNING + timedelta(hours=1))
    await journey.record_one(desk, taken, heard_at=taken.at)
    wish = Undo(
        id=uuid4(), s10=number, undoes=taken.id, by=town.by_courier,
        at=taken.at + timedelta(seconds=40),
    )  # fmt: skip
    await corrections.undo(desk, wish, heard_at=wish.at)
    tried = replace(make.scan(number, Act.COLLECT, town.by_other_courier), at=wish.at)
    await journey.record(desk, [tried], heard_at=wish.at)
    await record(desk, number, Act.COLLECT, town.by_courier, 2.5)
    await record(desk, number, Act.HAND_OVER, town.by_courier, 3, 4.25)
    await record(desk, number, Act.SIGN, town.by_officer, 4.5)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    return dossier.ref


def test_an_auditor_asks_by_keyboard_who_held_it(site: str, told: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    sign_in(page, site, "chief", f"/slips/{told}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(told)
    check(page)

    page.get_by_label("Ngày", exact=True).focus()
    page.keyboard.type("23/11/2026")
    page.keyboard.press("Tab")
    page.keyboard.type("11:00")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.locator("dl.answer").first).to_contain_text("bưu tá Nguyễn Văn Courier")
    expect(page.get_by_text("ghi lúc 11:15 · nhận lúc 12:30")).to_be_visible()
    expect(page.locator("del").first).to_have_text("Bưu tá nhận")
    expect(page.get_by_role("heading", name="Thao tác bị từ chối")).to_be_visible()
    check(page)
    page.go_back()
    expect(page).to_have_url(f"{site}/slips/{told}")
    page.close()


def test_a_clerk_asks_for_another_receipt_and_sees_that_it_waits(
    site: str, told: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    sign_in(page, site, "clerk", f"/slips/{told}")

    page.get_by_text("Cấp lại biên nhận", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Lý do").select_option("CR09")
    page.get_by_role("button", name="Gửi người thứ hai duyệt").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Đã gửi")
    expect(page.get_by_role("button", name="In phiếu kiểm soát")).to_have_attribute(
        "href", f"/papers/dossiers/{told}/control-slip.pdf"
    )
    check(page)
    page.close()


def test_an_officer_reads_it_on_a_narrow_screen(site: str, told: str, browser: Browser) -> None:
    """Nothing runs off the side, at a door or at a small window's desk."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    sign_in(page, site, "officer", f"/slips/{told}")

    expect(page.get_by_role("heading", name="Mọi việc đã xảy ra")).to_be_visible()
    check(page)
    page.close()
