"""A browser's window onto the whole application, over the loaded province."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from postal_service import security
from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.settings import Settings
from tests import make


class Client(AsyncTestClient[Litestar]):
    """It does not follow redirects by itself, so that tests see them."""

    async def sign_in(self, username: str) -> httpx.Response:
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
