"""SQL of dossiers passed from agency to agency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert

from tracking.stages import Stage


class Transfer(Struct, frozen=True, kw_only=True):
    """One passing on; no ``s10`` where nothing is on paper."""

    dossier_id: int
    from_id: int
    to_id: int
    reason: str
    s10: str | None


class Passed(Struct, frozen=True, kw_only=True):
    """A dossier passed on to an agency: from whom, since when, and where its papers are."""

    ref: str
    agency_code: str | None
    by: str
    reason: str
    at: datetime
    s10: str | None
    stage: Stage | None


ADD = """
INSERT INTO transfer (event_id, dossier_id, from_id, to_id, reason, s10)
SELECT id, dossier_id, $2, $3, $4, $5
  FROM event
 WHERE scan_id = $1
"""


async def add(conn: Connection, *row: object) -> None:
    """Add a transfer: scan id, then column by column as the statement names them."""
    await conn.execute(ADD, *row)


OPEN_TRANSFER = """
SELECT dossier_id, from_id, to_id, reason, s10
  FROM transfer
 WHERE dossier_id = $1 AND taken_by IS NULL
"""


async def open_transfer(conn: Connection, dossier_id: int) -> Transfer | None:
    return convert(await conn.fetchrow(OPEN_TRANSFER, dossier_id), Transfer | None)


# A clock that runs keeps the hours it was reckoned with: the appointment stays what it is.
TAKE_OVER = """
WITH taken AS (
    UPDATE transfer t SET taken_by = e.id
      FROM event e
     WHERE e.scan_id = $2 AND t.dossier_id = $1 AND t.taken_by IS NULL
    RETURNING t.dossier_id, t.to_id
)
UPDATE dossier d
   SET agency_id = a.id,
       hours_group = CASE WHEN d.received_at IS NULL THEN a.hours_group ELSE d.hours_group END
  FROM taken t
  JOIN agency a ON a.id = t.to_id
 WHERE d.id = t.dossier_id
"""


async def take_over(conn: Connection, dossier_id: int, scan_id: UUID) -> None:
    await conn.execute(TAKE_OVER, dossier_id, scan_id)


# The signature for leg T takes the dossier over with its papers.
TAKE_SIGNED = """
WITH taken AS (
    UPDATE transfer t SET taken_by = e.id
      FROM event e
      JOIN consignment c ON c.id = e.consignment_id
     WHERE e.scan_id = ANY($1::uuid[]) AND e.act = 'sign' AND c.leg = 'T'
       AND t.s10 = c.s10 AND t.taken_by IS NULL
    RETURNING t.dossier_id, t.to_id
)
UPDATE dossier d
   SET agency_id = a.id,
       hours_group = CASE WHEN d.received_at IS NULL THEN a.hours_group ELSE d.hours_group END
  FROM taken t
  JOIN agency a ON a.id = t.to_id
 WHERE d.id = t.dossier_id
"""


async def take_signed(conn: Connection, scan_ids: Sequence[UUID]) -> None:
    await conn.execute(TAKE_SIGNED, scan_ids)


WAITING_FOR = """
SELECT d.ref, d.agency_code, a.short_name AS by, t.reason, e.at, t.s10, c.stage
  FROM transfer t
  JOIN dossier d ON d.id = t.dossier_id
  JOIN event e ON e.id = t.event_id
  JOIN agency a ON a.id = t.from_id
  LEFT JOIN consignment c ON c.s10 = t.s10
 WHERE t.to_id = $1 AND t.taken_by IS NULL
 ORDER BY e.at
 LIMIT 500
"""


async def waiting_for(conn: Connection, agency_id: int) -> list[Passed]:
    return convert(await conn.fetch(WAITING_FOR, agency_id), list[Passed])
