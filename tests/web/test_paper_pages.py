"""The papers through their own door: what each kind of person may print, and what it then says."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from pypdf import PdfReader

from postal_service.fields import Plain
from tests import make
from tests.make import MORNING, Actor, Town
from tests.web.conftest import Client
from tracking import custody, incidents, journey, reception
from tracking.custody_model import HandOver, Item, Kind, NewHandOver
from tracking.incidents import NewIncident
from tracking.model import Dossier, Party
from tracking.reception import Opening
from tracking.stages import Act, Keeper, Stage

HOUR = timedelta(hours=1)


def paper(answer: httpx.Response) -> str:
    """The words of a PDF that was answered, and that the browser may show it."""
    assert answer.headers["content-type"] == "application/pdf", answer.text
    assert "object-src 'self'" in answer.headers["content-security-policy"]
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text().replace("\u200b", "").split()) for page in pages)


async def as_(client: Client, who: str, path: str) -> httpx.Response:
    client.forget()
    await client.sign_in(who)
    return await client.get(path)


async def gone(client: Client, path: str, *who: str) -> bool:
    """Whether for each of *who* there is no such paper."""
    return all([(await as_(client, each, path)).status_code == 404 for each in who])


async def laid(
    desk: Connection, numbers: list[str], kind: Kind, to: Party, by: Actor, seal: str | None = None
) -> HandOver:
    new = NewHandOver(
        id=uuid4(), kind=kind, to=to, items=[Item(uuid4(), number) for number in numbers],
        by=by, at=MORNING, seal=seal,
    )  # fmt: skip
    made = await custody.offer(desk, new, heard_at=MORNING)
    assert made.hand_over is not None, made.answers
    return made.hand_over


@pytest.fixture
async def other(desk: Connection, town: Town, town_url: str) -> Town:
    """People of another office and agency, who have nothing to do with any of it."""
    return await make.town(desk, office="66D02", suffix="-2")


async def test_a_bag_has_a_label_and_a_manifest_for_both_offices_and_for_nobody_else(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    dossiers = [await make.dossier(desk, town, offered=False) for _ in range(3)]
    numbers = [await make.s10(desk, each) for each in dossiers]
    to = Party(Keeper.OFFICE, other.office)
    bag = await laid(desk, numbers, Kind.BAG, to, town.by_clerk, seal="NP-77")
    way = f"/papers/hand-overs/{bag.number}"

    for who in ("clerk", "clerk-2"):
        manifest = paper(await as_(client, who, f"{way}/manifest.pdf"))
        label = paper(await as_(client, who, f"{way}/label.pdf"))
        for text in (manifest, label):
            assert bag.number in text
            assert "NP-77" in text
            assert "Trần Bích Uyên" not in text
        assert all(each.ref in manifest for each in dossiers)
    for name in ("manifest", "label", "list"):
        assert await gone(client, f"{way}/{name}.pdf", "courier", "officer")
    assert await gone(client, "/papers/hand-overs/BK-000000-00000/list.pdf", "clerk")


async def test_a_couriers_list_has_his_doors_and_is_his_and_his_offices(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    dossier = await make.dossier(desk, town)
    result = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    out = await make.s10(desk, await make.dossier(desk, town, offered=False))
    his = Party(Keeper.COURIER, town.courier)
    made = await laid(desk, [result, out], Kind.COURIER, his, town.by_clerk)
    way = f"/papers/hand-overs/{made.number}"

    text = paper(await as_(client, "courier", f"{way}/list.pdf"))

    assert "BD13" in text
    assert "Trần Bích Uyên, 71 Phan Đình Phùng" in text
    assert "Tổng phải thu 22.000 ₫" in text
    assert await desk.fetchval("SELECT short_name FROM agency WHERE id = $1", town.agency) in text
    assert "0590" not in text
    assert "068159990001" not in text
    paper(await as_(client, "clerk", f"{way}/list.pdf"))
    assert await gone(client, f"{way}/list.pdf", "other-courier", "clerk-2", "officer")
    assert await gone(client, f"{way}/manifest.pdf", "clerk")
    assert await gone(client, f"{way}/label.pdf", "clerk")


async def test_an_agency_prints_what_is_laid_before_it_and_what_it_gives(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    first, second = [await make.dossier(desk, town) for _ in range(2)]
    ready = await make.ready(desk, town, second)
    number = await make.s10(desk, first)
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
    agency = Party(Keeper.AGENCY, town.agency)
    made = await laid(desk, [number], Kind.AGENCY, agency, town.by_courier)
    way = f"/papers/hand-overs/{made.number}/list.pdf"

    for who in ("officer", "courier", "clerk"):
        text = paper(await as_(client, who, way))
        assert "BẢNG KÊ BÀN GIAO HỒ SƠ" in text
        assert first.ref in text
    assert await gone(client, way, "officer-2", "other-courier", "clerk-2")

    results = paper(await as_(client, "officer", "/papers/agency/results.pdf"))
    assert second.ref in results
    assert "Tổng số bưu gửi 1" in results
    assert ready[:2] in results
    empty = paper(await as_(client, "officer-2", "/papers/agency/results.pdf"))
    assert "Không có bưu gửi nào." in empty
    assert (await as_(client, "clerk", "/papers/agency/results.pdf")).status_code == 403


async def test_both_sides_print_the_minutes_of_a_broken_seal(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    number = await make.s10(desk, await make.dossier(desk, town, offered=False))
    to = Party(Keeper.OFFICE, other.office)
    bag = await laid(desk, [number], Kind.BAG, to, town.by_clerk, seal="NP-77")
    found = Opening(seal="NP-78", whole=False, counted=1)
    await reception.open_bag(desk, bag.number, found=found, by=other.by_clerk, at=MORNING + HOUR)
    seen = await desk.fetch("SELECT id FROM incident ORDER BY id")

    for who in ("clerk", "clerk-2"):
        text = paper(await as_(client, who, f"/papers/incidents/{seen[0]['id']}.pdf"))
        assert "Số niêm phong NP-77 NP-78" in text
        assert bag.number in text
    assert len(seen) == 2
    assert await gone(client, f"/papers/incidents/{seen[0]['id']}.pdf", "courier", "officer")
    for nonsense in ("0", "x", "²", "9" * 30, "1"):
        tail = ".pdf" if nonsense != "1" else ".png"
        assert await gone(client, f"/papers/incidents/{nonsense}{tail}", "clerk")


async def test_a_single_paper_that_was_damaged_has_minutes_too(
    client: Client, desk: Connection, town: Town, town_url: str
) -> None:
    dossier = await make.dossier(desk, town, offered=False)
    number = await make.s10(desk, dossier)
    item = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", number)
    new = NewIncident(
        cause=uuid4(), reason="CD07", office_id=town.office, by=town.clerk, at=MORNING,
        consignment_id=item,
    )  # fmt: skip
    await incidents.open_all(desk, [new])
    made = await desk.fetchval("SELECT id FROM incident")

    text = paper(await as_(client, "clerk", f"/papers/incidents/{made}.pdf"))

    assert "Bưu gửi ướt, hư hỏng" in text
    assert dossier.ref in text


async def test_the_citizens_request_to_withdraw_goes_to_the_agency(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    dossier = await make.dossier(desk, town)
    way = f"/papers/dossiers/{dossier.ref}/withdrawal.pdf"

    text = paper(await as_(client, "clerk", way))

    assert "Trần Bích Uyên" in text
    assert "••••••0001" in text
    assert "118/2025" in text
    assert "NGUYỄN VĂN CLERK" in text.upper()
    paper(await as_(client, "officer", way))
    assert await gone(client, way, "courier", "clerk-2", "officer-2")


async def missed(desk: Connection, town: Town, result: str, days: int) -> None:
    """The courier rides, meets nobody, and says that the citizen was invited to the office."""
    at = MORNING + timedelta(days=days)
    by = town.by_courier
    steps = [
        make.offer(result, town, at=at),
        make.scan(result, Act.COLLECT, by, at=at),
        make.scan(result, Act.MISS, by, at=at, reason="DF04", next="invite"),
        make.scan(result, Act.BRING_IN, by, at=at),
        make.scan(result, Act.TAKE_IN, town.by_clerk, at=at),
    ]
    await make.scans(desk, steps)


async def test_an_invitation_is_the_one_on_record_or_the_next_for_the_pen(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    dossier = await make.dossier(desk, town)
    result = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    way = f"/papers/consignments/{result}"

    ahead = paper(await as_(client, "clerk", f"{way}/invitation-1.pdf"))
    assert "…… giờ …… phút" in ahead
    early = await as_(client, "clerk", f"{way}/invitation-2.pdf")
    assert early.status_code == 422
    assert "chưa in được giấy mời lần 2" in early.text

    await missed(desk, town, result, 0)
    text = paper(await as_(client, "clerk", f"{way}/invitation-1.pdf"))
    assert "Người nhận vắng nhà" in text
    assert "08 giờ 15 phút, ngày 23/11/2026" in text
    assert "22.000 ₫" in text
    days = 15 if "Phường" in await unit(desk, town) else 30
    until = MORNING + timedelta(days=days)
    assert f"{until:%d/%m/%Y}" in text
    assert "hôn nhân" not in text
    second = paper(await as_(client, "clerk", f"{way}/invitation-2.pdf"))
    assert "LẦN 2" in second
    assert await gone(client, f"{way}/invitation-1.pdf", "officer", "clerk-2", "courier-2")
    assert await gone(client, f"{way}/invitation-x.pdf", "clerk")


async def unit(desk: Connection, town: Town) -> str:
    return await desk.fetchval(
        "SELECT u.name FROM unit u JOIN office o ON o.commune_2025 = u.code"
        " WHERE o.id = $1 ORDER BY u.valid_from DESC NULLS LAST LIMIT 1",
        town.office,
    )


async def test_what_nobody_took_goes_back_with_all_that_was_tried(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    dossier = await make.dossier(desk, town)
    result = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    way = f"/papers/consignments/{result}/return-note.pdf"
    early = await as_(client, "clerk", way)
    assert early.status_code == 422
    assert "chưa được chuyển trả" in early.text

    await missed(desk, town, result, 0)
    await missed(desk, town, result, 3)
    back = make.scan(
        result, Act.SEND_BACK, town.by_clerk, at=MORNING + timedelta(days=20), reason="DF06"
    )
    await make.scans(desk, [back])

    text = paper(await as_(client, "clerk", way))
    for name in ("return-note", "invitation-2", "delivery-receipt"):
        link = f"/papers/consignments/{result}/{name}.pdf"
        assert link in (await as_(client, "clerk", f"/slips/{dossier.ref}")).text
        paper(await client.get(link))

    assert "Luật Bưu chính 49/2010 điều 17.1 d" in text
    assert text.count("Người nhận vắng nhà") == 2
    assert "08:15 23/11/2026" in text
    assert "08:15 26/11/2026" in text
    paper(await as_(client, "officer", way))
    assert await gone(client, way, "courier", "clerk-2", "officer-2")


async def test_a_delivery_is_signed_for_on_paper_before_and_told_after(
    client: Client, desk: Connection, town: Town, town_url: str
) -> None:
    dossier = await make.dossier(desk, town)
    result = await make.result(desk, town, dossier, Stage.OUT)
    way = f"/papers/consignments/{result}/delivery-receipt.pdf"
    before = paper(await as_(client, "courier", way))
    given = make.scan(result, Act.DELIVER, town.by_courier, at=MORNING + HOUR, relation="spouse")
    await journey.record_one(desk, given, heard_at=MORNING + HOUR)
    await desk.execute(
        "INSERT INTO delivery_proof (scan_id, receiver_name_sealed, relation)"
        " VALUES ($1, ($2::sealed).body, 'spouse')",
        given.id,
        Plain("delivery_proof", given.id, "receiver_name", "Lê Văn Tám"),
    )

    after = paper(await as_(client, "clerk", way))

    assert "…… giờ …… phút" in before
    assert "Lê Văn Tám" in after
    assert "vợ hoặc chồng" in after
    assert "09 giờ 15 phút, ngày 23/11/2026" in after
    assert "Nguyễn Văn Courier" in after
    forward = await make.s10(desk, dossier)
    assert await gone(client, f"/papers/consignments/{forward}/delivery-receipt.pdf", "clerk")


async def test_the_control_slip_is_the_registers_two_sides(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    """Old dossiers print the old form; each change of hands says who gave and who took."""
    dossier = await whole_way(desk, town)
    way = f"/papers/dossiers/{dossier.ref}/control-slip.pdf"

    text = paper(await as_(client, "clerk", way))

    assert "Mẫu số 06, Thông tư 03/2025/TT-VPCP" in text
    assert text.count("1. Giao:") == 6
    assert "Người giao: Nguyễn Văn Courier Người nhận: Nguyễn Văn Officer" in text
    assert "Người giao: Nguyễn Văn Officer Người nhận: Nguyễn Văn Courier" in text
    assert "Trần Bích Uyên" in text
    await desk.execute("UPDATE intake SET form_set = 'TT01-2018'")
    old = paper(await as_(client, "officer", way))
    assert "Mẫu số 05, Thông tư 01/2018/TT-VPCP" in old
    assert await gone(client, way, "clerk-2", "officer-2", "courier-2", "courier")


async def whole_way(desk: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.OUT)
    return dossier
