"""SQL of what clerks have to do: one statement, one function, one row type."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Task(Struct, frozen=True, kw_only=True):
    """Something to do, about a dossier or about none.

    ``phone`` is E.164, or None: then only a letter or a visit is left.
    """

    id: int
    kind: str
    ref: str | None
    name: str | None
    phone: str | None
    text_vi: str
    opened_at: datetime


OPEN_TASKS = """
SELECT t.id, t.kind, d.ref, p.full_name AS name, p.phone, t.text_vi, t.opened_at
  FROM task t
  LEFT JOIN dossier d ON d.id = t.dossier_id
  LEFT JOIN party p ON p.id = d.applicant_id
 WHERE t.office_id = $1 AND t.done_at IS NULL
 ORDER BY t.opened_at, t.id
 LIMIT 200
"""


async def open_tasks(conn: Connection[Record], office_id: int) -> list[Task]:
    return convert(await conn.fetch(OPEN_TASKS, office_id), list[Task])


class NewTask(Struct, frozen=True, kw_only=True):
    """Something to put on an office's list.

    ``cause`` makes it one: what happens twice is asked for once. ``text_vi`` is what a clerk
    reads, with every number she needs.
    """

    kind: str
    cause: str
    text_vi: str
    office_id: int
    opened_at: datetime
    dossier_id: int | None = None


OPEN = """
INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (cause) DO NOTHING
"""


async def open_(conn: Connection[Record], new: NewTask) -> None:
    await conn.execute(
        OPEN, new.office_id, new.dossier_id, new.kind, new.cause, new.text_vi, new.opened_at
    )
