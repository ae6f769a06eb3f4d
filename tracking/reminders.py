"""What only the calendar says of a paper: that today is the last day it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record

from tracking import correction_store, slip_store
from tracking import reminder_store as store
from tracking.errors import UnknownDossier
from tracking.model import Dossier, Event

#: The name space of reminders: the same paper on the same day is the same reminder.
LAST_DAYS: Final = UUID("6f0f4a52-6d3b-4c07-9a0e-6f5b6a4b8f21")


async def last_day(
    conn: Connection[Record], consignment_ids: Sequence[int], day: date, *, at: datetime
) -> int:
    """Write that *day* is the last day these papers are kept; how many had not been told.

    Nobody does it, and nothing moves: the line repeats what the paper is. What has left the
    office meanwhile, or is offered to somebody, is left out.
    """
    ids = [uuid5(LAST_DAYS, f"{consignment_id}:{day}") for consignment_id in consignment_ids]
    return await store.append_last_days(conn, consignment_ids, ids, at)


async def lines_of(conn: Connection[Record], consignment_id: int) -> list[Event]:
    """Everything that happened to one paper, oldest first."""
    return await correction_store.lines_of(conn, consignment_id)


async def dossier_of(conn: Connection[Record], ref: str) -> Dossier:
    """The dossier with this reference, not locked. Raises UnknownDossier."""
    found = await slip_store.dossier_by_ref(conn, ref)
    if found is None:
        raise UnknownDossier(ref)
    return found
