"""Who takes over from an agency or office that ends: named by a manager, done by the worker."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from postal_service.desk.errors import DeskError
from postal_service.desk.published import successions
from postal_service.desk.published.successions import Wish
from postal_service.web.calendars import Visit
from postal_service.web.errors import status_of
from postal_service.web.guards import managers
from postal_service.web.inputs import Form, day_of
from postal_service.web.needs import Caller, Db, Lang, Now
from postal_service.web.pages import page
from tracking.errors import TrackingError
from tracking.successions import BadSuccession, Kind

AnyRequest = Request[Any, Any, Any]

KINDS: Final = {Kind.AGENCY: "Cơ quan", Kind.OFFICE: "Bưu cục"}
PASSED: Final = {
    "dossiers": "hồ sơ",
    "papers": "bưu gửi",
    "lists": "bảng kê",
    "proposals": "hẹn chờ quyết",
    "people": "người",
    "money": "đồng",
}


class SuccessionForm(Form):
    """Who ends, who takes over, from when, and by which decision."""

    id: UUID
    kind: Kind = Kind.AGENCY
    old: str = ""
    new: str = ""
    starts_on: str = ""
    ground: str = ""


class SuccessionController(Controller):
    path = "/successions"
    guards = [managers]

    @get("/", name="successions.show")
    async def show(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        return await listed(Visit(request=request, caller=caller, db=db, now=now))

    @post("/", name="successions.name")
    async def name(
        self,
        request: AnyRequest,
        data: URLEncodedBody[SuccessionForm],
        caller: Caller,
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Name a successor. Safe to repeat; what cannot be comes back as it was typed."""
        try:
            async with db.begin(caller.context) as conn:
                await successions.name(conn, wish_of(data), by=caller.id, now=now)
        except (TrackingError, DeskError) as refusal:
            said = refusal.en if lang == "en" else refusal.vi
            visit = Visit(request=request, caller=caller, db=db, now=now)
            return await listed(visit, typed=data, wrong=said, status=status_of(refusal))
        return Redirect("/successions?named", status_code=303)


def wish_of(data: SuccessionForm) -> Wish:
    """What was typed. Raises BadSuccession for a day that is none."""
    try:
        starts_on = day_of(data.starts_on)
    except ValueError as error:
        raise BadSuccession(str(error), "That is no date. Write day/month/year.") from None
    return Wish(
        id=data.id,
        kind=data.kind,
        old=data.old.upper(),
        new=data.new.upper(),
        starts_on=starts_on,
        ground=data.ground,
    )


async def listed(
    visit: Visit,
    *,
    typed: SuccessionForm | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        named = await successions.named(conn)
        orphans = await successions.orphans(conn, visit.today)
    return await page(
        visit.request,
        "calendars/successions.html",
        status=status,
        named=named,
        orphans=orphans,
        typed=typed,
        wrong=wrong,
        saved="named" in visit.request.query_params,
        kinds=KINDS,
        passed_words=PASSED,
        today=visit.today,
        draw=uuid4,
    )
