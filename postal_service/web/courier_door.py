"""What a courier does at a door: hand over, report a failure, refuse an offer, send proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.database import Database
from postal_service.desk import dispatch
from postal_service.desk.dispatch import Work
from postal_service.desk.dispatch_store import Door, Item
from postal_service.desk.door import attempts, delivery, pictures, proof
from postal_service.desk.door.codes import CodeLocked, CodeUsed, Verifier, WrongCode
from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import ADDRESSEES, ID_KINDS, NO_CODE, RELATIONS
from postal_service.desk.errors import DeskError
from postal_service.desk.money.lines import operation_code
from postal_service.desk.published.reasons import Reason
from postal_service.web.courier_pages import home, spoken
from postal_service.web.door_forms import (
    NEXT_ACTION,
    NOT_THERE,
    OFTEN,
    DeliverForm,
    MissForm,
    RefuseForm,
)
from postal_service.web.errors import status_of
from postal_service.web.guards import couriers, only
from postal_service.web.needs import Bell, Caller, Db, Now, Verifiers
from postal_service.web.pages import page
from tracking.errors import IllegalMove, TrackingError, UnknownConsignment
from tracking.identifiers import parse_s10
from tracking.stages import Act, Stage

AnyRequest = Request[Any, Any, Any]


class ProofOut(Struct):
    """A picture that is here: by the hash of what was sent."""

    sha256: str


class Visit(Struct, frozen=True, kw_only=True):
    """Who looks at a form, and when."""

    request: AnyRequest
    db: Database
    caller: Staff
    now: datetime

    async def work(self) -> Work:
        async with self.db.begin(self.caller.context) as conn:
            return await dispatch.gather(conn, self.caller, self.now)


class ProofController(Controller):
    """Pictures, which travel apart from their scans."""

    path = "/courier/proofs"
    guards = [only(Role.COURIER, Role.CLERK, Role.SUPERVISOR)]

    @post(
        "/{scan_id:uuid}",
        name="courier.proof",
        status_code=HTTP_200_OK,
        request_max_body_size=pictures.LARGEST_SENT,
    )
    async def add(
        self,
        request: AnyRequest,
        scan_id: FromPath[UUID],
        caller: Caller,
        db: Db,
        now: Now,
        kind: FromQuery[Literal["signature", "photo"]] = "photo",
    ) -> ProofOut:
        """Keep one picture of a scan. Safe to repeat; the body is the picture itself."""
        drawn = await pictures.draw(kind, await request.body())
        async with db.begin(caller.context) as conn:
            await proof.attach(conn, scan_id, drawn, person=caller.id, at=now)
        return ProofOut(drawn.sent.hex())


class DoorController(Controller):
    path = "/courier"
    guards = [couriers]

    @get("/verifiers/{s10:str}", name="courier.verifier")
    async def verifier(
        self, s10: FromPath[str], caller: Caller, db: Db, verifiers: Verifiers, now: Now
    ) -> Verifier:
        """What the phone checks a code against where there is no signal."""
        async with db.begin(caller.context) as conn:
            work = await dispatch.gather(conn, caller, now)
        door = find_door(work, parse_s10(s10))
        return await verifiers.of(door.id, door.attempts, caller.id)

    @get("/deliver/{s10:str}", name="courier.deliver")
    async def ask_deliver(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        visit = Visit(request=request, db=db, caller=caller, now=now)
        return await deliver_form(visit, DeliverForm(id=uuid4(), s10=s10))

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
        key: bytes = request.app.state.delivery_key
        try:
            proof.check_envelope(data.envelope, report.scan.s10)
            async with db.begin(caller.context) as conn:
                await proof.check_arrived(conn, report.scan.id, report.evidence)
                [answer] = await delivery.record_clicks(conn, [report], heard_at=now, key=key)
            # after the commit: a wrong code stays counted
            delivery.event_of(answer)
        except (DeskError, TrackingError) as refusal:
            visit = Visit(request=request, db=db, caller=caller, now=now)
            return await deliver_form(visit, data, refusal)
        bell.ring()
        return home()

    @get("/missed/{s10:str}", name="courier.missed")
    async def ask_missed(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        visit = Visit(request=request, db=db, caller=caller, now=now)
        return await missed_form(visit, MissForm(id=uuid4(), s10=s10))

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
        """Say why the result could not be delivered, and what becomes of it."""
        report = data.report(caller.actor, now)
        try:
            await said(db, caller, report, now)
        except DeskError as refusal:
            visit = Visit(request=request, db=db, caller=caller, now=now)
            return await missed_form(visit, data, refusal)
        bell.ring()
        return home()

    @get("/refuse/{s10:str}", name="courier.refuse")
    async def ask_refuse(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        visit = Visit(request=request, db=db, caller=caller, now=now)
        return await refuse_form(visit, RefuseForm(id=uuid4(), s10=s10))

    @post("/refuse", name="courier.refuse.post")
    async def refuse(
        self,
        request: AnyRequest,
        data: URLEncodedBody[RefuseForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[Any]:
        """Say why an offered paper is not taken: it stays with its giver, who answers for it."""
        report = data.report(caller.actor, now)
        try:
            await said(db, caller, report, now)
        except DeskError as refusal:
            visit = Visit(request=request, db=db, caller=caller, now=now)
            return await refuse_form(visit, data, refusal)
        bell.ring()
        return home()


async def said(db: Database, caller: Staff, report: Report, now: datetime) -> None:
    """Record *report* from a button; a refusal is raised after it is on record."""
    async with db.begin(caller.context) as conn:
        await proof.check_arrived(conn, report.scan.id, report.evidence)
        [answer] = await delivery.record_clicks(conn, [report], heard_at=now)
    delivery.event_of(answer)


async def deliver_form(
    visit: Visit, typed: DeliverForm, refusal: DeskError | TrackingError | None = None
) -> Response[str]:
    """Who takes the paper; refused, with what was typed and under the same scan id."""
    door = find_door(await visit.work(), parse_s10(typed.s10))
    allowed = ADDRESSEES if door.addressee_only else RELATIONS
    return await page(
        visit.request,
        "courier/deliver.html",
        status=status_of(refusal) if refusal else HTTP_200_OK,
        door=door,
        relations=[(code, words) for code, words in RELATIONS.items() if code in allowed],
        id_kinds=ID_KINDS,
        no_code=NO_CODE,
        operation=operation_code(typed.id),
        typed=typed,
        wrong_code=isinstance(refusal, WrongCode | CodeLocked | CodeUsed),
        said=spoken(visit.request, refusal),
    )


async def missed_form(
    visit: Visit, typed: MissForm, refusal: DeskError | None = None
) -> Response[str]:
    """Why it could not be delivered, and what then becomes of it."""
    door = find_door(await visit.work(), parse_s10(typed.s10))
    async with visit.db.begin(visit.caller.context) as conn:
        reasons = await attempts.choices(conn)
    return await page(
        visit.request,
        "courier/missed.html",
        status=status_of(refusal) if refusal else HTTP_200_OK,
        door=door,
        reasons=[(reason, attempts.ways(reason)) for reason in sorted(reasons, key=often)],
        next_action=NEXT_ACTION,
        typed=typed,
        said=spoken(visit.request, refusal),
    )


def often(reason: Reason) -> tuple[int, str]:
    """The place of a reason on the phone: those that happen most come first."""
    return OFTEN.index(reason.code) if reason.code in OFTEN else len(OFTEN), reason.code


async def refuse_form(
    visit: Visit, typed: RefuseForm, refusal: DeskError | None = None
) -> Response[str]:
    """Why an offered paper is not taken."""
    item = find_offered(await visit.work(), parse_s10(typed.s10))
    async with visit.db.begin(visit.caller.context) as conn:
        reasons = await attempts.troubles(conn)
    return await page(
        visit.request,
        "courier/refuse.html",
        status=status_of(refusal) if refusal else HTTP_200_OK,
        item=item,
        not_there=NOT_THERE,
        reasons=[reason for reason in reasons if reason.code != "CD03"],
        typed=typed,
        said=spoken(visit.request, refusal),
    )


def find_door(work: Work, s10: str) -> Door:
    """The door *s10* goes to. Raises UnknownConsignment, or IllegalMove while it is not out."""
    door = next((door for door in work.doors.values() if door.s10 == s10), None)
    if door is None:
        raise UnknownConsignment(s10)
    if not any(item.id == door.id and item.mine and item.stage is Stage.OUT for item in work.items):
        raise IllegalMove(door.stage, Act.DELIVER)
    return door


def find_offered(work: Work, s10: str) -> Item:
    """The paper that is offered to her. Raises UnknownConsignment."""
    item = next((item for item in work.items if item.s10 == s10 and item.offered), None)
    if item is None:
        raise UnknownConsignment(s10)
    return item
