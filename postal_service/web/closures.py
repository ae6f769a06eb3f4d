"""What storms and landslides close: declared, extended and lifted, with what it holds up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.errors import DeskError
from postal_service.desk.published import reasons
from postal_service.desk.published.offices import Office
from postal_service.desk.published.reasons import Group
from postal_service.desk.watch import closures
from postal_service.desk.watch.closures import BadClosure, Closure, Kind, New
from postal_service.web.errors import status_of
from postal_service.web.guards import only
from postal_service.web.inputs import Form, day_of
from postal_service.web.needs import Bell, Caller, Db, Lang, Now
from postal_service.web.pages import page
from postal_service.web.rosters import Visit, number, office_of, visit
from routes.model import Unit

AnyRequest = Request[Any, Any, Any]
OfficeId = Annotated[int, Meta(ge=0, le=2**63 - 1)]

supervisors = only(Role.SUPERVISOR, Role.MANAGER)

KINDS: Final = {
    Kind.OFFICE: "Bưu cục",
    Kind.COMMUNE: "Xã, phường, đặc khu",
    Kind.ROAD: "Đường",
}
DONE: Final = {
    "declared": "Đã ghi. Bưu gửi bị giữ lại được đánh dấu trong vòng một phút; người dân được báo.",
    "lifted": "Đã thông. Bưu gửi trở lại tuyến; ngày hẹn trở lại như cũ.",
    "extended": "Đã gia hạn. Người dân được báo ngày mới.",
}


class ClosureForm(Form):
    """``commune``: what is closed, or where the road leads; ``from_commune``: whence it comes."""

    id: UUID
    kind: Kind
    office: OfficeId = 0
    commune: str = ""
    from_commune: str = ""
    reason: str = ""
    until: str = ""


class LiftForm(Form):
    """A press of the button."""


class ExtendForm(Form):
    id: UUID
    until: str = ""


class ClosureController(Controller):
    path = "/supervisor/closures"
    guards = [supervisors]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="supervisor.closures")
    async def show(self, visit: NamedDependency[Visit]) -> Response[str]:
        return await listing(visit)

    @post("/", name="supervisor.closures.declare")
    async def declare(
        self,
        visit: NamedDependency[Visit],
        data: URLEncodedBody[ClosureForm],
        bell: Bell,
        lang: Lang,
    ) -> Response[Any]:
        """Close something. What cannot be comes back with everything that was typed."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                where, _ = await office_of(conn, visit.caller, data.office, visit.now)
                new = wish(data, where.id)
                await closures.declare(conn, new, by=visit.caller.id, now=visit.now)
        except DeskError as refusal:
            said = refusal.en if lang == "en" else refusal.vi
            return await listing(visit, typed=data, wrong=said, status=status_of(refusal))
        bell.ring()
        return Redirect("/supervisor/closures?done=declared", status_code=303)

    @get("/{closure_id:int}", name="supervisor.closures.held")
    async def held(
        self, request: AnyRequest, closure_id: FromPath[int], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """What one closure holds up."""
        async with db.begin(caller.context) as conn:
            items = await closures.held(conn, closure_id, office_id=caller.office_id)
            units = await closures.communes(conn, now.astimezone(VIETNAM).date())
            standing = await closures.standing(conn, caller.office_id)
        found = next((one for one in standing if one.id == closure_id), None)
        return await page(
            request,
            "supervisor/held.html",
            items=items,
            title=titled(found, {unit.code: unit.name for unit in units}) if found else "",
            closure=found,
        )

    @post("/{closure_id:int}/lift", name="supervisor.closures.lift")
    async def lift(
        self,
        closure_id: FromPath[int],
        data: URLEncodedBody[LiftForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """It is open again. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            await closures.lift(conn, closure_id, staff=caller, now=now)
        return Redirect("/supervisor/closures?done=lifted", status_code=303)

    @post("/{closure_id:int}/extension", name="supervisor.closures.extend")
    async def extend(
        self,
        closure_id: FromPath[int],
        data: URLEncodedBody[ExtendForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Redirect:
        """It lasts longer than was thought."""
        async with db.begin(caller.context) as conn:
            until = day(data.until)
            await closures.extend(conn, closure_id, until, data.id, staff=caller, now=now)
        bell.ring()
        return Redirect("/supervisor/closures?done=extended", status_code=303)


def wish(data: ClosureForm, office_id: int) -> New:
    """What was typed; a kind has no use for what another asks. Raises BadClosure."""
    kind = Kind(data.kind)
    return New(
        kind=kind,
        office_id=office_id,
        commune=data.commune or None if kind is not Kind.OFFICE else None,
        from_commune=data.from_commune or None if kind is Kind.ROAD else None,
        reason=data.reason,
        until_day=day(data.until),
        form_id=data.id,
    )


def day(text: str) -> date:
    """Raises BadClosure."""
    try:
        return day_of(text)
    except ValueError:
        raise BadClosure from None


def titled(closure: Closure, units: Mapping[str, str]) -> str:
    """What is closed, as people call it."""
    to = units.get(closure.commune or "", closure.commune or "")
    match closure.kind:
        case Kind.OFFICE:
            return closure.office
        case Kind.ROAD:
            came = units.get(closure.from_commune or "", closure.from_commune or "")
            return f"Đường {came} – {to}"
    return to


def far(unit: Unit, office: Office) -> float:
    """Only to put the communes next door first: a degree is as good as a kilometre."""
    return (unit.lat - office.lat) ** 2 + (unit.lon - office.lon) ** 2


async def listing(
    visit: Visit, *, typed: ClosureForm | None = None, wrong: str = "", status: int = 200
) -> Response[str]:
    """What is closed now, and the form to close more."""
    today = visit.now.astimezone(VIETNAM).date()
    async with visit.db.begin(visit.caller.context) as conn:
        asked = number(visit.request.query_params.get("office", ""))
        where, known = await office_of(
            conn, visit.caller, typed.office if typed else asked, visit.now
        )
        standing = await closures.standing(conn, visit.caller.office_id)
        units = await closures.communes(conn, today)
        why = await reasons.in_group(conn, Group.CLOSURE)
    names = {unit.code: unit.name for unit in units}
    return await page(
        visit.request,
        "supervisor/closures.html",
        status=status,
        standing=[(one, titled(one, names), one.until_day < today) for one in standing],
        office=where,
        offices=known,
        units=sorted(units, key=lambda unit: far(unit, where)),
        reasons=why,
        kinds=KINDS,
        typed=typed,
        wrong=wrong,
        done=DONE.get(visit.request.query_params.get("done", ""), ""),
        today=today,
        latest=today + closures.LONGEST,
        draw=uuid4,
    )
