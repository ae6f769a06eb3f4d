"""SQL of the audit: each statement finds rows that break one promise, the first ones only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Bad(Struct, frozen=True, kw_only=True):
    """A row that breaks a promise: whose it is, and what is wrong with it."""

    dossier_id: int | None
    event_id: int | None
    what: str


RECORDED_TWICE = """
SELECT min(dossier_id) AS dossier_id, max(id) AS event_id,
       format('scan %s is recorded %s times', scan_id, count(*)) AS what
  FROM event
 GROUP BY scan_id
HAVING count(*) > 1
 LIMIT 20
"""


async def recorded_twice(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(RECORDED_TWICE), list[Bad])


# A line of a list that was answered has the answer in the register too; what was taken off a
# list by an undo has the undo's.
ANSWERED_WITHOUT_LINE = """
SELECT c.dossier_id, NULL::bigint AS event_id,
       format('list %s: %s is %s, and no line of the register says so', h.number, l.s10, l.outcome)
           AS what
  FROM hand_over_line l
  JOIN hand_over h ON h.id = l.hand_over_id
  JOIN consignment c ON c.id = l.consignment_id
 WHERE l.outcome IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM event e
                    WHERE e.consignment_id = l.consignment_id AND e.at = l.answered_at
                      AND e.person_id = l.answered_by)
 ORDER BY l.hand_over_id, l.ordinal
 LIMIT 20
"""


async def answered_without_line(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(ANSWERED_WITHOUT_LINE), list[Bad])


NEWS_UNHEARD = """
SELECT e.dossier_id, e.id AS event_id, format('nobody (%s) took the news of it', n.listener) AS what
  FROM news n
  JOIN event e ON e.id = n.event_id
 WHERE e.heard_at < $1
 ORDER BY e.id
 LIMIT 20
"""


async def news_unheard(conn: Connection[Record], since: datetime) -> list[Bad]:
    return convert(await conn.fetch(NEWS_UNHEARD, since), list[Bad])


# Sent is what a network took: without an attempt of which it said so, or may have, nothing left.
MESSAGES_LOST = """
SELECT s.dossier_id, s.event_id,
       format('message %s is %s, and no attempt bears it out', s.id, s.state) AS what
  FROM sms s
 WHERE (s.state IN ('sent', 'delivered', 'undelivered')
        AND NOT EXISTS (SELECT 1 FROM sms_attempt a
                         WHERE a.sms_id = s.id AND a.outcome IN ('sent', 'unknown')))
    OR (s.state = 'sending' AND s.next_attempt_at < $1)
 ORDER BY s.id
 LIMIT 20
"""


async def messages_lost(conn: Connection[Record], since: datetime) -> list[Bad]:
    return convert(await conn.fetch(MESSAGES_LOST, since), list[Bad])


# Once more for each time that an operator sent it again by hand.
SENT_TWICE = """
SELECT s.dossier_id, s.event_id, format('message %s was taken %s times', s.id, t.taken) AS what
  FROM (SELECT sms_id, count(*) AS taken
          FROM sms_attempt
         WHERE outcome = 'sent'
         GROUP BY sms_id
        HAVING count(*) > 1) t
  JOIN sms s ON s.id = t.sms_id
 WHERE t.taken > 1 + (SELECT count(*) FROM sms_replay r WHERE r.sms_id = s.id)
 ORDER BY s.id
 LIMIT 20
"""


async def sent_twice(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(SENT_TWICE), list[Bad])


TOLD_TWICE = """
SELECT min(dossier_id) AS dossier_id, event_id,
       format('message %s was drafted %s times', template, count(*)) AS what
  FROM sms
 WHERE event_id IS NOT NULL
 GROUP BY event_id, recipient_id, template
HAVING count(*) > 1
 LIMIT 20
"""


async def told_twice(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(TOLD_TWICE), list[Bad])


TOLD_OF_NOTHING = """
SELECT s.dossier_id, s.event_id, format('message %s tells of no line of its dossier', s.id) AS what
  FROM sms s
  LEFT JOIN event e ON e.id = s.event_id AND e.dossier_id = s.dossier_id
 WHERE e.id IS NULL AND s.order_event_id IS NULL
 ORDER BY s.id
 LIMIT 20
"""


async def told_of_nothing(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(TOLD_OF_NOTHING), list[Bad])


MONEY_AMISS = """
SELECT d.id AS dossier_id, NULL::bigint AS event_id,
       format('entry %s adds to %s', e.id, coalesce(sum(p.amount_vnd), 0)) AS what
  FROM entry e
  LEFT JOIN posting p ON p.entry_id = e.id
  LEFT JOIN dossier d ON d.id = e.dossier_id
 GROUP BY e.id, d.id
