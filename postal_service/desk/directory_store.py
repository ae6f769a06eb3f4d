"""SQL of the directory: what a message may say, whom it reaches, and calls to make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Facts(Struct, frozen=True, kw_only=True):
    """What a dossier's message may draw on. No name but the courier's given one."""

    agency: str
    office: str
    hotline: str
    state_fee_vnd: int | None
    postage_out_vnd: int | None
    postage_back_vnd: int | None
    originals: list[str]
    given_name: str | None
    person_phone: str | None
    reason: str | None
    first_missed_at: datetime | None


# $3: who acted, $4: the code of her reason, $2: the consignment, $5: the newest
# event that may count, so that a message drafted late says what was true.
FACTS_OF = """
SELECT a.sms_name AS agency, o.name AS office, o.hotline, i.le_phi_vnd + i.phi_vnd AS state_fee_vnd,
       i.postage_out_vnd, i.postage_back_vnd, p.originals_to_withdraw AS originals,
       w.given_name, w.phone AS person_phone, r.name_vi AS reason,
       (SELECT min(e.at) FROM event e
         WHERE e.dossier_id = d.id AND e.consignment_id = $2 AND e.act = 'miss' AND e.id <= $5)
       AS first_missed_at
  FROM dossier d
  JOIN agency a ON a.id = d.agency_id
  JOIN office o ON o.id = d.office_id
  JOIN procedure p ON p.id = d.procedure_id
  LEFT JOIN intake i ON i.dossier_id = d.id
  LEFT JOIN person w ON w.id = $3
  LEFT JOIN reason r ON r.code = $4
 WHERE d.id = $1
"""


async def facts_of(
    conn: Conn,
    dossier_id: int,
    *,
    consignment_id: int | None,
    person_id: int | None,
    reason: str | None,
    event_id: int,
) -> Facts:
    row = await conn.fetchrow(FACTS_OF, dossier_id, consignment_id, person_id, reason, event_id)
    return convert(row, Facts)


PHONE_FOR_SMS = "SELECT phone FROM party WHERE id = $1 AND sms_allowed AND phone IS NOT NULL"


async def phone_for_sms(conn: Conn, party_id: int) -> str | None:
    return convert(await conn.fetchval(PHONE_FOR_SMS, party_id), str | None)


class Handset(Struct, frozen=True, kw_only=True):
    """Whose telephone rings."""

    id: int
    phone: str | None


PHONES_OF = "SELECT id, phone FROM party WHERE id = ANY($1::bigint[])"


async def phones_of(conn: Conn, party_ids: Sequence[int]) -> list[Handset]:
    return convert(await conn.fetch(PHONES_OF, party_ids), list[Handset])


OPEN_CALL = """
INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)
SELECT office_id, id, 'call_citizen', $2,
       replace($3, '{code}', coalesce(agency_code, ref)), $4
  FROM dossier
 WHERE id = $1
    ON CONFLICT (cause) DO NOTHING
"""


async def open_call(conn: Conn, dossier_id: int, cause: str, *, text: str, at: datetime) -> None:
    """Open one task for *cause*; {code} in *text* becomes the dossier's."""
    await conn.execute(OPEN_CALL, dossier_id, cause, text, at)
