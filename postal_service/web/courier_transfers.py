"""A transfer at the door: the square on the courier's phone, and whether the money is there.

Until it is, the courier takes cash: a delivery reported meanwhile is paid in cash, and ends the
request. There is no square without signal: nobody could tell there that the money has come.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.desk.money import transfers
from postal_service.desk.money.transfers import Wish
from postal_service.web.guards import couriers
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.pages import page
from postal_service.web.transfer_pages import shown
from tracking.identifiers import parse_s10

AnyRequest = Request[Any, Any, Any]


class DoorForm(Form):
    """For which envelope. ``id`` is drawn by the page."""

    id: UUID
    s10: Annotated[str, Meta(max_length=40)]


class CourierTransferController(Controller):
    path = "/courier/transfers"
    guards = [couriers]

    @post("/", name="courier.transfers.ask", status_code=303)
    async def ask(
        self, data: URLEncodedBody[DoorForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Ask for what is due at this door. Safe to press twice."""
        number = parse_s10(data.s10)
        wish = Wish(form_id=data.id, person_id=caller.id, office_id=caller.office_id or 0, at=now)
        async with db.begin(caller.context) as conn:
            asked = await transfers.at_door(conn, number, wish)
        return Redirect(f"/courier/transfers/{asked.reference}?s10={number}", status_code=303)

    @get("/{reference:str}", name="courier.transfer")
    async def one(
        self,
        request: AnyRequest,
        reference: FromPath[str],
        caller: Caller,
        db: Db,
        settings: Settings,
    ) -> Response[str]:
        """The square; with ``part`` only whether the money is there."""
        async with db.begin(caller.context) as conn:
            line = await shown(conn, await transfers.by_reference(conn, reference), settings)
        return await page(
            request,
            "courier/transfer.html",
            block="pay" if "part" in request.query_params else None,
            line=line,
            back=back_to(request.query_params.get("s10", "")),
        )


def back_to(s10: str) -> str:
    """The door's own page, or the round for what is no number of ours."""
    return f"/courier/deliver/{s10}" if s10.isalnum() and s10.isascii() else "/courier"
