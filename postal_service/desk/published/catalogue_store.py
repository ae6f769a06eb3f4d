"""SQL of who there is: offices, agencies and the districts they count for. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Office(Struct, frozen=True, kw_only=True):
    """A post office. *district* is the GSO code it had while there were districts."""

    id: int
    code: str
    name: str
    kind: str
    district: str
    commune_2019: str
    commune_2025: str
    lat: float
    lon: float
    address: str | None
    phone: str | None
    hotline: str
    hours_group: str
    demo: bool


class Agency(Struct, frozen=True, kw_only=True):
    """One version of an agency. Unit codes are GSO codes; sms_name has no accents."""

    id: int
    code: str
    name_vi: str
    short_name: str
    sms_name: str
    kind: str
    level: str
    parent_code: str | None
    unit_code: str
    seat_unit_2019: str | None
    seat_unit_2025: str | None
    address: str
    phone: str | None
    hours_group: str
    valid_from: date | None
    valid_to: date | None
    demo: bool


class UnitFact(Struct, frozen=True, kw_only=True):
    """What an administrative unit was, when, and what became of it."""

    code: str
    level: str
    district: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None


OFFICE_BY_ID = """
SELECT id, code, name, kind, district, commune_2019, commune_2025, lat, lon, address, phone,
       hotline, hours_group, demo
  FROM office
 WHERE id = $1
"""


async def office_by_id(conn: Connection[Record], office_id: int) -> Office | None:
    return convert(await conn.fetchrow(OFFICE_BY_ID, office_id), Office | None)


OFFICE_ON = """
SELECT id, code, name, kind, district, commune_2019, commune_2025, lat, lon, address, phone,
       hotline, hours_group, demo
  FROM office
 WHERE code = $1 AND daterange(valid_from, valid_to) @> $2::date
"""


async def office_on(conn: Connection[Record], code: str, day: date) -> Office | None:
    return convert(await conn.fetchrow(OFFICE_ON, code, day), Office | None)


OFFICES_ON = """
SELECT id, code, name, kind, district, commune_2019, commune_2025, lat, lon, address, phone,
       hotline, hours_group, demo
  FROM office
 WHERE daterange(valid_from, valid_to) @> $1::date
 ORDER BY code
"""


async def offices_on(conn: Connection[Record], day: date) -> list[Office]:
    return convert(await conn.fetch(OFFICES_ON, day), list[Office])


AGENCY_BY_ID = """
SELECT id, code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
       seat_unit_2019, seat_unit_2025, address, phone, hours_group, valid_from, valid_to, demo
  FROM agency
 WHERE id = $1
"""


async def agency_by_id(conn: Connection[Record], agency_id: int) -> Agency | None:
    return convert(await conn.fetchrow(AGENCY_BY_ID, agency_id), Agency | None)


AGENCY_ON = """
SELECT id, code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
       seat_unit_2019, seat_unit_2025, address, phone, hours_group, valid_from, valid_to, demo
  FROM agency
 WHERE code = $1 AND daterange(valid_from, valid_to) @> $2::date
"""


async def agency_on(conn: Connection[Record], code: str, day: date) -> Agency | None:
    return convert(await conn.fetchrow(AGENCY_ON, code, day), Agency | None)


AGENCIES_AT = """
SELECT id, code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
       seat_unit_2019, seat_unit_2025, address, phone, hours_group, valid_from, valid_to, demo
  FROM agency
 WHERE level || '/' || kind = ANY ($1::text[]) AND daterange(valid_from, valid_to) @> $2::date
 ORDER BY id
"""


async def agencies_at(conn: Connection[Record], places: Sequence[str], day: date) -> list[Agency]:
    """Those whose "level/kind" is one of *places*."""
    return convert(await conn.fetch(AGENCIES_AT, places, day), list[Agency])


AGENCIES_ON = """
SELECT id, code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
       seat_unit_2019, seat_unit_2025, address, phone, hours_group, valid_from, valid_to, demo
  FROM agency
 WHERE daterange(valid_from, valid_to) @> $1::date
 ORDER BY level DESC, id
"""


async def agencies_on(conn: Connection[Record], day: date) -> list[Agency]:
    return convert(await conn.fetch(AGENCIES_ON, day), list[Agency])


# 0.5: "ubnd phuog 3" still finds its ward, and a word of another agency does not.
SEARCH_AGENCIES = """
WITH typed AS (SELECT vn_fold(btrim($1)) AS words)
SELECT id, code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
       seat_unit_2019, seat_unit_2025, address, phone, hours_group, valid_from, valid_to, demo
  FROM agency
 CROSS JOIN typed
 WHERE daterange(valid_from, valid_to) @> $2::date
   AND (starts_with(lower(code), words) OR strpos(folded, words) > 0
        OR word_similarity(words, folded) >= 0.5)
 ORDER BY lower(code) = words DESC, starts_with(lower(code), words) DESC,
       strpos(folded, words) > 0 DESC, word_similarity(words, folded) DESC,
       similarity(words, folded) DESC, code
 LIMIT $3
"""


async def search_agencies(
    conn: Connection[Record], text: str, day: date, limit: int
) -> list[Agency]:
    return convert(await conn.fetch(SEARCH_AGENCIES, text, day, limit), list[Agency])


# The units belong to routes; this only reads them.
UNIT_FACTS = """
SELECT code, level, nullif(district, '') AS district, valid_from, valid_to,
       nullif(successor, '') AS successor
  FROM unit
"""


async def unit_facts(conn: Connection[Record]) -> list[UnitFact]:
    return convert(await conn.fetch(UNIT_FACTS), list[UnitFact])
