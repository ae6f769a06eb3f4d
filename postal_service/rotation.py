"""Closing again with the newest key, and telling how far that is: what `postal keys` does.

It works as the owner of the tables, like `postal migrate`: what the application may only add to
is closed anew too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from asyncpg import Connection, Record
from msgspec import Struct

from postal_service import rotation_store as store
from postal_service.database import DatabaseError
from postal_service.fields import Keys
from postal_service.rotation_store import Column

BATCH: Final = 200


class Progress(Struct, frozen=True, kw_only=True):
    """How many values of a place were closed anew, of how many."""

    place: str
    done: int
    of: int


class Standing(Struct, frozen=True, kw_only=True):
    """How many values of one place a key has closed."""

    place: str
    key: bytes
    values: int


Told = Callable[[Progress], None]


@asynccontextmanager
async def as_owner(url: str) -> AsyncIterator[Connection[Record]]:
    """A connection that may change every closed column. Raises DatabaseError."""
    try:
        conn = await asyncpg.connect(url, server_settings={"application_name": "postal keys"})
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(f"Không mở được cơ sở dữ liệu / cannot open it: {error}") from error
    try:
        yield conn
    finally:
        await conn.close()


async def standing(conn: Connection[Record]) -> list[Standing]:
    """Which key has closed how much, place by place."""
    return [
        Standing(place=place_of(column), key=share.key, values=share.closed)
        for column in await store.columns(conn)
        for share in await store.shares(conn, column)
    ]


async def rotate(conn: Connection[Record], keys: Keys, told: Told) -> int:
    """Close with the newest key what another closed, and make old marks anew; how many values.

    Each batch is a transaction of its own and takes only rows that nobody holds: stopped
    anywhere, the next run goes on. Raises UnknownKey where an old key is missing.
    """
    total = 0
    for column in await store.columns(conn):
        owed, done = await store.count_stale(conn, column, keys.newest), 0
        while batch := await close_batch(conn, keys, column):
            done += batch
            told(Progress(place=place_of(column), done=done, of=max(owed, done)))
        while marked := await mark_batch(conn, keys, column):
            total += marked
        total += done
    return total


async def close_batch(conn: Connection[Record], keys: Keys, column: Column) -> int:
    async with conn.transaction():
        found = await store.take(conn, column, keys.newest, BATCH)
        rows = [
            (each.row, keys.close(column.table, each.line, column.name, text))
            for each in found
            for text in [keys.open(column.table, each.line, column.name, each.body)]
        ]
        await store.close(conn, column, rows)
    return len(rows)


async def mark_batch(conn: Connection[Record], keys: Keys, column: Column) -> int:
    async with conn.transaction():
        found = await store.unmarked(conn, column, keys.index_id, BATCH)
        rows = [
            (each.row, keys.index(column.name, text))
            for each in found
            for text in [keys.open(column.table, each.line, column.name, each.body)]
        ]
        await store.mark(conn, column, rows)
    return len(rows)


def place_of(column: Column) -> str:
    return f"{column.table}.{column.name}"
