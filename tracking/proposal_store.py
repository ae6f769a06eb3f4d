"""SQL of appointments that a changed calendar would move. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.limits import Convention, Limit, Unit


class OpenDossier(Struct, frozen=True, kw_only=True):
    """A dossier whose agency's clock runs."""

    id: int
    ref: str
    agency_code: str | None
    agency_id: int
    hours_group: str
    received_at: datetime
    due_at: datetime
    limit_value: int
    limit_unit: str
    same_day_cutoff: bool
    convention: str

    @property
    def limit(self) -> Limit:
        return Limit(
            value=self.limit_value,
            unit=Unit(self.limit_unit),
            convention=Convention(self.convention),
            same_day_cutoff=self.same_day_cutoff,
        )


OPEN_DOSSIERS = """
SELECT id, ref, agency_code, agency_id, hours_group, received_at, due_at, limit_value, limit_unit,
       same_day_cutoff, convention
  FROM dossier
 WHERE status IN (2, 4) AND due_at IS NOT NULL AND received_at IS NOT NULL
 ORDER BY id
"""


async def open_dossiers(conn: Connection[Record]) -> list[OpenDossier]:
    return convert(await conn.fetch(OPEN_DOSSIERS), list[OpenDossier])


# A table that was loaded has no author and no day; how many lines it changed is all there is.
NOTE_LOADING = """
INSERT INTO calendar_change (kind, scope, why, facts, at)
VALUES ('load', 'all', 'Nạp bảng lịch', jsonb_build_object('lines', $1::integer), now())
RETURNING id
"""


async def note_loading(conn: Connection[Record], lines: int) -> int:
    return cast("int", await conn.fetchval(NOTE_LOADING, lines))


class NewProposal(Struct, frozen=True, kw_only=True):
    """One appointment that would move."""

    dossier_id: int
    ref: str
    agency_code: str | None
    agency_id: int
    scan_id: UUID
    old_due_at: datetime
    new_due_at: datetime


# One proposal a dossier waits: the newer one knows all the calendar that the older one knew.
ADD = """
WITH overtaken AS (
    UPDATE proposal SET state = 'overtaken', decided_at = now()
     WHERE state = 'waiting' AND dossier_id = ANY($2::bigint[])
)
INSERT INTO proposal (change_id, dossier_id, agency_id, scan_id, old_due_at, new_due_at)
SELECT $1, p.*
  FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::timestamptz[], $6::timestamptz[]) AS p
"""


async def add(conn: Connection[Record], change_id: int, new: Sequence[NewProposal]) -> None:
    names = ("dossier_id", "agency_id", "scan_id", "old_due_at", "new_due_at")
    columns = [[getattr(each, name) for each in new] for name in names]
    await conn.execute(ADD, change_id, *columns)


class Proposal(Struct, frozen=True, kw_only=True):
    """A proposal with what it concerns, and who changed the calendar (none: a table)."""

    id: int
    change_id: int
    dossier_id: int
    ref: str
    agency_code: str | None
    agency_id: int
    agency: str
    scan_id: UUID
    old_due_at: datetime
    new_due_at: datetime
    why: str
    author: int | None


# In the order of ids, so that two people deciding at once queue up.
LOCK = """
SELECT p.id, p.change_id, p.dossier_id, d.ref, d.agency_code, p.agency_id, g.name_vi AS agency,
       p.scan_id, p.old_due_at, p.new_due_at, c.why, c.person_id AS author
  FROM proposal p
  JOIN dossier d ON d.id = p.dossier_id
  JOIN agency g ON g.id = p.agency_id
  JOIN calendar_change c ON c.id = p.change_id
 WHERE p.id = ANY($1::bigint[]) AND p.state = 'waiting'
 ORDER BY p.id
   FOR UPDATE OF p
"""


async def lock(conn: Connection[Record], ids: Sequence[int]) -> list[Proposal]:
    return convert(await conn.fetch(LOCK, ids), list[Proposal])


DECIDE = """
UPDATE proposal SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1
"""


async def decide(
    conn: Connection[Record], proposal_id: int, state: str, person: int, at: datetime
) -> None:
    await conn.execute(DECIDE, proposal_id, state, person, at)


WAITING = """
SELECT p.id, p.change_id, p.dossier_id, d.ref, d.agency_code, p.agency_id, g.name_vi AS agency,
       p.scan_id, p.old_due_at, p.new_due_at, c.why, c.person_id AS author
  FROM proposal p
  JOIN dossier d ON d.id = p.dossier_id
  JOIN agency g ON g.id = p.agency_id
  JOIN calendar_change c ON c.id = p.change_id
 WHERE p.state = 'waiting' AND ($1::bigint IS NULL OR p.agency_id = $1)
 ORDER BY p.old_due_at, p.id
 LIMIT $2
"""


async def waiting(conn: Connection[Record], agency_id: int | None, limit: int) -> list[Proposal]:
    return convert(await conn.fetch(WAITING, agency_id, limit), list[Proposal])
