"""A manager names who takes over; the worker does the rest on the day."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection

from tests.make import Town
from tests.web.conftest import Client, read


async def codes(desk: Connection, town: Town) -> tuple[str, str]:
    old = await desk.fetchval("SELECT code FROM agency WHERE id = $1", town.agency)
    new = await desk.fetchval(
        "SELECT code FROM agency WHERE id <> $1 AND level = 'commune' AND valid_to IS NULL LIMIT 1",
        town.agency,
    )
    return str(old), str(new)


def form(client: Client, old: str, new: str, **given: str) -> dict[str, str]:
    return {
        "csrf": client.form_token,
        "id": str(uuid4()),
        "kind": "agency",
        "old": old,
        "new": new,
        "starts_on": "2026-12-01",
        "ground": "QĐ 12/QĐ-UBND",
        **given,
    }


async def test_a_successor_is_named_once(manager: Client, desk: Connection, town: Town) -> None:
    typed = form(manager, *await codes(desk, town))

    first = await manager.post("/successions", data=typed)
    second = await manager.post("/successions", data=typed)

    assert first.status_code == second.status_code == 303
    page = await read(manager, "/successions?named")
    assert "QĐ 12/QĐ-UBND" in page
    assert "chờ đến ngày" in page
    assert await desk.fetchval("SELECT count(*) FROM succession") == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"new": "H36.999"}, "Không có cơ quan"),
        ({"starts_on": "2026-11-01"}, "đã qua"),
        ({"starts_on": "mai"}, "Ngày không đúng"),
        ({"ground": " "}, "căn cứ"),
        ({"kind": "office"}, "bưu cục"),
    ],
)
async def test_what_cannot_be_comes_back_as_typed(
    manager: Client, desk: Connection, town: Town, given: dict[str, str], words: str
) -> None:
    old, new = await codes(desk, town)

    answer = await manager.post("/successions", data=form(manager, old, new) | given)

    assert answer.status_code == 422
    assert words in answer.text
    assert old in answer.text


async def test_nobody_else_names_successors(manager: Client, town: Town) -> None:
    manager.forget()
    await manager.sign_in("officer")

    assert (await manager.get("/successions")).status_code == 403
