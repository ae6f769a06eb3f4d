"""After the password: codes that open once, printed ones, and phones the office knows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from asyncpg import Connection

from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.settings import Settings
from tests import make
from tests.make import Town
from tests.web import doors
from tests.web.conftest import Client
from tests.web.doors import code, enrol, knock, send

PRINTED = re.compile(r'<li class="code">([A-Z2-7-]+)</li>')
NUMBER = re.compile(r"Số đăng ký (\d{6})")


@pytest.fixture
async def door(town_url: str, clock: Clock) -> AsyncIterator[Client]:
    """The application as production runs it, but for https."""
    app = create_app(Settings(database_url=town_url), clock=clock)
    async with Client(app) as client:
        client.follow_redirects = False
        client.headers["accept"] = "text/html"
        yield client


@pytest.fixture
async def other(town_url: str, clock: Clock) -> AsyncIterator[Client]:
    """Another browser at the same door."""
    app = create_app(Settings(database_url=town_url), clock=clock)
    async with Client(app) as client:
        client.follow_redirects = False
        client.headers["accept"] = "text/html"
        yield client


@pytest.mark.parametrize("role", ["officer", "supervisor", "manager", "operator"])
async def test_a_password_alone_opens_nothing(
    door: Client, desk: Connection, town: Town, role: str
) -> None:
    """Who sees many dossiers is sent to enrol, and no page of hers opens before."""
    if role != "officer":
        await make.person(desk, role, role, town.office, town.agency)

    answer = await knock(door, role)

    assert answer.headers["location"] == "/signin/enrolment"
    for page in ("/agency", "/supervisor", "/operator", "/people", "/account", "/signin/code"):
        opened = await door.get(page)
        assert opened.status_code in (302, 303), page
        assert opened.headers["location"].split("?")[0] in ("/signin", "/"), page


async def test_a_code_opens_once_and_the_session_is_another(
    door: Client, other: Client, desk: Connection, clock: Clock
) -> None:
    """A code read over a shoulder is worth nothing, half a minute or a second later."""
    secret = await enrol(door, "officer", clock.now())
    clock.move(timedelta(minutes=2))
    await knock(door, "officer")
    half = door.cookies["postal"]
    await knock(other, "officer")
    typed = code(secret, clock.now())

    answers = await asyncio.gather(
        send(door, "/signin/code", code=typed), send(other, "/signin/code", code=typed)
    )

    assert sorted(answer.status_code for answer in answers) == [303, 401]
    in_, out = (door, other) if answers[0].status_code == 303 else (other, door)
    assert (await in_.get("/agency")).status_code == 200
    assert (await out.get("/agency")).status_code == 302
    assert half not in (door.cookies["postal"] if in_ is door else "")
    old = await other.get("/agency", headers={"Cookie": f"postal={half}"})
    assert old.status_code == 302
    refused = await desk.fetchval("SELECT count(*) FROM access_log WHERE act = 'code_refused'")
    assert refused == 1


async def test_an_older_code_is_refused_after_a_newer_one(door: Client, clock: Clock) -> None:
    """The clocks may differ by half a minute; going backwards is a replay."""
    secret = await enrol(door, "officer", clock.now())
    clock.move(timedelta(minutes=2))
    older, newer = (code(secret, clock.now() + timedelta(seconds=drift)) for drift in (-30, 30))
    for typed, status in ((newer, 303), (older, 401)):
        await knock(door, "officer")
        assert (await send(door, "/signin/code", code=typed)).status_code == status


async def test_guessing_codes_ends(door: Client, clock: Clock) -> None:
    """Ten tries a quarter of an hour, also for the right one after them."""
    secret = await enrol(door, "officer", clock.now())
    clock.move(timedelta(minutes=20))
    await knock(door, "officer")
    wrong = [await send(door, "/signin/code", code=f"{n:06}") for n in range(10)]
    right = await send(door, "/signin/code", code=code(secret, clock.now()))
    clock.move(timedelta(minutes=16))
    later = await send(door, "/signin/code", code=code(secret, clock.now()))

    assert {answer.status_code for answer in wrong} == {401}
    assert (right.status_code, later.status_code) == (429, 303)


async def test_a_printed_code_opens_once(door: Client, desk: Connection, clock: Clock) -> None:
    """For the day the telephone lies in the lake; what is kept of it is a hash."""
    await knock(door, "officer")
    page = await door.get("/signin/enrolment")
    secret = doors.SECRET.search(page.text)
    assert secret is not None
    typed = code(secret[1].replace(" ", ""), clock.now())
    shown = await send(door, "/signin/enrolment", code=typed)
    printed = PRINTED.findall(shown.text)
    assert len(set(printed)) == 10
    assert "no-store" in shown.headers["cache-control"]

    statuses = []
    for _ in range(2):
        await knock(door, "officer")
        statuses.append((await send(door, "/signin/code", code=printed[3].lower())).status_code)

    assert statuses == [303, 401]
    assert "recovered" in await doors.acts(desk, "officer")
    kept = await desk.fetch("SELECT code_hash FROM recovery_code")
    assert all(code.encode() not in row["code_hash"] for row in kept for code in printed)


async def test_what_she_proves_herself_with_changes_only_for_all_she_has(
    door: Client, desk: Connection, clock: Clock
) -> None:
    """An open screen is no identity: password and code are asked for again."""
    secret = await enrol(door, "officer", clock.now())
    clock.move(timedelta(minutes=1))
    now = code(secret, clock.now())
    new = {"password": "rừng thông sương mù sớm", "again": "rừng thông sương mù sớm"}

    refused = [
        await send(door, "/account/password", old=make.PASSWORD, code="000000", **new),
        await send(door, "/account/recovery", old="không phải", code=now),
        await send(door, "/account/recovery", old=make.PASSWORD, code="000000"),
    ]
    taken = await send(door, "/account/password", old=make.PASSWORD, code=now, **new)

    assert [answer.status_code for answer in refused] == [401, 401, 401]
    assert taken.status_code == 303


async def test_a_clerk_enrols_with_her_password(client: Client, clock: Clock) -> None:
    """Whoever passes by her open counter puts no authenticator of his own there."""
    await client.sign_in("clerk")
    shown = doors.SECRET.search((await client.get("/account/second-step")).text)
    assert shown is not None
    now = code(shown[1].replace(" ", ""), clock.now())

    passing = await send(client, "/account/second-step", old="không phải", code=now)
    herself = await send(client, "/account/second-step", old=make.PASSWORD, code=now)

    assert (passing.status_code, herself.status_code) == (401, 200)
    assert len(PRINTED.findall(herself.text)) == 10


async def test_the_secret_is_closed_in_the_database(
    door: Client, desk: Connection, clock: Clock
) -> None:
    secret = await enrol(door, "officer", clock.now())

    [row] = await desk.fetch("SELECT secret_sealed FROM second_step")

    assert secret.encode() not in row["secret_sealed"]
    assert len(row["secret_sealed"]) > 40


async def test_enrolment_is_offered_once(door: Client, clock: Clock) -> None:
    """Who has the password later cannot put her own authenticator in its place."""
    await enrol(door, "officer", clock.now())
    await knock(door, "officer")

    page = await door.get("/signin/enrolment")

    assert page.headers["location"] == "/"
    assert (await send(door, "/signin/enrolment", code="123456")).headers["location"] == "/"


async def supervisor(client: Client, desk: Connection, town: Town, clock: Clock) -> None:
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    await enrol(client, "boss", clock.now())


async def test_a_courier_works_on_a_phone_the_office_knows(
    door: Client, other: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """The supervisor types what the phone shows; then, and only then, it opens the round."""
    await supervisor(other, desk, town, clock)
    answer = await knock(door, "courier")
    assert answer.headers["location"] == "/signin/phone"
    page = await door.get("/signin/phone")
    shown = NUMBER.search(page.text)
    assert shown is not None
    assert (await door.get("/courier")).status_code == 302
    beep = await door.post(
        "/courier/scans/batch", json={"scans": []}, headers={"x-csrf-token": door.form_token}
    )
    assert beep.status_code in (302, 401)
    assert shown[1] not in (await other.get("/people/phones")).text

    courier = {"courier": str(town.courier)}
    wrong = "000000" if shown[1] != "000000" else "000001"
    assert (await send(other, "/people/phones/granting", code=wrong, **courier)).status_code == 422
    assert "chưa đăng ký" in (await door.get("/signin/phone")).text
    granted = await send(other, "/people/phones/granting", code=shown[1], **courier)
    assert granted.status_code == 303
    assert "Vào tuyến" in (await door.get("/signin/phone")).text
    came = await send(door, "/signin/phone")

    assert came.headers["location"] == "/courier"
    assert (await door.get("/courier")).status_code == 200
    assert (await knock(door, "courier")).headers["location"] == "/courier"


async def test_a_stolen_password_opens_nothing_on_another_phone(
    door: Client, other: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """Nor does a token of one courier's phone help another, nor a made-up one."""
    await desk.execute(
        "INSERT INTO phone (person_id, office_id, token_hash, label, registered_at)"
        " VALUES ($1, $2, sha256(convert_to($3, 'UTF8')), 'x', now())",
        town.courier, town.office, "t" * 43,
    )  # fmt: skip
    for token, where in (
        ("t" * 43, "/courier"),
        ("u" * 43, "/signin/phone"),
        ("", "/signin/phone"),
    ):
        door.forget()
        door.cookies.set("postal-phone", token, domain="testserver.local")
        assert (await knock(door, "courier")).headers["location"] == where
    door.forget()
    door.cookies.set("postal-phone", "t" * 43, domain="testserver.local")
    assert (await knock(door, "other-courier")).headers["location"] == "/signin/phone"


