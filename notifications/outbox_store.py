"""SQL of the operator's view: what waits, what failed and why, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Depth(Struct, frozen=True, kw_only=True):
    """What lies in the outbox now."""

    due: int  #: should have left
    oldest_due_at: datetime | None
    later: int  #: waits for the morning or for its next try
    held: int  #: waits for a stopped text
    in_the_air: int
    doubtful: int
    unheard: int  #: reports not taken note of


DEPTH = """
SELECT count(*) FILTER (WHERE state = 'queued' AND next_attempt_at <= $1
                          AND s.template IS NULL) AS due,
       min(next_attempt_at) FILTER (WHERE state = 'queued' AND next_attempt_at <= $1
                                      AND s.template IS NULL) AS oldest_due_at,
       count(*) FILTER (WHERE state = 'queued' AND next_attempt_at > $1
                          AND s.template IS NULL) AS later,
       count(*) FILTER (WHERE state = 'queued' AND s.template IS NOT NULL) AS held,
       count(*) FILTER (WHERE state = 'sending') AS in_the_air,
       count(*) FILTER (WHERE state = 'unknown') AS doubtful,
       (SELECT count(*) FROM sms_receipt WHERE heard_at IS NULL) AS unheard
  FROM sms m
  LEFT JOIN sms_stop s ON s.template = m.template AND s.lifted_at IS NULL
 WHERE state IN ('queued', 'sending', 'unknown')
"""


async def depth(conn: Conn, now: datetime) -> Depth:
    return convert(await conn.fetchrow(DEPTH, now), Depth)


class Ended(Struct, frozen=True, kw_only=True):
    """How many messages stand in one state."""

    state: str
    messages: int


STATES = """
SELECT state, count(*) AS messages FROM sms WHERE drafted_at >= $1 GROUP BY state ORDER BY state
"""


async def states(conn: Conn, since: datetime) -> list[Ended]:
    """Messages drafted since then, by the state they are in now."""
    return convert(await conn.fetch(STATES, since), list[Ended])


class Spent(Struct, frozen=True, kw_only=True):
    """What one office's messages took on one day: the network counts each attempt it took."""

    day: date
    office: str
    messages: int
    parts: int


SPENT = """
SELECT (a.begun_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, o.name AS office,
       count(*) AS messages, sum(m.segments) AS parts
  FROM sms_attempt a
  JOIN sms m ON m.id = a.sms_id
  LEFT JOIN dossier d ON d.id = m.dossier_id
  LEFT JOIN pickup_event v ON v.id = m.order_event_id
  LEFT JOIN pickup p ON p.id = v.pickup_id
  JOIN office o ON o.id = coalesce(d.office_id, p.office_id)
 WHERE a.begun_at >= $1 AND (a.outcome = 'sent' OR a.status IS NOT NULL)
 GROUP BY 1, o.id, o.name
 ORDER BY 1 DESC, 4 DESC, 2
 LIMIT 200
"""


async def spent(conn: Conn, since: datetime) -> list[Spent]:
    return convert(await conn.fetch(SPENT, since), list[Spent])


class Failure(Struct, frozen=True, kw_only=True):
    """A message that did not arrive, or may not have."""

    id: int
    ref: str
    office: str
    template: str
    body: str
    state: str
    error: str | None
    gateway: str | None
    drafted_at: datetime
    attempts: int
    can_replay: bool


# A code is never sent twice, and what has stopped being true not at all.
FAILURES = """
SELECT m.id, coalesce(d.ref, p.number) AS ref, o.name AS office, m.template, m.body, m.state,
       m.error, m.gateway, m.drafted_at, m.attempts,
       m.state IN ('refused', 'undelivered', 'unknown') AND m.body NOT LIKE '%{secret}%'
       AND (m.valid_until IS NULL OR m.valid_until > $1) AS can_replay
  FROM sms m
  LEFT JOIN dossier d ON d.id = m.dossier_id
  LEFT JOIN pickup_event v ON v.id = m.order_event_id
  LEFT JOIN pickup p ON p.id = v.pickup_id
  JOIN office o ON o.id = coalesce(d.office_id, p.office_id)
 WHERE m.state IN ('refused', 'undelivered', 'unknown', 'expired') AND m.drafted_at >= $2
 ORDER BY m.id DESC
 LIMIT $3
"""


async def failures(conn: Conn, now: datetime, since: datetime, limit: int) -> list[Failure]:
    """The newest failures among messages drafted since then."""
    return convert(await conn.fetch(FAILURES, now, since, limit), list[Failure])


# The state is asked again here: a second press finds the message queued and changes nothing.
REPLAY = """
WITH failed AS (
    SELECT id, state, error
      FROM sms
     WHERE id = ANY($1::bigint[]) AND state IN ('refused', 'undelivered', 'unknown')
       AND body NOT LIKE '%{secret}%' AND (valid_until IS NULL OR valid_until > $2)
     ORDER BY id
       FOR NO KEY UPDATE
), again AS (
    UPDATE sms
       SET state = 'queued', next_attempt_at = $2, failures = 0, error = NULL, sent_at = NULL
      FROM failed
     WHERE sms.id = failed.id
)
INSERT INTO sms_replay (sms_id, was, error, by, at)
SELECT id, state, error, $3, $2 FROM failed
RETURNING sms_id
"""


async def replay(conn: Conn, sms_ids: Sequence[int], *, by: int, now: datetime) -> int:
    """Put failed messages back to be sent; how many were."""
    return len(await conn.fetch(REPLAY, sms_ids, now, by))
