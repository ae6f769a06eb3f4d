"""SQL of the packs printed before the power fails: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Pack(Struct, frozen=True, kw_only=True):
    """A pile of blanks of one office and day. ``opened_at``: its first sheet was accounted for."""

    id: int
    office_id: int
    day: date
    made_at: datetime
    maker: str
    sheets: int
    entered: int
    struck: int
    opened_at: datetime | None
    gaps: tuple[int, ...]

    @property
    def blank(self) -> int:
        return self.sheets - self.entered - self.struck


class Sheet(Struct, frozen=True, kw_only=True):
    """One blank and what became of it; ``state`` is blank, entered, struck or gap."""

    pack_id: int
    ordinal: int
    ref: str
    s10: str
    tracking_code: str
    office_id: int
    day: date
    made_at: datetime
    state: str
    accepted_at: datetime | None
    void_why: str | None
    voided_at: datetime | None
    voider: str | None


# One desk makes one pack a day: two pages that ask at once queue up here.
LOCK_OFFICE = "SELECT pg_advisory_xact_lock(hashtext('outage'), $1::bigint::integer)"


async def lock_office(conn: Connection[Record], office_id: int) -> None:
    await conn.execute(LOCK_OFFICE, office_id)


ADD_PACK = """
INSERT INTO outage_pack (form_id, office_id, day, made_at, made_by)
VALUES ($1, $2, $3, $4, $5)
RETURNING id
"""


async def add_pack(
    conn: Connection[Record],
    form_id: UUID,
    *,
    office_id: int,
    day: date,
    made_at: datetime,
    made_by: int,
) -> int:
    return cast("int", await conn.fetchval(ADD_PACK, form_id, office_id, day, made_at, made_by))


ADD_SHEETS = """
INSERT INTO outage_sheet (pack_id, ordinal, ref)
SELECT $1, ordinal, ref FROM unnest($2::text[]) WITH ORDINALITY AS n(ref, ordinal)
"""


async def add_sheets(conn: Connection[Record], pack_id: int, refs: Sequence[str]) -> None:
    await conn.execute(ADD_SHEETS, pack_id, refs)


PACK_OF_DAY = "SELECT id FROM outage_pack WHERE office_id = $1 AND day = $2"


async def pack_of_day(conn: Connection[Record], office_id: int, day: date) -> int | None:
    return cast("int | None", await conn.fetchval(PACK_OF_DAY, office_id, day))


MADE_BY_FORM = "SELECT id FROM outage_pack WHERE form_id = $1"


async def made_by_form(conn: Connection[Record], form_id: UUID) -> int | None:
    return cast("int | None", await conn.fetchval(MADE_BY_FORM, form_id))


# A pack is opened by the first sheet that was used or spoilt; what is struck as unused or
# misprinted opens none. From then on each sheet before the last used one is a gap until it is
# accounted for, and from the next day on every sheet that is left.
SHEETS = """
WITH sheet AS (
    SELECT s.pack_id, s.ordinal, s.ref, s.void_why, s.voided_at, s.voided_by, p.office_id, p.day,
           p.made_at, d.id AS dossier_id, d.accepted_at,
           CASE WHEN d.id IS NOT NULL
                THEN (SELECT min(e.heard_at) FROM event e WHERE e.dossier_id = d.id)
                WHEN s.void_why IN ('spoilt', 'lost') THEN s.voided_at END AS used_at
      FROM outage_pack p
      JOIN outage_sheet s ON s.pack_id = p.id
      LEFT JOIN dossier d ON d.ref = s.ref
     WHERE p.id = $1
), opened AS (
    SELECT min(used_at) AS at, max(ordinal) FILTER (WHERE used_at IS NOT NULL) AS last FROM sheet
)
SELECT t.pack_id, t.ordinal, t.ref, n.s10, n.tracking_code, t.office_id, t.day, t.made_at,
       CASE WHEN t.dossier_id IS NOT NULL THEN 'entered'
            WHEN t.void_why IS NOT NULL THEN 'struck'
            WHEN t.ordinal < o.last
                 OR (o.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date < $2::date THEN 'gap'
            ELSE 'blank' END AS state,
       t.accepted_at, t.void_why, t.voided_at, v.full_name AS voider
  FROM sheet t
  CROSS JOIN opened o
  JOIN reserved_number n ON n.ref = t.ref
  LEFT JOIN person v ON v.id = t.voided_by
 ORDER BY t.ordinal
"""


async def sheets(conn: Connection[Record], pack_id: int, today: date) -> list[Sheet]:
    return convert(await conn.fetch(SHEETS, pack_id, today), list[Sheet])


PACK_OF_REF = "SELECT pack_id FROM outage_sheet WHERE ref = $1"


async def pack_of_ref(conn: Connection[Record], ref: str) -> int | None:
    return cast("int | None", await conn.fetchval(PACK_OF_REF, ref))


OFFICE_OF_PACK = "SELECT name FROM office WHERE id = office_of_pack($1)"


async def office_of_pack(conn: Connection[Record], pack_id: int) -> str | None:
    """The name of the office that has the pack, whoever asks."""
    return cast("str | None", await conn.fetchval(OFFICE_OF_PACK, pack_id))


# Entering and striking one sheet at once: the second of them waits here, and then looks.
LOCK_SHEETS = """
SELECT ref FROM outage_sheet WHERE ref = ANY($1::text[]) ORDER BY ref FOR UPDATE
"""


async def lock_sheets(conn: Connection[Record], refs: Sequence[str]) -> None:
    await conn.execute(LOCK_SHEETS, refs)


STRIKE = """
UPDATE outage_sheet SET void_why = $2, voided_at = $3, voided_by = $4
 WHERE ref = ANY($1::text[]) AND void_why IS NULL
"""


async def strike(
    conn: Connection[Record], refs: Sequence[str], *, why: str, at: datetime, by: int
) -> None:
    await conn.execute(STRIKE, refs, why, at, by)


PACKS = """
WITH sheet AS (
    SELECT s.pack_id, s.ordinal, s.void_why, d.id IS NOT NULL AS entered,
           CASE WHEN d.id IS NOT NULL
                THEN (SELECT min(e.heard_at) FROM event e WHERE e.dossier_id = d.id)
                WHEN s.void_why IN ('spoilt', 'lost') THEN s.voided_at END AS used_at
      FROM outage_pack p
      JOIN outage_sheet s ON s.pack_id = p.id
      LEFT JOIN dossier d ON d.ref = s.ref
     WHERE p.office_id = $1
), opened AS (
    SELECT pack_id, min(used_at) AS at, count(*) AS sheets,
           count(*) FILTER (WHERE entered) AS entered,
           count(*) FILTER (WHERE void_why IS NOT NULL) AS struck,
           max(ordinal) FILTER (WHERE used_at IS NOT NULL) AS last
      FROM sheet
     GROUP BY pack_id
)
SELECT p.id, p.office_id, p.day, p.made_at, m.full_name AS maker, o.sheets, o.entered, o.struck,
       o.at AS opened_at,
       (SELECT coalesce(jsonb_agg(t.ordinal ORDER BY t.ordinal), '[]')
          FROM sheet t
         WHERE t.pack_id = p.id AND NOT t.entered AND t.void_why IS NULL
           AND (t.ordinal < o.last
                OR (o.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date < $2::date)) AS gaps
  FROM outage_pack p
  JOIN opened o ON o.pack_id = p.id
  JOIN person m ON m.id = p.made_by
 ORDER BY p.day DESC
 LIMIT 60
"""


async def packs(conn: Connection[Record], office_id: int, today: date) -> list[Pack]:
    return convert(await conn.fetch(PACKS, office_id, today), list[Pack])
