"""What a courier does at one place with many papers: one press, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import delivery
from postal_service.desk import dispatch_store as store
from postal_service.desk.delivery import Answer, Report
from postal_service.desk.dispatch import at_desk, number
from routes import rounds
from routes.model import Outcome


async def carry(
    conn: Connection[Record], staff: Staff, reports: Sequence[Report], *, stop: str, now: datetime
) -> list[Answer]:
    """Record what was ticked at the stop *stop*, or at the office where it is empty.

    The first papers taken begin the ride. An agency where nothing is left to do
    is done; what is ticked and refused stays.
    """
    answers = await delivery.record_clicks(conn, reports, heard_at=now)
    await delivery.set_out(conn, staff.id, now)
    if stop and not await left_at(conn, staff, stop):
        await leave(conn, staff, stop, outcome="done", now=now)
    return answers


async def left_at(conn: Connection[Record], staff: Staff, stop: str) -> bool:
    """Whether there is still something to hand over or collect at the agency of *stop*."""
    items = await store.items(conn, staff.office_id or 0, staff.id)
    return any(item.agency_id == number(stop) and at_desk(item) for item in items)


async def leave(
    conn: Connection[Record], staff: Staff, stop: str, *, outcome: Outcome, now: datetime
) -> None:
    """The courier rides on from an agency, with or without having done everything."""
    await rounds.finish_stop(conn, reference=stop, courier_id=staff.id, at=now, outcome=outcome)


async def come_home(
    conn: Connection[Record], staff: Staff, reports: Sequence[Report], *, now: datetime
) -> list[Answer]:
    """Bring in what is left in the bag and end today's round. Safe to repeat."""
    answers = await delivery.record_clicks(conn, reports, heard_at=now)
    made = await rounds.round_of(conn, staff.id, now.astimezone(VIETNAM).date())
    if made is not None:
        await rounds.finish(conn, made.id, now)
    return answers
