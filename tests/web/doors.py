"""The door as it stands in production: nobody is for show."""

from __future__ import annotations

import re
from datetime import datetime

import httpx
from asyncpg import Connection

from postal_service import security_steps
from tests import make
from tests.web.conftest import Client

SECRET = re.compile(r'class="code wraps">([A-Z2-7 ]+)<')


def code(secret: str, at: datetime) -> str:
    """What an authenticator with this secret shows at that time."""
    return security_steps.authenticator(secret).generate(int(at.timestamp())).decode()


async def knock(client: Client, username: str, password: str = make.PASSWORD) -> httpx.Response:
    """Type name and password, with whatever cookies there are."""
    csrf = client.form_token if "postal" in client.cookies else ""
    typed = {"csrf": csrf, "username": username, "password": password}
    return await client.post("/signin", data=typed)


async def send(client: Client, way: str, **fields: str) -> httpx.Response:
    """Post a form of this session's pages."""
    return await client.post(way, data={"csrf": client.form_token, **fields})


async def enrol(client: Client, username: str, now: datetime) -> str:
    """Come in for the first time, and leave with an authenticator: its secret."""
    await knock(client, username)
    page = await client.get("/signin/enrolment")
    found = SECRET.search(page.text)
    assert found is not None, page.text
    secret = found[1].replace(" ", "")
    answer = await send(client, "/signin/enrolment", code=code(secret, now))
    assert answer.status_code == 200, answer.text
    return secret


async def acts(desk: Connection, username: str) -> list[str]:
    """What the access log says of one account, in order."""
    rows = await desk.fetch(
        "SELECT act FROM access_log l JOIN person p ON p.id = l.person_id"
        " WHERE username = $1 ORDER BY l.id",
        username,
    )
    return [row["act"] for row in rows]
