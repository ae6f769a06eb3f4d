"""Citizens' particulars on pages: masked, opened with a reason, and the log of it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web.conftest import Client, read
from tracking.model import Dossier

WHOLE = ("0590000001", "0590 000 001", "068159990001", "Phan Đình Phùng")


@pytest.fixture
async def dossier(desk: Connection, town: Town) -> Dossier:
    return await make.dossier(desk, town, offered=False)


async def show(client: Client, dossier: Dossier, **change: object) -> str:
    form = {"csrf": client.form_token, "party": dossier.applicant_id, "field": "phone",
            "why": "call"} | change  # fmt: skip
    answer = await client.post(f"/parties/{dossier.ref}", data=form)
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


async def test_a_clerk_sees_masks_until_she_says_why(
    client: Client, desk: Connection, dossier: Dossier
) -> None:
    """The open number is on that one answer; the next page is masked again."""
    await client.sign_in("clerk")

    masked = await read(client, f"/parties/{dossier.ref}")
    refused = await show(client, dossier, why="")
    opened = await show(client, dossier)
    after = await read(client, f"/parties/{dossier.ref}")

    for page in (masked, refused, after):
        assert not any(whole in page for whole in WHOLE)
    assert "0590•••001" in masked
    assert "Chọn thông tin cần xem" in refused
    assert any(whole in opened for whole in WHOLE[:2])
    assert WHOLE[2] not in opened
    assert await desk.fetchval("SELECT count(*) FROM read_log") == 1


async def test_an_officer_opens_what_her_work_needs(client: Client, dossier: Dossier) -> None:
    """From her dossier's page, for the agency's own reasons."""
    await client.sign_in("officer")
    page = (await client.get(f"/agency/dossiers/{dossier.ref}")).text
    assert f"/parties/{dossier.ref}" in page
    assert not any(whole in page for whole in WHOLE)

    opened = await show(client, dossier, field=["phone", "citizen_id"], why="agency_work")

    assert WHOLE[2] in opened


async def test_what_is_not_hers_is_not_there(client: Client, desk: Connection, town: Town) -> None:
    """404 for a stranger's and for no dossier at all, in the same words."""
    other = await make.town(desk, office="66D02", suffix="_far")
    theirs = await make.dossier(desk, other, offered=False)
    await client.sign_in("clerk")

    for ref in (theirs.ref, "LD-000000-00000", "x" * 500):
        assert (await client.get(f"/parties/{ref}")).status_code == 404
    assert (await client.get("/parties/%00")).status_code == 400


async def test_a_citizen_is_found_without_her_receipt(
    client: Client, desk: Connection, dossier: Dossier
) -> None:
    """What was typed stands in no address, so in no log of a proxy either."""
    await client.sign_in("clerk")
    assert "Tìm người" in await read(client, "/counter/people")

    for typed in ("0590 000 001", "068159990001", "Tran Bich Uyen"):
        answer = await client.post(
            "/counter/people", data={"csrf": client.form_token, "typed": typed}
        )
        assert answer.status_code == 200
        assert dossier.ref in answer.text
        assert "Phan Đình Phùng" not in answer.text
    vague = await client.post("/counter/people", data={"csrf": client.form_token, "typed": "a"})

    assert vague.status_code == 400
    assert await desk.fetchval("SELECT count(*) FROM read_log WHERE deed = 'searched'") == 3


async def test_her_supervisor_reads_who_looked(
    client: Client, supervisor: Client, desk: Connection, dossier: Dossier
) -> None:
    """Who, what, whose, why; a clerk does not read it."""
    supervisor.forget()
    await client.sign_in("clerk")
    await show(client, dossier)
    assert (await client.get("/reads")).status_code == 403
    client.forget()
    await client.sign_in("boss")

    page = await read(client, "/reads")

    for said in ("Nguyễn Văn Clerk", "điện thoại", "Trần Bích Uyên", "Phải gọi điện", dossier.ref):
        assert said in page


async def test_a_manager_answers_a_request(
    manager: Client, desk: Connection, dossier: Dossier
) -> None:
    """A copy is a file for the citizen; an erasure under way says what it waits for."""
    for kind in ("export", "erase"):
        form = {"csrf": manager.form_token, "form_id": uuid4(), "ref": dossier.ref,
                "who": "applicant", "kind": kind}  # fmt: skip
        assert (await manager.post("/rights", data=form)).status_code == 303
    ids = {
        row["kind"]: row["id"] for row in await desk.fetch("SELECT kind, id FROM rights_request")
    }
    csrf = {"csrf": manager.form_token}

    copy = await manager.post(f"/rights/{ids['export']}/export", data=csrf)
    erased = await manager.post(f"/rights/{ids['erase']}/erasure", data=csrf)

    assert copy.headers["content-disposition"].startswith("attachment")
    assert copy.json()["particulars"][0]["phone"] == "+84590000001"
    assert erased.status_code == 303
    page = await read(manager, "/rights")
    assert "chưa xóa được" in page
    assert dossier.ref in page
    assert "hiện: điện thoại" in await read(manager, "/reads")
    assert (await manager.post("/rights/999/export", data=csrf)).status_code == 404
