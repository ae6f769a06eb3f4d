"""The week's roster, through the page: saved as often as pressed, and nothing odd written."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from asyncpg import Connection

from tests.make import Town
from tests.web.conftest import Client, read

DAY = timedelta(days=1)


async def test_a_week_is_planned_and_copied(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """Saved once, shown on the front page, and the next week's draft is not saved by looking."""
    cell = f"s-{town.courier}-2026-11-23"
    form = {"csrf": supervisor.form_token, "day": "2026-11-23", cell: "morning"}

    for _ in range(2):
        answer = await supervisor.post("/supervisor/roster", data=form)
        assert answer.status_code == 303
        assert "saved=true" in answer.headers["location"]

    assert "Sáng Nguyễn Văn Courier" in await read(supervisor, "/supervisor")
    draft = await supervisor.get("/supervisor/roster?day=2026-11-30&copy=true")
    assert "chưa ghi" in draft.text
    assert re.search(r's-\d+-2026-11-30"(?:(?!</select>).)*morning" selected', draft.text, re.S)
    assert await desk.fetchval("SELECT count(*) FROM roster") == 1


@pytest.mark.parametrize("day", ["", "2026-11-23", "1999-01-01", "2099-12-31", "x", "2026-13-40"])
async def test_a_week_asked_for_in_any_way(supervisor: Client, day: str) -> None:
    """A week or a sentence, never a failure."""
    answer = await supervisor.get("/supervisor/roster", params={"day": day})

    assert answer.status_code in (200, 422)
    assert "tuần" in answer.text.lower()


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("s-1-2026-11-23", "night", 400),
        ("s-1-2026-99-99", "day", 400),
        ("s-1-2026-12-24", "day", 303),  # another week's: left out
        ("s-999999-2026-11-23", "day", 303),  # nobody of this office
        ("s-1-2026-11-23", "da\0y", 400),
    ],
)
async def test_cells_that_cannot_be(
    supervisor: Client, desk: Connection, name: str, value: str, status: int
) -> None:
    """What no page would send writes nothing."""
    form = {"csrf": supervisor.form_token, "day": "2026-11-23", name: value}

    answer = await supervisor.post("/supervisor/roster", data=form)

    assert answer.status_code == status
    assert await desk.fetchval("SELECT count(*) FROM roster") == 0


async def test_a_manager_plans_any_office(manager: Client, desk: Connection, town: Town) -> None:
    """He says which; it is written there."""
    cell = f"s-{town.courier}-2026-11-23"
    form = {"csrf": manager.form_token, "day": "", "office": town.office, cell: "off"}

    answer = await manager.post("/supervisor/roster", data=form)

    assert f"office={town.office}" in answer.headers["location"]
    assert await desk.fetchval("SELECT office_id FROM roster") == town.office
    assert "Nguyễn Văn Courier" in await read(manager, answer.headers["location"])
