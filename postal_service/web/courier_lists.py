"""Papers changing hands between a counter and its couriers: their lists, and what they bring in."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromQuery

from postal_service.desk import hand_over_desk, shelf
from postal_service.desk.money import purses
from postal_service.web.bags import paper_out
from postal_service.web.counter import office
from postal_service.web.guards import clerks
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]


class CourierListController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/courier-lists/new", name="counter.new_courier_list")
    async def new_list(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, courier: FromQuery[int] = 0
    ) -> Response[str]:
        """What waits for a courier, and who works today."""
        async with db.begin(caller.context) as conn:
            waiting = await hand_over_desk.for_couriers(conn, office(caller), now)
            held = await purses.at_office(conn, caller, now)
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request,
            "bags/courier.html",
            waiting=waiting,
            papers=[paper_out(paper) for paper in waiting.papers],
            chosen=courier,
            over={purse.courier_id: purse for purse in held if purse.over},
            open_tasks=tasks,
            now=now,
            office_id=office(caller),
        )

    @get("/taking", name="counter.taking")
    async def taking(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """What couriers bring in and other offices lay before this one."""
        async with db.begin(caller.context) as conn:
            givers = await hand_over_desk.to_take_in(conn, office(caller))
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request,
            "bags/taking.html",
            givers=givers,
            papers={p.s10: paper_out(p) for giver in givers for p in giver.papers},
            open_tasks=tasks,
            now=now,
            office_id=office(caller),
        )
