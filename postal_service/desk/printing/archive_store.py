"""SQL of the papers that are kept. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.fields import Plain


class Row(Struct, frozen=True, kw_only=True):
    """A kept paper without its bytes; ``copies`` were printed after the original."""

    id: int
    kind: str
    subject: str
    edition: str
    form_set: str | None
    form_number: str
    basis: str
    sha256: bytes
    made_at: datetime
    by: str
    copies: int
    last_at: datetime
    ref: str | None  #: the dossier it is about


FIND_PAPER = """
SELECT id
  FROM paper
 WHERE kind = $1 AND subject = $2 AND edition = $3
"""


async def find_paper(conn: Connection[Record], kind: str, subject: str, edition: str) -> int | None:
    return cast("int | None", await conn.fetchval(FIND_PAPER, kind, subject, edition))


class Closed(Struct, frozen=True, kw_only=True):
    """A paper's hash, and its bytes as base64: closed fields are text."""

    sha256: bytes
    content: str


CONTENT_OF = """
SELECT f.sha256, f.content
  FROM paper p
  JOIN paper_file f ON f.sha256 = p.sha256
 WHERE p.id = $1
"""


async def content_of(conn: Connection[Record], paper_id: int) -> Closed | None:
    return convert(await conn.fetchrow(CONTENT_OF, paper_id), Closed | None)


# Without a target: whoever may not see the row that is there must not be told of it by an error.
KEEP_FILE = """
INSERT INTO paper_file (sha256, content_sealed, kept_at)
VALUES ($1, ($2::sealed).body, $3)
    ON CONFLICT DO NOTHING
"""


async def keep_file(conn: Connection[Record], sha256: bytes, content: str, now: datetime) -> None:
    closed = Plain("paper_file", sha256.hex(), "content", content)
    await conn.execute(KEEP_FILE, sha256, closed, now)


# The first of two at once is kept; the other finds it.
ADD_PAPER = """
WITH kept AS (
    INSERT INTO paper (kind, subject, edition, form_set, form_number, basis, sha256, dossier_id,
                       hand_over_id, incident_id, person_id, office_id, agency_id, made_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, (SELECT id FROM dossier WHERE ref = $8),
           (SELECT id FROM hand_over WHERE number = $9),
           (SELECT id FROM incident WHERE id = $10), $11, $12, $13, $14
        ON CONFLICT DO NOTHING
    RETURNING id
), printed AS (
    INSERT INTO paper_print (paper_id, ordinal, person_id, at)
    SELECT id, 0, $11, $14 FROM kept
)
SELECT id FROM kept
"""


class NewPaper(Struct, frozen=True, kw_only=True):
    """What a paper is and who made it, in the order of the statement."""

    kind: str
    subject: str
    edition: str
    form_set: str | None
    form_number: str
    basis: str
    sha256: bytes
    ref: str | None
    hand_over: str | None
    incident: int | None
    person_id: int
    office_id: int | None
    agency_id: int | None
    made_at: datetime


async def add_paper(conn: Connection[Record], new: NewPaper) -> int | None:
    """The new paper's id; None where another was kept first."""
    values = [getattr(new, name) for name in NewPaper.__struct_fields__]
    return cast("int | None", await conn.fetchval(ADD_PAPER, *values))


# Held to the end of the transaction: two prints at once get two numbers.
LOCK_PRINTS = """
SELECT pg_advisory_xact_lock(hashtext('paper_print'), ($1::bigint % 2147483647)::int)
"""


async def lock_prints(conn: Connection[Record], paper_id: int) -> None:
    await conn.execute(LOCK_PRINTS, paper_id)


class Print(Struct, frozen=True, kw_only=True):
    """One print of a paper; 0 is the original."""

    ordinal: int
    at: datetime


# A browser asks twice for one print: her last one of a moment ago is still hers.
LATEST_PRINT = """
SELECT ordinal, at
  FROM paper_print
 WHERE paper_id = $1 AND person_id = $2 AND at > $3
 ORDER BY ordinal DESC
 LIMIT 1
"""


async def latest_print(
    conn: Connection[Record], paper_id: int, person_id: int, since: datetime
) -> Print | None:
    found = await conn.fetchrow(LATEST_PRINT, paper_id, person_id, since)
    return convert(found, Print | None)


