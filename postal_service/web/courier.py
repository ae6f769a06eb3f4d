"""What a courier does: the round, each stop, and the beep."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from postal_service import security
from postal_service.caller import Role
from postal_service.desk import delivery, dispatch, field
from postal_service.desk.delivery import Report
from postal_service.desk.errors import DeskError
from postal_service.web import scans
from postal_service.web.courier_pages import (
    DeliverForm,
    ItemsForm,
    LeaveForm,
    MissForm,
    after,
    deliver_form,
    home,
    missed_form,
    show,
)
from postal_service.web.guards import couriers
from postal_service.web.needs import Bell, Caller, Db, Lang, Now, Phone
from postal_service.web.scans import BatchIn, BatchOut, ScanIn, ScanOut
from tracking.errors import UnknownConsignment, place_words
from tracking.identifiers import parse_s10
from tracking.stages import Stage

AnyRequest = Request[Any, Any, Any]


class ScanController(Controller):
    """What a phone sends. It has no guard: each transaction begins by finding the courier."""

    path = "/courier/scans"

    @post(name="courier.scan", status_code=HTTP_200_OK)
    async def scan(self, data: JSONBody[ScanIn], phone: Phone) -> ScanOut:
        """Record one scan. Safe to repeat: the phone retries until it hears back."""
        async with security.at_work(phone.db, phone.token, phone.now, Role.COURIER) as at_work:
            conn, caller = at_work
            report = data.report(caller.actor)
            event = await delivery.record_one(conn, report, heard_at=phone.now)
        phone.bell.ring()
        return scans.scan_out(report, event)

    @post("/batch", name="courier.scans", status_code=HTTP_200_OK)
    async def scan_batch(self, data: JSONBody[BatchIn], phone: Phone, lang: Lang) -> BatchOut:
        """Record up to 500 scans; each is answered for itself, and none blocks another."""
        async with security.at_work(phone.db, phone.token, phone.now, Role.COURIER) as at_work:
            conn, caller = at_work
            taken = scans.read(data, caller.actor)
            reports = [report for report in taken if isinstance(report, Report)]
            answers = await delivery.record(conn, reports, heard_at=phone.now) if reports else []
        phone.bell.ring()
        return scans.batch_out(data, taken, answers, lang)


class CourierController(Controller):
    path = "/courier"
    guards = [couriers]

    @get("/", name="courier.round")
    async def round(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        return await show(request, db, caller, now)

    @post("/round", name="courier.plan")
    async def plan(self, caller: Caller, db: Db, now: Now) -> Redirect:
        """Make today's round of what waits, or put what is new into it."""
        await dispatch.plan_round(lambda: db.begin(caller.context), caller, now)
        return home()

    @post("/start", name="courier.start")
    async def start(self, caller: Caller, db: Db, now: Now) -> Redirect:
        async with db.begin(caller.context) as conn:
            await delivery.set_out(conn, caller.id, now)
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
        """Collect or hand over what was ticked."""
        reports = data.reports(caller.actor, now)
        async with db.begin(caller.context) as conn:
            answers = await field.carry(conn, caller, reports, stop=data.stop, now=now)
        bell.ring()
        return await after(request, db, caller, now, answers)

    @post("/finish", name="courier.finish")
    async def finish(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ItemsForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Bring in what was ticked, and end the round."""
        reports = data.reports(caller.actor, now)
        async with db.begin(caller.context) as conn:
            answers = await field.come_home(conn, caller, reports, now=now)
        bell.ring()
        return await after(request, db, caller, now, answers)

    @post("/leave", name="courier.leave")
    async def leave(
        self, data: URLEncodedBody[LeaveForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Ride on from an agency."""
        async with db.begin(caller.context) as conn:
            await field.leave(conn, caller, data.stop, outcome=data.outcome, now=now)
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
        if item.stage is Stage.OUT:
            return Redirect(f"/courier/deliver/{s10}", status_code=303)
        where = place_words(item.stage)[0]
        return await show(request, db, caller, now, said=[f"Bưu gửi {s10}: {where}."])

    @get("/deliver/{s10:str}", name="courier.deliver")
    async def ask_deliver(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        fresh = DeliverForm(id=uuid4(), s10=s10)
        return await deliver_form(request, db, caller, now, typed=fresh)

    @post("/deliver", name="courier.deliver.post")
    async def deliver(
        self,
        request: AnyRequest,
        data: URLEncodedBody[DeliverForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Hand the result over; refused, the form comes back with what was typed."""
        report = data.report(caller.actor, now)
        try:
            delivery.check_envelope(data.envelope, report.scan.s10)
            async with db.begin(caller.context) as conn:
                await delivery.record_click(conn, report, heard_at=now)
        except DeskError as refusal:
            return await deliver_form(request, db, caller, now, typed=data, refusal=refusal)
        bell.ring()
        return home()

    @get("/missed/{s10:str}", name="courier.missed")
    async def ask_missed(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        fresh = MissForm(id=uuid4(), s10=s10)
        return await missed_form(request, db, caller, now, typed=fresh)

    @post("/missed", name="courier.missed.post")
    async def missed(
        self,
        request: AnyRequest,
        data: URLEncodedBody[MissForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Say why the result could not be delivered."""
        report = data.report(caller.actor, now)
        try:
            async with db.begin(caller.context) as conn:
                await delivery.record_click(conn, report, heard_at=now)
        except DeskError as refusal:
            return await missed_form(request, db, caller, now, typed=data, refusal=refusal)
        bell.ring()
        return home()
