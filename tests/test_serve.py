"""The web process over real sockets, when what it leans on is away."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
from asyncpg import Connection

from postal_service import embedded
from postal_service.demo.house import free_port, wait_for
from postal_service.schema import migrate
from tests import make
from tests.make import Town


async def test_the_web_outlives_its_database(tmp_path: Path) -> None:
    """Started before its database and kept while it is away: 503 and a hint, then work again.

    A process that exits because another service is away takes the whole
    Procfile with it.
    """
    port, database_port = free_port(0), free_port(0)
    with embedded.postgres(tmp_path, fast=True, port=database_port) as url:
        await migrate(url)
    log = tmp_path / "serve.log"
    web = serve(url, port, log)
    site = f"http://127.0.0.1:{port}"
    try:
        wait_for(web, f"{site}/signin", log)
        before = await look_up(site)
        with embedded.postgres(tmp_path, fast=True, port=database_port):
            during = await until_answered(site)
        after = await look_up(site)
        with embedded.postgres(tmp_path, fast=True, port=database_port):
            again = await until_answered(site)
        assert web.poll() is None
    finally:
        web.terminate()
        web.wait(20)

    assert [before.status_code, during.status_code] == [503, 401]
    assert [after.status_code, again.status_code] == [503, 401]
    assert before.headers["retry-after"]
    assert before.json()["detail"].startswith("Máy chủ đang bận")


async def test_an_open_radar_page_does_not_hold_the_server_up(
    tmp_path: Path, town_url: str, desk: Connection, town: Town
) -> None:
    """A page listens for as long as it is open; whoever stops the server does not wait for that."""
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    port, log = free_port(0), tmp_path / "serve.log"
    web = serve(town_url, port, log)
    site = f"http://localhost:{port}"
    try:
        wait_for(web, f"{site}/signin", log)
        async with httpx.AsyncClient(base_url=site, timeout=30) as client:
            await client.post("/signin", data={"username": "boss", "password": make.PASSWORD})
            async with client.stream("GET", "/supervisor/stream") as answer:
                lines = answer.aiter_lines()
                assert "retry: 3000" in [await anext(lines) for _ in range(3)]
                web.terminate()
                assert await asyncio.to_thread(web.wait, 25) == 0
    finally:
        web.kill()
        web.wait(20)


def serve(url: str, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "postal_service", "serve"],
            env=os.environ | {"DATABASE_URL": url, "PORT": str(port), "DEMO": "true"},
            stdout=out,
            stderr=out,
        )


async def look_up(site: str) -> httpx.Response:
    """Ask for something that needs the database: tries at the door are counted there."""
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.post(
            f"{site}/signin",
            data={"username": "nobody", "password": "wrong"},
            headers={"Accept": "application/json"},
        )


async def until_answered(site: str) -> httpx.Response:
    for _ in range(40):
        response = await look_up(site)
        if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
    return response
