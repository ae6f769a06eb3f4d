"""SQL of the issues of receipts. Only SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Issue(Struct, frozen=True, kw_only=True):
    """One issue of a receipt; number 0 is the one given at the counter."""

    number: int
    form_id: UUID
    tracking_code: str
    reason: str | None
    reason_vi: str | None
    person: str
    approver: str | None
    at: datetime


ISSUES_OF = """
SELECT i.number, i.form_id, i.tracking_code, i.reason, r.name_vi AS reason_vi,
       p.full_name AS person, a.full_name AS approver, i.at
  FROM receipt_issue i
  JOIN person p ON p.id = i.person_id
  LEFT JOIN person a ON a.id = i.approver_id
  LEFT JOIN reason r ON r.code = i.reason
 WHERE i.dossier_id = $1
 ORDER BY i.number
"""


async def issues_of(conn: Connection[Record], dossier_id: int) -> list[Issue]:
    return convert(await conn.fetch(ISSUES_OF, dossier_id), list[Issue])


# The first issue is written down when the second makes it one of several.
KEEP_FIRST = """
INSERT INTO receipt_issue (dossier_id, number, form_id, tracking_code, person_id, at)
SELECT d.id, 0, i.form_id, d.tracking_code, i.clerk_id, d.accepted_at
  FROM dossier d
  JOIN intake i ON i.dossier_id = d.id
 WHERE d.id = $1
    ON CONFLICT DO NOTHING
"""


async def keep_first(conn: Connection[Record], dossier_id: int) -> None:
    await conn.execute(KEEP_FIRST, dossier_id)


ADD_ISSUE = """
INSERT INTO receipt_issue (dossier_id, number, form_id, tracking_code, reason, person_id,
                           approver_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def add_issue(
    conn: Connection[Record],
    dossier_id: int,
    number: int,
    said: tuple[UUID, str, str],
    people: tuple[int, int],
    at: datetime,
) -> None:
    """*said*: the form's id, the code the issue bears, the reason; *people*: asker, approver."""
    await conn.execute(ADD_ISSUE, dossier_id, number, *said, *people, at)
