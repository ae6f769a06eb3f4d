"""SQL of files on their way into the catalogue: what was brought, read, judged and applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Import(Struct, frozen=True, kw_only=True):
    """One file and how far it has come; counts are None until it was applied."""

    id: UUID
    sheet: str
    file_name: str
    sha256: str
    who: str
    person_id: int
    at: datetime
    state: str
    total: int
    taken: int
    only_good: bool
    overrule: bool
    why: str
    done_at: datetime | None
    added: int | None
    changed: int | None


class Line(Struct, frozen=True, kw_only=True):
    """A line of a file: its cells, its verdict, and what is wrong with it or differs."""

    line: int
    cells: list[str]
    verdict: str
    faults: list[tuple[str, str, str]]


BRING = """
INSERT INTO catalogue_import (id, sheet, file_name, sha256, body, person_id, at, total)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO NOTHING
"""


async def bring(  # noqa: PLR0913 -- one row
    conn: Connection[Record],
    id: UUID,
    *,
    sheet: str,
    file_name: str,
    sha256: str,
    body: str,
    person_id: int,
    at: datetime,
    total: int,
) -> None:
    await conn.execute(BRING, id, sheet, file_name, sha256, body, person_id, at, total)


IMPORTS = """
SELECT catalogue_import.id, sheet, file_name, sha256, person.full_name AS who, person_id, at, state,
       total, taken, only_good, overrule, why, done_at, added, changed
  FROM catalogue_import
  JOIN person ON person.id = person_id
 ORDER BY at DESC
 LIMIT 50
"""


async def imports(conn: Connection[Record]) -> list[Import]:
    return convert(await conn.fetch(IMPORTS), list[Import])


IMPORT_BY_ID = """
SELECT catalogue_import.id, sheet, file_name, sha256, person.full_name AS who, person_id, at, state,
       total, taken, only_good, overrule, why, done_at, added, changed
  FROM catalogue_import
  JOIN person ON person.id = person_id
 WHERE catalogue_import.id = $1
"""


async def import_by_id(conn: Connection[Record], id: UUID) -> Import | None:
    return convert(await conn.fetchrow(IMPORT_BY_ID, id), Import | None)


SAME_FILE = """
SELECT at
  FROM catalogue_import
 WHERE sheet = $1 AND sha256 = $2 AND id <> $3 AND state = 'done'
 ORDER BY at DESC
 LIMIT 1
"""


async def same_file(conn: Connection[Record], sheet: str, sha256: str, id: UUID) -> datetime | None:
    """When the very same file was applied before."""
    found: datetime | None = await conn.fetchval(SAME_FILE, sheet, sha256, id)
    return found


# One file at a time, the oldest first; whoever works on it holds it, so two workers do not.
CLAIM_IMPORT = """
SELECT id
  FROM catalogue_import
 WHERE state IN ('reading', 'applying')
 ORDER BY at
 LIMIT 1
   FOR UPDATE SKIP LOCKED
"""


async def claim(conn: Connection[Record]) -> UUID | None:
    found: UUID | None = await conn.fetchval(CLAIM_IMPORT)
    return found


LOCK_IMPORT = """
SELECT state FROM catalogue_import WHERE id = $1 FOR UPDATE
"""


async def lock(conn: Connection[Record], id: UUID) -> str | None:
    """Its state, which nobody changes until this transaction ends."""
    found: str | None = await conn.fetchval(LOCK_IMPORT, id)
    return found


BODY = """
SELECT body FROM catalogue_import WHERE id = $1
"""


async def body(conn: Connection[Record], id: UUID) -> str:
    found: str = await conn.fetchval(BODY, id)
    return found


TAKE_LINES = """
WITH given AS (
    INSERT INTO catalogue_import_line (import_id, line, cells, verdict, faults)
    SELECT $1, line, cells, verdict, faults
      FROM jsonb_to_recordset($2::jsonb) AS one
           (line integer, cells text[], verdict text, faults jsonb)
)
UPDATE catalogue_import SET taken = taken + $3 WHERE id = $1
"""


async def take(conn: Connection[Record], id: UUID, lines: Sequence[Line]) -> None:
    await conn.execute(TAKE_LINES, id, lines, len(lines))


LINES_OF = """
SELECT line, cells, verdict, faults
  FROM catalogue_import_line
 WHERE import_id = $1 AND ($2 = '' OR verdict = $2)
 ORDER BY line
 LIMIT $3
