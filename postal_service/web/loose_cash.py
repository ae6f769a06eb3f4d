"""Cash that came with refused deliveries, before the supervisor of its office."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.caller import Role
from postal_service.desk.errors import DeskError
from postal_service.desk.money import door_cash
from postal_service.web.errors import status_of
from postal_service.web.guards import only
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]


class OneForm(Form):
    """A decision about one amount; ``id`` was drawn with the page."""

    id: UUID


class LooseCashController(Controller):
    path = "/supervisor/cash"
    guards = [only(Role.SUPERVISOR)]

    @get("/", name="supervisor.cash")
    async def listed(self, request: AnyRequest, caller: Caller, db: Db) -> Response[str]:
        """What waits for her word."""
        return await showing(request, caller, db)

    @post("/{scan_id:uuid}/booking", name="supervisor.cash_booking", status_code=303)
    async def booking(
        self,
        request: AnyRequest,
        scan_id: FromPath[UUID],
        data: URLEncodedBody[OneForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Let it pay what the dossier owes at the door. Safe to press twice."""
        try:
            async with db.begin(caller.context) as conn:
                await door_cash.book(conn, scan_id, caller, key=data.id, now=now)
        except DeskError as refusal:
            return await showing(request, caller, db, refusal)
        return Redirect("/supervisor/cash", status_code=303)

    @post("/{scan_id:uuid}/giving-back", name="supervisor.cash_giving_back", status_code=303)
    async def giving_back(
        self,
        request: AnyRequest,
        scan_id: FromPath[UUID],
        data: URLEncodedBody[OneForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Pay it back to the citizen out of her till. Safe to press twice."""
        try:
            async with db.begin(caller.context) as conn:
                await door_cash.give_back(conn, scan_id, caller, key=data.id, now=now)
        except DeskError as refusal:
            return await showing(request, caller, db, refusal)
        return Redirect("/supervisor/cash", status_code=303)


async def showing(
    request: AnyRequest, caller: Caller, db: Db, refusal: DeskError | None = None
) -> Response[str]:
    async with db.begin(caller.context) as conn:
        found = await door_cash.waiting(conn, caller.office_id or 0)
    return await page(
        request,
        "supervisor/cash.html",
        status=status_of(refusal) if refusal else 200,
        found=found,
        wrong=refusal.vi if refusal else "",
        draw=uuid4,
    )
