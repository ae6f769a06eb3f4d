"""SQL of the lists that are printed when many papers change hands. Only SQL."""

from __future__ import annotations

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.custody_model import HandOver, Outcome
from tracking.stages import Keeper, Leg

# A party to its list, and the giver's office beside them: it answers for the list.
LIST_BY_NUMBER = """
SELECT id, number, form_id, kind, giver_kind, giver_id, taker_kind, taker_id, office_id, seal,
       state, dispatched, offered_by, offered_at, seal_found, seal_whole, counted, opened_by,
       opened_at, closed_by, closed_at, approver_id
  FROM hand_over
 WHERE number = $1
   AND ((giver_kind = $2 AND giver_id = $3) OR (taker_kind = $2 AND taker_id = $3)
        OR ($2 = 'office' AND office_id = $3))
"""


async def list_by_number(
    conn: Connection[Record], number: str, kind: Keeper, own: int
) -> HandOver | None:
    """The list, if *own* of *kind* is one of its sides."""
    return convert(await conn.fetchrow(LIST_BY_NUMBER, number, kind, own), HandOver | None)


class Row(Struct, frozen=True, kw_only=True):
    """One line of a list as it is printed. Money in VND."""

    ordinal: int
    s10: str
    leg: Leg
    homebound: bool
    ref: str
    agency_code: str | None
    agency: str
    agency_address: str
    name: str
    address: str
    note: str
    originals: int
    collect_vnd: int
    outcome: Outcome | None
    reason: str | None


# A courier's lines stand as he rides, where his round of the day has them; others as they were laid
# down. A result goes to a door only while it is bound for one: what comes back goes to the agency.
ROWS = """
SELECT l.ordinal, l.s10, c.leg, c.stage IN ('to_office', 'at_office', 'out', 'delivered')
           AND c.leg IN ('R', 'B') AS homebound,
       d.ref, d.agency_code, g.short_name AS agency, g.address AS agency_address,
       p.full_name AS name, p.address, p.note,
       coalesce((SELECT sum(t.originals) FROM intake_document t
                  WHERE t.dossier_id = d.id AND c.leg = 'F'), 0)::int AS originals,
       (SELECT collect_vnd FROM to_collect(d.id, c.leg)) AS collect_vnd,
       l.outcome, r.name_vi AS reason
  FROM hand_over h
  JOIN hand_over_line l ON l.hand_over_id = h.id
  JOIN consignment c ON c.id = l.consignment_id
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = c.agency_id
  JOIN party p ON p.id = d.receiver_id
  LEFT JOIN reason r ON r.code = l.reason
  LEFT JOIN LATERAL (
       SELECT min(s.ordinal) AS ordinal
         FROM round o
         JOIN stop s ON s.round_id = o.id
        WHERE h.kind = 'courier' AND o.courier_id = h.taker_id
          AND o.day = (h.offered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
          AND s.reference IN ('consignment:' || c.id, 'agency:' || c.agency_id)
       ) AS ride ON true
 WHERE h.id = $1
 ORDER BY ride.ordinal NULLS LAST, l.ordinal
"""


async def rows(conn: Connection[Record], hand_over_id: int) -> list[Row]:
    return convert(await conn.fetch(ROWS, hand_over_id), list[Row])


# What lies ready on the agency's desk, by the office whose courier comes for it.
READY_ROWS = """
SELECT row_number() OVER (ORDER BY o.name, c.id)::int AS ordinal, c.s10, c.leg,
       true AS homebound, d.ref, d.agency_code, o.name AS agency, '' AS agency_address, '' AS name,
       '' AS address, '' AS note, 0 AS originals, 0 AS collect_vnd, NULL AS outcome, NULL AS reason
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN office o ON o.id = c.office_id
 WHERE c.agency_id = $1 AND c.stage = 'ready'
 ORDER BY o.name, c.id
 LIMIT 2000
"""


async def ready_rows(conn: Connection[Record], agency_id: int) -> list[Row]:
    return convert(await conn.fetch(READY_ROWS, agency_id), list[Row])


class Side(Struct, frozen=True, kw_only=True):
    """What a giver or taker is called on paper."""

    name: str
    office: str | None


SIDE = """
SELECT p.full_name AS name, o.name AS office
  FROM person p
  LEFT JOIN office o ON o.id = p.office_id
 WHERE $1 = 'courier' AND p.id = $2
 UNION ALL
SELECT name, NULL FROM office WHERE $1 = 'office' AND id = $2
 UNION ALL
SELECT name_vi, NULL FROM agency WHERE $1 = 'agency' AND id = $2
"""


async def side(conn: Connection[Record], kind: Keeper, id_: int) -> Side:
    return convert(await conn.fetchrow(SIDE, kind, id_), Side)
