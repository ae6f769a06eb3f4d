"""The page behind the receipt's QR: what a code opens, and what four digits add."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.clock import Clock
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import identifiers
from tracking.stages import Act, Leg, Stage

SECRETS = ("Trần Bích Uyên", "Phan Đình Phùng", "068159990001", "590000001", "22.000", "BDLAMDONG")
TAGS = re.compile(r"<[^>]+>")


def text(html: str) -> str:
    """What a reader sees, blanks closed up."""
    return " ".join(TAGS.sub(" ", html).split())


async def test_the_code_alone_shows_the_expected_day_and_no_person(
    client: Client, desk: Connection, town: Town
) -> None:
    """Who finds a receipt learns where the paper is, and nothing about whose it is."""
    dossier = await make.dossier(desk, town)

    answer = await client.get(f"/h/{dossier.tracking_code}")

    seen = text(answer.text)
    assert answer.status_code == 200
    assert "Dự kiến giao kết quả tại nhà" in seen
    assert "Thứ Ba 01/12/2026" in seen
    assert "chờ bưu tá" in seen
    assert not [secret for secret in SECRETS if secret in answer.text]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in answer.text


async def test_the_appointment_replaces_the_estimate(
    client: Client, desk: Connection, town: Town
) -> None:
    """Once the agency has received, its word stands, with the post's own day beside it."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)

    seen = text((await client.get(f"/h/{dossier.tracking_code}")).text)

    assert "Cơ quan hẹn trả kết quả Thứ Năm 26/11/2026 Lúc 08:15." in seen
    assert "Bưu điện giao đến nhà: Thứ Sáu 27/11/2026." in seen
    assert "Dự kiến" not in seen


