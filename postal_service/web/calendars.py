"""The calendars in an administrator's hands, and the appointments that a change would move."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.database import Connection, Database
from postal_service.web.calendar_forms import (
    KINDS,
    SCOPES,
    DaysForm,
    HoursForm,
    day_names,
    new_days,
    new_hours,
    summary,
    weekday_sets,
)
from postal_service.web.errors import status_of
from postal_service.web.guards import managers, only
from postal_service.web.inputs import clean
from postal_service.web.needs import Bell, Caller, Db, Lang, Now
from postal_service.web.pages import page
from tracking import calendar_change_store, calendar_changes, calendars, proposals
from tracking.errors import TrackingError
from tracking.proposal_store import NewProposal

AnyRequest = Request[Any, Any, Any]

USUAL: Final = "LD-STD"  #: what is shown first
MOST_SHOWN: Final = 200


class Visit(Struct, frozen=True, kw_only=True):
    """One request of one administrator, with all that answering it takes."""

    request: AnyRequest
    caller: Staff
    db: Database
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(VIETNAM).date()


class CalendarController(Controller):
    path = "/calendars"
    guards = [managers]

    @get("/", name="calendars.show")
    async def show(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """One group's hours and days, and the forms that change them."""
        visit = Visit(request=request, caller=caller, db=db, now=now)
        asked = clean(request.query_params.get("group", ""))
        return await shown(visit, asked, saved="saved" in request.query_params)

    @post("/hours", name="calendars.hours")
    async def hours(
        self,
        request: AnyRequest,
        data: URLEncodedBody[HoursForm],
        caller: Caller,
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Try out, or save, new hours from a day on. Safe to repeat."""
        visit = Visit(request=request, caller=caller, db=db, now=now)
        return await changed(visit, data, lang, way="hours")

    @post("/days", name="calendars.days")
    async def days(
        self,
        request: AnyRequest,
        data: URLEncodedBody[DaysForm],
        caller: Caller,
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Try out, or save, days that are off, worked or ordinary. Safe to repeat."""
        visit = Visit(request=request, caller=caller, db=db, now=now)
        return await changed(visit, data, lang, way="days")


class ProposalController(Controller):
    """What changed calendars would move: the manager's whole province, an agency its own."""

    path = "/calendars/proposals"
    guards = [only(Role.MANAGER, Role.AGENCY_OFFICER)]

    @get("/", name="calendars.proposals")
    async def waiting(self, request: AnyRequest, caller: Caller, db: Db) -> Response[str]:
        return await listed(request, caller, db)

    @post("/", name="calendars.proposals.decide")
    async def decide(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, bell: Bell, lang: Lang
    ) -> Response[Any]:
        """Move the ticked appointments, or leave them. A second press finds them decided."""
        form = await request.form()
        ids = [int(n) for name in form if (n := name.removeprefix("p-")).isascii() and is_id(n)]
        agreed = form.get("verdict") == "accept"
        verb = proposals.accept if agreed else proposals.reject
        try:
            async with db.begin(caller.context) as conn:
                own = {each.id for each in await proposals.waiting(conn, caller.agency_id)}
                chosen = [number for number in ids if number in own]
                count = await verb(conn, chosen, by=caller.actor, at=now)
        except TrackingError as refusal:
            said = refusal.en if lang == "en" else refusal.vi
            return await listed(request, caller, db, wrong=said, status=409)
        bell.ring()
        way = "moved" if agreed else "left"
        return Redirect(f"/calendars/proposals?{way}={count}", status_code=303)


def is_id(text: str) -> bool:
    return text.isdigit() and len(text) <= 18


async def listed(
    request: AnyRequest, caller: Staff, db: Database, *, wrong: str = "", status: int = 200
) -> Response[str]:
    asked = request.query_params
    async with db.begin(caller.context) as conn:
        found = await proposals.waiting(conn, caller.agency_id, MOST_SHOWN + 1)
    return await page(
        request,
        "calendars/proposals.html",
        status=status,
        proposals=found[:MOST_SHOWN],
        more=len(found) > MOST_SHOWN,
        wrong=wrong,
        moved=clean(asked.get("moved", ""))[:6],
        left=clean(asked.get("left", ""))[:6],
    )


async def changed(
    visit: Visit, data: HoursForm | DaysForm, lang: str, *, way: str
) -> Response[Any]:
    """Save, or show what saving would move; what cannot be comes back as it was typed."""
    caller = visit.caller
    try:
        change = new_hours(data) if isinstance(data, HoursForm) else new_days(data)
        async with visit.db.begin(caller.context) as conn:
            if data.step == "save":
                await calendar_changes.apply(conn, change, by=caller.id, at=visit.now)
                return Redirect(f"/calendars?group={data.group}&saved", status_code=303)
            moves = await calendar_changes.try_out(conn, change, by=caller.id, at=visit.now)
    except TrackingError as refusal:
        said = refusal.en if lang == "en" else refusal.vi
        return await shown(visit, data.group, typed=data, wrong=said, status=status_of(refusal))
    return await page(
        visit.request,
        "calendars/trial.html",
        way=way,
        typed=data,
        fields={name: getattr(data, name) for name in data.__struct_fields__},
        summary=summary(data),
        moves=moves[:MOST_SHOWN],
        count=len(moves),
        later=sum(later(move) for move in moves),
    )


def later(move: NewProposal) -> bool:
    return move.new_due_at > move.old_due_at


async def shown(
    visit: Visit,
    group: str,
    *,
    typed: HoursForm | DaysForm | None = None,
    wrong: str = "",
    saved: bool = False,
    status: int = 200,
) -> Response[str]:
    """The page of one group; *typed* is what was refused, in the form it came from."""
    async with visit.db.begin(visit.caller.context) as conn:
        groups = await calendar_change_store.groups(conn, visit.today)
        known = {each.hours_group for each in groups}
        chosen = next((name for name in (group, USUAL, *known) if name in known), "")
        context = await of_group(conn, chosen, visit.today) if chosen else {}
        changes = await calendar_change_store.changes(conn, 20)
        waiting = len(await proposals.waiting(conn, None))
    return await page(
        visit.request,
        "calendars/calendar.html",
        status=status,
        groups=groups,
        group=chosen,
        changes=changes,
        waiting=waiting,
        hours_form=typed if isinstance(typed, HoursForm) else None,
        days_form=typed if isinstance(typed, DaysForm) else None,
        wrong=wrong,
        saved=saved,
        kinds=KINDS,
        scopes=SCOPES | {chosen: f"Chỉ nhóm {chosen}"},
        day_names=day_names,
        today=visit.today,
        draw=uuid4,
        **context,
    )


async def of_group(conn: Connection, group: str, today: date) -> dict[str, Any]:
    """A group's sessions that are or will be kept, its days to come, and its weekday sets."""
    lines = await calendar_change_store.lines_of(conn, group)
    kept = [line for line in lines if line.valid_to is None or line.valid_to > today]
    edition = await calendars.edition_for(conn, group, today)
    return {
        "lines": kept,
        "special": [day for day in edition.days if day.day >= today],
        "weekday_sets": weekday_sets(kept),
    }
