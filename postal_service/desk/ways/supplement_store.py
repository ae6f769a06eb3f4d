"""SQL of papers brought against an agency's request. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Count(Struct, frozen=True):
    """How many of one kind of paper: bản chính, bản chứng thực, bản photo."""

    originals: int = 0
    certified: int = 0
    photocopies: int = 0

    @property
    def total(self) -> int:
        return self.originals + self.certified + self.photocopies


class Wanted(Struct, frozen=True, kw_only=True):
    """One kind of paper the agency asks for, and how many of it were brought before."""

    ordinal: int
    name: str
    originals: int
    certified: int
    photocopies: int
    had_originals: int = 0
    had_certified: int = 0
    had_photocopies: int = 0

    @property
    def left(self) -> Count:
        """What is still to be brought. A certified copy does where a photocopy was asked for."""
        certified = max(self.certified - self.had_certified, 0)
        spare = max(self.had_certified - self.certified, 0)
        return Count(
            originals=max(self.originals - self.had_originals, 0),
            certified=certified,
            photocopies=max(self.photocopies - self.had_photocopies - spare, 0),
        )


class Request(Struct, frozen=True, kw_only=True):
    """An open request, as a counter without a stake in the dossier may know it: nobody's name."""

    dossier_id: int
    ref: str
    procedure: str
    agency_id: int
    agency: str
    request_id: UUID
    asked_at: datetime
    note: str
    papers: tuple[Wanted, ...]

    @property
    def left(self) -> list[Wanted]:
        return [paper for paper in self.papers if paper.left.total]


ASKED = """
SELECT dossier_id, ref, procedure, agency_id, agency, request_id, asked_at, note, papers
  FROM postal_asked($1)
"""


async def asked(conn: Connection[Record], tracking_code: str) -> Request | None:
    return convert(await conn.fetchrow(ASKED, tracking_code), Request | None)


ADMIT = "SELECT postal_admit($1)"


async def admit(conn: Connection[Record], tracking_code: str) -> bool:
    """Give the caller's office its stake, by the code and while the request stands."""
    return cast("bool", await conn.fetchval(ADMIT, tracking_code))


class Brought(Struct, frozen=True, kw_only=True):
    """What one form brought."""

    ref: str
    s10: str
    request_id: UUID
    weight_g: int
    counts: dict[str, Count]  #: by the ordinal of the request


BROUGHT_BY = """
SELECT d.ref, s.s10, s.request_id, s.weight_g,
       (SELECT jsonb_object_agg(p.ordinal, jsonb_build_object(
                   'originals', p.originals, 'certified', p.certified,
                   'photocopies', p.photocopies))
          FROM supplement_paper p WHERE p.scan_id = s.scan_id) AS counts
  FROM supplement s
  JOIN dossier d ON d.id = s.dossier_id
 WHERE s.scan_id = $1
"""


async def brought_by(conn: Connection[Record], form_id: UUID) -> Brought | None:
    return convert(await conn.fetchrow(BROUGHT_BY, form_id), Brought | None)


ADD = """
INSERT INTO supplement (scan_id, request_id, dossier_id, s10, clerk_id, weight_g, partial)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def add(conn: Connection[Record], *row: object) -> None:
    """Add what was brought, column by column as the statement names them."""
    await conn.execute(ADD, *row)


ADD_PAPERS = """
INSERT INTO supplement_paper (scan_id, request_id, ordinal, originals, certified, photocopies)
SELECT $1, $2, ordinal, originals, certified, photocopies
  FROM unnest($3::smallint[], $4::smallint[], $5::smallint[], $6::smallint[])
       AS p(ordinal, originals, certified, photocopies)
"""


async def add_papers(
    conn: Connection[Record], form_id: UUID, request_id: UUID, counts: dict[int, Count]
) -> None:
    columns = [
        [getattr(count, name) for count in counts.values()]
        for name in ("originals", "certified", "photocopies")
    ]
    await conn.execute(ADD_PAPERS, form_id, request_id, list(counts), *columns)


class Sheet(Struct, frozen=True, kw_only=True):
    """One bringing as its slip and its label say it. Money in VND."""

    dossier_id: int
    ref: str
    s10: str
    office_id: int  #: where it was brought
    agency: str
    agency_short: str
    agency_address: str
    procedure: str
    name: str
    address: str
    phone: str | None
    clerk: str
    weight_g: int
    partial: bool
    taken_at: datetime
    papers: tuple[Wanted, ...]


# Told to the office whose clerk took it: the line that opened the carriage names it.
SHEET_OF = """
SELECT s.dossier_id, d.ref, s.s10, e.office_id, g.name_vi AS agency, g.short_name AS agency_short,
       g.address AS agency_address, q.name_vi AS procedure, a.full_name AS name, a.address, a.phone,
       k.full_name AS clerk, s.weight_g, s.partial, e.at AS taken_at,
       (SELECT jsonb_agg(line ORDER BY line.ordinal)
          FROM (SELECT p.ordinal, w.name, p.originals, p.certified, p.photocopies
                  FROM supplement_paper p
                  JOIN asked_paper w ON w.request_id = p.request_id AND w.ordinal = p.ordinal
                 WHERE p.scan_id = s.scan_id) AS line) AS papers
  FROM supplement s
  JOIN event e ON e.scan_id = s.scan_id
  JOIN dossier d ON d.id = s.dossier_id
  JOIN consignment c ON c.s10 = s.s10
  JOIN agency g ON g.id = c.agency_id
  JOIN procedure q ON q.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  JOIN person k ON k.id = s.clerk_id
 WHERE s.s10 = $1 AND e.office_id = $2
"""


async def sheet_of(conn: Connection[Record], s10: str, office_id: int) -> Sheet | None:
    return convert(await conn.fetchrow(SHEET_OF, s10, office_id), Sheet | None)


class Carried(Struct, frozen=True, kw_only=True):
    """One bringing as those read of it who wait for it."""

    s10: str
    request_id: UUID
    taken_at: datetime
    office: str
    partial: bool
    papers: tuple[Wanted, ...]


CARRIED_OF = """
SELECT s.s10, s.request_id, e.at AS taken_at, o.name AS office, s.partial,
       (SELECT jsonb_agg(line ORDER BY line.ordinal)
          FROM (SELECT p.ordinal, w.name, p.originals, p.certified, p.photocopies
                  FROM supplement_paper p
                  JOIN asked_paper w ON w.request_id = p.request_id AND w.ordinal = p.ordinal
                 WHERE p.scan_id = s.scan_id) AS line) AS papers
  FROM supplement s
  JOIN event e ON e.scan_id = s.scan_id
  JOIN office o ON o.id = e.office_id
 WHERE s.dossier_id = $1
 ORDER BY e.id
"""


async def carried_of(conn: Connection[Record], dossier_id: int) -> Sequence[Carried]:
    return convert(await conn.fetch(CARRIED_OF, dossier_id), list[Carried])
