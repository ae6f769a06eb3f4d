"""Complaints at the counter: written down, printed, and answered by the supervisor."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk import shelf
from postal_service.desk.citizen import complaints
from postal_service.desk.citizen.complaints import ABOUT, OUTCOMES, BadComplaint, Typed
from postal_service.desk.papers import Kind, figures
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.printing.archive import Filing
from postal_service.web.errors import wants_english
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import filed
from tracking.errors import TrackingError

AnyRequest = Request[Any, Any, Any]


class ComplaintForm(Form):
    """What somebody says at the counter; ``id`` is drawn by the page."""

    id: UUID
    about: str = ""
    text: str = ""
    name: str = ""
    phone: str = ""
    ref: str = ""

    @property
    def typed(self) -> Typed:
        return Typed(
            form_id=self.id,
            about=self.about,
            text=self.text,
            name=self.name,
            phone=self.phone,
            ref=self.ref,
        )


class AnswerForm(Form):
    """What the supervisor answers."""

    outcome: str = ""
    answer: str = ""


class Wrong(Struct, frozen=True):
    """What is wrong with a form that was sent: its field and the sentence."""

    field: str = ""
    said: str = ""


NOTHING: Final = Wrong()


class ComplaintController(Controller):
    path = "/counter/complaints"
    guards = [clerks]

    @get("/", name="complaints")
    async def standing(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """The office's complaints, and an empty form for the next one."""
        ref = clean(request.query_params.get("ref", ""))[:40]
        empty = Typed(form_id=uuid4(), about="", text="", ref=ref)
        return await listed(request, caller, db, now, empty)

    @post("/", name="complaints.open", status_code=303)
    async def open(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ComplaintForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Write it down. Safe to press twice: both presses show the same number."""
        try:
            async with db.begin(caller.context) as conn:
                number = await complaints.open_(conn, data.typed, staff=caller, now=now)
        except (BadComplaint, TrackingError) as refusal:
            said = refusal.en if wants_english(request) else refusal.vi
            wrong = Wrong(getattr(refusal, "field", "ref"), said)
            return await listed(request, caller, db, now, data.typed, wrong)
        return Redirect(f"/counter/complaints/{number}?print=1", status_code=303)

    @get("/{number:str}", name="complaints.one")
    async def one(
        self, request: AnyRequest, number: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """One complaint; with ``print`` its slip, in a frame that prints itself."""
        async with db.begin(caller.context) as conn:
            found = await complaints.find(conn, number, caller)
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        hers = caller.role is Role.SUPERVISOR and found.outcome is None
        phone = found.said.phone
        return await page(
            request,
            "complaints/one.html",
            found=found,
            # whoever has to call sees the number, and only until she has answered
            phone=phone if hers or not phone else figures.masked(phone),
            about=ABOUT,
            outcomes=OUTCOMES,
            today=now.astimezone(VIETNAM).date(),
            printing="print" in request.query_params,
            may_answer=caller.role is Role.SUPERVISOR,
            open_tasks=tasks,
        )

    @get("/{number:str}/slip.pdf", name="complaints.slip")
    async def slip(
        self, number: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        async with db.begin(caller.context) as conn:
            found = await complaints.find(conn, number, caller)
            paper = await complaints.receipt_of(conn, found)
        filing = Filing(kind=Kind.COMPLAINT, subject=found.number, ref=found.ref)
        return await filed(db, caller, now, filing, partial(counter_paper, paper))

    @post("/{number:str}/answer", name="complaints.answer", status_code=303)
    async def answer(
        self,
        number: FromPath[str],
        data: URLEncodedBody[AnswerForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        async with db.begin(caller.context) as conn:
            await complaints.answer(conn, number, data.outcome, data.answer, staff=caller, now=now)
        return Redirect(f"/counter/complaints/{number}", status_code=303)


async def listed(
    request: AnyRequest,
    caller: Caller,
    db: Db,
    now: Now,
    typed: Typed,
    wrong: Wrong = NOTHING,
) -> Response[str]:
    """The list, with the form as it was typed."""
    async with db.begin(caller.context) as conn:
        standing = await complaints.standing(conn, caller)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    return await page(
        request,
        "complaints/list.html",
        status=422 if wrong.said else 200,
        standing=standing,
        typed=typed,
        wrong=wrong,
        about=ABOUT,
        outcomes=OUTCOMES,
        today=now.astimezone(VIETNAM).date(),
        open_tasks=tasks,
    )
