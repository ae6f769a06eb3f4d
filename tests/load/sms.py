"""How fast committed events become messages at the network, and how long one takes.

Real worker processes, real PostgreSQL and Valkey, and the fake network of
``postal fake-network`` over HTTP. Four turns: a heap of events as fast as two
workers can; then the national peak, 167 a second, with the bell and without; then
a heap again, with every report of the network heard.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from postal_service import embedded
from postal_service.bell import Bell
from postal_service.clock import Clock
from postal_service.database import Context, Database, open_database
from postal_service.demo.house import free_port, wait_for
from postal_service.desk.published.load import load
from postal_service.fake_messages import Manner
from postal_service.fake_network import FakeNetwork, running
from postal_service.settings import DATA
from tests import make
from tests.load.house import KEYS, SECRET
from tests.load.scan import prepare, say
from tracking import identifiers

CLOCK = Clock.showing(make.MORNING)
ACCOUNT, TOKEN = "AC" + 32 * "0", "token"
HEAP = 20_000
#: Messages a second at the national peak, and for how long.
PEAK = 167
SECONDS = 20
REPORTED = 4_000
WORKERS = 2

FILL_PARTIES = """
INSERT INTO party (id, full_name, phone_sealed, phone_index, sms_allowed, address_sealed,
                   note_sealed)
SELECT p.id, 'Trần Bích Uyên', p.phone, p.mark, true, p.address, p.note
  FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[])
       AS p (id, phone, mark, address, note)
RETURNING id
"""
FILL_DOSSIERS = """
INSERT INTO dossier (ref, tracking_code, procedure_id, applicant_id, receiver_id, office_id,
                     agency_id, service, return_way, status, limit_value, limit_unit,
                     same_day_cutoff, hours_group, accepted_at, expected_on)
SELECT format('LD-%s-%s', to_char(date '2019-01-01' + (d.n / 90000)::integer, 'YYMMDD'),
              lpad((d.n % 90000 + 1)::text, 5, '0')),
       lpad(d.n::text, 14, '0'), $2, d.party, d.party, $3, $4, 'both', 'home', 1, 3,
       'working_day', false, 'LD-STD', $5, date '2026-12-01'
  FROM unnest($1::bigint[]) WITH ORDINALITY AS d (party, n)
RETURNING id
"""
FILL_INTAKE = """
INSERT INTO intake (dossier_id, form_id, clerk_id, form_set, weight_g)
SELECT d, gen_random_uuid(), $2, 'TT03-2025', 50 FROM unnest($1::bigint[]) d
"""
FILL_CONSIGNMENTS = """
INSERT INTO consignment (dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id)
SELECT d.id, 'F', d.s10, $3, $4, 'accepted', 'office', $3
  FROM unnest($1::bigint[], $2::text[]) AS d (id, s10)
