"""SQL of the bank's lines: in, matched, and what became of each. Only SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.money.bank_csv import Credit
from postal_service.fields import Plain


class Line(Struct, frozen=True, kw_only=True):
    """One credit, and where it stands; ``left_vnd`` of it lies in suspense.

    ``reference`` and ``ref``: of the request that its content names.
    """

    id: int
    key: UUID
    bank_ref: str
    at: datetime
    amount_vnd: int
    content: str
    brought_at: datetime
    brought_by: int
    bringer: str
    stated_at: datetime | None
    office_id: int | None
    request_id: int | None
    reference: str | None
    ref: str | None
    wanted_vnd: int | None
    wanted_state: str | None
    state: str
    reason: str | None
    left_vnd: int


class Known(Struct, frozen=True, kw_only=True):
    """A number of the bank's that is here already."""

    bank_ref: str
    amount_vnd: int


ADD = """
INSERT INTO bank_line (key, bank_ref, at, amount_vnd, content_sealed, brought_at, brought_by,
                       stated_at, office_id)
VALUES ($1, $2, $3, $4, ($5::sealed).body, $6, $7, $8, $9)
    ON CONFLICT (bank_ref) DO NOTHING
"""


async def add(
    conn: Connection[Record],
    credits: Sequence[tuple[UUID, Credit]],
    *,
    by: tuple[int, int | None],
    now: datetime,
    stated: bool,
) -> None:
    """*by*: who brings them, and on whose list they go."""
    person_id, office_id = by
    stated_at = now if stated else None
    await conn.executemany(
        ADD,
        [
            (
                key,
                each.bank_ref,
                each.at,
                each.amount_vnd,
                Plain("bank_line", key, "content", each.content),
                now,
                person_id,
                stated_at,
                office_id,
            )
            for key, each in credits
        ],
    )


KNOWN = "SELECT bank_ref, amount_vnd FROM bank_line WHERE bank_ref = ANY($1::text[])"
CAME = "SELECT id FROM bank_line WHERE key = ANY($1::uuid[]) ORDER BY id"
STATE = """
UPDATE bank_line SET stated_at = $2 WHERE bank_ref = ANY($1::text[]) AND stated_at IS NULL
"""


async def known(conn: Connection[Record], refs: Sequence[str]) -> list[Known]:
    return convert(await conn.fetch(KNOWN, list(refs)), list[Known])


async def came(conn: Connection[Record], keys: Sequence[UUID]) -> list[int]:
    """The ids of those that were not here before."""
    return [row[0] for row in await conn.fetch(CAME, list(keys))]


async def state(conn: Connection[Record], refs: Sequence[str], now: datetime) -> None:
    """The bank's own statement has them too."""
    await conn.execute(STATE, list(refs), now)


SELECT = """
SELECT l.id, l.key, l.bank_ref, l.at, l.amount_vnd, l.content, l.brought_at, l.brought_by,
       p.full_name AS bringer, l.stated_at, l.office_id, l.request_id, r.reference, d.ref,
       r.amount_vnd AS wanted_vnd, r.state AS wanted_state, l.state, l.reason, l.left_vnd
  FROM bank_line l
  JOIN person p ON p.id = l.brought_by
  LEFT JOIN transfer_request r ON r.id = l.request_id
  LEFT JOIN dossier d ON d.id = r.dossier_id
"""
GET = SELECT + " WHERE l.id = $1"
BY_REF = SELECT + " WHERE l.bank_ref = $1"
SUSPENDED = SELECT + " WHERE l.state = 'suspended' ORDER BY l.at, l.id LIMIT 500"
UNSTATED = (
    SELECT
    + " WHERE l.stated_at IS NULL AND l.brought_at < $1 ORDER BY l.brought_at, l.id LIMIT 200"
)
LATELY = (
    SELECT + " WHERE l.brought_at >= $1 AND l.state <> 'suspended' ORDER BY l.id DESC LIMIT 100"
)


async def get(conn: Connection[Record], line_id: int) -> Line | None:
    return convert(await conn.fetchrow(GET, line_id), Line | None)


async def by_ref(conn: Connection[Record], bank_ref: str) -> Line | None:
    return convert(await conn.fetchrow(BY_REF, bank_ref), Line | None)


async def suspended(conn: Connection[Record]) -> list[Line]:
    """What waits on the asker's lists, the oldest first."""
    return convert(await conn.fetch(SUSPENDED), list[Line])


async def unstated(conn: Connection[Record], before: datetime) -> list[Line]:
    """What a person typed before then, and no statement has had since."""
    return convert(await conn.fetch(UNSTATED, before), list[Line])


async def lately(conn: Connection[Record], since: datetime) -> list[Line]:
    return convert(await conn.fetch(LATELY, since), list[Line])


