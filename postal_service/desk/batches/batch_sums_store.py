"""SQL of what an organisation's file comes to: lines, money, papers, receipts. Only SQL."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, json

from postal_service.desk.batches.batch_store import Kept, Told


class Sum(Struct, frozen=True, kw_only=True):
    """The lines of one verdict, and their whole đồng."""

    verdict: str
    lines: int
    state_vnd: int
    post_vnd: int
    later_vnd: int

    @property
    def now_vnd(self) -> int:
        return self.state_vnd + self.post_vnd


SUMS = """
SELECT verdict, count(*) AS lines, sum(state_vnd)::bigint AS state_vnd,
       sum(post_vnd)::bigint AS post_vnd, sum(later_vnd)::bigint AS later_vnd
  FROM batch_line
 WHERE batch_id = $1
 GROUP BY verdict
"""


async def sums(conn: Connection[Record], id: UUID) -> dict[str, Sum]:
    found = convert(await conn.fetch(SUMS, id), list[Sum])
    return {each.verdict: each for each in found}


class CaseSum(Struct, frozen=True, kw_only=True):
    """How many dossiers of one procedure go to one agency, and what they cost at the counter."""

    procedure: str
    code: str
    agency: str
    lines: int
    now_vnd: int


CASE_SUMS = """
SELECT p.name_vi AS procedure, p.code, a.short_name AS agency, count(*) AS lines,
       sum(l.state_vnd + l.post_vnd)::bigint AS now_vnd
  FROM batch_line l
  JOIN procedure p ON p.id = l.procedure_id
  JOIN agency a ON a.id = l.agency_id
 WHERE l.batch_id = $1 AND l.verdict IN ('good', 'accepted')
 GROUP BY p.id, a.id
 ORDER BY p.code, a.short_name
"""


async def case_sums(conn: Connection[Record], id: UUID) -> list[CaseSum]:
    return convert(await conn.fetch(CASE_SUMS, id), list[CaseSum])


class PaperSum(Struct, frozen=True, kw_only=True):
    """How high the stack of one paper has to be: what the clerk counts."""

    code: str
    name: str
    originals: int
    certified: int
    photocopies: int


PAPER_SUMS = """
SELECT p.code, d.name_vi AS name, sum((paper ->> 1)::int)::int AS originals,
       sum((paper ->> 2)::int)::int AS certified, sum((paper ->> 3)::int)::int AS photocopies
  FROM batch_line l
 CROSS JOIN LATERAL jsonb_array_elements(l.papers) AS paper
  JOIN procedure p ON p.id = l.procedure_id
  JOIN procedure_document d ON d.procedure_id = p.id AND d.ordinal = (paper ->> 0)::int
 WHERE l.batch_id = $1 AND l.verdict IN ('good', 'accepted')
 GROUP BY p.code, d.ordinal, d.name_vi
 ORDER BY p.code, d.ordinal
"""


async def paper_sums(conn: Connection[Record], id: UUID) -> list[PaperSum]:
    return convert(await conn.fetch(PAPER_SUMS, id), list[PaperSum])


LINES_OF = """
SELECT l.line, l.verdict, l.told AS kept, d.ref
  FROM batch_line l
  LEFT JOIN dossier d ON d.id = l.dossier_id
 WHERE l.batch_id = $1 AND l.verdict = $2
 ORDER BY l.line
 LIMIT $3
"""


async def lines(conn: Connection[Record], id: UUID, verdict: str, limit: int) -> list[Told]:
    rows = await conn.fetch(LINES_OF, id, verdict, limit)
    return [
        Told(
            line=row["line"],
            verdict=row["verdict"],
            kept=convert(json.decode(row["kept"]), Kept) if row["kept"] else None,
            ref=row["ref"],
        )
        for row in rows
    ]


REFS_OF = """
SELECT d.ref
  FROM batch_line l
  JOIN dossier d ON d.id = l.dossier_id
 WHERE l.batch_id = $1
 ORDER BY l.line
OFFSET $2
 LIMIT $3
"""


async def refs(conn: Connection[Record], id: UUID, skip: int, limit: int) -> list[str]:
    return [row["ref"] for row in await conn.fetch(REFS_OF, id, skip, limit)]


class Accepted(Struct, frozen=True, kw_only=True):
    """A dossier on the list that both sides sign."""

    line: int
    ref: str
    name: str
    code: str
    agency: str
    papers: int
    state_vnd: int
    post_vnd: int


ACCEPTED_OF = """
SELECT l.line, d.ref, a.full_name AS name, p.code, g.short_name AS agency,
       (SELECT coalesce(sum(originals + certified + photocopies), 0)
          FROM intake_document i
         WHERE i.dossier_id = d.id)::int AS papers, l.state_vnd, l.post_vnd
  FROM batch_line l
  JOIN dossier d ON d.id = l.dossier_id
  JOIN party a ON a.id = d.applicant_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN agency g ON g.id = l.agency_id
 WHERE l.batch_id = $1
 ORDER BY l.line
"""


async def accepted(conn: Connection[Record], id: UUID) -> list[Accepted]:
    return convert(await conn.fetch(ACCEPTED_OF, id), list[Accepted])
