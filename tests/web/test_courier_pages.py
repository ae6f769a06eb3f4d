"""The courier's day on the phone's page, without a script: forms, and back to the round."""

from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import httpx
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking.stages import Act, Stage


async def press(client: Client, path: str, **fields: object) -> httpx.Response:
    """Send a form as the page would."""
    return await client.post(path, data={"csrf": client.form_token, **fields})


async def read(client: Client) -> str:
    answer = await client.get("/courier")
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


#: The ways forms go, by what their papers go through.
WAYS = {
    "collect": r'action="/courier/items">.{0,300}?name="act" value="collect"',
    "recall": r'action="/courier/items">.{0,300}?name="act" value="recall"',
    "hand_over": 'action="/courier/lists"',
    "bring_in": 'action="/courier/finish"',
    "give": 'action="/courier/gifts"',
    "undo": 'action="/courier/undo"',
}
#: What proves a hand-over where there is no telephone.
SEEN = {"id_kind": "cccd", "id_last4": "0001", "no_code": "no_phone"}


def boxes(page: str, way: str) -> list[str]:
    """What can be ticked in the form of one way."""
    form = re.search(rf"{WAYS[way]}.*?</form>", page, re.DOTALL)
    return re.findall(r'name="items" value="([^"]+)"', form[0]) if form else []


def listed(page: str, way: str) -> dict[str, object]:
    """What the form of a list sends: its own id and its papers."""
    form = re.search(rf"{WAYS[way]}.*?</form>", page, re.DOTALL)
    assert form, page
    drawn = re.search(r'name="id" value="([^"]+)"', form[0])
    assert drawn
    return {"id": drawn[1], "items": boxes(page, way)}


async def agency_stop(desk: Connection) -> str:
    return await desk.fetchval("SELECT reference FROM stop WHERE reference LIKE 'agency:%'")


async def stages(desk: Connection) -> dict[str, str]:
    return {
        row["s10"]: row["stage"] for row in await desk.fetch("SELECT s10, stage FROM consignment")
    }


async def test_a_day_without_work_says_so(client: Client) -> None:
    """An empty page looks broken; this one says what to wait for."""
    await client.sign_in("courier")

    page = await read(client)

    assert "Hôm nay chưa có bưu gửi nào chờ đi." in page
    assert "Lập tuyến" not in page


async def test_from_the_office_to_the_agency_and_home(
    client: Client, desk: Connection, town: Town
) -> None:
    """Plan, take, hand over, collect, come back: each is one press, and each leads on."""
    sent = await make.s10(desk, await make.dossier(desk, town))
    result = await make.ready(desk, town, await make.dossier(desk, town))
    await client.sign_in("courier")

    planned = await press(client, "/courier/round")
    loading = boxes(await read(client), "collect")
    await press(client, "/courier/items", act="collect", items=loading)
    arrived = await read(client)
    stop = await agency_stop(desk)
    laid = await press(client, "/courier/lists", stop=stop, **listed(arrived, "hand_over"))
    told = unescape((await client.get(laid.headers["location"])).text)
    await press(client, "/courier/items", act="collect", stop=stop, items=boxes(arrived, "collect"))
    done = await read(client)
    await press(client, "/courier/finish", **listed(done, "bring_in"))
    home = await read(client)

    assert (planned.status_code, planned.headers["location"]) == (303, "/courier")
    assert [line.split(" ")[0] for line in loading] == [sent]
    assert "Bàn giao 1 hồ sơ" in arrived
    assert "Mở đến 11:30" in arrived
    assert "1 hồ sơ đã bàn giao, chờ cơ quan ký nhận" in done
    assert "Đã xong tuyến" in home
    found = await stages(desk)
    assert (found[sent], found[result]) == ("offered", "to_office")
    assert await desk.fetchval("SELECT outcome FROM stop") == "done"
    lists = await desk.fetch("SELECT number, kind, state, dispatched FROM hand_over ORDER BY id")
    assert [tuple(row)[1:] for row in lists] == [("agency", "offered", 1), ("office", "offered", 1)]
    assert f"/papers/hand-overs/{lists[0]['number']}/list.pdf" in told
    assert "1 bưu gửi chờ người khác ký nhận" in home


