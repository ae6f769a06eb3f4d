"""SQL of lost phones and of what they still send. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, json

from postal_service.fields import Plain


class Courier(Struct, frozen=True, kw_only=True):
    """A courier of the office; ``signed_in``: on how many phones."""

    id: int
    full_name: str
    signed_in: int


COURIERS = """
SELECT p.id, p.full_name,
       (SELECT count(*) FROM session s
         WHERE s.person_id = p.id AND s.revoked_at IS NULL AND s.ends_at > $2) AS signed_in
  FROM person p
 WHERE p.office_id = $1 AND p.role = 'courier' AND p.active
 ORDER BY p.full_name, p.id
"""


async def couriers(conn: Connection[Record], office_id: int, now: datetime) -> list[Courier]:
    return convert(await conn.fetch(COURIERS, office_id, now), list[Courier])


REPORT = """
INSERT INTO lost_phone (id, person_id, office_id, reported_by, reported_at)
SELECT $1, p.id, p.office_id, $4, $5
  FROM person p
 WHERE p.id = $2 AND p.office_id = $3 AND p.role = 'courier'
    ON CONFLICT (id) DO NOTHING
RETURNING person_id
"""


async def report(
    conn: Connection[Record], id_: UUID, courier: int, *, office: int, by: int, at: datetime
) -> bool:
    """Put a loss on record; whether it is new and the courier one of the *office*."""
    return await conn.fetchval(REPORT, id_, courier, office, by, at) is not None


REPORTED = "SELECT person_id FROM lost_phone WHERE id = $1 AND office_id = $2"


async def reported(conn: Connection[Record], id_: UUID, office: int) -> int | None:
    """Whose phone this loss was."""
    return cast("int | None", await conn.fetchval(REPORTED, id_, office))


class Loss(Struct, frozen=True, kw_only=True):
    """A phone that was reported lost."""

    full_name: str
    reporter: str
    reported_at: datetime


LOSSES = """
SELECT p.full_name, r.full_name AS reporter, l.reported_at
  FROM lost_phone l
  JOIN person p ON p.id = l.person_id
  JOIN person r ON r.id = l.reported_by
 WHERE l.office_id = $1 AND l.reported_at > $2
 ORDER BY l.reported_at DESC
"""


async def losses(conn: Connection[Record], office_id: int, since: datetime) -> list[Loss]:
    return convert(await conn.fetch(LOSSES, office_id, since), list[Loss])


class Sent(Struct, frozen=True, kw_only=True):
    """One line of a lost phone: as it came, and what is read from it."""

    scan_id: UUID
    line: Any
    s10: str
    act: str
    at: datetime


# A finder who plays with the phone fills no disk: one session keeps so many lines, and no more.
KEEP = """
INSERT INTO quarantined_scan (session_hash, scan_id, line_sealed, s10, act, at, person_id,
                              office_id, revoked_at, heard_at)
SELECT $1, k.scan_id, k.body, k.s10, k.act, k.at, $7, $8, $9, $10
  FROM unnest($2::uuid[], $3::sealed[], $4::text[], $5::text[], $6::timestamptz[])
       AS k(scan_id, place, line, body, s10, act, at)
 WHERE (SELECT count(*) FROM quarantined_scan WHERE session_hash = $1) < 2000
    ON CONFLICT DO NOTHING
"""


async def keep(
    conn: Connection[Record],
    session_hash: bytes,
    lines: Sequence[Sent],
    whose: tuple[int, int],
    times: tuple[datetime, datetime],
) -> None:
    """Keep *lines* of a courier of an office; *times*: when the session was revoked, and now."""
    ids = [each.scan_id for each in lines]
    closed = [plain(each.scan_id, each.line) for each in lines]
    columns = [[getattr(each, name) for each in lines] for name in ("s10", "act", "at")]
    await conn.execute(KEEP, session_hash, ids, closed, *columns, *whose, *times)


def plain(scan_id: UUID, line: Any) -> Plain:  # noqa: ANN401 -- as the phone sent it
    return Plain("quarantined_scan", scan_id, "line", json.encode(line).decode())


class Kept(Struct, frozen=True, kw_only=True):
    """One line a lost phone sent, and what became of it."""

    id: int
    scan_id: UUID
    person_id: int
    courier: str
    office_id: int
    line: Any
    s10: str
    act: str
    at: datetime
    revoked_at: datetime
    heard_at: datetime
    state: str
    decider: str | None
    decided_at: datetime | None
    said: str | None

    @property
    def before_loss(self) -> bool:
        return self.at < self.revoked_at


KEPT = """
SELECT k.id, k.scan_id, k.person_id, p.full_name AS courier, k.office_id, k.line, k.s10, k.act,
       k.at, k.revoked_at, k.heard_at, k.state, d.full_name AS decider, k.decided_at, k.said
  FROM quarantined_scan k
  JOIN person p ON p.id = k.person_id
  LEFT JOIN person d ON d.id = k.decided_by
 WHERE k.office_id = $1 AND (k.state = 'waiting' OR k.decided_at > $2)
 ORDER BY k.state <> 'waiting', k.person_id, k.at, k.id
 LIMIT 500
"""


async def kept(conn: Connection[Record], office_id: int, since: datetime) -> list[Kept]:
    """What waits, in the order it happened, and behind it what was decided after *since*."""
    return opened(await conn.fetch(KEPT, office_id, since))


def opened(rows: Sequence[Record]) -> list[Kept]:
    return [convert({**row, "line": json.decode(row["line"])}, Kept) for row in rows]


COUNT = "SELECT count(*) FROM quarantined_scan WHERE office_id = $1 AND state = 'waiting'"


async def count(conn: Connection[Record], office_id: int) -> int:
    return cast("int", await conn.fetchval(COUNT, office_id))


# Two supervisors at one list take turns, and the second finds nothing left to decide.
LOCK = """
SELECT k.id, k.scan_id, k.person_id, p.full_name AS courier, k.office_id, k.line, k.s10, k.act,
       k.at, k.revoked_at, k.heard_at, k.state, NULL AS decider, k.decided_at, k.said
  FROM quarantined_scan k
  JOIN person p ON p.id = k.person_id
 WHERE k.id = ANY($1::bigint[]) AND k.office_id = $2 AND k.state = 'waiting'
 ORDER BY k.id
   FOR NO KEY UPDATE OF k
"""


async def lock(conn: Connection[Record], ids: Sequence[int], office_id: int) -> list[Kept]:
    return opened(await conn.fetch(LOCK, ids, office_id))


# A typed code is looked at once; decided, the line has no use for it.
SETTLE = """
UPDATE quarantined_scan k
   SET line_sealed = s.body, state = s.state, why = s.why, said = s.said, decided_by = $5,
       decided_at = $6
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $7::sealed[])
       AS s(id, state, why, said, place, line, body)
 WHERE k.id = s.id
"""


async def settle(
    conn: Connection[Record],
    ends: Sequence[tuple[Kept, str, str | None, str | None]],
    *,
    by: int,
    at: datetime,
) -> None:
    """Write how lines ended: each with its state, and the register's refusal with its words."""
    lines = [end[0] for end in ends]
    columns = [[line.id for line in lines], *([end[n] for end in ends] for n in range(1, 4))]
    closed = [plain(line.scan_id, without_code(line.line)) for line in lines]
    await conn.execute(SETTLE, *columns, by, at, closed)


def without_code(line: Any) -> Any:  # noqa: ANN401 -- as the phone sent it
    return {key: value for key, value in line.items() if key != "code"}
