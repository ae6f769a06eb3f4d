"""SQL of `postal load` for offices, agencies, prices and reasons.

One statement writes a whole table: it adds what is new, mends what differs, and
leaves alone what a person edited. `xmax = 0` tells a row just inserted from one
that was there.
"""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.published.rows import AgencyRow, OfficeRow, ReasonRow, Tally, TariffRow

PUT_OFFICES = """
WITH given AS (
    SELECT code, name, kind, district, commune_2019, commune_2025, lat, lon, address, phone,
           hotline, hours_group, valid_from, valid_to, flag = 'demo' AS demo, source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (code text, name text, kind text, district text, commune_2019 text, commune_2025 text,
            lat double precision, lon double precision, address text, phone text, hotline text,
            hours_group text, valid_from date, valid_to date, flag text, source text)
), written AS (
    INSERT INTO office (code, name, kind, district, commune_2019, commune_2025, lat, lon, address,
                        phone, hotline, hours_group, valid_from, valid_to, demo, source)
    SELECT code, name, kind, district, commune_2019, commune_2025, lat, lon, address,
           phone, hotline, hours_group, valid_from, valid_to, demo, source
      FROM given
    ON CONFLICT (code) DO UPDATE
       SET (name, kind, district, commune_2019, commune_2025, lat, lon, address,
            phone, hotline, hours_group, valid_from, valid_to, demo, source)
         = (excluded.name, excluded.kind, excluded.district, excluded.commune_2019,
            excluded.commune_2025, excluded.lat, excluded.lon, excluded.address,
            excluded.phone, excluded.hotline, excluded.hours_group, excluded.valid_from,
            excluded.valid_to, excluded.demo, excluded.source)
     WHERE office.edited_at IS NULL
       AND (office.name, office.kind, office.district, office.commune_2019,
            office.commune_2025, office.lat, office.lon, office.address,
            office.phone, office.hotline, office.hours_group, office.valid_from,
            office.valid_to, office.demo, office.source)
           IS DISTINCT FROM
           (excluded.name, excluded.kind, excluded.district, excluded.commune_2019,
            excluded.commune_2025, excluded.lat, excluded.lon, excluded.address,
            excluded.phone, excluded.hotline, excluded.hours_group, excluded.valid_from,
            excluded.valid_to, excluded.demo, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       (SELECT count(*)
          FROM given
          JOIN office USING (code)
         WHERE office.edited_at IS NOT NULL) AS edited
  FROM written
"""


async def put_offices(conn: Connection[Record], rows: Sequence[OfficeRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_OFFICES, rows), Tally)


PUT_AGENCIES = """
WITH given AS (
    SELECT code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
           seat_unit_2019, seat_unit_2025, address, phone, hours_group, valid_from, valid_to,
           verified = 'demo' AS demo, source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (code text, name_vi text, short_name text, sms_name text, kind text, level text,
            parent_code text, unit_code text, seat_unit_2019 text, seat_unit_2025 text,
            address text, phone text, hours_group text, valid_from date, valid_to date,
            verified text, source text)
), written AS (
    INSERT INTO agency (code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
                        seat_unit_2019, seat_unit_2025, address, phone, hours_group,
                        valid_from, valid_to, demo, source)
    SELECT code, name_vi, short_name, sms_name, kind, level, parent_code, unit_code,
           seat_unit_2019, seat_unit_2025, address, phone, hours_group,
           valid_from, valid_to, demo, source
      FROM given
    ON CONFLICT ON CONSTRAINT agency_version DO UPDATE
       SET (name_vi, short_name, sms_name, kind, level, parent_code, unit_code, seat_unit_2019,
            seat_unit_2025, address, phone, hours_group, valid_to, demo, source)
         = (excluded.name_vi, excluded.short_name, excluded.sms_name, excluded.kind,
            excluded.level, excluded.parent_code, excluded.unit_code, excluded.seat_unit_2019,
            excluded.seat_unit_2025, excluded.address, excluded.phone, excluded.hours_group,
            excluded.valid_to, excluded.demo, excluded.source)
     WHERE agency.edited_at IS NULL
       AND (agency.name_vi, agency.short_name, agency.sms_name, agency.kind,
            agency.level, agency.parent_code, agency.unit_code, agency.seat_unit_2019,
            agency.seat_unit_2025, agency.address, agency.phone, agency.hours_group,
            agency.valid_to, agency.demo, agency.source)
           IS DISTINCT FROM
           (excluded.name_vi, excluded.short_name, excluded.sms_name, excluded.kind,
            excluded.level, excluded.parent_code, excluded.unit_code, excluded.seat_unit_2019,
            excluded.seat_unit_2025, excluded.address, excluded.phone, excluded.hours_group,
            excluded.valid_to, excluded.demo, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       (SELECT count(*)
          FROM given
          JOIN agency ON agency.code = given.code
           AND agency.valid_from IS NOT DISTINCT FROM given.valid_from
         WHERE agency.edited_at IS NOT NULL) AS edited
  FROM written
"""


async def put_agencies(conn: Connection[Record], rows: Sequence[AgencyRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_AGENCIES, rows), Tally)


