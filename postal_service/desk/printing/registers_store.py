"""SQL of the books of dossiers. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Line(Struct, frozen=True, kw_only=True):
    """One dossier as a book has it."""

    number: str
    ref: str
    agency_code: str | None
    procedure: str
    sets: int
    name: str
    address: str
    phone: str | None
    agency: str
    entered_at: datetime
    expected_on: date
    due_at: datetime | None
    original_due_at: datetime | None
    processed_at: datetime | None
    return_way: str
    forwarded_at: datetime | None
    returned_at: datetime | None


# An office's page is the day's series of its receipts: book LD-261123, entry 00042.
OFFICE_PAGE = """
SELECT right(d.ref, 5) AS number, d.ref, d.agency_code, p.name_vi AS procedure,
       coalesce(i.sets, 1) AS sets, a.full_name AS name, a.address, a.phone,
       g.short_name AS agency, d.accepted_at AS entered_at, d.expected_on, d.due_at,
       d.original_due_at, d.processed_at, d.return_way,
       (SELECT min(e.at) FROM event e WHERE e.dossier_id = d.id AND e.act = 'collect'
           AND e.stage = 'to_agency') AS forwarded_at,
       (SELECT max(e.at) FROM event e WHERE e.dossier_id = d.id
           AND e.act IN ('deliver', 'give_back', 'return_here')) AS returned_at
  FROM dossier d
  JOIN procedure p ON p.id = d.procedure_id
  JOIN agency g ON g.id = d.agency_id
  JOIN party a ON a.id = d.applicant_id
  LEFT JOIN intake i ON i.dossier_id = d.id
 WHERE d.office_id = $1 AND d.ref BETWEEN $2 || '-00000' AND $2 || '-99999'
 ORDER BY d.ref
 LIMIT $3
"""


async def office_page(conn: Connection[Record], office_id: int, book: str, most: int) -> list[Line]:
    return convert(await conn.fetch(OFFICE_PAGE, office_id, book, most), list[Line])


COUNT_OF_OFFICE = """
SELECT count(*)
  FROM dossier
 WHERE office_id = $1 AND ref BETWEEN $2 || '-00000' AND $3 || '-99999'
"""


async def count_of_office(conn: Connection[Record], office_id: int, first: str, last: str) -> int:
    return cast("int", await conn.fetchval(COUNT_OF_OFFICE, office_id, first, last))


# Held to the end of the transaction: two officers who open the book at once number once.
LOCK_BOOK = """
SELECT pg_advisory_xact_lock(hashtext('agency_line'), ($1::bigint % 2147483647)::int)
"""

# What was received since the book was last opened, in the order it came.
NUMBER_LINES = """
INSERT INTO agency_line (agency_id, year, number, dossier_id, day)
SELECT $1, $2,
       (SELECT coalesce(max(number), 0) FROM agency_line WHERE agency_id = $1 AND year = $2)
         + row_number() OVER (ORDER BY d.received_at, d.id),
       d.id, (d.received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
  FROM dossier d
 WHERE d.agency_id = $1 AND d.received_at >= $3 AND d.received_at < $4
   AND NOT EXISTS (SELECT 1 FROM agency_line l
                    WHERE l.agency_id = $1 AND l.dossier_id = d.id)
 ORDER BY d.received_at, d.id
"""


async def number_lines(
    conn: Connection[Record], agency_id: int, year: int, since: datetime, until: datetime
) -> None:
    """Enter what was received in ``[since, until)`` of the year and has no line yet."""
    await conn.execute(LOCK_BOOK, agency_id)
    await conn.execute(NUMBER_LINES, agency_id, year, since, until)


AGENCY_PAGE = """
SELECT lpad(l.number::text, 5, '0') AS number, d.ref, d.agency_code, p.name_vi AS procedure,
       coalesce(i.sets, 1) AS sets, a.full_name AS name, a.address, a.phone,
       o.name AS agency, coalesce(d.received_at, d.accepted_at) AS entered_at, d.expected_on,
       d.due_at, d.original_due_at, d.processed_at, d.return_way, NULL AS forwarded_at,
       (SELECT max(e.at) FROM event e WHERE e.dossier_id = d.id
           AND (e.act = 'return_here' OR (e.act = 'collect' AND e.stage = 'to_office')))
           AS returned_at
  FROM agency_line l
  JOIN dossier d ON d.id = l.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN office o ON o.id = d.office_id
  JOIN party a ON a.id = d.applicant_id
  LEFT JOIN intake i ON i.dossier_id = d.id
 WHERE l.agency_id = $1 AND l.day = $2
 ORDER BY l.number
 LIMIT $3
"""


async def agency_page(conn: Connection[Record], agency_id: int, day: date, most: int) -> list[Line]:
    return convert(await conn.fetch(AGENCY_PAGE, agency_id, day, most), list[Line])


COUNT_OF_AGENCY = """
SELECT count(*)
  FROM agency_line
 WHERE agency_id = $1 AND year = $2 AND day <= $3
"""


async def count_of_agency(conn: Connection[Record], agency_id: int, year: int, day: date) -> int:
    return cast("int", await conn.fetchval(COUNT_OF_AGENCY, agency_id, year, day))
