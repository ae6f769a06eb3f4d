"""The supervisor's pages: where her office stands, and the radar that nags until somebody answers.

A manager sees what has climbed to him, of every office; a clerk what is said to her desk.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, ServerSentEvent
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.database import Connection
from postal_service.desk.evening import evening_sheets
from postal_service.desk.watch import approvals, closures, incident_desk, overview, radar, roster
from postal_service.desk.watch.alarm_store import Mark
from postal_service.desk.watch.closures import Closure
from postal_service.desk.watch.radar_rules import Answer
from postal_service.desk.watch.roster import Shift
from postal_service.web import radar_words
from postal_service.web.guards import only, session_token
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import is_fragment, page
from postal_service.web.radar_feed import state, still_open, told
from postal_service.web.rosters import NAMES as SHIFTS

AnyRequest = Request[Any, Any, Any]

supervisors = only(Role.SUPERVISOR, Role.MANAGER)
hearers = only(Role.CLERK, Role.SUPERVISOR, Role.MANAGER)


class AnswerForm(Form):
    """The ticked alarms, and the button that was pressed."""

    id: UUID
    answer: Answer
    alarm: list[str] | str = ""

    @property
    def alarms(self) -> list[int]:
        """Raises ValueError."""
        ticked = [self.alarm] if isinstance(self.alarm, str) else self.alarm
        return [int(one) for one in ticked if one.isascii() and one.isdigit()]


class OfficeLine(Struct, frozen=True, kw_only=True):
    """One office in a manager's table."""

    name: str
    standing: int
    loud: int


class Front(Struct, frozen=True, kw_only=True):
    """The front page in figures: of the office, or of all of them."""

    mark: str
    loud: int
    standing: int
    approvals: int
    incidents: int
    closures: list[Closure]
    #: evenings of the last days on which nobody counted
    uncounted: int
    shifts: list[tuple[str, list[str]]]
    offices: list[OfficeLine]


class SupervisorController(Controller):
    path = "/supervisor"

    @get("/", name="supervisor", guards=[supervisors])
    async def front(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """Where the office stands, with the way to each thing that waits."""
        async with db.begin(caller.context) as conn:
            found = await front_of(conn, caller, now)
        block = "part" if is_fragment(request) else None
        return await page(
            request, "supervisor/front.html", block=block, front=found, mark=found.mark, now=now
        )

    @get("/radar", name="supervisor.radar", guards=[hearers])
    async def radar(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, answered: FromQuery[int] = 0
    ) -> Response[str]:
        """What has gone silent. Asked by its own script, the list alone."""
        async with db.begin(caller.context) as conn:
            seen = state(await radar.marks(conn, now=now), caller)
            alarms = await radar.standing(conn, caller, now=now)
            names = await radar.names(conn, radar_words.parties_in(alarms))
        groups = radar_words.groups(alarms, names, now)
        return await page(
            request,
            "supervisor/radar.html",
            block="part" if is_fragment(request) else None,
            groups=groups,
            loud=sum(group.loud for group in groups),
            full=len(alarms) == radar.MOST,
            answered=max(answered, 0),
            choices=radar_words.CHOICES,
            form_id=uuid4(),
            mark=seen.mark,
            now=now,
        )

    @post("/answers", name="supervisor.answer", guards=[hearers])
    async def answer(
        self, data: URLEncodedBody[AnswerForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Somebody takes the ticked alarms on. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            count = await radar.answer(
                conn, data.alarms, Answer(data.answer), form_id=data.id, staff=caller, now=now
            )
        return Redirect(f"/supervisor/radar?answered={count}", status_code=303)

    @get("/alarms/{alarm_id:int}", name="supervisor.alarm", guards=[hearers])
    async def alarm(
        self, request: AnyRequest, alarm_id: FromPath[int], caller: Caller, db: Db
    ) -> Response[str]:
        """What was known of an alarm when, and who knew it."""
        async with db.begin(caller.context) as conn:
            said = await radar.history(conn, alarm_id, office_id=caller.office_id)
        return await page(request, "supervisor/alarm.html", said=said, words=radar_words)

    @get("/stream", name="supervisor.stream", guards=[hearers])
    async def stream(self, request: AnyRequest, caller: Caller) -> ServerSentEvent:
        """The figures as they change, for as long as the page is open."""
        app, token = request.app.state, session_token(request)

        async def signed_in() -> bool:
            return await still_open(app.database, token, app.clock.now())

        lines = told(app.radar, caller, signed_in)
        return ServerSentEvent(lines, headers={"x-accel-buffering": "no"}, retry_duration=3000)


async def front_of(conn: Connection, staff: Staff, now: datetime) -> Front:
    office_id = staff.office_id
    marks = await radar.marks(conn, now=now)
    own = state(marks, staff)
    if office_id is None:
        waiting, incidents = await overview.counts(conn, now=now)
        return Front(
            mark=own.mark,
            loud=own.loud,
            standing=own.standing,
            approvals=waiting,
            incidents=incidents,
            closures=await closures.standing(conn, None),
            uncounted=await evening_sheets.uncounted(conn, staff, now=now),
            shifts=[],
            offices=await offices_with_alarms(conn, marks, staff),
        )
    return Front(
        mark=own.mark,
        loud=own.loud,
        standing=own.standing,
        approvals=await approvals.count_waiting(conn, office_id, now=now),
        incidents=await incident_desk.count_open(conn, office_id),
        closures=await closures.standing(conn, office_id),
        uncounted=await evening_sheets.uncounted(conn, staff, now=now),
        shifts=await today(conn, office_id, now),
        offices=[],
    )


async def today(conn: Connection, office_id: int, now: datetime) -> list[tuple[str, list[str]]]:
    """Who is planned for today, by shift."""
    day = now.astimezone(VIETNAM).date()
    week = await roster.week(conn, office_id, day, today=day)
    planned = [
        (
            SHIFTS[shift],
            [who.full_name for who in week.colleagues if week.shifts.get((who.id, day)) is shift],
        )
        for shift in Shift
    ]
    return [(name, people) for name, people in planned if people]


async def offices_with_alarms(
    conn: Connection, marks: list[Mark], staff: Staff
) -> list[OfficeLine]:
    """The offices a manager hears of, the loudest first."""
    ids = sorted({mark.office_id for mark in marks if mark.receiver in radar.hears(staff.role)})
    names = await radar.names(conn, {"office": ids})
    lines = [
        OfficeLine(name=names["office", id_], standing=own.standing, loud=own.loud)
        for id_ in ids
        if (own := state([mark for mark in marks if mark.office_id == id_], staff))
    ]
    return sorted(lines, key=lambda line: (-line.loud, -line.standing, line.name))
