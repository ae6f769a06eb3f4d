"""SQL of the agency's rulings and of the carriages they open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from asyncpg import Connection
from msgspec import convert

from tracking.model import Consignment, Dossier, NewLeg, Ruling
from tracking.store import LISTENERS

# original_due_at is set once: moving it would hide lateness. The appointment stands in the
# line too, so that the register alone tells what the dossier's row must say.
APPEND_RULING = """
WITH ruled AS (
    UPDATE dossier
       SET status = $4,
           agency_code = coalesce($5, agency_code),
           due_at = coalesce($6, due_at),
           original_due_at = coalesce(original_due_at, $6),
           received_at = CASE WHEN $3 = 'receive' THEN $8 ELSE received_at END,
           paused_at = CASE WHEN $3 IN ('ask_more', 'ask_payment') THEN $8
                            WHEN $3 IN ('withdraw', 'keep') THEN paused_at END,
           processed_at = CASE WHEN $3 = 'finish' THEN $8 ELSE processed_at END
     WHERE id = $1
), written AS (
    INSERT INTO event (dossier_id, scan_id, act, status, person_id, at, heard_at, facts,
                       approver_id)
    VALUES ($1, $2, $3, $4, $7, $8, $9, $10, $12)
    RETURNING id
)
INSERT INTO news (event_id, listener)
SELECT id, listener FROM written, unnest($11::text[]) AS listener
"""


async def append_ruling(
    conn: Connection, dossier: Dossier, ruling: Ruling, status: int, heard_at: datetime
) -> None:
    due = {"due_at": ruling.due_at.astimezone(UTC).isoformat()} if ruling.due_at else {}
    await conn.execute(
        APPEND_RULING,
        dossier.id,
        ruling.id,
        ruling.act,
        status,
        ruling.agency_code,
        ruling.due_at,
        ruling.by.person,
        ruling.at,
        heard_at,
        ruling.facts | due,
        LISTENERS,
        ruling.approver,
    )


# The office of the first leg is the one whose couriers know the way to the agency.
OPEN_LEG = """
WITH sealed AS (
    INSERT INTO consignment (dossier_id, leg, s10, office_id, agency_id, stage, holder_kind,
                             holder_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING id, dossier_id
), written AS (
    INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, holder_kind, holder_id,
                       office_id, person_id, at, heard_at, facts)
    SELECT dossier_id, id, $9, $10, $6, $7, $8, $4, $11, $12, $13, $15
      FROM sealed
    RETURNING id
)
INSERT INTO news (event_id, listener)
SELECT id, listener FROM written, unnest($14::text[]) AS listener
"""


async def open_leg(conn: Connection, leg: NewLeg, *, heard_at: datetime) -> None:
    await conn.execute(
        OPEN_LEG,
        leg.dossier_id, leg.leg, leg.s10, leg.office_id, leg.agency_id, leg.stage, leg.holder.kind,
        leg.holder.id, leg.scan_id, leg.act, leg.person_id, leg.at, heard_at, LISTENERS,
        leg.facts,
    )  # fmt: skip


LAST_LEG = """
SELECT id, dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id, attempts,
       offered_kind, offered_id, was
  FROM consignment
 WHERE dossier_id = $1 AND leg = $2 AND stage <> 'cancelled'
 ORDER BY id DESC
 LIMIT 1
"""


async def last_leg(conn: Connection, dossier_id: int, leg: str) -> Consignment | None:
    return convert(await conn.fetchrow(LAST_LEG, dossier_id, leg), Consignment | None)


# What one agency passed on to another travels as leg T: from then on that is where they are.
PAPERS_OF = """
SELECT id, dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id, attempts,
       offered_kind, offered_id, was
  FROM consignment
 WHERE dossier_id = $1 AND leg IN ('F', 'T') AND stage <> 'cancelled'
 ORDER BY id DESC
 LIMIT 1
"""


async def papers_of(conn: Connection, dossier_id: int) -> Consignment | None:
    """The newest carriage of the citizen's papers towards an agency."""
    return convert(await conn.fetchrow(PAPERS_OF, dossier_id), Consignment | None)


STATUS_BEFORE_WITHDRAWAL = """
SELECT (facts ->> 'was')::smallint
  FROM event
 WHERE dossier_id = $1 AND act = 'withdraw'
 ORDER BY id DESC
 LIMIT 1
"""


async def status_before_withdrawal(conn: Connection, dossier_id: int) -> int | None:
    return cast("int | None", await conn.fetchval(STATUS_BEFORE_WITHDRAWAL, dossier_id))
