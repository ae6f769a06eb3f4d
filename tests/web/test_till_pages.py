"""The till through its own door: a shift's lines, its count, the office's day, couriers' money."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection

from postal_service.clock import Clock
from postal_service.desk.money import charges, collect
from postal_service.desk.money.lines import operation_code
from postal_service.desk.money.model import Kind, Moment, NewCharge, Payer, Press
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tests.web.test_counter_pages import form, paper
from tracking.stages import Leg, Stage

PRINTED = re.compile(r"/counter/till/\d+/sheet\.pdf")


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


async def shift_of(desk: Connection, town: Town) -> int:
    found: int = await desk.fetchval(
        "SELECT id FROM till_shift WHERE person_id = $1 ORDER BY id DESC LIMIT 1", town.clerk
    )
    return found


async def typed(
    client: Client, desk: Connection, town: Town, seen: int, **notes: str
) -> dict[str, str]:
    return {
        "csrf": client.form_token,
        "id": str(uuid4()),
        "shift": str(await shift_of(desk, town)),
        "seen": str(seen),
        **notes,
    }


async def at_door(desk: Connection, town: Town) -> str:
    """A courier was paid 22.000 ₫ at a door; the receipt's number."""
    made = await make.dossier(desk, town, offered=False)
    press = Press(key=uuid4(), by=town.by_courier, at=MORNING, now=MORNING)
    taken = await collect.on_delivery(desk, made.id, Leg.RESULT, press)
    assert taken is not None
    return str(taken.number)


async def test_a_day_at_the_till(clerk: Client, desk: Connection, town: Town) -> None:
    """The first dossier opens it; the count is refused, then signed and printed."""
    assert "Chưa mở ca" in await read(clerk, "/counter/till")
    assert (await clerk.get("/counter/cash")).headers["location"] == "/counter/till"
    await clerk.post("/counter/dossiers", data=await form(desk, town, clerk))
    assert "BL-66D01-261123-0001" in await read(clerk, "/counter/till")
    assert "40.500 ₫" in await read(clerk, "/counter/cash")
    counted = await typed(clerk, desk, town, 40_500, n20000="2", n500000="")

    refused = await clerk.post("/counter/cash", data=counted)
    assert refused.status_code == 422
    assert "Đếm được thiếu 500 ₫ so với sổ" in refused.text
    assert 'name="n20000" data-value="20000" value="2"' in refused.text
    signed = counted | {"why": "trả nhầm tiền lẻ"}
    first = await clerk.post("/counter/cash", data=signed)
    again = await clerk.post("/counter/cash", data=signed)

    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    page = (await clerk.get(first.headers["location"])).text
    found = PRINTED.search(page)
    assert found is not None
    original = await clerk.get(found[0])
    said = paper(original)
    assert "thiếu 500 ₫" in said
    assert "Bốn mươi nghìn đồng" in said
    assert "trả nhầm tiền lẻ" in said
    assert (await clerk.get(found[0])).content == original.content
    assert await desk.fetchval("SELECT count(*) FROM paper WHERE kind = 'cash_up'") == 1
    assert "Chưa mở ca" in await read(clerk, "/counter/till")


