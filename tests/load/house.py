"""What a load stands on: a loaded province, papers on a shelf, real server processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from postal_service import schema, security, security_store
from postal_service.clock import Clock
from postal_service.database import Context, Database
from postal_service.demo.house import free_port, wait_for
from postal_service.desk.published.load import load
from postal_service.fields import Keys
from postal_service.security_store import Opening
from postal_service.settings import DATA, Settings
from tests import make
from tests.load.client import Load
from tracking import identifiers

#: The hour of the machine has no part in the result.
CLOCK = Clock.showing(make.MORNING)
SECRET = "bench"
#: What the servers derive from it.
KEYS = Keys.read(Settings(secret_key=SECRET))

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
SELECT d.id, 'F', d.s10, $3, $4, 'accepted', 'office', $3,
       CASE WHEN $5::bigint IS NOT NULL THEN 'courier' END, $5
  FROM unnest($1::bigint[], $2::text[]) AS d(id, s10)
"""


async def prepare(server: str) -> str:
    """The address of a new, migrated database."""
    conn = await asyncpg.connect(server)
    await conn.execute("CREATE DATABASE bench")
    await conn.close()
    url = server.rpartition("/")[0] + "/bench"
    await schema.migrate(url)
    return url


async def settle(database: Database, items: int, *, offered: bool) -> make.Town:
    """A loaded province whose office has *items* sealed papers on its shelf, numbered from 0.

    *offered* to the courier already, or not.
    """
    async with database.begin(Context.command("bench")) as conn:
        await conn.execute("SET LOCAL statement_timeout = '120s'")
        await load(conn, DATA)
        town = await make.town(conn)
        say(f"filling {items} dossiers")
        await fill(conn, town, items, offered=offered)
        return town


async def fill(
    conn: asyncpg.Connection, town: make.Town, items: int, *, offered: bool
) -> list[str]:
    """Lay sealed papers on the office's shelf in two statements; their postal numbers."""
    citizen = await make.party(conn)
    made = await conn.fetch(
        FILL_DOSSIERS, items, town.procedure, citizen, town.office, town.agency, CLOCK.now()
    )
    numbers = [identifiers.s10("RB", n) for n in range(items)]
    taker = town.courier if offered else None
    ids = [row["id"] for row in made]
    await conn.execute(FILL_CONSIGNMENTS, ids, numbers, town.office, town.agency, taker)
    return numbers


async def session(database: Database, name: str, port: int) -> Load:
    """Somebody signed in, who may ask the server on *port*."""
    async with database.begin(Context.command("bench")) as conn:
        found = await security_store.credentials(conn, name)
        assert found is not None
        opening = Opening(person_id=found.id, role=found.role)
        token = await security.open_session(conn, opening, now=CLOCK.now())
    return Load(port=port, token=token, form_token=security.form_token(SECRET, token))


@contextmanager
def served(url: str, folder: Path, *, pool: int) -> Iterator[int]:
    """The web application in two processes; the port it listens on."""
    port = free_port(0)
    settings = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "POOL_SIZE": str(pool),
        "SECRET_KEY": SECRET,
        "CLOCK_OFFSET_SECONDS": str(CLOCK.offset.total_seconds()),
    }
    with (folder / "serve.log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "postal_service", "serve"],
            env={**os.environ, **settings},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    try:
        wait_for(process, f"http://127.0.0.1:{port}/signin", folder / "serve.log")
        yield port
    finally:
        process.terminate()
        process.wait(15)


def say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
