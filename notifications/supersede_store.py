"""SQL of what overtakes what: events seen from today, and messages they make pointless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert

# Two workers must not write about one dossier side by side: each would miss what the other
# is about to say. The lock ends with the transaction; the order keeps them from deadlock.
LOCK_DOSSIERS = """
SELECT pg_advisory_xact_lock(key)
  FROM (SELECT hashtextextended('sms:' || id, 0) AS key
          FROM unnest($1::bigint[]) AS id
         ORDER BY 1) keys
"""


async def lock_dossiers(conn: Connection[Record], dossier_ids: Sequence[int]) -> None:
    await conn.fetch(LOCK_DOSSIERS, sorted(set(dossier_ids)))


class Seen(Struct, frozen=True, kw_only=True):
    """An event as it looks now, with what the register holds before and after it."""

    event_id: int
    undone: bool  #: a later line says that it never was
    undoes: int | None  #: the event that this one says never was
    repeated: bool  #: the same carriage made the same move before
    missed: bool  #: an attempt to deliver it failed before
    elsewhere: bool  #: at another office than the one that delivers


SEEN_NOW = """
SELECT e.id AS event_id,
       EXISTS (SELECT 1 FROM event u WHERE u.undoes = e.scan_id) AS undone,
       (SELECT o.id FROM event o WHERE o.scan_id = e.undoes) AS undoes,
       EXISTS (SELECT 1
                 FROM event p
                WHERE p.consignment_id = e.consignment_id AND p.id < e.id
                  AND p.act = e.act AND p.stage = e.stage
                  AND NOT EXISTS (SELECT 1 FROM event u WHERE u.undoes = p.scan_id)) AS repeated,
       EXISTS (SELECT 1
                 FROM event p
                WHERE p.consignment_id = e.consignment_id AND p.id < e.id
                  AND p.act = 'miss'
                  AND NOT EXISTS (SELECT 1 FROM event u WHERE u.undoes = p.scan_id)) AS missed,
       e.office_id IS NOT NULL AND e.office_id <> d.office_id AS elsewhere
  FROM event e
  JOIN dossier d ON d.id = e.dossier_id
 WHERE e.id = ANY($1::bigint[])
"""


async def seen_now(conn: Connection[Record], event_ids: Sequence[int]) -> dict[int, Seen]:
    rows = convert(await conn.fetch(SEEN_NOW, event_ids), list[Seen])
    return {row.event_id: row for row in rows}


class Told(Struct, frozen=True, kw_only=True):
    """Somebody whom the network was asked to tell something."""

    event_id: int
    dossier_id: int
    template: str
    recipient_id: int


# What the network took, or may have taken. What it refused nobody read.
TOLD_OF = """
SELECT event_id, dossier_id, template, recipient_id
  FROM sms
 WHERE event_id = ANY($1::bigint[]) AND state IN ('sending', 'sent', 'delivered', 'unknown')
 ORDER BY id
"""


async def told_of(conn: Connection[Record], event_ids: Sequence[int]) -> list[Told]:
    return convert(await conn.fetch(TOLD_OF, event_ids), list[Told])


# The newest word on the matter decides: "lost", told and taken back, was not told.
TOLD_BEFORE = """
SELECT DISTINCT ON (s.dossier_id) s.event_id, s.dossier_id, s.template, s.recipient_id
  FROM sms s
 WHERE s.dossier_id = ANY($1::bigint[]) AND s.template = ANY($2::text[])
   AND s.state IN ('sending', 'sent', 'delivered', 'unknown')
 ORDER BY s.dossier_id, s.event_id DESC
"""


async def told_before(
    conn: Connection[Record], dossier_ids: Sequence[int], templates: Sequence[str]
) -> list[Told]:
    """The newest message of each dossier that is of one of *templates*."""
    return convert(await conn.fetch(TOLD_BEFORE, dossier_ids, templates), list[Told])


# $2, $3: pairs of an older template and one that overtakes it. A message in the air is marked
# only: whether it arrives is not ours to say any more. Rows are locked in the order of their
# ids, as by those who write down what the networks said.
OVERTAKE = """
WITH pointless AS (
    SELECT old.id
      FROM sms old
     WHERE old.dossier_id = ANY($1::bigint[]) AND old.state IN ('queued', 'sending', 'unknown')
       AND old.overtaken_at IS NULL
       AND EXISTS (SELECT 1
                     FROM sms n
                     JOIN unnest($2::text[], $3::text[]) AS pair(older, newer)
                       ON pair.newer = n.template
                    WHERE n.dossier_id = old.dossier_id AND pair.older = old.template
                      AND n.event_id > old.event_id AND n.state <> 'superseded')
     ORDER BY old.id
       FOR NO KEY UPDATE
)
UPDATE sms o
   SET overtaken_at = $4, state = CASE o.state WHEN 'queued' THEN 'superseded' ELSE o.state END
  FROM pointless
 WHERE o.id = pointless.id AND o.state IN ('queued', 'sending', 'unknown')
"""


async def overtake(
    conn: Connection[Record],
    dossier_ids: Sequence[int],
    older: Sequence[str],
    newer: Sequence[str],
    now: datetime,
) -> None:
    await conn.execute(OVERTAKE, dossier_ids, older, newer, now)


OVERTAKE_UNDONE = """
WITH untrue AS (
    SELECT id
      FROM sms
     WHERE event_id = ANY($1::bigint[]) AND state IN ('queued', 'sending', 'unknown')
     ORDER BY id
       FOR NO KEY UPDATE
)
UPDATE sms o
   SET overtaken_at = $2, state = CASE o.state WHEN 'queued' THEN 'superseded' ELSE o.state END
  FROM untrue
 WHERE o.id = untrue.id AND o.state IN ('queued', 'sending', 'unknown')
"""


async def overtake_undone(
    conn: Connection[Record], event_ids: Sequence[int], now: datetime
) -> None:
    """Stop what tells of events that never were."""
    await conn.execute(OVERTAKE_UNDONE, event_ids, now)


# The network did not take it after all: now it is only an unsent message.
STOP_RETURNED = """
UPDATE sms
   SET state = 'superseded'
 WHERE id IN (SELECT id
                FROM sms
               WHERE state = 'queued' AND overtaken_at IS NOT NULL
                 FOR NO KEY UPDATE SKIP LOCKED)
"""


async def stop_returned(conn: Connection[Record]) -> None:
    await conn.execute(STOP_RETURNED)