async def test_a_wrong_number_of_notes_keeps_the_others(
    clerk: Client, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    refused = await clerk.post(
        "/counter/cash", data=await typed(clerk, desk, town, 30_000, n20000="-2", n5000="7")
    )

    assert refused.status_code == 422
    assert "Số tờ 20.000 ₫ phải là số" in refused.text
    assert 'name="n5000" data-value="5000" value="7"' in refused.text


async def test_a_count_over_drafts_lists_them(clerk: Client, desk: Connection, town: Town) -> None:
    """A close with open drafts: refused, each with the way to finish it and the way to drop it."""
    await make.dossier(desk, town, offered=False)
    draft = await form(desk, town, clerk)
    await clerk.post("/counter/drafts", data=draft)

    refused = await clerk.post(
        "/counter/cash", data=await typed(clerk, desk, town, 30_000, n20000="1", n10000="1")
    )

    assert refused.status_code == 409
    assert f"/counter?draft={draft['form_id']}" in refused.text
    assert f"/counter/drafts/{draft['form_id']}/discard" in refused.text
    await clerk.post(f"/counter/drafts/{draft['form_id']}/discard", data={"csrf": clerk.form_token})
    closed = await clerk.post(
        "/counter/cash", data=await typed(clerk, desk, town, 30_000, n20000="1", n10000="1")
    )
    assert closed.status_code == 303


@pytest.mark.parametrize("amount", ["-1", "1.5", "1" + "0" * 18, "mười"])
async def test_no_such_change_money(clerk: Client, desk: Connection, amount: str) -> None:
    answer = await clerk.post(
        "/counter/till/floats",
        data={"csrf": clerk.form_token, "id": str(uuid4()), "amount": amount},
    )

    assert answer.status_code == 422
    assert "không đúng" in answer.text
    assert await desk.fetchval("SELECT count(*) FROM entry") == 0


async def test_change_money_opens_the_shift(clerk: Client) -> None:
    taking = {"csrf": clerk.form_token, "id": str(uuid4()), "amount": "200.000"}
    for _ in range(2):
        assert (await clerk.post("/counter/till/floats", data=taking)).status_code == 303

    assert "Tiền lẻ từ quỹ 200.000 ₫" in await read(clerk, "/counter/till")


async def test_a_shift_left_open_is_asked_for_in_the_morning(
    client: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    await make.dossier(desk, town, offered=False, at=MORNING - timedelta(days=2))
    await client.sign_in("clerk")

    for way in ("/counter", "/counter/till"):
        page = await read(client, way)
        assert "Ca ngày 21/11/2026" in page, way
        assert "chưa khóa" in page, way
    closed = await client.post(
        "/counter/cash", data=await typed(client, desk, town, 30_000, n10000="3")
    )
    assert "KQ-261121" in await read(client, closed.headers["location"])
    assert "chưa khóa" not in await read(client, "/counter")


async def test_the_supervisor_counts_for_an_absent_clerk(
    client: Client, supervisor: Client, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    shift = await shift_of(desk, town)
    assert f"/counter/cash?shift={shift}" in (await supervisor.get("/counter/till")).text

    closed = await supervisor.post(
        "/counter/cash", data=await typed(supervisor, desk, town, 30_000, n10000="3")
    )

    page = await read(supervisor, closed.headers["location"])
    assert "Nguyễn Văn Boss" in page
    client.forget()
    await client.sign_in("clerk")
    assert "Nguyễn Văn Boss" in await read(client, f"/counter/till/{shift}")


async def test_a_colleagues_shift_is_not_hers(client: Client, desk: Connection, town: Town) -> None:
    await make.dossier(desk, town, offered=False)
    await make.person(desk, "second", "clerk", town.office, town.agency)
    shift = await shift_of(desk, town)
    await client.sign_in("second")

    for path in (f"/counter/till/{shift}", f"/counter/cash?shift={shift}",
                 f"/counter/till/{shift}/sheet.pdf", f"/counter/till/{2**70}"):  # fmt: skip
        assert (await client.get(path)).status_code == 404, path
    taken = await client.post(
        "/counter/cash", data=await typed(client, desk, town, 30_000, n10000="3")
    )
    assert taken.status_code == 404


async def test_the_day_is_closed_when_all_is_counted(
    clerk: Client, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town, offered=False)
    day = {"csrf": clerk.form_token, "day": "2026-11-23"}
    refused = await clerk.post("/counter/till/days", data=day)
    assert refused.status_code == 409
    assert "ca của Nguyễn Văn Clerk chưa khóa" in refused.text
    await clerk.post("/counter/cash", data=await typed(clerk, desk, town, 30_000, n10000="3"))
    await desk.execute(
        "INSERT INTO evening_count (office_id, day, begun_at, begun_by, closing_id, closed_at,"
        " closed_by) VALUES ($1, $2, $3, $4, $5, $3, $4)",
        town.office, MORNING.date(), MORNING, town.clerk, uuid4(),
    )  # fmt: skip
    assert "Khóa sổ ngày 23/11/2026" in await read(clerk, "/counter/till")

    for _ in range(2):
        assert (await clerk.post("/counter/till/days", data=day)).status_code == 303

    assert "Đã khóa lúc" in await read(clerk, "/counter/till")
    await clerk.post("/counter/dossiers", data=await form(desk, town, clerk))
    assert "BL-66D01-261124-0001" in await read(clerk, "/counter/till")
    tomorrow = await clerk.post("/counter/till/days", data=day | {"day": "2026-11-24"})
    assert (tomorrow.status_code, "Chỉ khóa sổ hôm nay" in tomorrow.text) == (422, True)


# --- receipts ---------------------------------------------------------------------------------


async def test_the_money_of_a_dossier_has_its_receipt(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    """One paper for one entry; whoever prints it after her gets a copy."""
    await make.town(desk, office="66D02", suffix="-2")
    await client.sign_in("clerk")
    saved = await client.post("/counter/dossiers", data=await form(desk, town, client))
    way = saved.headers["location"].partition("?")[0]

    assert f'href="{way}/fees.pdf"' in (await client.get(way)).text
    original = await client.get(f"{way}/fees.pdf")
    said = paper(original)
    assert "Bốn mươi nghìn năm trăm đồng" in said
    assert "BL-66D01-261123-0001" in said
    own = "/counter/receipts/BL-66D01-261123-0001.pdf"
    assert (await client.get(own)).content == original.content
    client.forget()
    await client.sign_in("boss")
    assert "BẢN SAO 1 / COPY 1" in paper(await client.get(own))
    client.forget()
    await client.sign_in("clerk-2")
    for path in (f"{way}/fees.pdf", "/counter/receipts/BL-66D01-261123-0001.pdf"):
        assert (await client.get(path)).status_code == 404


async def test_a_dossier_that_was_not_paid_has_no_receipt(
    clerk: Client, desk: Connection, town: Town
) -> None:
    unpaid = await form(desk, town, clerk, state_moment="exempt", exempt_why="hộ nghèo",
                        service="send")  # fmt: skip
    saved = await clerk.post("/counter/dossiers", data=unpaid | {"means": "transfer"})
    way = saved.headers["location"].partition("?")[0]

    answer = await clerk.get(f"{way}/fees.pdf")

    assert answer.status_code == 404
    assert "chưa thu khoản nào" in answer.text


# --- couriers' money --------------------------------------------------------------------------


async def test_a_courier_pays_in_at_the_counter(
    client: Client, desk: Connection, town: Town
) -> None:
    """He sees each receipt; the clerk counts with him; both sign one paper."""
    number = await at_door(desk, town)
    await client.sign_in("courier")
    his = await read(client, "/courier/money")
    assert number in his
    assert "22.000 ₫" in his
    client.forget()
    await client.sign_in("clerk")
    assert "22.000 ₫" in await read(client, "/counter/purses")
    found = await client.get("/counter/purses", params={"who": "courier"})
    way = found.headers["location"]
    assert number in await read(client, way)
    paying = {"csrf": client.form_token, "id": str(uuid4()), "seen": "22000", "n20000": "1"}
    refused = await client.post(f"{way}/pay-ins", data=paying)
    assert (refused.status_code, "nộp ít hơn sổ 2.000 ₫" in refused.text) == (422, True)

    first = await client.post(f"{way}/pay-ins", data=paying | {"rest": "keep"})
    again = await client.post(f"{way}/pay-ins", data=paying | {"rest": "keep"})

    assert first.headers["location"] == again.headers["location"]
    page = (await client.get(first.headers["location"])).text
    printed = re.search(r"/counter/pay-ins/\d+/receipt\.pdf", page)
    assert printed is not None
    said = paper(await client.get(printed[0]))
    assert "Hai mươi nghìn đồng" in said
    assert "Còn giữ sau khi nộp 2.000 ₫" in said
    assert "nobody" in (await client.get("/counter/purses", params={"who": "nobody"})).text
    assert (await client.get(f"/counter/purses/{town.officer}")).status_code == 404
    assert (await client.get(f"/counter/pay-ins/{2**70}/receipt.pdf")).status_code == 404


async def test_over_the_limit_the_clerk_is_stopped_and_told(
    client: Client, supervisor: Client, desk: Connection, town: Town
) -> None:
    await at_door(desk, town)
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    setting = {"csrf": supervisor.form_token, "courier": str(town.courier),
               "from_day": "23/11/2026", "limit": "20.000"}  # fmt: skip
    assert (await supervisor.post("/counter/purses/limits", data=setting)).status_code == 303
    twice = await supervisor.post("/counter/purses/limits", data=setting)
    assert (twice.status_code, "Hạn mức có hiệu lực" in twice.text) == (422, True)
    client.forget()
    await client.sign_in("clerk")
    assert "quá hạn mức" in await read(client, "/counter/purses")
    assert "quá hạn mức" in await read(client, "/counter/courier-lists/new")
    offering = {
        "id": str(uuid4()), "kind": "courier", "to": town.courier, "at": MORNING.isoformat(),
        "items": [{"id": str(uuid4()), "s10": number}],
    }  # fmt: skip
    head = {"accept": "application/json", "x-csrf-token": client.form_token}

    stopped = await client.post("/hand-overs", json=offering, headers=head)

    assert stopped.status_code == 409
    assert "chưa giao thêm bì phải thu tiền" in stopped.json()["detail"]
    leaving = {"csrf": client.form_token, "id": str(uuid4()), "why": "tuyến xa"}
    way = f"/counter/purses/{town.courier}/leaves"
    assert (await client.post(way, data=leaving)).status_code == 403
    client.forget()
    await client.sign_in("boss")
    leaving["csrf"] = client.form_token
    assert (await client.post(way, data=leaving | {"why": ""})).status_code == 422
    assert (await client.post(way, data=leaving)).status_code == 303
    client.forget()
    await client.sign_in("clerk")
    head["x-csrf-token"] = client.form_token
    let_go = await client.post("/hand-overs", json=offering, headers=head)
    assert let_go.status_code == 200
    assert let_go.json()["number"]
    assert "tuyến xa" in await read(client, f"/counter/purses/{town.courier}")
    client.forget()
    await client.sign_in("courier")
    assert "Quá hạn mức 2.000 ₫" in await read(client, "/courier/money")


async def test_a_door_names_each_amount_and_the_press_its_receipt(
    client: Client, desk: Connection, town: Town
) -> None:
    """Lines apart, the phone's own code until the number is there, then the number."""
    made = await make.dossier(desk, town)
    fee = NewCharge(
        kind=Kind.STATE_FEE,
        amount_vnd=50_000,
        leg=Leg.RESULT,
        payer=Payer.RECEIVER,
        moment=Moment.ON_DELIVERY,
        agency_id=town.agency,
    )
    await charges.add(desk, made.id, [fee], person_id=town.clerk, at=MORNING)
    number = await make.result(desk, town, made, Stage.OUT)
    await client.sign_in("courier")
    await client.post("/courier/round", data={"csrf": client.form_token})
    page = await client.get(f"/courier/deliver/{number}")
    said = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    assert "Cước trả kết quả 22.000 ₫ Lệ phí thu hộ 50.000 ₫ Thu khi giao 72.000 ₫" in said
    scan = re.search(r'data-scan="([0-9a-f-]{36})"', page.text)
    assert scan is not None
    assert operation_code(UUID(scan[1])) in said

    handed = {
        "csrf": client.form_token, "id": scan[1], "s10": number, "envelope": number[-6:-2],
        "relation": "self", "no_code": "no_phone", "id_kind": "cccd", "id_last4": "0001",
    }  # fmt: skip
    answer = await client.post("/courier/deliver", data=handed)

    assert answer.status_code == 303, answer.text
    round_ = await read(client, "/courier")
    assert "Đã thu 72.000 ₫, biên lai BL-66D01-261123-0002" in round_
    assert "Tiền đang giữ: 72.000 ₫" in round_
    assert "BL-66D01-261123-0002" in await read(client, "/courier/money")
