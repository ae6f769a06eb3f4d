"""What a courier holds of other people's money, receipt by receipt."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get

from postal_service.desk.money import lines, purses
from postal_service.web.guards import couriers
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]


class CourierMoneyController(Controller):
    path = "/courier"
    guards = [couriers]

    @get("/money", name="courier.money")
    async def money(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """Each receipt with its time, the sum, and how much he may carry."""
        async with db.begin(caller.context) as conn:
            found = await purses.own(conn, caller, now)
            held = [(purse, await purses.lines(conn, purse)) for purse in found]
        return await page(request, "courier/money.html", held=held, kinds=lines.KINDS)
