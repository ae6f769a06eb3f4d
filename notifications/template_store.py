"""SQL of texts: their versions, and which of them the networks have approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias, cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from notifications.store import Version

Conn: TypeAlias = "Connection[Record]"

# The demonstration's own texts, approved by nobody but itself. Once a person has spoken for a
# network, or told the demonstration to be silent, it approves nothing more.
APPROVE_DEMO = """
INSERT INTO sms_approval (template, version, network, state, demo)
SELECT t.key, t.version, network, 'approved', true
  FROM (SELECT DISTINCT ON (key) key, version, edited_at
          FROM sms_template
         WHERE key = ANY($1::text[])
         ORDER BY key, version DESC) t,
       unnest($2::text[]) AS network
 WHERE t.edited_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM sms_approval WHERE NOT demo OR state <> 'approved')
    ON CONFLICT (template, version, network) DO NOTHING
"""


async def approve_demo(conn: Conn, keys: Sequence[str], networks: Sequence[str]) -> None:
    await conn.execute(APPROVE_DEMO, keys, networks)


# The newest version that every network has approved: while a newer one waits for them, the
# one before still leaves.
APPROVED_TEMPLATES = """
SELECT DISTINCT ON (t.key)
       t.key, t.version, t.recipient, t.text_ascii, t.text_vi, t.placeholders, t.max_segments
  FROM sms_template t
 WHERE (SELECT count(*)
          FROM sms_approval a
         WHERE a.template = t.key AND a.version = t.version AND a.state = 'approved'
           AND a.network = ANY($1::text[])) = cardinality($1::text[])
 ORDER BY t.key, t.version DESC
"""


async def approved_templates(conn: Conn, networks: Sequence[str]) -> list[Version]:
    return convert(await conn.fetch(APPROVED_TEMPLATES, networks), list[Version])


WITHDRAW_DEMO = """
UPDATE sms_approval SET state = 'pending' WHERE demo AND state = 'approved'
"""


async def withdraw_demo(conn: Conn) -> None:
    await conn.execute(WITHDRAW_DEMO)


class Stored(Version, frozen=True, kw_only=True):
    """A version with its history."""

    created_at: datetime
    edited_at: datetime | None
    edited_by: str | None


VERSIONS_OF = """
SELECT t.key, t.version, t.recipient, t.text_ascii, t.text_vi, t.placeholders, t.max_segments,
       t.created_at, t.edited_at, p.full_name AS edited_by
  FROM sms_template t
  LEFT JOIN person p ON p.id = t.edited_by
 WHERE t.key = $1
 ORDER BY t.version DESC
"""


async def versions_of(conn: Conn, key: str) -> list[Stored]:
    """Newest first."""
    return convert(await conn.fetch(VERSIONS_OF, key), list[Stored])


class Approval(Struct, frozen=True, kw_only=True):
    """What one network said of one version."""

    template: str
    version: int
    network: str
    state: str
    demo: bool
    decided_at: datetime | None
    decided_by: str | None


APPROVALS_OF = """
SELECT a.template, a.version, a.network, a.state, a.demo, a.decided_at, p.full_name AS decided_by
  FROM sms_approval a
  LEFT JOIN person p ON p.id = a.decided_by
 WHERE a.template = ANY($1::text[])
"""


async def approvals_of(conn: Conn, keys: Sequence[str]) -> list[Approval]:
    return convert(await conn.fetch(APPROVALS_OF, keys), list[Approval])


DECIDE = """
INSERT INTO sms_approval (template, version, network, state, demo, decided_at, decided_by)
SELECT key, version, $3, $4, false, $5, $6
  FROM sms_template
 WHERE key = $1 AND version = $2
    ON CONFLICT (template, version, network) DO UPDATE
   SET state = excluded.state, demo = false, decided_at = excluded.decided_at,
       decided_by = excluded.decided_by
RETURNING network
"""


async def decide(conn: Conn, said: tuple[str, int, str, str], *, by: int, now: datetime) -> bool:
    """Write (key, version, network, state); whether there is such a version."""
    return await conn.fetchval(DECIDE, *said, now, by) is not None


# Two operators writing at once get two numbers: the second waits for the first's row.
WRITE_VERSION = """
INSERT INTO sms_template (key, version, recipient, text_ascii, text_vi, placeholders, max_segments,
                          edited_at, edited_by, form_id)
SELECT key, version + 1, recipient, $2, $3, $4, max_segments, $5, $6, $7
  FROM sms_template
 WHERE key = $1
 ORDER BY version DESC
 LIMIT 1
    ON CONFLICT (form_id) DO NOTHING
RETURNING version
"""


async def write_version(
    conn: Conn,
    key: str,
    texts: tuple[str, str, list[str]],
    *,
    by: int,
    now: datetime,
    form_id: UUID,
) -> int | None:
    """Add a version of (ascii, vi, placeholders); none where the form was sent before."""
    found = await conn.fetchval(WRITE_VERSION, key, *texts, now, by, form_id)
    return cast("int | None", found)
