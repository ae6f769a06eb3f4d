"""A domestic network that nobody wrote code for: a description, a signature, and its answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from notifications.gateway import (
    Blame,
    Found,
    Inquiry,
    MaybeSent,
    Refused,
    SenderStopped,
    Sms,
    TextStopped,
    TryLater,
)
from notifications.http_gateway import Described, HttpGateway, open_http, signature
from postal_service import sms as network_settings
from postal_service.clock import Clock
from postal_service.settings import BadSetting, Settings
from tests.make import MORNING

SECRET = b"shared"
SMS = Sms(
    id=7, attempt=2, phone="+84590000001", body="BDLAMDONG: Ma {secret}.", segments=1,
    valid_for=3600, callback="https://post.example/network/mobi/7/2/x", secret="123456",
)  # fmt: skip
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def described(url: str, *, look: bool = True) -> Described:
    return Described(
        name="mobi",
        url=f"{url}/send",
        look_url=f"{url}/find" if look else None,
        sender="BDLAMDONG",
        key_id="k1",
        fields={
            "to": "phone",
            "text": "content",
            "sender": "brand",
            "reference": "ref",
            "callback": "dlr",
            "valid_for": "ttl",
        },
        id_at="data.msgid",
        status_at="data.stat",
        code_at="code",
        statuses={"DELIVRD": "delivered", "ENROUTE": "sent", "UNDELIV": "undelivered"},
        codes={
            "E1": Blame.NUMBER,
            "E2": Blame.TEXT,
            "E3": Blame.SENDER,
            "E4": Blame.ROAD,
        },
        report={"id": "msgid", "status": "stat", "reference": "ref"},
    )


@asynccontextmanager
async def network(answer: Answer, *, look: bool = True) -> AsyncIterator[HttpGateway]:
    app = web.Application()
    app.router.add_post("/send", answer)
    app.router.add_get("/find", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    clock = Clock.showing(MORNING)
    try:
        async with open_http(described(url, look=look), SECRET, now=clock.now) as gateway:
            yield gateway
    finally:
        await runner.cleanup()


def saying(status: int, said: object) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(said, status=status)

    return answer


async def test_a_message_is_sent_in_the_networks_own_words_and_signed() -> None:
    """Who listens can neither change nor replay it: time, address and body are under the seal."""
    heard: dict[str, object] = {}

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        heard.update(msgspec.json.decode(body))
        when = request.headers["x-timestamp"]
        right = signature(SECRET, when, str(request.url), body)
        assert request.headers["x-signature"] == right
        assert request.headers["x-key-id"] == "k1"
        assert abs(int(when) - MORNING.timestamp()) < 60
        return web.json_response({"code": "0", "data": {"msgid": "m-1"}})

    async with network(answer) as gateway:
        assert await gateway.send(SMS) == "m-1"

    assert heard == {
        "phone": "+84590000001",
        "content": "BDLAMDONG: Ma 123456.",
        "brand": "BDLAMDONG",
        "ref": "7-2",
        "dlr": SMS.callback,
        "ttl": 3600,
    }


@pytest.mark.parametrize(
    ("status", "said", "means"),
    [
        (400, {"code": "E1"}, Refused),
        (200, {"code": "E1"}, Refused),
        (200, {"code": "E2"}, TextStopped),
        (200, {"code": "E3"}, SenderStopped),
        (200, {"code": "E4"}, TryLater),
        (401, {}, SenderStopped),
        (429, {}, TryLater),
        (503, {}, TryLater),
        (500, {}, MaybeSent),
        (502, {}, MaybeSent),
        (400, {}, Refused),
        (200, {"code": "0"}, MaybeSent),
        (200, [], MaybeSent),
    ],
)
async def test_each_answer_has_its_meaning(
    status: int, said: object, means: type[Exception]
) -> None:
    async with network(saying(status, said)) as gateway:
        with pytest.raises(means) as caught:
            await gateway.send(SMS)

    assert type(caught.value) is means
    assert "590000001" not in str(caught.value)


async def test_half_an_answer_is_a_doubt() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b'{"data": {', content_type="application/json")

    async with network(answer) as gateway:
        with pytest.raises(MaybeSent):
            await gateway.send(SMS)


async def test_hanging_up_is_a_doubt_and_a_closed_door_is_none() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        return web.Response()

    async with network(hang_up) as gateway:
        with pytest.raises(MaybeSent):
            await gateway.send(SMS)
    clock = Clock.showing(MORNING)
    async with open_http(described("http://127.0.0.1:9"), SECRET, now=clock.now) as gateway:
        with pytest.raises(TryLater):
            await gateway.send(SMS)


async def test_it_is_asked_by_our_own_reference() -> None:
    """No guessing by day and text: the network kept the number we gave it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        right = signature(SECRET, request.headers["x-timestamp"], str(request.url), b"")
        assert request.headers["x-signature"] == right
        if request.query["ref"] != "7-2":
            return web.json_response({}, status=404)
        return web.json_response({"data": {"msgid": "m-1", "stat": "DELIVRD"}})

    other = msgspec.structs.replace(SMS, attempt=3)
    async with network(answer) as gateway:
        assert isinstance(gateway, Inquiry)
        assert await gateway.look(SMS, since=MORNING, others=()) == Found(
            gateway_id="m-1", status="delivered"
        )
        assert await gateway.look(other, since=MORNING, others=()) is None
    async with network(saying(500, {})) as gateway:
        assert isinstance(gateway, Inquiry)
        with pytest.raises(TryLater):
            await gateway.look(SMS, since=MORNING, others=())
    async with network(answer, look=False) as gateway:
        assert not isinstance(gateway, Inquiry)


async def test_a_network_is_a_file_and_two_settings(tmp_path: Path) -> None:
    """Dropping one in takes no line of code; both share the messages by weight."""
    path = tmp_path / "mobi.json"
    path.write_bytes(msgspec.json.encode(described("http://127.0.0.1:9")))
    settings = Settings(
        twilio_account_sid="AC" + 32 * "0",
        twilio_auth_token="token",
        twilio_from="BDLAMDONG",
        twilio_weight=30,
        sms_network=str(path),
        sms_network_secret="shared",
        sms_network_weight=70,
    )

    async with network_settings.open_networks(settings, Clock()) as found:
        assert {name: each.share for name, each in found.items()} == {"twilio": 30, "mobi": 70}
    assert set(network_settings.reports(settings)) == {"twilio", "mobi"}
    async with network_settings.open_networks(Settings(), Clock()) as found:
        assert list(found) == ["console"]
    assert network_settings.reports(Settings()) == {}
    assert network_settings.door(Settings()) is None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{}",
        b"not json",
        msgspec.json.encode(msgspec.to_builtins(described("x")) | {"statuses": {"READ": "read"}}),
        msgspec.json.encode(msgspec.to_builtins(described("x")) | {"fields": {"to": "phone"}}),
        msgspec.json.encode(msgspec.to_builtins(described("x")) | {"urll": "x"}),
    ],
)
def test_a_bad_description_names_its_setting(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "mobi.json"
    path.write_bytes(broken)

    with pytest.raises(BadSetting, match="SMS_NETWORK"):
        network_settings.described_in(str(path))
