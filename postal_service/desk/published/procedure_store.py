"""SQL of what can be asked for and what it costs: procedures, prices, reasons. Only SQL."""

from __future__ import annotations

from datetime import date

from asyncpg import Connection, Record
from msgspec import Struct, convert


class ProcedureHit(Struct, frozen=True, kw_only=True):
    """A procedure as the search shows it."""

    id: int
    code: str
    name_vi: str
    name_en: str
    field_vi: str
    level: str
    bcci_forward: bool
    bcci_return: bool
    demo: bool


class Document(Struct, frozen=True, kw_only=True):
    """One line of the agency's published list; *required* false: only where the case asks."""

    ordinal: int
    name_vi: str
    originals: int
    certified: int
    photocopies: int
    required: bool
    form_no: str | None


class Procedure(Struct, frozen=True, kw_only=True):
    """One version of a procedure, with its published list. Money in VND."""

    id: int
    code: str
    version: int
    name_vi: str
    name_en: str
    field_vi: str
    level: str
    time_value: int
    time_unit: str
    cutoff_15h: bool
    le_phi_vnd: int
    phi_vnd: int
    fee_note: str | None
    bcci_forward: bool
    bcci_return: bool
    to_addressee_only: bool
    originals_to_withdraw: list[str]
    valid_from: date
    valid_to: date | None
    agency_code: str | None
    demo: bool
    verified_fields: list[str]
    documents: list[Document]


class Step(Struct, frozen=True, kw_only=True):
    """A row of the tariff: over < weight <= upto, or the price of each further step."""

    weight_over_g: int
    weight_upto_g: int | None
    step_g: int | None
    price_vnd: int


class Reason(Struct, frozen=True, kw_only=True):
    """One line of a closed list; counts_as_attempt is None where nothing was attempted."""

    code: str
    reason_group: str
    name_vi: str
    name_en: str
    legal_ground: str | None
    undeliverable_ground: bool
    counts_as_attempt: bool | None
    next_actions: list[str]
    needs_approver: bool
    upu_event: str | None
    demo: bool


# Every typed word begins a word of the name: that is what the clerk sees in the list, so it
# comes before mere likeness; of equals the shorter name is the closer one. Initials only from
# three letters on: two fit everything. 0.5: "bằng lái xe" still finds "giấy phép lái xe".
# It reads every row, some 30 microseconds each: a trigram index cannot serve the other ranks.
SEARCH_PROCEDURES = """
WITH typed AS (
    SELECT words,
           ARRAY(SELECT '\\m' || word
                   FROM regexp_split_to_table(words, '[^a-z0-9]+') AS word
                  WHERE word <> '') AS starts
      FROM (SELECT vn_fold(btrim($1))) AS folded (words)
), ranked AS (
    SELECT id, code, name_vi, name_en, field_vi, level, bcci_forward, bcci_return, demo,
           CASE WHEN code = words THEN 0
                WHEN starts_with(code, words) THEN 1
                WHEN length(words) >= 3 AND strpos(initials, words) > 0 THEN 2
                WHEN folded ~ ALL (starts) THEN 3
                ELSE 4 END AS rank,
           word_similarity(words, folded) AS likeness
      FROM procedure
     CROSS JOIN typed
     WHERE cardinality(starts) > 0 AND daterange(valid_from, valid_to) @> $2::date
)
SELECT id, code, name_vi, name_en, field_vi, level, bcci_forward, bcci_return, demo
  FROM ranked
 WHERE rank < 4 OR likeness >= 0.5
 ORDER BY rank, likeness DESC, length(name_vi), code
 LIMIT $3
"""


async def search_procedures(
    conn: Connection[Record], text: str, day: date, limit: int
) -> list[ProcedureHit]:
    return convert(await conn.fetch(SEARCH_PROCEDURES, text, day, limit), list[ProcedureHit])


PROCEDURE_BY_ID = """
SELECT id, code, version, name_vi, name_en, field_vi, level, time_value, time_unit, cutoff_15h,
       le_phi_vnd, phi_vnd, fee_note, bcci_forward, bcci_return, to_addressee_only,
       originals_to_withdraw, valid_from, valid_to, agency_code, demo, verified_fields,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.ordinal), '[]')
          FROM (SELECT ordinal, name_vi, originals, certified, photocopies, required, form_no
                  FROM procedure_document
                 WHERE procedure_id = procedure.id) AS line) AS documents
  FROM procedure
 WHERE id = $1
"""


async def procedure_by_id(conn: Connection[Record], procedure_id: int) -> Procedure | None:
    return convert(await conn.fetchrow(PROCEDURE_BY_ID, procedure_id), Procedure | None)


PROCEDURE_ON = """
SELECT id, code, version, name_vi, name_en, field_vi, level, time_value, time_unit, cutoff_15h,
       le_phi_vnd, phi_vnd, fee_note, bcci_forward, bcci_return, to_addressee_only,
       originals_to_withdraw, valid_from, valid_to, agency_code, demo, verified_fields,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.ordinal), '[]')
          FROM (SELECT ordinal, name_vi, originals, certified, photocopies, required, form_no
                  FROM procedure_document
                 WHERE procedure_id = procedure.id) AS line) AS documents
  FROM procedure
 WHERE code = $1 AND daterange(valid_from, valid_to) @> $2::date
"""


async def procedure_on(conn: Connection[Record], code: str, day: date) -> Procedure | None:
    return convert(await conn.fetchrow(PROCEDURE_ON, code, day), Procedure | None)


STEPS_ON = """
SELECT weight_over_g, weight_upto_g, step_g, price_vnd
  FROM tariff
 WHERE zone = $1 AND service = $2 AND fee_collection = $3
   AND daterange(valid_from, valid_to) @> $4::date
 ORDER BY weight_over_g
"""


async def steps_on(
    conn: Connection[Record], zone: str, service: str, with_collection: bool, day: date
) -> list[Step]:
    rows = await conn.fetch(STEPS_ON, zone, service, with_collection, day)
    return convert(rows, list[Step])


REASONS_IN = """
SELECT code, reason_group, name_vi, name_en, legal_ground, undeliverable_ground,
       counts_as_attempt, next_actions, needs_approver, upu_event, demo
  FROM reason
 WHERE reason_group = $1
 ORDER BY code
"""


async def reasons_in(conn: Connection[Record], group: str) -> list[Reason]:
    return convert(await conn.fetch(REASONS_IN, group), list[Reason])


REASON_BY_CODE = """
SELECT code, reason_group, name_vi, name_en, legal_ground, undeliverable_ground,
       counts_as_attempt, next_actions, needs_approver, upu_event, demo
  FROM reason
 WHERE code = $1
"""


async def reason_by_code(conn: Connection[Record], code: str) -> Reason | None:
    return convert(await conn.fetchrow(REASON_BY_CODE, code), Reason | None)
