"""SQL of incidents: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert


class NewIncident(Struct, frozen=True, kw_only=True):
    """What was seen. ``cause`` is the scan that showed it; ``reason`` a code of the closed list."""

    cause: UUID
    reason: str
    office_id: int
    by: int
    at: datetime
    hand_over_id: int | None = None
    consignment_id: int | None = None


OPEN_ALL = """
INSERT INTO incident (cause, reason, office_id, opened_by, opened_at, hand_over_id, consignment_id)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[],
                     $6::bigint[], $7::bigint[])
    ON CONFLICT (cause) DO NOTHING
"""


async def open_all(conn: Connection, seen: Sequence[NewIncident]) -> None:
    names = ("cause", "reason", "office_id", "by", "at", "hand_over_id", "consignment_id")
    await conn.execute(OPEN_ALL, *([getattr(each, name) for each in seen] for name in names))


CLOSE = """
UPDATE incident SET outcome = $2, closed_by = $3, approver_id = $4, closed_at = $5
 WHERE id = $1 AND closed_at IS NULL
RETURNING id
"""


async def close(
    conn: Connection, incident_id: int, outcome: str, *, people: tuple[int, int], at: datetime
) -> bool:
    return await conn.fetchval(CLOSE, incident_id, outcome, *people, at) is not None


class Incident(Struct, frozen=True, kw_only=True):
    """One thing that went wrong, with the numbers to find it by."""

    id: int
    office_id: int
    reason: str
    reason_vi: str
    number: str | None
    s10: str | None
    ref: str | None
    opened_by: int
    opener: str
    opened_at: datetime


# An office hears of what it saw, of what came off its own lists, and of papers in its charge.
STANDING = """
SELECT i.id, i.office_id, i.reason, r.name_vi AS reason_vi, h.number, c.s10, d.ref, i.opened_by,
       p.full_name AS opener, i.opened_at
  FROM incident i
  JOIN reason r ON r.code = i.reason
  JOIN person p ON p.id = i.opened_by
  LEFT JOIN hand_over h ON h.id = i.hand_over_id
  LEFT JOIN consignment c ON c.id = i.consignment_id
  LEFT JOIN dossier d ON d.id = c.dossier_id
 WHERE i.closed_at IS NULL AND (i.office_id = $1 OR h.office_id = $1 OR c.office_id = $1)
 ORDER BY i.id
 LIMIT 500
"""


async def standing(conn: Connection, office_id: int) -> list[Incident]:
    return convert(await conn.fetch(STANDING, office_id), list[Incident])
