"""What a courier does: the round, each stop, and the beep."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, JSONBody, URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from postal_service import security
from postal_service.caller import Role
from postal_service.desk import dispatch, field
from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Report
from postal_service.desk.field import Laid
from postal_service.web import kept_scans, scans
from postal_service.web.courier_pages import (
    ItemsForm,
    LeaveForm,
    ListForm,
    Notes,
    UndoForm,
    after,
    home,
    show,
)
from postal_service.web.guards import couriers
from postal_service.web.needs import Bell, Caller, Db, Lang, Now, Phone
from postal_service.web.scans import BatchIn, BatchOut, Problem, ScanIn, ScanOut
from tracking.errors import UnknownConsignment, place_words
from tracking.identifiers import parse_s10
from tracking.stages import Stage

AnyRequest = Request[Any, Any, Any]


class ScanController(Controller):
    """What a phone sends. It has no guard: each transaction begins by finding the courier."""

    path = "/courier/scans"

    @post(name="courier.scan", status_code=HTTP_200_OK)
    async def scan(self, data: JSONBody[ScanIn], phone: Phone) -> ScanOut | Response[Problem]:
        """Record one scan. Safe to repeat: the phone retries until it hears back."""
        async with security.at_work(phone.db, phone.token, phone.now, Role.COURIER) as at_work:
            conn, caller = at_work
            if caller.revoked_at is not None:
                return await kept_scans.keep_one(conn, caller, data, now=phone.now)
            report = data.report(caller.actor)
            [answer] = await delivery.record(conn, [report], heard_at=phone.now, key=phone.key)
        # after the commit: what was refused stays on record
        event = delivery.event_of(answer)
        phone.bell.ring()
        return scans.scan_out(report, event)

    @post("/batch", name="courier.scans", status_code=HTTP_200_OK)
    async def scan_batch(self, data: JSONBody[BatchIn], phone: Phone, lang: Lang) -> BatchOut:
        """Record up to 500 scans; each is answered for itself, and none blocks another."""
        async with security.at_work(phone.db, phone.token, phone.now, Role.COURIER) as at_work:
            conn, caller = at_work
            if caller.revoked_at is not None:
                return await kept_scans.keep_batch(conn, caller, data, lang, now=phone.now)
            taken = scans.read(data, caller.actor)
            reports = [report for report in taken if isinstance(report, Report)]
            answers = (
                await delivery.record(conn, reports, heard_at=phone.now, key=phone.key)
                if reports
                else []
            )
        phone.bell.ring()
        return scans.batch_out(data, taken, answers, lang)


class CourierController(Controller):
    path = "/courier"
    guards = [couriers]

    @get("/", name="courier.round")
    async def round(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, laid: FromQuery[str] = ""
    ) -> Response[str]:
        return await show(request, db, caller, now, Notes(laid=laid))

    @post("/round", name="courier.plan")
    async def plan(self, caller: Caller, db: Db, now: Now) -> Redirect:
        """Make today's round of what waits, or put what is new into it."""
        await dispatch.plan_round(lambda: db.begin(caller.context), caller, now)
        return home()

    @post("/start", name="courier.start")
    async def start(self, caller: Caller, db: Db, now: Now) -> Redirect:
        async with db.begin(caller.context) as conn:
            await field.start(conn, caller, now)
        return home()

    @post("/items", name="courier.items")
    async def items(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ItemsForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Take what was ticked, or take back what nobody has answered."""
        reports = data.reports(caller.actor, now)
        async with db.begin(caller.context) as conn:
            answers = await field.carry(conn, caller, reports, stop=data.stop, now=now)
        bell.ring()
        return await after(request, db, caller, now, Laid(number=None, answers=answers))

    @post("/lists", name="courier.lists")
    async def lists(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ListForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Lay what was ticked before the agency, as one list with a number."""
        async with db.begin(caller.context) as conn:
            laid = await field.lay_down(
                conn, caller, data.id, data.ticked(), stop=data.stop, now=now
            )
        bell.ring()
        return await after(request, db, caller, now, laid)

    @post("/gifts", name="courier.give")
    async def give(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ListForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Offer what was ticked to a colleague on the road."""
        async with db.begin(caller.context) as conn:
            laid = await field.give_to(
                conn, caller, data.id, data.colleague(), data.ticked(), now=now
            )
        bell.ring()
        return await after(request, db, caller, now, laid)

    @post("/finish", name="courier.finish")
    async def finish(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ListForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Offer the office what was ticked, and end the round."""
        async with db.begin(caller.context) as conn:
            laid = await field.come_home(conn, caller, data.id, data.ticked(), now=now)
        bell.ring()
        return await after(request, db, caller, now, laid)

    @post("/leave", name="courier.leave")
    async def leave(
        self, data: URLEncodedBody[LeaveForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Ride on from an agency."""
        async with db.begin(caller.context) as conn:
            await field.leave(conn, caller, data.stop, outcome=data.outcome, now=now)
        return home()

    @post("/undo", name="courier.undo")
    async def undo(
        self, data: URLEncodedBody[UndoForm], caller: Caller, db: Db, bell: Bell, now: Now
    ) -> Redirect:
        """Take the last press back, whole, within its minute."""
        async with db.begin(caller.context) as conn:
            for wish in data.wishes(caller.actor, now):
                await field.undo_delivery(conn, wish, now=now)
        bell.ring()
        return home()

    @get("/find", name="courier.find")
    async def find(
        self, request: AnyRequest, code: FromQuery[str], caller: Caller, db: Db, now: Now
    ) -> Response[Any]:
        """Look a number up: a scan never commits, it leads to the paper."""
        s10 = parse_s10(code)
        async with db.begin(caller.context) as conn:
            work = await dispatch.gather(conn, caller, now)
        item = next((item for item in work.items if item.s10 == s10), None)
        if item is None:
            raise UnknownConsignment(s10)
        if item.mine and item.stage is Stage.OUT:
            return Redirect(f"/courier/deliver/{s10}", status_code=303)
        where = place_words(item.stage)[0]
        return await show(request, db, caller, now, Notes(said=[f"Bưu gửi {s10}: {where}."]))