# Two who look at once: each takes other lines. First what a line names is read, many at a time;
# then what it names is paid, one a transaction.
UNREAD = """
SELECT id FROM bank_line WHERE state = 'new' AND request_id IS NULL
 ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
"""
NAMED = """
SELECT id FROM bank_line WHERE state = 'new' AND request_id IS NOT NULL
 ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
LINES = SELECT + " WHERE l.id = ANY($1::bigint[]) ORDER BY l.id"
HOLD = "SELECT id FROM bank_line WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"


async def unread(conn: Connection[Record], most: int) -> list[Line]:
    """Lines that nobody has looked at, held."""
    found = [row[0] for row in await conn.fetch(UNREAD, most)]
    return convert(await conn.fetch(LINES, found), list[Line])


async def next_named(conn: Connection[Record]) -> Line | None:
    """A line of which is known what it names, held."""
    found: int | None = await conn.fetchval(NAMED)
    return None if found is None else await get(conn, found)


async def hold(conn: Connection[Record], line_ids: Sequence[int]) -> list[Line]:
    """Lines held until the transaction ends; those the asker may not touch are left out."""
    held = [row[0] for row in await conn.fetch(HOLD, list(line_ids))]
    return convert(await conn.fetch(LINES, held), list[Line])


NAME_ALL = """
UPDATE bank_line l SET request_id = r.request_id
  FROM unnest($1::bigint[], $2::bigint[]) AS r (id, request_id)
 WHERE l.id = r.id
"""
MATCHED = "UPDATE bank_line SET state = 'matched', request_id = $2, office_id = $3 WHERE id = $1"
SUSPEND = """
UPDATE bank_line SET state = 'suspended', reason = $2, left_vnd = amount_vnd, request_id = $3,
                     office_id = $4
 WHERE id = $1
"""
# As ledger.post writes one of them; a statement has thousands that name nothing.
SUSPEND_ALL = """
WITH made AS (
    INSERT INTO entry (kind, key, at, posted_at, office_id, person_id, means)
    SELECT 'bank_in', l.key, l.at, $4, l.office_id, l.brought_by, 'transfer'
      FROM bank_line l WHERE l.id = ANY($1::bigint[])
    RETURNING id, key
), booked AS (
    INSERT INTO posting (entry_id, line, account_id, amount_vnd)
    SELECT m.id, side.line, side.account_id, l.amount_vnd * side.sign
      FROM made m
      JOIN bank_line l ON l.key = m.key
     CROSS JOIN (VALUES (1::smallint, $2::bigint, 1), (2::smallint, $3::bigint, -1))
           AS side (line, account_id, sign)
)
UPDATE bank_line l SET state = 'suspended', reason = r.reason, left_vnd = amount_vnd
  FROM unnest($1::bigint[], $5::text[]) AS r (id, reason)
 WHERE l.id = r.id
"""
TAKE = """
UPDATE bank_line SET left_vnd = left_vnd - $2,
                     state = CASE WHEN left_vnd = $2 THEN 'cleared' ELSE state END
 WHERE id = $1
"""
USE = "INSERT INTO bank_use (entry_id, line_id, request_id, amount_vnd) VALUES ($1, $2, $3, $4)"


async def name_all(conn: Connection[Record], named: Mapping[int, int]) -> None:
    """Which request each of these lines names, by their ids."""
    await conn.execute(NAME_ALL, list(named), list(named.values()))


async def matched(conn: Connection[Record], line_id: int, request_id: int, office_id: int) -> None:
    await conn.execute(MATCHED, line_id, request_id, office_id)


async def suspend(
    conn: Connection[Record],
    line_id: int,
    reason: str,
    *,
    request_id: int,
    office_id: int,
) -> None:
    await conn.execute(SUSPEND, line_id, reason, request_id, office_id)


async def suspend_all(
    conn: Connection[Record],
    reasons: Mapping[int, str],
    accounts: tuple[int, int],
    now: datetime,
) -> None:
    """Lines that name no request, by their ids. *accounts*: the bank's, and suspense."""
    await conn.execute(SUSPEND_ALL, list(reasons), *accounts, now, list(reasons.values()))


async def take(conn: Connection[Record], line_id: int, amount_vnd: int) -> None:
    """Out of suspense; a line of which nothing is left is cleared."""
    await conn.execute(TAKE, line_id, amount_vnd)


async def use(
    conn: Connection[Record],
    entry_id: int,
    line_id: int,
    request_id: int | None,
    amount_vnd: int,
) -> None:
    await conn.execute(USE, entry_id, line_id, request_id, amount_vnd)


IN_SUSPENSE = "SELECT coalesce(sum(left_vnd), 0)::bigint FROM bank_line"


async def in_suspense(conn: Connection[Record]) -> int:
    """What the lines say lies in suspense: the books say the same (`postal reconcile`)."""
    return cast("int", await conn.fetchval(IN_SUSPENSE))
