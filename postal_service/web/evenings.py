"""Which evenings were counted, office by office: what a supervisor and a manager look over."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get

from postal_service.caller import Role
from postal_service.desk.evening import evening_sheets
from postal_service.web.guards import only
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]


class EveningsController(Controller):
    path = "/supervisor/evenings"
    guards = [only(Role.SUPERVISOR, Role.MANAGER)]

    @get("/", name="supervisor.evenings")
    async def show(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """The last evenings of her office; a manager sees all offices where somebody counts."""
        async with db.begin(caller.context) as conn:
            days, rows = await evening_sheets.evenings(conn, caller, now=now)
        return await page(request, "supervisor/evenings.html", days=days, rows=rows, today=days[0])
