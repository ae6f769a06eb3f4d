"""SQL of organisations' files: what was brought, read, judged and accepted. Only SQL.

What a line says of a citizen is closed in the table; the connection closes and opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, json

from postal_service.fields import Plain, Wanted


class Batch(Struct, frozen=True, kw_only=True):
    """One file and how far it has come. ``halted``: why the worker gave it back half accepted."""

    id: UUID
    office_id: int
    person_id: int
    who: str
    at: datetime
    org_name: str
    tax_code: str
    file_name: str
    sha256: str
    zeros: bool
    state: str
    total: int
    taken: int
    halted: list[str] | None
    done_at: datetime | None


class Kept(Struct, frozen=True, kw_only=True):
    """What is kept of a line for whoever mends it: its cells and what is wrong with them."""

    told: dict[str, str]
    faults: list[tuple[str, str, str]]


class Judged(Struct, frozen=True, kw_only=True):
    """A line as read: what it says, and of a good one the case, its charges and its papers."""

    line: int
    kept: Kept
    verdict: str
    mark: str
    procedure_id: int | None = None
    agency_id: int | None = None
    state_vnd: int = 0
    post_vnd: int = 0
    later_vnd: int = 0
    papers: tuple[tuple[int, int, int, int], ...] = ()


class Told(Struct, frozen=True, kw_only=True):
    """A line on a page: its cells and faults, where they are still kept."""

    line: int
    verdict: str
    kept: Kept | None
    ref: str | None


BRING = """
INSERT INTO batch (id, office_id, person_id, at, org_name, tax_code, file_name, sha256,
                   body_sealed, zeros, total)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ($9::sealed).body, $10, $11)
    ON CONFLICT (id) DO NOTHING
"""


async def bring(conn: Connection[Record], new: Batch, body: str) -> None:
    await conn.execute(
        BRING,
        new.id,
        new.office_id,
        new.person_id,
        new.at,
        new.org_name,
        new.tax_code,
        new.file_name,
        new.sha256,
        Plain("batch", new.id, "body", body),
        new.zeros,
        new.total,
    )


BATCHES_OF = """
SELECT b.id, b.office_id, b.person_id, p.full_name AS who, b.at, b.org_name, b.tax_code,
       b.file_name, b.sha256, b.zeros, b.state, b.total, b.taken, b.halted, b.done_at
  FROM batch b
  JOIN person p ON p.id = b.person_id
 WHERE b.office_id = $1
 ORDER BY b.at DESC
 LIMIT 50
"""


async def batches_of(conn: Connection[Record], office_id: int) -> list[Batch]:
    return convert(await conn.fetch(BATCHES_OF, office_id), list[Batch])


BATCH_BY_ID = """
SELECT b.id, b.office_id, b.person_id, p.full_name AS who, b.at, b.org_name, b.tax_code,
       b.file_name, b.sha256, b.zeros, b.state, b.total, b.taken, b.halted, b.done_at
  FROM batch b
  JOIN person p ON p.id = b.person_id
 WHERE b.id = $1
"""


async def batch_by_id(conn: Connection[Record], id: UUID) -> Batch | None:
    return convert(await conn.fetchrow(BATCH_BY_ID, id), Batch | None)


SAME_FILE = """
SELECT at
  FROM batch
 WHERE tax_code = $1 AND sha256 = $2 AND id <> $3 AND state IN ('accepting', 'done')
 ORDER BY at DESC
 LIMIT 1
