"""The law's forms of an agency and the registers, printed from what was entered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from tests import laid, make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tests.web.test_paper_pages import as_, gone, paper
from tracking import extensions, pauses, rulings
from tracking.extensions import More
from tracking.model import Dossier
from tracking.pauses import AskedPaper, Request
from tracking.stages import Act

DAY = timedelta(days=1)


@pytest.fixture
async def other(desk: Connection, town: Town, town_url: str) -> Town:
    return await make.town(desk, office="66D02", suffix="-2")


@pytest.fixture
async def dossier(desk: Connection, town: Town, town_url: str) -> Dossier:
    """One that the agency has received."""
    made = await make.dossier(desk, town)
    await make.signed(desk, town, made)
    await make.rule(desk, town, made, Act.RECEIVE)
    return made


async def asked(desk: Connection, town: Town, dossier: Dossier) -> None:
    ruling = make.ruling(dossier, Act.ASK_MORE, town)
    lines = (
        AskedPaper(name="Giấy chứng nhận kết hôn", originals=1, certified=0, photocopies=2),
        AskedPaper(name="Tờ khai D’Ran", originals=0, certified=1, photocopies=0),
    )
    await pauses.put(
        desk,
        Request(
            id=ruling.id, dossier_id=dossier.id, agency_id=town.agency, asked_by=town.officer,
            asked_at=MORNING, note="Nộp một lần cho đủ.", papers=lines,
        ),
    )  # fmt: skip
    await rulings.rule(desk, ruling, heard_at=MORNING)


def form(dossier: Dossier, name: str) -> str:
    return f"/papers/dossiers/{dossier.ref}/{name}.pdf"


async def test_guidance_names_every_missing_paper_with_its_copies(
    client: Client, desk: Connection, town: Town, other: Town, dossier: Dossier
) -> None:
    early = await as_(client, "officer", form(dossier, "supplement"))
    assert early.status_code == 404
    assert "chưa ghi việc này" in early.text
    await asked(desk, town, dossier)

    text = paper(await as_(client, "officer", form(dossier, "supplement")))

    assert "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ" in text
    assert "Số: 1/HDHS" in text
    assert "1 Giấy chứng nhận kết hôn 1 – 2" in text
    assert "2 Tờ khai D’Ran – 1 –" in text
    assert "Nộp một lần cho đủ." in text
    assert "Mẫu số 02, Thông tư 03/2025/TT-VPCP" in text
    assert "NGƯỜI HƯỚNG DẪN" in text
    paper(await as_(client, "clerk", form(dossier, "supplement-2026-1")))
    assert await gone(client, form(dossier, "supplement"), "courier", "officer-2", "clerk-2")
    assert await gone(client, form(dossier, "supplement-2026-2"), "officer")
    assert await gone(client, form(dossier, "supplement-x"), "officer")


async def test_an_apology_says_both_days_and_its_name_in_each_form_set(
    client: Client, desk: Connection, town: Town, dossier: Dossier
) -> None:
    ruling = make.ruling(dossier, Act.EXTEND, town, facts={"reason": "LT01"})
    more = More(value=4, unit="working_day")
    due = replace(ruling, due_at=MORNING + 9 * DAY)
    await extensions.extend(desk, due, more, heard_at=MORNING)

    text = paper(await as_(client, "officer", form(dossier, "apology")))

    assert "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI HẠN GIẢI QUYẾT" in text
    assert "Hẹn trả trước đây 08 giờ 15 phút, ngày 26/11/2026" in text
    assert "Hẹn trả lại 08 giờ 15 phút, ngày 02/12/2026" in text
    assert "THỦ TRƯỞNG CƠ QUAN" in text


@pytest.mark.parametrize(
    ("form_set", "title", "basis"),
    [
        ("TT01-2018", "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ", "Mẫu số 03, Thông tư 01/2018"),
        ("TT03-2025", "PHIẾU TỪ CHỐI GIẢI QUYẾT HỒ SƠ", "Mẫu số 03, Thông tư 03/2025"),
    ],
)
async def test_a_refusal_has_its_reason_and_the_form_of_its_day(
    client: Client, desk: Connection, town: Town, form_set: str, title: str, basis: str,
    town_url: str,
) -> None:  # fmt: skip
    dossier = await make.dossier(desk, town)
    await desk.execute("UPDATE intake SET form_set = $1", form_set)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.REFUSE)

    text = paper(await as_(client, "officer", form(dossier, "refusal")))

    assert title in text
    assert basis in text
    reason = await desk.fetchval("SELECT name_vi FROM reason WHERE code = 'RF01'")
    assert f"Lý do: {reason}" in text
    assert "••••••0001" in text
    assert "068159990001" not in text


async def test_a_stop_notice_settles_the_money(
    client: Client, desk: Connection, town: Town, dossier: Dossier
) -> None:
    await laid.wished(desk, town, dossier)
    stop = make.ruling(dossier, Act.STOP, town, facts={"reason": "WD02"})
    await rulings.rule(desk, stop, heard_at=MORNING, settlement="Hoàn lại 50.000 đồng lệ phí.")

    text = paper(await as_(client, "officer", form(dossier, "stop")))

    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in text
    assert "Giải quyết về tài chính: Hoàn lại 50.000 đồng lệ phí." in text
    assert "Mẫu số 05, Thông tư 03/2025/TT-VPCP" in text


async def test_a_notice_is_what_it_was_when_it_was_written(
    client: Client, desk: Connection, town: Town, dossier: Dossier
) -> None:
    """Married, moved, and the agency renamed: the paper that was signed says none of it."""
    await asked(desk, town, dossier)
    first = (await as_(client, "officer", form(dossier, "supplement"))).content
    await desk.execute("UPDATE party SET full_name = 'Đỗ Thị Bích Ngọc'")

    again = (await client.get(form(dossier, "supplement"))).content
    copy = await as_(client, "clerk", form(dossier, "supplement"))

    assert again == first
    assert copy.content.startswith(first)
    assert "BẢN SAO 1 / COPY 1 · in lại" in paper(copy)
    assert "Đỗ Thị Bích Ngọc" not in paper(copy)


async def test_an_office_keeps_the_numbers_of_its_receipts(
    client: Client, desk: Connection, town: Town, other: Town
) -> None:
    made = [await make.dossier(desk, town) for _ in range(3)]
    day = f"20{made[0].ref[3:5]}-{made[0].ref[5:7]}-{made[0].ref[7:9]}"

    text = paper(await as_(client, "clerk", f"/papers/register/{day}.pdf"))

    assert "SỔ THEO DÕI HỒ SƠ" in text
    assert f"Quyển số: {made[0].ref[:9]}" in text
    assert "Mẫu số 07, Thông tư 03/2025/TT-VPCP" in text
    for each in made:
        assert f"{each.ref[-5:]} – {each.ref}" in text
    assert "Cộng trang: 3 hồ sơ" in text
    assert "lũy kế từ đầu năm: 3 hồ sơ" in text
    assert "0590000001" not in text
    empty = paper(await as_(client, "clerk-2", f"/papers/register/{day}.pdf"))
    assert "Trong ngày không có hồ sơ nào." in empty
    for wrong in ("2999-01-01", "2017-12-31", "x", "2026-13-01", "²"):
        answer = await client.get(f"/papers/register/{wrong}.pdf")
        assert answer.status_code == 422
        assert "Sổ không có trang ngày" in answer.text
    assert (await as_(client, "courier", f"/papers/register/{day}.pdf")).status_code == 403


async def test_an_agencys_lines_keep_their_numbers_when_more_come(
    client: Client, desk: Connection, town: Town, other: Town, dossier: Dossier
) -> None:
    """The second is received earlier on the clock and later in the book: the first stays 1."""
    way = "/papers/register/2026-11-23.pdf"
    text = paper(await as_(client, "officer", way))
    assert f"00001 {await code(desk, dossier)} {dossier.ref}" in text
    second = await make.dossier(desk, town)
    await make.signed(desk, town, second)
    await make.rule(desk, town, second, Act.RECEIVE)
    await desk.execute(
        "UPDATE dossier SET received_at = $2 WHERE id = $1", second.id, MORNING - timedelta(hours=1)
    )

    text = paper(await as_(client, "officer", way))

    assert f"00001 {await code(desk, dossier)} {dossier.ref}" in text
    assert f"00002 {await code(desk, second)} {second.ref}" in text
    assert "Cộng trang: 2 hồ sơ" in text
    assert "Trong ngày không có hồ sơ nào." in paper(await as_(client, "officer-2", way))


async def code(desk: Connection, dossier: Dossier) -> str:
    return await desk.fetchval("SELECT agency_code FROM dossier WHERE id = $1", dossier.id)
