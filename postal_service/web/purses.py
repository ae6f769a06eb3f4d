"""Couriers' money at the counter: what each holds, what he pays in, how much he may carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from postal_service.caller import Role, Staff
from postal_service.database import Database
from postal_service.desk import shelf
from postal_service.desk.errors import DeskError
from postal_service.desk.money import amounts, counting, purses
from postal_service.desk.money import lines as moved
from postal_service.desk.money.errors import BadAmount, UnknownEntry
from postal_service.desk.money.purses import PayIn
from postal_service.desk.money.till_errors import (
    BadCount,
    BadLimit,
    BooksMoved,
    NothingCounted,
    ReasonNeeded,
    RestUnsaid,
    UnknownCourier,
    WhyNeeded,
)
from postal_service.desk.papers import Kind
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.printing.archive import Filing
from postal_service.web.errors import status_of
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean, day_of
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import filed, original
from postal_service.web.till import MOST_ID, number, said_of, typed_of

AnyRequest = Request[Any, Any, Any]
REST: Final = ("", "keep", "short")


class LeaveForm(Form):
    """A supervisor's word; ``id`` is drawn by the page."""

    id: UUID
    why: Annotated[str, Meta(max_length=300)] = ""


class LimitForm(Form, kw_only=True):
    """``courier`` empty: for everybody of the office."""

    courier: Annotated[str, Meta(max_length=20)] = ""
    from_day: Annotated[str, Meta(max_length=20)]
    limit: Annotated[str, Meta(max_length=40)]


class Visit(Struct, frozen=True, kw_only=True):
    """One courier's money at the counter: who asks, what was typed, what was wrong."""

    caller: Staff
    db: Database
    now: datetime
    courier_id: int
    typed: Mapping[str, str] = {}
    refusal: DeskError | None = None


