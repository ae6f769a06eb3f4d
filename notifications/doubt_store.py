"""SQL of doubt: attempts whose answer never came, and what the network says when asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Doubt(Struct, frozen=True, kw_only=True):
    """A message that the network may have taken; ``asked`` counts this asking."""

    id: int
    event_id: int | None
    dossier_id: int | None
    order_event_id: int | None
    recipient_id: int
    template: str
    body: str
    segments: int
    attempts: int
    failures: int
    asked: int
    gateway: str
    begun_at: datetime
    valid_until: datetime | None
    #: ids of other messages to the same person, which cannot be this one
    others: tuple[str, ...]


# The lease keeps a second worker from asking at the same moment.
TAKE_DOUBTS = """
WITH taken AS (
    UPDATE sms
       SET asked = asked + 1, next_attempt_at = $2
     WHERE id IN (
           SELECT id FROM sms
            WHERE state = 'unknown' AND next_attempt_at <= $1
            ORDER BY next_attempt_at
            LIMIT $3
              FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id, event_id, dossier_id, order_event_id, recipient_id, template, body, segments,
              attempts, failures, asked, gateway, valid_until
)
SELECT t.id, t.event_id, t.dossier_id, t.order_event_id, t.recipient_id, t.template, t.body,
       t.segments, t.attempts, t.failures, t.asked, t.gateway, t.valid_until, a.begun_at,
       ARRAY(SELECT b.gateway_id
               FROM sms m
               JOIN sms_attempt b ON b.sms_id = m.id AND b.gateway_id IS NOT NULL
              WHERE m.recipient_id = t.recipient_id AND b.gateway = t.gateway) AS others
  FROM taken t
  JOIN sms_attempt a ON a.sms_id = t.id AND a.attempt = t.attempts
"""


async def take_doubts(conn: Conn, now: datetime, until: datetime, limit: int) -> list[Doubt]:
    return convert(await conn.fetch(TAKE_DOUBTS, now, until, limit), list[Doubt])


class Verdict(Struct, frozen=True, kw_only=True):
    """What follows for a doubted message when nobody found it: unknown, queued or refused."""

    id: int
    attempt: int
    state: str
    error: str
    failed: bool
    due_at: datetime


# A receipt that came meanwhile has moved the message on: then there is no doubt to end.
END_DOUBTS = """
UPDATE sms
   SET state = v.state, error = v.error, failures = failures + v.failed::integer,
       next_attempt_at = v.due_at
  FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::boolean[],
              $6::timestamptz[]) AS v (id, attempt, state, error, failed, due_at)
 WHERE sms.id = v.id AND sms.attempts = v.attempt AND sms.state = 'unknown'
RETURNING sms.id
"""


async def end_doubts(conn: Conn, verdicts: Sequence[Verdict]) -> set[int]:
    """The messages that were still in doubt and followed their verdict."""
    rows = await conn.fetch(
        END_DOUBTS,
        [each.id for each in verdicts],
        [each.attempt for each in verdicts],
        [each.state for each in verdicts],
        [each.error for each in verdicts],
        [each.failed for each in verdicts],
        [each.due_at for each in verdicts],
    )
    return {row["id"] for row in rows}


class Silence(Struct, frozen=True, kw_only=True):
    """A message that the network took and never spoke of again."""

    id: int
    attempts: int
    gateway: str
    gateway_id: str


# Asked about a few times, further and further apart; older than $3 it is let be.
TAKE_SILENT = """
UPDATE sms
   SET asked = asked + 1, next_attempt_at = $2
 WHERE id IN (
       SELECT id FROM sms
        WHERE state = 'sent' AND sent_at <= $1 AND sent_at > $3 AND next_attempt_at <= $4
          AND gateway_id IS NOT NULL
        ORDER BY sent_at
        LIMIT $5
          FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, attempts, gateway, gateway_id
"""


async def take_silent(
    conn: Conn, *, before: datetime, after: datetime, now: datetime, again: datetime, limit: int
) -> list[Silence]:
    """Messages sent between *after* and *before*, not asked about again until *again*."""
    rows = await conn.fetch(TAKE_SILENT, before, again, after, now, limit)
    return convert(rows, list[Silence])
