"""Real PostgreSQL and real Valkey, started once; a fresh clone of the migrated database a test."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import hypothesis
import pytest

from postal_service import database as doors
from postal_service import embedded, schema
from postal_service.clock import Clock
from postal_service.database import Connection, Context, Database
from postal_service.desk.published.load import load
from postal_service.settings import DATA
from tests import make, suite_log

serial = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="the long versions of the long tests")


def pytest_configure(config: pytest.Config) -> None:
    """``--deep``: properties are tried on two thousand examples instead of a hundred."""
    hypothesis.settings.register_profile("deep", max_examples=2000, deadline=None)
    hypothesis.settings.register_profile("quick", deadline=None)
    hypothesis.settings.load_profile("deep" if config.getoption("--deep") else "quick")
    suite_log.pytest_configure(config)


def named(url: str, name: str) -> str:
    """The same server, another database."""
    return url.rpartition("/")[0] + "/" + name


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The administrator's address of a PostgreSQL of this run alone."""
    with embedded.postgres(Path(tmp_path_factory.mktemp("pg")), fast=True) as url:
        yield url


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded.valkey(Path(tmp_path_factory.mktemp("valkey"))) as url:
        yield url


async def create(server: str, name: str, template: str) -> str:
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    finally:
        await admin.close()
    return named(server, name)


@pytest.fixture(scope="session")
async def empty_template(server: str) -> str:
    """A migrated database without a row."""
    await schema.migrate(await create(server, "template_empty", "template0"))
    return "template_empty"


@pytest.fixture(scope="session")
async def town_template(server: str, empty_template: str) -> tuple[str, make.Town]:
    """The loaded province, with one office, one agency and their people at work."""
    url = await create(server, "template_town", empty_template)
    async with (
        doors.open_database(url, size=1, keys=make.KEYS) as database,
        database.begin(Context.command("test")) as conn,
    ):
        await load(conn, DATA)
        return "template_town", await make.town(conn)


async def clone(server: str, template: str) -> AsyncIterator[str]:
    name = f"test_{next(serial)}"
    yield await create(server, name, template)
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def empty_url(server: str, empty_template: str) -> AsyncIterator[str]:
    """The address of a migrated, empty database of this test alone."""
    async for url in clone(server, empty_template):
        yield url


#: A test's own connection looks on as a command does; who sees what is asked through the app.
AS_COMMAND = {"postal.kind": "command", "postal.name": "test"}


async def connect(url: str) -> Connection:
    conn = await asyncpg.connect(url, server_settings={**doors.as_app("test"), **AS_COMMAND})
    await doors.prepare(conn, make.KEYS)
    return conn


@pytest.fixture(scope="session")
async def shared(server: str, empty_template: str) -> AsyncIterator[Connection]:
    """One connection for all tests that only ask the server about statements."""
    conn = await connect(await create(server, "only_read", empty_template))
    yield conn
    await conn.close()


@pytest.fixture
async def conn(empty_url: str) -> AsyncIterator[Connection]:
    """A connection to an empty database, as the app's role."""
    conn = await connect(empty_url)
    yield conn
    await conn.close()


@pytest.fixture
async def town_url(server: str, town_template: tuple[str, make.Town]) -> AsyncIterator[str]:
    """The address of a loaded province with people at work, of this test alone."""
    async for url in clone(server, town_template[0]):
        yield url


@pytest.fixture
def town(town_template: tuple[str, make.Town]) -> make.Town:
    """Who works there."""
    return town_template[1]


@pytest.fixture(scope="session")
async def common_town(server: str, town_template: tuple[str, make.Town]) -> str:
    """The address of a loaded province that tests share and leave as they found it."""
    return await create(server, "common_town", town_template[0])


@pytest.fixture
def desk_url(request: pytest.FixtureRequest, common_town: str) -> str:
    """This test's own province where other connections look too, else the common one."""
    if "town_url" in request.fixturenames:
        return str(request.getfixturevalue("town_url"))
    return common_town


@pytest.fixture
async def desk(desk_url: str, common_town: str) -> AsyncIterator[Connection]:
    """A connection to the loaded province, as the app's role.

    A test that has no other connection works inside one transaction, which is
    rolled back: a clone of its own would cost it twenty times as long.
    """
    conn = await connect(desk_url)
    undone = conn.transaction()
    if desk_url == common_town:
        await undone.start()
    yield conn
    if desk_url == common_town:
        await undone.rollback()
    await conn.close()


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """The door to an empty database, as the app opens it."""
    async with doors.open_database(empty_url, size=12, name="test", keys=make.KEYS) as database:
        yield database


@pytest.fixture
def clock() -> Clock:
    return Clock.showing(make.MORNING)
