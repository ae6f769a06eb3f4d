"""The month's feedback, the bounces behind it, and the money that goes back."""

from __future__ import annotations

import io
from uuid import uuid4

import httpx
import pypdf
import pytest
from asyncpg import Connection

from postal_service.desk.agency import rulings
from postal_service.desk.agency.wishes import Wish
from tests import make
from tests.desk.bounces.test_bounces import published, signed
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tracking.model import Dossier
from tracking.stages import Act


@pytest.fixture
async def sent_back(client: Client, desk: Connection, town: Town) -> Dossier:
    """A dossier that the agency refused through its own page: not in its competence."""
    dossier = await signed(desk, town)
    await client.sign_in("officer")
    answer = await client.post(
        f"/agency/dossiers/{dossier.ref}/rulings",
        data={
            "csrf": client.form_token, "id": str(uuid4()), "act": Act.REFUSE.value,
            "reason": "RF01",
        },
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    return dossier


async def press(client: Client, path: str, **typed: str) -> httpx.Response:
    return await client.post(path, data={"csrf": client.form_token} | typed)


async def bounce_id(desk: Connection) -> int:
    return int(await desk.fetchval("SELECT id FROM bounce"))


async def test_a_months_bounces_are_told_to_its_office(
    sent_back: Dossier, supervisor: Client, desk: Connection
) -> None:
    """Figures beside last month's, causes, the dossier itself; clerks for the supervisor alone."""
    text = await read(supervisor, "/supervisor/feedback?month=2026-11")

    assert "Hồ sơ bị trả tháng 11/2026" in text
    assert "Gửi nhầm cơ quan" in text
    assert sent_back.ref in text
    assert "1 do bưu điện" in text
    assert "Nguyễn Văn Clerk" in text
    page = await read(supervisor, f"/supervisor/bounces/{await bounce_id(desk)}")
    assert "Không thuộc thẩm quyền giải quyết" in page


async def test_it_is_printed_and_taken_to_a_spreadsheet_without_a_clerks_name(
    sent_back: Dossier, supervisor: Client
) -> None:
    """The paper hangs on a wall: figures, no pillory."""
    paper = await supervisor.get("/supervisor/feedback/2026-11.pdf")
    sheet = await supervisor.get("/supervisor/feedback/2026-11.csv")

    text = " ".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.content)).pages
    )
    assert "tháng 11/2026" in text.lower()
    assert "Gửi nhầm cơ quan" in text
    assert "Clerk" not in text
    assert sheet.text.startswith("\ufeffMục,Tên,Tháng này,Tháng trước")
    assert "Nguyên nhân,Gửi nhầm cơ quan,1,0" in sheet.text
    assert "Clerk" not in sheet.text


async def test_an_empty_month_says_so_and_a_strange_one_is_refused(supervisor: Client) -> None:
    assert "chưa nhận hồ sơ nào" in await read(supervisor, "/supervisor/feedback?month=2026-01")
    for month in ("2026-13", "2027-01", "x", "2017-12"):
        answer = await supervisor.get("/supervisor/feedback", params={"month": month})
        assert answer.status_code == 422
    assert (await supervisor.get("/supervisor/feedback/2026-11.exe")).status_code == 404


async def test_a_manager_sees_offices_side_by_side_and_no_clerk(
    sent_back: Dossier, manager: Client, town: Town
) -> None:
    every = await read(manager, "/supervisor/feedback?month=2026-11")
    one = await read(manager, f"/supervisor/feedback?month=2026-11&office={town.office}")

    assert "Tất cả bưu cục" in every
    assert sent_back.ref in every
    assert sent_back.ref in one
    assert "giao dịch viên" not in every + one


async def test_a_supervisor_corrects_a_cause_for_a_reason(
    sent_back: Dossier, supervisor: Client, desk: Connection
) -> None:
    """The page says who corrected it and what was proposed."""
    way, form = f"/supervisor/bounces/{await bounce_id(desk)}", str(uuid4())
    refusal = await press(supervisor, way, id=form, cause="content", why="")
    assert refusal.status_code == 422
    assert "ghi lý do" in refusal.text
    for _ in range(2):
        answer = await press(supervisor, way, id=form, cause="content", why="Dân tự chọn")
        assert answer.status_code == 303

    text = await read(supervisor, way)
    assert "Do người nộp: Nội dung, giá trị của giấy tờ" in text
    assert "Máy đề xuất Gửi nhầm cơ quan" in text
    assert "Dân tự chọn" in text
    assert (await supervisor.get("/supervisor/bounces/999999")).status_code == 404


