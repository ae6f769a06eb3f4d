"""SQL that only reads the register."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert

from tracking.model import Consignment, Dossier, Facts
from tracking.stages import Act, Keeper, Leg, Stage, Status


class Line(Struct, frozen=True, kw_only=True):
    """One line of a slip: event time (``at``) and receipt time (``heard_at``) apart."""

    scan_id: UUID
    act: Act
    leg: Leg | None
    s10: str | None
    stage: Stage | None
    status: Status | None
    holder_kind: Keeper | None
    holder_id: int | None
    person_id: int | None
    at: datetime
    heard_at: datetime
    facts: Facts
    office_id: int | None = None
    offered_kind: Keeper | None = None
    offered_id: int | None = None
    undoes: UUID | None = None
    approver_id: int | None = None


DOSSIER_BY_REF = """
SELECT id, ref, tracking_code, procedure_id, applicant_id, receiver_id, office_id, agency_id,
       service, return_way, status, agency_code, limit_value, limit_unit, same_day_cutoff,
       hours_group, accepted_at, expected_on, received_at, due_at, original_due_at, paused_at,
       processed_at, convention, papers_back
  FROM dossier
 WHERE ref = $1
"""


async def dossier_by_ref(conn: Connection, ref: str) -> Dossier | None:
    return convert(await conn.fetchrow(DOSSIER_BY_REF, ref), Dossier | None)


DOSSIER_BY_TRACKING_CODE = """
SELECT id, ref, tracking_code, procedure_id, applicant_id, receiver_id, office_id, agency_id,
       service, return_way, status, agency_code, limit_value, limit_unit, same_day_cutoff,
       hours_group, accepted_at, expected_on, received_at, due_at, original_due_at, paused_at,
       processed_at, convention, papers_back
  FROM dossier
 WHERE tracking_code = $1
"""


async def dossier_by_tracking_code(conn: Connection, code: str) -> Dossier | None:
    return convert(await conn.fetchrow(DOSSIER_BY_TRACKING_CODE, code), Dossier | None)


CONSIGNMENTS_OF = """
SELECT id, dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id, attempts,
       offered_kind, offered_id, was
  FROM consignment
 WHERE dossier_id = $1
 ORDER BY id
"""


async def consignments_of(conn: Connection, dossier_id: int) -> list[Consignment]:
    return convert(await conn.fetch(CONSIGNMENTS_OF, dossier_id), list[Consignment])


LINES_OF = """
SELECT e.scan_id, e.act, c.leg, c.s10, e.stage, e.status, e.holder_kind, e.holder_id, e.person_id,
       e.at, e.heard_at, e.facts, e.office_id, e.offered_kind, e.offered_id, e.undoes,
       e.approver_id
  FROM event e
  LEFT JOIN consignment c ON c.id = e.consignment_id
 WHERE e.dossier_id = $1
 ORDER BY e.id
"""


async def lines_of(conn: Connection, dossier_id: int) -> list[Line]:
    return convert(await conn.fetch(LINES_OF, dossier_id), list[Line])
