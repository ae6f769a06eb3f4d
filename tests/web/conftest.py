"""A browser's window onto the whole application, over the loaded province."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from asyncpg import Connection
from litestar import Litestar
from litestar.testing import AsyncTestClient

from postal_service import security
from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.desk.watch import radar
from postal_service.settings import Settings
from tests import make
from tests.make import MORNING, Town
from tracking.model import Dossier

TAGS = re.compile(r"<[^>]+>")
#: Four days after everything here happened.
FRIDAY = MORNING + timedelta(days=4)


class Client(AsyncTestClient[Litestar]):
    """It does not follow redirects by itself, so that tests see them."""

    async def sign_in(self, username: str) -> httpx.Response:
        """Come in with a browser that was never here; the one before stays signed in."""
        self.forget()
        return await self.post("/signin", data={"username": username, "password": make.PASSWORD})

    def forget(self) -> None:
        """Become somebody else: an empty cookie jar."""
        self.cookies.clear()

    @property
    def form_token(self) -> str:
        """What the pages of this session carry in their forms."""
        settings: Settings = self.app.state.settings
        return security.form_token(settings.secret_key, self.cookies["postal"])


@pytest.fixture
async def client(town_url: str, clock: Clock) -> AsyncIterator[Client]:
    """The whole application; nobody is signed in yet."""
    app = create_app(Settings(database_url=town_url, demo=True), clock=clock)
    async with Client(app) as client:
        client.follow_redirects = False
        client.headers["accept"] = "text/html"
        yield client


@pytest.fixture
async def boss(desk: Connection, town: Town) -> int:
    """The office's supervisor."""
    return await make.person(desk, "boss", "supervisor", town.office, town.agency)


@pytest.fixture
async def supervisor(client: Client, boss: int) -> Client:
    await client.sign_in("boss")
    return client


@pytest.fixture
async def manager(client: Client, desk: Connection) -> Client:
    """Of all offices, and of none."""
    await desk.execute(
        "INSERT INTO person (username, full_name, given_name, role, password_hash)"
        " VALUES ('chief', 'Lê Quang Chí', 'Chí', 'manager', $1)",
        make.PASSWORD_HASH,
    )
    await client.sign_in("chief")
    return client


async def silent(desk: Connection, town: Town) -> Dossier:
    """A dossier nobody has touched since Monday, and the radar has looked on Friday."""
    dossier = await make.dossier(desk, town, offered=False)
    await radar.look(desk, town.office, now=FRIDAY)
    return dossier


async def read(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(TAGS.sub(" ", answer.text).split())
