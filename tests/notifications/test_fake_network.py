"""The fake network behaves as the real one would, well or badly, and as a command too."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from notifications.gateway import Sms
from notifications.twilio import open_twilio
from postal_service.fake_messages import Manner, faults_of
from postal_service.fake_network import FakeNetwork, running

# Twilio's client still signs in the way that aiohttp 4 will drop: theirs to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

ROOT = Path(__file__).parents[2]
ACCOUNT = "AC" + 32 * "0"
SMS = Sms(id=7, attempt=1, phone="+84590000001", body="BDLAMDONG: Da nhan ho so.", segments=1)


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[str]]]:
    """An address that checks each report with Twilio's own library, and what it was told."""
    heard: list[str] = []
    url = ""

    async def take(request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        signed = request.headers["X-Twilio-Signature"]
        assert RequestValidator("token").validate(url, form, signed)
        heard.append(form["MessageStatus"])
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/report", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/report"
    try:
        yield url, heard
    finally:
        await runner.cleanup()


async def reported(manner: Manner) -> tuple[FakeNetwork, list[str]]:
    """Send one message to a network of that *manner*; the reports that came."""
    network = FakeNetwork(ACCOUNT, "token", manner=manner, seed=3)
    async with listening() as (callback, heard), running(network) as base:
        async with open_twilio(ACCOUNT, "token", "BDLAMDONG", base=base) as gateway:
            await gateway.send(msgspec.structs.replace(SMS, callback=callback))
        await network.rest()
        if manner.held:
            assert heard == []
            network.release()
            await network.rest()
    return network, heard


async def test_reports_are_signed_as_the_real_ones() -> None:
    network, heard = await reported(Manner())

    assert heard == ["sent", "delivered"]
    assert network.answers == {204: 2}


async def test_reports_come_twice_late_and_out_of_order() -> None:
    _, doubled = await reported(Manner(doubled=True))
    words = ("queued", "accepted", "sending", "sent", "delivered")
    _, shuffled = await reported(Manner(shuffled=True, reports=words))
    _, held = await reported(Manner(held=True))

    assert doubled == ["sent", "sent", "delivered", "delivered"]
    assert sorted(shuffled) == sorted(words)
    assert shuffled != list(words)
    assert held == ["sent", "delivered"]


async def test_it_reports_to_this_machine_alone() -> None:
    """A setting copied from production must not have a fake talk to a real site."""
    network = FakeNetwork(ACCOUNT, "token")
    async with (
        running(network) as base,
        open_twilio(ACCOUNT, "token", "BDLAMDONG", base=base) as gateway,
    ):
        await gateway.send(msgspec.structs.replace(SMS, callback="http://192.0.2.1/report"))
        await network.rest()

    assert network.answers == {}


def test_faults_are_named_on_the_command_line() -> None:
    assert faults_of(["busy=0.25", "reset=1"]) == {"busy": 0.25, "reset": 1.0}
    with pytest.raises(ValueError, match="nothing"):
        faults_of(["nothing=1"])


async def test_the_command_says_how_to_reach_it_and_what_it_took() -> None:
    """``postal fake-network``: a developer's telephone network in one line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "postal_service", "fake-network", "--port", "0",
        cwd=ROOT, env=os.environ | {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "token"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    settings = dict(pair.split("=", 1) for pair in said.split())
    async with open_twilio(ACCOUNT, "token", "X", base=settings["TWILIO_URL"]) as gateway:
        await gateway.send(SMS)
    process.send_signal(signal.SIGTERM)
    rest = (await asyncio.wait_for(process.stdout.read(), 60)).decode()

    assert settings["TWILIO_ACCOUNT_SID"] == ACCOUNT
    assert rest.startswith("1 tin đã nhận")
    assert await process.wait() == 0
