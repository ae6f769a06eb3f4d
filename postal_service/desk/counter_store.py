"""SQL of accepting a dossier: parties, the intake beside the register, and drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.desk.estimate import Charges
from postal_service.desk.intake import Intake, Paper, Person


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
    papers: tuple[Paper, ...]


# Two clicks on one form queue up here; the second finds the first's dossier.
LOCK_FORM = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))"


async def lock_form(conn: Connection[Record], form_id: UUID) -> None:
    await conn.execute(LOCK_FORM, str(form_id))


EARLIER = """
SELECT d.ref, d.office_id, d.procedure_id, d.agency_id, d.service, d.return_way,
       CASE WHEN d.service = 'return' THEN d.agency_code END AS agency_code, i.weight_g, i.sets,
       jsonb_build_object('full_name', a.full_name, 'citizen_id', a.citizen_id, 'phone', a.phone,
                          'sms_allowed', a.sms_allowed, 'address', a.address, 'note', a.note)
       AS applicant,
       CASE WHEN r.id <> a.id THEN
       jsonb_build_object('full_name', r.full_name, 'citizen_id', r.citizen_id, 'phone', r.phone,
                          'sms_allowed', r.sms_allowed, 'address', r.address, 'note', r.note)
       END AS receiver,
       (SELECT coalesce(jsonb_agg(line ORDER BY line.ordinal), '[]')
          FROM (SELECT ordinal, name_vi, originals, certified, photocopies
                  FROM intake_document
                 WHERE dossier_id = d.id) AS line) AS papers
  FROM intake i
  JOIN dossier d ON d.id = i.dossier_id
  JOIN party a ON a.id = d.applicant_id
  JOIN party r ON r.id = d.receiver_id
 WHERE i.form_id = $1
"""


async def earlier(conn: Connection[Record], form_id: UUID) -> Earlier | None:
    return convert(await conn.fetchrow(EARLIER, form_id), Earlier | None)


AGENCY_CODE_TAKEN = """
SELECT EXISTS (SELECT 1 FROM dossier WHERE agency_id = $1 AND agency_code = $2)
"""


async def agency_code_taken(conn: Connection[Record], agency_id: int, code: str) -> bool:
    return bool(await conn.fetchval(AGENCY_CODE_TAKEN, agency_id, code))


ADD_PARTY = """
INSERT INTO party (full_name, citizen_id, phone, sms_allowed, address, note)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id
"""


async def add_party(conn: Connection[Record], person: Person) -> int:
    party_id = await conn.fetchval(
        ADD_PARTY,
        person.full_name,
        person.citizen_id,
        person.phone,
        person.sms_allowed,
        person.address,
        person.note,
    )
    return cast("int", party_id)


ADD_INTAKE = """
INSERT INTO intake (dossier_id, form_id, clerk_id, form_set, weight_g, sets, le_phi_vnd, phi_vnd,
                    postage_out_vnd, postage_back_vnd)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def add_intake(
    conn: Connection[Record],
    dossier_id: int,
    intake: Intake,
    charges: Charges,
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
        charges.le_phi,
        charges.phi,
        charges.postage_out,
        charges.postage_back,
    )


ADD_PAPERS = """
INSERT INTO intake_document (dossier_id, ordinal, name_vi, originals, certified, photocopies)
SELECT $1, ordinal, name_vi, originals, certified, photocopies
  FROM unnest($2::smallint[], $3::text[], $4::smallint[], $5::smallint[], $6::smallint[])
       AS line(ordinal, name_vi, originals, certified, photocopies)
"""


async def add_papers(conn: Connection[Record], dossier_id: int, papers: Sequence[Paper]) -> None:
    names = ("ordinal", "name_vi", "originals", "certified", "photocopies")
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
INSERT INTO draft (form_id, office_id, person_id, label, form, held_at)
SELECT $1, $2, $3, $4, $5, $6
 WHERE NOT EXISTS (SELECT 1 FROM intake WHERE form_id = $1)
    ON CONFLICT (form_id) DO UPDATE
   SET label = excluded.label, form = excluded.form, held_at = excluded.held_at
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
    await conn.execute(KEEP_DRAFT, form_id, office_id, person_id, label, form, held_at)


DRAFTS_OF = """
SELECT form_id, label, held_at
  FROM draft
 WHERE person_id = $1 AND office_id = $2
   AND NOT EXISTS (SELECT 1 FROM intake WHERE intake.form_id = draft.form_id)
 ORDER BY held_at DESC
 LIMIT 20
"""


async def drafts_of(conn: Connection[Record], person_id: int, office_id: int) -> list[Draft]:
    return convert(await conn.fetch(DRAFTS_OF, person_id, office_id), list[Draft])


DRAFT_FORM = "SELECT form FROM draft WHERE form_id = $1 AND person_id = $2"


async def draft_form(
    conn: Connection[Record], form_id: UUID, person_id: int
) -> dict[str, Any] | None:
    form = await conn.fetchval(DRAFT_FORM, form_id, person_id)
    return cast("dict[str, Any] | None", form)


DROP_DRAFT = "DELETE FROM draft WHERE form_id = $1 AND person_id = $2"


async def drop_draft(conn: Connection[Record], form_id: UUID, person_id: int) -> None:
    await conn.execute(DROP_DRAFT, form_id, person_id)