async def test_a_phone_taken_back_ends_at_once_and_its_queue_is_put_aside(
    door: Client, other: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """What it kept without signal waits for the supervisor, as a lost phone's does."""
    await supervisor(other, desk, town, clock)
    await knock(door, "courier")
    shown = NUMBER.search((await door.get("/signin/phone")).text)
    assert shown is not None
    await send(other, "/people/phones/granting", code=shown[1], courier=str(town.courier))
    await send(door, "/signin/phone")
    s10 = await make.s10(desk, await make.dossier(desk, town))
    phone = await desk.fetchval("SELECT id FROM phone")

    revoked = await send(other, f"/people/phones/{phone}/revocation")

    assert revoked.status_code == 303
    assert (await door.get("/courier")).status_code == 302
    scan = {
        "id": "5b0e6f52-2f6b-4c58-9e59-0d9c1c9b1a11",
        "s10": s10,
        "act": "collect",
        "at": (clock.now() - timedelta(minutes=5)).isoformat(),
    }
    headers = {"x-csrf-token": door.form_token, "accept": "application/json"}
    beep = await door.post("/courier/scans", json=scan, headers=headers)
    assert (beep.status_code, beep.json()["type"]) == (403, "urn:postal:Quarantined")
    assert await desk.fetchval("SELECT count(*) FROM quarantined_scan") == 1
    assert (await knock(door, "courier")).headers["location"] == "/signin/phone"
    assert await doors.acts(desk, "courier") == ["phone_granted", "signed_in", "phone_revoked"]


async def test_another_offices_phones_are_not_hers(
    door: Client, other: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    far = await make.town(desk, office="66100", suffix="-far")
    await make.person(desk, "boss-far", "supervisor", far.office, far.agency)
    await enrol(other, "boss-far", clock.now())
    await knock(door, "courier")
    shown = NUMBER.search((await door.get("/signin/phone")).text)
    assert shown is not None

    page = await other.get("/people/phones")
    answer = await send(other, "/people/phones/granting", code=shown[1], courier=str(town.courier))

    assert "Không có máy nào chờ" in page.text
    assert answer.status_code == 422
