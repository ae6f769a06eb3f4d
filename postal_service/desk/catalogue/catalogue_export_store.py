"""SQL that reads the province's tables back as the files have them, column by column. Only SQL.

Columns no table keeps come back with their plainest value; id and ``edited_at`` ride along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from asyncpg import Connection, Record

EXPORT_PROCEDURES = """
SELECT code, name_vi, name_en, field_vi, level, time_value, time_unit, cutoff_15h,
       le_phi_vnd + phi_vnd AS state_fee_vnd, le_phi_vnd, phi_vnd, fee_note, bcci_forward,
       bcci_return, to_addressee_only, originals_to_withdraw, version, valid_from, valid_to,
       agency_code, replaces, CASE WHEN demo THEN 'demo' ELSE 'yes' END AS verified,
       verified_fields, source, edited_at, id
  FROM procedure
 ORDER BY code, version
"""

EXPORT_DOCUMENTS = """
SELECT code AS procedure_code, version, ordinal, line.name_vi, originals, certified, photocopies,
       CASE WHEN required THEN 'yes' ELSE 'if' END AS required, form_no,
       CASE WHEN line.demo THEN 'demo' ELSE 'shortened from source' END AS flag, line.source,
       line.edited_at, valid_from, line.id
  FROM procedure_document AS line
  JOIN procedure ON procedure.id = procedure_id
 ORDER BY code, version, ordinal
"""

EXPORT_TARIFFS = """
SELECT tariff_id, valid_from, valid_to, zone, service, weight_over_g, weight_upto_g, step_g,
       fee_collection, price_vnd, vat_included, CASE WHEN demo THEN 'demo' ELSE 'seen' END AS flag,
       source, edited_at, id
  FROM tariff
 ORDER BY valid_from, tariff_id, zone, service, fee_collection, weight_over_g
"""

EXPORT_AGENCIES = """
SELECT code, CASE WHEN demo THEN 'demo' ELSE 'inferred' END AS code_status, name_vi, short_name,
       sms_name, kind, level, parent_code, unit_code, seat_unit_2019, seat_unit_2025, address,
       phone, hours_group, valid_from, valid_to, '' AS in_2019_count,
       CASE WHEN demo THEN 'demo' ELSE 'yes' END AS verified, source, edited_at, id
  FROM agency
 ORDER BY code, valid_from NULLS FIRST
"""

EXPORT_OFFICES = """
SELECT code, name, kind, district, commune_2019, commune_2025, lat, lon, '-' AS coord, address,
       phone, hotline, hours_group, valid_from, valid_to,
       CASE WHEN demo THEN 'demo' ELSE 'seen' END AS flag, source, edited_at, id
  FROM office
 ORDER BY code
"""

EXPORT_REASONS = """
SELECT code, reason_group AS "group", name_vi, name_en, legal_ground, undeliverable_ground,
       counts_as_attempt, next_actions, needs_approver, upu_event,
       CASE WHEN demo THEN 'demo' ELSE 'yes' END AS verified, source, edited_at, id
  FROM reason
 ORDER BY code
"""

# The calendars belong to tracking; this only reads them.
EXPORT_HOURS = """
SELECT hours_group, array_to_string(weekdays, ';') AS weekdays, session,
       to_char(open, 'HH24:MI') AS open, to_char(close, 'HH24:MI') AS close,
       CASE WHEN accepts_reception THEN 'yes' ELSE 'no' END AS accepts_reception,
       CASE WHEN counts_for_deadline THEN 'yes' ELSE 'no' END AS counts_for_deadline,
       valid_from, valid_to, '' AS verified, '' AS source, edited_at
  FROM calendar_session
 ORDER BY hours_group, valid_from NULLS FIRST, weekdays, open
"""

EXPORT_HOLIDAYS = """
SELECT day AS date,
       (ARRAY['T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'CN'])[extract(isodow FROM day)::integer]
           AS weekday,
       kind, '' AS category, name_vi, '' AS name_en, NULL::date AS swap_with, applies_to, status,
       '' AS source, '' AS note, edited_at
  FROM calendar_day
 ORDER BY day
"""

UNIT_CODES = """
SELECT DISTINCT code FROM unit
"""

STATEMENTS: Final[Mapping[str, str]] = {
    "procedures": EXPORT_PROCEDURES,
    "documents": EXPORT_DOCUMENTS,
    "tariffs": EXPORT_TARIFFS,
    "agencies": EXPORT_AGENCIES,
    "offices": EXPORT_OFFICES,
    "reasons": EXPORT_REASONS,
    "hours": EXPORT_HOURS,
    "holidays": EXPORT_HOLIDAYS,
}


async def rows_of(conn: Connection[Record], sheet: str) -> list[dict[str, Any]]:
    """Every row of a table, by the names its file has."""
    return [dict(row) for row in await conn.fetch(STATEMENTS[sheet])]


async def unit_codes(conn: Connection[Record]) -> set[str]:
    return {row["code"] for row in await conn.fetch(UNIT_CODES)}
