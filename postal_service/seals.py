"""The signature under each day of the register, and the file that takes it out of the database.

Ed25519. A file holds all that is needed to check it with the public key alone: whoever
may change the database cannot change what has left it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import struct
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Final, Self

import msgspec
from asyncpg import Connection
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from postal_service.settings import BadSetting, Settings
from tracking import roots, seal, seal_store
from tracking.seal import Head, Root

Begin = Callable[[], AbstractAsyncContextManager[Connection]]

FORMAT: Final = "postal daily root 1"
#: Told in each file, so that a stranger can check it.
CHECK: Final = (
    "root = sha256(previous + heads), a head being dossier (8 bytes, big-endian), n (4) and hash"
    " (32); signature = Ed25519 over the UTF-8 text in `signed`, which names day, events,"
    " dossiers, previous and root, each ended by a line feed."
)


class SealError(Exception):
    """A file of a root is not what it says. The message says which, and what to do."""


class Signer(Struct, frozen=True):
    """The key that signs days, and its public half."""

    key: Ed25519PrivateKey
    public: bytes

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The one of SEAL_KEY; none without it. Raises BadSetting."""
        if settings.seal_key is None:
            return None
        return cls.from_text(settings.seal_key)

    @classmethod
    def from_text(cls, text: str) -> Self:
        key = Ed25519PrivateKey.from_private_bytes(key_bytes(text, "SEAL_KEY"))
        return cls(key, key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> str:
        return key_id(self.public)

    @property
    def public_text(self) -> str:
        return base64.b64encode(self.public).decode()

    def sign(self, said: bytes) -> bytes:
        return self.key.sign(said)


class Seal(Struct, frozen=True, kw_only=True):
    """What a worker needs to sign days: its key, the keys it knows, and where the files go."""

    signer: Signer
    keys: Mapping[str, bytes]
    folder: Path | None

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """None without SEAL_KEY: then no day is signed. Raises BadSetting."""
        signer = Signer.of(settings)
        if signer is None:
            return None
        folder = Path(settings.seal_folder) if settings.seal_folder else None
        return cls(signer=signer, keys=trusted(settings), folder=folder)


def new_key() -> str:
    """A new SEAL_KEY."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def kept_key(path: Path) -> str:
    """The SEAL_KEY in a file that only its owner reads; drawn there when there is none."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key())
    return path.read_text()


def key_bytes(text: str, name: str) -> bytes:
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise BadSetting(
            f"{name} phải là 32 byte viết bằng base64; `postal root key` tạo khóa mới. / "
            f"{name} must be 32 bytes in base64; `postal root key` draws one."
        )
    return found


def key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def trusted(settings: Settings) -> dict[str, bytes]:
    """The public keys whose signature counts, by their ids. Raises BadSetting."""
    named = [key_bytes(text, "SEAL_PUBLIC") for text in settings.seal_public.split(",") if text]
    signer = Signer.of(settings)
    return {key_id(public): public for public in (*named, *([signer.public] if signer else ()))}


def fault_of(root: Root, keys: Mapping[str, bytes]) -> str | None:
    """Why the signature under *root* does not count, if it does not."""
    if root.key_id not in keys:
        return f"signed with the unknown key {root.key_id}: forged, or missing from SEAL_PUBLIC"
    public = Ed25519PublicKey.from_public_bytes(keys[root.key_id])
    try:
        public.verify(root.signature, root.said())
    except InvalidSignature:
        return "its signature does not fit: day, counts, previous root or root were altered"
    return None


class RootFile(Struct, frozen=True, kw_only=True):
    """A root as it leaves the database."""

    format: str
    check: str
    day: date
    events: int
    dossiers: int
    previous: str
    root: str
    signed: str
    signature: str
    key_id: str
    public_key: str
    signed_at: datetime
    heads: list[tuple[int, int, str]]


def exported(root: Root, public: bytes) -> bytes:
    """*root*, heads included, as JSON that needs nothing else to be checked."""
    return msgspec.json.format(
        msgspec.json.encode(
            RootFile(
                format=FORMAT,
                check=CHECK,
                day=root.day,
                events=root.events,
                dossiers=root.dossiers,
                previous=root.previous.hex(),
                root=root.root.hex(),
                signed=root.said().decode(),
                signature=base64.b64encode(root.signature).decode(),
                key_id=root.key_id,
                public_key=base64.b64encode(public).decode(),
                signed_at=root.signed_at,
                heads=[(h.dossier_id, h.n, h.hash.hex()) for h in seal.unpacked(root.heads)],
            )
        ),
        indent=1,
    )


def imported(content: bytes) -> Root:
    """The root of a file. Raises SealError where it is not one, or its heads do not fit it."""
    try:
        file = msgspec.json.decode(content, type=RootFile)
        heads = [Head(dossier_id=d, n=n, hash=bytes.fromhex(h)).packed() for d, n, h in file.heads]
        root = Root(
            day=file.day,
            events=file.events,
            dossiers=file.dossiers,
            previous=bytes.fromhex(file.previous),
            root=bytes.fromhex(file.root),
            key_id=file.key_id,
            signature=base64.b64decode(file.signature),
            signed_at=file.signed_at,
            heads=b"".join(heads),
        )
    except (msgspec.DecodeError, ValueError, struct.error) as error:
        raise SealError(f"Tệp không đọc được / the file cannot be read: {error}") from error
    if seal.root_of(root.previous, root.heads) != root.root:
        raise SealError("Nội dung không khớp dấu gốc / its heads do not add up to its root")
    return root


def path_of(folder: Path, day: date) -> Path:
    return folder / f"root-{day.isoformat()}.json"


def write(folder: Path, root: Root, public: bytes) -> Path:
    """Put *root* into *folder*: whole, or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, root.day)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".root-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(exported(root, public))
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


async def sign_next(begin: Begin, signer: Signer, now: datetime) -> Root | None:
    """Sign the oldest day that is due; none when all are signed."""
    async with begin() as conn:
        return await roots.close_next(conn, signer.sign, signer.key_id, now=now)


async def export_missing(begin: Begin, means: Seal) -> list[Path]:
    """Write the file of each day that has none in the folder, and say which were written.

    A day signed while the disk was full gets its file later. What an unknown key signed
    stays inside: a file without its public key proves nothing.
    """
    written: list[Path] = []
    if means.folder is None:
        return written
    async with begin() as conn:
        for known in await seal_store.roots(conn):
            if known.key_id in means.keys and not path_of(means.folder, known.day).exists():
                whole = await seal_store.root_of(conn, known.day)
                if whole is not None:
                    written.append(write(means.folder, whole, means.keys[known.key_id]))
    return written
