"""Each day of the register is signed once, and its proof leaves the database."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from asyncpg import Connection
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace

from postal_service import seals, worker
from postal_service.clock import Clock
from postal_service.database import Context, Database, open_database
from postal_service.seals import Seal, SealError
from postal_service.settings import BadSetting, Settings
from tests import make
from tests.make import MORNING, Town
from tracking import seal, seal_store
from tracking.seal import START, Root

KEY = seals.new_key()
MIDNIGHT = seal.begins(date(2026, 11, 24))


def sealing(folder: Path, key: str = KEY) -> Seal:
    found = Seal.of(Settings(seal_key=key, seal_folder=str(folder)))
    assert found is not None
    return found


async def sign_all(database: Database, means: Seal, now: datetime) -> list[Root]:
    signed = []
    begin = partial(database.begin, Context.job("seal_days"))
    while root := await seals.sign_next(begin, means.signer, now):
        signed.append(root)
    await seals.export_missing(begin, means)
    return signed


async def test_a_day_is_signed_once_after_midnight(
    desk: Connection, town_url: str, town: Town, tmp_path: Path
) -> None:
    """Late enough for what was heard before midnight; the days before it were caught up with."""
    means = sealing(tmp_path)
    await make.dossier(desk, town, at=MORNING - timedelta(days=3), offered=False)
    dossier = await make.dossier(desk, town, offered=False)
    n, hash_ = await desk.fetchrow(
        "SELECT n, hash FROM event_chain WHERE dossier_id = $1", dossier.id
    )

    async with open_database(town_url, size=4, keys=make.KEYS) as database:
        assert await sign_all(database, means, MIDNIGHT + timedelta(minutes=9)) != []
        early = await desk.fetchval("SELECT max(day) FROM daily_root")
        turns = await asyncio.gather(
            *(sign_all(database, means, MIDNIGHT + timedelta(minutes=11)) for _ in range(4))
        )
        again = await sign_all(database, means, MIDNIGHT + timedelta(hours=5))

    assert early == date(2026, 11, 22)
    assert [root.day for turn in turns for root in turn] == [date(2026, 11, 23)]
    assert again == []
    roots = await seal_store.roots(desk)
    last = await seal_store.root_of(desk, roots[-1].day)
    assert [(root.day.day, root.events) for root in roots] == [(20, 1), (21, 0), (22, 0), (23, 1)]
    assert [root.previous for root in roots] == [START, *(root.root for root in roots[:-1])]
    assert last is not None
    assert (dossier.id, n, hash_) in [
        (h.dossier_id, h.n, h.hash) for h in seal.unpacked(last.heads)
    ]


async def test_a_file_is_checked_with_the_public_key_alone(
    desk: Connection, town_url: str, town: Town, tmp_path: Path
) -> None:
    """A stranger with the file and our public key needs neither our database nor our code."""
    await make.dossier(desk, town, offered=False)
    async with open_database(town_url, size=1, keys=make.KEYS) as database:
        await sign_all(database, sealing(tmp_path), MIDNIGHT + timedelta(hours=1))

    path = seals.path_of(tmp_path, date(2026, 11, 23))
    file = json.loads(path.read_text())
    public = Ed25519PublicKey.from_public_bytes(sealing(tmp_path).signer.public)

    public.verify(base64.b64decode(file["signature"]), file["signed"].encode())
    covered = b"".join(
        d.to_bytes(8, "big") + n.to_bytes(4, "big") + bytes.fromhex(h) for d, n, h in file["heads"]
    )
    root = hashlib.sha256(bytes.fromhex(file["previous"]) + covered).hexdigest()
    assert root == file["root"]
    assert file["signed"].splitlines() == [
        "postal daily root 1", "2026-11-23", "1", "1", file["previous"], root,
    ]  # fmt: skip


async def test_a_root_is_not_exchanged(
    desk: Connection, town_url: str, town: Town, tmp_path: Path
) -> None:
    """Neither its figures, nor its key, nor what it covers, in the database or in the file."""
    await make.dossier(desk, town, offered=False)
    means = sealing(tmp_path)
    async with open_database(town_url, size=1, keys=make.KEYS) as database:
        [root] = await sign_all(database, means, MIDNIGHT + timedelta(hours=1))
    stranger = sealing(tmp_path, seals.new_key())
    path = seals.path_of(tmp_path, root.day)

    assert seals.fault_of(root, means.keys) is None
    assert seals.fault_of(seals.imported(path.read_bytes()), means.keys) is None
    assert "unknown key" in (seals.fault_of(root.signed_by(stranger.signer.sign), {}) or "")
    for other in (
        replace(root, events=root.events + 1),
        replace(root, day=date(2026, 11, 22)),
        replace(root, root=START),
        root.signed_by(stranger.signer.sign),
    ):
        assert "does not fit" in (seals.fault_of(other, means.keys) or "")
    for bad in (b"", b"{}", path.read_bytes().replace(b'"heads": [', b'"heads": [[1,1,"00"],')):
        with pytest.raises(SealError):
            seals.imported(bad)
    owner = await asyncpg.connect(town_url)
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("UPDATE daily_root SET events = 0")
    await owner.close()


async def test_the_worker_signs_by_itself(
    desk: Connection, town_url: str, town: Town, tmp_path: Path
) -> None:
    """A file that could not be written is written later; a day is never signed twice."""
    await make.dossier(desk, town, offered=False)
    given = Settings(
        database_url=town_url,
        pool_size=2,
        seal_key=KEY,
        seal_folder=str(tmp_path / "roots"),
        clock_offset_seconds=Clock.showing(MIDNIGHT + timedelta(hours=1)).offset.total_seconds(),
    )
    async with worker.open_jobs(given) as jobs:
        assert await jobs.seal_days()
        assert not await jobs.seal_days()
        assert not await jobs.seal_days()
    path = seals.path_of(tmp_path / "roots", date(2026, 11, 23))
    written = path.read_bytes()
    path.unlink()
    async with worker.open_jobs(given) as jobs:
        assert not await jobs.seal_days()

    assert path.read_bytes() == written


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    """A typing mistake stops the worker at its start, not the signing at midnight."""
    for text in ("", "abc", "x" * 44, "AAAA"):
        with pytest.raises(BadSetting, match="SEAL_KEY"):
            seals.Signer.of(Settings(seal_key=text))
    assert seals.kept_key(tmp_path / "key") == seals.kept_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
