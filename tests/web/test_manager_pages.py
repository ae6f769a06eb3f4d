"""A manager looks over every office, and decides in none."""

from __future__ import annotations

import re
from uuid import uuid4

from asyncpg import Connection

from tests import trouble
from tests.make import Town
from tests.web.conftest import Client, read
from tests.web.doors import send
from tracking.custody_model import Outcome


async def test_a_manager_sees_questions_and_incidents_of_all_offices(
    client: Client, manager: Client, desk: Connection, town: Town
) -> None:
    """What waits, what went wrong and the slip itself; no button decides anything."""
    await trouble.boss(desk, town)
    nxt = await trouble.next_office(desk, town)
    lacking = await trouble.shelved(desk, town)
    number = await trouble.bag(desk, town, nxt, lacking)
    await trouble.opened(desk, nxt, number, counted=1)
    await trouble.answer(desk, nxt.by, number, lacking, Outcome.MISSING)
    s10, line = await trouble.collected(desk, town)
    await client.sign_in("courier")
    asked = await send(
        client, "/approvals",
        id=str(uuid4()), kind="undo", subject=s10, undoes=str(line.scan_id), reason="CR01",
    )  # fmt: skip
    assert asked.status_code == 303
    await manager.sign_in("chief")

    waiting = await manager.get("/approvals")
    wrong = await manager.get("/incidents")

    assert s10 in waiting.text
    assert '/approval"' not in waiting.text
    assert lacking in wrong.text
    assert 'action="/approvals"' not in wrong.text
    ref = re.search(r'href="/slips/([^"]+)"', wrong.text)
    assert ref is not None
    slip = await manager.get(f"/slips/{ref[1]}")
    assert slip.status_code == 200, slip.text
    assert "1 chờ người thứ hai duyệt" in await read(manager, "/supervisor")
    question = await desk.fetchval("SELECT id FROM approval")
    said = {"approval": {}, "refusal": {"answer": "not_so"}, "withdrawal": {}}
    for way, answer in said.items():
        refused = await send(manager, f"/approvals/{question}/{way}", **answer)
        assert refused.status_code in (403, 404), way
    assert await desk.fetchval("SELECT state FROM approval") == "waiting"
