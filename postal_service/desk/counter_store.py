"""SQL of accepting a dossier: parties, the intake beside the register, and drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert, json

from postal_service.desk import representative_store
from postal_service.desk.citizen import party_store
from postal_service.desk.intake import Intake, Paper, Person, Representative
from postal_service.fields import Plain


class Earlier(Struct, frozen=True, kw_only=True):
    """What one form id was already used for."""

    ref: str
    office_id: int
    procedure_id: int
    agency_id: int
    service: str
    return_way: str
    agency_code: str | None
    weight_g: int
    sets: int
    applicant: Person
    #: None where it is the applicant
    receiver: Person | None
    representative: Representative | None
    papers: tuple[Paper, ...]


# Two clicks on one form queue up here; the second finds the first's dossier.
LOCK_FORM = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))"


async def lock_form(conn: Connection[Record], form_id: UUID) -> None:
    await conn.execute(LOCK_FORM, str(form_id))


EARLIER = """
SELECT d.id, d.ref, d.office_id, d.procedure_id, d.agency_id, d.service, d.return_way,
       CASE WHEN d.service = 'return' OR d.acceptance_mode = 'delegate' THEN d.agency_code
            END AS agency_code, i.weight_g, i.sets,
       d.applicant_id, d.receiver_id,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.ordinal), '[]')
          FROM (SELECT ordinal, name_vi, originals, certified, photocopies, voluntary
                  FROM intake_document
                 WHERE dossier_id = d.id) AS line) AS papers
  FROM intake i
  JOIN dossier d ON d.id = i.dossier_id
 WHERE i.form_id = $1
"""


async def earlier(conn: Connection[Record], form_id: UUID) -> Earlier | None:
    row = await conn.fetchrow(EARLIER, form_id)
    if row is None:
        return None
    people = await party_store.parties(conn, [row["applicant_id"], row["receiver_id"]])
    applicant, receiver = people[row["applicant_id"]], people[row["receiver_id"]]
    named = {
        "applicant": applicant,
        "receiver": None if receiver is applicant else receiver,
        "representative": await representative_store.of_dossier(conn, row["id"]),
    }
    return convert({**row, **named}, Earlier)


AGENCY_CODE_TAKEN = """
SELECT EXISTS (SELECT 1 FROM dossier WHERE agency_id = $1 AND agency_code = $2)
"""


async def agency_code_taken(conn: Connection[Record], agency_id: int, code: str) -> bool:
    return bool(await conn.fetchval(AGENCY_CODE_TAKEN, agency_id, code))


ADD_INTAKE = """
INSERT INTO intake (dossier_id, form_id, clerk_id, form_set, weight_g, sets)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def add_intake(
    conn: Connection[Record],
    dossier_id: int,
    intake: Intake,
    *,
    clerk_id: int,
    form_set: str,
) -> None:
    await conn.execute(
        ADD_INTAKE,
        dossier_id,
        intake.form_id,
        clerk_id,
        form_set,
        intake.weight_g,
        intake.sets,
    )


ADD_PAPERS = """
INSERT INTO intake_document (dossier_id, ordinal, name_vi, originals, certified, photocopies,
                             voluntary)
SELECT $1, ordinal, name_vi, originals, certified, photocopies, voluntary
  FROM unnest($2::smallint[], $3::text[], $4::smallint[], $5::smallint[], $6::smallint[],
              $7::boolean[])
       AS line(ordinal, name_vi, originals, certified, photocopies, voluntary)
"""


async def add_papers(conn: Connection[Record], dossier_id: int, papers: Sequence[Paper]) -> None:
    names = ("ordinal", "name_vi", "originals", "certified", "photocopies", "voluntary")
    columns = [[getattr(paper, name) for paper in papers] for name in names]
    await conn.execute(ADD_PAPERS, dossier_id, *columns)


class Draft(Struct, frozen=True, kw_only=True):
    """A form laid aside, by what its clerk would call it."""

    form_id: UUID
    label: str
    held_at: datetime


# A form that was accepted meanwhile is no draft: its page may send one last
# change after the save.
KEEP_DRAFT = """
INSERT INTO draft (form_id, office_id, person_id, label_sealed, form_sealed, held_at, procedure_id)
SELECT $1, $2, $3, ($4::sealed).body, ($5::sealed).body, $6, $7
 WHERE NOT EXISTS (SELECT 1 FROM intake WHERE form_id = $1)
    ON CONFLICT (form_id) DO UPDATE
   SET label_sealed = excluded.label_sealed, form_sealed = excluded.form_sealed,
       held_at = excluded.held_at, procedure_id = excluded.procedure_id
 WHERE draft.person_id = excluded.person_id
"""


async def keep_draft(  # noqa: PLR0913 -- one row
    conn: Connection[Record],
    form_id: UUID,
    *,
    office_id: int,
    person_id: int,
    label: str,
    form: dict[str, Any],
    held_at: datetime,
) -> None:
    await conn.execute(
        KEEP_DRAFT,
        form_id,
        office_id,
        person_id,
        Plain("draft", form_id, "label", label),
        Plain("draft", form_id, "form", json.encode(form).decode()),
        held_at,
        int(chosen) if (chosen := form["procedure_id"]).isdecimal() and len(chosen) < 19 else None,
    )


DRAFTS_OF = """
SELECT draft.form_id, draft.label, draft.held_at
  FROM draft
 WHERE person_id = $1 AND office_id = $2
   AND NOT EXISTS (SELECT 1 FROM intake WHERE intake.form_id = draft.form_id)
 ORDER BY held_at DESC
 LIMIT 20
"""


async def drafts_of(conn: Connection[Record], person_id: int, office_id: int) -> list[Draft]:
    return convert(await conn.fetch(DRAFTS_OF, person_id, office_id), list[Draft])


DRAFT_FORM = "SELECT draft.form FROM draft WHERE form_id = $1 AND person_id = $2"


async def draft_form(
    conn: Connection[Record], form_id: UUID, person_id: int
) -> dict[str, Any] | None:
    form = await conn.fetchval(DRAFT_FORM, form_id, person_id)
    return cast("dict[str, Any]", json.decode(form)) if form else None


DROP_DRAFT = "DELETE FROM draft WHERE form_id = $1 AND person_id = $2"


async def drop_draft(conn: Connection[Record], form_id: UUID, person_id: int) -> None:
    await conn.execute(DROP_DRAFT, form_id, person_id)