HAVING coalesce(sum(p.amount_vnd), 1) <> 0
 ORDER BY e.id
 LIMIT 20
"""


async def money_amiss(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(MONEY_AMISS), list[Bad])


# Office and agency keep the sight of what passed through them; a courier's ends by night.
OUT_OF_SIGHT = """
SELECT k.dossier_id, NULL::bigint AS event_id,
       format('%s %s has no stake in it', k.keeper, k.keeper_id) AS what
  FROM (SELECT id AS dossier_id, 'office' AS keeper, office_id AS keeper_id FROM dossier
         UNION SELECT id, 'agency', agency_id FROM dossier
         UNION SELECT dossier_id, 'office', office_id FROM consignment
         UNION SELECT dossier_id, 'agency', agency_id FROM consignment) k
 WHERE EXISTS (SELECT 1 FROM consignment c WHERE c.dossier_id = k.dossier_id)
   AND NOT EXISTS (SELECT 1 FROM stake s
                    WHERE s.dossier_id = k.dossier_id AND s.keeper = k.keeper
                      AND s.keeper_id = k.keeper_id)
 ORDER BY k.dossier_id
 LIMIT 20
"""


async def out_of_sight(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(OUT_OF_SIGHT), list[Bad])


PAUSES_ADRIFT = """
SELECT p.dossier_id, p.event_id,
       format('pause from %s to %s is not what its lines say', p.since, p.until) AS what
  FROM pause p
  JOIN event e ON e.id = p.event_id
  LEFT JOIN event f ON f.id = p.ended_by
 WHERE p.dossier_id <> e.dossier_id OR p.since <> e.at OR (p.until IS NULL) <> (f.id IS NULL)
    OR p.until <> greatest(f.at, p.since)
 ORDER BY p.id
 LIMIT 20
"""


async def pauses_adrift(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(PAUSES_ADRIFT), list[Bad])


# What makes a repeat find the first, and answer from the very line that cannot change.
REPEATS_UNGUARDED = """
SELECT NULL::bigint AS dossier_id, NULL::bigint AS event_id,
       format('no unique index on %s (%s): a repeat would be recorded', g.name, g.col) AS what
  FROM (VALUES ('event', 'scan_id'), ('intake', 'form_id'), ('hand_over', 'form_id'),
               ('event', 'undoes'), ('approval', 'id')) AS g(name, col)
 WHERE NOT EXISTS (SELECT 1
                     FROM pg_index i
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                    WHERE i.indrelid = to_regclass('public.' || g.name) AND a.attname = g.col
                      AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1
                      AND i.indpred IS NULL)
 ORDER BY 3
"""


async def repeats_unguarded(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(REPEATS_UNGUARDED), list[Bad])


# A trigger that was switched off for a moment is a door that stood open.
GUARDS_OFF = """
SELECT NULL::bigint AS dossier_id, NULL::bigint AS event_id,
       format('trigger %s of %s is switched off', g.trigger, g.name) AS what
  FROM (VALUES ('event', 'event_chained', 'O'), ('event', 'event_is_append_only', 'A'),
               ('daily_root', 'daily_root_is_append_only', 'A'),
               ('entry', 'entry_stands', 'A'), ('posting', 'posting_stands', 'A'),
               ('posting', 'postings_balance', 'A'), ('entry', 'entry_says_something', 'O')
               ) AS g(name, trigger, enabled)
 WHERE NOT EXISTS (SELECT 1 FROM pg_trigger t
                    WHERE t.tgrelid = to_regclass('public.' || g.name) AND t.tgname = g.trigger
                      AND t.tgenabled::text = g.enabled)
 ORDER BY 3
"""


async def guards_off(conn: Connection[Record]) -> list[Bad]:
    return convert(await conn.fetch(GUARDS_OFF), list[Bad])


REFS = "SELECT id, ref FROM dossier WHERE id = ANY($1::bigint[])"


async def refs(conn: Connection[Record], ids: Sequence[int]) -> dict[int, str]:
    return {row["id"]: row["ref"] for row in await conn.fetch(REFS, ids)}


COUNT_LINES = "SELECT count(*) FROM event"


async def count_lines(conn: Connection[Record]) -> int:
    return cast("int", await conn.fetchval(COUNT_LINES))
