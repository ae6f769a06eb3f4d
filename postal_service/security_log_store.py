"""SQL of the access log. Only SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from asyncpg import Connection
from msgspec import Struct, convert


class Written(Protocol):
    """What a line says beside its act."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def by(self) -> int | None: ...
    @property
    def office_id(self) -> int | None: ...
    @property
    def why(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, object]: ...


WRITE = """
INSERT INTO access_log (at, by_id, by_kind, act, person_id, office_id, why, facts)
VALUES ($1, $2, postal_kind(), $3, $4, $5, $6, $7)
"""


async def write(conn: Connection, act: str, entry: Written, at: datetime) -> None:
    await conn.execute(
        WRITE,
        at,
        entry.by,
        act,
        entry.person_id,
        entry.office_id,
        entry.why,
        dict(entry.facts),
    )


class Line(Struct, frozen=True, kw_only=True):
    """One line of the log; ``by_name`` is None for a command, and for nobody known."""

    at: datetime
    act: str
    by_name: str | None
    by_kind: str
    why: str
    facts: dict[str, Any]


LATELY = """
SELECT l.at, l.act, b.full_name AS by_name, l.by_kind, l.why, l.facts
  FROM access_log l
  LEFT JOIN person b ON b.id = l.by_id
 WHERE l.person_id = $1
 ORDER BY l.id DESC
 LIMIT 30
"""


async def lately(conn: Connection, person_id: int) -> list[Line]:
    return convert(await conn.fetch(LATELY, person_id), list[Line])
