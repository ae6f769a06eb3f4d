"""Changing a phone, an address, the way a result or refused papers come: until it is out."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service import database as doors
from postal_service.desk import dispatch, dispatch_store
from postal_service.desk.agency import rulings
from postal_service.desk.agency.wishes import Wish
from postal_service.desk.citizen import party_store
from tests import make, trouble
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import slip
from tracking.model import Dossier
from tracking.stages import Act, Leg, Stage

PAPER = {"asked_by": "applicant", "known_by": "id_paper", "proof": "0001"}
NEW = "12 Trần Phú, phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng"


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


def words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def change(client: Client, dossier: Dossier, **said: str) -> httpx.Response:
    form = {"csrf": client.form_token, "form_id": str(uuid4()), **PAPER, **said}
    return await client.post(f"/counter/changes/{dossier.ref}", data=form)


async def applicant(desk: Connection, dossier: Dossier) -> party_store.Person:
    return (await party_store.parties(desk, [dossier.applicant_id]))[dossier.applicant_id]


async def charged(desk: Connection, dossier: Dossier, leg: str) -> list[tuple[int, bool]]:
    rows = await desk.fetch(
        "SELECT amount_vnd, voided_at IS NULL AS stands FROM charge"
        " WHERE dossier_id = $1 AND leg = $2 AND kind = 'postage_back' ORDER BY id",
        dossier.id, leg,
    )  # fmt: skip
    return [(row["amount_vnd"], row["stands"]) for row in rows]


async def test_a_new_phone_and_address_are_kept_closed_and_on_record(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """What is new holds for the courier; what was is kept closed; a supervisor reads who did it."""
    dossier = await make.dossier(desk, town)

    page = words(await clerk.get(f"/counter/changes/{dossier.ref}"))
    answer = await change(clerk, dossier, phone="0590 000 777", address=NEW)

    assert "Phan Đình Phùng" not in page
    assert "0590•••001" in page
    assert answer.status_code == 303, words(answer)
    now = await applicant(desk, dossier)
    assert (now.phone, now.address) == ("+84590000777", NEW)
    kept = await desk.fetchrow(
        "SELECT c.asked_by, c.known_by, c.proof, c.phone_was, c.address_was FROM dossier_change c"
    )
    assert tuple(kept)[:4] == ("applicant", "id_paper", "0001", "+84590000001")
    assert kept["address_was"].startswith("71 Phan Đình Phùng")
    read = await desk.fetchrow("SELECT deed, fields, reason FROM read_log ORDER BY id DESC LIMIT 1")
    assert tuple(read) == ("changed", ["phone", "address"], "correct")
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    assert found.lines[-1].facts["what"] == ["phone", "address"]
    shown = words(await clerk.get(f"/slips/{dossier.ref}"))
    assert "số điện thoại · địa chỉ · người nộp yêu cầu, đã xem giấy tờ tùy thân" in shown
    assert "590000777" not in shown


async def test_from_home_to_the_counter_the_postage_falls_away_and_back_again(
    clerk: Client, desk: Connection, town: Town
) -> None:
    dossier = await make.dossier(desk, town)
    [(cost, _)] = await charged(desk, dossier, "R")

    assert (await change(clerk, dossier, return_way="office")).status_code == 303
    assert await charged(desk, dossier, "R") == [(cost, False)]

    assert (await change(clerk, dossier, return_way="home")).status_code == 303
    [_, (again, stands)] = await charged(desk, dossier, "R")
    assert again > 0
    assert stands


async def refuse(desk: Connection, town: Town, dossier: Dossier, reason: str = "RF02") -> None:
    """Carry it to the agency, which refuses it."""
    await make.signed(desk, town, dossier)
    wish = Wish(id=uuid4(), act=Act.REFUSE, reason=reason, note="Xem thông báo")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)


async def test_refused_papers_come_home_for_a_price_once_there_are_any(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Nobody owes for papers that an agency may never refuse; then home costs, and fetching not."""
    dossier = await make.dossier(desk, town)
    assert (await change(clerk, dossier, papers_back="home")).status_code == 303
    assert await charged(desk, dossier, "B") == []

    await refuse(desk, town, dossier)
    [(cost, stands)] = await charged(desk, dossier, "B")
    assert cost > 0
    assert stands

    assert (await change(clerk, dossier, papers_back="office")).status_code == 303
    assert await charged(desk, dossier, "B") == [(cost, False)]
    assert (await change(clerk, dossier, papers_back="home")).status_code == 303
    assert (await charged(desk, dossier, "B"))[-1] == (cost, True)


