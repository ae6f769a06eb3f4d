"""SQL of sending: what is due, what is in the air, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Claim(Struct, frozen=True, kw_only=True):
    """A message that one worker holds; ``attempts`` counts those that were begun."""

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
    gateway: str | None
    valid_until: datetime | None


# A text that a network filtered waits until a person has lifted its stop; one that is true no
# longer is the sweeper's, who has somebody called; one that was overtaken in the air and came
# back does not leave again.
TAKE_DUE = """
SELECT id, event_id, dossier_id, order_event_id, recipient_id, template, body, segments,
       attempts, failures, gateway, valid_until
  FROM sms
 WHERE state = 'queued' AND next_attempt_at <= $1
   AND (valid_until IS NULL OR valid_until > $1) AND overtaken_at IS NULL
   AND template NOT IN (SELECT template FROM sms_stop WHERE lifted_at IS NULL)
 ORDER BY next_attempt_at, id
 LIMIT $2
   FOR NO KEY UPDATE SKIP LOCKED
"""


async def take_due(conn: Conn, now: datetime, limit: int) -> list[Claim]:
    """The messages whose turn it is, locked until the transaction ends."""
    return convert(await conn.fetch(TAKE_DUE, now, limit), list[Claim])


class Leaving(Struct, frozen=True, kw_only=True):
    """A claimed message, the number of its attempt and the way it takes."""

    id: int
    attempt: int
    gateway: str


# Says "perhaps sent from here on" before the network hears a word. A claim is a
# lease, not a lock: a worker that dies gives it back by time; the attempt number
# fences the sleeper.
OPEN_ATTEMPTS = """
WITH leaving AS (
    UPDATE sms
       SET state = 'sending', attempts = o.attempt, gateway = o.gateway, gateway_id = NULL,
           next_attempt_at = $5, asked = 0
      FROM unnest($1::bigint[], $2::integer[], $3::text[]) AS o (id, attempt, gateway)
     WHERE sms.id = o.id
    RETURNING sms.id, sms.attempts, sms.gateway
)
INSERT INTO sms_attempt (sms_id, attempt, gateway, begun_at)
SELECT id, attempts, gateway, $4 FROM leaving
"""


async def open_attempts(
    conn: Conn, leaving: Sequence[Leaving], *, now: datetime, lease_until: datetime
) -> None:
    """Begin an attempt of each message; the caller holds their locks."""
    await conn.execute(
        OPEN_ATTEMPTS,
        [each.id for each in leaving],
        [each.attempt for each in leaving],
        [each.gateway for each in leaving],
        now,
        lease_until,
    )


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one attempt, and of the message with it."""

    id: int
    attempt: int
    outcome: str  #: the attempt's: sent | refused | later | unknown
    state: str  #: the message's: sent | refused | queued | unknown
    gateway_id: str | None = None
    error: str | None = None
    failed: bool = False  #: counts towards giving up
    retry_at: datetime | None = None  #: when it is tried, or asked about, again


# The attempt's own line is closed in any case: what the network said of it is
# true whoever holds the message now. The message follows while no newer attempt
# was made; a late "taken" even where it was already put back to be sent again.
SETTLE = """
WITH told AS (
    SELECT id, attempt, outcome, state, gateway_id, error, failed, retry_at
      FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[],
                  $7::boolean[], $8::timestamptz[])
        AS t (id, attempt, outcome, state, gateway_id, error, failed, retry_at)
), locked AS (
    SELECT id FROM sms WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
), closed AS (
    UPDATE sms_attempt a
       SET ended_at = $9, outcome = told.outcome, error = coalesce(a.error, told.error),
           gateway_id = coalesce(a.gateway_id, told.gateway_id)
      FROM told
     WHERE a.sms_id = told.id AND a.attempt = told.attempt
       AND (a.outcome IS NULL OR a.outcome = 'unknown')
)
UPDATE sms
   SET state = told.state, error = told.error, failures = failures + told.failed::integer,
       gateway_id = coalesce(told.gateway_id, sms.gateway_id),
       next_attempt_at = coalesce(told.retry_at, next_attempt_at),
       sent_at = CASE WHEN told.state = 'sent' THEN $9::timestamptz END
  FROM told
  JOIN locked ON locked.id = told.id
 WHERE sms.id = told.id AND sms.attempts = told.attempt
   AND (sms.state IN ('sending', 'unknown')
        OR told.state = 'sent' AND sms.state IN ('queued', 'refused', 'expired', 'superseded'))
RETURNING sms.id
"""


async def settle(conn: Conn, ended: Sequence[Outcome], now: datetime) -> set[int]:
    """Write what came of attempts; the messages whose state was theirs to change."""
    rows = await conn.fetch(
        SETTLE,
        [each.id for each in ended],
        [each.attempt for each in ended],
        [each.outcome for each in ended],
        [each.state for each in ended],
        [each.gateway_id for each in ended],
        [each.error for each in ended],
        [each.failed for each in ended],
        [each.retry_at for each in ended],
        now,
    )
    return {row["id"] for row in rows}


# Ends a message that never left: there is nobody to send it to, or it came too late.
END = """
UPDATE sms SET state = e.state, error = e.error
  FROM unnest($1::bigint[], $2::text[], $3::text[]) AS e (id, state, error)
 WHERE sms.id = e.id AND sms.state = 'queued'
"""


async def end(conn: Conn, ends: Sequence[tuple[int, str, str]]) -> None:
    """End queued messages, each as (id, state, error); the caller holds their locks."""
    await conn.execute(END, *([each[n] for each in ends] for n in range(3)))


class Stale(Struct, frozen=True, kw_only=True):
    """A message that waited too long to be true."""

    event_id: int | None
    dossier_id: int | None
    template: str


# What was true until a moment is not sent after it, also where nothing else is due.
EXPIRE = """
UPDATE sms SET state = 'expired', error = 'stale'
 WHERE id IN (
       SELECT id FROM sms
        WHERE state = 'queued' AND valid_until <= $1
        LIMIT $2
          FOR NO KEY UPDATE SKIP LOCKED)
RETURNING event_id, dossier_id, template
"""


async def expire(conn: Conn, now: datetime, limit: int) -> list[Stale]:
    """End what waited too long; what that was."""
    return convert(await conn.fetch(EXPIRE, now, limit), list[Stale])


# Whoever was sending these is gone. The open attempt says that the network may
# have been asked, so they are not sent again before it has been asked about them.
DOUBT_LAPSED = """
WITH lapsed AS (
    UPDATE sms
       SET state = 'unknown', error = 'lapsed', next_attempt_at = $2, asked = 0
     WHERE id IN (
           SELECT id FROM sms
            WHERE state = 'sending' AND next_attempt_at <= $1
            LIMIT $3
              FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id, attempts
)
UPDATE sms_attempt a SET ended_at = $1, outcome = 'unknown', error = 'lapsed'
  FROM lapsed
 WHERE a.sms_id = lapsed.id AND a.attempt = lapsed.attempts AND a.outcome IS NULL
RETURNING a.sms_id
"""


async def doubt_lapsed(conn: Conn, now: datetime, ask_at: datetime, limit: int) -> int:
    """How many messages in the air have nobody left who waits for their answer."""
    return len(await conn.fetch(DOUBT_LAPSED, now, ask_at, limit))
