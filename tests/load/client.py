"""A load over loopback: keep-alive connections, one request at a time on each, bounded in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct


class Load(Struct, frozen=True, kw_only=True):
    """Whom to ask, and as whom."""

    port: int
    token: str
    form_token: str

    async def singles(
        self, scans: Iterator[dict[str, str]], *, clients: int, seconds: float
    ) -> float:
        """Answers a second to single scans."""
        until = time.perf_counter() + seconds
        done = await asyncio.gather(*(self._singles(scans, until) for _ in range(clients)))
        return sum(done) / seconds

    async def _singles(self, scans: Iterator[dict[str, str]], until: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        done = 0
        while time.perf_counter() < until:
            writer.write(self._request("/courier/scans", next(scans)))
            await answer(reader)
            done += 1
        writer.close()
        return done

    async def batches(self, batches: Sequence[list[dict[str, str]]], *, clients: int) -> float:
        """Answered batches a second."""
        requests = iter(
            [self._request("/courier/scans/batch", {"scans": scans}) for scans in batches]
        )
        started = time.perf_counter()
        await asyncio.gather(*(self._batches(requests) for _ in range(clients)))
        return len(batches) / (time.perf_counter() - started)

    async def _batches(self, requests: Iterator[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for request in requests:
            writer.write(request)
            body = await answer(reader)
            if b'"problem"' in body or b'"ok":false' in body:
                raise RuntimeError(body[:500].decode())
        writer.close()

    def _request(self, path: str, body: object) -> bytes:
        text = msgspec.json.encode(body)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: postal={self.token}\r\nX-CSRF-Token: {self.form_token}\r\n"
            "Content-Type: application/json\r\nAccept: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n"
        )
        return head.encode() + text


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The body of one answer. Raises RuntimeError for any but 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{head.decode()}{body[:500].decode()}")
    return body
