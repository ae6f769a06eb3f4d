"""SQL of closed columns, by the key that closed them. Only SQL.

A closed value says in its second to fifth byte which key closed it, a mark in its first four.
Columns are found by their names, so that nobody's table is forgotten: ``phone_sealed`` is opened
by the function ``phone`` of its table, and has its mark in ``phone_index`` where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Column(Struct, frozen=True, kw_only=True):
    """A closed column and the statements for it, written and quoted by the database."""

    table: str
    name: str
    indexed: bool
    shares: str
    stale: str
    take: str
    close: str
    unmarked: str | None
    mark: str | None


COLUMNS = """
SELECT c.table, c.name, c.indexed,
       format('SELECT substr(%1$I, 2, 4) AS key, count(*) AS closed FROM %2$I'
              ' WHERE %1$I IS NOT NULL GROUP BY 1 ORDER BY 1', c.column, c.table) AS shares,
       format('SELECT count(*) FROM %2$I WHERE substr(%1$I, 2, 4) <> $1', c.column, c.table)
       AS stale,
       format('SELECT ctid::text AS row, (%3$I(t)).line, %1$I AS body FROM %2$I t'
              ' WHERE substr(%1$I, 2, 4) <> $1 LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED',
              c.column, c.table, c.name) AS take,
       format('UPDATE %2$I SET %1$I = $2 WHERE ctid = $1::text::tid', c.column, c.table) AS close,
       CASE WHEN c.indexed THEN
           format('SELECT ctid::text AS row, (%3$I(t)).line, %1$I AS body FROM %2$I t'
                  ' WHERE %1$I IS NOT NULL AND substr(%4$I, 1, 4) IS DISTINCT FROM $1'
                  ' LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED',
                  c.column, c.table, c.name, c.name || '_index') END AS unmarked,
       CASE WHEN c.indexed THEN
           format('UPDATE %1$I SET %2$I = $2 WHERE ctid = $1::text::tid',
                  c.table, c.name || '_index') END AS mark
  FROM (SELECT table_name::text AS table, column_name::text AS column,
               left(column_name, -length('_sealed'))::text AS name,
               EXISTS (SELECT FROM information_schema.columns i
                        WHERE i.table_schema = s.table_schema AND i.table_name = s.table_name
                          AND i.column_name = left(s.column_name, -length('_sealed')) || '_index')
               AS indexed
          FROM information_schema.columns s
         WHERE table_schema = 'public' AND column_name LIKE '%\\_sealed' AND data_type = 'bytea'
       ) c
 ORDER BY c.table, c.column
"""


async def columns(conn: Connection[Record]) -> list[Column]:
    return convert(await conn.fetch(COLUMNS), list[Column])


class Share(Struct, frozen=True, kw_only=True):
    """How many values of a column one key has closed."""

    key: bytes
    closed: int


async def shares(conn: Connection[Record], column: Column) -> list[Share]:
    return convert(await conn.fetch(column.shares), list[Share])


async def count_stale(conn: Connection[Record], column: Column, newest: bytes) -> int:
    return cast("int", await conn.fetchval(column.stale, newest))


class Closed(Struct, frozen=True, kw_only=True):
    """One value: where its row stands in this transaction, its line and what is closed there."""

    row: str
    line: str
    body: bytes


async def take(conn: Connection[Record], column: Column, newest: bytes, limit: int) -> list[Closed]:
    """Values that another key than the newest closed, held until the transaction ends."""
    return convert(await conn.fetch(column.take, newest, limit), list[Closed])


async def close(
    conn: Connection[Record], column: Column, rows: Sequence[tuple[str, bytes]]
) -> None:
    await conn.executemany(column.close, rows)


async def unmarked(
    conn: Connection[Record], column: Column, index_id: bytes, limit: int
) -> list[Closed]:
    """Values whose mark another index key made, held until the transaction ends."""
    if column.unmarked is None:
        return []
    return convert(await conn.fetch(column.unmarked, index_id, limit), list[Closed])


async def mark(conn: Connection[Record], column: Column, rows: Sequence[tuple[str, bytes]]) -> None:
    if column.mark is not None:
        await conn.executemany(column.mark, rows)
