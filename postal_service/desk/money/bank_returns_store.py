"""SQL of money that goes back where it came from. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.fields import Plain


class Return(Struct, frozen=True, kw_only=True):
    """A wish to send money back; ``decided_by`` is another person than who asked."""

    id: UUID
    line_id: int
    line_ref: str
    office_id: int | None
    amount_vnd: int
    payee: str
    why: str
    asked_at: datetime
    asked_by: int
    asker: str
    state: str
    decided_at: datetime | None
    decided_by: int | None
    decider: str | None
    bank_ref: str | None


SELECT = """
SELECT b.id, b.line_id, l.bank_ref AS line_ref, l.office_id, b.amount_vnd, b.payee, b.why,
       b.asked_at, b.asked_by, p.full_name AS asker, b.state, b.decided_at, b.decided_by,
       q.full_name AS decider, b.bank_ref
  FROM bank_return b
  JOIN bank_line l ON l.id = b.line_id
  JOIN person p ON p.id = b.asked_by
  LEFT JOIN person q ON q.id = b.decided_by
"""
GET = SELECT + " WHERE b.id = $1"
WAITING = SELECT + " WHERE b.state = 'waiting' ORDER BY b.asked_at, b.id LIMIT 200"
LATELY = SELECT + " WHERE b.decided_at >= $1 ORDER BY b.decided_at DESC LIMIT 100"


async def get(conn: Connection[Record], return_id: UUID) -> Return | None:
    return convert(await conn.fetchrow(GET, return_id), Return | None)


async def waiting(conn: Connection[Record]) -> list[Return]:
    return convert(await conn.fetch(WAITING), list[Return])


async def lately(conn: Connection[Record], since: datetime) -> list[Return]:
    return convert(await conn.fetch(LATELY, since), list[Return])


WAITS = """
SELECT EXISTS (SELECT 1 FROM bank_return WHERE line_id = ANY($1::bigint[]) AND state = 'waiting')
"""


async def waits(conn: Connection[Record], line_ids: Sequence[int]) -> bool:
    return cast("bool", await conn.fetchval(WAITS, list(line_ids)))


ADD = """
INSERT INTO bank_return (id, line_id, amount_vnd, payee_sealed, why, asked_at, asked_by)
VALUES ($1, $2, $3, ($4::sealed).body, $5, $6, $7)
"""
DECIDE = """
UPDATE bank_return SET state = $2, decided_by = $3, decided_at = $4, bank_ref = $5
 WHERE id = $1 AND state = 'waiting'
"""


async def add(
    conn: Connection[Record],
    return_id: UUID,
    line_id: int,
    amount_vnd: int,
    *,
    said: tuple[str, str],
    by: tuple[datetime, int],
) -> None:
    """*said*: to whom, and why. *by*: when, and who asks."""
    payee, why = said
    closed = Plain("bank_return", return_id, "payee", payee)
    await conn.execute(ADD, return_id, line_id, amount_vnd, closed, why, *by)


async def decide(
    conn: Connection[Record],
    return_id: UUID,
    state: str,
    *,
    by: tuple[int, datetime],
    bank_ref: str | None,
) -> None:
    await conn.execute(DECIDE, return_id, state, *by, bank_ref)
