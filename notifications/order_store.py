"""SQL of messages about orders, which have no dossier yet. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct

Conn: TypeAlias = "Connection[Record]"


class OrderDraft(Struct, frozen=True, kw_only=True):
    """A message about one line of an order, written and not yet sent."""

    order_event_id: int
    recipient_id: int
    template: str
    version: int
    body: str
    segments: int
    drafted_at: datetime
    send_after: datetime
    valid_until: datetime


ADD_ORDER_DRAFT = """
INSERT INTO sms (order_event_id, recipient_id, template, template_version, body, segments,
                 drafted_at, send_after, next_attempt_at, valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
    ON CONFLICT (order_event_id, recipient_id, template) DO NOTHING
"""


async def add(conn: Conn, drafts: Sequence[OrderDraft]) -> None:
    """Write messages that are to leave. One a line, recipient and template."""
    names = OrderDraft.__struct_fields__
    rows = [[getattr(each, name) for name in names] for each in drafts]
    await conn.executemany(ADD_ORDER_DRAFT, rows)


# What waits is ended; what is in the air is marked, and stopped if it comes back.
OVERTAKE_ORDERS = """
UPDATE sms
   SET state = CASE WHEN state = 'queued' THEN 'superseded' ELSE state END,
       overtaken_at = $2
 WHERE order_event_id = ANY($1::bigint[]) AND template = ANY($3::text[])
   AND state IN ('queued', 'sending', 'unknown')
"""


async def overtake(
    conn: Conn, order_event_ids: Sequence[int], templates: Sequence[str], now: datetime
) -> None:
    """What these lines were to tell with these texts is told no more: newer things happened."""
    await conn.execute(OVERTAKE_ORDERS, order_event_ids, now, templates)
