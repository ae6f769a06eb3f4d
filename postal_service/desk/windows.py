"""When an agency's desk is open for a courier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.dispatch_store import Desk
from tracking import calendars


class Window(Struct, frozen=True):
    """When an agency's desk is open, the spell that counts for a courier now."""

    opens: datetime
    closes: datetime


async def windows(
    conn: Connection[Record], desks: Iterable[Desk], now: datetime
) -> dict[int, Window]:
    """For each agency the spell of today that is open now or opens next; none when it is closed."""
    local = now.astimezone(VIETNAM)
    spells: dict[str, Window | None] = {}
    found = {}
    for desk in desks:
        if desk.hours_group not in spells:
            calendar = await calendars.calendar_for(conn, desk.hours_group, local.date())
            today = [
                Window(
                    datetime.combine(local.date(), session.open, VIETNAM),
                    datetime.combine(local.date(), session.close, VIETNAM),
                )
                for session in calendar.sessions_of(local.date())
                if session.accepts
            ]
            spells[desk.hours_group] = next((w for w in today if w.closes > local), None)
        if window := spells[desk.hours_group]:
            found[desk.id] = window
    return found
