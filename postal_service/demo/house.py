"""The Procfile's processes over the embedded servers, up for as long as a block runs."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import asyncpg

from postal_service.settings import DATA

ROOT: Final = DATA.parent.parent
DATABASE: Final = "postal"
#: How long the first page may take before the demo gives up.
PATIENCE: Final = 60.0


class DemoError(Exception):
    """The demo cannot run: the message says what to do."""


async def create_database(server: str) -> str:
    """The address of the demo's own database on *server*, made if it is not there."""
    conn = await asyncpg.connect(server)
    try:
        if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await conn.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await conn.close()
    return server.rpartition("/")[0] + "/" + DATABASE


def kept_secret(folder: Path) -> str:
    """The form-signing key of this demo, drawn once."""
    path = folder / "secret"
    if not path.exists():
        path.write_text(secrets.token_hex(32))
        path.chmod(0o600)
    return path.read_text()


def free_port(wanted: int) -> int:
    """*wanted*, or the next free one when somebody is there already."""
    for port in (*range(wanted, wanted + 20), 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as probe:
                found: int = probe.getsockname()[1]
                return found
        except OSError:
            continue
    raise DemoError("Không còn cổng nào trống. / No port is free.")


@contextmanager
def procfile(
    environment: Mapping[str, str], log: Path, *, ready: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``web`` and ``worker`` as the Procfile says, until the page *ready* answers and after.

    Raises DemoError with the last lines they wrote when they end first.
    """
    bin_dir = Path(sys.executable).parent
    inherited = dict(os.environ)
    with log.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603 -- our own Procfile
            [str(bin_dir / "honcho"), "start", "web", "worker"],
            cwd=ROOT,
            env={
                **inherited,
                "PATH": f"{bin_dir}:{inherited.get('PATH', os.defpath)}",
                **environment,
            },
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_us(),
        )
    try:
        wait_for(child, ready, log)
        yield child
    finally:
        stop(child)


def dies_with_us() -> Callable[[], None] | None:
    """Have the kernel end the child when this process is killed outright (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

    return ask


def wait_for(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 -- our own loopback page
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise DemoError(f"Máy chủ không khởi động được. / The server did not start.\n{last}")


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop honcho, which stops its children; then whatever is left of its group."""
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(15)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
