"""How long ``postal verify`` takes over a register of a million lines, thirty nights signed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import msgspec

from postal_service import seals
from postal_service.database import Context, open_database
from postal_service.seals import Seal
from postal_service.settings import Settings
from tests.load import register
from tests.load.house import CLOCK, KEYS, SECRET, prepare, say, settle

LINES = 1_000_000


async def measure(server: str, folder: Path) -> dict[str, float]:
    """Seconds of the whole command, its start included, and lines a second."""
    url = await prepare(server)
    given = Settings(seal_key=seals.new_key(), seal_folder=str(folder / "roots"))
    means = Seal.of(given)
    assert means is not None
    async with open_database(url, size=2, keys=KEYS) as database:
        town = await settle(database, 0, offered=True)
        each = len(register.WAY)
        await register.fill(url, database, town, LINES // each, each)
        say("signing the nights")
        begin = partial(database.begin, Context.job("bench"))
        while await seals.sign_next(begin, means.signer, CLOCK.now()):
            pass
        await seals.export_missing(begin, means)
    say("postal verify")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    before = used.ru_utime + used.ru_stime
    started = time.perf_counter()
    done = subprocess.run(  # noqa: ASYNC221 -- nothing else is to run beside it
        [sys.executable, "-m", "postal_service", "verify", "--json"],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
            "SEAL_PUBLIC": means.signer.public_text,
            "SEAL_FOLDER": str(folder / "roots"),
            "CLOCK_OFFSET_SECONDS": str(CLOCK.offset.total_seconds()),
        },
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = msgspec.json.decode(done.stdout or b"{}")
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:].decode() + done.stderr[-1000:].decode())
    return {
        "seconds": round(seconds, 1),
        # its own, the database's aside: says how busy the machine was with other things
        "cpu_seconds": round(used.ru_utime + used.ru_stime - before, 1),
        "lines": said["lines"],
        "lines_per_s": round(said["lines"] / seconds),
        "roots": said["roots"],
    }