"""
# Every second one was accepted at a counter, the others were signed for by the agency.
HAPPEN = """
WITH happened AS (
    INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, holder_kind, holder_id,
                       office_id, person_id, at, heard_at, facts)
    SELECT c.dossier_id, c.id, gen_random_uuid(),
           CASE c.id % 2 WHEN 0 THEN 'accept' ELSE 'sign' END,
           CASE c.id % 2 WHEN 0 THEN 'accepted' ELSE 'with_agency' END,
           'office', c.office_id, c.office_id, $2, $3, $3, '{}'::jsonb
      FROM consignment c
     WHERE c.dossier_id = ANY($1::bigint[])
    RETURNING id
)
INSERT INTO news (event_id, listener) SELECT id, 'sms' FROM happened
"""


class House:
    """What all turns share: the province, the network, and the dossiers nothing happened to yet."""

    def __init__(self, url: str, database: Database, network: FakeNetwork, folder: Path) -> None:
        self.url, self.database, self.network, self.folder = url, database, network, folder
        self.network_url = ""
        self.person = 0
        self.dossiers: list[int] = []
        self.phones: dict[int, str] = {}

    async def happen(self, count: int) -> list[str]:
        """Commit *count* events; whose telephones ring for them."""
        now, self.dossiers = self.dossiers[:count], self.dossiers[count:]
        async with self.database.begin(Context.command("bench")) as conn:
            await conn.execute("SET LOCAL statement_timeout = '60s'")
            await conn.execute(HAPPEN, now, self.person, CLOCK.now())
        return [self.phones[dossier] for dossier in now]

    @contextmanager
    def workers(self, *, redis_url: str | None, report_url: str | None = None) -> Iterator[None]:
        settings = {
            "DATABASE_URL": self.url,
            "SECRET_KEY": SECRET,
            "CLOCK_OFFSET_SECONDS": str(CLOCK.offset.total_seconds()),
            "TWILIO_URL": self.network_url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "BDLAMDONG",
            **({"REDIS_URL": redis_url} if redis_url else {}),
            **({"SMS_REPORT_URL": report_url, "SITE_URL": report_url} if report_url else {}),
        }
        with ExitStack() as stack:
            for n in range(WORKERS):
                process = self.start("work", settings, self.folder / f"worker-{n}.log")
                stack.callback(stop, process)
            if report_url is not None:
                port = report_url.rpartition(":")[2]
                serving = settings | {"PORT": port}
                log = self.folder / "serve.log"
                process = self.start("serve", serving, log)
                stack.callback(stop, process)
                wait_for(process, f"{report_url}/signin", log)
            for n in range(WORKERS):
                until_said(self.folder / f"worker-{n}.log", "worker ready")
            yield

    @staticmethod
    def start(verb: str, settings: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "postal_service", verb],
                env={**os.environ, **settings},
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
            )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)


def until_said(log: Path, words: str) -> None:
    until = time.monotonic() + 20
    while words not in log.read_text():
        if time.monotonic() > until:
            raise RuntimeError(log.read_text()[-2000:])
        time.sleep(0.05)


async def measure(server: str, folder: Path) -> dict[str, float]:
    """The figures of one run."""
    url = await prepare(server)
    network = FakeNetwork(ACCOUNT, TOKEN, manner=Manner(reports=()), clock=CLOCK)
    with embedded.valkey(folder / "valkey") as valkey:
        async with (
            running(network) as network_url,
            open_database(url, size=4, keys=KEYS) as database,
        ):
            house = House(url, database, network, folder)
            house.network_url = network_url
            async with database.begin(Context.command("bench")) as conn:
                await conn.execute("SET LOCAL statement_timeout = '120s'")
                await load(conn, DATA)
                await fill(conn, house)
            await tidy(server)
            figures = {"messages_per_s": await heap(house, valkey)}
            figures |= await peak(house, valkey, "")
            figures |= await peak(house, None, "_without_valkey")
            figures["messages_per_s_with_callbacks"] = await reported(house, valkey)
            return figures


def people(count: int) -> list[list[object]]:
    """Columns of FILL_PARTIES: ids that no sequence has reached, and closed fields."""
    ids = range(10**9, 10**9 + count)
    numbers = [f"+8459{n:07}" for n in range(count)]
    return [
        list(ids),
        [KEYS.close("party", n, "phone", number) for n, number in zip(ids, numbers, strict=True)],
        [KEYS.index("phone", number) for number in numbers],
        [KEYS.close("party", n, "address", "71 Phan Đình Phùng") for n in ids],
        [KEYS.close("party", n, "note", "") for n in ids],
    ]


async def fill(conn: asyncpg.Connection, house: House) -> None:
    """Dossiers of as many people, each with a telephone of its own."""
    town = await make.town(conn)
    house.person = town.courier
    count = HEAP + 2 * PEAK * SECONDS + REPORTED
    say(f"filling {count} dossiers")
    parties = [row["id"] for row in await conn.fetch(FILL_PARTIES, *people(count))]
    made = await conn.fetch(
        FILL_DOSSIERS, parties, town.procedure, town.office, town.agency, CLOCK.now()
    )
    house.dossiers = [row["id"] for row in made]
    house.phones = {dossier: f"+8459{n:07}" for n, dossier in enumerate(house.dossiers)}
    await conn.execute(FILL_INTAKE, house.dossiers, town.clerk)
    numbers = [identifiers.s10("RB", n) for n in range(count)]
    await conn.execute(FILL_CONSIGNMENTS, house.dossiers, numbers, town.office, town.agency)


async def tidy(server: str) -> None:
    """As autovacuum would have by the time so much has happened."""
    conn = await asyncpg.connect(server.rpartition("/")[0] + "/bench")
    await conn.execute("ANALYZE")
    await conn.close()


async def heap(house: House, valkey: str) -> float:
    """Messages a second while two workers have more to do than they can."""
    with house.workers(redis_url=valkey):
        say(f"{HEAP} events at once, {WORKERS} workers")
        before = len(house.network.taken)
        await house.happen(HEAP)
        begun = time.perf_counter()
        await until(lambda: len(house.network.taken) >= before + HEAP, within=170)
        return round(HEAP / (time.perf_counter() - begun), 1)


async def peak(house: House, valkey: str | None, suffix: str) -> dict[str, float]:
    """How long a message takes from commit to network while the peak goes on."""
    say(f"{PEAK} events a second for {SECONDS} s, {'with' if valkey else 'without'} Valkey")
    committed: dict[str, float] = {}
    taken: dict[str, float] = {}
    before = len(house.network.taken)
    async with Bell.open(valkey) as bell, watched(house.network, taken):
        with house.workers(redis_url=valkey):
            begun = time.perf_counter()
            for tenth in range(10 * SECONDS):
                due = PEAK * (tenth + 1) // 10 - PEAK * tenth // 10
                phones = await house.happen(due)
                bell.ring()
                committed |= dict.fromkeys(phones, time.perf_counter())
                await asyncio.sleep(max(0.0, begun + (tenth + 1) / 10 - time.perf_counter()))
            await until(lambda: len(house.network.taken) >= before + PEAK * SECONDS, within=60)
    waits = sorted(taken[phone] - at for phone, at in committed.items())
    return {
        f"p50_ms{suffix}": percentile(waits, 0.50),
        f"p99_ms{suffix}": percentile(waits, 0.99),
    }


@asynccontextmanager
async def watched(network: FakeNetwork, taken: dict[str, float]) -> AsyncIterator[None]:
    """Note when each telephone's message reached the network."""
    network.on_taken = lambda message: taken.setdefault(message.to, time.perf_counter())
    yield
    network.on_taken = None


async def reported(house: House, valkey: str) -> float:
    """Messages a second, each one sent, reported on twice and known to be delivered."""
    port = free_port(0)
    house.network.manner = Manner(reports=("sent", "delivered"))
    with house.workers(redis_url=valkey, report_url=f"http://127.0.0.1:{port}"):
        say(f"{REPORTED} events at once, with {2 * REPORTED} reports")
        await house.happen(REPORTED)
        begun = time.perf_counter()
        await until_async(house, "delivered", REPORTED, within=120)
        return round(REPORTED / (time.perf_counter() - begun), 1)


async def until_async(house: House, state: str, count: int, *, within: float) -> None:
    async with asyncio.timeout(within):
        while True:
            async with house.database.begin(Context.command("bench")) as conn:
                if await conn.fetchval("SELECT count(*) FROM sms WHERE state = $1", state) >= count:
                    return
            await asyncio.sleep(0.2)


async def until(done: Callable[[], bool], *, within: float) -> None:
    async with asyncio.timeout(within):
        while not done():  # noqa: ASYNC110 -- the network counts for itself
            await asyncio.sleep(0.02)


def percentile(waits: Sequence[float], part: float) -> float:
    return round(1000 * waits[min(len(waits) - 1, int(part * len(waits)))], 1)
