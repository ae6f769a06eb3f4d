"""SQL of what a clerk sees of hand-overs. Only SQL, and it only reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Keeper, Leg, Stage


class Paper(Struct, frozen=True, kw_only=True):
    """One consignment as a list shows it. No name of a citizen in it.

    ``holder`` is who holds it in words; ``number`` the list it waits on, if any.
    """

    id: int
    s10: str
    leg: Leg
    stage: Stage
    ref: str
    agency_id: int
    agency: str
    return_way: str
    office_id: int
    dossier_office_id: int
    holder_kind: Keeper
    holder_id: int | None
    offered_kind: Keeper | None
    attempts: int
    holder: str = ""
    number: str | None = None


PAPERS = """
SELECT c.id, c.s10, c.leg, c.stage, d.ref, c.agency_id, g.short_name AS agency, d.return_way,
       c.office_id, d.office_id AS dossier_office_id, c.holder_kind, c.holder_id, c.offered_kind,
       c.attempts
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = c.agency_id
 WHERE c.s10 = ANY($1::text[])
"""


async def papers(conn: Connection[Record], s10s: Sequence[str]) -> list[Paper]:
    return convert(await conn.fetch(PAPERS, s10s), list[Paper])


# What is offered to somebody already waits for his answer, and is on no new list.
HELD = """
SELECT c.id, c.s10, c.leg, c.stage, d.ref, c.agency_id, g.short_name AS agency, d.return_way,
       c.office_id, d.office_id AS dossier_office_id, c.holder_kind, c.holder_id, c.offered_kind,
       c.attempts
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = c.agency_id
 WHERE c.holder_kind = 'office' AND c.holder_id = $1 AND c.offered_kind IS NULL
   AND c.stage IN ('accepted', 'at_office')
 ORDER BY g.short_name, c.id
 LIMIT 1000
"""


async def held(conn: Connection[Record], office_id: int) -> list[Paper]:
    return convert(await conn.fetch(HELD, office_id), list[Paper])


# What lies in a sealed bag waits until the bag is opened, and is taken in there.
OFFERED_TO = """
SELECT c.id, c.s10, c.leg, c.stage, d.ref, c.agency_id, g.short_name AS agency, d.return_way,
       c.office_id, d.office_id AS dossier_office_id, c.holder_kind, c.holder_id, c.offered_kind,
       c.attempts, h.number,
       coalesce(CASE c.holder_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = c.holder_id)
                WHEN 'office' THEN (SELECT name FROM office WHERE id = c.holder_id)
                END, '') AS holder
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = c.agency_id
  LEFT JOIN hand_over_line l ON l.consignment_id = c.id AND l.outcome IS NULL
  LEFT JOIN hand_over h ON h.id = l.hand_over_id
 WHERE c.offered_kind = 'office' AND c.offered_id = $1
   AND h.kind IS DISTINCT FROM 'bag'
 ORDER BY holder, g.short_name, c.id
 LIMIT 2000
"""


async def offered_to(conn: Connection[Record], office_id: int) -> list[Paper]:
    return convert(await conn.fetch(OFFERED_TO, office_id), list[Paper])


class ListRow(Struct, frozen=True, kw_only=True):
    """A list as the board shows it, both sides in words; ``answered`` lines of ``dispatched``."""

    number: str
    kind: str
    state: str
    giver_kind: str
    giver_id: int
    taker_kind: str
    taker_id: int
    giver: str
    taker: str
    seal: str | None
    dispatched: int
    answered: int
    offered_at: datetime
    closed_at: datetime | None


# Two statements differ only in which lists they show: what stands, and what has ended. A list
# whose every line is answered is over, whether somebody signed under it or not; a bag is not.
STANDING_LISTS = """
SELECT h.number, h.kind, h.state, h.giver_kind, h.giver_id, h.taker_kind, h.taker_id, h.seal,
       h.dispatched, h.offered_at, h.closed_at, n.answered,
       coalesce(CASE h.giver_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = h.giver_id)
                ELSE (SELECT name FROM office WHERE id = h.giver_id) END, '') AS giver,
       coalesce(CASE h.taker_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = h.taker_id)
                WHEN 'agency' THEN (SELECT short_name FROM agency WHERE id = h.taker_id)
                ELSE (SELECT name FROM office WHERE id = h.taker_id) END, '') AS taker
  FROM hand_over h
 CROSS JOIN LATERAL (SELECT count(*) AS answered FROM hand_over_line l
                      WHERE l.hand_over_id = h.id AND l.outcome IS NOT NULL) n
 WHERE ((h.giver_kind = 'office' AND h.giver_id = $1)
        OR (h.taker_kind = 'office' AND h.taker_id = $1))
   AND h.state IN ('offered', 'open') AND (h.kind = 'bag' OR n.answered < h.dispatched)
 ORDER BY h.id
 LIMIT 300
