"""SQL of what a manager sees of every office. Only SQL, and it only reads."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.watch.approvals_store import Approval
from postal_service.desk.watch.incident_desk_store import Case

WAITING = """
SELECT id, kind, office_id, agency_id, subject, reason, reason_vi, facts, asked_by, asker,
       asker_role, asked_as, asked_at, expires_at, state, decided_by, decider, decided_at, answer,
       why, said, ref, s10, leg, stage, number, dispatched, seen, seen_vi, undone, undone_at,
       undone_by, agency
  FROM approval_seen
 WHERE office_id IS NOT NULL AND state = 'waiting' AND expires_at > $1
 ORDER BY asked_at, id
 LIMIT 200
"""


async def waiting(conn: Connection[Record], now: datetime) -> list[Approval]:
    return convert(await conn.fetch(WAITING, now), list[Approval])


DECIDED = """
SELECT id, kind, office_id, agency_id, subject, reason, reason_vi, facts, asked_by, asker,
       asker_role, asked_as, asked_at, expires_at, state, decided_by, decider, decided_at, answer,
       why, said, ref, s10, leg, stage, number, dispatched, seen, seen_vi, undone, undone_at,
       undone_by, agency
  FROM approval_seen
 WHERE office_id IS NOT NULL AND asked_at > $1 AND (state <> 'waiting' OR expires_at <= $2)
 ORDER BY coalesce(decided_at, expires_at) DESC, id
 LIMIT 100
"""


async def decided(conn: Connection[Record], *, since: datetime, now: datetime) -> list[Approval]:
    return convert(await conn.fetch(DECIDED, since, now), list[Approval])


STANDING = """
SELECT id, reason, reason_vi, opened_at, opener, seen_at, number, taker_kind, taker_id, s10, extra,
       ref, stage, holder_kind, holder_id, holder, offered_kind, offered_id, asked_until, outcome,
       closed_at, closer, approver, counted_on
  FROM incident_seen
 WHERE closed_at IS NULL
 ORDER BY id
 LIMIT 500
"""


async def standing(conn: Connection[Record]) -> list[Case]:
    return convert(await conn.fetch(STANDING), list[Case])


SETTLED = """
SELECT id, reason, reason_vi, opened_at, opener, seen_at, number, taker_kind, taker_id, s10, extra,
       ref, stage, holder_kind, holder_id, holder, offered_kind, offered_id, asked_until, outcome,
       closed_at, closer, approver, counted_on
  FROM incident_seen
 WHERE closed_at > $1
 ORDER BY closed_at DESC
 LIMIT 100
"""


async def settled(conn: Connection[Record], since: datetime) -> list[Case]:
    return convert(await conn.fetch(SETTLED, since), list[Case])


COUNT_WAITING = """
SELECT count(*) FROM approval
 WHERE office_id IS NOT NULL AND state = 'waiting' AND expires_at > $1
"""
COUNT_OPEN = "SELECT count(*) FROM incident_seen WHERE closed_at IS NULL"


async def count_waiting(conn: Connection[Record], now: datetime) -> int:
    return cast("int", await conn.fetchval(COUNT_WAITING, now))


async def count_open(conn: Connection[Record]) -> int:
    return cast("int", await conn.fetchval(COUNT_OPEN))
