"""What was paid in the demo's last days: each evening counted, each day's books closed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.desk.money import days, door_cash, shifts
from postal_service.desk.money.counting import NOTES
from postal_service.desk.money.shifts import Closing
from tracking.model import Scan
from tracking.stages import Act, Leg


async def paid(conn: Connection[Record], dossier_id: int, leg: Leg, scan: Scan) -> None:
    """A courier who delivers is paid what is due at the door."""
    if scan.act is Act.DELIVER:
        await door_cash.handed(conn, dossier_id, leg, scan, scan.at)


async def close(conn: Connection[Record], clerk: Staff, boss: int) -> None:
    """The clerk counts what she took, to the note; the supervisor closes the day after it."""
    supervisor = replace(clerk, id=boss, role=Role.SUPERVISOR)
    for shift in await shifts.mine(conn, clerk):
        till = await shifts.till(conn, shift)
        evening = shift.opened_at + timedelta(hours=9, minutes=45)
        closing = Closing(key=uuid4(), counted=in_notes(till.expected), seen=till.expected)
        await shifts.close(conn, shift.id, closing, staff=clerk, now=evening)
        morning = evening + timedelta(hours=14)
        await days.close(conn, shift.day, staff=supervisor, now=morning)


def in_notes(amount: int) -> dict[int, int]:
    """*amount* in as few notes as it takes."""
    notes = {}
    for value in NOTES:
        notes[value], amount = divmod(amount, value)
    return notes
