"""Forms laid aside: while a citizen fetches a paper, or because the power went.

A draft belongs to the clerk who typed it and goes away with the receipt.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import convert, to_builtins

from postal_service.caller import Staff
from postal_service.desk import counter_store as store
from postal_service.desk.counter_store import Draft
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Entry

__all__ = ["Draft", "UnknownDraft", "discard", "hold", "keep", "mine", "recover"]


class UnknownDraft(DeskError):
    """The form was saved or thrown away since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ nhập dở này không còn. Tải lại trang để xem danh sách mới.",
            "This draft is gone. Reload the page to see what there is.",
        )


async def hold(conn: Connection[Record], entry: Entry, *, staff: Staff, now: datetime) -> bool:
    """Lay *entry* aside as it is; False where there is nothing in it worth keeping."""
    if not (entry.procedure_id or personal(entry)):
        return False
    await store.keep_draft(
        conn,
        UUID(entry.form_id),
        office_id=staff.office_id or 0,
        person_id=staff.id,
        label=(entry.name or entry.procedure_text or "Chưa có tên")[:120],
        form=to_builtins(entry),
        held_at=now,
    )
    return True


async def keep(conn: Connection[Record], entry: Entry, *, staff: Staff, now: datetime) -> None:
    """Keep unasked what a power cut would take: once a citizen has told something of herself.

    Looking up a price or a list of papers leaves nothing behind.
    """
    if personal(entry):
        await hold(conn, entry, staff=staff, now=now)


def personal(entry: Entry) -> bool:
    return bool(
        entry.name
        or entry.citizen_id
        or entry.phone
        or entry.address
        or entry.rep_name
        or entry.rep_id
    )


async def mine(conn: Connection[Record], staff: Staff) -> list[Draft]:
    """What this clerk left unfinished at this office, the newest first."""
    return await store.drafts_of(conn, staff.id, staff.office_id or 0)


async def recover(conn: Connection[Record], form_id: UUID, staff: Staff) -> Entry:
    """The form as it was typed. Raises UnknownDraft."""
    form = await store.draft_form(conn, form_id, staff.id)
    if form is None:
        raise UnknownDraft
    return convert(form, Entry)


async def discard(conn: Connection[Record], form_id: UUID, staff: Staff) -> None:
    """Throw a draft away. Safe to repeat."""
    await store.drop_draft(conn, form_id, staff.id)
