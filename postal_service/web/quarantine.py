"""Lost phones: reporting one, and deciding on what it still sends."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.caller import Role
from postal_service.desk.watch import quarantine
from postal_service.web import kept_scans
from postal_service.web.guards import only
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import page
from tracking.errors import act_words

AnyRequest = Request[Any, Any, Any]

STATES = {
    "admitted": ("đã ghi vào sổ", "ok"),
    "refused": ("sổ không cho ghi", "bad"),
    "rejected": ("đã bỏ", ""),
}


class LossForm(Form):
    """Whose phone is gone; ``id`` is drawn by the page."""

    id: UUID
    courier: Annotated[int, Meta(ge=1, le=2**63 - 1)]


class LinesForm(Form):
    """The ticked lines."""

    line: list[str] | str = ""

    @property
    def ids(self) -> list[int]:
        ticked = [self.line] if isinstance(self.line, str) else self.line
        return [int(each) for each in ticked if each.isascii() and each.isdigit()]


class QuarantineController(Controller):
    path = "/quarantine"
    guards = [only(Role.SUPERVISOR)]

    @get("/", name="quarantine")
    async def work(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, said: FromQuery[str] = ""
    ) -> Response[str]:
        """What lost phones sent, whose phones those were, and who may have lost one."""
        office = caller.office_id or 0
        async with db.begin(caller.context) as conn:
            kept = await quarantine.kept(conn, office, now=now)
            losses = await quarantine.losses(conn, office, now=now)
            couriers = await quarantine.couriers(conn, office, now=now)
        return await page(
            request,
            "incidents/quarantine.html",
            waiting=[line for line in kept if line.state == "waiting"],
            decided=[line for line in kept if line.state != "waiting"],
            losses=losses,
            couriers=couriers,
            said=said,
            act_words=act_words,
            states=STATES,
            draw=uuid4,
        )

    @post("/phones", name="quarantine.lost")
    async def lost(
        self, data: URLEncodedBody[LossForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """End every session of a courier whose phone is gone."""
        async with db.begin(caller.context) as conn:
            await quarantine.report_lost(conn, data.id, data.courier, by=caller, now=now)
        return Redirect("/quarantine?said=lost", status_code=303)

    @post("/admission", name="quarantine.admit")
    async def admit(
        self,
        request: AnyRequest,
        data: URLEncodedBody[LinesForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Redirect:
        """Record the ticked lines in their couriers' names, in the order they happened."""
        async with db.begin(caller.context) as conn:
            lines = await quarantine.take(conn, data.ids, by=caller)
            key: bytes = request.app.state.delivery_key
            answers = await kept_scans.admit(conn, lines, approver=caller.id, now=now, key=key)
            await quarantine.settle(conn, lines, answers, by=caller, now=now)
        bell.ring()
        return Redirect("/quarantine?said=admitted", status_code=303)

    @post("/rejection", name="quarantine.reject")
    async def reject(
        self, data: URLEncodedBody[LinesForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Let the ticked lines fall."""
        async with db.begin(caller.context) as conn:
            await quarantine.reject(conn, data.ids, by=caller, now=now)
        return Redirect("/quarantine?said=rejected", status_code=303)
