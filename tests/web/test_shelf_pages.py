"""What lies at an office, through its own door: hand out, call, and see nobody else's."""

from __future__ import annotations

import html
import re

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking.stages import Stage

HTMX = {"hx-request": "true"}


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_a_scan_leads_to_the_form_that_hands_it_out(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The panel says who fetches it; the form of its own asks for proof."""
    accepted = await make.dossier(desk, town, return_way="office")
    number = await make.result(desk, town, accepted, Stage.AT_OFFICE)

    panel = await clerk.post(
        "/counter/scan", data={"csrf": clerk.form_token, "code": number}, headers=HTMX
    )

    assert "Giao cho người nhận tại quầy · Trần Bích Uyên" in words(panel)
    assert f'href="/counter/deliveries/{number}"' in panel.text


async def test_a_call_is_listed_with_its_words_and_ticked_off(
    clerk: Client, desk: Connection, town: Town
) -> None:
    accepted = await make.dossier(desk, town, phone=None)
    await desk.execute(
        "INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)"
        " VALUES ($1, $2, 'call_citizen', 'event:1', 'Hồ sơ đã đến cơ quan.', $3)",
        town.office,
        accepted.id,
        MORNING,
    )
    page = await clerk.get("/counter/tasks")
    assert "Cần làm (1)" in words(page)
    assert "Hồ sơ đã đến cơ quan." in words(page)
    action = re.search(r'action="(/counter/tasks/\d+/done)"', page.text)
    assert action is not None

    await clerk.post(action[1], data={"csrf": clerk.form_token})

    assert "Không có việc nào chờ" in words(await clerk.get("/counter/tasks"))


@pytest.mark.parametrize(
    "path",
    [
        "/counter/dossiers/LD-261123-00001",
        "/counter/dossiers/LD-261123-00001/1/receipt.pdf",
        "/counter/dossiers/LD-261123-00001/99999999999/label.pdf",
    ],
)
async def test_what_another_office_accepted_is_not_there(
    clerk: Client, desk: Connection, town: Town, path: str
) -> None:
    """404, not 403: not even that the number exists."""
    other = await make.town(desk, office="66D06", suffix="-2")
    await make.dossier(desk, other)

    assert (await clerk.get(path)).status_code == 404


async def test_an_address_that_is_no_number_is_refused(clerk: Client) -> None:
    for path in ("/counter/dossiers/%00", "/counter/dossiers/x", "/counter?draft=x"):
        assert 400 <= (await clerk.get(path)).status_code < 500, path


async def test_the_counter_is_the_clerks(client: Client) -> None:
    """A stranger is sent to the door, a courier is told whose page it is."""
    stranger = await client.get("/counter")
    assert stranger.headers["location"].startswith("/signin")
    await client.sign_in("courier")
    assert (await client.get("/counter")).status_code == 403
