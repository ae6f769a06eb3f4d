"""A national peak over a full register: single scans that come when they come.

A million dossiers, two web processes, 420 beeps a second that wait for nobody: each is
timed from the moment it was due, so that a server that falls behind cannot hide it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import cast

from msgspec import Struct

from postal_service.database import open_database
from tests.load import register
from tests.load.client import Load, content_length
from tests.load.house import KEYS, prepare, say, served, session, settle
from tests.load.manifest import p99
from tests.load.scan import one

DOSSIERS = 1_000_000
RATE = 420
#: Before the clock starts: caches and plans warm up at the same rate.
WARM = 10
SECONDS = 40
#: Couriers' phones with an open connection; more than are ever busy at once.
PHONES = 128
#: Coprime to the number of dossiers: beeps fall anywhere in the register, each once.
STRIDE = 7_919


class Tally(Struct):
    """What came of the beeps: seconds from when each was due to its answer, and what went wrong."""

    took: list[float]
    errors: int = 0
    first_error: str = ""

    def fail(self, what: str) -> None:
        self.errors += 1
        self.first_error = self.first_error or what


class Phone(asyncio.Protocol):
    """One connection, kept open; sends what is due when it is free."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._due = 0.0
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, blank, body = self._heard.partition(b"\r\n\r\n")
        if not blank or len(body) < content_length(head):
            return
        self._heard = b""
        good = head.startswith(b"HTTP/1.1 200") and b'"problem":{' not in body
        self._exchange.answered(self, self._due, None if good else (head + body)[:600].decode())

    def connection_lost(self, _: Exception | None) -> None:
        self._exchange.lost()


class Exchange:
    """Gives each beep to a free phone; what is due while none is free waits, and that counts."""

    def __init__(self) -> None:
        self.tally = Tally(took=[])
        self._free: deque[Phone] = deque()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._out = 0
        self._ending = False
        self._done = asyncio.Event()

    async def connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(PHONES):
            _, phone = await loop.create_connection(lambda: Phone(self), "127.0.0.1", port)
            self._free.append(phone)

    def due(self, request: bytes, at: float) -> None:
        self._out += 1
        if self._free:
            self._free.popleft().send(request, at)
        else:
            self._waiting.append((request, at))

    def answered(self, phone: Phone, due: float, error: str | None) -> None:
        self._out -= 1
        self.tally.took.append(time.perf_counter() - due)
        if error:
            self.tally.fail(error)
        if self._ending and not self._out:
            self._done.set()
        if self._waiting:
            phone.send(*self._waiting.popleft())
        else:
            self._free.append(phone)

    def lost(self) -> None:
        if not (self._ending and not self._out):
            self._out -= 1
            self.tally.fail("the server hung up")

    async def drained(self) -> None:
        """Wait for what is still out, for half a minute at most; the rest is an error."""
        self._ending = True
        if self._out:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), 30)
        for _ in range(self._out):
            self.tally.fail("never answered")


async def beep(load: Load, port: int, first: int, seconds: int) -> Tally:
    """RATE scans a second for so many *seconds*, evenly, whatever the server does."""
    exchange = Exchange()
    await exchange.connect(port)
    requests = [
        load.request("/courier/scans", one((first + n) * STRIDE % DOSSIERS))
        for n in range(RATE * seconds)
    ]
    begun = time.perf_counter() + 0.2
    for n, request in enumerate(requests):
        at = begun + n / RATE
        if (wait := at - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        exchange.due(request, at)
    await exchange.drained()
    return exchange.tally


async def measure(server: str, folder: Path) -> dict[str, float]:
    """Milliseconds from due to answered at the national peak, and how many went wrong."""
    url = await prepare(server)
    async with open_database(url, size=2, keys=KEYS) as database:
        town = await settle(database, 0, offered=True)
        await register.fill(url, database, town, DOSSIERS, 1)
        with served(url, folder, pool=12) as port:
            courier = await session(database, "courier", port)
            say(f"{RATE} scans a second: {WARM} s to warm up")
            await beep(courier, port, 0, WARM)
            say(f"{RATE} scans a second for {SECONDS} s")
            busy = os.getloadavg()[0]
            tally = await beep(courier, port, RATE * WARM, SECONDS)
    if tally.first_error:
        say(tally.first_error)
    return {
        "dossiers": DOSSIERS,
        "asked_per_s": RATE,
        "seconds": SECONDS,
        "p50_ms": round(sorted(tally.took)[len(tally.took) // 2] * 1000, 1),
        "p99_ms": round(p99(tally.took) * 1000, 1),
        "most_ms": round(max(tally.took) * 1000, 1),
        "errors": tally.errors,
        "load_before": round(busy, 2),
    }
