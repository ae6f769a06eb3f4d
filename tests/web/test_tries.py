"""Guessing: by name, by address and in all, with forged addresses and from everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from time import perf_counter

import httpx
from asyncpg import Connection

from postal_service import security, security_doors
from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.settings import Settings
from postal_service.web import citizen
from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking import identifiers


async def type_(client: httpx.AsyncClient, name: str, word: str, **headers: str) -> httpx.Response:
    data = {"username": name, "password": word}
    return await client.post("/signin", data=data, headers=headers)


@asynccontextmanager
async def behind(town_url: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """The application behind a proxy of ours that is 10.0.0.7."""
    settings = Settings(database_url=town_url, demo=True, trusted_proxies="10.0.0.0/24")
    app = create_app(settings, clock=clock)
    transport = httpx.ASGITransport(app=app, client=("10.0.0.7", 50000))
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield client


async def test_forged_addresses_change_nothing(client: Client) -> None:
    """A stranger may claim any address; his own is counted."""
    answers = [
        await type_(client, f"name{n}", "x", **{"X-Forwarded-For": f"203.0.113.{n}, 10.0.0.1"})
        for n in range(35)
    ]

    assert [answer.status_code for answer in answers] == [401] * 30 + [429] * 5


async def test_a_list_from_many_addresses_against_one_name_is_stopped(
    town_url: str, clock: Clock, desk: Connection
) -> None:
    """And the owner, in a browser where she came in before, is not locked out."""
    async with behind(town_url, clock) as proxied:
        own = await type_(proxied, "clerk", make.PASSWORD, **{"X-Forwarded-For": "198.51.100.1"})
        kept = {"postal-known": own.cookies["postal-known"]}
        proxied.cookies.clear()
        answers = [
            await type_(proxied, "clerk", f"guess {n}", **{"X-Forwarded-For": f"203.0.113.{n}"})
            for n in range(15)
        ]
        elsewhere = await type_(proxied, "clerk", make.PASSWORD, **{"X-Forwarded-For": "192.0.2.9"})
        proxied.cookies.clear()
        proxied.cookies.update(kept)
        hers = await type_(proxied, "clerk", make.PASSWORD, **{"X-Forwarded-For": "192.0.2.9"})

        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 5
        assert (elsewhere.status_code, hers.status_code) == (429, 303)
        locked = await desk.fetch(
            "SELECT facts->>'address' AS at FROM access_log WHERE act = 'locked'"
        )
        assert [row["at"] for row in locked] == ["203.0.113.10"]  # a flood is one line


async def test_a_made_up_mark_of_a_known_browser_is_none(client: Client) -> None:
    """It is signed for one name: neither a stranger's nor another's opens more tries."""
    await client.sign_in("courier")
    mark = client.cookies["postal-known"]
    for kept in ("ab.cd", mark, "~".join(["x"] * 50), "\u00e9"):
        assert security_doors.known_here("only-for-a-laptop", kept, "clerk") == ""
    assert security_doors.known_here("only-for-a-laptop", mark, "courier") != ""
    assert security_doors.known_here("another secret", mark, "courier") == ""


async def test_many_names_from_one_address_are_stopped(town_url: str, clock: Clock) -> None:
    """Our proxy says who it is; what stands further left is the stranger's own word."""
    async with behind(town_url, clock) as proxied:
        answers = [
            await type_(proxied, f"name{n}", "x", **{"X-Forwarded-For": f"1.2.3.{n}, 203.0.113.5"})
            for n in range(32)
        ]
        neighbour = await type_(
            proxied, "clerk", make.PASSWORD, **{"X-Forwarded-For": "203.0.113.6"}
        )

        assert [answer.status_code for answer in answers][29:] == [401, 429, 429]
        assert neighbour.status_code == 303


async def test_one_ipv6_house_is_one_address(town_url: str, clock: Clock) -> None:
    async with behind(town_url, clock) as proxied:
        answers = [
            await type_(proxied, f"name{n}", "x", **{"X-Forwarded-For": f"2001:db8:1:2::{n:x}"})
            for n in range(32)
        ]

        assert answers[-1].status_code == 429