async def test_what_the_post_sent_wrongly_comes_home_for_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """To the wrong agency by the counter's fault: by the table of fees she pays no way back."""
    dossier = await make.dossier(desk, town)
    assert (await change(clerk, dossier, papers_back="home")).status_code == 303
    await refuse(desk, town, dossier, "RF01")
    assert await charged(desk, dossier, "B") == []


@pytest.mark.parametrize(
    ("said", "words_"),
    [
        ({"proof": "9999", "phone": "0590000777"}, "không khớp giấy tờ"),
        ({"proof": "", "phone": "0590000777"}, "4 ký tự cuối"),
        ({"phone": "01234567890"}, "083"),
        ({"phone": "0263 382 234"}, "Điện thoại"),
        ({"address": "Đà Lạt"}, "Ghi đủ địa chỉ"),
        ({}, "Chưa có gì thay đổi"),
        ({"known_by": "call_back", "proof": "", "phone": "0590000777"}, "không đổi qua điện thoại"),
        ({"asked_by": "authorised", "phone": "0590000777"}, "giấy ủy quyền"),
        ({"asked_by": "authorised", "known_by": "authorisation", "proof": "1"}, "số và ngày"),
        ({"asked_by": "receiver", "phone": "0590000777"}, "Chọn ai yêu cầu"),
        ({"whose": "nobody", "phone": "0590000777"}, "Chọn người cần đổi"),
        ({"return_way": "agency"}, "Chọn giao tại nhà"),
    ],
)
async def test_what_may_not_be_changed_so_is_refused_and_said(
    clerk: Client, desk: Connection, town: Town, said: dict[str, str], words_: str
) -> None:
    """Whoever is not known changes nothing; a voice on the telephone no telephone number."""
    dossier = await make.dossier(desk, town)
    before = await applicant(desk, dossier)
    answer = await change(clerk, dossier, **said)
    assert answer.status_code == 422
    assert words_ in words(answer)
    assert await applicant(desk, dossier) == before
    assert await desk.fetchval("SELECT count(*) FROM dossier_change") == 0


async def test_out_for_delivery_it_is_too_late(clerk: Client, desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.OUT)
    answer = await change(clerk, dossier, address=NEW)
    assert answer.status_code == 409
    assert "không đổi được nữa" in words(answer)
    assert (await applicant(desk, dossier)).address != NEW


