"""The counter's own papers through its door: the till, slips, complaints, guidance."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web.conftest import Client, read
from tests.web.test_counter_pages import form, paper


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


async def test_the_room_leads_to_everything(clerk: Client) -> None:
    page = await read(clerk, "/counter/papers")

    for way in ("/counter/outage", "/counter/till", "/counter/complaints"):
        assert way in (await clerk.get("/counter/papers")).text
        assert (await clerk.get(way)).status_code == 200
    assert "Đón hồ sơ tại nhà" in page


async def test_guidance_goes_home_on_paper_and_saves_no_dossier(
    clerk: Client, desk: Connection, town: Town
) -> None:
    typed = await form(desk, town, clerk)
    del typed["has-1"]
    page = await clerk.post("/counter/guidance", data=typed)
    assert 'action="/counter/guidance.pdf"' in page.text
    assert 'name="has-2" value="on"' in page.text

    first = await clerk.post("/counter/guidance.pdf", data=typed)
    again = await clerk.post("/counter/guidance.pdf", data=typed)

    assert first.headers["location"] == again.headers["location"]
    said = paper(await clerk.get(first.headers["location"]))
    assert "Còn thiếu 1 giấy tờ" in said
    assert "Nguyễn Thị Kỳ Duyên" in said
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0
    unchosen = typed | {"procedure_id": ""}
    assert (await clerk.post("/counter/guidance.pdf", data=unchosen)).status_code == 422


async def test_each_slip_for_a_door_has_a_number_of_its_own(
    client: Client, desk: Connection
) -> None:
    await make.town(desk, office="66D02", suffix="-2")
    await client.sign_in("clerk")
    ways = [
        (await client.post("/counter/pick-ups/blanks", data={"csrf": client.form_token})).headers[
            "location"
        ]
        for _ in range(2)
    ]

    assert ways == [f"/counter/pick-ups/NH-261123-0000{n}.pdf" for n in (1, 2)]
    assert "NH-261123-00002" in paper(await client.get(ways[1]))
    assert (await client.get("/counter/pick-ups/NH-261123-00009.pdf")).status_code == 404
    client.forget()
    await client.sign_in("clerk-2")
    assert (await client.get(ways[0])).status_code == 404


async def test_a_complaint_goes_from_the_counter_to_the_supervisor(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    await make.town(desk, office="66D02", suffix="-2")
    await client.sign_in("clerk")
    ref = (await make.dossier(desk, town)).ref
    told = {
        "id": str(uuid4()),
        "about": "attitude",
        "text": "Chờ lâu, không ai giải thích.",
        "name": "Trần Bích Uyên",
        "phone": "0590 000 001",
        "ref": ref,
    }

    bad = await client.post(
        "/counter/complaints", data=told | {"csrf": client.form_token, "ref": "LD-1"}
    )
    assert (bad.status_code, "Chờ lâu, không ai giải thích." in bad.text) == (422, True)
    opened = await client.post("/counter/complaints", data=told | {"csrf": client.form_token})
    again = await client.post("/counter/complaints", data=told | {"csrf": client.form_token})
    way = opened.headers["location"].partition("?")[0]

    assert opened.headers["location"] == again.headers["location"]
    assert "Trả lời chậm nhất ngày" in paper(await client.get(f"{way}/slip.pdf"))
    assert "0590 000 001" not in (await client.get(way)).text
    answer = {"outcome": "answered", "answer": "Đã xin lỗi bà Uyên."}
    refused = await client.post(f"{way}/answer", data=answer | {"csrf": client.form_token})
    assert refused.status_code == 403
    client.forget()
    await client.sign_in("clerk-2")
    for path in (way, f"{way}/slip.pdf"):
        assert (await client.get(path)).status_code == 404
    client.forget()
    await client.sign_in("boss")
    assert "chờ trả lời" in await read(client, "/counter/complaints")
    assert "0590 000 001" in await read(client, way)
    await client.post(f"{way}/answer", data=answer | {"csrf": client.form_token})
    assert "0590 000 001" not in (await client.get(way)).text
    assert "Đã xin lỗi bà Uyên." in await read(client, way)
