"""SQL of complaints: one statement, one function, one row type."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, json

from postal_service.fields import Plain


class Told(Struct, frozen=True, kw_only=True):
    """Who complains, how to reach them, and what they say. Closed in the database."""

    name: str = ""
    phone: str = ""
    text: str = ""


class Complaint(Struct, frozen=True, kw_only=True):
    """One complaint; ``outcome`` is None until the supervisor has answered it."""

    id: int
    form_id: UUID
    number: str
    office_id: int
    ref: str | None
    about: str
    told: str
    opened_at: datetime
    opener: str
    decline_by: date
    ask_by: date
    answer_by: date
    outcome: str | None
    answer: str | None
    closed_at: datetime | None
    closer: str | None

    @property
    def said(self) -> Told:
        return json.decode(self.told, type=Told)


class NewComplaint(Struct, frozen=True, kw_only=True):
    """What the counter writes down."""

    form_id: UUID
    number: str
    office_id: int
    ref: str | None
    about: str
    told: Told
    opened_at: datetime
    opened_by: int
    decline_by: date
    ask_by: date
    answer_by: date


ADD = """
INSERT INTO complaint (form_id, number, office_id, dossier_id, about, told_sealed, opened_at,
                       opened_by, decline_by, ask_by, answer_by)
SELECT $1, $2, $3, (SELECT id FROM dossier WHERE ref = $4), $5, ($6::sealed).body, $7, $8, $9, $10,
       $11
"""


async def add(conn: Connection[Record], new: NewComplaint) -> None:
    told = Plain("complaint", new.form_id, "told", json.encode(new.told).decode())
    await conn.execute(
        ADD, new.form_id, new.number, new.office_id, new.ref, new.about, told, new.opened_at,
        new.opened_by, new.decline_by, new.ask_by, new.answer_by,
    )  # fmt: skip


BY_FORM = """
SELECT c.id, c.form_id, c.number, c.office_id, d.ref, c.about, c.told, c.opened_at,
       o.full_name AS opener, c.decline_by, c.ask_by, c.answer_by, c.outcome, c.answer,
       c.closed_at, k.full_name AS closer
  FROM complaint c
  JOIN person o ON o.id = c.opened_by
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN person k ON k.id = c.closed_by
 WHERE c.form_id = $1
"""


async def by_form(conn: Connection[Record], form_id: UUID) -> Complaint | None:
    return convert(await conn.fetchrow(BY_FORM, form_id), Complaint | None)


# What is open comes first, the most urgent on top; what was answered stays to be read.
OF_OFFICE = """
SELECT c.id, c.form_id, c.number, c.office_id, d.ref, c.about, c.told, c.opened_at,
       o.full_name AS opener, c.decline_by, c.ask_by, c.answer_by, c.outcome, c.answer,
       c.closed_at, k.full_name AS closer
  FROM complaint c
  JOIN person o ON o.id = c.opened_by
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN person k ON k.id = c.closed_by
 WHERE c.office_id = $1
 ORDER BY c.closed_at DESC NULLS FIRST, c.answer_by, c.id
 LIMIT 200
"""


async def of_office(conn: Connection[Record], office_id: int) -> list[Complaint]:
    return convert(await conn.fetch(OF_OFFICE, office_id), list[Complaint])


BY_NUMBER = """
SELECT c.id, c.form_id, c.number, c.office_id, d.ref, c.about, c.told, c.opened_at,
       o.full_name AS opener, c.decline_by, c.ask_by, c.answer_by, c.outcome, c.answer,
       c.closed_at, k.full_name AS closer
  FROM complaint c
  JOIN person o ON o.id = c.opened_by
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN person k ON k.id = c.closed_by
 WHERE c.number = $1 AND c.office_id = $2
"""


async def by_number(conn: Connection[Record], number: str, office_id: int) -> Complaint | None:
    return convert(await conn.fetchrow(BY_NUMBER, number, office_id), Complaint | None)


CLOSE = """
UPDATE complaint
   SET outcome = $2, answer_sealed = ($3::sealed).body, closed_at = $4, closed_by = $5
 WHERE id = $1 AND outcome IS NULL
"""


async def close(
    conn: Connection[Record],
    found: Complaint,
    *,
    outcome: str,
    answer: str,
    at: datetime,
    by: int,
) -> None:
    closed = Plain("complaint", found.form_id, "answer", answer)
    await conn.execute(CLOSE, found.id, outcome, closed, at, by)


class Due(Struct, frozen=True, kw_only=True):
    """A complaint whose last day is near or gone."""

    id: int
    number: str
    answer_by: date


DUE = """
SELECT id, number, answer_by
  FROM complaint
 WHERE office_id = $1 AND outcome IS NULL AND answer_by <= $2
 ORDER BY answer_by, id
"""


async def due(conn: Connection[Record], office_id: int, day: date) -> list[Due]:
    return convert(await conn.fetch(DUE, office_id, day), list[Due])
