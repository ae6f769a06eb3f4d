"""SQL of the books: accounts, entries, postings, receipt numbers. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Line,
    NewEntry,
    Purse,
    Reversal,
)

OPEN_ACCOUNT = """
INSERT INTO account (kind, office_id, person_id, agency_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
ACCOUNT = """
SELECT id FROM account
 WHERE kind = $1 AND office_id IS NOT DISTINCT FROM $2 AND person_id IS NOT DISTINCT FROM $3
   AND agency_id IS NOT DISTINCT FROM $4
"""


async def account(conn: Connection[Record], whose: Account) -> int:
    """The account's id; it is opened by its first use."""
    owner = (whose.kind, whose.office_id, whose.person_id, whose.agency_id)
    found: int | None = await conn.fetchval(ACCOUNT, *owner)
    if found is None:
        await conn.execute(OPEN_ACCOUNT, *owner)
        found = await conn.fetchval(ACCOUNT, *owner)
    return cast("int", found)


# The row is held until the transaction ends: a number is given once, and taken back with it.
NEXT_RECEIPT = """
INSERT INTO receipt_day AS held (office_id, day, last_no) VALUES ($1, $2, 1)
    ON CONFLICT (office_id, day) DO UPDATE SET last_no = held.last_no + 1
 WHERE held.closed_at IS NULL
RETURNING day, last_no
"""


async def next_receipt(conn: Connection[Record], office_id: int, day: date) -> tuple[date, int]:
    """The next number of *day*, or of the first day after it that is not closed."""
    while True:
        row = await conn.fetchrow(NEXT_RECEIPT, office_id, day)
        if row is not None:
            return row["day"], row["last_no"]
        day += timedelta(days=1)


ADD_ENTRY = """
INSERT INTO entry (kind, key, at, posted_at, office_id, person_id, other_id, dossier_id, agency_id,
                   means, receipt_day, receipt_no, reverses, why)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING id
"""


async def add_entry(
    conn: Connection[Record],
    new: NewEntry,
    receipt: tuple[date, int] | None,
    posted_at: datetime,
) -> int:
    day, number = receipt or (None, None)
    return cast(
        "int",
        await conn.fetchval(
            ADD_ENTRY,
            new.kind,
            new.key,
            new.at,
            posted_at,
            new.office_id,
            new.person_id,
            new.other_id,
            new.dossier_id,
            new.agency_id,
            new.means,
            day,
            number,
            None,
            new.why,
        ),
    )


async def add_reversal(
    conn: Connection[Record],
    entry: Entry,
    wish: Reversal,
    receipt: tuple[date, int] | None,
    posted_at: datetime,
) -> int:
    day, number = receipt or (None, None)
    return cast(
        "int",
        await conn.fetchval(
            ADD_ENTRY,
            EntryKind.REVERSE,
            wish.key,
            wish.at,
            posted_at,
            entry.office_id,
            wish.person_id,
            entry.person_id,
            entry.dossier_id,
            entry.agency_id,
            entry.means,
            day,
            number,
            entry.id,
            wish.why,
        ),
    )


ADD_POSTINGS = """
INSERT INTO posting (entry_id, line, account_id, amount_vnd, dossier_id, charge_id)
SELECT $1, line, account_id, amount_vnd, dossier_id, charge_id
  FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
       WITH ORDINALITY AS l (account_id, amount_vnd, dossier_id, charge_id, line)
"""


async def add_postings(
    conn: Connection[Record], entry_id: int, accounts: Sequence[int], lines: Sequence[Line]
) -> None:
    await conn.execute(
        ADD_POSTINGS,
        entry_id,
        list(accounts),
        [line.amount_vnd for line in lines],
        [line.dossier_id for line in lines],
        [line.charge_id for line in lines],
    )


MIRROR = """
INSERT INTO posting (entry_id, line, account_id, amount_vnd, dossier_id, charge_id)
SELECT $1, line, account_id, -amount_vnd, dossier_id, charge_id FROM posting WHERE entry_id = $2
"""


async def mirror_postings(conn: Connection[Record], reversal: int, entry_id: int) -> None:
    await conn.execute(MIRROR, reversal, entry_id)


SELECT_ENTRY = """
SELECT e.id, e.kind, e.key, e.at, e.posted_at, e.office_id, e.person_id, e.other_id, e.dossier_id,
       e.agency_id, e.means, e.receipt_day, e.receipt_no, e.reverses, e.why, o.code AS office_code,
       (SELECT r.id FROM entry r WHERE r.reverses = e.id) AS reversed_by
  FROM entry e
  LEFT JOIN office o ON o.id = e.office_id
"""
BY_ID = SELECT_ENTRY + " WHERE e.id = $1"
BY_KEY = SELECT_ENTRY + " WHERE e.kind = $1 AND e.key = $2"
BY_NUMBER = SELECT_ENTRY + " WHERE o.code = $1 AND e.receipt_day = $2 AND e.receipt_no = $3"


async def by_id(conn: Connection[Record], entry_id: int) -> Entry | None:
    return convert(await conn.fetchrow(BY_ID, entry_id), Entry | None)


async def by_key(conn: Connection[Record], kind: EntryKind, key: UUID) -> Entry | None:
    return convert(await conn.fetchrow(BY_KEY, kind, key), Entry | None)


async def by_number(
    conn: Connection[Record], office_code: str, day: date, number: int
) -> Entry | None:
    return convert(await conn.fetchrow(BY_NUMBER, office_code, day, number), Entry | None)


LINES_OF = """
SELECT a.kind, p.amount_vnd, p.charge_id
  FROM posting p JOIN account a ON a.id = p.account_id
 WHERE p.entry_id = $1
 ORDER BY p.line
"""


async def lines_of(conn: Connection[Record], entry_id: int) -> list[tuple[Purse, int, int | None]]:
    rows = await conn.fetch(LINES_OF, entry_id)
    return [(Purse(row["kind"]), row["amount_vnd"], row["charge_id"]) for row in rows]


BALANCE = """
SELECT coalesce(sum(p.amount_vnd), 0)::bigint
  FROM account a JOIN posting p ON p.account_id = a.id
 WHERE a.kind = $1 AND a.office_id IS NOT DISTINCT FROM $2
   AND a.person_id IS NOT DISTINCT FROM $3 AND a.agency_id IS NOT DISTINCT FROM $4
"""


async def balance(conn: Connection[Record], whose: Account) -> int:
    owner = (whose.kind, whose.office_id, whose.person_id, whose.agency_id)
    return cast("int", await conn.fetchval(BALANCE, *owner))
