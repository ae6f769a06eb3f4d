"""SQL of what is laid before an agency, list by list, and of what it lays ready. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.custody_model import Outcome
from tracking.model import Facts
from tracking.stages import Act, Leg, Stage


class Pile(Struct, frozen=True, kw_only=True):
    """A list that waits for the agency's signature."""

    number: str
    courier: str
    office: str
    offered_at: datetime
    dispatched: int
    waiting: int  #: lines nobody has answered


class Line(Struct, frozen=True, kw_only=True):
    """One envelope before the agency; without an outcome it waits."""

    ordinal: int
    s10: str
    leg: Leg
    stage: Stage
    ref: str
    agency_code: str | None
    procedure: str
    applicant: str
    outcome: Outcome | None
    reason: str | None
    answered_by: int | None
    answered_at: datetime | None
    colleague: str | None  #: who answered


class Carried(Struct, frozen=True, kw_only=True):
    """An envelope that is not on the agency's desk, or not for it to keep."""

    s10: str
    leg: Leg
    ref: str
    agency_code: str | None
    procedure: str
    applicant: str
    office: str  #: in charge: its couriers bring or fetch it
    since: datetime


class Asked(Struct, frozen=True, kw_only=True):
    """A dossier whose citizen wants it back, in her own reason."""

    ref: str
    agency_code: str | None
    procedure: str
    applicant: str
    reason: str | None
    asked_at: datetime
    with_agency: bool  #: else the papers are still with the post


class Passed(Struct, frozen=True, kw_only=True):
    """A scan that is already in the register."""

    scan_id: UUID
    s10: str
    act: Act
    at: datetime
    facts: Facts


PILES = """
SELECT h.number, p.full_name AS courier, o.name AS office, h.offered_at, h.dispatched,
       count(*) FILTER (WHERE l.outcome IS NULL) AS waiting
  FROM hand_over h
  JOIN hand_over_line l ON l.hand_over_id = h.id
  JOIN person p ON p.id = h.offered_by
  JOIN office o ON o.id = h.office_id
 WHERE h.taker_kind = 'agency' AND h.taker_id = $1 AND h.state IN ('offered', 'open')
 GROUP BY h.id, p.full_name, o.name
 ORDER BY h.id
"""


async def piles(conn: Connection[Record], agency_id: int) -> list[Pile]:
    return convert(await conn.fetch(PILES, agency_id), list[Pile])


PILE = """
SELECT h.number, p.full_name AS courier, o.name AS office, h.offered_at, h.dispatched,
       (SELECT count(*) FROM hand_over_line l
         WHERE l.hand_over_id = h.id AND l.outcome IS NULL) AS waiting
  FROM hand_over h
  JOIN person p ON p.id = h.offered_by
  JOIN office o ON o.id = h.office_id
 WHERE h.number = $1 AND h.taker_kind = 'agency' AND h.taker_id = $2
"""


async def pile(conn: Connection[Record], number: str, agency_id: int) -> Pile | None:
    return convert(await conn.fetchrow(PILE, number, agency_id), Pile | None)


LINES = """
SELECT l.ordinal, l.s10, c.leg, c.stage, d.ref, d.agency_code, p.name_vi AS procedure,
       a.full_name AS applicant, l.outcome, l.reason, l.answered_by, l.answered_at,
       w.full_name AS colleague
  FROM hand_over h
  JOIN hand_over_line l ON l.hand_over_id = h.id
  JOIN consignment c ON c.id = l.consignment_id
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  LEFT JOIN person w ON w.id = l.answered_by
 WHERE h.number = $1 AND h.taker_kind = 'agency' AND h.taker_id = $2
 ORDER BY l.ordinal
"""


async def lines(conn: Connection[Record], number: str, agency_id: int) -> list[Line]:
    return convert(await conn.fetch(LINES, number, agency_id), list[Line])


# What a courier laid down without a list, or what waits again after its list was done with.
LOOSE = """
SELECT row_number() OVER (ORDER BY c.id) AS ordinal, c.s10, c.leg, c.stage, d.ref, d.agency_code,
       p.name_vi AS procedure, a.full_name AS applicant, NULL AS outcome, NULL AS reason,
       NULL AS answered_by, NULL AS answered_at, NULL AS colleague
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
 WHERE c.agency_id = $1 AND c.stage = 'offered'
   AND NOT EXISTS (SELECT 1 FROM hand_over_line l
                    WHERE l.consignment_id = c.id AND l.outcome IS NULL)
 ORDER BY c.id
 LIMIT $2
"""


