"""A load over loopback: keep-alive connections, one request at a time on each, bounded in time.

Written on bare protocols, because the client shares two cores with what it measures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

import msgspec
from msgspec import Struct

#: Requests written before the clock starts: their making is not what is measured.
MOST = 8_000


class Load(Struct, frozen=True, kw_only=True):
    """Whom to ask, and as whom."""

    port: int
    token: str
    form_token: str

    async def singles(
        self, scans: Iterator[dict[str, str]], *, clients: int, seconds: float
    ) -> float:
        """Answers a second to single scans."""
        made = [self.request("/courier/scans", scan) for scan in islice(scans, MOST)]
        until = time.perf_counter() + seconds
        return await self._ask(iter(made), clients=clients, until=until) / seconds

    async def batches(self, batches: Sequence[list[dict[str, str]]], *, clients: int) -> float:
        """Answered batches a second."""
        requests = [self.request("/courier/scans/batch", {"scans": scans}) for scans in batches]
        started = time.perf_counter()
        done = await self._ask(iter(requests), clients=clients, until=started + 60)
        return done / (time.perf_counter() - started)

    async def posts(
        self, asked: Sequence[tuple[str, object]], *, clients: int
    ) -> tuple[float, list[float]]:
        """Send *asked*, (path, body) each; the seconds it took in all, and for each request."""
        requests = [self.request(path, body) for path, body in asked]
        took: list[float] = []
        started = time.perf_counter()
        await self._ask(iter(requests), clients=clients, until=started + 60, took=took)
        return time.perf_counter() - started, took

    async def _ask(
        self,
        requests: Iterator[bytes],
        *,
        clients: int,
        until: float,
        took: list[float] | None = None,
    ) -> int:
        loop = asyncio.get_running_loop()
        askers = [
            Asker(requests, until, loop.create_future(), [] if took is None else took)
            for _ in range(clients)
        ]
        for asker in askers:
            await loop.create_connection(lambda asker=asker: asker, "127.0.0.1", self.port)
        async with asyncio.timeout_at(loop.time() + until - time.perf_counter() + 30):
            await asyncio.gather(*(asker.end for asker in askers))
        return sum(asker.done for asker in askers)

    def request(self, path: str, body: object) -> bytes:
        """A POST of *body* as it goes over the wire."""
        text = msgspec.json.encode(body)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: postal={self.token}\r\nX-CSRF-Token: {self.form_token}\r\n"
            "Content-Type: application/json\r\nAccept: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n"
        )
        return head.encode() + text


class Asker(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again."""

    def __init__(
        self,
        requests: Iterator[bytes],
        until: float,
        end: asyncio.Future[None],
        took: list[float],
    ) -> None:
        self.end = end
        self.done = 0
        self._took = took
        self._asked_at = 0.0
        self._requests = requests
        self._until = until
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, blank, body = self._heard.partition(b"\r\n\r\n")
        if not blank or len(body) < content_length(head):
            return
        if not head.startswith(b"HTTP/1.1 200") or b'"problem":{' in body:
            self.end.set_exception(RuntimeError((head + body)[:1500].decode()))
            self._transport.close()
            return
        self._heard = b""
        self.done += 1
        self._took.append(time.perf_counter() - self._asked_at)
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.end.done():
            self.end.set_exception(ConnectionError("the server hung up"))

    def _next(self) -> None:
        request = next(self._requests, None) if time.perf_counter() < self._until else None
        if request is None:
            self.end.set_result(None)
            self._transport.close()
        else:
            self._asked_at = time.perf_counter()
            self._transport.write(request)


def content_length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
