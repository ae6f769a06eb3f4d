"""Money that goes back: what the till is to give, and the agency's word on its own."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.desk import shelf
from postal_service.desk.bounces import bounce_fees
from postal_service.desk.bounces.bounce_fees import UnknownRefund
from postal_service.desk.money import ledger
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers.refund_slips import RefundSlip, refund_slip
from postal_service.desk.printing import prints
from postal_service.web.catalogue_forms import Visit, visit
from postal_service.web.guards import clerks, officers
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from postal_service.web.printing import pdf

SAID: Final = {"refund": "đồng ý trả lại", "keep": "không trả lại"}


class PayForm(Form):
    """A press of the button; ``id`` is drawn by the page."""

    id: UUID


class WordForm(Form):
    """The agency's word: ``refund`` or ``keep``."""

    said: str = ""


class RefundController(Controller):
    path = "/counter/refunds"
    guards = [clerks]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="refunds")
    async def due(self, visit: NamedDependency[Visit]) -> Response[str]:
        """What this office is to give back, and what it gave back lately."""
        async with visit.db.begin(visit.caller.context) as conn:
            found = await bounce_fees.at_office(conn, visit.caller, now=visit.now)
            demo_rule = await bounce_fees.is_demo(conn, now=visit.now)
            tasks = await shelf.count_tasks(conn, visit.caller.office_id or 0)
        return await page(
            visit.request,
            "refunds/counter.html",
            due=[each for each in found if each.entry_id is None],
            paid=[each for each in found if each.entry_id is not None],
            just=visit.asked("paid"),
            names=NAMES,
            said=SAID,
            form_id=uuid4,
            demo_rule=demo_rule,
            open_tasks=tasks,
        )

    @post("/{refund:int}", name="refunds.pay", status_code=303)
    async def pay(
        self, visit: NamedDependency[Visit], refund: FromPath[int], data: URLEncodedBody[PayForm]
    ) -> Redirect:
        """Give it back out of the till. Safe to press twice."""
        async with visit.db.begin(visit.caller.context) as conn:
            await bounce_fees.pay_out(conn, refund, data.id, staff=visit.caller, now=visit.now)
        return Redirect(f"/counter/refunds?paid={refund}", status_code=303)

    @get("/{refund:int}/slip.pdf", name="refunds.slip")
    async def slip(self, visit: NamedDependency[Visit], refund: FromPath[int]) -> Response[bytes]:
        """What both sign, with the receipt number it went out under."""
        async with visit.db.begin(visit.caller.context) as conn:
            due = await bounce_fees.found(conn, refund)
            if due.entry_id is None or due.office_id != visit.caller.office_id:
                raise UnknownRefund
            entry = await ledger.by_id(conn, due.entry_id)
            clerk = await bounce_fees.payer_of(conn, entry)
        paper = RefundSlip(
            authority=prints.AUTHORITY,
            office=due.office,
            number=entry.number or "",
            at=entry.posted_at,
            ref=due.ref,
            payer=due.payer,
            procedure=due.procedure,
            name=NAMES[due.kind],
            amount_vnd=due.amount_vnd,
            agency=due.agency,
            clerk=clerk,
        )
        return pdf(await asyncio.to_thread(refund_slip, paper))


class AgencyRefundController(Controller):
    path = "/agency/refunds"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="agency.refunds")
    async def due(self, visit: NamedDependency[Visit]) -> Response[str]:
        """The agency's own money, held by the post for dossiers it refused."""
        async with visit.db.begin(visit.caller.context) as conn:
            found = await bounce_fees.at_agency(conn, visit.caller, now=visit.now)
        return await page(visit.request, "refunds/agency.html", due=found, names=NAMES, said=SAID)

    @post("/{refund:int}", name="agency.refunds.say", status_code=303)
    async def say(
        self, visit: NamedDependency[Visit], refund: FromPath[int], data: URLEncodedBody[WordForm]
    ) -> Redirect:
        """The agency's word. The first one counts."""
        async with visit.db.begin(visit.caller.context) as conn:
            await bounce_fees.say(conn, refund, data.said, staff=visit.caller, now=visit.now)
        return Redirect("/agency/refunds", status_code=303)
