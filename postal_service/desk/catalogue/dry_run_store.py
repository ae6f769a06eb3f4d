"""SQL of what a change to the catalogue would touch. Only SQL, and only reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert

ACCEPTED_SINCE = """
SELECT count(*)
  FROM dossier
  JOIN procedure ON procedure.id = dossier.procedure_id
 WHERE procedure.code = ANY ($1::text[]) AND accepted_at >= $2
"""


async def accepted_since(conn: Connection[Record], codes: Sequence[str], since: datetime) -> int:
    """How many dossiers were accepted under any version of these codes."""
    found: int = await conn.fetchval(ACCEPTED_SINCE, list(codes), since)
    return found


class OpenUnder(Struct, frozen=True, kw_only=True):
    """Open dossiers that keep the version they were accepted under."""

    code: str
    version: int
    dossiers: int


# Not accepted, stopped and returned are ends; an agency's "done" still owes a way home.
OPEN_UNDER = """
SELECT procedure.code, procedure.version, count(*) AS dossiers
  FROM dossier
  JOIN procedure ON procedure.id = dossier.procedure_id
 WHERE procedure.code = ANY ($1::text[]) AND dossier.status NOT IN (3, 8, 10)
 GROUP BY procedure.code, procedure.version
 ORDER BY procedure.code, procedure.version
"""


async def open_under(conn: Connection[Record], codes: Sequence[str]) -> list[OpenUnder]:
    return convert(await conn.fetch(OPEN_UNDER, list(codes)), list[OpenUnder])


DRAFTS_UNDER = """
SELECT count(*)
  FROM draft
  JOIN procedure ON procedure.id = draft.procedure_id
 WHERE procedure.code = ANY ($1::text[])
"""


async def drafts_under(conn: Connection[Record], codes: Sequence[str]) -> int:
    """Forms laid aside at the counters: they are promised anew when they are saved."""
    found: int = await conn.fetchval(DRAFTS_UNDER, list(codes))
    return found


OPEN_DOSSIERS = """
SELECT count(*) FROM dossier WHERE status NOT IN (3, 8, 10)
"""


async def open_dossiers(conn: Connection[Record]) -> int:
    found: int = await conn.fetchval(OPEN_DOSSIERS)
    return found


DRAFTS = """
SELECT count(*) FROM draft
"""


async def drafts(conn: Connection[Record]) -> int:
    found: int = await conn.fetchval(DRAFTS)
    return found


# The papers of an outage pack that nobody has entered yet and nobody has struck.
BLANKS_OUT = """
SELECT count(*)
  FROM outage_sheet
 WHERE void_why IS NULL
   AND NOT EXISTS (SELECT FROM dossier WHERE dossier.ref = outage_sheet.ref)
"""


async def blanks_out(conn: Connection[Record]) -> int:
    found: int = await conn.fetchval(BLANKS_OUT)
    return found
