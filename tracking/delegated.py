"""Reception at a counter in the agency's name (QĐ 468/QĐ-TTg): the clock starts there and then.

The papers travel as ever; only who received them, and when, is another matter.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from asyncpg import Connection
from msgspec.structs import replace

from tracking import delegated_store, journey, ruling_store, rulings, store
from tracking.model import Ruling

MODE: Final = "delegate"


async def receive(conn: Connection, ruling: Ruling, *, heard_at: datetime) -> None:
    """Write the reception of a dossier that the counter has just accepted. Safe to repeat.

    Raises IllegalMove, BadRuling, ScanReused.
    """
    current = await journey.dossier(conn, ruling.ref)
    whole = replace(ruling, facts=ruling.facts | {"mode": MODE})
    if earlier := await store.find_events(conn, [ruling.id]):
        rulings.repeated(earlier[0], current, whole)
        return
    status = rulings.status_after(current, whole)
    await ruling_store.append_ruling(conn, current, whole, status, heard_at)
    await delegated_store.mark(conn, current.id, MODE)
