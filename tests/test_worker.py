"""Messages go out whatever dies: Redis, the bell, the database for a while."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import structlog
from asyncpg import Connection

from postal_service import embedded, logs, worker
from postal_service.bell import Bell
from postal_service.clock import Clock
from postal_service.settings import Settings
from tests import make
from tests.make import MORNING, Town
from tracking.stages import Act, Stage

ROOT = Path(__file__).parent.parent
LAST_DAYS = "SELECT person_id FROM event WHERE act = 'last_day'"


def settings(town_url: str, redis_url: str | None) -> Settings:
    """The worker lives on a working morning: what it sends never waits for the night to end."""
    return Settings(
        database_url=town_url,
        redis_url=redis_url,
        clock_offset_seconds=Clock.showing(MORNING).offset.total_seconds(),
        pool_size=4,
    )


@asynccontextmanager
async def working(given: Settings) -> AsyncIterator[asyncio.Event]:
    """A worker for as long as the block runs; it must end by itself when told to."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.work(given, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(running, 15)


async def until_sent(conn: Connection, count: int, *, within: float) -> None:
    """Wait until *count* messages are sent, or fail."""
    async with asyncio.timeout(within):
        while await sent(conn) < count:  # noqa: ASYNC110 -- nobody tells us when a row appears
            await asyncio.sleep(0.05)


async def sent(conn: Connection) -> int:
    return await conn.fetchval("SELECT count(*) FROM sms WHERE state = 'sent'")


async def test_the_clock_rings_without_redis(town_url: str, desk: Connection, town: Town) -> None:
    """A small office runs without Redis, and its citizens are told all the same."""
    async with working(settings(town_url, None)):
        await make.dossier(desk, town)
        await until_sent(desk, 1, within=15)


async def test_a_ring_wakes_the_worker(
    town_url: str, desk: Connection, town: Town, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way from the counter to the phone is the bell; the clock is made too slow to help."""
    monkeypatch.setattr(worker, "TICK", 60.0)
    async with working(settings(town_url, valkey)) as stop, Bell.open(valkey) as bell:
        await make.dossier(desk, town)
        for count in (1, 2, 3):
            bell.ring()
            await until_sent(desk, count, within=15)
            await make.dossier(desk, town)
        stop.set()


async def test_killing_valkey_delays_no_message(
    town_url: str, desk: Connection, town: Town, tmp_path: Path
) -> None:
    """The bell dies in the middle of the day: the worker and the counter go on."""
    with embedded.valkey(tmp_path) as url:
        async with working(settings(town_url, url)), Bell.open(url) as bell:
            await make.dossier(desk, town)
            bell.ring()
            await until_sent(desk, 1, within=15)

            os.kill(port_owner(url), signal.SIGKILL)
            await make.dossier(desk, town)
            bell.ring()
            await until_sent(desk, 2, within=15)


def port_owner(url: str) -> int:
    """The process that listens where *url* points."""
    port = f":{int(url.rpartition(':')[2]):04X}"
    inode = next(
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(port) and line.split()[3] == "0A"
    )
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(entry) == f"socket:[{inode}]":
                return int(entry.parts[2])
        except OSError:
            continue
    raise LookupError(url)


async def test_a_worker_that_starts_before_its_database_waits_for_it(
    server: str, town_url: str, desk: Connection, town: Town
) -> None:
    """Machines start their services in any order; honcho stops all when one of them exits."""
    await make.dossier(desk, town)
    admin = await asyncpg.connect(server)
    name = town_url.rpartition("/")[2]
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    try:
        async with working(settings(town_url, None)):
            await asyncio.sleep(1.5)
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await until_sent(desk, 1, within=15)
    finally:
        await admin.close()


async def test_losing_the_database_for_a_moment_ends_nothing(
    server: str, town_url: str, desk: Connection, town: Town
) -> None:
    """PostgreSQL restarts under the worker; the next round works again."""
    admin = await asyncpg.connect(server)
    try:
        async with working(settings(town_url, None)):
            await make.dossier(desk, town)
            await until_sent(desk, 1, within=15)
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'postal worker' AND datname = $1",
                town_url.rpartition("/")[2],
            )
            await make.dossier(desk, town)
            await until_sent(desk, 2, within=15)
    finally:
        await admin.close()


async def test_sigterm_ends_the_process_cleanly(town_url: str, valkey: str) -> None:
    """A deploy must not leave a worker behind, nor a traceback in the log."""
    environment = {"DATABASE_URL": town_url, "REDIS_URL": valkey, "PATH": os.environ["PATH"]}
    code = (
        "import asyncio; from postal_service import logs, worker;"
        "from postal_service.settings import Settings;"
        "logs.configure(json=True); asyncio.run(worker.work(Settings.read()))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    first = await asyncio.wait_for(process.stderr.readline(), 20)
    process.send_signal(signal.SIGTERM)
    rest = await asyncio.wait_for(process.stderr.read(), 20)

    assert b"worker ready" in first
    assert await process.wait() == 0
    assert b"Traceback" not in rest


async def test_a_bell_without_redis_is_silent() -> None:
    """Ringing is never the caller's trouble: it neither waits nor raises."""
    async with Bell.open("redis://127.0.0.1:9") as bell:
        for _ in range(1000):
            bell.ring()
        await asyncio.sleep(0)
    async with Bell.open(None) as bell:
        bell.ring()


async def test_the_last_day_is_said_without_anyone_asking(
    town_url: str, desk: Connection, town: Town
) -> None:
    """Fifteen days after the first invitation the worker says so, once, in nobody's name."""
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    first = MORNING - timedelta(days=15)
    await make.scans(desk, [make.scan(number, Act.INVITE, town.by_clerk, at=first)])

    async with working(settings(town_url, None)), asyncio.timeout(40):
        while not (said := await desk.fetch(LAST_DAYS)):  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.05)

    assert [row["person_id"] for row in said] == [None]


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """What the process has logged as JSON, by our own loggers and by libraries."""
    heard = io.StringIO()
    before = (logging.root.handlers, logging.root.level, structlog.get_config())
    logs.configure(json=True)
    handler = logging.root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(heard)
    yield heard.getvalue
    logging.root.handlers, level, config = before
    logging.root.setLevel(level)
    structlog.configure(**config)


def test_no_telephone_or_identity_number_reaches_the_log(logged: Callable[[], str]) -> None:
    """Logs travel further than databases: to collectors, tickets and screens."""
    log = structlog.get_logger()
    log.info("sms to +84590000001", body="Buu ta An (0590000002)", ids=["068159990001"])
    log.info("hồ sơ LD-261123-00001, bưu gửi RB000000123VN", nested={"phone": "0263 0590000003"})
    logging.getLogger("library").warning("refused +84590000004")
    try:
        raise ValueError("068159990005")
    except ValueError:
        log.exception("failed")

    text = logged()
    for personal in ("590000001", "590000002", "590000003", "590000004", "06815999"):
        assert personal not in text
    assert "LD-261123-00001" in text
    assert "RB000000123VN" in text
    assert len(text.splitlines()) == 4
