"""SQL of the lists an administrator only looks at: agencies, offices, reasons. Only SQL."""

from __future__ import annotations

from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert


class AgencyLine(Struct, frozen=True, kw_only=True):
    code: str
    name_vi: str
    short_name: str
    level: str
    kind: str
    address: str
    phone: str | None
    hours_group: str
    valid_from: date | None
    valid_to: date | None
    demo: bool
    source: str
    edited_at: datetime | None


FIND_AGENCIES = """
WITH typed AS (SELECT vn_fold(btrim($1)) AS words)
SELECT code, name_vi, short_name, level, kind, address, phone, hours_group, valid_from, valid_to,
       demo, source, edited_at
  FROM agency
 CROSS JOIN typed
 WHERE starts_with(lower(code), words) OR strpos(folded, words) > 0
 ORDER BY valid_to IS NOT NULL, code, valid_from
 LIMIT $2
"""


async def find_agencies(conn: Connection[Record], text: str, limit: int) -> list[AgencyLine]:
    return convert(await conn.fetch(FIND_AGENCIES, text, limit), list[AgencyLine])


class OfficeLine(Struct, frozen=True, kw_only=True):
    code: str
    name: str
    kind: str
    district: str
    address: str | None
    hotline: str
    hours_group: str
    valid_from: date | None
    valid_to: date | None
    demo: bool
    source: str
    edited_at: datetime | None


FIND_OFFICES = """
WITH typed AS (SELECT vn_fold(btrim($1)) AS words)
SELECT code, name, kind, district, address, hotline, hours_group, valid_from, valid_to, demo,
       source, edited_at
  FROM office
 CROSS JOIN typed
 WHERE starts_with(lower(code), words) OR strpos(vn_fold(name), words) > 0
 ORDER BY code
 LIMIT $2
"""


async def find_offices(conn: Connection[Record], text: str, limit: int) -> list[OfficeLine]:
    return convert(await conn.fetch(FIND_OFFICES, text, limit), list[OfficeLine])


class ReasonLine(Struct, frozen=True, kw_only=True):
    code: str
    reason_group: str
    name_vi: str
    legal_ground: str | None
    needs_approver: bool
    demo: bool
    source: str
    edited_at: datetime | None


FIND_REASONS = """
WITH typed AS (SELECT vn_fold(btrim($1)) AS words)
SELECT code, reason_group, name_vi, legal_ground, needs_approver, demo, source, edited_at
  FROM reason
 CROSS JOIN typed
 WHERE starts_with(lower(code), words) OR strpos(vn_fold(name_vi), words) > 0
 ORDER BY reason_group, code
 LIMIT $2
"""


async def find_reasons(conn: Connection[Record], text: str, limit: int) -> list[ReasonLine]:
    return convert(await conn.fetch(FIND_REASONS, text, limit), list[ReasonLine])
