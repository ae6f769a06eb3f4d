"""SQL of incidents as an office sees them. Only SQL, and it only reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.model import Party
from tracking.stages import Keeper, Stage


class Case(Struct, frozen=True, kw_only=True):
    """One incident, and where its paper is now.

    ``extra``: the paper lay in a bag, on a list or on a shelf where the register does not have
    it; ``holder`` is who answers for it all the same. ``asked_until``: so long an end of it
    waits for a second person.
    """

    id: int
    reason: str
    reason_vi: str
    opened_at: datetime
    opener: str
    seen_at: str
    number: str | None
    taker_kind: Keeper | None
    taker_id: int | None
    s10: str | None
    extra: bool
    ref: str | None
    stage: Stage | None
    holder_kind: Keeper | None
    holder_id: int | None
    holder: str | None
    offered_kind: Keeper | None
    offered_id: int | None
    asked_until: datetime | None
    outcome: str | None
    closed_at: datetime | None
    closer: str | None
    approver: str | None
    #: the evening whose count showed it
    counted_on: date | None

    @property
    def finder(self) -> Party | None:
        """Who found it: the taker of the list it was no part of."""
        if self.taker_kind not in (Keeper.OFFICE, Keeper.COURIER) or self.taker_id is None:
            return None
        return Party(self.taker_kind, self.taker_id)

    @property
    def holder_party(self) -> Party | None:
        """Who answers for the paper in the register."""
        if self.holder_kind is None or self.holder_id is None:
            return None
        return Party(self.holder_kind, self.holder_id)


STANDING = """
SELECT id, reason, reason_vi, opened_at, opener, seen_at, number, taker_kind, taker_id, s10, extra,
       ref, stage, holder_kind, holder_id, holder, offered_kind, offered_id, asked_until, outcome,
       closed_at, closer, approver, counted_on
  FROM incident_seen
 WHERE closed_at IS NULL AND $1 = ANY(offices)
 ORDER BY id
 LIMIT 500
"""


async def standing(conn: Connection[Record], office_id: int) -> list[Case]:
    return convert(await conn.fetch(STANDING, office_id), list[Case])


SETTLED = """
SELECT id, reason, reason_vi, opened_at, opener, seen_at, number, taker_kind, taker_id, s10, extra,
       ref, stage, holder_kind, holder_id, holder, offered_kind, offered_id, asked_until, outcome,
       closed_at, closer, approver, counted_on
  FROM incident_seen
 WHERE closed_at > $2 AND $1 = ANY(offices)
 ORDER BY closed_at DESC
 LIMIT 50
"""


async def settled(conn: Connection[Record], office_id: int, since: datetime) -> list[Case]:
    return convert(await conn.fetch(SETTLED, office_id, since), list[Case])


ONE = """
SELECT id, reason, reason_vi, opened_at, opener, seen_at, number, taker_kind, taker_id, s10, extra,
       ref, stage, holder_kind, holder_id, holder, offered_kind, offered_id, asked_until, outcome,
       closed_at, closer, approver, counted_on
  FROM incident_seen
 WHERE id = $1 AND closed_at IS NULL AND $2 = ANY(offices)
"""


async def one(conn: Connection[Record], incident_id: int, office_id: int) -> Case | None:
    return convert(await conn.fetchrow(ONE, incident_id, office_id), Case | None)


COUNT = "SELECT count(*) FROM incident_seen WHERE closed_at IS NULL AND $1 = ANY(offices)"


async def count(conn: Connection[Record], office_id: int) -> int:
    return cast("int", await conn.fetchval(COUNT, office_id))
