"""Linked procedures (liên thông): several agencies one after the other, each in its own hours."""

from __future__ import annotations

from datetime import date

from asyncpg import Connection, Record

from tracking import calendars
from tracking import linked_store as store
from tracking.due_inputs import KeptPart
from tracking.limits import Convention, Limit, Unit


async def convention_of(conn: Connection[Record], procedure_id: int, agency_id: int) -> Convention:
    """How a working day is read: as the agency says, else as the procedure does."""
    return Convention(await store.convention_of(conn, procedure_id, agency_id))


async def parts_of(
    conn: Connection[Record],
    procedure_id: int,
    hours_group: str,
    *,
    accepted_on: date,
    around: date,
    convention: Convention = Convention.HOUR_PRECISE,
) -> tuple[KeptPart, ...]:
    """The parts of a procedure as on the day its dossier was accepted; none where it is one.

    Hours are those of *hours_group* where a part names no other. Raises UnknownHours.
    """
    return tuple(
        [
            KeptPart(
                name=f"{line.name_vi}, {line.agency_vi}",
                limit=Limit(
                    value=line.limit_value, unit=Unit(line.limit_unit), convention=convention
                ),
                edition=await calendars.edition_for(conn, line.hours_group or hours_group, around),
            )
            for line in await store.parts_on(conn, procedure_id, accepted_on)
        ]
    )
