"""SQL of receipts: the networks' reports as they came, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


#: The networks' words, each in ours.
STATUSES: Final = (
    "queued", "accepted", "sending", "sent", "delivered", "undelivered", "failed",
)  # fmt: skip


class Receipt(Struct, frozen=True, kw_only=True):
    """One report of a network on one attempt."""

    gateway: str
    gateway_id: str
    status: str
    sms_id: int
    attempt: int
    error: str | None
    raw: Mapping[str, str]


# The same report twice is one report.
ADD_RECEIPT = """
INSERT INTO sms_receipt (gateway, gateway_id, status, sms_id, attempt, error, raw, got_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (gateway, gateway_id, status) DO NOTHING
"""


async def add_receipt(conn: Conn, receipt: Receipt, now: datetime) -> None:
    await conn.execute(
        ADD_RECEIPT,
        receipt.gateway,
        receipt.gateway_id,
        receipt.status,
        receipt.sms_id,
        receipt.attempt,
        receipt.error,
        receipt.raw,
        now,
    )


class Heard(Struct, frozen=True, kw_only=True):
    """A report taken note of."""

    id: int
    gateway_id: str
    status: str
    sms_id: int
    attempt: int
    error: str | None


HEAR = """
UPDATE sms_receipt SET heard_at = $1
 WHERE id IN (
       SELECT id FROM sms_receipt
        WHERE heard_at IS NULL
        ORDER BY id
        LIMIT $2
          FOR UPDATE SKIP LOCKED)
RETURNING id, gateway_id, status, sms_id, attempt, error
"""


async def hear(conn: Conn, now: datetime, limit: int) -> list[Heard]:
    """Reports nobody has dealt with, in the order of their coming."""
    rows = convert(await conn.fetch(HEAR, now, limit), list[Heard])
    return sorted(rows, key=lambda heard: heard.id)


class Standing(Struct, frozen=True, kw_only=True):
    """Where one attempt stands, and its message with it."""

    id: int
    event_id: int | None
    dossier_id: int | None
    template: str
    state: str
    attempts: int
    failures: int
    attempt: int
    gateway: str
    status: str | None
    valid_until: datetime | None
    coded: bool  #: it carries a delivery code


# Locked in the order of their ids: two workers with reports on the same messages queue up.
LOCK_STANDINGS = """
WITH locked AS (
    SELECT id, event_id, dossier_id, template, state, attempts, failures, valid_until,
           body LIKE '%{secret}%' AS coded
      FROM sms
     WHERE id = ANY($1::bigint[])
     ORDER BY id
       FOR NO KEY UPDATE
)
SELECT m.id, m.event_id, m.dossier_id, m.template, m.state, m.attempts, m.failures, a.attempt,
       a.gateway, a.status, m.valid_until, m.coded
  FROM locked m
  JOIN sms_attempt a ON a.sms_id = m.id
"""


async def lock_standings(conn: Conn, sms_ids: Sequence[int]) -> list[Standing]:
    """Every attempt of these messages."""
    return convert(await conn.fetch(LOCK_STANDINGS, sms_ids), list[Standing])


class Progress(Struct, frozen=True, kw_only=True):
    """How far an attempt came."""

    sms_id: int
    attempt: int
    gateway_id: str
    status: str
    error: str | None


ADVANCE = """
UPDATE sms_attempt a
   SET status = p.status, status_at = $6, gateway_id = p.gateway_id,
       error = coalesce(p.error, a.error)
  FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[])
    AS p (sms_id, attempt, gateway_id, status, error)
 WHERE a.sms_id = p.sms_id AND a.attempt = p.attempt
"""


async def advance(conn: Conn, made: Sequence[Progress], now: datetime) -> None:
    await conn.execute(
        ADVANCE,
        [each.sms_id for each in made],
        [each.attempt for each in made],
        [each.gateway_id for each in made],
        [each.status for each in made],
        [each.error for each in made],
        now,
    )


class Turn(Struct, frozen=True, kw_only=True):
    """What a report makes of a message."""

    id: int
    state: str
    gateway: str
    gateway_id: str
    error: str | None
    failed: bool = False
    retry_at: datetime | None = None


TURN = """
UPDATE sms
   SET state = t.state, gateway = t.gateway, gateway_id = t.gateway_id, error = t.error,
       failures = failures + t.failed::integer,
       next_attempt_at = coalesce(t.retry_at, next_attempt_at),
       sent_at = CASE WHEN t.state IN ('sent', 'delivered', 'undelivered')
                      THEN coalesce(sent_at, $8) END
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[],
              $7::timestamptz[]) AS t (id, state, gateway, gateway_id, error, failed, retry_at)
 WHERE sms.id = t.id
"""


async def turn(conn: Conn, turns: Sequence[Turn], now: datetime) -> None:
    """Move messages on; the caller holds their locks."""
    await conn.execute(
        TURN,
        [each.id for each in turns],
        [each.state for each in turns],
        [each.gateway for each in turns],
        [each.gateway_id for each in turns],
        [each.error for each in turns],
        [each.failed for each in turns],
        [each.retry_at for each in turns],
        now,
    )
