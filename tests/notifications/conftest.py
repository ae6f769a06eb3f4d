from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from postal_service.database import Database, open_database
from tests import make


@pytest.fixture
async def post(town_url: str) -> AsyncIterator[Database]:
    """The door to a loaded province whose templates are in force."""
    async with open_database(town_url, size=6, name="test outbox", keys=make.KEYS) as database:
        yield database