"""


async def standing_lists(conn: Connection[Record], office_id: int) -> list[ListRow]:
    return convert(await conn.fetch(STANDING_LISTS, office_id), list[ListRow])


ENDED_LISTS = """
SELECT h.number, h.kind, h.state, h.giver_kind, h.giver_id, h.taker_kind, h.taker_id, h.seal,
       h.dispatched, h.offered_at, h.closed_at, n.answered,
       coalesce(CASE h.giver_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = h.giver_id)
                ELSE (SELECT name FROM office WHERE id = h.giver_id) END, '') AS giver,
       coalesce(CASE h.taker_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = h.taker_id)
                WHEN 'agency' THEN (SELECT short_name FROM agency WHERE id = h.taker_id)
                ELSE (SELECT name FROM office WHERE id = h.taker_id) END, '') AS taker
  FROM hand_over h
 CROSS JOIN LATERAL (SELECT count(*) AS answered FROM hand_over_line l
                      WHERE l.hand_over_id = h.id AND l.outcome IS NOT NULL) n
 WHERE ((h.giver_kind = 'office' AND h.giver_id = $1)
        OR (h.taker_kind = 'office' AND h.taker_id = $1))
   AND (h.state IN ('closed', 'recalled') OR (h.kind <> 'bag' AND n.answered = h.dispatched))
 ORDER BY h.id DESC
 LIMIT $2
"""


async def ended_lists(conn: Connection[Record], office_id: int, limit: int) -> list[ListRow]:
    return convert(await conn.fetch(ENDED_LISTS, office_id, limit), list[ListRow])


LIST_BY_ID = """
SELECT h.number, h.kind, h.state, h.giver_kind, h.giver_id, h.taker_kind, h.taker_id, h.seal,
       h.dispatched, h.offered_at, h.closed_at,
       (SELECT count(*) FROM hand_over_line l
         WHERE l.hand_over_id = h.id AND l.outcome IS NOT NULL) AS answered,
       coalesce(CASE h.giver_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = h.giver_id)
                ELSE (SELECT name FROM office WHERE id = h.giver_id) END, '') AS giver,
       coalesce(CASE h.taker_kind
                WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = h.taker_id)
                WHEN 'agency' THEN (SELECT short_name FROM agency WHERE id = h.taker_id)
                ELSE (SELECT name FROM office WHERE id = h.taker_id) END, '') AS taker
  FROM hand_over h
 WHERE h.id = $1
"""


async def list_by_id(conn: Connection[Record], hand_over_id: int) -> ListRow:
    return convert(await conn.fetchrow(LIST_BY_ID, hand_over_id), ListRow)


# By its printed number from either side; by its seal only where it comes to, the newest first.
NUMBER_OF = """
SELECT number
  FROM hand_over
 WHERE (number = $1 AND ((giver_kind = 'office' AND giver_id = $2)
                         OR (taker_kind = 'office' AND taker_id = $2)))
    OR (kind = 'bag' AND taker_kind = 'office' AND taker_id = $2 AND state IN ('offered', 'open')
        AND upper(replace(seal, ' ', '')) = $1)
 ORDER BY id DESC
 LIMIT 1
"""


async def number_of(conn: Connection[Record], code: str, office_id: int) -> str | None:
    return cast("str | None", await conn.fetchval(NUMBER_OF, code, office_id))


class PlaceHit(Struct, frozen=True, kw_only=True):
    """An office in the type-ahead."""

    id: int
    code: str
    name: str


SEARCH_OFFICES = """
WITH typed AS (SELECT vn_fold(btrim($1)) AS words)
SELECT id, code, name
  FROM office
 CROSS JOIN typed
 WHERE id <> $2 AND daterange(valid_from, valid_to) @> $3::date
   AND (starts_with(lower(code), words) OR strpos(vn_fold(name), words) > 0)
 ORDER BY starts_with(lower(code), words) DESC, strpos(vn_fold(name), words), code
 LIMIT $4
"""


async def search_offices(
    conn: Connection[Record], typed: str, office_id: int, day: date, limit: int
) -> list[PlaceHit]:
    return convert(await conn.fetch(SEARCH_OFFICES, typed, office_id, day, limit), list[PlaceHit])


SAID_AT = "SELECT at FROM event WHERE scan_id = $1"


async def said_at(conn: Connection[Record], scan_id: UUID) -> datetime | None:
    """When the act with this id happened; none where it did not."""
    return cast("datetime | None", await conn.fetchval(SAID_AT, scan_id))


OFFICE_OF = "SELECT office_id FROM person WHERE id = $1"


async def office_of(conn: Connection[Record], person_id: int) -> int | None:
    """Where this person works; none at an agency."""
    return cast("int | None", await conn.fetchval(OFFICE_OF, person_id))
