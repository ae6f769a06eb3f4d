"""SQL of pauses and of what is asked for in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert


class AskedPaper(Struct, frozen=True, kw_only=True):
    """One kind of paper, and how many of it: bản chính, bản chứng thực, bản photo."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0

    @property
    def copies(self) -> int:
        return self.originals + self.certified + self.photocopies


class PauseRow(Struct, frozen=True, kw_only=True):
    """One pause; no ``until``: it lasts. ``request`` is the id of the line that began it."""

    event_id: int
    request: UUID
    kind: str  #: supplement | financial
    since: datetime
    until: datetime | None
    reason: str
    counts_late: bool


ADD_REQUEST = """
INSERT INTO supplement_request (id, dossier_id, agency_id, asked_by, asked_at, note)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING
RETURNING true
"""


async def add_request(conn: Connection, *row: object) -> bool:
    """Add a request, column by column as the statement names them; whether it was new."""
    return bool(await conn.fetchval(ADD_REQUEST, *row))


ADD_PAPERS = """
INSERT INTO asked_paper (request_id, ordinal, name, originals, certified, photocopies)
SELECT $1, ordinal, name, originals, certified, photocopies
  FROM unnest($2::text[], $3::smallint[], $4::smallint[], $5::smallint[]) WITH ORDINALITY
       AS p(name, originals, certified, photocopies, ordinal)
"""


async def add_papers(conn: Connection, request: UUID, papers: Sequence[AskedPaper]) -> None:
    await conn.execute(
        ADD_PAPERS,
        request,
        [paper.name for paper in papers],
        [paper.originals for paper in papers],
        [paper.certified for paper in papers],
        [paper.photocopies for paper in papers],
    )


PAPERS_OF = """
SELECT name, originals, certified, photocopies
  FROM asked_paper
 WHERE request_id = $1
 ORDER BY ordinal
"""


async def papers_of(conn: Connection, request: UUID) -> list[AskedPaper]:
    return convert(await conn.fetch(PAPERS_OF, request), list[AskedPaper])


NOTE_OF = "SELECT note FROM supplement_request WHERE id = $1"


async def note_of(conn: Connection, request: UUID) -> str | None:
    return cast("str | None", await conn.fetchval(NOTE_OF, request))


# By the order of the register, not by clocks: of two lines of one minute one came first.
ASKED_SINCE_RECEPTION = """
SELECT EXISTS (SELECT 1 FROM pause
                WHERE dossier_id = $1 AND kind = 'supplement'
                  AND event_id > (SELECT min(id) FROM event WHERE dossier_id = $1 AND status = 2))
"""


async def asked_since_reception(conn: Connection, dossier_id: int) -> bool:
    """Whether papers were asked for after the dossier was received."""
    return cast("bool", await conn.fetchval(ASKED_SINCE_RECEPTION, dossier_id))


BEGIN = """
INSERT INTO pause (dossier_id, kind, event_id, since, reason, counts_late)
SELECT dossier_id, $2, id, at, $3, $4
  FROM event
 WHERE scan_id = $1
"""


async def begin(
    conn: Connection, scan_id: UUID, kind: str, reason: str, *, counts_late: bool
) -> None:
    await conn.execute(BEGIN, scan_id, kind, reason, counts_late)


# A pause that somebody's clock lets end before it began ends when it began.
END = """
UPDATE pause p SET until = greatest(e.at, p.since), ended_by = e.id
  FROM event e
 WHERE e.scan_id = $2 AND p.dossier_id = $1 AND p.until IS NULL
"""


async def end(conn: Connection, dossier_id: int, scan_id: UUID) -> None:
    await conn.execute(END, dossier_id, scan_id)


PAUSES_OF = """
SELECT p.event_id, e.scan_id AS request, p.kind, p.since, p.until, p.reason, p.counts_late
  FROM pause p
  JOIN event e ON e.id = p.event_id
 WHERE p.dossier_id = $1
 ORDER BY p.id
"""


async def pauses_of(conn: Connection, dossier_id: int) -> list[PauseRow]:
    return convert(await conn.fetch(PAUSES_OF, dossier_id), list[PauseRow])
