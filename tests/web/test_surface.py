"""What a stranger finds by trying: methods, folders, other sites, and the line he leaves."""

from __future__ import annotations

import pytest
from asyncpg import Connection
from structlog.testing import capture_logs

from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tests.web.test_headers import addresses


async def test_a_refusal_leaves_a_line(client: Client) -> None:
    """Who, what and where: by her number, without a name and without what was sent."""
    await client.sign_in("courier")
    with capture_logs() as lines:
        await client.get("/counter")
        await client.post("/account/password", data={"old": "mật khẩu cũ"})

    assert [(line["event"], line["kind"], line["path"]) for line in lines] == [
        ("refused", "WrongRole", "/counter"),
        ("refused", "BadFormToken", "/account/password"),
    ]
    assert all(isinstance(line["person"], int) for line in lines)
    assert "mật khẩu" not in str(lines)


async def test_input_that_passed_no_check_leaves_a_line(client: Client) -> None:
    await client.sign_in("clerk")
    with capture_logs() as lines:
        await client.post(
            "/account/sessions",
            data={"csrf": client.form_token, "which": "all of them", "old": "x"},
        )
    assert [(line["event"], line["status"]) for line in lines] == [("not taken", 400)]
    assert "all of them" not in str(lines)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE"])
async def test_a_method_that_no_page_uses_is_refused(client: Client, method: str) -> None:
    """TRACE would give a script the cookies that it may not read."""
    for path in ("/", "/signin", "/counter", "/static/post.css", "/courier/scans"):
        assert (await client.request(method, path)).status_code == 405, path


@pytest.mark.parametrize(
    "path",
    [
        "/static/", "/static/vendor", "/static/vendor/", "/.git/config", "/.env", "/schema",
        "/docs", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/settings.py", "/pyproject.toml",
    ],
)  # fmt: skip
async def test_no_folder_and_no_source_is_shown(client: Client, path: str) -> None:
    assert (await client.get(path)).status_code in (400, 404)


async def test_every_text_names_its_letters_and_no_other_site_reads_it(
    client: Client, desk: Connection, town: Town
) -> None:
    """Without a charset a browser guesses; without that other header it keeps answers to itself."""
    await client.sign_in("clerk")
    for path in addresses(client.app):
        answer = await client.get(path, headers={"Origin": "https://example.com"})
        kind = answer.headers.get("content-type", "")
        assert not kind.startswith("text/") or "charset=utf-8" in kind.lower(), path
        assert kind or not answer.content, path
        assert "access-control-allow-origin" not in answer.headers, path


async def test_a_name_given_twice_is_no_one_else(client: Client) -> None:
    """What stands in the address is not what was typed, and two user names are none."""
    typed = f"password={make.PASSWORD}&username=clerk"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    twice = await client.post("/signin", content=f"{typed}&username=courier", headers=kind)
    address = await client.post("/signin?username=clerk", data={"password": make.PASSWORD})

    assert (twice.status_code, address.status_code) == (400, 400)
    assert "postal" not in client.cookies
