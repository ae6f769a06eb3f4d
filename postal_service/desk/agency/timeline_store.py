"""SQL of what a timeline needs beside the register: names, reasons, refusals. Only SQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from tracking.stages import Keeper


class Named(Struct, frozen=True):
    """A person (under "courier"), an office or an agency, and what it is called."""

    kind: Keeper
    id: int
    name: str


NAMES = """
SELECT 'courier' AS kind, id, full_name AS name FROM person WHERE id = ANY($1::bigint[])
 UNION ALL
SELECT 'office', id, name FROM office WHERE id = ANY($2::bigint[])
 UNION ALL
SELECT 'agency', id, name_vi FROM agency WHERE id = ANY($3::bigint[])
"""


async def names(
    conn: Connection[Record],
    people: Collection[int],
    offices: Collection[int],
    agencies: Collection[int],
) -> list[Named]:
    return convert(
        await conn.fetch(NAMES, sorted(people), sorted(offices), sorted(agencies)), list[Named]
    )


REASON_NAMES = "SELECT code, name_vi FROM reason WHERE code = ANY($1::text[])"


async def reason_names(conn: Connection[Record], codes: Collection[str]) -> dict[str, str]:
    return {row["code"]: row["name_vi"] for row in await conn.fetch(REASON_NAMES, sorted(codes))}


class Refused(Struct, frozen=True, kw_only=True):
    """What somebody tried with a paper and may not do; ``why`` names the kind of refusal."""

    s10: str
    act: str
    person: str
    at: datetime
    heard_at: datetime
    why: str


REFUSED = """
SELECT r.s10, r.act, p.full_name AS person, r.at, r.heard_at, r.why
  FROM refused_act r
  JOIN person p ON p.id = r.person_id
 WHERE r.s10 = ANY($1::text[])
 ORDER BY r.id DESC
 LIMIT 200
"""


async def refused(conn: Connection[Record], s10s: Collection[str]) -> list[Refused]:
    return convert(await conn.fetch(REFUSED, sorted(s10s)), list[Refused])


# As hand_over_papers finds one: for its two sides, and for the giver's office.
OPEN_LISTS = """
SELECT number
  FROM hand_over
 WHERE number = ANY($1::text[])
   AND ((giver_kind = $2 AND giver_id = $3) OR (taker_kind = $2 AND taker_id = $3)
        OR ($2 = 'office' AND office_id = $3))
"""


async def open_lists(
    conn: Connection[Record], numbers: Collection[str], kind: Keeper, own: int
) -> frozenset[str]:
    """Those of *numbers* whose list *own* of *kind* may print."""
    found = await conn.fetch(OPEN_LISTS, sorted(numbers), kind, own)
    return frozenset(row["number"] for row in found)


class About(Struct, frozen=True, kw_only=True):
    """What a dossier is about, as the slip's head says it."""

    form_set: str
    name: str
    procedure: str
    office: str
    place: str
    agency: str


# A manager reads the slip and not the citizen: the name is empty for whoever may not see it.
ABOUT = """
SELECT coalesce(i.form_set, 'TT03-2025') AS form_set, coalesce(a.full_name, '') AS name,
       p.name_vi AS procedure, o.name AS office, g.name_vi AS agency,
       coalesce((SELECT u.name FROM unit u
                  WHERE u.code IN (o.commune_2019, o.commune_2025) AND u.level = 'commune'
                    AND daterange(u.valid_from, u.valid_to)
                        @> (d.accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
                  ORDER BY u.code = o.commune_2025 DESC
                  LIMIT 1), o.name) AS place
  FROM dossier d
  LEFT JOIN party a ON a.id = d.applicant_id
  JOIN procedure p ON p.id = d.procedure_id
  JOIN office o ON o.id = d.office_id
  JOIN agency g ON g.id = d.agency_id
  LEFT JOIN intake i ON i.dossier_id = d.id
 WHERE d.id = $1
"""


async def about(conn: Connection[Record], dossier_id: int) -> About:
    return convert(await conn.fetchrow(ABOUT, dossier_id), About)


RECEIVERS = """
SELECT p.scan_id, p.receiver_name FROM delivery_proof p WHERE p.scan_id = ANY($1::uuid[])
"""


async def receivers(conn: Connection[Record], scans: Collection[UUID]) -> dict[UUID, str]:
    """Who took the paper, by the scan that gave it away."""
    return {
        row["scan_id"]: row["receiver_name"] for row in await conn.fetch(RECEIVERS, sorted(scans))
    }
