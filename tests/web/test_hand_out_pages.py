"""A result collected by the citizen: who she is, for whom, what she pays, what she leaves here."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking import slip
from tracking.stages import Act, Stage

LET = {
    "relation": "authorised",
    "receiver": "Lơ Mu Ha Phương",
    "authorisation": "UQ 12/2026 ngày 20/11/2026",
    "id_kind": "cccd",
    "id_last4": "4217",
    "no_code": "no_message",
    "on_paper": "yes",
    "slip": "yes",
}


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


def words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def hand_out(client: Client, s10: str, **said: str) -> httpx.Response:
    form = {"csrf": client.form_token, "id": str(uuid4()), "s10": s10, **LET, **said}
    return await client.post("/counter/deliveries", data=form)


async def test_an_authorised_person_brings_paper_slip_and_money(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Each part stands in the register: that an id was seen, the slip taken, the postage paid."""
    dossier = await make.dossier(desk, town)
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    asked = words(await clerk.get(f"/counter/deliveries/{number}"))
    assert "Thu: 22.000 ₫" in asked

    refused = await hand_out(clerk, number, authorisation="")
    assert refused.status_code == 422
    assert "ủy quyền" in words(refused)
    nobody = await hand_out(clerk, number, id_last4="12")
    assert nobody.status_code == 422
    answer = await hand_out(clerk, number)
    assert answer.status_code == 303, words(answer)

    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    given = found.last(Act.DELIVER)
    assert given is not None
    assert (given.facts["relation"], given.facts["id"]) == ("authorised", "cccd")
    assert given.facts["slip"] is True
    paid = await desk.fetchval(
        "SELECT paid_by FROM charge WHERE dossier_id = $1 AND leg = 'R'", dossier.id
    )
    assert paid is not None
    shown = words(await clerk.get(f"/slips/{dossier.ref}"))
    assert "đã thu giấy hẹn hoặc giấy mời" in shown
