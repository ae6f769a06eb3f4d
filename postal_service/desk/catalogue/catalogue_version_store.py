"""SQL of procedures as their administrator sees them: every version, and what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.published.procedure_store import Document, Procedure


class Listed(Struct, frozen=True, kw_only=True):
    """One code in the list: the version in force, else the next, else the last there was.

    ``upcoming`` is the first day of a later version; ``edited_at`` is None for what was loaded.
    """

    code: str
    version: int
    name_vi: str
    field_vi: str
    level: str
    time_value: int
    time_unit: str
    le_phi_vnd: int
    phi_vnd: int
    bcci_forward: bool
    bcci_return: bool
    valid_from: date
    valid_to: date | None
    demo: bool
    source: str
    edited_at: datetime | None
    versions: int
    documents: int
    upcoming: date | None


class Edition(Procedure, frozen=True, kw_only=True):
    """One version with everything, and who last touched it."""

    replaces: str | None
    source: str
    edited_at: datetime | None
    edited_by: str | None
    documents: list[Document]

    @property
    def key(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def withdrawn(self) -> bool:
        """In force on no day at all."""
        return self.valid_to == self.valid_from


FIND_PROCEDURES = """
WITH typed AS (
    SELECT words,
           ARRAY(SELECT '\\m' || word
                   FROM regexp_split_to_table(words, '[^a-z0-9]+') AS word
                  WHERE word <> '') AS starts
      FROM (SELECT vn_fold(btrim($1))) AS folded (words)
), newest AS (
    SELECT DISTINCT ON (code) id, code, version, name_vi, field_vi, level, time_value, time_unit,
           le_phi_vnd, phi_vnd, bcci_forward, bcci_return, valid_from, valid_to, demo, source,
           edited_at
      FROM procedure
     CROSS JOIN typed
     WHERE (words = '' OR starts_with(code, words) OR folded ~ ALL (starts))
       AND ($2 = '' OR field_vi = $2) AND ($3 = '' OR level = $3)
     ORDER BY code, daterange(valid_from, valid_to) @> $4::date DESC,
           valid_from IS DISTINCT FROM valid_to DESC, valid_from > $4 DESC, valid_from DESC
)
SELECT code, version, name_vi, field_vi, level, time_value, time_unit, le_phi_vnd, phi_vnd,
       bcci_forward, bcci_return, valid_from, valid_to, demo, source, edited_at,
       (SELECT count(*) FROM procedure AS other WHERE other.code = newest.code) AS versions,
       (SELECT count(*) FROM procedure_document WHERE procedure_id = newest.id) AS documents,
       (SELECT min(other.valid_from)
          FROM procedure AS other
         WHERE other.code = newest.code AND other.valid_from > $4 AND other.id <> newest.id
           AND other.valid_to IS DISTINCT FROM other.valid_from) AS upcoming
  FROM newest
 ORDER BY field_vi, name_vi, code
 LIMIT $5
"""


async def find_procedures(
    conn: Connection[Record], text: str, field: str, level: str, day: date, limit: int
) -> list[Listed]:
    rows = await conn.fetch(FIND_PROCEDURES, text, field, level, day, limit)
    return convert(rows, list[Listed])


FIELDS_OF_WORK = """
SELECT DISTINCT field_vi FROM procedure ORDER BY field_vi
"""


async def fields_of_work(conn: Connection[Record]) -> list[str]:
    return [row["field_vi"] for row in await conn.fetch(FIELDS_OF_WORK)]


EDITIONS = """
SELECT id, code, version, name_vi, name_en, field_vi, level, time_value, time_unit, cutoff_15h,
       le_phi_vnd, phi_vnd, fee_note, bcci_forward, bcci_return, to_addressee_only,
       originals_to_withdraw, valid_from, valid_to, agency_code, demo, verified_fields, replaces,
       source, edited_at,
       (SELECT person.full_name
          FROM catalogue_change
          JOIN person ON person.id = catalogue_change.person_id
         WHERE sheet = 'procedures' AND key = procedure.code || ' v' || procedure.version
         ORDER BY catalogue_change.id DESC
         LIMIT 1) AS edited_by,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.ordinal), '[]')
          FROM (SELECT ordinal, name_vi, originals, certified, photocopies, required, form_no
                  FROM procedure_document
                 WHERE procedure_id = procedure.id) AS line) AS documents
  FROM procedure
 WHERE code = $1
 ORDER BY version DESC
