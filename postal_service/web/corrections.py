"""Taking back what one has just done: one address for every page and phone."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from postal_service.desk.undo import undo
from postal_service.web.approvals import staff
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import is_fragment
from postal_service.web.sent import is_json, sent, way_back
from tracking.corrections import Undo
from tracking.errors import TrackingError
from tracking.identifiers import parse_s10
from tracking.stages import Stage

AnyRequest = Request[Any, Any, Any]


class UndoForm(Form):
    """``undoes`` is the act's id, ``id`` this press's own; ``back`` is where a form goes on."""

    id: UUID
    s10: Annotated[str, Meta(max_length=40)]
    undoes: UUID
    back: str = ""


class UndoneOut(Struct, rename="camel"):
    """Where the paper is again."""

    id: UUID
    s10: str
    stage: Stage | None


class CorrectionController(Controller):
    path = "/corrections"
    guards = [staff]

    @post("/undo", name="corrections.undo", status_code=HTTP_200_OK)
    async def undo(
        self, request: AnyRequest, caller: Caller, db: Db, bell: Bell, now: Now
    ) -> Response[Any]:
        """Undo one's own last act within a minute. Safe to repeat."""
        form = await sent(request, UndoForm)
        s10 = parse_s10(form.s10)
        wish = Undo(id=form.id, s10=s10, undoes=form.undoes, by=caller.actor, at=now)
        async with db.begin(caller.context) as conn:
            answer = await undo(conn, wish, now=now)
        bell.ring()
        if isinstance(answer, TrackingError):
            raise answer
        if is_json(request):
            return Response(UndoneOut(form.id, s10, answer.stage))
        back = way_back(form.back, "/")
        if is_fragment(request):
            return Response("", headers={"HX-Redirect": back})
        return Redirect(back, status_code=303)
