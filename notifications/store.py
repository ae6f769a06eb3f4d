"""SQL of messages: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias, cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

from notifications.messages import Template

Conn: TypeAlias = "Connection[Record]"


class Version(Template, frozen=True, kw_only=True):
    """A registered text and which of its versions it is."""

    version: int


# A version that a person wrote is the last word until she writes another.
PUT_TEMPLATE = """
INSERT INTO sms_template (key, version, recipient, text_ascii, text_vi, placeholders, max_segments)
SELECT $1, coalesce(old.version, 0) + 1, $2, $3, $4, $5, $6
  FROM (VALUES (1)) one
  LEFT JOIN (SELECT version, edited_at, recipient, text_ascii, text_vi, placeholders, max_segments
               FROM sms_template
              WHERE key = $1
              ORDER BY version DESC
              LIMIT 1) old ON true
 WHERE old.version IS NULL
    OR (old.edited_at IS NULL
        AND (old.recipient, old.text_ascii, old.text_vi, old.placeholders, old.max_segments)
            IS DISTINCT FROM ($2::text, $3::text, $4::text, $5::text[], $6::integer))
RETURNING version
"""


async def put_template(conn: Conn, new: Version) -> int | None:
    """The version written, or none where the newest one stands."""
    return cast(
        "int | None",
        await conn.fetchval(
            PUT_TEMPLATE,
            new.key,
            new.recipient,
            new.text_ascii,
            new.text_vi,
            new.placeholders,
            new.max_segments,
        ),
    )


NEWEST_TEMPLATES = """
SELECT DISTINCT ON (key) key, version, recipient, text_ascii, text_vi, placeholders, max_segments
  FROM sms_template
 ORDER BY key, version DESC
"""


async def newest_templates(conn: Conn) -> list[Version]:
    return convert(await conn.fetch(NEWEST_TEMPLATES), list[Version])


class Draft(Struct, frozen=True, kw_only=True):
    """A message that is written and not yet sent."""

    event_id: int
    dossier_id: int
    recipient_id: int
    template: str
    version: int
    body: str
    segments: int
    drafted_at: datetime
    send_after: datetime
    #: when what it says stops being true; none: it keeps
    valid_until: datetime | None = None


ADD_DRAFTS = """
INSERT INTO sms (event_id, dossier_id, recipient_id, template, template_version, body, segments,
                 drafted_at, send_after, next_attempt_at, valid_until)
SELECT d.event_id, d.dossier_id, d.recipient_id, d.template, d.version, d.body, d.segments,
       d.drafted_at, d.send_after, d.send_after, d.valid_until
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::integer[], $6::text[],
              $7::smallint[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
    AS d (event_id, dossier_id, recipient_id, template, version, body, segments, drafted_at,
          send_after, valid_until)
    ON CONFLICT (event_id, recipient_id, template) DO NOTHING
"""


async def add_drafts(conn: Conn, drafts: Sequence[Draft]) -> None:
    """Write messages that are to leave. One an event, recipient and template: repeats are not."""
    names = Draft.__struct_fields__
    await conn.execute(ADD_DRAFTS, *([getattr(each, name) for each in drafts] for name in names))


class Shown(Struct, frozen=True, kw_only=True):
    """A message as a screen shows it."""

    id: int
    event_id: int | None
    dossier_id: int | None
    order_event_id: int | None
    recipient_id: int
    template: str
    body: str
    segments: int
    state: str
    drafted_at: datetime
    send_after: datetime
    sent_at: datetime | None


RECENT = """
SELECT id, event_id, dossier_id, order_event_id, recipient_id, template, body, segments, state,
       drafted_at, send_after, sent_at
  FROM sms
 ORDER BY id DESC
 LIMIT $1
"""


async def recent(conn: Conn, limit: int) -> list[Shown]:
    """The newest *limit* messages, newest first."""
    return convert(await conn.fetch(RECENT, limit), list[Shown])
