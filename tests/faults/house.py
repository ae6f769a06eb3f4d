"""PostgreSQL, Valkey, web, two workers and the fake network: each can be broken and mended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg

from postal_service import database as doors
from postal_service import embedded, schema
from postal_service.clock import Clock
from postal_service.demo.house import dies_with_us, free_port, wait_for
from postal_service.desk.published.load import load
from postal_service.fake_network import FakeNetwork, running
from postal_service.fields import Keys
from postal_service.settings import DATA, Settings
from tests import make
from tests.load.sms import until_said
from tests.make import Town
from tests.test_worker import port_owner

ACCOUNT, TOKEN = "AC" + 32 * "0", "token"
WORKERS = 2
SECRET = "faults"
#: What its processes derive from it.
KEYS = Keys.read(Settings(secret_key=SECRET))
#: Seconds: the real ones, a tenth as long.
LEASE, PATIENCE, ASK_AFTER = 4.0, 1.5, 1.5


class House:
    """Everything that can die. Its clock starts on a working morning and is only moved on."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.clock = Clock.showing(make.MORNING)
        self.network = FakeNetwork(ACCOUNT, TOKEN, clock=self.clock, seed=seed)
        self.network_url = ""
        self.url = ""
        self.town: Town
        self.port = free_port(0)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.web: subprocess.Popen[bytes] | None = None
        self._pg_port = free_port(0)
        self._pg: AbstractContextManager[str] | None = None
        self._valkey: AbstractContextManager[str] | None = None
        self.redis_url = ""

    # --- starting ---

    def close(self) -> None:
        for child in (*self.workers, self.web):
            if child is not None and child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
                child.wait(20)
        for service in (self._valkey, self._pg):
            if service is not None:
                service.__exit__(None, None, None)

    @property
    def web_process(self) -> subprocess.Popen[bytes]:
        assert self.web is not None
        return self.web

    def start_postgres(self) -> None:
        self._pg = embedded.postgres(self.folder, port=self._pg_port)
        server = self._pg.__enter__()
        if not self.url:
            self.url = server.rpartition("/")[0] + "/faults"
            self._server = server

    async def build(self) -> None:
        """The database itself, once."""
        admin = await asyncpg.connect(self._server)
        await admin.execute("CREATE DATABASE faults")
        await admin.close()
        await schema.migrate(self.url)

    def start_valkey(self) -> None:
        self._valkey = embedded.valkey(self.folder / "valkey")
        self.redis_url = self._valkey.__enter__()

    def start_web(self) -> None:
        self.web = self._spawn("serve", "web.log")

    def start_workers(self) -> None:
        self.workers = [self._spawn("work", f"worker-{n}.log") for n in range(WORKERS)]

    def _spawn(self, verb: str, log: str) -> subprocess.Popen[bytes]:
        report_url = f"http://127.0.0.1:{self.port}"
        settings = {
            "DATABASE_URL": self.url,
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
            "SITE_URL": report_url,
            "SMS_REPORT_URL": report_url,
            "SECRET_KEY": SECRET,
            "CLOCK_OFFSET_SECONDS": str(self.clock.offset.total_seconds()),
            "POOL_SIZE": "4",
            "TWILIO_URL": self.network_url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "BDLAMDONG",
            "SMS_LEASE_SECONDS": str(LEASE),
            "SMS_PATIENCE_SECONDS": str(PATIENCE),
            "SMS_ASK_AFTER_SECONDS": str(ASK_AFTER),
        }
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "postal_service", verb],
                env={**os.environ, **settings},
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                preexec_fn=dies_with_us(),
            )

    # --- breaking and mending ---

    def kill_worker(self, which: int) -> None:
        """kill -9, and a new one in its place."""
        self.workers[which].kill()
        self.workers[which].wait(20)
        self.workers[which] = self._spawn("work", f"worker-{which}.log")

    def kill_web(self) -> None:
        """kill -9 of the server and its worker processes; then a new one."""
        children = [int(pid) for pid in children_of(self.web_process.pid)]
        for pid in (self.web_process.pid, *children):
            os.kill(pid, signal.SIGKILL)
        self.web_process.wait(20)
        self.start_web()

    def kill_postgres(self) -> None:
        os.kill(port_owner(f"x:{self._pg_port}"), signal.SIGKILL)

    def mend_postgres(self) -> None:
        assert self._pg is not None
        self._pg.__exit__(None, None, None)
        self.start_postgres()

    def kill_valkey(self) -> None:
        """Gone until the workers are started anew: it comes back with another password."""
        os.kill(port_owner(self.redis_url), signal.SIGKILL)

    def mend_valkey(self) -> None:
        assert self._valkey is not None
        self._valkey.__exit__(None, None, None)
        self.start_valkey()

    async def pass_time(self, by: timedelta) -> None:
        """Let *by* pass: the workers are started anew, with their clock moved.

        The old ones are waited for first: two clocks would make two leases.
        """
        for child in self.workers:
            child.send_signal(signal.SIGTERM)
        for child in self.workers:
            await asyncio.to_thread(child.wait, 30)
        self.clock.move(by)
        self.start_workers()

    async def greet_the_morning(self) -> None:
        """Messages wait for seven o'clock at night: a round begins before noon."""
        now = self.clock.now()
        if not 8 <= now.hour < 12:
            day = now.replace(hour=8, minute=15) + timedelta(days=now.hour >= 8)
            await self.pass_time(day - now)

    # --- looking ---

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.Connection]:
        """A transaction as the application's role, retried while the server comes back."""
        conn = await self._connect()
        try:
            async with conn.transaction():
                await doors.set_context(conn, doors.Context.command("faults"))
                yield conn
        finally:
            await conn.close()

    async def _connect(self) -> asyncpg.Connection:
        until = time.monotonic() + 30
        while True:
            try:
                conn = await asyncpg.connect(self.url, server_settings=dict(doors.as_app("faults")))
                await doors.prepare(conn, KEYS)
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.1)
            else:
                return conn


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@asynccontextmanager
async def opened(folder: Path, seed: int) -> AsyncIterator[House]:
    """A house in which everything works."""
    house = House(folder, seed)
    async with running(house.network) as house.network_url:
        try:
            house.start_postgres()
            await house.build()
            house.start_valkey()
            house.start_web()
            house.start_workers()
            async with house.connected() as conn:
                await load(conn, DATA)
                house.town = await make.town(conn)
            await asyncio.to_thread(
                wait_for,
                house.web_process,
                f"http://127.0.0.1:{house.port}/signin",
                folder / "web.log",
            )
            for n in range(WORKERS):
                await asyncio.to_thread(until_said, folder / f"worker-{n}.log", "worker ready")
            yield house
        finally:
            house.close()
