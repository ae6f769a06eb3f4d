"""SQL of what waits for a second person. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Approval(Struct, frozen=True, kw_only=True):
    """One question, with what it is about and who the two people are.

    ``s10``, ``leg`` and ``stage`` are of the paper as it is now, ``undone`` of the line to undo.
    """

    id: UUID
    kind: str
    office_id: int | None
    agency_id: int | None
    subject: str
    reason: str
    reason_vi: str
    facts: dict[str, Any]
    asked_by: int
    asker: str
    asker_role: str
    asked_as: str
    asked_at: datetime
    expires_at: datetime
    state: str
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    answer: str | None
    why: str | None
    said: str | None
    ref: str | None
    s10: str | None
    leg: str | None
    stage: str | None
    number: str | None
    dispatched: int | None
    seen: str | None
    seen_vi: str | None
    undone: str | None
    undone_at: datetime | None
    undone_by: str | None
    agency: str | None


# Whatever stands in the way, the id drawn twice or a question still open, adds nothing.
ADD = """
INSERT INTO approval (id, kind, office_id, agency_id, subject, reason, facts, asked_by, asked_as,
                      asked_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT DO NOTHING
"""


async def add(conn: Connection[Record], *row: object) -> None:
    """Add a question, column by column as the statement names them."""
    await conn.execute(ADD, *row)


LAPSE = """
UPDATE approval SET state = 'expired', decided_at = expires_at
 WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND expires_at <= $3
"""


async def lapse(conn: Connection[Record], kind: str, subject: str, now: datetime) -> None:
    """What nobody answered in time does not stand in the way of asking again."""
    await conn.execute(LAPSE, kind, subject, now)


LOCK = "SELECT id FROM approval WHERE id = $1 FOR NO KEY UPDATE"


async def lock(conn: Connection[Record], id_: UUID) -> None:
    """Whoever decides a question holds it: of two at once the second finds it decided."""
    await conn.execute(LOCK, id_)


ONE = """
SELECT id, kind, office_id, agency_id, subject, reason, reason_vi, facts, asked_by, asker,
       asker_role, asked_as, asked_at, expires_at, state, decided_by, decider, decided_at, answer,
       why, said, ref, s10, leg, stage, number, dispatched, seen, seen_vi, undone, undone_at,
       undone_by, agency
  FROM approval_seen
 WHERE id = $1
"""


async def one(conn: Connection[Record], id_: UUID) -> Approval | None:
    return convert(await conn.fetchrow(ONE, id_), Approval | None)


# A courier sees what he asked himself, everybody else what is asked where she works.
WAITING = """
SELECT id, kind, office_id, agency_id, subject, reason, reason_vi, facts, asked_by, asker,
       asker_role, asked_as, asked_at, expires_at, state, decided_by, decider, decided_at, answer,
       why, said, ref, s10, leg, stage, number, dispatched, seen, seen_vi, undone, undone_at,
       undone_by, agency
  FROM approval_seen
 WHERE (office_id = $1 OR agency_id = $2) AND ($3::bigint IS NULL OR asked_by = $3)
   AND state = 'waiting' AND expires_at > $4
 ORDER BY asked_at, id
 LIMIT 200
"""


async def waiting(
    conn: Connection[Record],
    place: tuple[int | None, int | None],
    asked_by: int | None,
    now: datetime,
) -> list[Approval]:
    """What waits at a *place*, an office or an agency, the oldest first."""
    return convert(await conn.fetch(WAITING, *place, asked_by, now), list[Approval])


DECIDED = """
SELECT id, kind, office_id, agency_id, subject, reason, reason_vi, facts, asked_by, asker,
       asker_role, asked_as, asked_at, expires_at, state, decided_by, decider, decided_at, answer,
       why, said, ref, s10, leg, stage, number, dispatched, seen, seen_vi, undone, undone_at,
       undone_by, agency
  FROM approval_seen
 WHERE (office_id = $1 OR agency_id = $2) AND ($3::bigint IS NULL OR asked_by = $3)
   AND asked_at > $4 AND (state <> 'waiting' OR expires_at <= $5)
 ORDER BY coalesce(decided_at, expires_at) DESC, id
 LIMIT 50
"""


async def decided(
    conn: Connection[Record],
    place: tuple[int | None, int | None],
    asked_by: int | None,
    *,
    since: datetime,
    now: datetime,
) -> list[Approval]:
    """What was asked at a *place* after *since* and waits no more, the newest answer first."""
    return convert(await conn.fetch(DECIDED, *place, asked_by, since, now), list[Approval])


COUNT = """
SELECT count(*) FROM approval
 WHERE (office_id = $1 OR agency_id = $2) AND state = 'waiting' AND expires_at > $3
"""


async def count(
    conn: Connection[Record], place: tuple[int | None, int | None], now: datetime
) -> int:
    return cast("int", await conn.fetchval(COUNT, *place, now))


SETTLE = """
UPDATE approval
   SET state = $2, decided_by = $3, decided_at = $4, answer = $5, why = $6, said = $7
 WHERE id = $1
"""


async def settle(  # noqa: PLR0913 -- one row
    conn: Connection[Record],
    id_: UUID,
    state: str,
    *,
    by: int,
    at: datetime,
    answer: str | None = None,
    why: str | None = None,
    said: str | None = None,
) -> None:
    await conn.execute(SETTLE, id_, state, by, at, answer, why, said)


# As hands.may_see; a line is undone where it was written, whoever has the paper now.
PAPER_CONCERNS = """
SELECT EXISTS (
    SELECT 1
      FROM consignment c
      LEFT JOIN event e ON e.scan_id = $5 AND e.consignment_id = c.id
      LEFT JOIN person p ON p.id = e.person_id
     WHERE c.s10 = $1
       AND CASE WHEN $5::uuid IS NULL
                THEN c.office_id = $2 OR c.agency_id = $3
                     OR (c.offered_kind = 'office' AND c.offered_id = $2)
                     OR (c.offered_kind = 'courier' AND c.offered_id = $4)
                ELSE p.id = $4 OR p.office_id = $2 OR p.agency_id = $3 END)
"""


async def paper_concerns(
    conn: Connection[Record],
    s10: str,
    place: tuple[int | None, int | None],
    person: int,
    line: UUID | None,
) -> bool:
    """Whether a paper, and the *line* of it, is the business of a person at a *place*."""
    return cast("bool", await conn.fetchval(PAPER_CONCERNS, s10, *place, person, line))


LIST_CONCERNS = """
SELECT EXISTS (SELECT 1 FROM hand_over
                WHERE number = $1 AND taker_kind = 'office' AND taker_id = $2)
"""


async def list_concerns(conn: Connection[Record], number: str, office_id: int | None) -> bool:
    return cast("bool", await conn.fetchval(LIST_CONCERNS, number, office_id))


DOSSIER_CONCERNS = "SELECT EXISTS (SELECT 1 FROM dossier WHERE ref = $1 AND agency_id = $2)"


async def dossier_concerns(conn: Connection[Record], ref: str, agency_id: int | None) -> bool:
    return cast("bool", await conn.fetchval(DOSSIER_CONCERNS, ref, agency_id))


RECEIPT_CONCERNS = "SELECT EXISTS (SELECT 1 FROM dossier WHERE ref = $1 AND office_id = $2)"


async def receipt_concerns(conn: Connection[Record], ref: str, office_id: int | None) -> bool:
    return cast("bool", await conn.fetchval(RECEIPT_CONCERNS, ref, office_id))
