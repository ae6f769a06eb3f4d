"""A dossier's due date for a program: the number that screens, papers and messages show."""

from __future__ import annotations

from datetime import date, datetime

from litestar import Controller, get
from litestar.params import FromPath
from msgspec import Struct

from postal_service.desk.agency import clock_view, timeline
from postal_service.desk.agency.clock_view import ClockView
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.slips import readers
from tracking.model import Dossier


class LineOut(Struct, rename="camel"):
    """One line of the sum; ``counted`` is in ``unit`` (minutes, or days of the limit's kind)."""

    vi: str
    en: str
    counted: int
    unit: str


class ClockOut(Struct, rename="camel"):
    """``expectedOn`` is the post's own promise; the rest is none before the agency received it."""

    ref: str
    agency_code: str | None
    status: int
    expected_on: date
    received_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    on_time: bool | None
    lines: list[LineOut]


class SlipClockController(Controller):
    path = "/slips"
    guards = [readers]

    @get("/{ref:str}/clock", name="slips.clock")
    async def clock(self, ref: FromPath[str], caller: Caller, db: Db, now: Now) -> ClockOut:
        """When it is due, and the sum that says so, line by line."""
        async with db.begin(caller.context) as conn:
            found = await timeline.look(conn, ref, caller, now=now)
            view = await clock_view.look(conn, found.slip, now=now, names=found.names)
        return told(found.slip.dossier, view)


def told(dossier: Dossier, view: ClockView) -> ClockOut:
    lines = view.explanation.lines if view.explanation else ()
    return ClockOut(
        ref=dossier.ref,
        agency_code=dossier.agency_code,
        status=dossier.status,
        expected_on=dossier.expected_on,
        received_at=dossier.received_at,
        due_at=dossier.due_at,
        original_due_at=dossier.original_due_at,
        paused_at=dossier.paused_at,
        on_time=view.on_time,
        lines=[
            LineOut(vi=line.words[0], en=line.words[1], counted=line.counted, unit=line.unit)
            for line in lines
        ],
    )
