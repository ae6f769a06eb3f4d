"""SQL of what proves a hand-over: who took it, pictures, codes tried. Only SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.fields import Plain


class Kept(Struct, frozen=True, kw_only=True):
    """What was written down of the person who took a paper."""

    receiver_name: str
    id_kind: str | None = None
    id_last4: str | None = None
    authorisation: str | None = None


# Written with the event it proves. A repeat changes nothing and gets back what was written first.
PROVE = """
INSERT INTO delivery_proof AS proof (scan_id, receiver_name_sealed, relation, id_kind,
                                     id_last4_sealed, authorisation_sealed)
VALUES ($1, ($2::sealed).body, $3, $4, ($5::sealed).body, ($6::sealed).body)
    ON CONFLICT (scan_id) DO UPDATE SET relation = proof.relation
RETURNING proof.receiver_name, proof.id_kind, proof.id_last4, proof.authorisation
"""


async def prove(conn: Connection[Record], scan_id: UUID, relation: str, who: Kept) -> Kept:
    """Keep who took it, and say who was kept: the first to be written stays."""
    row = await conn.fetchrow(
        PROVE,
        scan_id,
        closed(scan_id, "receiver_name", who.receiver_name),
        relation,
        who.id_kind,
        closed(scan_id, "id_last4", who.id_last4),
        closed(scan_id, "authorisation", who.authorisation),
    )
    return convert(row, Kept)


def closed(scan_id: UUID, column: str, text: str | None) -> Plain | None:
    return None if text is None else Plain("delivery_proof", scan_id, column, text)


KEEP_FILE = """
INSERT INTO proof_file (sha256, media, content, kept_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (sha256) DO NOTHING
"""


async def keep_file(
    conn: Connection[Record], sha256: bytes, media: str, content: bytes, at: datetime
) -> None:
    await conn.execute(KEEP_FILE, sha256, media, content, at)


class Attachment(Struct, frozen=True, kw_only=True):
    """One picture of one scan. ``sent`` is what its scan calls it."""

    sent: bytes
    kind: str
    sha256: bytes
    added_by: int


ATTACH = """
INSERT INTO proof_attachment (scan_id, sent, kind, sha256, added_by, added_at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (scan_id, sent) DO NOTHING
"""


async def attach(conn: Connection[Record], scan_id: UUID, made: Attachment, at: datetime) -> None:
    await conn.execute(ATTACH, scan_id, made.sent, made.kind, made.sha256, made.added_by, at)


ATTACHMENTS = """
SELECT sent, kind, sha256, added_by
  FROM proof_attachment
 WHERE scan_id = $1
 ORDER BY kind DESC, sent
"""


async def attachments(conn: Connection[Record], scan_id: UUID) -> list[Attachment]:
    return convert(await conn.fetch(ATTACHMENTS, scan_id), list[Attachment])


class Named(Struct, frozen=True, kw_only=True):
    """The line of the register a picture belongs to."""

    person_id: int | None
    facts: dict[str, object]


LINE = "SELECT person_id, facts FROM event WHERE scan_id = $1"


async def line(conn: Connection[Record], scan_id: UUID) -> Named | None:
    return convert(await conn.fetchrow(LINE, scan_id), Named | None)


class Picture(Struct, frozen=True, kw_only=True):
    media: str
    content: bytes


# For the office that delivered, and the one where the dossier began.
PICTURE = """
SELECT f.media, f.content
  FROM proof_attachment a
  JOIN proof_file f ON f.sha256 = a.sha256
  JOIN event e ON e.scan_id = a.scan_id
  JOIN dossier d ON d.id = e.dossier_id
 WHERE a.scan_id = $1 AND a.sha256 = $2 AND $3 IN (e.office_id, d.office_id)
"""


async def picture(
    conn: Connection[Record], scan_id: UUID, sha256: bytes, office_id: int
) -> Picture | None:
    return convert(await conn.fetchrow(PICTURE, scan_id, sha256, office_id), Picture | None)


class Tries(Struct, frozen=True, kw_only=True):
    """The codes tried at one attempt, as keyed hashes."""

    wrong: list[bytes] = []
    used: bytes | None = None


# Whoever asks holds the consignment's lock: nobody counts beside her.
TRIES = "SELECT wrong, used FROM code_try WHERE consignment_id = $1 AND attempt = $2"


async def tries(conn: Connection[Record], consignment_id: int, attempt: int) -> Tries:
    row = await conn.fetchrow(TRIES, consignment_id, attempt)
    return convert(row, Tries) if row else Tries()


NOTE_WRONG = """
INSERT INTO code_try AS t (consignment_id, attempt, wrong) VALUES ($1, $2, ARRAY[$3::bytea])
    ON CONFLICT (consignment_id, attempt) DO UPDATE SET wrong = t.wrong || EXCLUDED.wrong
"""


async def note_wrong(
    conn: Connection[Record], consignment_id: int, attempt: int, mark: bytes
) -> None:
    await conn.execute(NOTE_WRONG, consignment_id, attempt, mark)


NOTE_USED = """
INSERT INTO code_try AS t (consignment_id, attempt, used, used_by) VALUES ($1, $2, $3, $4)
    ON CONFLICT (consignment_id, attempt) DO UPDATE
   SET used = EXCLUDED.used, used_by = EXCLUDED.used_by
"""


async def note_used(
    conn: Connection[Record], consignment_id: int, attempt: int, mark: bytes, scan_id: UUID
) -> None:
    await conn.execute(NOTE_USED, consignment_id, attempt, mark, scan_id)


# The list on which a paper was offered last: an incident names it.
LAST_LIST = """
SELECT max(hand_over_id) AS id FROM hand_over_line WHERE consignment_id = $1
"""


async def last_list(conn: Connection[Record], consignment_id: int) -> int | None:
    found: int | None = await conn.fetchval(LAST_LIST, consignment_id)
    return found
