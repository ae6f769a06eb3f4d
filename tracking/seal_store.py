"""SQL of the chains and their roots: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import convert

from tracking.fold import KeptDossier, KeptPaper
from tracking.seal import Head, Line, Root

LINES = """
SELECT id, dossier_id, consignment_id, scan_id, act, stage, status, holder_kind, holder_id,
       person_id, at, heard_at, facts::text AS facts, office_id, offered_kind, offered_id, undoes,
       approver_id, n, hash
  FROM event
 ORDER BY dossier_id, n
"""


async def lines(conn: Connection[Record], at_once: int) -> AsyncIterator[list[Line]]:
    """The whole register by dossier and place, *at_once* lines a round trip, in a transaction."""
    cursor = await conn.cursor(LINES)
    while rows := await cursor.fetch(at_once):
        yield [Line(*row) for row in rows]


HEADS = """
SELECT dossier_id, n, hash
  FROM event_chain
 WHERE dossier_id > $1 AND ($2::bigint IS NULL OR dossier_id <= $2) AND n > 0
 ORDER BY dossier_id
"""


async def heads(conn: Connection[Record], after: int, until: int | None) -> list[Head]:
    """The kept ends of the chains of dossiers over *after*, up to *until*."""
    return convert(await conn.fetch(HEADS, after, until), list[Head])


KEPT_DOSSIERS = """
SELECT id, status, received_at, paused_at, processed_at, due_at, return_way, papers_back
  FROM dossier
 WHERE id > $1 AND ($2::bigint IS NULL OR id <= $2)
 ORDER BY id
"""


async def kept_dossiers(
    conn: Connection[Record], after: int, until: int | None
) -> list[KeptDossier]:
    return convert(await conn.fetch(KEPT_DOSSIERS, after, until), list[KeptDossier])


KEPT_PAPERS = """
SELECT id, dossier_id, leg, stage, holder_kind, holder_id, office_id, offered_kind, offered_id,
       attempts
  FROM consignment
 WHERE dossier_id > $1 AND ($2::bigint IS NULL OR dossier_id <= $2)
 ORDER BY dossier_id, id
"""


async def kept_papers(conn: Connection[Record], after: int, until: int | None) -> list[KeptPaper]:
    return convert(await conn.fetch(KEPT_PAPERS, after, until), list[KeptPaper])


HEADS_OF_DAY = """
SELECT dossier_id, max(n) AS n, (array_agg(hash ORDER BY n DESC))[1] AS hash, count(*) AS lines
  FROM event
 WHERE heard_at >= $1 AND heard_at < $2
 GROUP BY dossier_id
 ORDER BY dossier_id
"""


class DayHead(Head, frozen=True, kw_only=True):
    """The last line heard of a dossier on one day, and how many were heard."""

    lines: int


async def heads_of_day(conn: Connection[Record], begins: datetime, ends: datetime) -> list[DayHead]:
    return convert(await conn.fetch(HEADS_OF_DAY, begins, ends), list[DayHead])


# Two workers at midnight take turns, and the second finds the day signed.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('daily root', 0))"


async def take_turns(conn: Connection[Record]) -> None:
    await conn.execute(TAKE_TURNS)


# A busy day's lines take longer than a page may.
BE_PATIENT = "SET LOCAL statement_timeout = '10min'"


async def be_patient(conn: Connection[Record]) -> None:
    await conn.execute(BE_PATIENT)


LAST_ROOT = """
SELECT day, events, dossiers, previous, root, key_id, signature, signed_at
  FROM daily_root
 ORDER BY day DESC
 LIMIT 1
"""


async def last_root(conn: Connection[Record]) -> Root | None:
    return convert(await conn.fetchrow(LAST_ROOT), Root | None)


ROOTS = """
SELECT day, events, dossiers, previous, root, key_id, signature, signed_at
  FROM daily_root
 ORDER BY day
"""


async def roots(conn: Connection[Record]) -> list[Root]:
    """All of them, without what they cover."""
    return convert(await conn.fetch(ROOTS), list[Root])


ROOT_OF = """
SELECT day, events, dossiers, previous, root, key_id, signature, signed_at, heads
  FROM daily_root
 WHERE day = $1
"""


async def root_of(conn: Connection[Record], day: date) -> Root | None:
    return convert(await conn.fetchrow(ROOT_OF, day), Root | None)


FIRST_HEARD = "SELECT min(heard_at) FROM event"


async def first_heard(conn: Connection[Record]) -> datetime | None:
    return cast("datetime | None", await conn.fetchval(FIRST_HEARD))


ADD_ROOT = """
INSERT INTO daily_root (day, events, dossiers, previous, root, key_id, signature, signed_at, heads)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def add_root(conn: Connection[Record], root: Root) -> None:
    await conn.execute(
        ADD_ROOT, root.day, root.events, root.dossiers, root.previous, root.root, root.key_id,
        root.signature, root.signed_at, root.heads,
    )  # fmt: skip