async def test_a_late_agency_is_named(
    client: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """Late is said plainly: who has it, and the earliest day it can come now."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    clock.move(timedelta(days=7))

    seen = text((await client.get(f"/h/{dossier.tracking_code}")).text)

    agency = await desk.fetchval("SELECT name_vi FROM agency WHERE id = $1", town.agency)
    assert f"Đã quá ngày hẹn. Đang ở {agency}. Xin lỗi ông/bà" in seen
    assert "Sớm nhất là Thứ Ba 01/12/2026." in seen


async def test_english_by_link_and_by_browser(client: Client, desk: Connection, town: Town) -> None:
    """The second language is asked for once, by the browser or by the link on the page."""
    dossier = await make.dossier(desk, town)
    path = f"/h/{dossier.tracking_code}"

    by_browser = await client.get(path, headers={"accept-language": "en-GB,en;q=0.9"})
    by_link = await client.get(f"{path}?lang=en")
    back = await client.get(f"{path}?lang=vi", headers={"accept-language": "en"})

    assert by_browser.text == by_link.text
    assert "Result expected at your door Tuesday 01/12/2026" in text(by_link.text)
    assert '<html lang="en"' in by_link.text
    assert "Dự kiến giao kết quả tại nhà" in back.text


async def test_four_digits_open_the_rest(client: Client, desk: Connection, town: Town) -> None:
    """Names, amounts, the agency's words: for who knows the applicant's phone."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    asked = make.ruling(dossier, Act.ASK_MORE, town)
    await make.rulings.rule(desk, asked, heard_at=MORNING)
    note = "Bản sao <script>alert(1)</script> sổ hộ khẩu & giấy khai sinh"
    await desk.execute("INSERT INTO ruling_note (scan_id, text) VALUES ($1, $2)", asked.id, note)

    closed = await client.get(f"/h/{dossier.tracking_code}")
    opened = await client.post(f"/h/{dossier.tracking_code}", data={"digits": " 0001 "})

    assert "sổ hộ khẩu" not in closed.text
    assert "Mang 2 giấy tờ còn thiếu, kèm biên nhận, đến bưu cục bất kỳ" in text(closed.text)
    seen = text(opened.text)
    assert opened.status_code == 200
    assert "Trần Bích Uyên" in seen
    assert "22.000 ₫" in seen
    assert "Cơ quan nhắn" in seen
    assert "<script>alert" not in opened.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; sổ hộ khẩu &amp; giấy khai sinh" in opened.text


async def test_without_a_phone_the_identity_number_opens(
    client: Client, desk: Connection, town: Town
) -> None:
    """No phone is a legal answer, and the page says that somebody else will tell her."""
    dossier = await make.dossier(desk, town, phone=None)

    closed = await client.get(f"/h/{dossier.tracking_code}")
    opened = await client.post(f"/h/{dossier.tracking_code}", data={"digits": "0001"})

    assert "4 số cuối căn cước" in closed.text
    assert "không để lại số điện thoại" in closed.text
    assert "Trần Bích Uyên" in opened.text


async def test_without_any_number_nothing_opens(
    client: Client, desk: Connection, town: Town
) -> None:
    """Where there is nothing to compare with, no guess may fit."""
    dossier = await make.dossier(desk, town, phone=None)
    await desk.execute(
        "UPDATE party SET citizen_id_sealed = NULL WHERE id = $1", dossier.applicant_id
    )

    for digits in ("", "----", "None", "0001"):
        answer = await client.post(f"/h/{dossier.tracking_code}", data={"digits": digits})
        assert answer.status_code == 404, digits


async def test_wrong_digits_and_no_such_code_look_the_same(
    client: Client, desk: Connection, town: Town
) -> None:
    """A guesser must not learn from four digits that a code exists."""
    dossier = await make.dossier(desk, town)

    wrong = await client.post(f"/h/{dossier.tracking_code}", data={"digits": "9999"})
    unknown = await client.post(f"/h/{identifiers.new_tracking_code()}", data={"digits": "9999"})

    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert wrong.status_code == 404
    assert dict(wrong.headers) == dict(unknown.headers)


async def test_guessing_digits_is_stopped(client: Client, desk: Connection, town: Town) -> None:
    """Ten thousand numbers of four digits are few: the eleventh try waits, even the right one."""
    dossier = await make.dossier(desk, town)

    for _ in range(10):
        await client.post(f"/h/{dossier.tracking_code}", data={"digits": "9999"})
    answer = await client.post(f"/h/{dossier.tracking_code}", data={"digits": "0001"})

    assert answer.status_code == 429
    assert "Trần Bích Uyên" not in answer.text


async def test_reading_is_not_counted_and_guessing_stops_both(
    client: Client, desk: Connection, town: Town
) -> None:
    """A village behind one address may look all day; a guesser would know a hit by its answer."""
    dossier = await make.dossier(desk, town)

    read = [await client.get(f"/h/{dossier.tracking_code}") for _ in range(12)]
    misses = [await client.get(f"/h/{identifiers.new_tracking_code()}") for _ in range(11)]
    after = await client.get(f"/h/{dossier.tracking_code}")

    assert {answer.status_code for answer in read} == {200}
    assert [miss.status_code for miss in misses] == [404] * 10 + [429]
    assert after.status_code == 429


async def test_a_code_is_read_as_people_type_it(
    client: Client, desk: Connection, town: Town
) -> None:
    """With blanks, without hyphens, in small letters: it is the same receipt."""
    dossier = await make.dossier(desk, town)
    typed = identifiers.print_tracking_code(dossier.tracking_code).lower().replace("-", " ")

    answer = await client.get("/h", params={"code": typed, "lang": "vi"})

    assert answer.headers["location"] == f"/h/{dossier.tracking_code}?lang=vi"


@pytest.mark.parametrize(
    "code", ["B3CFGH7JKLMN00", "x", "%00", "B3CF%00H7JKLMN0P", "ĂB3CFGH7JKLMN0", "²" * 14]
)
async def test_a_mistyped_code_says_so(client: Client, code: str) -> None:
    """The check character tells a slip of the finger from a stranger's guess."""
    answer = await client.get(f"/h/{code}")

    assert answer.status_code == 422
    assert "Mã tra cứu" in answer.text


async def test_the_last_step_is_told(client: Client, desk: Connection, town: Town) -> None:
    """Delivered: when and to which relation; the agency's «returned» days before is not it."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.TO_OFFICE)
    returned = text((await client.get(f"/h/{dossier.tracking_code}")).text)
    number = await make.s10(desk, dossier, Leg.RESULT)
    for act in make.HOMEWARD[1:]:
        await make.scans(desk, [make.homeward(number, act, town)])

    delivered = text((await client.get(f"/h/{dossier.tracking_code}")).text)

    assert "Bưu tá đã nhận kết quả, đang đưa về" in returned
    assert "Đã giao cho" not in returned
    assert "Kết quả đã giao xong." in delivered
    assert "Đã giao cho chính người nhận" in delivered


async def test_a_missed_visit_says_what_to_do(client: Client, desk: Connection, town: Town) -> None:
    """Nobody at home: the reason, the number to call, and where it can be fetched."""
    dossier = await make.dossier(desk, town)
    number = await make.result(desk, town, dossier, Stage.OUT)
    await make.scans(desk, [make.scan(number, Act.MISS, town.by_courier, id=uuid4())])

    out = text((await client.get(f"/h/{dossier.tracking_code}")).text)
    for act in (Act.BRING_IN, Act.TAKE_IN):
        await make.scans(desk, [make.homeward(number, act, town)])
    back = text((await client.get(f"/h/{dossier.tracking_code}")).text)

    assert "Chưa giao được: không tìm được người nhận tại địa chỉ" in out
    assert "0263 000 0921" in out
    assert "Ông/bà cần làm" in out
    assert "đã giao 1 lần chưa được" in back
    assert "mở cửa hôm nay 07:30–11:30, 13:30–17:00" in back
