"""SQL of who looked at citizens' particulars, and of finding a citizen without her receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.fields import Wanted


class Party(Struct, frozen=True, kw_only=True):
    """A citizen of a dossier, with everything she told."""

    id: int
    who: str  #: applicant | receiver | representative
    full_name: str
    phone: str | None
    citizen_id: str | None
    address: str
    note: str


PARTIES_OF = """
SELECT p.id, CASE p.id WHEN d.applicant_id THEN 'applicant' WHEN v.party_id THEN 'representative'
                   ELSE 'receiver' END AS who,
       p.full_name, p.phone, p.citizen_id, p.address, p.note
  FROM dossier d
  LEFT JOIN representative v ON v.dossier_id = d.id
  JOIN party p ON p.id IN (d.applicant_id, d.receiver_id, v.party_id)
 WHERE d.id = $1
 ORDER BY p.id <> d.applicant_id, p.id
"""


async def parties_of(conn: Connection[Record], dossier_id: int) -> list[Party]:
    return convert(await conn.fetch(PARTIES_OF, dossier_id), list[Party])


class Read(Struct, frozen=True, kw_only=True):
    """One look, as it is written down."""

    at: datetime
    person_id: int
    office_id: int | None
    agency_id: int | None
    deed: str  #: shown | searched
    dossier_id: int | None
    party_id: int | None
    about_office: int | None
    fields: Sequence[str]
    reason: str


WRITE = """
INSERT INTO read_log (at, person_id, office_id, agency_id, deed, dossier_id, party_id, about_office,
                      fields, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def write(conn: Connection[Record], reads: Sequence[Read]) -> None:
    await conn.executemany(
        WRITE,
        [
            (
                read.at,
                read.person_id,
                read.office_id,
                read.agency_id,
                read.deed,
                read.dossier_id,
                read.party_id,
                read.about_office,
                list(read.fields),
                read.reason,
            )
            for read in reads
        ],
    )


class Hit(Struct, frozen=True, kw_only=True):
    """A dossier of somebody who was looked for."""

    dossier_id: int
    ref: str
    office_id: int
    party_id: int
    full_name: str
    phone: str | None
    citizen_id: str | None
    address: str
    procedure: str
    accepted_at: datetime


# Of this office's business alone: what it accepted, and what it has to deliver.
HITS = """
SELECT d.id AS dossier_id, d.ref, d.office_id, p.id AS party_id, p.full_name, p.phone,
       p.citizen_id, p.address, q.name_vi AS procedure, d.accepted_at
  FROM party p
  JOIN dossier d ON p.id IN (d.applicant_id, d.receiver_id)
  JOIN procedure q ON q.id = d.procedure_id
 WHERE p.id = ANY($1::bigint[])
   AND (d.office_id = $2 OR EXISTS (SELECT FROM consignment c
                                     WHERE c.dossier_id = d.id AND c.office_id = $2))
 ORDER BY d.id DESC
 LIMIT 20
"""
BY_PHONE = "SELECT id FROM party WHERE phone_index = ($1::blind).mark ORDER BY id DESC LIMIT 200"
BY_CITIZEN_ID = """
SELECT id FROM party WHERE citizen_id_index = ($1::blind).mark ORDER BY id DESC LIMIT 200
"""
BY_NAME = """
SELECT id
  FROM party
 WHERE vn_fold(full_name) LIKE '%' || translate(vn_fold($1), '%_\\', '') || '%'
 ORDER BY id DESC
 LIMIT 200
"""


async def hits(conn: Connection[Record], kind: str, value: str, office_id: int) -> list[Hit]:
    """Dossiers of those with this phone (E.164), identity number or name, the newest first."""
    match kind:
        case "phone":
            rows = await conn.fetch(BY_PHONE, Wanted("phone", value))
        case "citizen_id":
            rows = await conn.fetch(BY_CITIZEN_ID, Wanted("citizen_id", value))
        case _:
            rows = await conn.fetch(BY_NAME, value)
    found = [row["id"] for row in rows]
    return convert(await conn.fetch(HITS, found, office_id), list[Hit]) if found else []


class Line(Struct, frozen=True, kw_only=True):
    """One look on the supervisor's page."""

    id: int
    at: datetime
    person: str
    role: str
    place: str | None
    deed: str
    ref: str | None
    whose: str | None
    fields: list[str]
    reason: str


# An office's own people, and whoever looked at its dossiers from elsewhere; a manager sees all.
LINES = """
SELECT r.id, r.at, w.full_name AS person, w.role, coalesce(o.name, a.short_name) AS place, r.deed,
       d.ref, p.full_name AS whose, r.fields, r.reason
  FROM read_log r
  JOIN person w ON w.id = r.person_id
  LEFT JOIN office o ON o.id = r.office_id
  LEFT JOIN agency a ON a.id = r.agency_id
  LEFT JOIN dossier d ON d.id = r.dossier_id
  LEFT JOIN party p ON p.id = r.party_id
 WHERE ($1::bigint IS NULL OR $1 IN (r.office_id, r.about_office))
   AND ($2::bigint IS NULL OR r.id < $2)
 ORDER BY r.id DESC
 LIMIT $3
"""


async def lines(
    conn: Connection[Record], office_id: int | None, before: int | None, limit: int
) -> list[Line]:
    return convert(await conn.fetch(LINES, office_id, before, limit), list[Line])


class Curious(Struct, frozen=True, kw_only=True):
    """Somebody who looked at more citizens within an hour than is usual."""

    person_id: int
    looks: int
    since: datetime


# A search counts as one look, whatever it found. An officer has no office: she counts where the
# dossiers began. Clock hours: what was too much once stays on the page until somebody asked why.
CURIOUS = """
SELECT DISTINCT ON (busy.person_id) busy.person_id, busy.looks, busy.since
  FROM (SELECT r.person_id, date_trunc('hour', r.at) AS since,
               count(*) FILTER (WHERE r.deed = 'shown')
               + count(DISTINCT r.at) FILTER (WHERE r.deed = 'searched') AS looks
          FROM read_log r
         WHERE coalesce(r.office_id, r.about_office) = $1 AND r.at > $2
         GROUP BY r.person_id, date_trunc('hour', r.at)) busy
 WHERE busy.looks > (SELECT an_hour FROM read_limit WHERE valid_from <= $3
                      ORDER BY valid_from DESC LIMIT 1)
 ORDER BY busy.person_id, busy.since DESC
"""


async def curious(
    conn: Connection[Record], office_id: int, since: datetime, day: date
) -> list[Curious]:
    return convert(await conn.fetch(CURIOUS, office_id, since, day), list[Curious])
