"""What every answer tells the browser, whatever was asked and by whom."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from litestar import Litestar
from litestar.routes import HTTPRoute

from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.settings import Settings
from tests import make
from tests.make import Town
from tests.web.conftest import Client

#: It answers for as long as somebody listens.
ENDLESS = "/supervisor/stream"
UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:")


def addresses(app: Litestar) -> list[str]:
    """Every address of the application, with something in its places."""
    paths = {route.path_format for route in app.routes if isinstance(route, HTTPRoute)}
    filled = [
        "/".join("1" if part[:1] == "{" else part for part in path.split("/")) for path in paths
    ]
    return sorted({*filled, "/nowhere", "/static/post.css", "/static/nothing.js"} - {ENDLESS})


@pytest.mark.parametrize("name", ["", "clerk", "officer", "boss", "chief", "op"])
async def test_every_answer_carries_the_headers(
    client: Client, desk: Connection, town: Town, name: str
) -> None:
    """Pages, papers, refusals, redirects and files; personal pages are kept nowhere."""
    roles = {"boss": "supervisor", "chief": "manager", "op": "operator"}
    if name in roles:
        await make.person(desk, name, roles[name], town.office, town.agency)
    if name:
        await client.sign_in(name)

    for path in addresses(client.app):
        for method in ("GET", "POST"):
            headers = (await client.request(method, path)).headers
            policy = headers.get_list("content-security-policy")[::-1]
            # a paper brings a second one along for the viewer: both bind, so the stricter does
            assert len(policy) == 1 or headers["content-type"] == "application/pdf", path
            assert policy[0].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert not any(f" {word}" in policy[0] for word in UNSAFE), path
            assert "frame-ancestors 'self'" in policy[0]
            assert "base-uri 'none'" in policy[0]
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert headers["cross-origin-opener-policy"] == "same-origin", path
            assert headers["cross-origin-resource-policy"] == "same-origin", path
            assert "microphone=()" in headers["permissions-policy"], path
            if not path.startswith("/static/"):
                assert "no-store" in headers["cache-control"], path


@pytest.mark.parametrize("name", ["clerk", "boss", "chief", "op", "officer"])
async def test_no_page_has_a_script_or_a_style_in_it(
    client: Client, desk: Connection, town: Town, name: str
) -> None:
    """The policy would refuse it: the page would stand there and do nothing."""
    roles = {"boss": "supervisor", "chief": "manager", "op": "operator"}
    if name in roles:
        await make.person(desk, name, roles[name], town.office, town.agency)
    await client.sign_in(name)

    for path in addresses(client.app):
        answer = await client.get(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            for sign in ("<script>", " onclick=", " onload=", "<style", " style=", "javascript:"):
                assert sign not in answer.text, (path, sign)
            assert "hx-on" not in answer.text, path


async def test_over_https_cookies_and_transport_are_bound(town_url: str, clock: Clock) -> None:
    """``__Host-``, Secure, HttpOnly, SameSite=Strict, and HSTS; also when a session ends."""
    settings = Settings(database_url=town_url, demo=True, site_url="https://hoso.example.vn")
    async with Client(
        create_app(settings, clock=clock), base_url="https://testserver.local"
    ) as client:
        client.follow_redirects = False
        came = await client.post("/signin", data={"username": "clerk", "password": make.PASSWORD})
        left = await client.post("/signout", data={})

    assert came.headers["location"] == "/counter"
    cookies = came.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-postal",
        "__Host-postal-known",
    }
    for cookie in [*cookies, *left.headers.get_list("set-cookie")]:
        for bound in ("Path=/", "HttpOnly", "Secure", "SameSite=strict"):
            assert bound.lower() in cookie.lower(), cookie
        assert "domain" not in cookie.lower()
    assert came.headers["strict-transport-security"].startswith("max-age=63072000")


async def test_an_https_site_is_never_for_show(town_url: str, clock: Clock) -> None:
    """DEMO=true in production still asks officers for more than a password."""
    settings = Settings(database_url=town_url, demo=True, site_url="https://hoso.example.vn")
    async with Client(
        create_app(settings, clock=clock), base_url="https://testserver.local"
    ) as client:
        client.follow_redirects = False
        officer = await client.sign_in("officer")

    assert officer.headers["location"] == "/signin/enrolment"
