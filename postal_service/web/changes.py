"""A clerk changes what a citizen asked: phone, address, how the result or refused papers come."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from postal_service.bell import Bell as TheBell
from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk import shelf
from postal_service.desk.citizen import masking
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete, Problem
from postal_service.desk.ways import change_rules, changes
from postal_service.desk.ways.changes import Ask
from postal_service.web.errors import status_of
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import page
from tracking.errors import TrackingError, UnknownDossier

AnyRequest = Request[Any, Any, Any]


class ChangeForm(Form):
    """What was asked for; what is left empty stays as it is."""

    form_id: UUID
    asked_by: str = ""
    known_by: str = ""
    proof: str = ""
    whose: str = "applicant"
    phone: str = ""
    address: str = ""
    return_way: str = ""
    papers_back: str = ""

    def ask(self) -> Ask:
        return Ask(
            form_id=self.form_id,
            asked_by=self.asked_by,
            known_by=self.known_by,
            proof=self.proof[:200],
            whose=self.whose,
            phone=self.phone[:64],
            address=self.address[:400],
            return_way=self.return_way,
            papers_back=self.papers_back,
        )


class Desk(Struct, frozen=True, kw_only=True):
    """One press of one clerk on one dossier, with all that answering it takes."""

    request: AnyRequest
    caller: Staff
    db: Database
    bell: TheBell
    now: datetime


async def desk(request: AnyRequest, caller: Caller, db: Db, bell: Bell, now: Now) -> Desk:
    return Desk(request=request, caller=caller, db=db, bell=bell, now=now)


class ChangeController(Controller):
    path = "/counter/changes"
    guards = [clerks]
    dependencies = {"desk": Provide(desk)}

    @get("/{ref:str}", name="counter.changes")
    async def ask(self, ref: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
        """What can be changed, as far as nobody needs a reason to see what stands there."""
        return await showing(desk, clean(ref), Ask(form_id=uuid4()))

    @post("/{ref:str}", name="counter.changes.save", status_code=200)
    async def save(
        self, ref: FromPath[str], data: URLEncodedBody[ChangeForm], desk: NamedDependency[Desk]
    ) -> Response[Any]:
        """Change it. Safe to press twice; refused, the form comes back with what was typed."""
        ref, ask = clean(ref), data.ask()
        try:
            async with desk.db.begin(desk.caller.context) as conn:
                await changes.at_counter(conn, ref, ask, staff=desk.caller, now=desk.now)
        except UnknownDossier:
            raise
        except (TrackingError, DeskError) as refusal:
            return await showing(desk, ref, ask, refusal)
        desk.bell.ring()
        return Redirect(f"/counter/changes/{ref}?saved=1", status_code=303)


async def showing(
    desk: Desk, ref: str, typed: Ask, refusal: TrackingError | DeskError | None = None
) -> Response[str]:
    caller = desk.caller
    async with desk.db.begin(caller.context) as conn:
        found = await changes.look(conn, ref, staff=caller, now=desk.now)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    problems = []
    if refusal is not None:
        problems = (
            refusal.problems
            if isinstance(refusal, Incomplete)
            else [Problem("asked_by", refusal.vi, refusal.en)]
        )
    return await page(
        desk.request,
        "counter/change_request.html",
        status=status_of(refusal) if refusal else 200,
        found=found,
        dossier=found.slip.dossier,
        typed=typed,
        problems=problems,
        saved="saved" in desk.request.query_params and refusal is None,
        asked_by=change_rules.ASKED_BY,
        known_by=change_rules.KNOWN_BY,
        both=change_rules.WAYS,
        phone=masking.phone,
        address=masking.address,
        open_tasks=tasks,
    )
