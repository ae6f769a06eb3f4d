"""The one door to the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal, cast

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from postal_service import fields
from postal_service.fields import Keys

log = structlog.get_logger()

APP_ROLE = "postal_app"

Connection = asyncpg.Connection


class DatabaseError(Exception):
    """The database cannot be used as it is: the message says what to do."""


class Busy(Exception):
    """No connection came free in time: the caller may try again shortly."""


class Context(Struct, frozen=True, kw_only=True):
    """On whose behalf a transaction runs. Row-level security reads it."""

    kind: str  #: web | phone | citizen | key | job | command | audit
    name: str = ""  #: of the job or command; the tracking code of a citizen
    person: int | None = None
    office: int | None = None
    agency: int | None = None
    role: str = ""

    @classmethod
    def command(cls, name: str) -> Context:
        return cls(kind="command", name=name)

    @classmethod
    def job(cls, name: str) -> Context:
        return cls(kind="job", name=name)

    @classmethod
    def citizen(cls, code: str) -> Context:
        return cls(kind="citizen", name=code)

    @classmethod
    def audit(cls, name: str) -> Context:
        """Somebody who checks: sees everything, changes nothing."""
        return cls(kind="audit", name=name)

    @property
    def reads_only(self) -> bool:
        return self.kind == "audit"


# true: the setting ends with the transaction, so nothing leaks to the next user of the connection.
SET_CONTEXT = """
SELECT set_config('postal.kind', $1, true), set_config('postal.name', $2, true),
       set_config('postal.person', $3, true), set_config('postal.office', $4, true),
       set_config('postal.agency', $5, true), set_config('postal.role', $6, true)
"""


class PooledConnection(asyncpg.Connection):
    """A connection that is not reset when it goes back to the pool.

    Nothing here uses SET, LISTEN or session locks on a pooled connection, and
    the reset costs a round trip (10 to 25 % of a scan's CPU).
    """

    def get_reset_query(self) -> str:
        return ""


class Database:
    """Transactions, each with its context."""

    def __init__(self, pool: asyncpg.Pool | None) -> None:
        self._pool = pool  #: none while the server is away

    @asynccontextmanager
    async def begin(self, context: Context) -> AsyncIterator[Connection]:
        """Open a transaction for *context*: everything inside happens, or nothing does.

        Raises Busy when no connection comes free within two seconds.
        """
        # an audit reads one state of the whole register, however long it takes, and changes nothing
        isolation: Literal["repeatable_read"] | None
        isolation = "repeatable_read" if context.reads_only else None
        async with (
            self.glance() as conn,
            conn.transaction(isolation=isolation, readonly=context.reads_only),
        ):
            await set_context(conn, context)
            yield conn

    @asynccontextmanager
    async def begin_unnamed(self) -> AsyncIterator[Connection]:
        """Open a transaction whose first statement finds out for whom it runs."""
        async with self.glance() as conn, conn.transaction():
            yield conn

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Connection]:
        """A connection without transaction or context.

        Only for the question that comes before there is a context: whose
        session is this? It is asked at every request, and costs one round trip.
        """
        if self._pool is None:
            raise Busy
        try:
            # not acquire(timeout=…): that starts a task for every connection
            async with asyncio.timeout(2):
                conn = await self._pool.acquire()
        except TimeoutError as error:
            raise Busy from error
        try:
            yield cast("Connection", conn)
        finally:
            await self._pool.release(conn)


async def set_context(conn: Connection, context: Context) -> None:
    await conn.execute(
        SET_CONTEXT,
        context.kind,
        context.name,
        *(
            "" if value is None else str(value)
            for value in (context.person, context.office, context.agency)
        ),
        context.role,
    )


async def prepare(conn: Any, keys: Keys | None = None) -> None:  # noqa: ANN401 -- a proxy
    """Teach a new connection our JSON, and to close and open fields with *keys*."""
    await fields.teach(conn, keys)
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
        format="text",
    )


def as_app(name: str) -> Mapping[str, str]:
    """Server settings of every connection that is not a migration's."""
    return {
        "role": APP_ROLE,
        "application_name": name,
        "statement_timeout": "5s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "30s",
        # planning a scan took longer than running it: arrays made every plan look worth a new one
        "plan_cache_mode": "force_generic_plan",
        "timezone": "UTC",
    }


@asynccontextmanager
async def open_database(
    url: str, *, size: int = 8, name: str = "postal", keys: Keys | None = None
) -> AsyncIterator[Database]:
    """Open a pool of *size* connections as the app role, which close and open fields with *keys*.

    Raises DatabaseError when the server is away, not migrated, or when the
    role we would work under could step around row-level security.
    """
    pool = await open_pool(url, size, name, keys)
    try:
        yield Database(pool)
    finally:
        await pool.close()


@asynccontextmanager
async def await_database(
    url: str, *, size: int = 8, name: str = "postal", keys: Keys | None = None
) -> AsyncIterator[Database]:
    """As open_database, but wait for the server instead of giving up.

    Until it is there every transaction is refused as Busy: a web server that
    starts before its database answers 503 and then works.
    """
    database = Database(None)

    async def keep_trying() -> None:
        told = ""
        while database._pool is None:
            try:
                database._pool = await open_pool(url, size, name, keys)
            except DatabaseError as error:
                if str(error) != told:
                    log.warning("database not usable yet", error=str(error))
                told = str(error)
                await asyncio.sleep(1)

    trying = asyncio.create_task(keep_trying())
    try:
        await asyncio.wait([trying], timeout=5)
        yield database
    finally:
        trying.cancel()
        if database._pool is not None:
            await database._pool.close()


async def open_pool(url: str, size: int, name: str, keys: Keys | None = None) -> asyncpg.Pool:
    """A pool whose connections are fit to work with. Raises DatabaseError."""
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            init=partial(prepare, keys=keys),
            connection_class=PooledConnection,
            server_settings=dict(as_app(name)),
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(
            f"Không mở được cơ sở dữ liệu ({error}). "
            "Kiểm tra DATABASE_URL và chạy `postal migrate`. / "
            "Cannot open the database: check DATABASE_URL and run `postal migrate`."
        ) from error
    async with pool.acquire() as conn:
        fault = await fault_of(cast("Connection", conn))
    if fault:
        await pool.close()
        raise DatabaseError(fault)
    return pool


# An owner or BYPASSRLS role would see every office's dossiers.
STANDING = """
SELECT to_regclass('public.event') IS NOT NULL AS migrated,
       rolsuper OR rolbypassrls OR EXISTS (
           SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relkind = 'r') AS powerful
  FROM pg_roles
 WHERE rolname = current_user
"""


async def fault_of(conn: Connection) -> str | None:
    """Why this connection is not fit to work with, if it is not."""
    row = await conn.fetchrow(STANDING)
    if row is None or row["powerful"]:
        return (
            "Vai trò cơ sở dữ liệu này vượt qua được phân quyền theo dòng. / "
            "This database role could step around row-level security; use postal_app."
        )
    if not row["migrated"]:
        return "Cơ sở dữ liệu chưa có bảng. Chạy `postal migrate`. / Run `postal migrate` first."
    return None
