"""SQL of messages: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias, cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from notifications.messages import Template

Conn: TypeAlias = "Connection[Record]"


class Version(Template, frozen=True, kw_only=True):
    """A registered text and which of its versions it is."""

    version: int


# A version that a person wrote is the last word until she writes another.
PUT_TEMPLATE = """
INSERT INTO sms_template (key, version, recipient, text_ascii, text_vi, placeholders, max_segments)
SELECT $1, coalesce(old.version, 0) + 1, $2, $3, $4, $5, $6
  FROM (VALUES (1)) one
  LEFT JOIN (SELECT version, edited_at, recipient, text_ascii, text_vi, placeholders, max_segments
               FROM sms_template
              WHERE key = $1
              ORDER BY version DESC
              LIMIT 1) old ON true
 WHERE old.version IS NULL
    OR (old.edited_at IS NULL
        AND (old.recipient, old.text_ascii, old.text_vi, old.placeholders, old.max_segments)
            IS DISTINCT FROM ($2::text, $3::text, $4::text, $5::text[], $6::integer))
RETURNING version
"""


async def put_template(conn: Conn, new: Version) -> int | None:
    """The version written, or none where the newest one stands."""
    return cast(
        "int | None",
        await conn.fetchval(
            PUT_TEMPLATE,
            new.key,
            new.recipient,
            new.text_ascii,
            new.text_vi,
            new.placeholders,
            new.max_segments,
        ),
    )


NEWEST_TEMPLATES = """
SELECT DISTINCT ON (key) key, version, recipient, text_ascii, text_vi, placeholders, max_segments
  FROM sms_template
 ORDER BY key, version DESC
