"""SQL of what due times were reckoned from. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, to_builtins


class PauseLine(Struct, frozen=True, array_like=True):
    kind: str
    since: datetime
    until: datetime


class PartLine(Struct, frozen=True, array_like=True):
    name: str
    value: int
    unit: str
    edition_id: int


class Kept(Struct, frozen=True, kw_only=True):
    """A line of ``due_input``."""

    scan_id: UUID
    received_at: datetime
    limit_value: int
    limit_unit: str
    convention: str
    same_day_cutoff: bool
    pauses: list[PauseLine]
    extension: int
    parts: list[PartLine]
    edition_id: int
    original_due_at: datetime
    reckoned_due_at: datetime
    due_at: datetime


KEEP = """
INSERT INTO due_input (dossier_id, scan_id, received_at, limit_value, limit_unit, convention,
                       same_day_cutoff, pauses, extension, parts, edition_id, original_due_at,
                       reckoned_due_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (scan_id) DO NOTHING
"""


async def keep(conn: Connection[Record], dossier_id: int, kept: Kept) -> None:
    await conn.execute(
        KEEP,
        dossier_id, kept.scan_id, kept.received_at, kept.limit_value, kept.limit_unit,
        kept.convention, kept.same_day_cutoff, to_builtins(kept.pauses), kept.extension,
        to_builtins(kept.parts), kept.edition_id, kept.original_due_at, kept.reckoned_due_at,
        kept.due_at,
    )  # fmt: skip


OF_DOSSIER = """
SELECT scan_id, received_at, limit_value, limit_unit, convention, same_day_cutoff, pauses,
       extension, parts, edition_id, original_due_at, reckoned_due_at, due_at
  FROM due_input
 WHERE dossier_id = $1
 ORDER BY id
"""


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Kept]:
    return convert(await conn.fetch(OF_DOSSIER, dossier_id), list[Kept])


LATEST_OF = """
SELECT DISTINCT ON (dossier_id)
       dossier_id, scan_id, received_at, limit_value, limit_unit, convention, same_day_cutoff,
       pauses, extension, parts, edition_id, original_due_at, reckoned_due_at, due_at
  FROM due_input
 WHERE dossier_id = ANY($1::bigint[])
 ORDER BY dossier_id, id DESC
"""


async def latest_of(conn: Connection[Record], dossier_ids: Sequence[int]) -> dict[int, Kept]:
    rows = await conn.fetch(LATEST_OF, dossier_ids)
    return {row["dossier_id"]: convert(row, Kept) for row in rows}
