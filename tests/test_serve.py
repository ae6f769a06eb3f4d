"""The web process over real sockets, when what it leans on is away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

from postal_service import embedded
from postal_service.demo.house import free_port, wait_for
from postal_service.schema import migrate


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


def serve(url: str, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "postal_service", "serve"],
            env=os.environ | {"DATABASE_URL": url, "PORT": str(port)},
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