async def loose(conn: Connection[Record], agency_id: int, limit: int) -> list[Line]:
    return convert(await conn.fetch(LOOSE, agency_id, limit), list[Line])


# Which list an envelope before this agency waits on; none for a loose one.
WAITING = """
SELECT c.s10, h.number
  FROM consignment c
  LEFT JOIN hand_over_line l ON l.consignment_id = c.id AND l.outcome IS NULL
  LEFT JOIN hand_over h ON h.id = l.hand_over_id
 WHERE c.agency_id = $1 AND c.stage = 'offered'
"""


async def waiting(conn: Connection[Record], agency_id: int) -> dict[str, str | None]:
    return {row["s10"]: row["number"] for row in await conn.fetch(WAITING, agency_id)}


CARRIED = """
SELECT c.s10, c.leg, d.ref, d.agency_code, p.name_vi AS procedure, a.full_name AS applicant,
       o.name AS office,
       (SELECT max(e.at) FROM event e WHERE e.consignment_id = c.id) AS since
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  JOIN office o ON o.id = c.office_id
 WHERE c.agency_id = $1 AND c.stage = $2
 ORDER BY o.name, c.office_id, c.id
 LIMIT $3
"""


async def carried(
    conn: Connection[Record], agency_id: int, stage: Stage, limit: int
) -> list[Carried]:
    """The agency's envelopes at *stage*, office by office."""
    return convert(await conn.fetch(CARRIED, agency_id, stage, limit), list[Carried])


ASKED = """
SELECT d.ref, d.agency_code, p.name_vi AS procedure, a.full_name AS applicant,
       r.name_vi AS reason, w.at AS asked_at,
       NOT EXISTS (SELECT 1 FROM consignment c WHERE c.dossier_id = d.id AND c.leg = 'F'
                      AND c.stage NOT IN ('with_agency', 'cancelled')) AS with_agency
  FROM dossier d
  JOIN procedure p ON p.id = d.procedure_id
  JOIN party a ON a.id = d.applicant_id
  JOIN LATERAL (SELECT e.at, e.facts ->> 'reason' AS code FROM event e
                 WHERE e.dossier_id = d.id AND e.act = 'withdraw'
                 ORDER BY e.id DESC LIMIT 1) w ON true
  LEFT JOIN reason r ON r.code = w.code
 WHERE d.agency_id = $1 AND d.status = 7
 ORDER BY w.at, d.id
 LIMIT $2
"""


async def asked(conn: Connection[Record], agency_id: int, limit: int) -> list[Asked]:
    return convert(await conn.fetch(ASKED, agency_id, limit), list[Asked])


PASSED = """
SELECT e.scan_id, c.s10, e.act, e.at, e.facts
  FROM event e
  JOIN consignment c ON c.id = e.consignment_id
 WHERE e.scan_id = ANY($1::uuid[]) AND e.person_id = $2
"""


async def passed(
    conn: Connection[Record], scan_ids: Sequence[UUID], person_id: int
) -> list[Passed]:
    return convert(await conn.fetch(PASSED, scan_ids, person_id), list[Passed])


# What one person may still take back: the last act on each paper, where it was hers. Damage is
# noted behind a signature, in the same instant; the signature is what is undone.
UNDOABLE = """
SELECT CASE e.act WHEN 'damage' THEN (SELECT s.scan_id FROM event s
                                       WHERE s.consignment_id = c.id AND s.act = 'sign'
                                       ORDER BY s.id DESC LIMIT 1)
            ELSE e.scan_id END AS scan_id, c.s10, e.act, e.at, e.facts
  FROM consignment c
  JOIN LATERAL (SELECT scan_id, act, at, heard_at, facts, person_id FROM event
                 WHERE consignment_id = c.id ORDER BY id DESC LIMIT 1) e ON true
 WHERE c.agency_id = $1 AND c.s10 = ANY($2::text[]) AND e.person_id = $3 AND e.heard_at > $4
   AND e.act IN ('sign', 'decline', 'report_missing', 'damage', 'send_on', 'release')
"""


async def undoable(
    conn: Connection[Record], agency_id: int, s10s: Sequence[str], person_id: int, since: datetime
) -> list[Passed]:
    return convert(await conn.fetch(UNDOABLE, agency_id, s10s, person_id, since), list[Passed])
