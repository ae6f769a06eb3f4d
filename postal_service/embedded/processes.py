"""Starting a server, waiting for its word, stopping it; none outlives us."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from postal_service.embedded.errors import (
    DiskFull,
    EmbeddedError,
    NoBinaries,
    PortBusy,
    StartFailed,
)
from postal_service.embedded.folders import Owner

PATIENCE: Final = 60.0  #: seconds; a crash recovery is replayed before the server answers
CROWDED: Final = 2**20  #: bytes; with less than this left, a log may not hold the reason


def spawn(
    argv: list[str], owner: Owner, log: Path, *, died: signal.Signals, stdin: str = ""
) -> subprocess.Popen[bytes]:
    """Start *argv* as *owner*, in a session of its own: Ctrl-C reaches us first.

    *died* is the signal the kernel sends it when we are gone.
    """
    setpriv = shutil.which("setpriv")
    if setpriv:
        user = [f"--reuid={owner.uid}", f"--regid={owner.gid}", "--clear-groups"]
        drop = user if os.geteuid() == 0 else []
        argv = [setpriv, "--no-new-privs", *drop, f"--pdeathsig={died.name[3:]}", *argv]
    elif os.geteuid() == 0:
        raise NoBinaries("setpriv (util-linux)")
    with log.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            argv,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            cwd="/",
            env={"LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
        )
    if child.stdin:
        with (
            contextlib.suppress(BrokenPipeError),
            child.stdin as pipe,
        ):  # dead already: its log says
            pipe.write(stdin.encode())
    return child


def on_a_port(
    start: Callable[[int], subprocess.Popen[bytes]], port: int, draws: int = 3
) -> tuple[subprocess.Popen[bytes], int]:
    """Start on *port*; a drawn one may be taken before we are there, so draw again."""
    drawn = port or _free_port()
    try:
        return start(drawn), drawn
    except PortBusy:
        if port or draws == 1:
            raise
    return on_a_port(start, port, draws - 1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path, port: int
) -> subprocess.Popen[bytes]:
    """*child* once it is *ready*; a refusal when it ended, or never answered."""
    until = time.monotonic() + PATIENCE
    try:
        while child.poll() is None and time.monotonic() < until:
            if ready():
                return child
            time.sleep(0.01)
    except BaseException:
        stop(child, (signal.SIGTERM, signal.SIGKILL))
        raise
    stop(child, (signal.SIGKILL,))
    raise explain(log, port)


def stop(child: subprocess.Popen[bytes], signals: tuple[signal.Signals, ...]) -> None:
    """Ask in growing earnest, ten seconds each."""
    for each in signals:
        if child.poll() is not None:
            return
        child.send_signal(each)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            continue


def explain(log: Path, port: int) -> EmbeddedError:
    """What the last words of a server mean."""
    said = log.read_text(errors="replace").strip()
    full = shutil.disk_usage(log.parent).free < CROWDED
    if "Address already in use" in said:
        return PortBusy(port)
    if full or "No space left on device" in said or "Disk quota exceeded" in said:
        return DiskFull(log.parent)
    return StartFailed(log, said.splitlines()[-1] if said else "")