async def ride_out(client: Client, desk: Connection, town: Town) -> str:
    """A result on its way to the door, on a round under way."""
    whole = await make.dossier(desk, town)
    s10 = await make.result(desk, town, whole, Stage.AT_OFFICE, offered=True)
    await client.sign_in("courier")
    await press(client, "/courier/round")
    await press(client, "/courier/items", act="collect", items=boxes(await read(client), "collect"))
    return s10


async def test_the_door_shows_what_a_courier_needs(
    client: Client, desk: Connection, town: Town
) -> None:
    """Who, where, how to call and find, what to collect: all on the card of the next stop."""
    s10 = await ride_out(client, desk, town)

    page = await read(client)

    assert "Trần Bích Uyên" in page
    assert "71 Phan Đình Phùng" in page
    assert 'href="tel:+84590000001"' in page
    assert 'href="geo:' in page
    assert "22.000 ₫" in page
    assert f"/courier/deliver/{s10}" in page
    assert "style=" not in page


async def test_delivered_to_a_named_person(client: Client, desk: Connection, town: Town) -> None:
    """The wrong envelope is caught before it is handed over, and nothing typed is lost."""
    s10 = await ride_out(client, desk, town)
    form = {"id": str(uuid4()), "s10": s10, "relation": "authorised", "receiver": "Lê Thị Hoa",
            "authorisation": "UQ-12"} | SEEN  # fmt: skip

    wrong = await press(client, "/courier/deliver", envelope="9999", **form)
    nobody = await press(client, "/courier/deliver", envelope=s10, **form | {"receiver": " "})
    right = await press(client, "/courier/deliver", envelope=s10[7:11], **form)
    twice = await press(client, "/courier/deliver", envelope=s10[7:11], **form)

    assert [a.status_code for a in (wrong, nobody, right, twice)] == [422, 422, 303, 303]
    assert 'value="Lê Thị Hoa"' in wrong.text
    assert form["id"] in wrong.text
    assert "Hỏi tên" in unescape(nobody.text)
    assert (await stages(desk))[s10] == "delivered"
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'deliver'") == 1
    assert await desk.fetchval("SELECT p.receiver_name FROM delivery_proof p") == "Lê Thị Hoa"
    assert await desk.fetchval("SELECT outcome FROM stop") == "done"


async def test_missed_then_delivered_the_same_day(
    client: Client, desk: Connection, town: Town
) -> None:
    """Nobody at home in the morning; the stop stays within reach and ends well."""
    s10 = await ride_out(client, desk, town)

    asked = await client.get(f"/courier/missed/{s10}")
    none = await press(client, "/courier/missed", id=uuid4(), s10=s10)
    await press(client, "/courier/missed", id=uuid4(), s10=s10, reason="DF04 redeliver")
    missed = await read(client)
    form = {"id": str(uuid4()), "s10": s10, "relation": "self", "envelope": s10} | SEEN
    await press(client, "/courier/deliver", **form)

    assert "Người nhận vắng nhà" in unescape(asked.text)
    assert "DF06" not in asked.text
    assert none.status_code == 422
    assert "Chưa được" in missed
    assert "Giao lại" in missed
    assert (await stages(desk))[s10] == "delivered"
    assert await desk.fetchval("SELECT outcome FROM stop") == "done"