"""


async def lines(conn: Connection[Record], id: UUID, verdict: str, limit: int) -> list[Line]:
    return convert(await conn.fetch(LINES_OF, id, verdict, limit), list[Line])


# Every line is there: what would be a conflict is the row. The key finds each at once, whatever
# the planner thinks of a table that was filled a moment ago.
JUDGE_LINES = """
INSERT INTO catalogue_import_line (import_id, line, cells, verdict, faults)
SELECT $1, line, '{}', verdict, faults
  FROM jsonb_to_recordset($2::jsonb) AS given (line integer, verdict text, faults jsonb)
    ON CONFLICT (import_id, line) DO UPDATE
   SET verdict = excluded.verdict, faults = excluded.faults
"""


async def judge(conn: Connection[Record], id: UUID, verdicts: Sequence[Any]) -> None:
    await conn.execute(JUDGE_LINES, id, verdicts)


COUNTS = """
SELECT verdict, count(*) AS lines FROM catalogue_import_line WHERE import_id = $1 GROUP BY verdict
"""


async def counts(conn: Connection[Record], id: UUID) -> dict[str, int]:
    return {row["verdict"]: row["lines"] for row in await conn.fetch(COUNTS, id)}


MOVE_IMPORT = """
UPDATE catalogue_import SET state = $2 WHERE id = $1
"""


async def move(conn: Connection[Record], id: UUID, state: str) -> None:
    await conn.execute(MOVE_IMPORT, id, state)


CHOOSE = """
UPDATE catalogue_import
   SET state = 'applying', only_good = $2, overrule = $3, why = $4
 WHERE id = $1
"""


async def choose(
    conn: Connection[Record], id: UUID, *, only_good: bool, overrule: bool, why: str
) -> None:
    await conn.execute(CHOOSE, id, only_good, overrule, why)


FINISH = """
UPDATE catalogue_import
   SET state = 'done', done_at = $2, added = $3, changed = $4
 WHERE id = $1
"""


async def finish(
    conn: Connection[Record], id: UUID, *, at: datetime, added: int, changed: int
) -> None:
    await conn.execute(FINISH, id, at, added, changed)


NOTE_IMPORT = """
INSERT INTO catalogue_change (form_id, at, person_id, sheet, key, act, valid_from, why,
                              before, after)
SELECT $1, $2, $3, $4, key, 'import', valid_from, $5, before, after
  FROM jsonb_to_recordset($6::jsonb) AS one (key text, valid_from date, before jsonb, after jsonb)
"""


async def note(
    conn: Connection[Record], brought: Import, at: datetime, changes: Sequence[Any]
) -> None:
    """A line of the history for each row that was written."""
    why = f"{brought.why} (tệp {brought.file_name})"[:500]
    await conn.execute(NOTE_IMPORT, brought.id, at, brought.person_id, brought.sheet, why, changes)


# Whose rows are: a person's from this time on, or, without one, the file's again.
MARK_PROCEDURES = "UPDATE procedure SET edited_at = $2 WHERE id = ANY ($1::bigint[])"
MARK_DOCUMENTS = "UPDATE procedure_document SET edited_at = $2 WHERE id = ANY ($1::bigint[])"
MARK_TARIFFS = "UPDATE tariff SET edited_at = $2 WHERE id = ANY ($1::bigint[])"
MARK_AGENCIES = "UPDATE agency SET edited_at = $2 WHERE id = ANY ($1::bigint[])"
MARK_OFFICES = "UPDATE office SET edited_at = $2 WHERE id = ANY ($1::bigint[])"
MARK_REASONS = "UPDATE reason SET edited_at = $2 WHERE id = ANY ($1::bigint[])"
#: Calendars are tracking's: a file replaces what a file said, and marked days stand above both.
MARKS: Final = {
    "procedures": MARK_PROCEDURES,
    "documents": MARK_DOCUMENTS,
    "tariffs": MARK_TARIFFS,
    "agencies": MARK_AGENCIES,
    "offices": MARK_OFFICES,
    "reasons": MARK_REASONS,
}


async def mark(
    conn: Connection[Record], sheet: str, ids: Sequence[int], at: datetime | None
) -> None:
    """Say whose these rows are. None: the next write may change them."""
    if sheet in MARKS:
        await conn.execute(MARKS[sheet], ids, at)
