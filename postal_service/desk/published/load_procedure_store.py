"""SQL of `postal load` for procedures and their published lists, in the shape of load_store.py."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.published.rows import DocumentRow, ProcedureRow, Tally

PUT_PROCEDURES = """
WITH given AS (
    SELECT code, version, name_vi, name_en, field_vi, level, time_value, time_unit, cutoff_15h,
           le_phi_vnd, phi_vnd, fee_note, bcci_forward, bcci_return, to_addressee_only,
           originals_to_withdraw, valid_from, valid_to, agency_code, replaces,
           verified = 'demo' AS demo, verified_fields, source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (code text, version integer, name_vi text, name_en text, field_vi text, level text,
            time_value integer, time_unit text, cutoff_15h boolean, le_phi_vnd bigint,
            phi_vnd bigint, fee_note text, bcci_forward boolean, bcci_return boolean,
            to_addressee_only boolean, originals_to_withdraw text[], valid_from date,
            valid_to date, agency_code text, replaces text, verified text,
            verified_fields text[], source text)
), written AS (
    INSERT INTO procedure (code, version, name_vi, name_en, field_vi, level, time_value, time_unit,
                           cutoff_15h, le_phi_vnd, phi_vnd, fee_note, bcci_forward, bcci_return,
                           to_addressee_only, originals_to_withdraw, valid_from, valid_to,
                           agency_code, replaces, demo, verified_fields, source)
    SELECT code, version, name_vi, name_en, field_vi, level, time_value, time_unit,
           cutoff_15h, le_phi_vnd, phi_vnd, fee_note, bcci_forward, bcci_return,
           to_addressee_only, originals_to_withdraw, valid_from, valid_to,
           agency_code, replaces, demo, verified_fields, source
      FROM given
    ON CONFLICT ON CONSTRAINT procedure_version DO UPDATE
       SET (name_vi, name_en, field_vi, level, time_value, time_unit, cutoff_15h, le_phi_vnd,
            phi_vnd, fee_note, bcci_forward, bcci_return, to_addressee_only,
            originals_to_withdraw, valid_from, valid_to, agency_code, replaces, demo,
            verified_fields, source)
         = (excluded.name_vi, excluded.name_en, excluded.field_vi, excluded.level,
            excluded.time_value, excluded.time_unit, excluded.cutoff_15h, excluded.le_phi_vnd,
            excluded.phi_vnd, excluded.fee_note, excluded.bcci_forward, excluded.bcci_return,
            excluded.to_addressee_only, excluded.originals_to_withdraw, excluded.valid_from,
            excluded.valid_to, excluded.agency_code, excluded.replaces, excluded.demo,
            excluded.verified_fields, excluded.source)
     WHERE procedure.edited_at IS NULL
       AND (procedure.name_vi, procedure.name_en, procedure.field_vi, procedure.level,
            procedure.time_value, procedure.time_unit, procedure.cutoff_15h, procedure.le_phi_vnd,
            procedure.phi_vnd, procedure.fee_note, procedure.bcci_forward, procedure.bcci_return,
            procedure.to_addressee_only, procedure.originals_to_withdraw, procedure.valid_from,
            procedure.valid_to, procedure.agency_code, procedure.replaces, procedure.demo,
            procedure.verified_fields, procedure.source)
           IS DISTINCT FROM
           (excluded.name_vi, excluded.name_en, excluded.field_vi, excluded.level,
            excluded.time_value, excluded.time_unit, excluded.cutoff_15h, excluded.le_phi_vnd,
            excluded.phi_vnd, excluded.fee_note, excluded.bcci_forward, excluded.bcci_return,
            excluded.to_addressee_only, excluded.originals_to_withdraw, excluded.valid_from,
            excluded.valid_to, excluded.agency_code, excluded.replaces, excluded.demo,
            excluded.verified_fields, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       (SELECT count(*)
          FROM given
          JOIN procedure USING (code, version)
         WHERE procedure.edited_at IS NOT NULL) AS edited
  FROM written
"""


async def put_procedures(conn: Connection[Record], rows: Sequence[ProcedureRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_PROCEDURES, rows), Tally)


PUT_DOCUMENTS = """
WITH given AS (
    SELECT procedure.id AS procedure_id, line.ordinal, line.name_vi, line.originals,
           line.certified, line.photocopies, line.required = 'yes' AS required, line.form_no,
           line.flag = 'demo' AS demo, line.source
      FROM jsonb_to_recordset($1::jsonb) AS line
           (procedure_code text, version integer, ordinal integer, name_vi text,
            originals integer, certified integer, photocopies integer, required text,
            form_no text, flag text, source text)
      JOIN procedure ON procedure.code = line.procedure_code
       AND procedure.version = line.version
), written AS (
    INSERT INTO procedure_document (procedure_id, ordinal, name_vi, originals, certified,
                                    photocopies, required, form_no, demo, source)
    SELECT procedure_id, ordinal, name_vi, originals, certified,
           photocopies, required, form_no, demo, source
      FROM given
    ON CONFLICT ON CONSTRAINT procedure_document_line DO UPDATE
       SET (name_vi, originals, certified, photocopies, required, form_no, demo, source)
         = (excluded.name_vi, excluded.originals, excluded.certified, excluded.photocopies,
            excluded.required, excluded.form_no, excluded.demo, excluded.source)
     WHERE procedure_document.edited_at IS NULL
       AND (procedure_document.name_vi, procedure_document.originals,
            procedure_document.certified, procedure_document.photocopies,
            procedure_document.required, procedure_document.form_no,
            procedure_document.demo, procedure_document.source)
           IS DISTINCT FROM
           (excluded.name_vi, excluded.originals, excluded.certified, excluded.photocopies,
            excluded.required, excluded.form_no, excluded.demo, excluded.source)
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed,
       (SELECT count(*)
          FROM given
          JOIN procedure_document USING (procedure_id, ordinal)
         WHERE procedure_document.edited_at IS NOT NULL) AS edited
  FROM written
"""


async def put_documents(conn: Connection[Record], rows: Sequence[DocumentRow]) -> Tally:
    return convert(await conn.fetchrow(PUT_DOCUMENTS, rows), Tally)
