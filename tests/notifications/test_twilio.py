"""Twilio over a real socket: what its answers mean for a message, and that it is asked once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from notifications.gateway import MaybeSent, Refused, SenderStopped, Sms, TryLater
from notifications.twilio import TwilioGateway

# Twilio's client still signs in the way that aiohttp 4 will drop: theirs to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

ACCOUNT = "AC00000000000000000000000000000000"
SID = "SM00000000000000000000000000000001"
SMS = Sms(id=7, attempt=1, phone="+84590000001", body="BDLAMDONG: Da nhan ho so.", segments=1)


class Network:
    """A server that speaks Twilio's create call, and answers as it is told."""

    def __init__(self, status: int, answer: bytes, *, silent: bool = False) -> None:
        self.status, self.answer, self.silent = status, answer, silent
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.done = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length")
        )
        form = parse_qs((await reader.readexactly(length)).decode())
        self.calls.append((head.split("\r\n")[0], {name: got[0] for name, got in form.items()}))
        if self.silent:
            await self.done.wait()
        else:
            writer.write(
                f"HTTP/1.1 {self.status} x\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(self.answer)}\r\nConnection: close\r\n\r\n".encode()
            )
            writer.write(self.answer)
            await writer.drain()
        writer.close()


class Rerouted(AsyncTwilioHttpClient):
    """Twilio's own client, with its host exchanged for ours."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    async def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        url = url.replace("https://api.twilio.com", self._base)
        return await super().request(method, url, *args, **more)


@asynccontextmanager
async def network(
    status: int, answer: object, *, silent: bool = False, sender: str = "BDLAMDONG"
) -> AsyncIterator[tuple[Network, TwilioGateway]]:
    raw = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    told = Network(status, raw, silent=silent)
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Rerouted(f"http://127.0.0.1:{port}") as http:
        client = Client(ACCOUNT, "token", http_client=http)
        yield told, TwilioGateway(client, sender, patience=0.2 if silent else 10)
        told.done.set()


def created(**more: object) -> dict[str, object]:
    return {"sid": SID, "status": "queued", "num_segments": "1", "to": SMS.phone, **more}


def refusal(status: int, code: int | None) -> dict[str, object]:
    return {"code": code, "message": f"about {SMS.phone}", "more_info": "", "status": status}


async def test_a_message_taken_returns_twilios_id() -> None:
    """Receipts will speak of the message by this id."""
    async with network(201, created()) as (told, gateway):
        assert await gateway.send(SMS) == SID

    [(line, form)] = told.calls
    assert line == f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1"
    assert form == {"To": SMS.phone, "From": "BDLAMDONG", "Body": SMS.body}


async def test_a_message_about_today_does_not_arrive_tomorrow() -> None:
    async with network(201, created(), sender="MG" + 32 * "0") as (told, gateway):
        await gateway.send(msgspec.structs.replace(SMS, valid_for=14_400))

    [(_, form)] = told.calls
    assert form["ValidityPeriod"] == "14400"
    assert form["MessagingServiceSid"] == "MG" + 32 * "0"
    assert "From" not in form


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (400, 21614, Refused),
        (400, 21211, Refused),
        (400, 99999, Refused),
        (429, 20429, TryLater),
        (500, 20500, TryLater),
        (503, None, TryLater),
        (400, 30001, TryLater),
        (401, 20003, SenderStopped),
        (403, None, SenderStopped),
        (504, None, MaybeSent),
    ],
)
async def test_each_refusal_has_its_meaning_and_is_heard_once(
    status: int, code: int | None, means: type[Exception]
) -> None:
    """A create call repeated by a library is a message paid for and read twice."""
    async with network(status, refusal(status, code)) as (told, gateway):
        with pytest.raises(means) as caught:
            await gateway.send(SMS)

    assert type(caught.value) is means
    assert str(caught.value) == f"{status}/{code}", "the number must not reach the log"
    assert len(told.calls) == 1


async def test_silence_after_the_request_left_is_a_doubt() -> None:
    """The message may be on its way: sending again would be a guess."""
    async with network(201, created(), silent=True) as (told, gateway):
        with pytest.raises(MaybeSent):
            await gateway.send(SMS)

    assert len(told.calls) == 1


async def test_an_unreadable_success_is_a_doubt() -> None:
    async with network(201, b"<html>") as (_, gateway):
        with pytest.raises(MaybeSent):
            await gateway.send(SMS)


async def test_a_closed_door_is_no_doubt() -> None:
    """Nothing left: it may be tried again."""
    async with Rerouted("http://127.0.0.1:9") as http:
        gateway = TwilioGateway(Client(ACCOUNT, "token", http_client=http), "BDLAMDONG")
        with pytest.raises(TryLater):
            await gateway.send(SMS)
