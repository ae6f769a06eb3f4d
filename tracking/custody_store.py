"""SQL of hand-overs: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection
from msgspec import convert

from tracking.custody_model import HandOver, Line, NewHandOver
from tracking.model import Party

# Two copies of one form queue up, and the second finds the first's list.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))"


async def take_turns(conn: Connection, form_id: UUID) -> None:
    await conn.execute(TAKE_TURNS, str(form_id))


NEXT_ID = "SELECT nextval('hand_over_id_seq')"


async def next_id(conn: Connection) -> int:
    return cast("int", await conn.fetchval(NEXT_ID))


# A list for nobody would wait for ever.
TAKER_EXISTS = """
SELECT CASE $1 WHEN 'office' THEN EXISTS (SELECT 1 FROM office WHERE id = $2)
               WHEN 'agency' THEN EXISTS (SELECT 1 FROM agency WHERE id = $2)
               ELSE EXISTS (SELECT 1 FROM person
                             WHERE id = $2 AND role = 'courier' AND active) END
"""


async def taker_exists(conn: Connection, to: Party) -> bool:
    return cast("bool", await conn.fetchval(TAKER_EXISTS, to.kind, to.id))


OFFER = """
WITH laid AS (
    INSERT INTO hand_over (id, number, form_id, kind, giver_kind, giver_id, taker_kind, taker_id,
                           office_id, seal, dispatched, offered_by, offered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, cardinality($13::bigint[]), $11, $12)
    RETURNING id
)
INSERT INTO hand_over_line (hand_over_id, ordinal, consignment_id, s10)
SELECT laid.id, l.ordinal, l.consignment_id, l.s10
  FROM laid, unnest($13::bigint[], $14::text[]) WITH ORDINALITY AS l(consignment_id, s10, ordinal)
"""


async def offer(
    conn: Connection,
    new: NewHandOver,
    key: tuple[int, str],
    giver: Party,
    lines: Sequence[tuple[int, str]],
) -> None:
    """Lay the list down: *key* is its id and printed number, a line its consignment and S10."""
    await conn.execute(
        OFFER, key[0], key[1], new.id, new.kind, giver.kind, giver.id, new.to.kind, new.to.id,
        new.by.office, new.seal, new.by.person, new.at, [line[0] for line in lines],
        [line[1] for line in lines],
    )  # fmt: skip


BY_FORM = """
SELECT id, number, form_id, kind, giver_kind, giver_id, taker_kind, taker_id, office_id, seal,
       state, dispatched, offered_by, offered_at, seal_found, seal_whole, counted, opened_by,
       opened_at, closed_by, closed_at, approver_id
  FROM hand_over
 WHERE form_id = $1
"""


async def by_form(conn: Connection, form_id: UUID) -> HandOver | None:
    return convert(await conn.fetchrow(BY_FORM, form_id), HandOver | None)


BY_NUMBER = """
SELECT id, number, form_id, kind, giver_kind, giver_id, taker_kind, taker_id, office_id, seal,
       state, dispatched, offered_by, offered_at, seal_found, seal_whole, counted, opened_by,
       opened_at, closed_by, closed_at, approver_id
  FROM hand_over
 WHERE number = $1
"""


async def by_number(conn: Connection, number: str) -> HandOver | None:
    return convert(await conn.fetchrow(BY_NUMBER, number), HandOver | None)


# Whoever answers a list holds it: two clerks at one bag take turns.
LOCK = """
SELECT id, number, form_id, kind, giver_kind, giver_id, taker_kind, taker_id, office_id, seal,
       state, dispatched, offered_by, offered_at, seal_found, seal_whole, counted, opened_by,
       opened_at, closed_by, closed_at, approver_id
  FROM hand_over
 WHERE number = $1
   FOR NO KEY UPDATE
"""


async def lock(conn: Connection, number: str) -> HandOver | None:
    return convert(await conn.fetchrow(LOCK, number), HandOver | None)


LINES = """
SELECT ordinal, consignment_id, s10, outcome, reason, answered_by, answered_at
  FROM hand_over_line
 WHERE hand_over_id = $1
 ORDER BY ordinal
"""


async def lines(conn: Connection, hand_over_id: int) -> list[Line]:
    return convert(await conn.fetch(LINES, hand_over_id), list[Line])


# Sealed bags that nobody has opened, among the lists these papers wait on.
SEALED = """
SELECT l.s10
  FROM hand_over_line l
  JOIN hand_over h ON h.id = l.hand_over_id
 WHERE l.s10 = ANY($1::text[]) AND l.outcome IS NULL AND h.kind = 'bag' AND h.state = 'offered'
