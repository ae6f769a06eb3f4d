"""What went wrong with papers: opened when it is seen, closed by two people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from asyncpg import Connection

from tracking import incident_store as store
from tracking.custody_errors import SecondPersonNeeded
from tracking.incident_store import Incident, NewIncident

__all__ = ["Incident", "NewIncident", "close", "open_all", "standing"]

SEAL_BROKEN: Final = "CD01"
SEAL_DIFFERS: Final = "CD02"
WRONG_COUNT: Final = "CD03"

Ending = Literal["found", "lost", "repacked", "explained"]


async def open_all(conn: Connection, seen: Sequence[NewIncident]) -> None:
    """Open an incident for each of *seen*. Safe to repeat: one a cause."""
    if seen:
        await store.open_all(conn, seen)


async def close(
    conn: Connection, incident_id: int, ending: Ending, *, by: int, approver: int, at: datetime
) -> bool:
    """Settle an incident; whether it was open. Raises SecondPersonNeeded."""
    if by == approver:
        raise SecondPersonNeeded
    return await store.close(conn, incident_id, ending, people=(by, approver), at=at)


async def standing(conn: Connection, office_id: int) -> list[Incident]:
    """What is open at an office, the oldest first."""
    return await store.standing(conn, office_id)
