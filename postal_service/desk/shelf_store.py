"""SQL of what lies at an office, and of what its clerks must do by telephone. Only SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import HOMEBOUND, Leg, Stage


class Item(Struct, frozen=True, kw_only=True):
    """A consignment this office holds."""

    s10: str
    leg: Leg
    stage: Stage
    ref: str
    return_way: str
    papers_back: str
    agency: str
    name: str
    expected_on: date
    since: datetime
    #: whom it is being given to, and has not answered yet
    taker: str | None

    @property
    def goes_home(self) -> bool:
        """Whether it lies here for the citizen's door or for the citizen to fetch it."""
        return self.stage is Stage.AT_OFFICE and self.leg in HOMEBOUND


# What a result is handed to: the receiver's name, not the applicant's.
ITEMS_AT = """
SELECT c.s10, c.leg, c.stage, d.ref, d.return_way, d.papers_back, g.short_name AS agency,
       p.full_name AS name, d.expected_on,
       (SELECT max(e.at) FROM event e WHERE e.consignment_id = c.id) AS since,
       CASE c.offered_kind
       WHEN 'office' THEN (SELECT name FROM office WHERE id = c.offered_id)
       WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = c.offered_id)
       END AS taker
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN agency g ON g.id = d.agency_id
  JOIN party p ON p.id = CASE WHEN c.leg = 'R' THEN d.receiver_id ELSE d.applicant_id END
 WHERE c.holder_kind = 'office' AND c.holder_id = $1
 ORDER BY c.id
 LIMIT 500
"""


async def items_at(conn: Connection[Record], office_id: int) -> list[Item]:
    return convert(await conn.fetch(ITEMS_AT, office_id), list[Item])


COUNT_TASKS = "SELECT count(*) FROM task WHERE office_id = $1 AND done_at IS NULL"


async def count_tasks(conn: Connection[Record], office_id: int) -> int:
    return cast("int", await conn.fetchval(COUNT_TASKS, office_id))


# The first who called stays the one who did it.
FINISH_TASK = """
UPDATE task
   SET done_at = coalesce(done_at, $3), done_by = coalesce(done_by, $4)
 WHERE id = $1 AND office_id = $2
RETURNING id
"""


async def finish_task(
    conn: Connection[Record], task_id: int, *, office_id: int, at: datetime, person_id: int
) -> bool:
    return await conn.fetchval(FINISH_TASK, task_id, office_id, at, person_id) is not None


# Whose business it is, is asked of the slip: a bag may have brought it from anywhere.
REF_OF_S10 = """
SELECT d.ref FROM consignment c JOIN dossier d ON d.id = c.dossier_id WHERE c.s10 = $1
"""


async def ref_of_s10(conn: Connection[Record], s10: str) -> str | None:
    return cast("str | None", await conn.fetchval(REF_OF_S10, s10))


REF_OF_TRACKING_CODE = "SELECT ref FROM dossier WHERE tracking_code = $1"


async def ref_of_tracking_code(conn: Connection[Record], code: str) -> str | None:
    return cast("str | None", await conn.fetchval(REF_OF_TRACKING_CODE, code))


# Two agencies may have given one code in two schemes; this office's is meant, and the newest.
REF_OF_AGENCY_CODE = """
SELECT ref
  FROM dossier
 WHERE agency_code = $1
 ORDER BY office_id = $2 DESC, id DESC
 LIMIT 1
"""


async def ref_of_agency_code(conn: Connection[Record], code: str, office_id: int) -> str | None:
    return cast("str | None", await conn.fetchval(REF_OF_AGENCY_CODE, code, office_id))


class Waiting(Struct, frozen=True, kw_only=True):
    """A result or returned paper that can be handed out here. Money in VND."""

    s10: str
    leg: Leg
    receiver: str
    to_addressee_only: bool
    originals_to_withdraw: list[str]
    #: what is still to be paid when it is handed out
    amount: int


WAITING_FOR = """
SELECT c.s10, c.leg, p.full_name AS receiver, q.to_addressee_only,
       CASE WHEN c.leg = 'R' THEN q.originals_to_withdraw ELSE '{}' END AS originals_to_withdraw,
       (SELECT collect_vnd FROM to_collect(d.id, c.leg)) AS amount
  FROM consignment c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN procedure q ON q.id = d.procedure_id
  JOIN party p ON p.id = CASE WHEN c.leg = 'R' THEN d.receiver_id ELSE d.applicant_id END
 WHERE d.ref = $1 AND c.office_id = $2 AND c.stage = 'at_office' AND c.holder_kind = 'office'
 ORDER BY c.id DESC
 LIMIT 1
"""


async def waiting_for(conn: Connection[Record], ref: str, office_id: int) -> Waiting | None:
    return convert(await conn.fetchrow(WAITING_FOR, ref, office_id), Waiting | None)


# Whoever holds a paper, in words a clerk can say into the telephone.
HOLDER_NAME = """
SELECT CASE $1::text
       WHEN 'office' THEN (SELECT name FROM office WHERE id = $2)
       WHEN 'agency' THEN (SELECT short_name FROM agency WHERE id = $2)
       WHEN 'courier' THEN (SELECT full_name FROM person WHERE id = $2)
       END
"""


async def holder_name(conn: Connection[Record], kind: str, holder_id: int | None) -> str | None:
    return cast("str | None", await conn.fetchval(HOLDER_NAME, kind, holder_id))
