"""The migrations that shape the database: plain numbered SQL, forward only."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from postal_service import sealing
from postal_service.database import Connection, DatabaseError
from postal_service.fields import Keys

_HERE = Path(__file__).parent
#: beside the packages in a checkout, inside the package in a wheel
MIGRATIONS = next(p for p in (_HERE / "migrations", _HERE.parent / "migrations") if p.is_dir())

CREATE_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version    integer     PRIMARY KEY,
    name       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    ms         integer     NOT NULL
)
"""
CREATE_APP_ROLE = """
DO $$ BEGIN
    CREATE ROLE postal_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
#: The file that drops the open columns: what they hold is closed before it.
PLAIN_GONE = "0332_plain_gone"
APPLIED = "SELECT version, sha256 FROM schema_migration"
RECORD_MIGRATION = """
INSERT INTO schema_migration (version, name, sha256, ms) VALUES ($1, $2, $3, $4)
"""


async def migrate(url: str, keys: Keys | None = None) -> list[str]:
    """Bring the schema to this version and return the names applied.

    *keys* close what a version before this one kept open; an empty database needs none.

    One session lock makes two deploys that start together take turns; a short
    lock timeout makes a migration give up rather than queue the whole post
    office behind it. Raises DatabaseError for a changed or late file.
    """
    conn = await asyncpg.connect(url, server_settings={"application_name": "postal migrate"})
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtext('postal_service.migrate'))")
        await conn.execute(CREATE_APP_ROLE)
        await conn.execute("GRANT postal_app TO CURRENT_USER")
        await conn.execute(CREATE_LEDGER)
        done = {row["version"]: row["sha256"] for row in await conn.fetch(APPLIED)}
        fresh = pending(done)
        for path in fresh:
            if path.stem == PLAIN_GONE and keys is not None:
                await sealing.close_open_values(conn, keys)
            await apply(conn, path, path.read_text(encoding="utf-8"))
        return [path.stem for path in fresh]
    finally:
        await conn.close()


def pending(done: Mapping[int, str]) -> list[Path]:
    """The files still to apply, in order."""
    fresh = []
    for path in sorted(MIGRATIONS.glob("[0-9]*.sql")):
        version = int(path.stem.split("_")[0])
        if version not in done:
            if done and version < max(done):
                raise DatabaseError(f"{path.name} is older than the last migration applied")
            fresh.append(path)
        elif done[version] != digest(path):
            raise DatabaseError(f"{path.name} was changed after it had been applied")
    return fresh


async def apply(conn: Connection, path: Path, sql: str) -> None:
    started = time.perf_counter()
    async with conn.transaction():
        await conn.execute("SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '60s'")
        await conn.execute(sql)
        took = round((time.perf_counter() - started) * 1000)
        await conn.execute(
            RECORD_MIGRATION, int(path.stem.split("_")[0]), path.stem, digest(path), took
        )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