"""


async def editions(conn: Connection[Record], code: str) -> list[Edition]:
    """Every version there ever was, the newest first."""
    return convert(await conn.fetch(EDITIONS, code), list[Edition])


# Two administrators saving at once take turns on the versions they both want to end.
LOCK_VERSIONS = """
SELECT id
  FROM procedure
 WHERE code = ANY ($1::text[])
 ORDER BY id
   FOR UPDATE
"""


async def lock_versions(conn: Connection[Record], codes: list[str]) -> None:
    await conn.fetch(LOCK_VERSIONS, codes)


END_VERSIONS = """
UPDATE procedure
   SET valid_to = given.valid_to, edited_at = $2
  FROM jsonb_to_recordset($1::jsonb) AS given (id bigint, valid_to date)
 WHERE procedure.id = given.id
"""


async def end_versions(
    conn: Connection[Record], ends: Mapping[int, date | None], now: datetime
) -> None:
    given = [{"id": id, "valid_to": end} for id, end in ends.items()]
    await conn.execute(END_VERSIONS, given, now)


# How a working day is read is no cell of the files: a version has it from the one before.
MARK_VERSION = """
WITH marked AS (
    UPDATE procedure
       SET edited_at = $3,
           convention = coalesce((SELECT convention FROM procedure AS old WHERE old.id = $4),
                                 convention)
     WHERE code = $1 AND version = $2
    RETURNING id
)
UPDATE procedure_document
   SET edited_at = $3
  FROM marked
 WHERE procedure_id = marked.id
"""


async def mark_version(
    conn: Connection[Record], code: str, version: int, *, now: datetime, heir_of: int | None
) -> None:
    """It is a person's from now on: `postal load` leaves it alone."""
    await conn.execute(MARK_VERSION, code, version, now, heir_of)


class Change(Struct, frozen=True, kw_only=True):
    """A line of the catalogue's history; cells as the files name them."""

    id: int
    form_id: UUID
    at: datetime
    who: str
    sheet: str
    key: str
    act: str
    valid_from: date | None
    why: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


NOTE_CHANGE = """
INSERT INTO catalogue_change (form_id, at, person_id, sheet, key, act, valid_from, why,
                              before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def note_change(
    conn: Connection[Record],
    change: Change,
    by: int,
) -> None:
    await conn.execute(
        NOTE_CHANGE,
        change.form_id,
        change.at,
        by,
        change.sheet,
        change.key,
        change.act,
        change.valid_from,
        change.why,
        change.before,
        change.after,
    )


CHANGE_OF_FORM = """
SELECT key FROM catalogue_change WHERE form_id = $1 ORDER BY id LIMIT 1
"""


async def change_of_form(conn: Connection[Record], form_id: UUID) -> str | None:
    """What this form changed already: the second press finds the first's."""
    found: str | None = await conn.fetchval(CHANGE_OF_FORM, form_id)
    return found


CHANGES = """
SELECT catalogue_change.id, form_id, at, person.full_name AS who, sheet, key, act, valid_from,
       why, before, after
  FROM catalogue_change
  JOIN person ON person.id = catalogue_change.person_id
 WHERE ($1 = '' OR sheet = $1) AND ($2 = '' OR starts_with(key, $2))
   AND catalogue_change.id < $3
 ORDER BY catalogue_change.id DESC
 LIMIT $4
"""


async def changes(
    conn: Connection[Record], sheet: str, key: str, before: int, limit: int
) -> list[Change]:
    return convert(await conn.fetch(CHANGES, sheet, key, before, limit), list[Change])
