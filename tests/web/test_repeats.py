"""A repeat is answered as the first time, to the byte (I9): from the line that cannot change."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking.stages import Act

AT = "2026-11-23T08:10:00+07:00"


async def sign_in(client: Client, name: str) -> Client:
    await client.sign_in(name)
    client.headers["accept"] = "application/json"
    client.headers["x-csrf-token"] = client.form_token
    return client


@pytest.mark.parametrize("path", ["/courier/scans", "/courier/scans/batch"])
async def test_a_scan_sent_again_reads_the_same(
    client: Client, desk: Connection, town: Town, path: str
) -> None:
    """Also hours later, when the paper is somewhere else: the phone compares nothing, it trusts."""
    courier = await sign_in(client, "courier")
    number = await make.s10(desk, await make.dossier(desk, town))
    scan = {"id": str(uuid4()), "s10": number, "act": "collect", "at": AT}
    body = {"scans": [scan]} if "batch" in path else scan

    first = await courier.post(path, json=body)
    again = await courier.post(path, json=body)
    await make.scans(
        desk,
        [
            make.scan(number, Act.HAND_OVER, town.by_courier),
            make.scan(number, Act.SIGN, town.by_officer),
        ],
    )
    late = await courier.post(path, json=body)

    assert first.status_code == 200
    assert first.content == again.content == late.content
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'collect'") == 1


async def test_a_list_sent_again_reads_the_same(
    client: Client, desk: Connection, town: Town
) -> None:
    """The clerk's second click and the courier's second beep find the first one's list."""
    clerk = await sign_in(client, "clerk")
    numbers = [
        await make.s10(desk, await make.dossier(desk, town, offered=False)) for _ in range(2)
    ]
    items = [{"id": str(uuid4()), "s10": number} for number in numbers]
    offer = {"id": str(uuid4()), "kind": "courier", "to": town.courier, "items": items, "at": AT}

    laid = [await clerk.post("/hand-overs", json=offer) for _ in range(2)]
    courier = await sign_in(client, "courier")
    list_ = await desk.fetchval("SELECT number FROM hand_over")
    said = [
        {"id": str(uuid4()), "s10": number, "outcome": "accepted", "beeped": True}
        for number in numbers
    ]
    taken = [
        await courier.post(f"/hand-overs/{list_}/answers", json={"answers": said, "at": AT})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in (*laid, *taken)] == [200] * 4
    assert laid[0].content == laid[1].content
    assert taken[0].content == taken[1].content
    assert await desk.fetchval("SELECT count(*) FROM hand_over") == 1
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'collect'") == 2
