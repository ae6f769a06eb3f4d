"""SQL of the forms an agency fills in. Only SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Written(Struct, frozen=True, kw_only=True):
    """One numbered notice with its dossier, as its form says it."""

    scan_id: UUID
    year: int
    number: int
    settlement: str | None
    at: datetime
    officer: str
    reason: str | None
    ground: str | None
    note: str | None
    old_due: datetime | None
    new_due: datetime | None
    agency_id: int
    agency: str
    place: str
    contact: str
    offices: list[int]
    form_set: str
    ref: str
    agency_code: str | None
    name: str
    citizen_id: str | None
    phone: str | None
    address: str
    procedure: str
    accepted_at: datetime


# The newest of the form, or the one of that number of the year.
WRITTEN = """
SELECT e.scan_id, n.year, n.number, n.settlement, e.at, p.full_name AS officer,
       r.name_vi AS reason, r.legal_ground AS ground, t.text AS note, x.old_due, x.new_due,
       n.agency_id, g.name_vi AS agency,
       coalesce((SELECT u.name FROM unit u
                  WHERE u.code IN (g.seat_unit_2019, g.seat_unit_2025) AND u.level = 'commune'
                    AND daterange(u.valid_from, u.valid_to)
                        @> (e.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
                  ORDER BY u.code = g.seat_unit_2025 DESC
                  LIMIT 1), 'Lâm Đồng') AS place,
       concat_ws(', ', g.address, g.phone) AS contact,
       array(SELECT c.office_id FROM consignment c WHERE c.dossier_id = d.id
              UNION SELECT d.office_id) AS offices,
       coalesce(i.form_set, 'TT03-2025') AS form_set, d.ref, d.agency_code,
       a.full_name AS name, a.citizen_id, a.phone, a.address, q.name_vi AS procedure,
       d.accepted_at
  FROM dossier d
  JOIN notice n ON n.dossier_id = d.id AND n.form = $2
  JOIN event e ON e.id = n.event_id
  JOIN person p ON p.id = e.person_id
  JOIN agency g ON g.id = n.agency_id
  JOIN party a ON a.id = d.applicant_id
  JOIN procedure q ON q.id = d.procedure_id
  LEFT JOIN intake i ON i.dossier_id = d.id
  LEFT JOIN reason r ON r.code = e.facts ->> 'reason'
  LEFT JOIN ruling_note t ON t.scan_id = e.scan_id
  LEFT JOIN extension x ON x.event_id = n.event_id
 WHERE d.ref = $1 AND (n.year, n.number) = (coalesce($3, n.year), coalesce($4, n.number))
 ORDER BY n.event_id DESC
 LIMIT 1
"""


async def written(
    conn: Connection[Record], ref: str, form: str, year: int | None, number: int | None
) -> Written | None:
    return convert(await conn.fetchrow(WRITTEN, ref, form, year, number), Written | None)