"""


async def newest_templates(conn: Conn) -> list[Version]:
    return convert(await conn.fetch(NEWEST_TEMPLATES), list[Version])


class Draft(Struct, frozen=True, kw_only=True):
    """A message that is written and not yet sent."""

    event_id: int
    dossier_id: int
    recipient_id: int
    template: str
    version: int
    body: str
    segments: int
    drafted_at: datetime
    send_after: datetime


ADD_DRAFTS = """
INSERT INTO sms (event_id, dossier_id, recipient_id, template, template_version, body, segments,
                 drafted_at, send_after, next_attempt_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    ON CONFLICT (event_id, recipient_id, template) DO NOTHING
"""


async def add_drafts(conn: Conn, drafts: Sequence[Draft]) -> None:
    await conn.executemany(
        ADD_DRAFTS,
        [
            (d.event_id, d.dossier_id, d.recipient_id, d.template, d.version, d.body, d.segments,
             d.drafted_at, d.send_after)
            for d in drafts
        ],
    )  # fmt: skip


class Claim(Struct, frozen=True, kw_only=True):
    """A message that one worker holds; ``attempts`` is the number of its claim."""

    id: int
    event_id: int
    dossier_id: int
    recipient_id: int
    template: str
    body: str
    segments: int
    attempts: int
    failures: int


# A claim is a lease, not a lock: a worker that dies gives it back by time; the
# attempt number fences the sleeper.
CLAIM_DUE = """
UPDATE sms
   SET attempts = attempts + 1, next_attempt_at = $2
 WHERE id IN (
       SELECT id
         FROM sms
        WHERE state = 'queued' AND next_attempt_at <= $1
        ORDER BY next_attempt_at, id
        LIMIT $3
          FOR UPDATE SKIP LOCKED)
RETURNING id, event_id, dossier_id, recipient_id, template, body, segments, attempts, failures
"""


async def claim_due(conn: Conn, now: datetime, lease_until: datetime, limit: int) -> list[Claim]:
    return convert(await conn.fetch(CLAIM_DUE, now, lease_until, limit), list[Claim])


# Says "perhaps sent from here on" before the network hears a word. Nothing
# comes back where another worker has claimed the message since.
OPEN_ATTEMPT = """
WITH leaving AS (
    UPDATE sms
       SET state = 'sending', gateway = $3, next_attempt_at = $5
     WHERE id = $1 AND attempts = $2 AND state = 'queued'
    RETURNING id, attempts
)
INSERT INTO sms_attempt (sms_id, attempt, gateway, begun_at)
SELECT id, attempts, $3, $4 FROM leaving
RETURNING attempt
"""


async def open_attempt(
    conn: Conn, claim: Claim, gateway: str, *, now: datetime, lease_until: datetime
) -> bool:
    """Whether the claim still held; only then may the network be called."""
    found = await conn.fetchval(OPEN_ATTEMPT, claim.id, claim.attempts, gateway, now, lease_until)
    return found is not None


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one attempt, and of the message with it."""

    attempt: str  #: sent | refused | later | unknown
    state: str  #: the message's: sent | refused | queued | unknown
    gateway_id: str | None = None
    error: str | None = None
    failed: bool = False  #: counts towards giving up
    retry_at: datetime | None = None


# An answer that comes after the lease still counts while no newer attempt was
# made: better late knowledge than none.
SETTLE = """
WITH settled AS (
    UPDATE sms
       SET state = $3, gateway_id = $4, error = $5, failures = failures + $6,
           next_attempt_at = coalesce($7, next_attempt_at),
           sent_at = CASE WHEN $3 = 'sent' THEN $8::timestamptz END
     WHERE id = $1 AND attempts = $2 AND state IN ('sending', 'unknown')
    RETURNING id, attempts
)
UPDATE sms_attempt a
   SET ended_at = $8, outcome = $9
  FROM settled
 WHERE a.sms_id = settled.id AND a.attempt = settled.attempts
RETURNING a.sms_id
"""


async def settle(conn: Conn, claim: Claim, outcome: Outcome, *, now: datetime) -> bool:
    """Whether the outcome was this claim's to write."""
    found = await conn.fetchval(
        SETTLE,
        claim.id,
        claim.attempts,
        outcome.state,
        outcome.gateway_id,
        outcome.error,
        int(outcome.failed),
        outcome.retry_at,
        now,
        outcome.attempt,
    )
    return found is not None


GIVE_UP = """
UPDATE sms SET state = 'refused', error = $3
 WHERE id = $1 AND attempts = $2 AND state = 'queued'
RETURNING id
"""


async def give_up(conn: Conn, claim: Claim, error: str) -> bool:
    """Refuse a message that never left; whether the claim still held."""
    return await conn.fetchval(GIVE_UP, claim.id, claim.attempts, error) is not None


# Whoever was sending these is gone. The open attempt says that the network may
# have been asked, so they are not sent again.
DOUBT_LAPSED = """
WITH lapsed AS (
    UPDATE sms
       SET state = 'unknown', error = 'lapsed'
     WHERE id IN (
           SELECT id FROM sms
            WHERE state = 'sending' AND next_attempt_at <= $1
              FOR UPDATE SKIP LOCKED)
    RETURNING id, event_id, dossier_id, recipient_id, template, body, segments, attempts, failures
), closed AS (
    UPDATE sms_attempt a SET ended_at = $1, outcome = 'unknown'
      FROM lapsed
     WHERE a.sms_id = lapsed.id AND a.attempt = lapsed.attempts
)
SELECT id, event_id, dossier_id, recipient_id, template, body, segments, attempts, failures
  FROM lapsed
"""


async def doubt_lapsed(conn: Conn, now: datetime) -> list[Claim]:
    return convert(await conn.fetch(DOUBT_LAPSED, now), list[Claim])


class Shown(Struct, frozen=True, kw_only=True):
    """A message as a screen shows it."""

    id: int
    dossier_id: int
    recipient_id: int
    template: str
    body: str
    segments: int
    state: str
    drafted_at: datetime
    send_after: datetime
    sent_at: datetime | None


RECENT = """
SELECT id, dossier_id, recipient_id, template, body, segments, state, drafted_at, send_after,
       sent_at
  FROM sms
 ORDER BY id DESC
 LIMIT $1
"""


async def recent(conn: Conn, limit: int) -> list[Shown]:
    """The newest *limit* messages, newest first."""
    return convert(await conn.fetch(RECENT, limit), list[Shown])
