"""Every statement is checked against the schema it will meet."""

from __future__ import annotations

import pytest
from asyncpg import Connection

from tests.stores import STATEMENTS


@pytest.mark.parametrize("name", STATEMENTS)
async def test_prepares(shared: Connection, name: str) -> None:
    """Postgres parses, types and plans it without complaint."""
    await shared.prepare(STATEMENTS[name])
