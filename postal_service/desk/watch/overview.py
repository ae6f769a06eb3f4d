"""What people see of questions and incidents: those of their place, a manager those of all.

A manager looks on. Whoever asks and whoever decides works where the paper is.
"""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.desk.watch import approvals, incident_desk, quarantine
from postal_service.desk.watch import overview_store as store
from postal_service.desk.watch.approvals_store import Approval
from postal_service.desk.watch.incident_desk import Case


class Questions(Struct, frozen=True, kw_only=True):
    """What waits for a second person, and what was answered lately."""

    waiting: list[Approval]
    decided: list[Approval]


async def questions(conn: Connection[Record], staff: Staff, *, now: datetime) -> Questions:
    if staff.role is Role.MANAGER:
        since = now - approvals.SHOWN
        return Questions(
            waiting=await store.waiting(conn, now),
            decided=await store.decided(conn, since=since, now=now),
        )
    return Questions(
        waiting=await approvals.waiting(conn, staff, now=now),
        decided=await approvals.decided(conn, staff, now=now),
    )


class Incidents(Struct, frozen=True, kw_only=True):
    """What went wrong; ``kept``: scans of lost phones, which are a supervisor's alone."""

    standing: list[Case]
    settled: list[Case]
    waiting: int
    kept: int | None


async def incidents(conn: Connection[Record], staff: Staff, *, now: datetime) -> Incidents:
    if staff.role is Role.MANAGER:
        return Incidents(
            standing=await store.standing(conn),
            settled=await store.settled(conn, now - incident_desk.SHOWN),
            waiting=await store.count_waiting(conn, now),
            kept=None,
        )
    office = staff.office_id or 0
    boss = staff.role is Role.SUPERVISOR
    return Incidents(
        standing=await incident_desk.standing(conn, office),
        settled=await incident_desk.settled(conn, office, now=now),
        waiting=await approvals.count_waiting(conn, office, now=now),
        kept=await quarantine.count_waiting(conn, office) if boss else None,
    )


async def counts(conn: Connection[Record], *, now: datetime) -> tuple[int, int]:
    """How many questions wait and how many incidents stand, in all offices."""
    return await store.count_waiting(conn, now), await store.count_open(conn)
