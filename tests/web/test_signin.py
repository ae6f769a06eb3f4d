"""The front door: who gets in, for how long, and what a forged form may do."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from asyncpg import Connection

from postal_service import security
from postal_service.clock import Clock
from tests import make
from tests.web.conftest import Client


async def test_each_role_lands_where_its_work_is(client: Client) -> None:
    for username, home in (
        ("clerk", "/counter"),
        ("courier", "/courier"),
        ("officer", "/agency"),
    ):
        response = await client.sign_in(username)
        assert response.headers["location"].rstrip("/") == home
        client.forget()


async def test_the_session_id_is_new_at_sign_in(client: Client, desk: Connection) -> None:
    """An id that a stranger planted in the browser beforehand opens nothing."""
    client.cookies.set("postal", "chosen-by-somebody-else", domain="testserver.local")

    await client.post("/signin", data={"username": "clerk", "password": make.PASSWORD})

    assert client.cookies["postal"] != "chosen-by-somebody-else"
    hashes = [row["id_hash"] for row in await desk.fetch("SELECT id_hash FROM session")]
    assert len(hashes) == 1
    assert client.cookies["postal"].encode() not in hashes


async def test_a_chosen_cookie_opens_nothing(client: Client) -> None:
    for cookie in ("x", "a" * 43, "a" * 5000, "☃" * 30):
        response = await client.get("/counter/tasks", headers=cookie_of(cookie))
        assert response.status_code == 302
        assert response.headers["location"].startswith("/signin")


def cookie_of(value: str) -> dict[str, bytes]:  # httpx would refuse to send some of these
    return {"Cookie": f"postal={value}".encode()}


async def test_a_wrong_name_and_a_wrong_password_read_alike(client: Client) -> None:
    bodies = [
        (await client.post("/signin", data={"username": name, "password": word})).text.replace(
            name, ""
        )
        for name, word in (("clerk", "wrong"), ("nobody", "wrong"))
    ]

    assert bodies[0] == bodies[1]
    assert "không đúng" in bodies[0]


async def test_guessing_ends(client: Client, clock: Clock) -> None:
    """The tenth wrong password closes the door for a quarter of an hour, also to the right one."""
    for _ in range(10):
        await client.post("/signin", data={"username": "clerk", "password": "wrong"})

    closed = await client.post("/signin", data={"username": "clerk", "password": make.PASSWORD})
    clock.move(timedelta(minutes=16))
    opened = await client.post("/signin", data={"username": "clerk", "password": make.PASSWORD})

    assert (closed.status_code, opened.status_code) == (429, 303)


async def test_a_shared_counter_may_sign_in_all_day(client: Client) -> None:
    for _ in range(12):
        assert (await client.sign_in("clerk")).status_code == 303
        client.forget()


@pytest.mark.parametrize(
    ("steps", "alive"),
    [([14, 14, 14], True), ([16], False), ([14] * 44, False)],
    ids=["at work", "idle", "ten hours"],
)
async def test_a_session_ends(client: Client, clock: Clock, steps: list[int], alive: bool) -> None:
    """Fifteen minutes untouched, or ten hours in all."""
    await client.sign_in("clerk")
    for minutes in steps:
        clock.move(timedelta(minutes=minutes))
        response = await client.get("/counter/tasks")

    assert (response.status_code == 200) is alive


async def test_a_courier_rides_all_day(client: Client, clock: Clock) -> None:
    """Nobody types a password on a mountain road; after twelve hours the round is over."""
    await client.sign_in("courier")
    clock.move(timedelta(hours=11))
    riding = await client.get("/courier")
    clock.move(timedelta(hours=2))
    over = await client.get("/courier")

    assert (riding.status_code, over.status_code) == (200, 302)


async def test_signing_out_ends_the_session_itself(client: Client) -> None:
    """A copy of the cookie is worth nothing afterwards."""
    await client.sign_in("clerk")
    kept = client.cookies["postal"]

    response = await client.post("/signout", data={"csrf": client.form_token})

    assert response.headers["clear-site-data"]
    assert (await client.get("/counter/tasks", headers=cookie_of(kept))).status_code == 302


async def test_a_form_from_elsewhere_changes_nothing(client: Client, desk: Connection) -> None:
    """Without the page's token, with another session's, or sent by another site."""
    await client.sign_in("courier")
    others = client.form_token
    client.forget()
    await client.sign_in("clerk")

    for data, headers in (
        ({}, {}),
        ({"csrf": others}, {}),
        ({"csrf": client.form_token}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        response = await client.post("/counter/drafts", data=data, headers=headers)
        assert response.status_code == 403, data
    assert await desk.fetchval("SELECT count(*) FROM draft") == 0


async def test_the_wrong_role_is_told_so(client: Client) -> None:
    await client.sign_in("courier")
    for path in ("/counter", "/agency"):
        response = await client.get(path, headers={"Accept": "application/json"})
        assert response.status_code == 403
        assert response.json()["detail"].startswith("Trang này dành cho công việc khác")


async def test_one_is_never_sent_to_another_site(client: Client) -> None:
    """`next` leads back into this site or nowhere."""
    for wanted in ("https://example.com/", "//example.com", "/\\example.com", "javascript:x"):
        response = await client.post(
            "/signin",
            data={"username": "clerk", "password": make.PASSWORD, "next": wanted},
        )
        assert response.headers["location"] == "/counter"
        client.forget()


async def test_every_answer_carries_the_policy(client: Client) -> None:
    """Pages, refusals and files alike."""
    for path in ("/signin", "/nowhere", "/static/post.css", "/counter"):
        response = await client.get(path)
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_refusal_speaks_the_readers_language(client: Client) -> None:
    """RFC 9457 for programs, a page for people, Vietnamese unless English is asked for first."""
    problem = await client.get("/nowhere", headers={"Accept": "application/json"})
    english = await client.get(
        "/nowhere", headers={"Accept": "application/json", "Accept-Language": "en-GB,vi;q=0.5"}
    )
    page = await client.get("/nowhere", headers={"Accept": "text/html"})

    assert problem.headers["content-type"].startswith("application/problem+json")
    assert problem.json()["detail"].startswith("Không tìm thấy")
    assert english.json()["detail"].startswith("There is no such page")
    assert "<html" in page.text
    assert (problem.status_code, page.status_code) == (404, 404)


@pytest.mark.parametrize(
    "path", ["/%00", "/counter/%00", "/h/%00", "/h/" + "9" * 5000, "/h/%ff%fe", "/signin?next=%00"]
)
async def test_a_broken_address_is_refused(client: Client, path: str) -> None:
    response: httpx.Response = await client.get(path)
    assert response.status_code < 500


async def test_what_ended_is_forgotten(client: Client, desk: Connection, clock: Clock) -> None:
    """Sessions and counted tries a day after their end; the log of them stays."""
    await client.sign_in("clerk")
    clock.move(timedelta(hours=20))
    await client.sign_in("courier")
    clock.move(timedelta(hours=20))

    await security.sweep(desk, clock.now())

    left = await desk.fetch("SELECT username FROM session JOIN person p ON p.id = person_id")
    assert [row["username"] for row in left] == ["courier"]
    assert await desk.fetchval("SELECT count(*) FROM access_log") == 2
