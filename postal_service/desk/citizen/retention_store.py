"""SQL of what is kept no longer. Only SQL. Events are never touched: they name nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.desk.citizen import masking
from postal_service.fields import Plain

# The newest row of each kind that is in force.
DAYS = """
SELECT DISTINCT ON (kind) kind, days
  FROM retention
 WHERE valid_from <= $1
 ORDER BY kind, valid_from DESC
"""


async def days(conn: Connection[Record], day: date) -> dict[str, int]:
    return {row["kind"]: row["days"] for row in await conn.fetch(DAYS, day)}


# Written down long ago, and nothing has happened to any of their dossiers since.
OLD_PARTIES = """
SELECT p.id
  FROM party p
 WHERE p.erased_at IS NULL AND p.created_at < $1
   AND NOT EXISTS (
       SELECT FROM dossier d
        WHERE (p.id IN (d.applicant_id, d.receiver_id)
               OR EXISTS (SELECT FROM representative v
                           WHERE v.dossier_id = d.id AND v.party_id = p.id))
          AND (d.status NOT IN (3, 8, 10)
               OR EXISTS (SELECT FROM event e WHERE e.dossier_id = d.id AND e.heard_at >= $1)))
 ORDER BY p.id
 LIMIT $2
   FOR NO KEY UPDATE SKIP LOCKED
"""


async def old_parties(conn: Connection[Record], before: datetime, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(OLD_PARTIES, before, limit)]


ERASE_PARTY = """
UPDATE party
   SET full_name = $2, citizen_id_sealed = NULL, citizen_id_index = NULL, phone_sealed = NULL,
       phone_index = NULL, address_sealed = ($3::sealed).body, note_sealed = ($4::sealed).body,
       sms_allowed = false, erased_at = $5
 WHERE id = $1 AND erased_at IS NULL
"""


# The paper that let her hand in papers for somebody names them both.
ERASE_PAPER = "UPDATE representative SET paper_sealed = ($2::sealed).body WHERE dossier_id = $1"
REPRESENTED = "SELECT dossier_id FROM representative WHERE party_id = ANY($1::bigint[])"


# What a change kept of the value before goes with the party it was of.
ERASE_CHANGES = """
UPDATE dossier_change
   SET proof_sealed = NULL, phone_was_sealed = NULL, address_was_sealed = NULL
 WHERE dossier_id IN (SELECT id FROM dossier
                       WHERE applicant_id = ANY($1::bigint[]) OR receiver_id = ANY($1::bigint[]))
"""


async def erase_parties(conn: Connection[Record], ids: Sequence[int], at: datetime) -> None:
    await conn.execute(ERASE_CHANGES, list(ids))
    await conn.executemany(
        ERASE_PARTY,
        [
            (
                each,
                masking.ERASED,
                Plain("party", each, "address", masking.ERASED),
                Plain("party", each, "note", ""),
                at,
            )
            for each in ids
        ],
    )
    papers = [
        (row["dossier_id"], Plain("representative", row["dossier_id"], "paper", masking.ERASED))
        for row in await conn.fetch(REPRESENTED, list(ids))
    ]
    await conn.executemany(ERASE_PAPER, papers)


OLD_PROOFS = """
SELECT p.scan_id
  FROM delivery_proof p
  JOIN event e ON e.scan_id = p.scan_id
 WHERE e.heard_at < $1 AND (p.id_last4_sealed IS NOT NULL OR p.authorisation_sealed IS NOT NULL)
 ORDER BY e.id
 LIMIT $2
   FOR NO KEY UPDATE OF p SKIP LOCKED
"""
PROOFS_OF = """
SELECT p.scan_id
  FROM delivery_proof p
  JOIN event e ON e.scan_id = p.scan_id
  JOIN dossier d ON d.id = e.dossier_id
 WHERE d.applicant_id = ANY($1::bigint[]) OR d.receiver_id = ANY($1::bigint[])
   FOR NO KEY UPDATE OF p
"""
ERASE_PROOF = """
UPDATE delivery_proof
   SET receiver_name_sealed = ($2::sealed).body, id_last4_sealed = NULL,
       authorisation_sealed = NULL
 WHERE scan_id = $1
"""


async def old_proofs(conn: Connection[Record], before: datetime, limit: int) -> list[UUID]:
    return [row["scan_id"] for row in await conn.fetch(OLD_PROOFS, before, limit)]


async def proofs_of(conn: Connection[Record], party_ids: Sequence[int]) -> list[UUID]:
    return [row["scan_id"] for row in await conn.fetch(PROOFS_OF, list(party_ids))]


async def erase_proofs(conn: Connection[Record], scans: Sequence[UUID]) -> None:
    names = [
        (each, Plain("delivery_proof", each, "receiver_name", masking.ERASED)) for each in scans
    ]
    await conn.executemany(ERASE_PROOF, names)


# What a courier has no longer, and has said nothing of since then, is not his business any more.
END_SIGHT = """
WITH gone AS (
    DELETE FROM stake s
     WHERE s.keeper = 'courier'
       AND NOT EXISTS (SELECT FROM consignment c
                        WHERE c.dossier_id = s.dossier_id
                          AND ((c.holder_kind = 'courier' AND c.holder_id = s.keeper_id)
                               OR (c.offered_kind = 'courier' AND c.offered_id = s.keeper_id)))
       AND NOT EXISTS (SELECT FROM event e
                        WHERE e.dossier_id = s.dossier_id AND e.person_id = s.keeper_id
                          AND e.heard_at >= $1)
    RETURNING 1)
SELECT count(*) FROM gone
"""


async def end_sight(conn: Connection[Record], before: datetime) -> int:
    """Let couriers forget dossiers they neither carry nor have touched since *before*."""
    return int(await conn.fetchval(END_SIGHT, before))


DROP_DRAFTS = """
WITH gone AS (DELETE FROM draft WHERE held_at < $1 RETURNING 1) SELECT count(*) FROM gone
"""
# What was decided keeps its act, hour and person; what the phone sent is nobody's any more.
SHRED_LINES = """
WITH gone AS (
    UPDATE quarantined_scan SET line_sealed = NULL
     WHERE decided_at < $1 AND line_sealed IS NOT NULL
    RETURNING 1)
SELECT count(*) FROM gone
"""
# A picture may come before its scan, but not a week before; one of a lost phone's scan waits
# for the supervisor.
DROP_ORPHANS = """
WITH gone AS (
    DELETE FROM proof_attachment a
     WHERE a.added_at < $1
       AND NOT EXISTS (SELECT FROM event e WHERE e.scan_id = a.scan_id)
       AND NOT EXISTS (SELECT FROM quarantined_scan q
                        WHERE q.scan_id = a.scan_id AND q.state = 'waiting')
    RETURNING 1)
SELECT count(*) FROM gone
"""
DROP_FILES = """
WITH gone AS (
    DELETE FROM proof_file f
     WHERE f.kept_at < $1
       AND NOT EXISTS (SELECT FROM proof_attachment a WHERE a.sha256 = f.sha256)
    RETURNING 1)
SELECT count(*) FROM gone
"""


async def drop_drafts(conn: Connection[Record], before: datetime) -> int:
    return int(await conn.fetchval(DROP_DRAFTS, before))


async def shred_lines(conn: Connection[Record], before: datetime) -> int:
    return int(await conn.fetchval(SHRED_LINES, before))


async def drop_orphans(conn: Connection[Record], before: datetime) -> int:
    """Pictures that no scan ever named, and files that no picture is any more."""
    await conn.fetchval(DROP_ORPHANS, before)
    return int(await conn.fetchval(DROP_FILES, before))