async def test_pressed_twice_it_is_one_change(clerk: Client, desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    same = str(uuid4())
    for _ in range(2):
        answer = await change(clerk, dossier, form_id=same, return_way="office")
        assert answer.status_code == 303, words(answer)
    acts = await desk.fetchval(
        "SELECT count(*) FROM event WHERE dossier_id = $1 AND act = 'change'", dossier.id
    )
    assert acts == 1


async def test_a_planned_round_rides_to_the_new_door_or_not_at_all(
    clerk: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """The courier who planned in the morning must not stand before the old house at noon."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.AT_OFFICE)
    rider = await trouble.staff(desk, town.courier)
    async with doors.open_database(town_url, size=2, name="test", keys=make.KEYS) as database:
        await dispatch.plan_round(lambda: database.begin(rider.context), rider, MORNING)
    before = await stop(desk)

    assert (await change(clerk, dossier, address=NEW)).status_code == 303
    after = await stop(desk)
    assert (after[0], after[1]) != (before[0], before[1])
    assert after[2] is None

    assert (await change(clerk, dossier, return_way="office")).status_code == 303
    assert (await stop(desk))[2] == "dropped"


async def stop(desk: Connection) -> tuple[object, object, object]:
    row = await desk.fetchrow("SELECT lat, lon, outcome FROM stop WHERE reference LIKE 'cons%'")
    return tuple(row)


async def test_found_without_a_receipt_she_is_a_press_away_from_all_of_it(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Look-up without receipt leads to the dossier with what may be done about it."""
    dossier = await make.dossier(desk, town)
    found = await clerk.post(
        "/counter/people", data={"csrf": clerk.form_token, "typed": "0590000001"}
    )
    assert f'href="/counter/cases/{dossier.ref}"' in found.text
    page = await clerk.get(f"/counter/cases/{dossier.ref}")
    assert page.status_code == 200
    assert f'href="/counter/changes/{dossier.ref}"' in page.text
    assert "Công dân rút hồ sơ" in words(page)
    assert (await clerk.get("/counter/cases/LD-261123-99999")).status_code == 404
    assert (await clerk.get("/counter/cases/x")).status_code == 422


async def test_she_chooses_on_her_own_page_where_refused_papers_go(
    client: Client, desk: Connection, town: Town
) -> None:
    """No account and no clerk: the code, the digits, and the price before she presses."""
    dossier = await make.dossier(desk, town)
    way = f"/h/{dossier.tracking_code}"
    opened = words(await client.post(way, data={"digits": "0001"}))
    assert "Nếu cơ quan trả lại giấy tờ Giấy tờ chờ ông/bà đến nhận tại bưu cục" in opened
    form = {"digits": "0001", "way": "home", "form_id": str(uuid4())}

    wrong = await client.post(f"{way}/papers-back", data=form | {"digits": "9999"})
    assert wrong.status_code == 404
    for _ in range(2):
        chosen = await client.post(f"{way}/papers-back", data=form)
        assert "Bưu tá mang về nhà ông/bà" in words(chosen)

    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    assert found.dossier.papers_back == "home"
    [line] = [each for each in found.lines if each.act is Act.CHANGE]
    assert (line.person_id, line.facts["known_by"]) == (None, "page")
    assert await charged(desk, dossier, "B") == []


async def test_refused_papers_that_go_home_are_a_couriers_and_nobody_is_sent_for_them(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """By the choice the same leg B is a stop of the round, or waits at the counter."""
    dossier = await make.dossier(desk, town)
    assert (await change(clerk, dossier, papers_back="home")).status_code == 303
    await refuse(desk, town, dossier)
    number = await make.s10(desk, dossier, Leg.BACK)
    steps = (Act.COLLECT, Act.BRING_IN, Act.TAKE_IN)
    await make.scans(desk, [make.homeward(number, act, town) for act in steps])

    items = await dispatch_store.items(desk, town.office, town.courier)
    assert [item.s10 for item in items] == [number]
    told = words(await clerk.get(f"/h/{dossier.tracking_code}"))
    assert "Bưu tá mang giấy tờ về nhà ông/bà" in told
    assert "mời ông/bà đến nhận lại" not in told
    [door] = await dispatch_store.doors(desk, [items[0].id], town.office, town.courier)
    assert door.collect_vnd > 0


async def test_at_acceptance_she_may_have_refused_papers_brought_home(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """One tick: the register's first line says so, and a door to bring them to is asked for."""
    papers = await desk.fetch(
        "SELECT ordinal, originals, certified, photocopies FROM procedure_document"
        " WHERE procedure_id = $1 AND required", town.procedure,
    )  # fmt: skip
    form = {
        "csrf": clerk.form_token,
        "form_id": str(uuid4()),
        "procedure_id": str(town.procedure),
        "agency_id": str(town.agency),
        "service": "both",
        "return_way": "office",
        "name": "Trần Bích Uyên",
        "phone": "0590000001",
        "papers_home": "on",
    }
    for row in papers:
        form[f"has-{row['ordinal']}"] = "on"
        for name in ("originals", "certified", "photocopies"):
            form[f"{name}-{row['ordinal']}"] = str(row[name])
    refused = await clerk.post("/counter/dossiers", data=form)
    assert "phải có địa chỉ của người nộp" in words(refused)

    answer = await clerk.post("/counter/dossiers", data=form | {"address": NEW})
    assert answer.status_code == 303, words(answer)
    ref = answer.headers["location"].split("/")[-1].split("?")[0]
    found = await slip.by_ref(desk, ref)
    assert found is not None
    assert found.dossier.papers_back == "home"
    assert found.lines[0].facts["papers_back"] == "home"