async def test_a_press_that_comes_twice_is_one(
    client: Client, desk: Connection, town: Town
) -> None:
    """The page hung and the thumb pressed again: no error, no second event."""
    await make.dossier(desk, town)
    await client.sign_in("courier")
    await press(client, "/courier/round")
    ticked = boxes(await read(client), "collect")

    answers = [await press(client, "/courier/items", act="collect", items=ticked) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'collect'") == 1


async def test_one_lost_envelope_does_not_hold_up_the_rest(
    client: Client, desk: Connection, town: Town
) -> None:
    """The clerk took one of two back in the meantime: the rest is done, and this one is named."""
    first = await make.s10(desk, await make.dossier(desk, town))
    second = await make.s10(desk, await make.dossier(desk, town))
    await client.sign_in("courier")
    await press(client, "/courier/round")
    ticked = boxes(await read(client), "collect")
    await make.scans(desk, [make.scan(first, Act.RECALL, town.by_clerk)])

    answer = await press(client, "/courier/items", act="collect", items=ticked)

    assert answer.status_code == 409
    assert f"Bưu gửi {first} chưa được giao cho bạn" in unescape(answer.text)
    holders = dict(await desk.fetch("SELECT s10, holder_kind FROM consignment"))
    assert holders == {first: "office", second: "courier"}


async def test_a_scan_only_looks_up(client: Client, desk: Connection, town: Town) -> None:
    """A scanner in the pocket must not deliver anything."""
    s10 = await ride_out(client, desk, town)
    waiting = await make.s10(desk, await make.dossier(desk, town))
    before = await stages(desk)

    carried = await client.get("/courier/find", params={"code": s10.lower()})
    lying = await client.get("/courier/find", params={"code": waiting})
    mistyped = await client.get("/courier/find", params={"code": s10[:-3] + "0VN"})

    assert carried.headers["location"] == f"/courier/deliver/{s10}"
    assert "đang ở bưu cục" in unescape(lying.text)
    assert mistyped.status_code == 422
    assert "Tắt bộ gõ tiếng Việt" in unescape(mistyped.text)
    assert await stages(desk) == before


async def test_nobody_elses_door_opens(client: Client, desk: Connection, town: Town) -> None:
    """Name, address and phone are for the courier with the paper or with the stop."""
    s10 = await ride_out(client, desk, town)
    away = await make.town(desk, office="66D04", suffix="2")
    abroad = await make.result(desk, away, await make.dossier(desk, away), Stage.OUT)
    client.forget()
    await client.sign_in("other-courier")

    answers = [await client.get(f"/courier/{form}/{item}") for form in ("deliver", "missed")
               for item in (s10, abroad)]  # fmt: skip
    page = await read(client)
    client.forget()
    await client.sign_in("clerk")
    clerk = await client.get("/courier")

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert not any("Uyên" in answer.text for answer in (*answers, clerk))
    assert "Uyên" not in page
    assert clerk.status_code == 403


async def test_forms_no_page_of_ours_sends(client: Client, desk: Connection, town: Town) -> None:
    """Forged or broken forms are refused, and change nothing."""
    s10 = await ride_out(client, desk, town)
    before = await stages(desk)
    door = await desk.fetchval("SELECT reference FROM stop")

    answers = [
        await press(client, "/courier/items", act="deliver", items=f"{s10} {uuid4()}"),
        await press(client, "/courier/lists", id=uuid4(), stop="", items=f"{s10} {uuid4()}"),
        await press(client, "/courier/lists", id=uuid4(), stop=door, items=f"{s10} {uuid4()}"),
        await press(client, "/courier/gifts", id=uuid4(), to="²", items=f"{s10} {uuid4()}"),
        await press(client, "/courier/undo", items=s10),
        await press(client, "/courier/undo", items=f"{s10} {uuid4()} {uuid4()}"),
        await press(client, "/courier/refuse", id=uuid4(), s10=s10, reason="CD07"),
        await press(client, "/courier/items", act="collect", items=s10),
        await press(client, "/courier/items", act="collect", items=f"{s10} 1"),
        await press(client, "/courier/items", act="collect", stop="agency:x", items=""),
        await press(client, "/courier/leave", stop="agency:1", outcome="dropped"),
        await press(client, "/courier/leave", stop=door, outcome="done"),
        await press(client, "/courier/deliver", id="1", s10=s10),
        await press(client, "/courier/missed", id=uuid4(), s10="4217", reason="DF04"),
        await client.post("/courier/finish", data={"id": str(uuid4())}),
    ]

    assert [a.status_code for a in answers if not 400 <= a.status_code < 500] == []
    assert await stages(desk) == before
