"""What waits for a second person: asked by any page, decided on this one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from postal_service.caller import Role, Staff
from postal_service.desk.money import reversals
from postal_service.desk.watch import approvals, overview
from postal_service.desk.watch.approvals import Ask, Decline, Kind
from postal_service.desk.watch.approvals_store import Approval
from postal_service.web import approval_words
from postal_service.web.guards import only
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import is_fragment, page
from postal_service.web.sent import is_json, sent, way_back
from tracking.identifiers import parse_s10

AnyRequest = Request[Any, Any, Any]

staff = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER)
#: A manager looks on: who decides works where the paper is. Money she decides about, too.
readers = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER, Role.MANAGER)
PAPERS = frozenset({Kind.UNDO, Kind.REDIRECT, Kind.DECLARE_LOST, Kind.SEND_BACK})


class AskForm(Form):
    """A question, as a form or as JSON; ``back`` is where a form's sender goes on.

    ``subject`` is an S10 number, a list's number, an incident's id or a receipt's number,
    as the kind asks (desk/watch/approvals.py); the rest is what some kinds need beside it.
    """

    id: UUID
    kind: Kind
    subject: Annotated[str, Meta(min_length=1, max_length=40)]
    reason: Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{2}$")]
    undoes: UUID | None = None
    agency: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    outcome: Literal["found", "lost", "repacked", "explained"] | None = None
    back: str = ""

    def ask(self, by: Staff) -> Ask:
        """Raises BadIdentifier."""
        kind = Kind(self.kind)
        said = {
            "undoes": str(self.undoes) if self.undoes else None,
            "agency": self.agency,
            "outcome": self.outcome,
        }
        return Ask(
            id=self.id,
            kind=kind,
            subject=parse_s10(self.subject) if kind in PAPERS else self.subject,
            reason=self.reason,
            by=by,
            facts={name: value for name, value in said.items() if value is not None},
        )


class DecisionForm(Form):
    """A press of one of a question's buttons."""


class DeclineForm(Form):
    answer: Decline


class AskedOut(Struct, rename="camel"):
    """Where a question stands."""

    id: UUID
    kind: str
    subject: str
    state: str
    expires_at: datetime


class ApprovalController(Controller):
    path = "/approvals"
    guards = [readers]

    @get("/", name="approvals")
    async def work(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, seen: FromQuery[str] = ""
    ) -> Response[str]:
        """What waits, and what became of what was asked lately; *seen* was just acted on."""
        async with db.begin(caller.context) as conn:
            found = await overview.questions(conn, caller, now=now)
            money = await reversals.told(
                conn, [one.subject for one in found.waiting if one.kind == Kind.REVERSE_ENTRY]
            )
        both = [*found.waiting, *found.decided]
        acted = next((one for one in both if str(one.id) == seen), None)
        return await page(
            request,
            "approvals/list.html",
            waiting=found.waiting,
            decided=found.decided,
            acted=acted,
            money=money,
            may_decide=approvals.may_decide,
            words=approval_words,
        )

    @post("/", name="approvals.ask", status_code=200, guards=[staff])
    async def ask(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[Any]:
        """Put a question before a second person, from whatever page. Safe to repeat."""
        form = await sent(request, AskForm)
        async with db.begin(caller.context) as conn:
            asked = await approvals.ask(conn, form.ask(caller), now=now)
        if is_json(request):
            return Response(asked_out(asked))
        back = way_back(form.back, f"/approvals?seen={asked.id}")
        if is_fragment(request):
            return Response("", headers={"HX-Redirect": back})
        return Redirect(back, status_code=303)

    @post("/{asked:uuid}/approval", name="approvals.approve")
    async def approve(
        self,
        asked: FromPath[UUID],
        data: URLEncodedBody[DecisionForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Redirect:
        """Agree, and do it. What the register refuses is on record and shown."""
        async with db.begin(caller.context) as conn:
            await approvals.approve(conn, asked, by=caller, now=now)
        bell.ring()
        return seen(asked)

    @post("/{asked:uuid}/refusal", name="approvals.decline")
    async def decline(
        self,
        asked: FromPath[UUID],
        data: URLEncodedBody[DeclineForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        async with db.begin(caller.context) as conn:
            await approvals.decline(conn, asked, Decline(data.answer), by=caller, now=now)
        return seen(asked)

    @post("/{asked:uuid}/withdrawal", name="approvals.withdraw", guards=[staff])
    async def withdraw(
        self,
        asked: FromPath[UUID],
        data: URLEncodedBody[DecisionForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """The asker takes her question back."""
        async with db.begin(caller.context) as conn:
            await approvals.withdraw(conn, asked, by=caller, now=now)
        return seen(asked)


def seen(asked: UUID) -> Redirect:
    """Back to the list, which says what became of it."""
    return Redirect(f"/approvals?seen={asked}", status_code=303)


def asked_out(asked: Approval) -> AskedOut:
    return AskedOut(asked.id, asked.kind, asked.subject, asked.state, asked.expires_at)
