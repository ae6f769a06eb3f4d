"""What holds up many dossiers at once and is nobody's act: a storm, a closed office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from asyncpg import Connection, Record

from tracking import delay_store as store
from tracking.model import Facts


async def delay(
    conn: Connection[Record],
    dossier_ids: Sequence[int],
    cause: UUID,
    *,
    person: int,
    facts: Facts,
    at: datetime,
) -> int:
    """Write in each dossier's slip that *cause* holds it up; how many had not been told.

    The id of each line is drawn from the cause and the dossier: told once, however often asked.
    No status and no holder changes.
    """
    ids = [uuid5(cause, str(dossier_id)) for dossier_id in dossier_ids]
    return await store.append_delays(conn, dossier_ids, ids, (person, facts, at))