ADD_COPY = """
INSERT INTO paper_print (paper_id, ordinal, person_id, at)
SELECT $1, coalesce(max(ordinal), 0) + 1, $2, $3
  FROM paper_print
 WHERE paper_id = $1
RETURNING ordinal, at
"""


async def add_copy(conn: Connection[Record], paper_id: int, person_id: int, now: datetime) -> Print:
    return convert(await conn.fetchrow(ADD_COPY, paper_id, person_id, now), Print)


# A print that was numbered elsewhere; fetched twice it is one.
NOTE_PRINT = """
INSERT INTO paper_print (paper_id, ordinal, person_id, at)
VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""


async def note_print(conn: Connection[Record], paper_id: int, given: Print, person_id: int) -> None:
    await conn.execute(NOTE_PRINT, paper_id, given.ordinal, person_id, given.at)


PRINT_AT = """
SELECT ordinal, at
  FROM paper_print
 WHERE paper_id = $1 AND ordinal = $2
"""


async def print_at(conn: Connection[Record], paper_id: int, ordinal: int) -> Print | None:
    return convert(await conn.fetchrow(PRINT_AT, paper_id, ordinal), Print | None)


PAPER_BY_ID = """
SELECT p.id, p.kind, p.subject, p.edition, p.form_set, p.form_number, p.basis, p.sha256, p.made_at,
       q.full_name AS by, t.copies, t.last_at, d.ref
  FROM paper p
  JOIN person q ON q.id = p.person_id
  LEFT JOIN dossier d ON d.id = p.dossier_id
  CROSS JOIN LATERAL (SELECT coalesce(max(ordinal), 0) AS copies,
                             coalesce(max(at), p.made_at) AS last_at
                        FROM paper_print
                       WHERE paper_id = p.id) t
 WHERE p.id = $1
"""


async def paper_by_id(conn: Connection[Record], paper_id: int) -> Row | None:
    return convert(await conn.fetchrow(PAPER_BY_ID, paper_id), Row | None)


# A dossier's own, and those of its items and lists: each is found by the number in the hand.
PAPERS_ABOUT = """
SELECT p.id, p.kind, p.subject, p.edition, p.form_set, p.form_number, p.basis, p.sha256, p.made_at,
       q.full_name AS by, t.copies, t.last_at, d.ref
  FROM paper p
  JOIN person q ON q.id = p.person_id
  LEFT JOIN dossier d ON d.id = p.dossier_id
  CROSS JOIN LATERAL (SELECT coalesce(max(ordinal), 0) AS copies,
                             coalesce(max(at), p.made_at) AS last_at
                        FROM paper_print
                       WHERE paper_id = p.id) t
 WHERE p.id IN (SELECT id FROM paper WHERE subject = $1
                 UNION
                SELECT o.id FROM paper o JOIN dossier e ON e.id = o.dossier_id WHERE e.ref = $1)
 ORDER BY p.made_at DESC, p.id DESC
 LIMIT 200
"""


async def papers_about(conn: Connection[Record], number: str) -> list[Row]:
    return convert(await conn.fetch(PAPERS_ABOUT, number), list[Row])


# What her desk printed last: where a printer jammed, the paper is the first of these.
PAPERS_LATELY = """
SELECT p.id, p.kind, p.subject, p.edition, p.form_set, p.form_number, p.basis, p.sha256, p.made_at,
       q.full_name AS by, t.copies, t.last_at, d.ref
  FROM paper p
  JOIN person q ON q.id = p.person_id
  LEFT JOIN dossier d ON d.id = p.dossier_id
  CROSS JOIN LATERAL (SELECT coalesce(max(ordinal), 0) AS copies,
                             coalesce(max(at), p.made_at) AS last_at
                        FROM paper_print
                       WHERE paper_id = p.id) t
 WHERE p.made_at > $3 AND (p.office_id = $1 OR p.agency_id = $2)
 ORDER BY p.made_at DESC, p.id DESC
 LIMIT 50
"""


async def papers_lately(
    conn: Connection[Record], office_id: int | None, agency_id: int | None, since: datetime
) -> list[Row]:
    return convert(await conn.fetch(PAPERS_LATELY, office_id, agency_id, since), list[Row])
