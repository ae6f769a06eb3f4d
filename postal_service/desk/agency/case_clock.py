"""The clock of one dossier on its agency's page: where it stands, and what was done with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.agency import second_requests
from postal_service.desk.agency.appointments import Reckoning, reckon
from postal_service.desk.agency.clock_state import ClockState, clock_of
from postal_service.desk.citizen.promise import day_of
from tracking import calendars, duties, extensions, notices, pauses
from tracking.duties import Duty
from tracking.extensions import Extension
from tracking.limits import CUTOFF
from tracking.notices import Notice
from tracking.pauses import AskedPaper, PauseRow
from tracking.slip import Slip
from tracking.stages import Act, Status
from tracking.working_time import local

#: Acts that show what the appointment would be if she ruled now.
APPOINTS: Final = frozenset({Act.RECEIVE, Act.RESUME, Act.PAY})


class CaseClock(Struct, frozen=True, kw_only=True):
    """``reckoning`` is what the appointment would be if she ruled now; ``longer`` with one more
    unit of the limit; ``asked`` what each request asked for, by the id of its line."""

    state: ClockState
    reckoning: Reckoning | None
    longer: datetime | None
    pauses: list[PauseRow]
    asked: dict[UUID, list[AskedPaper]]
    duties: list[Duty]
    extensions: list[Extension]
    notices: dict[UUID, Notice]
    second_supplement: bool  #: to ask for more papers takes a colleague
    second_extension: bool  #: so does putting off
    cutoff: timedelta | None  #: a same-day procedure: how long until 15:00, past it negative

    @property
    def owed(self) -> Duty | None:
        """What is still to be paid."""
        return next((duty for duty in self.duties if duty.paid_on is None), None)

    @property
    def counts_late(self) -> bool:
        return any(pause.counts_late for pause in self.pauses)


async def look(
    conn: Connection[Record], found: Slip, acts: Collection[Act], *, now: datetime
) -> CaseClock:
    """How the clock stands at *now*, with what the open *acts* would make of it."""
    dossier = found.dossier
    calendar = await calendars.calendar_for(conn, dossier.hours_group, day_of(now))
    asked = [line.scan_id for line in found.lines if line.act is Act.ASK_MORE]
    appoints = not APPOINTS.isdisjoint(acts)
    can_add = Act.EXTEND in acts and not dossier.same_day_cutoff
    return CaseClock(
        state=clock_of(dossier.status, dossier.due_at, calendar, now),
        reckoning=await reckon(conn, found, now) if appoints else None,
        longer=(await reckon(conn, found, now, extension=1)).due if can_add else None,
        pauses=list(await pauses.of(conn, dossier.id)),
        asked={scan: await pauses.papers_of(conn, scan) for scan in asked},
        duties=await duties.of(conn, dossier.id),
        extensions=await extensions.of(conn, dossier.id),
        notices={each.scan_id: each for each in await notices.of(conn, dossier.id)},
        second_supplement=Act.ASK_MORE in acts
        and await second_requests.kind_of(conn, found, Act.ASK_MORE) is not None,
        second_extension=Act.EXTEND in acts
        and await second_requests.kind_of(conn, found, Act.EXTEND) is not None,
        cutoff=until_cutoff(found, now),
    )


def until_cutoff(found: Slip, now: datetime) -> timedelta | None:
    """How long an officer who is about to receive has until 15:00."""
    dossier = found.dossier
    if not dossier.same_day_cutoff or dossier.status is not Status.REGISTERED:
        return None
    here = local(now)
    return datetime.combine(here.date(), CUTOFF, here.tzinfo) - here