class PurseController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/purses", name="counter.purses")
    async def purses(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, who: FromQuery[str] = ""
    ) -> Response[Any]:
        """What the books say each courier holds; a scanned card opens his."""
        typed = clean(who)
        if not typed:
            return await list_page(request, caller, db, now)
        try:
            async with db.begin(caller.context) as conn:
                found = await purses.find(conn, typed, caller, now)
        except UnknownCourier as refusal:
            return await list_page(request, caller, db, now, refusal)
        return Redirect(f"/counter/purses/{found.courier_id}", status_code=303)

    @post("/purses/limits", name="counter.purses.limit", status_code=303)
    async def limit(
        self, request: AnyRequest, data: URLEncodedBody[LimitForm], caller: Caller, db: Db, now: Now
    ) -> Response[Any]:
        """How much a courier, or everybody here, may carry from a day on."""
        courier = checked(number(data.courier)) if data.courier else None
        try:
            most = amounts.read_vnd(data.limit)
            async with db.begin(caller.context) as conn:
                await purses.set_limit(
                    conn, courier, day_of(data.from_day), most, staff=caller, now=now
                )
        except (BadLimit, BadAmount) as refusal:
            return await list_page(request, caller, db, now, refusal)
        return Redirect("/counter/purses", status_code=303)

    @get("/purses/{person_id:int}", name="counter.purse")
    async def purse(
        self,
        request: AnyRequest,
        person_id: FromPath[int],
        caller: Caller,
        db: Db,
        now: Now,
        paid: FromQuery[str] = "",
    ) -> Response[str]:
        """His receipts, and where to write what is counted; just paid in, the receipt prints."""
        visit = Visit(caller=caller, db=db, now=now, courier_id=checked(person_id))
        return await purse_page(request, visit, printing=number(paid))

    @post("/purses/{person_id:int}/pay-ins", name="counter.purse.pay_in", status_code=303)
    async def pay_in(
        self, request: AnyRequest, person_id: FromPath[int], caller: Caller, db: Db, now: Now
    ) -> Response[Any]:
        """Take the courier's money into the till. A second press finds the first's receipt."""
        typed = await typed_of(request)
        rest = typed.get("rest", "")
        try:
            wish = PayIn(
                key=UUID(typed.get("id", "")),
                counted=counting.read_counts(typed),
                seen=int(typed.get("seen", "")[:18] or 0),
                rest=cast("Literal['', 'keep', 'short']", rest if rest in REST else ""),
                why=typed.get("why", ""),
            )
            async with db.begin(caller.context) as conn:
                made = await purses.pay_in(conn, checked(person_id), wish, staff=caller, now=now)
                paper = await purses.receipt(conn, made.id, caller)
        except (BadCount, BooksMoved, NothingCounted, ReasonNeeded, RestUnsaid) as refusal:
            visit = Visit(
                caller=caller, db=db, now=now, courier_id=person_id, typed=typed, refusal=refusal
            )
            return await purse_page(request, visit)
        filing = Filing(kind=Kind.PAY_IN, subject=paper.number)
        await original(db, caller, now, filing, partial(counter_paper, paper))
        return Redirect(f"/counter/purses/{person_id}?paid={made.id}", status_code=303)

    @post("/purses/{person_id:int}/leaves", name="counter.purse.leave", status_code=303)
    async def leave(
        self,
        request: AnyRequest,
        person_id: FromPath[int],
        data: URLEncodedBody[LeaveForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """The supervisor lets him take one more list."""
        try:
            async with db.begin(caller.context) as conn:
                await purses.let_go_once(
                    conn, data.id, checked(person_id), data.why, staff=caller, now=now
                )
        except WhyNeeded as refusal:
            visit = Visit(caller=caller, db=db, now=now, courier_id=person_id, refusal=refusal)
            return await purse_page(request, visit)
        return Redirect(f"/counter/purses/{person_id}", status_code=303)

    @get("/pay-ins/{entry_id:int}/receipt.pdf", name="counter.pay_in.receipt")
    async def receipt(
        self, entry_id: FromPath[int], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """Biên nhận nộp tiền; printed again it is a copy."""
        if not 0 < entry_id <= MOST_ID:
            raise UnknownEntry(str(entry_id)[:20])
        async with db.begin(caller.context) as conn:
            paper = await purses.receipt(conn, entry_id, caller)
        filing = Filing(kind=Kind.PAY_IN, subject=paper.number)
        return await filed(db, caller, now, filing, partial(counter_paper, paper))


def checked(person_id: int) -> int:
    """An id that fits the database. Raises UnknownCourier."""
    if not 0 < person_id <= MOST_ID:
        raise UnknownCourier(str(person_id)[:20])
    return person_id


async def list_page(
    request: AnyRequest,
    caller: Staff,
    db: Database,
    now: datetime,
    refusal: DeskError | None = None,
) -> Response[str]:
    async with db.begin(caller.context) as conn:
        found = await purses.at_office(conn, caller, now)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    return await page(
        request,
        "counter/purses.html",
        status=status_of(refusal) if refusal else 200,
        purses=found,
        held=sum(purse.held for purse in found),
        supervises=caller.role is Role.SUPERVISOR,
        today=purses.day_of(now),
        said=said_of(request, refusal),
        open_tasks=tasks,
    )


async def purse_page(request: AnyRequest, visit: Visit, *, printing: int = 0) -> Response[str]:
    caller, refusal = visit.caller, visit.refusal
    async with visit.db.begin(caller.context) as conn:
        purse = await purses.find(conn, visit.courier_id, caller, visit.now)
        lines = await purses.lines(conn, purse)
        leaves = await purses.leaves(conn, purse)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    return await page(
        request,
        "counter/purse.html",
        status=status_of(refusal) if refusal else 200,
        purse=purse,
        lines=lines,
        kinds=moved.KINDS,
        leaves=leaves,
        notes=counting.NOTES,
        typed=visit.typed,
        said=said_of(request, refusal),
        wrong=refusal.value if isinstance(refusal, BadCount) else 0,
        unreasoned=isinstance(refusal, ReasonNeeded),
        rest_unsaid=isinstance(refusal, RestUnsaid),
        supervises=caller.role is Role.SUPERVISOR,
        printing=printing,
        form_id=visit.typed.get("id") or uuid4(),
        leave_id=uuid4(),
        open_tasks=tasks,
    )