async def test_when_everybody_guesses_the_door_narrows(
    client: Client, desk: Connection, clock: Clock
) -> None:
    """A list spread over a thousand names and addresses: only known browsers get in meanwhile."""
    await client.sign_in("clerk")
    kept = client.cookies["postal-known"]
    await fill(desk, clock, security_doors.EVERYBODY, security_doors.TRIES_IN_ALL)

    client.forget()
    stranger = await type_(client, "clerk", make.PASSWORD)
    client.cookies.set("postal-known", kept, domain="testserver.local")
    known = await type_(client, "clerk", make.PASSWORD)

    assert (stranger.status_code, known.status_code) == (429, 303)


async def fill(desk: Connection, clock: Clock, bucket: str, tries: int) -> None:
    await desk.execute(
        "INSERT INTO attempt_window (bucket, starts_at, tries) VALUES ($1, $2, $3)"
        " ON CONFLICT (bucket, starts_at) DO UPDATE SET tries = excluded.tries",
        bucket, security.window_of(clock.now()), tries,
    )  # fmt: skip


async def test_ten_thousand_codes_are_refused_whatever_address_they_claim(
    client: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """After ten misses this address reads nothing more, not even a code that exists."""
    dossier = await make.dossier(desk, town)
    statuses = []
    for n in range(200):
        claimed = {"X-Forwarded-For": f"203.0.113.{n % 250}"}
        answer = await client.get(f"/h/{identifiers.new_tracking_code()}", headers=claimed)
        statuses.append(answer.status_code)
    there = await client.get(f"/h/{dossier.tracking_code}", headers={"X-Forwarded-For": "8.8.8.8"})
    digits = await client.post(f"/h/{dossier.tracking_code}", data={"digits": "0001"})
    clock.move(timedelta(minutes=16))
    later = await client.get(f"/h/{dossier.tracking_code}")

    assert statuses == [404] * 10 + [429] * 190
    assert (there.status_code, digits.status_code, later.status_code) == (429, 429, 200)


async def test_when_all_addresses_guess_each_has_one_try_left(
    town_url: str, desk: Connection, town: Town, clock: Clock
) -> None:
    """Whoever reads a code from a receipt needs one."""
    async with behind(town_url, clock) as proxied:
        dossier = await make.dossier(desk, town)
        await fill(desk, clock, citizen.EVERYBODY, citizen.TRIES_IN_ALL + 1)

        async def ask(code: str, address: str) -> int:
            answer = await proxied.get(f"/h/{code}", headers={"X-Forwarded-For": address})
            return answer.status_code

        guesses = [await ask(identifiers.new_tracking_code(), "203.0.113.1") for _ in range(3)]
        assert guesses == [404, 429, 429]
        assert await ask(dossier.tracking_code, "203.0.113.2") == 200


async def test_wrong_digits_and_no_such_code_are_one_answer(
    client: Client, desk: Connection, town: Town
) -> None:
    """Same status, same words, same time."""
    dossier = await make.dossier(desk, town)
    bodies, times = [], []
    for code in (dossier.tracking_code, identifiers.new_tracking_code()):
        started = perf_counter()
        answer = await client.post(f"/h/{code}", data={"digits": "9999"})
        times.append(perf_counter() - started)
        bodies.append((answer.status_code, answer.text.replace(code, "")))

    assert bodies[0] == bodies[1]
    assert bodies[0][0] == 404
    assert min(times) >= citizen.REFUSED_IN


async def test_the_right_digits_are_no_guess(client: Client, desk: Connection, town: Town) -> None:
    """A counter's own computer looks things up for citizens all day."""
    dossier = await make.dossier(desk, town)
    for _ in range(14):
        answer = await client.post(f"/h/{dossier.tracking_code}", data={"digits": "0001"})
        assert answer.status_code == 200