"""


async def sealed(conn: Connection, s10s: Sequence[str]) -> frozenset[str]:
    return frozenset(row["s10"] for row in await conn.fetch(SEALED, s10s))


OPEN = """
UPDATE hand_over
   SET state = 'open', seal_found = $2, seal_whole = $3, counted = $4, opened_by = $5,
       opened_at = $6
 WHERE id = $1
"""


async def open_(
    conn: Connection, hand_over_id: int, found: tuple[str, bool, int], by: int, at: datetime
) -> None:
    """Write what was *found*: the seal's number, whether it was whole, how many papers."""
    await conn.execute(OPEN, hand_over_id, *found, by, at)


# Whichever list the paper lay on: the line that this very taking has answered.
DAMAGED = """
UPDATE hand_over_line l
   SET outcome = 'damaged', reason = d.reason
  FROM unnest($3::bigint[], $4::text[]) AS d(consignment_id, reason)
 WHERE l.consignment_id = d.consignment_id AND l.outcome = 'accepted'
   AND l.answered_by = $1 AND l.answered_at = $2
"""


async def damaged(
    conn: Connection, by: int, at: datetime, found: Sequence[tuple[int, str]]
) -> None:
    """Mark what *by* took damaged at the moment *at*: its consignment and the reason."""
    await conn.execute(DAMAGED, by, at, [line[0] for line in found], [line[1] for line in found])


END = """
UPDATE hand_over
   SET state = $2, closed_by = $3, closed_at = $4, approver_id = $5
 WHERE id = $1
"""


async def end(
    conn: Connection, hand_over_id: int, state: str, *, by: int, at: datetime, approver: int | None
) -> None:
    await conn.execute(END, hand_over_id, state, by, at, approver)


NOTE_EXTRA = """
INSERT INTO hand_over_extra (scan_id, hand_over_id, s10, noted_by, noted_at)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING
"""


async def note_extra(
    conn: Connection, scan_id: UUID, hand_over_id: int, s10: str, *, by: int, at: datetime
) -> None:
    await conn.execute(NOTE_EXTRA, scan_id, hand_over_id, s10, by, at)


EXTRAS = "SELECT s10 FROM hand_over_extra WHERE hand_over_id = $1 ORDER BY noted_at, s10"


async def extras(conn: Connection, hand_over_id: int) -> list[str]:
    return [row["s10"] for row in await conn.fetch(EXTRAS, hand_over_id)]


# Lists are locked before papers, everywhere: who mends a line takes its list first.
LOCK_NEWEST = """
SELECT h.id
  FROM hand_over h
 WHERE h.id = (SELECT max(hand_over_id) FROM hand_over_line l
                 JOIN consignment c ON c.id = l.consignment_id
                WHERE c.s10 = $1)
   FOR NO KEY UPDATE
"""


async def lock_newest(conn: Connection, s10: str) -> None:
    """Lock the newest list that names the paper, if there is one."""
    await conn.execute(LOCK_NEWEST, s10)


# A line that is undone waits again: the one this very act had answered. A list that was closed
# or recalled on the strength of it is open again.
REOPEN_LINE = """
WITH line AS (
    UPDATE hand_over_line
       SET outcome = NULL, reason = NULL, answered_by = NULL, answered_at = NULL
     WHERE consignment_id = $1 AND answered_by = $2 AND answered_at = $3
    RETURNING hand_over_id
)
UPDATE hand_over
   SET state = CASE WHEN opened_at IS NULL THEN 'offered' ELSE 'open' END,
       closed_by = NULL, closed_at = NULL, approver_id = NULL
 WHERE id IN (SELECT hand_over_id FROM line) AND state IN ('closed', 'recalled')
"""


async def reopen_line(conn: Connection, consignment_id: int, by: int, at: datetime) -> None:
    """Let the line wait again that *by* answered at the moment *at*."""
    await conn.execute(REOPEN_LINE, consignment_id, by, at)


# What was taken damaged was taken: without the damage it is simply accepted.
UNDAMAGE = """
UPDATE hand_over_line
   SET outcome = 'accepted', reason = NULL
 WHERE consignment_id = $1 AND answered_by = $2 AND answered_at = $3 AND outcome = 'damaged'
"""


async def undamage(conn: Connection, consignment_id: int, by: int, at: datetime) -> None:
    await conn.execute(UNDAMAGE, consignment_id, by, at)


WITHDRAW_LINE = """
UPDATE hand_over_line
   SET outcome = 'recalled', answered_by = $2, answered_at = $3
 WHERE consignment_id = $1 AND outcome IS NULL
"""


async def withdraw_line(conn: Connection, consignment_id: int, by: int, at: datetime) -> None:
    await conn.execute(WITHDRAW_LINE, consignment_id, by, at)
