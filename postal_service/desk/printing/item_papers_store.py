"""SQL of the papers about one item or one incident. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Keeper, Leg, Stage


class Item(Struct, frozen=True, kw_only=True):
    """One consignment with what its papers say of it. Money in VND."""

    id: int
    s10: str
    leg: Leg
    stage: Stage
    holder_kind: Keeper
    holder_id: int | None
    offered_kind: Keeper | None
    offered_id: int | None
    office_id: int
    home_office_id: int
    agency_id: int
    ref: str
    agency_code: str | None
    name: str
    address: str
    agency: str
    collect_vnd: int
    originals: list[str]
    carried: list[str]


ITEM_BY_S10 = """
SELECT c.id, c.s10, c.leg, c.stage, c.holder_kind, c.holder_id, c.offered_kind, c.offered_id,
       c.office_id, d.office_id AS home_office_id, c.agency_id, d.ref, d.agency_code,
       r.full_name AS name, r.address, g.name_vi AS agency,
       (SELECT collect_vnd FROM to_collect(d.id, c.leg)) AS collect_vnd,
       CASE WHEN c.leg = 'R' THEN p.originals_to_withdraw ELSE '{}' END AS originals,
       coalesce((SELECT array_agg(t.name_vi) FROM intake_document t
                  WHERE t.dossier_id = d.id AND t.originals > 0), '{}') AS carried
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN party r ON r.id = d.receiver_id
  JOIN agency g ON g.id = c.agency_id
  JOIN procedure p ON p.id = d.procedure_id
 WHERE c.s10 = $1
"""


async def item_by_s10(conn: Connection[Record], s10: str) -> Item | None:
    return convert(await conn.fetchrow(ITEM_BY_S10, s10), Item | None)


PLACE_OF = """
SELECT coalesce((SELECT u.name FROM unit u
                  WHERE u.code IN (o.commune_2019, o.commune_2025) AND u.level = 'commune'
                    AND daterange(u.valid_from, u.valid_to) @> $2::date
                  ORDER BY u.code = o.commune_2025 DESC
                  LIMIT 1), o.name)
  FROM office o
 WHERE o.id = $1
"""


async def place_of(conn: Connection[Record], office_id: int, day: date) -> str:
    """The commune an office stands in on *day*."""
    return cast("str", await conn.fetchval(PLACE_OF, office_id, day))


class Proof(Struct, frozen=True, kw_only=True):
    """Who took a paper, and what was looked at."""

    receiver_name: str
    relation: str
    id_kind: str | None
    id_last4: str | None
    authorisation: str | None


PROOF_OF = """
SELECT p.receiver_name, p.relation, p.id_kind, p.id_last4, p.authorisation
  FROM delivery_proof p
 WHERE p.scan_id = $1
"""


async def proof_of(conn: Connection[Record], scan_id: UUID) -> Proof | None:
    return convert(await conn.fetchrow(PROOF_OF, scan_id), Proof | None)


class Withdrawn(Struct, frozen=True, kw_only=True):
    """A dossier as the request to withdraw it says it; ``reason`` once it is on record."""

    office_id: int
    agency_id: int
    offices: list[int]
    form_set: str
    ref: str
    agency_code: str | None
    agency: str
    name: str
    citizen_id: str | None
    phone: str | None
    address: str
    procedure: str
    accepted_at: datetime
    reason: str | None


WITHDRAWN_BY_REF = """
SELECT d.office_id, d.agency_id,
       array(SELECT c.office_id FROM consignment c WHERE c.dossier_id = d.id) AS offices,
       coalesce(i.form_set, 'TT03-2025') AS form_set, d.ref, d.agency_code, g.name_vi AS agency,
       a.full_name AS name, a.citizen_id, a.phone, a.address, p.name_vi AS procedure,
       d.accepted_at,
       (SELECT r.name_vi
          FROM event e
          JOIN reason r ON r.code = e.facts ->> 'reason'
         WHERE e.dossier_id = d.id AND e.act = 'withdraw'
         ORDER BY e.id DESC
         LIMIT 1) AS reason
  FROM dossier d
  JOIN party a ON a.id = d.applicant_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN agency g ON g.id = d.agency_id
  LEFT JOIN intake i ON i.dossier_id = d.id
 WHERE d.ref = $1
"""


async def withdrawn_by_ref(conn: Connection[Record], ref: str) -> Withdrawn | None:
    return convert(await conn.fetchrow(WITHDRAWN_BY_REF, ref), Withdrawn | None)


class Seen(Struct, frozen=True, kw_only=True):
    """One incident with its list and its paper, as the minutes say it."""

    id: int
    office_id: int
    reason: str
    opened_at: datetime
    opener: str
    s10: str | None
    ref: str | None
    number: str | None
    giver_kind: Keeper | None
    giver_id: int | None
    taker_kind: Keeper | None
    taker_id: int | None
    seal: str | None
    seal_found: str | None
    seal_whole: bool | None
    dispatched: int | None
    counted: int | None
    extras: list[str]
    outcome: str | None
    closer: str | None
    approver: str | None
    closed_at: datetime | None


# Told to the office that saw it, to the one in charge of the paper, and to both sides of the list.
INCIDENT_FOR = """
SELECT i.id, i.office_id, r.name_vi AS reason, i.opened_at, p.full_name AS opener, c.s10, d.ref,
       h.number, h.giver_kind, h.giver_id, h.taker_kind, h.taker_id, h.seal, h.seal_found,
       h.seal_whole, h.dispatched, h.counted,
       array(SELECT x.s10 FROM hand_over_extra x WHERE x.scan_id = i.cause
             UNION ALL
             SELECT e.s10 FROM evening_line e WHERE e.cause = i.cause AND e.outcome = 'extra')
             AS extras, i.outcome,
       q.full_name AS closer, a.full_name AS approver, i.closed_at
  FROM incident i
  JOIN reason r ON r.code = i.reason
  JOIN person p ON p.id = i.opened_by
  LEFT JOIN hand_over h ON h.id = i.hand_over_id
  LEFT JOIN consignment c ON c.id = i.consignment_id
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN person q ON q.id = i.closed_by
  LEFT JOIN person a ON a.id = i.approver_id
 WHERE i.id = $1
   AND (($2 = 'office' AND $3 IN (i.office_id, h.office_id, c.office_id))
        OR (h.giver_kind = $2 AND h.giver_id = $3) OR (h.taker_kind = $2 AND h.taker_id = $3))
"""


async def incident_for(
    conn: Connection[Record], incident_id: int, kind: Keeper, own: int
) -> Seen | None:
    """The incident, if it is the business of *own* of *kind*."""
    return convert(await conn.fetchrow(INCIDENT_FOR, incident_id, kind, own), Seen | None)
