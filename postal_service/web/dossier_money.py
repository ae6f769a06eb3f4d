"""What a dossier costs, on a screen: the clerk who takes it, the officer who asks for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.desk import shelf
from postal_service.desk.errors import DeskError
from postal_service.desk.money import orders, window
from postal_service.desk.money.errors import AlreadyPaid, NothingToPay
from postal_service.desk.money.model import Press
from postal_service.desk.money.orders import Order
from postal_service.desk.money.words import NAMES
from postal_service.web.agency_case import showing
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.guards import clerks, officers
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from tracking.errors import TrackingError, UnknownDossier

AnyRequest = Request[Any, Any, Any]


class TakeForm(Form):
    """The clerk has the cash in her hand; ``id`` was drawn with the page."""

    id: UUID


class OrderForm(Form):
    """What is to be collected with the result."""

    id: UUID
    kind: str = ""
    amount: str = ""
    why: str = ""


class DropForm(Form):
    """A form that is all button."""


class WindowController(Controller):
    path = "/counter/money"
    guards = [clerks]

    @get("/{ref:str}", name="counter.money")
    async def look(
        self, request: AnyRequest, ref: FromPath[str], caller: Caller, db: Db
    ) -> Response[str]:
        """Every line of a dossier, with its receipt."""
        return await showing_window(request, ref, caller, db)

    @post("/{ref:str}", name="counter.take", status_code=303)
    async def take(
        self,
        request: AnyRequest,
        ref: FromPath[str],
        data: URLEncodedBody[TakeForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Take what is open in cash. Safe to press twice."""
        press = Press(key=data.id, by=caller.actor, at=now, now=now)
        try:
            async with db.begin(caller.context) as conn:
                entry = await window.take(conn, ref, press)
        except (NothingToPay, AlreadyPaid) as refusal:
            return await showing_window(request, ref, caller, db, refusal=refusal)
        return Redirect(f"/counter/money/{ref}?receipt={entry.number}", status_code=303)


class OrderController(Controller):
    path = "/agency/dossiers/{ref:str}/orders"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @post("/", name="agency.order")
    async def ask(
        self,
        visit: NamedDependency[Visit],
        ref: FromPath[str],
        data: URLEncodedBody[OrderForm],
    ) -> Response[Any]:
        """Have an amount collected when the result is handed over. Safe to press twice."""
        order = Order(key=data.id, kind=data.kind, amount=data.amount, why=data.why.strip())
        try:
            async with visit.begin() as conn:
                await orders.ask(conn, ref, order, by=visit.caller.actor, now=visit.now)
        except UnknownDossier:
            raise
        except (TrackingError, DeskError) as refusal:
            return await showing(visit, ref, refusal=refusal)
        return Redirect(f"/agency/dossiers/{ref}#orders", status_code=303)

    @post("/{charge_id:int}/drop", name="agency.drop_order")
    async def drop(
        self,
        visit: NamedDependency[Visit],
        ref: FromPath[str],
        charge_id: FromPath[int],
        data: URLEncodedBody[DropForm],
    ) -> Response[Any]:
        """Take an order back while the result is still at the agency."""
        try:
            async with visit.begin() as conn:
                await orders.drop(conn, ref, charge_id, by=visit.caller.actor, now=visit.now)
        except UnknownDossier:
            raise
        except (TrackingError, DeskError) as refusal:
            return await showing(visit, ref, refusal=refusal)
        return Redirect(f"/agency/dossiers/{ref}#orders", status_code=303)


async def showing_window(
    request: AnyRequest, ref: str, caller: Caller, db: Db, *, refusal: DeskError | None = None
) -> Response[str]:
    async with db.begin(caller.context) as conn:
        found = await window.look(conn, ref)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    taken = request.query_params.get("receipt", "")
    return await page(
        request,
        "counter/money.html",
        status=409 if refusal else 200,
        window=found,
        names=NAMES,
        wrong=refusal.vi if refusal else "",
        taken=taken if taken in {charge.number for charge in found.charges} else "",
        open_tasks=tasks,
        form_id=uuid4(),
    )
