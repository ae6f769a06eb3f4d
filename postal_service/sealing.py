"""Closing what a version before this one kept open: a step of `postal migrate`.

SQL cannot close a field, so that this stands between two migrations: the one that makes the
closed columns and the one that drops the open ones. It works in batches, each its own
transaction, and goes on where it was stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.fields import Keys

BATCH: Final = 1000


class Open(Struct, frozen=True, kw_only=True):
    """A table that still holds open values: $1 is how many rows to take, or to write."""

    table: str
    columns: Sequence[str]
    indexed: Sequence[str] = ()
    take: str
    close: str


# note was never null: an empty one is open until it is closed too
TAKE_PARTIES = """
SELECT id AS row, citizen_id, phone, address, note
  FROM party
 WHERE coalesce(citizen_id, phone, address, note) IS NOT NULL
 ORDER BY id
 LIMIT $1
   FOR UPDATE
"""
CLOSE_PARTY = """
UPDATE party
   SET citizen_id_sealed = $2, phone_sealed = $3, address_sealed = $4, note_sealed = $5,
       citizen_id_index = $6, phone_index = $7,
       citizen_id = NULL, phone = NULL, address = NULL, note = NULL
 WHERE id = $1
"""
TAKE_DRAFTS = """
SELECT form_id AS row, label, form
  FROM draft
 WHERE label IS NOT NULL OR form IS NOT NULL
 ORDER BY form_id
 LIMIT $1
   FOR UPDATE
"""
CLOSE_DRAFT = """
UPDATE draft
   SET label_sealed = $2, form_sealed = $3, label = NULL, form = NULL,
       procedure_id = CASE WHEN form ->> 'procedure_id' ~ '^[0-9]{1,18}$'
                           THEN (form ->> 'procedure_id')::bigint END
 WHERE form_id = $1
"""
TAKE_PROOFS = """
SELECT scan_id AS row, receiver_name, id_last4, authorisation
  FROM delivery_proof
 WHERE coalesce(receiver_name, id_last4, authorisation) IS NOT NULL
 ORDER BY scan_id
 LIMIT $1
   FOR UPDATE
"""
CLOSE_PROOF = """
UPDATE delivery_proof
   SET receiver_name_sealed = $2, id_last4_sealed = $3, authorisation_sealed = $4,
       receiver_name = NULL, id_last4 = NULL, authorisation = NULL
 WHERE scan_id = $1
"""
# one scan may have been sent by two sessions: all its rows say the same, and close the same
TAKE_LINES = """
SELECT id, scan_id AS row, line
  FROM quarantined_scan
 WHERE line IS NOT NULL
 ORDER BY id
 LIMIT $1
   FOR UPDATE
"""
CLOSE_LINE = """
UPDATE quarantined_scan SET line_sealed = $2, line = NULL WHERE id = $1
"""

TABLES: Final = (
    Open(
        table="party",
        columns=("citizen_id", "phone", "address", "note"),
        indexed=("citizen_id", "phone"),
        take=TAKE_PARTIES,
        close=CLOSE_PARTY,
    ),
    Open(table="draft", columns=("label", "form"), take=TAKE_DRAFTS, close=CLOSE_DRAFT),
    Open(
        table="delivery_proof",
        columns=("receiver_name", "id_last4", "authorisation"),
        take=TAKE_PROOFS,
        close=CLOSE_PROOF,
    ),
    Open(table="quarantined_scan", columns=("line",), take=TAKE_LINES, close=CLOSE_LINE),
)


async def close_open_values(conn: Connection[Record], keys: Keys) -> int:
    """Close every open value; how many rows that were."""
    count = 0
    for table in TABLES:
        while closed := await close_batch(conn, keys, table):
            count += closed
    return count


async def close_batch(conn: Connection[Record], keys: Keys, table: Open) -> int:
    async with conn.transaction():
        rows = await conn.fetch(table.take, BATCH)
        await conn.executemany(table.close, [closed(keys, table, row) for row in rows])
    return len(rows)


def closed(keys: Keys, table: Open, row: Record) -> list[Any]:
    """What a row's UPDATE is given: its key, its closed fields, its marks."""
    fields = [
        None if row[name] is None else keys.close(table.table, row["row"], name, said(row[name]))
        for name in table.columns
    ]
    marks = [None if row[name] is None else keys.index(name, row[name]) for name in table.indexed]
    return [row["id"] if "id" in row else row["row"], *fields, *marks]


def said(value: Any) -> str:  # noqa: ANN401 -- text, or JSON that the driver reads as text
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
