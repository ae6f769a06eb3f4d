"""A register as it is after years: a million lines, laid down without asking each of them.

The lines are chained here, by the Python that ``postal verify`` reckons with, and copied in
past the triggers: what they would have written is written in bulk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from postal_service.database import Context, Database
from tests import make
from tests.load.house import CLOCK, FILL_CONSIGNMENTS, FILL_DOSSIERS, say
from tests.make import Town
from tracking import identifiers, seal
from tracking.seal import START, Line

#: How long ago the first of them happened.
DAYS = 30
COLUMNS = tuple(Line.__struct_fields__)

#: One dossier's way to the agency and through it: act, stage, status, holder, its id, offered to.
WAY: Sequence[tuple[str, str | None, int | None, str | None, str | None, str | None]] = (
    ("accept", "accepted", 1, "office", "office", None),
    ("offer", "accepted", None, "office", "office", "courier"),
    ("collect", "to_agency", None, "courier", "courier", None),
    ("hand_over", "offered", None, "courier", "courier", None),
    ("sign", "with_agency", None, "agency", "agency", None),
    ("receive", None, 2, None, None, None),
    ("begin", None, 4, None, None, None),
    ("finish", None, 9, None, None, None),
)

FILL_INTAKE = """
INSERT INTO intake (dossier_id, form_id, clerk_id, form_set, weight_g)
SELECT d, gen_random_uuid(), $2, 'TT03-2025', 50 FROM unnest($1::bigint[]) d
"""
FILL_STAKES = """
INSERT INTO stake (dossier_id, keeper, keeper_id)
SELECT dossier_id, 'office', office_id FROM consignment
 UNION ALL SELECT dossier_id, 'agency', agency_id FROM consignment
 UNION ALL SELECT dossier_id, offered_kind, offered_id FROM consignment
            WHERE offered_kind = 'courier'
"""
ARRIVE = """
UPDATE dossier d
   SET status = 9, agency_code = 'H36.31-' || d.id, received_at = e.received, processed_at = e.done,
       due_at = e.received + interval '3 days', original_due_at = e.received + interval '3 days'
  FROM (SELECT dossier_id, max(at) FILTER (WHERE act = 'receive') AS received,
               max(at) FILTER (WHERE act = 'finish') AS done
          FROM event GROUP BY dossier_id) e
 WHERE e.dossier_id = d.id
"""
SIGNED_FOR = """
UPDATE consignment SET stage = 'with_agency', holder_kind = 'agency', holder_id = agency_id,
       offered_kind = NULL, offered_id = NULL
"""


async def fill(server_url: str, database: Database, town: Town, dossiers: int, each: int) -> None:
    """Lay down *dossiers*, numbered from 0, with the first *each* lines of their WAY.

    With one or two lines they lie on the shelf, offered to the courier. Needs an owner's address.
    """
    async with database.begin(Context.command("bench")) as conn:
        citizen = await make.party(conn)
    conn = await asyncpg.connect(server_url)
    try:
        await conn.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
        say(f"filling {dossiers} dossiers")
        rows = await conn.fetch(
            FILL_DOSSIERS, dossiers, town.procedure, citizen, town.office, town.agency, CLOCK.now()
        )
        ids = [row["id"] for row in rows]
        numbers = [identifiers.s10("RB", n) for n in range(dossiers)]
        await conn.execute(FILL_CONSIGNMENTS, ids, numbers, town.office, town.agency, town.courier)
        await conn.execute(FILL_INTAKE, ids, town.clerk)
        await conn.execute(FILL_STAKES)
        say(f"filling {dossiers * each} lines")
        papers = [row["id"] for row in await conn.fetch("SELECT id FROM consignment ORDER BY id")]
        heads: list[tuple[int, int, bytes]] = []
        await conn.copy_records_to_table(
            "event", records=lines(ids, papers, town, each, heads), columns=COLUMNS
        )
        await conn.copy_records_to_table("event_chain", records=heads)
        await conn.execute("SELECT setval('event_id_seq', (SELECT max(id) FROM event))")
        if each == len(WAY):
            await conn.execute(ARRIVE)
            await conn.execute(SIGNED_FOR)
        say("tidying up")
        await conn.execute("VACUUM (ANALYZE)")
        await conn.execute("CHECKPOINT")
    finally:
        await conn.close()


def lines(
    ids: Sequence[int],
    papers: Sequence[int],
    town: Town,
    each: int,
    heads: list[tuple[int, int, bytes]],
) -> Iterator[tuple[object, ...]]:
    """Rows of ``event``, oldest first, each chained to the one before; their ends go to *heads*."""
    begun = CLOCK.now().replace(microsecond=0) - timedelta(days=DAYS)
    holders = {"office": town.office, "courier": town.courier, "agency": town.agency, None: None}
    id_ = 0
    for ordinal, (dossier, paper) in enumerate(zip(ids, papers, strict=True)):
        at = begun + timedelta(seconds=(DAYS - 1) * 86_400 * ordinal // len(ids))
        before = START
        for n, step in enumerate(WAY[:each], start=1):
            id_ += 1
            line = line_of(id_, dossier, paper, at + timedelta(seconds=n), step, holders, town)
            before = seal.link(before, n, seal.digest(line))
            yield (*(getattr(line, name) for name in COLUMNS[:-2]), n, before)
        heads.append((dossier, min(each, len(WAY)), before))


def line_of(
    id_: int,
    dossier: int,
    paper: int,
    at: datetime,
    step: tuple[str, str | None, int | None, str | None, str | None, str | None],
    holders: dict[str | None, int | None],
    town: Town,
) -> Line:
    act, stage, status, holder, whose, offered = step
    return Line(
        id=id_, dossier_id=dossier, consignment_id=paper if stage else None,
        scan_id=UUID(int=id_ << 64 | dossier), act=act, stage=stage, status=status,
        holder_kind=holder, holder_id=holders[whose], person_id=town.courier, at=at, heard_at=at,
        facts='{"list": "BK-261123-00001"}', office_id=town.office if stage else None,
        offered_kind=offered, offered_id=holders[offered], undoes=None, approver_id=None, n=0,
        hash=b"",
    )  # fmt: skip
