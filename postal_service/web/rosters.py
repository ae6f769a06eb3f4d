"""The week's roster as a grid: who works when, planned by the office's supervisor."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.database import Connection, Database
from postal_service.desk.published import offices
from postal_service.desk.published.offices import Office
from postal_service.desk.watch import roster
from postal_service.desk.watch.roster import BadWeek, Duty, Shift
from postal_service.web.guards import only
from postal_service.web.inputs import clean, day_of
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]

supervisors = only(Role.SUPERVISOR, Role.MANAGER)

#: Each shift's word, and the key that writes it into the grid.
NAMES: Final = {
    Shift.DAY: "Cả ngày",
    Shift.MORNING: "Sáng",
    Shift.AFTERNOON: "Chiều",
    Shift.OFF: "Nghỉ",
}
ROLES: Final = {"clerk": "giao dịch viên", "courier": "bưu tá"}
CELL: Final = re.compile(r"^s-([0-9]{1,18})-([0-9]{4}-[0-9]{2}-[0-9]{2})$")
WEEK: Final = timedelta(days=7)


class Visit(Struct, frozen=True, kw_only=True):
    """One request of one supervisor, with all that answering it takes."""

    request: AnyRequest
    caller: Staff
    db: Database
    now: datetime


async def visit(request: AnyRequest, caller: Caller, db: Db, now: Now) -> Visit:
    return Visit(request=request, caller=caller, db=db, now=now)


class RosterController(Controller):
    path = "/supervisor/roster"
    guards = [supervisors]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="supervisor.roster")
    async def show(self, visit: NamedDependency[Visit]) -> Response[str]:
        """A week; with *copy* the one before it, as a draft of this one."""
        asked = visit.request.query_params
        draft = asked.get("copy") == "true"
        today = visit.now.astimezone(VIETNAM).date()
        async with visit.db.begin(visit.caller.context) as conn:
            office = number(asked.get("office", ""))
            where, known = await office_of(conn, visit.caller, office, visit.now)
            read = roster.week_after if draft else roster.week
            week = await read(conn, where.id, wanted(asked.get("day", ""), today), today=today)
        return await page(
            visit.request,
            "supervisor/roster.html",
            office=where,
            offices=known,
            week=week,
            today=today,
            before=week.days[0] - WEEK,
            after=week.days[0] + WEEK,
            draft=draft,
            saved=asked.get("saved") == "true",
            names=NAMES,
            roles=ROLES,
        )

    @post("/", name="supervisor.roster.plan")
    async def plan(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Redirect:
        """Write the whole grid down. Safe to repeat."""
        form = await request.form()
        duties = [duty for name in form if (duty := duty_of(name, clean(str(form[name]))))]
        today = now.astimezone(VIETNAM).date()
        monday = wanted(clean(str(form.get("day", ""))), today)
        asked = clean(str(form.get("office", "")))
        async with db.begin(caller.context) as conn:
            where, _ = await office_of(conn, caller, number(asked), now)
            week = await roster.week(conn, where.id, monday, today=today)
            lines = [duty for duty in duties if duty.day in week.days]
            await roster.plan(conn, where.id, lines, by=caller.id, at=now)
        return Redirect(
            f"/supervisor/roster?day={week.days[0]}&office={where.id}&saved=true", status_code=303
        )


def duty_of(name: str, value: str) -> Duty | None:
    """The cell *name* of the grid; None for an empty one, and other fields. Raises ValueError."""
    cell = CELL.match(name)
    if cell is None or not value:
        return None
    return Duty(person_id=int(cell[1]), day=date.fromisoformat(cell[2]), shift=Shift(value).value)


def wanted(day: str, today: date) -> date:
    """The day asked for, or today. Raises BadWeek."""
    try:
        return day_of(day) if day else today
    except ValueError:
        raise BadWeek from None


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


async def office_of(
    conn: Connection, staff: Staff, asked: int, now: datetime
) -> tuple[Office, list[Office]]:
    """The office a page is about, and those to choose from: a supervisor has her own alone."""
    if staff.office_id is not None:
        return await offices.get(conn, staff.office_id), []
    known = await offices.open_on(conn, now.astimezone(VIETNAM).date())
    return next((office for office in known if office.id == asked), known[0]), known
