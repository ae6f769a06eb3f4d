"""The counter through its own door: what a clerk's browser sends, and what it gets back."""

from __future__ import annotations

import asyncio
import html
import re
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from pypdf import PdfReader

from postal_service.desk import counter
from postal_service.desk.published import procedures
from tests.make import MORNING, Town
from tests.web.conftest import Client

EXTRACT = "2.000635"
HTMX = {"hx-request": "true"}


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


async def form(desk: Connection, town: Town, client: Client, **typed: str) -> dict[str, str]:
    """What the page posts for a citizen with all her papers."""
    chosen = await procedures.find(desk, EXTRACT, MORNING.date())
    offered = await counter.choices(desk, str(chosen.id), town.office, MORNING)
    whole = {
        "csrf": client.form_token,
        "form_id": str(uuid4()),
        "procedure_id": str(chosen.id),
        "procedure_text": chosen.name_vi,
        "agency_id": str(offered.agencies[0].id),
        "service": "both",
        "return_way": "home",
        "name": "Nguyễn Thị Kỳ Duyên",
        "citizen_id": "068185004217",
        "phone": "0912 345 678",
        "address": "12 thôn Đạ Nghịt, xã Lạc Dương",
        "note": "",
        "receiver_name": "",
        "receiver_phone": "",
        "receiver_address": "",
        "agency_code": "",
        "due_day": "",
        "due_time": "",
        "weight_g": "85",
        "sets": "1",
    }
    for line in chosen.documents:
        if line.required:
            whole[f"has-{line.ordinal}"] = "on"
        whole[f"originals-{line.ordinal}"] = str(line.originals)
        whole[f"certified-{line.ordinal}"] = str(line.certified)
        whole[f"photocopies-{line.ordinal}"] = str(line.photocopies)
    return whole | typed


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def paper(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/pdf"
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


async def test_saving_gives_a_receipt_and_only_the_first_is_the_original(
    clerk: Client, desk: Connection, town: Town
) -> None:
    saved = await clerk.post("/counter/dossiers", data=await form(desk, town, clerk))

    assert (saved.status_code, saved.headers["location"]) == (
        303,
        "/counter/dossiers/LD-261123-00001?print=1",
    )
    page = await clerk.get(saved.headers["location"])
    assert "Đã lưu hồ sơ LD-261123-00001" in words(page)
    first = await clerk.get("/counter/dossiers/LD-261123-00001/1/receipt.pdf")
    again = await clerk.get("/counter/dossiers/LD-261123-00001/1/receipt.pdf")
    assert "BẢN SAO" not in paper(first)
    assert first.content == again.content  # a browser may ask twice for one print

    reprint = await clerk.post(
        "/counter/dossiers/LD-261123-00001/prints", data={"csrf": clerk.form_token}
    )
    assert reprint.headers["location"].endswith("?print=2")
    copy = await clerk.get("/counter/dossiers/LD-261123-00001/2/receipt.pdf")
    assert "BẢN SAO 1" in paper(copy)
    label = paper(await clerk.get("/counter/dossiers/LD-261123-00001/1/label.pdf"))
    assert "LD-261123-00001" in label
    assert "0912" not in label


async def test_ten_presses_at_once_save_one_dossier(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """A clerk on a slow line leans on the key."""
    typed = await form(desk, town, clerk)

    answers = await asyncio.gather(
        *(clerk.post("/counter/dossiers", data=typed) for _ in range(10))
    )

    assert {answer.headers["location"] for answer in answers} == {
        "/counter/dossiers/LD-261123-00001?print=1"
    }
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 1
    assert await desk.fetchval("SELECT count(*) FROM receipt_print") == 1


async def test_a_refused_form_comes_back_with_all_that_was_typed(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Each problem leads to its field, each field keeps its text, and nothing is saved."""
    typed = await form(desk, town, clerk, phone="0912 345", name="Trần Văn Ân")
    del typed["has-1"]

    answer = await clerk.post("/counter/dossiers", data=typed)

    assert answer.status_code == 422
    assert "Chưa lưu: 2 chỗ cần sửa" in words(answer)
    assert "Thiếu: Tờ khai cấp bản sao trích lục hộ tịch (1 bản chính)." in words(answer)
    assert re.search(r'<a href="#phone">', answer.text)
    assert re.search(r'<input id="phone"[^>]*value="0912 345"[^>]*aria-invalid="true"', answer.text)
    assert 'value="Trần Văn Ân"' in answer.text
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0


async def test_a_reader_of_english_is_told_in_english(
    clerk: Client, desk: Connection, town: Town
) -> None:
    answer = await clerk.post(
        "/counter/dossiers",
        data=await form(desk, town, clerk, phone="0912 345"),
        headers={"accept-language": "en"},
    )

    assert "ten digits are needed" in words(answer)


async def test_typing_without_accents_finds_at_most_twelve(clerk: Client) -> None:
    hits = await clerk.get("/counter/procedures?procedure_text=giay phep", headers=HTMX)
    none = await clerk.get("/counter/procedures?procedure_text=qqqq zzzz", headers=HTMX)

    assert 1 < hits.text.count('role="option"') <= 12
    assert "Giấy phép" in words(hits) or "giấy phép" in words(hits)
    assert "Không tìm thấy" in words(none)


async def test_a_procedure_brings_its_list_its_agency_and_its_day(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The published list and no other; the day is only expected until the agency has received."""
    typed = await form(desk, town, clerk, agency_id="", service="")

    answer = await clerk.post("/counter/case", data=typed, headers=HTMX)

    told = words(answer)
    assert "Dự kiến trả kết quả tại nhà" in told
    assert "Thứ Sáu 27/11/2026" in told
    assert "Thu ngay 40.500 ₫" in told
    assert "Cước thu hộ" in told
    assert "Thiếu 2 giấy tờ bắt buộc" in told
    assert 'id="has-1"' in answer.text


async def test_a_leg_the_agency_keeps_leaves_the_other_and_a_paper_to_take_home(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Return alone is chosen for her; without a slip she is told in writing where to file."""
    licence = await procedures.find(desk, "3.000347", MORNING.date())
    marriage = await procedures.find(desk, "1.000894", MORNING.date())
    typed = await form(desk, town, clerk, procedure_id=str(licence.id), agency_id="", service="")

    answer = await clerk.post("/counter/case", data=typed, headers=HTMX)
    neither = await clerk.post(
        "/counter/case", data=typed | {"procedure_id": str(marriage.id)}, headers=HTMX
    )
    guided = await clerk.post("/counter/guidance", data=typed)

    assert re.search(r'value="return" checked', answer.text)
    assert re.search(r'value="both"[^>]* disabled', answer.text)
    assert "in phiếu hướng dẫn" in words(answer)
    assert "không cho gửi thủ tục này qua bưu điện" in words(neither)
    assert "Cơ quan" in words(guided)
    assert "người dân tự nộp tại cơ quan" in words(guided)


async def test_the_form_survives_a_power_cut(clerk: Client, desk: Connection, town: Town) -> None:
    """Every change is kept; the list on the empty page brings it back or throws it away."""
    typed = await form(desk, town, clerk, name="Lê Thị Mận")
    await clerk.post("/counter/estimate", data=typed, headers=HTMX)

    page = await clerk.get("/counter")
    assert "Bạn có 1 hồ sơ đang nhập dở" in words(page)
    recovered = await clerk.get(f"/counter?draft={typed['form_id']}")
    assert 'value="Lê Thị Mận"' in recovered.text
    await clerk.post(f"/counter/drafts/{typed['form_id']}/discard", data={"csrf": clerk.form_token})
    assert "nhập dở" not in words(await clerk.get("/counter"))


async def test_f4_lays_the_form_aside(clerk: Client, desk: Connection, town: Town) -> None:
    held = await clerk.post("/counter/drafts", data=await form(desk, town, clerk))

    assert held.headers["location"] == "/counter?held=1"
    assert "Đã giữ tạm" in words(await clerk.get("/counter?held=1"))


async def test_the_guidance_names_everything_missing_and_saves_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    typed = await form(desk, town, clerk)
    del typed["has-1"], typed["has-2"]

    answer = await clerk.post("/counter/guidance", data=typed)

    assert "Còn thiếu 2 giấy tờ" in words(answer)
    assert await desk.fetchval("SELECT count(*) FROM draft") == 0


async def test_an_old_number_is_offered_converted(
    clerk: Client, desk: Connection, town: Town
) -> None:
    typed = await form(desk, town, clerk, phone="01632345678")

    answer = await clerk.post("/counter/phone?field=phone", data=typed, headers=HTMX)

    assert "Dùng 0332 345 678" in words(answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Nguyễn\x00Thị"},
        {"name": "A\u202eB"},
        {"form_id": "x"},
        {"procedure_id": "99999999999999999999"},
        {"procedure_id": "²"},
        {"weight_g": "٣"},
        {"weight_g": "999999999"},
        {"agency_id": "-1"},
        {"service": "teleport"},
        {"return_way": "agency"},
        {"originals-1": "1e9"},
        {"address": "x" * 5000},
        {"phone": "1" * 5000},
    ],
)
async def test_bad_input_is_a_refusal_and_never_a_failure(
    clerk: Client, desk: Connection, town: Town, wrong: dict[str, str]
) -> None:
    answer = await clerk.post("/counter/dossiers", data=await form(desk, town, clerk, **wrong))

    assert 400 <= answer.status_code < 500
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0


async def test_a_day_no_calendar_has_is_one_more_field_to_mend(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The preview beside the form must not fall over what the form itself refuses."""
    typed = await form(
        desk, town, clerk, service="return", agency_code="H36.19-261120-0042", due_day="31/12/9999"
    )

    saved = await clerk.post("/counter/dossiers", data=typed)
    looked = await clerk.post("/counter/estimate", data=typed, headers=HTMX)

    assert saved.status_code == 422
    assert 'href="#due_day"' in saved.text
    assert looked.status_code == 200


async def test_a_form_from_elsewhere_saves_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    typed = await form(desk, town, clerk, csrf="0" * 64)

    assert (await clerk.post("/counter/dossiers", data=typed)).status_code == 403


async def test_a_gap_in_the_tariff_loses_nothing_that_was_typed(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The panel says so before the save, the save says so again, and the form is kept."""
    typed = await form(desk, town, clerk, name="Trần Văn Ân")
    await desk.execute("UPDATE tariff SET valid_to = $1 WHERE valid_to IS NULL", MORNING.date())

    looked = await clerk.post("/counter/estimate", data=typed, headers=HTMX)
    saved = await clerk.post("/counter/dossiers", data=typed)

    assert "Chưa thể nhận hồ sơ này" in words(looked)
    assert saved.status_code == 422
    assert "Báo người quản trị bổ sung bảng cước" in words(saved)
    assert 'value="Trần Văn Ân"' in saved.text
    assert "nhập dở" in words(await clerk.get("/counter"))
    guided = words(await clerk.post("/counter/guidance", data=typed))
    assert "không có giá" in guided
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0


async def test_the_panel_says_what_is_paid_when(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Each amount on its own line; what is let off is in no sum."""
    now = await form(desk, town, clerk)
    later = now | {"state_moment": "on_delivery", "back_moment": "before"}
    exempt = now | {"state_moment": "exempt", "exempt_why": "Hộ nghèo"}

    said = [
        words(await clerk.post("/counter/estimate", data=each, headers=HTMX))
        for each in (now, later, exempt)
    ]

    for each in said:
        for line in ("Phí", "Cước gửi", "Cước trả", "Thu ngay", "Thu khi giao"):
            assert line in each
    assert "Thu ngay 40.500 ₫ Thu khi giao 21.500 ₫" in said[0]
    assert "Phí khi giao, 8.000 ₫" in said[1]
    assert "trả trước" in said[1]
    assert "Phí được miễn, 8.000 ₫" in said[2]
    assert "Cước thu hộ" not in said[2]


async def test_an_ended_commune_is_offered_with_its_successor(
    clerk: Client, desk: Connection, town: Town
) -> None:
    typed = await form(desk, town, clerk, address="5 Trần Phú, P. 4, Đà Lạt")

    answer = await clerk.post("/counter/address?field=address", data=typed, headers=HTMX)
    stands = await clerk.post(
        "/counter/address?field=receiver_address",
        data=typed | {"receiver_address": "12 thôn Đạ Nghịt, xã Lạc Dương"},
        headers=HTMX,
    )

    assert "Phường 4 không còn từ 01/07/2025, nay là Phường Xuân Hương - Đà Lạt" in words(answer)
    assert 'data-value="5 Trần Phú, phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng"' in answer.text
    assert words(stands) == ""


async def test_a_card_is_read_and_its_number_logged_nowhere(
    clerk: Client, caplog: pytest.LogCaptureFixture
) -> None:
    card = "068185004217|250123456|Nguy?n|05031985|N|Dia chi|01062021"
    token = {"x-csrf-token": clerk.form_token, "accept": "application/json"}

    read = await clerk.post("/counter/card", json={"text": card, "by": "keyboard"}, headers=token)
    mangled = await clerk.post(
        "/counter/card", json={"text": "Ơ" + card, "by": "keyboard"}, headers=token
    )

    assert read.json() == {
        "number": "068185004217",
        "name": "",
        "address": "",
        "said": "nữ, sinh 05/03/1985, cấp 01/06/2021, số cũ 250123456",
    }
    assert mangled.status_code == 422
    assert "Tắt bộ gõ tiếng Việt rồi quét lại" in mangled.json()["detail"]
    assert "068185004217" not in caplog.text


async def test_what_she_insists_on_and_who_stands_for_her_come_back_after_a_refusal(
    clerk: Client, desk: Connection, town: Town
) -> None:
    typed = await form(
        desk,
        town,
        clerk,
        **{"extra-1": "Sổ hộ khẩu cũ", "extra_photocopies-1": "2"},
        represented="on",
        rep_name="Kon Sơ Bình",
        rep_id="068082004219",
        rep_paper="",
    )

    answer = await clerk.post("/counter/dossiers", data=typed)

    assert answer.status_code == 422
    assert re.findall(r'<a href="#([a-z_0-9-]+)">', answer.text) == ["rep_paper", "insists"]
    assert 'value="Sổ hộ khẩu cũ"' in answer.text
    assert 'value="Kon Sơ Bình"' in answer.text
    mended = typed | {"insists": "on", "rep_paper": "UQ 12/2026 ngày 20/11/2026"}
    saved = await clerk.post("/counter/dossiers", data=mended)
    assert saved.status_code == 303, words(saved)
    receipt = paper(await clerk.get("/counter/dossiers/LD-261123-00001/1/receipt.pdf"))
    assert "Kon Sơ Bình, giấy ủy quyền UQ 12/2026" in receipt
    assert "tự nguyện nộp thêm" in receipt