async def test_another_office_learns_nothing_of_it(
    sent_back: Dossier, client: Client, desk: Connection
) -> None:
    far = await make.town(desk, office="66600", suffix="-far")
    await make.person(desk, "far-boss", "supervisor", far.office, far.agency)
    await client.sign_in("far-boss")

    assert sent_back.ref not in await read(client, "/supervisor/feedback?month=2026-11")
    assert (await client.get(f"/supervisor/bounces/{await bounce_id(desk)}")).status_code == 404
    assert "Không có khoản nào" in await read(client, "/counter/refunds")


async def test_the_till_gives_postage_back_and_the_states_money_on_the_agencys_word(
    sent_back: Dossier, client: Client, desk: Connection
) -> None:
    """Each under its own number; pressed twice it is given back once."""
    await client.sign_in("clerk")
    text = await read(client, "/counter/refunds")
    assert "chờ cơ quan" in text
    due = {
        row["kind"]: row["id"]
        for row in await desk.fetch(
            "SELECT r.id, c.kind FROM refund_due r JOIN charge c ON c.id = r.charge_id"
        )
    }
    post, state = due["postage_out"], due["state_charge"]
    assert (await press(client, f"/counter/refunds/{state}", id=str(uuid4()))).status_code == 409
    for form in (once := str(uuid4()), once, str(uuid4())):
        assert (await press(client, f"/counter/refunds/{post}", id=form)).status_code == 303
    assert await desk.fetchval("SELECT count(*) FROM entry WHERE kind = 'refund'") == 1
    slip = await client.get(f"/counter/refunds/{post}/slip.pdf")
    number = await desk.fetchval("SELECT receipt_no FROM entry WHERE kind = 'refund'")
    words = pypdf.PdfReader(io.BytesIO(slip.content)).pages[0].extract_text()
    assert sent_back.ref in words
    assert f"{number:04}" in words
    assert (await client.get(f"/counter/refunds/{state}/slip.pdf")).status_code == 404

    await client.sign_in("officer")
    assert sent_back.ref in await read(client, "/agency/refunds")
    answer = await press(client, f"/agency/refunds/{state}", said="refund")
    assert answer.status_code == 303
    assert "đồng ý trả lại" in await read(client, "/agency/refunds")
    assert (await press(client, f"/agency/refunds/{post}", said="refund")).status_code == 404

    await client.sign_in("clerk")
    assert (await press(client, f"/counter/refunds/{state}", id=str(uuid4()))).status_code == 303
    assert await desk.fetchval("SELECT sum(amount_vnd) FROM posting") == 0
    assert MORNING.date() == await desk.fetchval(
        "SELECT max(receipt_day) FROM entry WHERE kind = 'refund'"
    )


async def test_a_supplement_for_what_the_counter_overlooked_travels_free(
    client: Client, desk: Connection, town: Town
) -> None:
    """At any counter, also one that had nothing to do with it; for the agency's wish it costs."""
    await make.town(desk, office="66600", suffix="-far")
    for overlooked in (True, False):
        dossier = await signed(desk, town)
        name, paper = await published(desk, dossier)
        if overlooked:
            await desk.execute(
                "UPDATE intake_document SET originals = 0, certified = 0, photocopies = 0"
                " WHERE dossier_id = $1 AND name_vi = $2",
                dossier.id,
                name,
            )
        wish = Wish(id=uuid4(), act=Act.ASK_MORE, papers=(paper,))
        await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)
        await client.sign_in("clerk-far")
        look = await press(client, "/counter/supplements", code=dossier.tracking_code)
        assert ("miễn phí" in look.text) is overlooked

        taken = await press(
            client,
            "/counter/supplements/taken",
            form_id=str(uuid4()),
            code=dossier.tracking_code,
            ordinal="1",
            originals=str(paper.originals),
            certified=str(paper.certified),
            photocopies=str(paper.photocopies),
        )

        assert taken.status_code == 303, taken.text
        charged = await desk.fetchval(
            "SELECT count(*) FROM charge WHERE dossier_id = $1 AND leg = 'S'", dossier.id
        )
        assert charged == (0 if overlooked else 1)
