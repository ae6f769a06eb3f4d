"""One dossier of this office's business on a page of its own, with what may be done about it."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from postal_service.desk import shelf
from postal_service.web.counter_panel import NOTHING, telling
from postal_service.web.guards import clerks
from postal_service.web.inputs import clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from tracking.identifiers import parse_ref

AnyRequest = Request[Any, Any, Any]


class CaseController(Controller):
    path = "/counter/cases"
    guards = [clerks]

    @get("/{ref:str}", name="counter.case_page")
    async def show(
        self, request: AnyRequest, ref: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """What a scan of its receipt would show, for who stands here without one."""
        async with db.begin(caller.context) as conn:
            told = await telling(conn, parse_ref(clean(ref)).ref, caller, now)
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        return await page(request, "counter/case.html", done=NOTHING, open_tasks=tasks, **told)
