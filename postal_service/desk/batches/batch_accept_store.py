"""SQL of accepting an organisation's file line by line, and of forgetting it. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, json

from postal_service.caller import Staff
from postal_service.desk.batches.batch_store import FORGET_LINES, Kept, closed


class Next(Struct, frozen=True, kw_only=True):
    """A good line that waits to be accepted."""

    batch_id: UUID
    line: int
    person_id: int
    office_id: int
    kept: Kept
    procedure_id: int
    agency_id: int


# The lock is the line's alone: two workers accept two lines of one file side by side.
NEXT_GOOD = """
SELECT l.batch_id, l.line, b.person_id, b.office_id, l.told AS kept, l.procedure_id, l.agency_id
  FROM batch b
  JOIN batch_line l ON l.batch_id = b.id AND l.verdict = 'good'
 WHERE b.state = 'accepting'
 ORDER BY b.at, l.line
 LIMIT 1
   FOR UPDATE OF l SKIP LOCKED
"""


async def next_good(conn: Connection[Record]) -> Next | None:
    row = await conn.fetchrow(NEXT_GOOD)
    return convert({**row, "kept": json.decode(row["kept"])}, Next) if row else None


# The dossier holds what the line said.
ACCEPT_LINE = """
UPDATE batch_line
   SET verdict = 'accepted', told_sealed = NULL,
       dossier_id = (SELECT id FROM dossier WHERE ref = $3)
 WHERE batch_id = $1 AND line = $2
"""


async def accept(conn: Connection[Record], next_: Next, ref: str) -> None:
    await conn.execute(ACCEPT_LINE, next_.batch_id, next_.line, ref)


REFUSE_LINE = """
UPDATE batch_line
   SET verdict = 'bad', told_sealed = ($3::sealed).body
 WHERE batch_id = $1 AND line = $2 AND verdict = 'good'
"""


async def refuse(
    conn: Connection[Record], next_: Next, faults: Sequence[tuple[str, str, str]]
) -> None:
    kept = Kept(told=next_.kept.told, faults=[*faults])
    told = closed(next_.batch_id, next_.line, kept)
    await conn.execute(REFUSE_LINE, next_.batch_id, next_.line, told)


HALT = "UPDATE batch SET state = 'checked', halted = $2 WHERE id = $1 AND state = 'accepting'"


async def halt(conn: Connection[Record], id: UUID, why: Sequence[str]) -> None:
    await conn.execute(HALT, id, list(why))


# Lines that another worker holds are still good until it has ended.
FINISH_ACCEPTED = """
UPDATE batch
   SET state = 'done', done_at = $1
 WHERE state = 'accepting'
   AND NOT EXISTS (SELECT 1 FROM batch_line l WHERE l.batch_id = batch.id AND l.verdict = 'good')
"""


async def finish(conn: Connection[Record], at: datetime) -> None:
    await conn.execute(FINISH_ACCEPTED, at)


STAFF_BY_ID = """
SELECT p.id, p.username, p.full_name, p.given_name, p.role, p.office_id, o.name AS office_name,
       p.agency_id, NULL AS agency_name, p.phone, p.head, $2::timestamptz AS last_seen_at
  FROM person p
  LEFT JOIN office o ON o.id = p.office_id
 WHERE p.id = $1
"""


async def staff(conn: Connection[Record], person_id: int, now: datetime) -> Staff:
    """The clerk for whom the worker accepts."""
    return convert(await conn.fetchrow(STAFF_BY_ID, person_id, now), Staff)


OLD_BATCHES = """
SELECT id FROM batch
 WHERE at < $1 AND (body_sealed IS NOT NULL OR state IN ('reading', 'checked', 'accepting')
                    OR EXISTS (SELECT 1 FROM batch_line l
                                WHERE l.batch_id = batch.id AND l.told_sealed IS NOT NULL))
 ORDER BY at
 LIMIT $2
   FOR UPDATE SKIP LOCKED
"""
END_OLD = """
UPDATE batch
   SET body_sealed = NULL,
       state = CASE WHEN state = 'done' THEN 'done' ELSE 'dropped' END
 WHERE id = $1
"""


async def forget_old(conn: Connection[Record], before: datetime, limit: int) -> int:
    """Shred what is kept of files brought before *before*; how many had something left."""
    ids: list[Any] = [row["id"] for row in await conn.fetch(OLD_BATCHES, before, limit)]
    for id in ids:
        await conn.execute(FORGET_LINES, id)
        await conn.execute(END_OLD, id)
    return len(ids)
