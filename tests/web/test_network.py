"""Reports of the telephone networks: taken when right to the letter, refused in any other case."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
from asyncpg import Connection

from notifications.http_gateway import Described, signature
from notifications.receipts import Door
from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.fake_messages import Taken, form_of
from postal_service.fake_messages import signature as twilio_signature
from postal_service.settings import Settings
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client

ACCOUNT, TOKEN = "AC" + 32 * "0", "token"
SID = "SM" + 32 * "a"
SITE = "https://post.example"
Change = Callable[[dict[str, str]], object]

DOMESTIC = Described(
    name="mobi",
    url="http://127.0.0.1:9/send",
    sender="BDLAMDONG",
    key_id="k1",
    fields={"to": "phone", "text": "content", "sender": "brand", "reference": "ref"},
    statuses={"DELIVRD": "delivered", "UNDELIV": "undelivered"},
    report={"id": "msgid", "status": "stat", "reference": "ref", "code": "err"},
)


@pytest.fixture
async def network(
    town_url: str, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Client]:
    """The whole application, with two networks that may report to it."""
    path = tmp_path_factory.mktemp("network") / "mobi.json"
    path.write_bytes(msgspec.json.encode(DOMESTIC))
    settings = Settings(
        database_url=town_url,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        sms_report_url=SITE,
        sms_network=str(path),
        sms_network_secret="secret",
    )
    async with Client(create_app(settings, clock=clock)) as client:
        yield client


def door(client: Client) -> Door:
    found = client.app.state.door
    assert isinstance(found, Door)
    return found


def form(status: str = "delivered", **more: str) -> dict[str, str]:
    message = Taken(
        sid=SID, to="+84590000001", sender="BDLAMDONG", body="x", at=MORNING, callback=None
    )
    return form_of(ACCOUNT, message, status) | more


async def report(
    client: Client,
    said: dict[str, str],
    *,
    url: str | None = None,
    sign: str | bytes | None = None,
    body: bytes | None = None,
    **headers: str,
) -> httpx.Response:
    """Post *said* as the network does; *sign* overrides the signature."""
    url = url or door(client).address("twilio", 1, 1)
    signed = twilio_signature(TOKEN, url, said) if sign is None else sign
    given = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signed}
    content = urlencode(said).encode() if body is None else body
    return await client.post(url.removeprefix(SITE), content=content, headers=given | headers)


async def kept(desk: Connection) -> list[tuple[str, str, int, int]]:
    rows = await desk.fetch("SELECT gateway, status, sms_id, attempt FROM sms_receipt ORDER BY id")
    return [(row["gateway"], row["status"], row["sms_id"], row["attempt"]) for row in rows]


async def test_a_report_is_kept_as_it_came_but_for_the_number(
    network: Client, desk: Connection
) -> None:
    answer = await report(network, form("undelivered", ErrorCode="30003"))

    assert (answer.status_code, answer.content) == (204, b"")
    assert await kept(desk) == [("twilio", "undelivered", 1, 1)]
    raw = await desk.fetchval("SELECT raw FROM sms_receipt")
    assert (raw["ErrorCode"], raw["To"], raw["MessageSid"]) == ("30003", "…001", SID)
    assert "590000001" not in str(raw)


async def test_a_report_is_kept_once_however_often_it_comes(
    network: Client, desk: Connection
) -> None:
    answers = await asyncio.gather(*(report(network, form()) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {204}
    assert len(await kept(desk)) == 1


async def test_the_host_that_a_caller_names_changes_nothing(
    network: Client, desk: Connection
) -> None:
    """The address that was signed is ours by configuration."""
    answer = await report(network, form(), host="evil.example")

    assert answer.status_code == 204


def without(name: str) -> Change:
    return lambda said: said.pop(name)


def with_(**more: str) -> Change:
    return lambda said: said.update(more)


#: Signed by the network's own key, and yet no report: what a signature alone lets through.
NO_REPORT: dict[str, Change] = {
    "another account": with_(AccountSid="AC" + 32 * "1"),
    "no id": without("MessageSid"),
    "no status": without("MessageStatus"),
    "no account": without("AccountSid"),
    "a field more": with_(Extra="1"),
    "a field of another case": with_(messagesid=SID),
    "a status we do not know": with_(MessageStatus="read", SmsStatus="read"),
    "two ids": with_(SmsSid="SM" + 32 * "b"),
    "two statuses": with_(SmsStatus="sent"),
    "an id that is none": with_(MessageSid="SM1", SmsSid="SM1"),
    "an error in words": with_(ErrorCode="none"),
    "digits of another script": with_(ErrorCode="³⁰⁰⁰³"),
    "a NUL": with_(From="BD\x00"),
    "a number with a field behind it": with_(To="+84590000001SmsStatusfailed"),
    "a long number": with_(To="+" + "8" * 4000),
}


@pytest.mark.parametrize("change", NO_REPORT.values(), ids=NO_REPORT.keys())
async def test_what_is_signed_and_no_report_is_refused(
    network: Client, desk: Connection, change: Change
) -> None:
    said = form()
    change(said)

    answer = await report(network, said)

    assert answer.status_code == 403
    assert await kept(desk) == []


async def test_parameters_cut_differently_are_refused(network: Client, desk: Connection) -> None:
    """The same letters with other borders have the same signature: only the names tell."""
    said = form()
    cut = {name: value for name, value in said.items() if name not in ("ApiVersion", "AccountSid")}
    cut["AccountSid"] = said["AccountSid"] + "ApiVersion" + said["ApiVersion"]
    url = door(network).address("twilio", 1, 1)
    right = twilio_signature(TOKEN, url, said)
    assert twilio_signature(TOKEN, url, cut) == right

    answer = await report(network, cut, sign=right)

    assert answer.status_code == 403
    assert await kept(desk) == []


@pytest.mark.parametrize("sign", ["", "x", "=" * 28, "A" * 10_000, "không".encode()])
async def test_a_wrong_signature_is_refused(
    network: Client, desk: Connection, sign: str | bytes
) -> None:
    answer = await report(network, form(), sign=sign)

    assert answer.status_code == 403
    assert await kept(desk) == []


async def test_a_report_without_signature_is_refused(network: Client, desk: Connection) -> None:
    url = door(network).address("twilio", 1, 1)

    answer = await network.post(url.removeprefix(SITE), data=form())

    assert answer.status_code == 403
    assert await kept(desk) == []


async def test_a_signature_for_another_message_is_refused(
    network: Client, desk: Connection
) -> None:
    """A replay to another address: the network signed the address too."""
    other = twilio_signature(TOKEN, door(network).address("twilio", 2, 1), form())

    assert (await report(network, form(), sign=other)).status_code == 403
    assert await kept(desk) == []


@pytest.mark.parametrize(
    "path",
    [
        "/network/twilio/1/1/" + 32 * "0",
        "/network/twilio/1/2/{secret}",
        "/network/twilio/01/1/{secret}",
        "/network/twilio/²/1/{secret}",
        "/network/twilio/-1/1/{secret}",
        "/network/twilio/" + 40 * "9" + "/1/{secret}",
        "/network/twilio/1/" + 12 * "9" + "/{secret}",
        "/network/other/1/1/{secret}",
        "/network/mobi/1/1/{secret}",
        "/network/%00/1/1/{secret}",
        "/network/twilio/%00/1/{secret}",
        "/network/twilio/1/1/%ff%fe",
        "/network/twilio/1/1/{secret}%00",
    ],
)
async def test_an_address_nobody_was_given_is_refused(
    network: Client, desk: Connection, path: str
) -> None:
    secret = door(network).address("twilio", 1, 1)[-32:]
    url = SITE + path.format(secret=secret)

    answer = await report(network, form(), url=url)

    assert answer.status_code == 403
    assert await kept(desk) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"MessageSid": "SM1"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("text/plain", b"MessageSid=SM1"),
        ("", b"MessageSid=SM1"),
        ("application/x-www-form-urlencoded-not", b"a=b"),
    ],
)
async def test_only_forms_are_read(
    network: Client, desk: Connection, kind: str, body: bytes
) -> None:
    answer = await report(network, form(), body=body, **{"content-type": kind})

    assert answer.status_code == 415
    assert await kept(desk) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"&",
        b"=",
        b"MessageSid",
        b"\xff\xfe",
        b"a=%ff%fe",
        b"MessageSid=SM1&MessageSid=SM2",
        b"&".join(b"a%d=1" % n for n in range(1000)),
        b"x" * 100_000,
        b"%00=%00",
    ],
)
async def test_a_broken_form_is_refused(network: Client, desk: Connection, body: bytes) -> None:
    answer = await report(network, form(), body=body)

    assert answer.status_code == 403
    assert await kept(desk) == []


async def test_a_body_of_unknown_length_is_refused(network: Client, desk: Connection) -> None:
    """A report is short, and says so."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    url = door(network).address("twilio", 1, 1)
    answer = await network.post(
        url.removeprefix(SITE),
        content=pieces(),
        headers={"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "x"},
    )

    assert answer.status_code == 403


async def test_a_session_gives_a_report_no_weight(
    network: Client, desk: Connection, town: Town
) -> None:
    """A clerk who is signed in is no telephone network."""
    await network.sign_in("clerk")

    assert (await report(network, form(), sign="")).status_code == 403
    assert (await report(network, form())).status_code == 204


async def test_nobody_reports_where_no_network_is_named(client: Client) -> None:
    """A laptop prints its messages: there is nothing to report on."""
    answer = await client.post(
        f"/network/twilio/1/1/{32 * '0'}",
        content=b"a=b",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 403


async def test_a_domestic_network_reports_in_its_own_words(
    network: Client, desk: Connection
) -> None:
    """What its contract calls things is settings; the signature is over time, address and body."""
    url = door(network).address("mobi", 4, 2)
    body = urlencode({"msgid": "m-1", "stat": "UNDELIV", "ref": "4-2", "err": "E21"}).encode()
    when = str(int(MORNING.timestamp()))

    async def post(sign: str, body: bytes = body, when: str = when) -> int:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-timestamp": when,
            "x-signature": sign,
        }
        found = await network.post(url.removeprefix(SITE), content=body, headers=headers)
        return found.status_code

    right = partial(signature, b"secret", when, url)
    assert await post(right(body)) == 204
    assert await post(right(body + b"&x=1"), body + b"&x=1") == 403
    assert await post(right(body), body.replace(b"UNDELIV", b"DELIVRD")) == 403
    assert await post(right(body), when="1") == 403
    assert await post("") == 403
    assert await kept(desk) == [("mobi", "undelivered", 4, 2)]
    assert await desk.fetchval("SELECT error FROM sms_receipt") == "E21"


async def test_an_answer_takes_no_time(network: Client, desk: Connection, town: Town) -> None:
    """Networks hang up on who is slow: what a report leads to is worked out later."""
    await make.dossier(desk, town)
    await report(network, form())
    took = []
    for n in range(2, 32):
        said, url = form(), door(network).address("twilio", n, 1)
        said["MessageSid"] = said["SmsSid"] = f"SM{n:032x}"
        begun = time.perf_counter()
        assert (await report(network, said, url=url)).status_code == 204
        took.append(time.perf_counter() - begun)

    assert sorted(took)[27] < 0.05
