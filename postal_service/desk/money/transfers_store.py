"""SQL of requests for a bank transfer. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Leg


class Request(Struct, frozen=True, kw_only=True):
    """A request as it is; ``why`` a cancelled one ended."""

    id: int
    form_id: UUID
    reference: str
    dossier_id: int
    ref: str
    office_id: int
    amount_vnd: int
    state: str
    asked_at: datetime
    asked_by: int
    ended_at: datetime | None
    why: str | None
    entry_id: int | None


class Awaited(Struct, frozen=True, kw_only=True):
    """A line of an office's page: the request, whose dossier, and its receipt where it is paid."""

    reference: str
    ref: str
    name: str
    amount_vnd: int
    moment: str
    asked_at: datetime
    asked_by: int
    asker: str
    ended_at: datetime | None
    entry_id: int | None


SELECT = """
SELECT r.id, r.form_id, r.reference, r.dossier_id, d.ref, r.office_id, r.amount_vnd, r.state,
       r.asked_at, r.asked_by, r.ended_at, r.why, r.entry_id
  FROM transfer_request r
  JOIN dossier d ON d.id = r.dossier_id
"""
GET = SELECT + " WHERE r.id = $1"
BY_FORM = SELECT + " WHERE r.form_id = $1"
BY_REFERENCE = SELECT + " WHERE r.reference = $1"
OF_DOSSIER = SELECT + " WHERE r.dossier_id = $1 ORDER BY r.id DESC"
KNOWN = SELECT + " WHERE r.reference = ANY($1::text[]) ORDER BY r.id"


async def get(conn: Connection[Record], request_id: int) -> Request:
    return convert(await conn.fetchrow(GET, request_id), Request)


async def by_form(conn: Connection[Record], form_id: UUID) -> Request | None:
    return convert(await conn.fetchrow(BY_FORM, form_id), Request | None)


async def by_reference(conn: Connection[Record], reference: str) -> Request | None:
    return convert(await conn.fetchrow(BY_REFERENCE, reference), Request | None)


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Request]:
    return convert(await conn.fetch(OF_DOSSIER, dossier_id), list[Request])


async def known(conn: Connection[Record], references: Sequence[str]) -> list[Request]:
    """Those of *references* that were given out."""
    return convert(await conn.fetch(KNOWN, list(references)), list[Request])


LOCK = "SELECT id FROM transfer_request WHERE id = $1 FOR NO KEY UPDATE"


async def lock(conn: Connection[Record], request_id: int) -> Request:
    await conn.execute(LOCK, request_id)
    return await get(conn, request_id)


ADD = """
INSERT INTO transfer_request (form_id, reference, dossier_id, amount_vnd, office_id, asked_by,
                              asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id
"""


async def add(
    conn: Connection[Record],
    form_id: UUID,
    reference: str,
    dossier_id: int,
    *,
    amount_vnd: int,
    by: tuple[int, int, datetime],
) -> int:
    """*by*: the office, the person, and when."""
    return cast("int", await conn.fetchval(ADD, form_id, reference, dossier_id, amount_vnd, *by))


ADD_CHARGES = """
INSERT INTO transfer_charge (request_id, charge_id) SELECT $1, unnest($2::bigint[])
"""
STANDS = """
SELECT EXISTS (SELECT 1 FROM transfer_charge WHERE charge_id = ANY($1::bigint[]) AND standing)
"""
CHARGES_OF = "SELECT charge_id FROM transfer_charge WHERE request_id = $1"


async def add_charges(conn: Connection[Record], request_id: int, charge_ids: Sequence[int]) -> None:
    await conn.execute(ADD_CHARGES, request_id, list(charge_ids))


async def stands(conn: Connection[Record], charge_ids: Sequence[int]) -> bool:
    return cast("bool", await conn.fetchval(STANDS, list(charge_ids)))


async def charges_of(conn: Connection[Record], request_id: int) -> frozenset[int]:
    return frozenset(row[0] for row in await conn.fetch(CHARGES_OF, request_id))


LET_GO = "UPDATE transfer_charge SET standing = false WHERE request_id = $1 AND standing"
CANCEL = """
UPDATE transfer_request SET state = 'cancelled', why = $2, ended_by = $3, ended_at = $4
 WHERE id = $1 AND state = 'awaited'
"""
PAID = """
UPDATE transfer_request SET state = 'paid', entry_id = $2, ended_at = $3
 WHERE id = $1 AND state = 'awaited'
"""


async def cancel(
    conn: Connection[Record], request_id: int, why: str, *, by: int, at: datetime
) -> None:
    await conn.execute(CANCEL, request_id, why, by, at)
    await let_go(conn, request_id)


async def let_go(conn: Connection[Record], request_id: int) -> None:
    """Its charges may be asked for, or paid, another way; before they are paid by it, too."""
    await conn.execute(LET_GO, request_id)


async def paid(conn: Connection[Record], request_id: int, entry_id: int, at: datetime) -> None:
    await conn.execute(PAID, request_id, entry_id, at)


LISTED = """
SELECT r.reference, d.ref, p.full_name AS name, r.amount_vnd,
       (SELECT min(c.moment) FROM transfer_charge t JOIN charge c ON c.id = t.charge_id
         WHERE t.request_id = r.id) AS moment,
       r.asked_at, r.asked_by, a.full_name AS asker, r.ended_at, r.entry_id
  FROM transfer_request r
  JOIN dossier d ON d.id = r.dossier_id
  JOIN party p ON p.id = d.applicant_id
  JOIN person a ON a.id = r.asked_by
"""
AWAITED = (
    LISTED + " WHERE r.office_id = $1 AND r.state = 'awaited' ORDER BY r.asked_at, r.id LIMIT 500"
)
PAID_SINCE = (
    LISTED
    + """
 WHERE r.office_id = $1 AND r.state = 'paid' AND r.ended_at >= $2
 ORDER BY r.ended_at DESC, r.id DESC LIMIT 100
"""
)


async def awaited(conn: Connection[Record], office_id: int) -> list[Awaited]:
    return convert(await conn.fetch(AWAITED, office_id), list[Awaited])


async def paid_since(conn: Connection[Record], office_id: int, since: datetime) -> list[Awaited]:
    return convert(await conn.fetch(PAID_SINCE, office_id, since), list[Awaited])


# For the manager, who looks over all offices and sees no citizen's name.
OLD = """
SELECT r.reference, d.ref, o.name AS office, r.amount_vnd, r.asked_at
  FROM transfer_request r
  JOIN dossier d ON d.id = r.dossier_id
  JOIN office o ON o.id = r.office_id
 WHERE r.state = 'awaited' AND r.asked_at < $1 AND ($2::bigint IS NULL OR r.office_id = $2)
 ORDER BY r.asked_at, r.id LIMIT 200
"""


class Old(Struct, frozen=True, kw_only=True):
    """A request nobody has paid for days."""

    reference: str
    ref: str
    office: str
    amount_vnd: int
    asked_at: datetime


async def old(conn: Connection[Record], before: datetime, office_id: int | None) -> list[Old]:
    return convert(await conn.fetch(OLD, before, office_id), list[Old])


LEG_OF = "SELECT dossier_id, leg FROM consignment WHERE s10 = $1"


async def leg_of(conn: Connection[Record], s10: str) -> tuple[int, Leg] | None:
    """Whose paper it is, and on which leg."""
    row = await conn.fetchrow(LEG_OF, s10)
    return None if row is None else (row["dossier_id"], Leg(row["leg"]))
