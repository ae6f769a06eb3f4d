"""Lines of money about whoever is signed in: read by day, disputed, and disputes answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.money import disputes, own_lines
from postal_service.desk.money.disputes import BadDispute, Typed
from postal_service.desk.money.lines import KINDS, operation_code
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group
from postal_service.web.errors import wants_english
from postal_service.web.guards import only
from postal_service.web.inputs import Form, day_of
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.sent import way_back

AnyRequest = Request[Any, Any, Any]

#: Who sees money: everybody it is about, and the manager.
PEOPLE: Final = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER, Role.MANAGER)
OPENERS: Final = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER)
ANSWERERS: Final = only(Role.SUPERVISOR, Role.MANAGER)


class DisputeForm(Form):
    """What is wrong about one line; ``id`` was drawn with it."""

    id: UUID
    subject: Annotated[str, Meta(max_length=40)]
    why: str = ""
    settlement: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    back: str = ""


class AnswerForm(Form):
    """What was done about it."""

    outcome: str = ""
    answer: str = ""


class MoneyController(Controller):
    path = "/money"
    guards = [PEOPLE]

    @get("/", name="money")
    async def lines(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        day: FromQuery[str] = "",
        before: FromQuery[int] = 0,
    ) -> Response[str]:
        """Every line about her, the newest first; of one day where she picks one."""
        wanted = day_of(day) if day else None
        start = before if 0 < before < 2**63 else 0
        async with db.begin(caller.context) as conn:
            found = await own_lines.look(conn, caller, day=wanted, before=start)
            why = await reasons.in_group(conn, Group.CORRECTION)
        return await page(
            request,
            "money/lines.html",
            page=found,
            day=wanted,
            today=today_of(now.astimezone(VIETNAM).date()),
            kinds=KINDS,
            outcomes=disputes.OUTCOMES,
            reasons=why,
            may_ask=own_lines.may_ask,
            may_dispute=caller.role is not Role.MANAGER,
            operation=operation_code,
            draw=uuid4,
            sent=request.query_params.get("sent", "") == "1",
        )

    @get("/disputes", name="money.disputes")
    async def standing(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """What was disputed and what became of it: hers, and what she is to answer."""
        async with db.begin(caller.context) as conn:
            found = await disputes.standing(conn, caller)
        return await page(
            request,
            "money/disputes.html",
            disputes=found,
            outcomes=disputes.OUTCOMES,
            may_answer=disputes.may_answer,
            today=now.astimezone(VIETNAM).date(),
            kinds=KINDS,
        )

    @post("/disputes", name="money.dispute", status_code=303, guards=[OPENERS])
    async def dispute(
        self,
        data: URLEncodedBody[DisputeForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """Say that a line is wrong. Safe to send twice."""
        typed = Typed(
            form_id=data.id,
            subject=data.subject,
            why=data.why,
            settlement_id=data.settlement or None,
        )
        async with db.begin(caller.context) as conn:
            await disputes.open_(conn, typed, by=caller, now=now)
        return Redirect(way_back(data.back, "/money?sent=1"), status_code=303)

    @post(
        "/disputes/{dispute:int}/answer", name="money.answer", status_code=303, guards=[ANSWERERS]
    )
    async def answer(
        self,
        request: AnyRequest,
        dispute: FromPath[int],
        data: URLEncodedBody[AnswerForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Close a dispute with what was done."""
        try:
            async with db.begin(caller.context) as conn:
                await disputes.answer(
                    conn, dispute, data.outcome, data.answer, staff=caller, now=now
                )
        except BadDispute as refusal:
            async with db.begin(caller.context) as conn:
                found = await disputes.standing(conn, caller)
            return await page(
                request,
                "money/disputes.html",
                status=422,
                disputes=found,
                outcomes=disputes.OUTCOMES,
                may_answer=disputes.may_answer,
                today=now.astimezone(VIETNAM).date(),
                kinds=KINDS,
                wrong=refusal.en if wants_english(request) else refusal.vi,
                typed=data,
                at=dispute,
            )
        return Redirect("/money/disputes", status_code=303)


def today_of(day: date) -> str:
    return day.isoformat()