PUT_TARIFFS = """
WITH given AS (
    SELECT tariff_id, zone, service, fee_collection, weight_over_g, weight_upto_g, step_g,
           price_vnd, vat_included, valid_from, valid_to, flag = 'demo' AS demo, source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (tariff_id text, zone text, service text, fee_collection boolean,
            weight_over_g integer, weight_upto_g integer, step_g integer, price_vnd bigint,
            vat_included boolean, valid_from date, valid_to date, flag text, source text)
), written AS (
    INSERT INTO tariff (tariff_id, zone, service, fee_collection, weight_over_g, weight_upto_g,
                        step_g, price_vnd, vat_included, valid_from, valid_to, demo, source)
    SELECT tariff_id, zone, service, fee_collection, weight_over_g, weight_upto_g,
           step_g, price_vnd, vat_included, valid_from, valid_to, demo, source
      FROM given
    ON CONFLICT ON CONSTRAINT tariff_cell DO UPDATE
       SET (weight_upto_g, step_g, price_vnd, vat_included, valid_from, valid_to, demo, source)
         = (excluded.weight_upto_g, excluded.step_g, excluded.price_vnd, excluded.vat_included,
            excluded.valid_from, excluded.valid_to, excluded.demo, excluded.source)
     WHERE tariff.edited_at IS NULL
       AND (tariff.weight_upto_g, tariff.step_g, tariff.price_vnd, tariff.vat_included,
            tariff.valid_from, tariff.valid_to, tariff.demo, tariff.source)
           IS DISTINCT FROM
           (excluded.weight_upto_g, excluded.step_g, excluded.price_vnd, excluded.vat_included,
            excluded.valid_from, excluded.valid_to, excluded.demo, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       (SELECT count(*)
          FROM given
          JOIN tariff USING (tariff_id, zone, service, fee_collection, weight_over_g)
         WHERE tariff.edited_at IS NOT NULL) AS edited
  FROM written
"""


async def put_tariffs(conn: Connection[Record], rows: Sequence[TariffRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_TARIFFS, rows), Tally)


PUT_REASONS = """
WITH given AS (
    SELECT code, line."group" AS reason_group, name_vi, name_en, legal_ground,
           undeliverable_ground, counts_as_attempt, next_actions, needs_approver, upu_event,
           verified = 'demo' AS demo, source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (code text, "group" text, name_vi text, name_en text, legal_ground text,
            undeliverable_ground boolean, counts_as_attempt boolean, next_actions text[],
            needs_approver boolean, upu_event text, verified text, source text)
), written AS (
    INSERT INTO reason (code, reason_group, name_vi, name_en, legal_ground, undeliverable_ground,
                        counts_as_attempt, next_actions, needs_approver, upu_event, demo, source)
    SELECT code, reason_group, name_vi, name_en, legal_ground, undeliverable_ground,
           counts_as_attempt, next_actions, needs_approver, upu_event, demo, source
      FROM given
    ON CONFLICT (code) DO UPDATE
       SET (reason_group, name_vi, name_en, legal_ground, undeliverable_ground,
            counts_as_attempt, next_actions, needs_approver, upu_event, demo, source)
         = (excluded.reason_group, excluded.name_vi, excluded.name_en, excluded.legal_ground,
            excluded.undeliverable_ground, excluded.counts_as_attempt, excluded.next_actions,
            excluded.needs_approver, excluded.upu_event, excluded.demo, excluded.source)
     WHERE reason.edited_at IS NULL
       AND (reason.reason_group, reason.name_vi, reason.name_en, reason.legal_ground,
            reason.undeliverable_ground, reason.counts_as_attempt, reason.next_actions,
            reason.needs_approver, reason.upu_event, reason.demo, reason.source)
           IS DISTINCT FROM
           (excluded.reason_group, excluded.name_vi, excluded.name_en, excluded.legal_ground,
            excluded.undeliverable_ground, excluded.counts_as_attempt, excluded.next_actions,
            excluded.needs_approver, excluded.upu_event, excluded.demo, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       (SELECT count(*)
          FROM given
          JOIN reason USING (code)
         WHERE reason.edited_at IS NOT NULL) AS edited
  FROM written
"""


async def put_reasons(conn: Connection[Record], rows: Sequence[ReasonRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_REASONS, rows), Tally)


# A row that left its file, or that a person edited, may now share days with a row of the file.
CLASHES = """
SELECT 'agencies.csv' AS file, mine.code AS code
  FROM agency AS mine
  JOIN agency AS other ON other.code = mine.code AND other.id > mine.id
   AND daterange(other.valid_from, other.valid_to) && daterange(mine.valid_from, mine.valid_to)
 UNION
SELECT 'procedures.csv', mine.code
  FROM procedure AS mine
  JOIN procedure AS other ON other.code = mine.code AND other.id > mine.id
   AND daterange(other.valid_from, other.valid_to) && daterange(mine.valid_from, mine.valid_to)
 UNION
SELECT 'tariffs.csv', mine.tariff_id
  FROM tariff AS mine
  JOIN tariff AS other USING (zone, service, fee_collection, weight_over_g)
 WHERE other.id > mine.id
   AND daterange(other.valid_from, other.valid_to) && daterange(mine.valid_from, mine.valid_to)
 ORDER BY file, code
"""


class Clash(Struct, frozen=True):
    """A code with two versions on one day, now that the file has been written."""

    file: str
    code: str


async def clashes(conn: Connection[Record]) -> list[Clash]:
    return convert(await conn.fetch(CLASHES), list[Clash])
