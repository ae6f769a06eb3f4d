"""What went wrong with papers: whose they are now, and how two people end it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect

from postal_service.caller import Role
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group
from postal_service.desk.watch import incident_desk, overview
from postal_service.desk.watch.incident_desk import Case
from postal_service.web import approval_words
from postal_service.web.guards import clerks, only
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import page
from tracking.errors import place_words
from tracking.model import Party
from tracking.stages import Keeper

AnyRequest = Request[Any, Any, Any]


class GiveForm(Form):
    """A press of “we gave it”; ``id`` is drawn by the page."""

    id: UUID


class IncidentController(Controller):
    path = "/incidents"
    guards = [only(Role.CLERK, Role.SUPERVISOR, Role.MANAGER)]

    @get("/", name="incidents")
    async def work(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, given: FromQuery[str] = ""
    ) -> Response[str]:
        """What is open, the oldest first, and what was settled lately."""
        async with db.begin(caller.context) as conn:
            seen = await overview.incidents(conn, caller, now=now)
            found = await reasons.in_group(conn, Group.CUSTODY_DISCREPANCY)
            mistakes = await reasons.in_group(conn, Group.CORRECTION)
        return await page(
            request,
            "incidents/list.html",
            standing=seen.standing,
            settled=seen.settled,
            reasons=[*found, *mistakes],
            outcomes=approval_words.OUTCOMES,
            waiting=seen.waiting,
            kept=seen.kept,
            acting=caller.office_id is not None,
            given=given,
            now=now,
            age=age,
            where=where,
            may_give=may_give,
            draw=uuid4,
        )

    @post("/{incident:int}/giving", name="incidents.give", guards=[clerks])
    async def give(
        self,
        incident: FromPath[int],
        data: URLEncodedBody[GiveForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Redirect:
        """Offer an unlisted paper to the one who found it in a bag."""
        async with db.begin(caller.context) as conn:
            await incident_desk.give(conn, str(incident), data.id, by=caller, now=now)
        bell.ring()
        return Redirect(f"/incidents?given={incident}", status_code=303)


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    past = now - since
    if past < timedelta(minutes=1):
        return "vừa xong"
    if past < timedelta(hours=1):
        return f"{past // timedelta(minutes=1)} phút"
    if past < timedelta(days=1):
        return f"{past // timedelta(hours=1)} giờ"
    return f"{past // timedelta(days=1)} ngày"


def where(case: Case) -> str:
    """Where the paper is now, and who answers for it in the register."""
    if case.stage is None:
        return "không có bưu gửi nào mang số này trong sổ" if case.extra else ""
    words = place_words(case.stage)[0]
    held = f"{words}; {case.holder} giữ" if case.holder else words
    return f"{held}, đã giao và chờ bên nhận ký" if case.offered_id is not None else held


def may_give(case: Case, office_id: int | None) -> bool:
    """Whether “we gave it” is this office's to press."""
    ours = Party(Keeper.OFFICE, office_id or 0)
    return (
        case.extra
        and case.finder not in (None, ours)
        and case.offered_id is None
        and case.holder_party == ours
    )
