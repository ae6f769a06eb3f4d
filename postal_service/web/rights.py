"""Requests of citizens about their own data: taken down, and answered within two working days."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.clock import VIETNAM
from postal_service.database import Context
from postal_service.desk.citizen import rights
from postal_service.desk.citizen.rights import Wish
from postal_service.web.guards import managers
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]

#: The manager sees the register and never a citizen's own data: the product looks for her, once
#: she has said for which request, and writes down that it did.
AS: Final = Context.job("rights")
KINDS: Final = {"export": "Cấp bản sao dữ liệu", "erase": "Xóa dữ liệu"}
OUTCOMES: Final = {"given": "đã cấp", "erased": "đã xóa", "kept": "chưa xóa được"}


class AskForm(Form):
    """What a citizen asked for, by her receipt; ``form_id`` is drawn by the page."""

    form_id: UUID
    ref: Annotated[str, Meta(max_length=40)]
    who: Literal["applicant", "receiver"]
    kind: Literal["export", "erase"]


class AnswerForm(Form):
    """A press of the answer."""


class RightsController(Controller):
    path = "/rights"
    guards = [managers]

    @get("/", name="rights")
    async def work(self, request: AnyRequest, db: Db, now: Now) -> Response[str]:
        """What is open, the most urgent first."""
        async with db.begin(AS) as conn:
            found = await rights.requests(conn)
        return await page(
            request,
            "rights/list.html",
            waiting=[one for one in found if one.outcome is None],
            answered=[one for one in found if one.outcome is not None],
            kinds=KINDS,
            outcomes=OUTCOMES,
            today=now.astimezone(VIETNAM).date(),
            form_id=uuid4(),
        )

    @post("/", name="rights.ask")
    async def ask(
        self, caller: Caller, db: Db, now: Now, data: URLEncodedBody[AskForm]
    ) -> Redirect:
        """Take a request down. Safe to press twice."""
        wish = Wish(form_id=data.form_id, ref=data.ref, who=data.who, kind=data.kind)
        async with db.begin(AS) as conn:
            await rights.ask(conn, wish, staff=caller, now=now)
        return Redirect("/rights", status_code=303)

    @post("/{number:int}/export", name="rights.export", status_code=200)
    async def export(
        self,
        number: FromPath[int],
        caller: Caller,
        db: Db,
        now: Now,
        data: URLEncodedBody[AnswerForm],
    ) -> Response[bytes]:
        """Everything kept of her, as one file to print or to hand over."""
        async with db.begin(AS) as conn:
            found = await rights.export(conn, number, staff=caller, now=now)
        return Response(
            msgspec.json.format(msgspec.json.encode(found), indent=2),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="du-lieu-{number}.json"'},
        )

    @post("/{number:int}/erasure", name="rights.erase")
    async def erase(
        self,
        number: FromPath[int],
        caller: Caller,
        db: Db,
        now: Now,
        data: URLEncodedBody[AnswerForm],
    ) -> Redirect:
        """Shred what is kept of her, or say which dossiers need it."""
        async with db.begin(AS) as conn:
            await rights.erase(conn, number, staff=caller, now=now)
        return Redirect("/rights", status_code=303)