"""


async def same_file(conn: Connection[Record], batch: Batch) -> datetime | None:
    """When the very same file of the same organisation was accepted before."""
    found: datetime | None = await conn.fetchval(SAME_FILE, batch.tax_code, batch.sha256, batch.id)
    return found


# One file at a time, the oldest first; whoever reads it holds it, so two workers do not.
CLAIM_READING = """
SELECT id FROM batch WHERE state = 'reading' ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED
"""


async def claim_reading(conn: Connection[Record]) -> UUID | None:
    found: UUID | None = await conn.fetchval(CLAIM_READING)
    return found


LOCK_BATCH = "SELECT state FROM batch WHERE id = $1 FOR UPDATE"


async def lock(conn: Connection[Record], id: UUID) -> str | None:
    """Its state, which nobody changes until this transaction ends."""
    found: str | None = await conn.fetchval(LOCK_BATCH, id)
    return found


BODY = "SELECT batch.body FROM batch WHERE id = $1"


async def body(conn: Connection[Record], id: UUID) -> str:
    found: str = await conn.fetchval(BODY, id)
    return found


ADD_LINE = """
INSERT INTO batch_line (batch_id, line, told_sealed, verdict, same_mark, procedure_id, agency_id,
                        state_vnd, post_vnd, later_vnd, papers)
VALUES ($1, $2, ($3::sealed).body, $4, ($5::blind).mark, $6, $7, $8, $9, $10, $11)
"""
COUNT_TAKEN = "UPDATE batch SET taken = taken + $2 WHERE id = $1"


async def take(conn: Connection[Record], id: UUID, lines: Sequence[Judged]) -> None:
    await conn.executemany(
        ADD_LINE,
        [
            (
                id,
                each.line,
                closed(id, each.line, each.kept),
                each.verdict,
                Wanted("batch_line", each.mark),
                each.procedure_id,
                each.agency_id,
                each.state_vnd,
                each.post_vnd,
                each.later_vnd,
                each.papers,
            )
            for each in lines
        ],
    )
    await conn.execute(COUNT_TAKEN, id, len(lines))


def closed(id: UUID, line: int, kept: Kept) -> Plain:
    return Plain("batch_line", f"{id}:{line}", "told", json.encode(kept).decode())


# Of the same organisation, all cells the same, accepted already: whoever mends three lines brings
# all five thousand again.
MARK_AGAIN = """
UPDATE batch_line mine
   SET verdict = 'again'
 WHERE mine.batch_id = $1 AND mine.verdict = 'good'
   AND EXISTS (SELECT 1
                 FROM batch_line theirs
                 JOIN batch b ON b.id = theirs.batch_id
                WHERE theirs.same_mark = mine.same_mark AND theirs.verdict = 'accepted'
                  AND b.id <> $1 AND b.tax_code = $2)
"""
# The lines hold what the file said.
END_READING = "UPDATE batch SET state = 'checked', body_sealed = NULL WHERE id = $1"


async def end_reading(conn: Connection[Record], batch: Batch) -> None:
    await conn.execute(MARK_AGAIN, batch.id, batch.tax_code)
    await conn.execute(END_READING, batch.id)


COUNTS = """
SELECT verdict, count(*) AS lines FROM batch_line WHERE batch_id = $1 GROUP BY verdict
"""


async def counts(conn: Connection[Record], id: UUID) -> dict[str, int]:
    return {row["verdict"]: row["lines"] for row in await conn.fetch(COUNTS, id)}


# Whoever counts the papers and takes the money is who accepts, whoever brought the file in.
BEGIN_ACCEPTING = """
UPDATE batch SET state = 'accepting', halted = NULL, person_id = $2 WHERE id = $1
"""


async def begin_accepting(conn: Connection[Record], id: UUID, person_id: int) -> None:
    await conn.execute(BEGIN_ACCEPTING, id, person_id)


DROP_BATCH = "UPDATE batch SET state = 'dropped', body_sealed = NULL WHERE id = $1"
# Of a file that was given up nobody needs the cells.
FORGET_LINES = """
UPDATE batch_line SET told_sealed = NULL WHERE batch_id = $1 AND told_sealed IS NOT NULL
"""


async def drop(conn: Connection[Record], id: UUID) -> None:
    await conn.execute(DROP_BATCH, id)


async def forget_lines(conn: Connection[Record], id: UUID) -> None:
    await conn.execute(FORGET_LINES, id)
