"""Results on their way home whose day, the one the citizen reads, is today or gone."""

from __future__ import annotations

from datetime import datetime, time

from asyncpg import Connection, Record

from postal_service.clock import VIETNAM
from postal_service.desk.citizen.promise import Way, day_of
from postal_service.desk.published import agencies, catalogue_store, tariffs
from postal_service.desk.published.districts import districts_on
from postal_service.desk.published.offices import Office
from postal_service.desk.watch import radar_store as store
from postal_service.desk.watch.radar_rules import Rule, Silence
from tracking import calendars, transits
from tracking.working_time import Calendar


async def late(
    conn: Connection[Record], office: Office, post: Calendar, *, now: datetime
) -> list[Silence]:
    """The post's own silences of *office*, by the reckoning of ``promise``: one day everywhere."""
    waiting = await store.homing(conn, office.id, now)
    if not waiting:
        return []
    day = day_of(now)
    known = districts_on(await catalogue_store.unit_facts(conn), day)
    limits = await transits.days_on(conn, day)
    ways: dict[int, Way] = {}
    found = []
    for item in waiting:
        if item.agency_id not in ways:
            agency = await agencies.get(conn, item.agency_id)
            seat = agencies.seat(agency, two_tiers=known.two_tiers)
            ways[item.agency_id] = Way(
                agency=await calendars.calendar_for(conn, item.hours_group, day),
                post=post,
                days=limits[tariffs.zone_of(office, seat, known)],
            )
        due = ways[item.agency_id].home(item.decided_at)
        if due <= day:
            found.append(
                Silence(
                    rule=Rule.POST_AT_RISK,
                    subject=f"dossier:{item.dossier_id}",
                    since=datetime.combine(due, time(), VIETNAM),
                    facts={"ref": item.ref, "expected": due},
                )
            )
    return found
