"""Where a request ends: the server over a real socket, told two different things about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from asyncpg import Connection

from postal_service.demo.house import free_port, wait_for
from tests.make import Town
from tests.test_serve import serve

#: Two lengths for one body; where the first is believed, what follows is a request of its own.
SMUGGLED = (
    b"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n"
    b"Transfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
    b"0\r\n\r\nG"
)
TWO_LENGTHS = (
    b"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\n"
    b"GET /nowhere HTTP/1.1\r\nX: y\r\n\r\n"
)
BROKEN = (
    b"POST /signin HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n"
    b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
)


async def test_a_request_has_one_end(
    tmp_path: Path, town_url: str, desk: Connection, town: Town
) -> None:
    """Chunks count and the length beside them does not; what contradicts itself is refused."""
    port, log = free_port(0), tmp_path / "serve.log"
    web = serve(town_url, port, log)
    try:
        wait_for(web, f"http://localhost:{port}/signin", log)
        # the G behind the last chunk begins a second request, which is never whole
        smuggled = await said(port, SMUGGLED)
        assert smuggled.count(b"HTTP/1.1 ") <= 2
        assert b"HTTP/1.1 200" not in smuggled
        for raw in (TWO_LENGTHS, BROKEN):
            answer = await said(port, raw)
            assert answer.startswith(b"HTTP/1.1 400"), answer
            assert answer.count(b"HTTP/1.1 ") == 1, answer
    finally:
        web.terminate()
        web.wait(25)


async def said(port: int, raw: bytes) -> bytes:
    """All that the server answers to *raw* before it hangs up, or falls silent."""
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(raw)
    await writer.drain()
    answer = b""
    try:
        async with asyncio.timeout(4):
            while piece := await reader.read(65_536):
                answer += piece
    except TimeoutError:
        pass
    finally:
        writer.close()
    return answer
