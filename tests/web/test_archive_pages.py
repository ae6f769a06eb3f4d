"""A printer that jams, a paper that is lost: what was printed is printed again, and says so."""

from __future__ import annotations

import re

import pytest
from asyncpg import Connection

from tests import make, zebra
from tests.make import Town
from tests.web.conftest import Client
from tests.web.test_paper_pages import as_, laid, paper
from tracking.custody_model import Kind
from tracking.model import Party
from tracking.stages import Keeper


@pytest.fixture
async def other(desk: Connection, town: Town, town_url: str) -> Town:
    return await make.town(desk, office="66D02", suffix="-2")


async def printed(client: Client, desk: Connection, town: Town) -> tuple[str, str]:
    """A request to withdraw that a clerk printed: its dossier's number and its first print."""
    dossier = await make.dossier(desk, town)
    first = await as_(client, "clerk", f"/papers/dossiers/{dossier.ref}/withdrawal.pdf")
    id_ = await desk.fetchval("SELECT id FROM paper")
    assert (await client.get(f"/archive/{id_}/0.pdf")).content == first.content
    return dossier.ref, f"/archive/{id_}"


async def test_a_copy_is_numbered_when_it_is_asked_for(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    ref, way = await printed(client, desk, town)
    await desk.execute("UPDATE party SET full_name = 'Đỗ Thị Bích Ngọc'")

    asked = [await client.post(f"{way}/copies", data={"csrf": client.form_token}) for _ in range(2)]

    assert [each.headers["location"] for each in asked] == [f"{way}/1.pdf", f"{way}/2.pdf"]
    text = paper(await client.get(f"{way}/2.pdf"))
    assert "BẢN SAO 2 / COPY 2" in text
    assert "Trần Bích Uyên" in text
    assert "Đỗ Thị Bích Ngọc" not in text
    assert (await client.get(f"{way}/3.pdf")).status_code == 404
    found = await client.get(f"/archive?q={ref.lower()}")
    assert "Đơn rút hồ sơ" in found.text
    assert "2 bản sao" in found.text
    assert f"{way}/copies" in found.text


async def test_what_no_desk_of_hers_printed_is_not_there(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    _, way = await printed(client, desk, town)

    assert "Đơn rút hồ sơ" in (await as_(client, "clerk", "/archive")).text
    empty = await as_(client, "clerk-2", "/archive")
    assert "Bàn này chưa in giấy nào." in empty.text
    assert (await as_(client, "courier", "/archive")).status_code == 403
    assert (await client.get(f"{way}/0.pdf")).status_code == 403
    for nonsense in ("x", "²", "-1", "99999", "1.png"):
        assert (await as_(client, "clerk", f"{way}/{nonsense}.pdf")).status_code == 404
    assert (await client.get("/archive/9223372036854775807/0.pdf")).status_code == 404
    nothing = await client.get("/archive?q=LD-200101-00001")
    assert "Chưa in giấy nào mang số LD-200101-00001" in nothing.text


async def test_the_register_is_one_date_away(
    client: Client, desk: Connection, town: Town, town_url: str
) -> None:
    await make.dossier(desk, town)

    led = await as_(client, "clerk", "/archive/register?day=2026-11-23")

    assert led.headers["location"] == "/papers/register/2026-11-23.pdf"
    wrong = await client.get("/archive/register?day=2030-01-01")
    assert wrong.status_code == 422
    assert "Sổ không có trang ngày 01/01/2030" in wrong.text


async def test_a_bags_label_goes_to_a_thermal_printer_too(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    number = await make.s10(desk, await make.dossier(desk, town, offered=False))
    to = Party(Keeper.OFFICE, other.office)
    bag = await laid(desk, [number], Kind.BAG, to, town.by_clerk, seal="NP-77")
    way = f"/papers/hand-overs/{bag.number}"

    zpl = await as_(client, "clerk", f"{way}/label.zpl")
    png = await client.get(f"{way}/label.png")

    assert zpl.headers["content-type"] == "application/x-zpl"
    assert zebra.printed(zpl.content).size == (799, 599)
    assert png.headers["content-type"] == "image/png"
    assert (await client.get(f"{way}/label.bmp")).status_code == 404
    again = paper(await as_(client, "clerk-2", f"{way}/label.pdf"))
    assert re.search(r"BẢN SAO 1 / COPY 1", again)
    assert await desk.fetchval("SELECT count(*) FROM paper") == 1


async def test_a_receipt_printed_tomorrow_is_yesterdays(
    client: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """The printer failed after saving; meanwhile she married, moved, and the office was renamed."""
    dossier = await make.dossier(desk, town)
    await as_(client, "clerk", "/counter")
    way = f"/counter/dossiers/{dossier.ref}"
    form = {"csrf": client.form_token}
    assert (await client.post(f"{way}/prints", data=form)).headers["location"].endswith("print=1")
    first = (await client.get(f"{way}/1/receipt.pdf")).content
    label = (await client.get(f"{way}/1/label.pdf")).content
    await desk.execute("UPDATE party SET full_name = 'Đỗ Thị Bích Ngọc'")
    await desk.execute("UPDATE office SET name = 'Bưu cục Mới'")

    await client.post(f"{way}/prints", data=form)
    second = await client.get(f"{way}/2/receipt.pdf")
    zpl = (await client.get(f"{way}/2/label.zpl")).content

    assert second.content.startswith(first)
    assert "BẢN SAO 1 / COPY 1" in paper(second)
    assert "Bưu cục Mới" not in paper(second)
    assert (await client.get(f"{way}/2/label.pdf")).content.startswith(label)
    assert zebra.printed(zpl).size == (799, 599)
    assert (await client.get(f"{way}/1/receipt.pdf")).content == first
    slip = paper(await client.get(f"/papers/dossiers/{dossier.ref}/postal-slip.pdf"))
    assert "PHIẾU GỬI HỒ SƠ" in slip
    shown = await client.get(f"{way}?print=2")
    assert "label.zpl" in shown.text
    assert "postal-slip.pdf" in shown.text
    rows = await client.get(f"/archive?q={dossier.ref}")
    assert rows.text.count("1 bản sao") == 2
    assert f"{way}" in rows.text
