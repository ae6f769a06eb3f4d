"""Transfers at the counter: the square turned to the citizen, and whether the money is there."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.desk import shelf
from postal_service.desk.money import (
    bank_lines,
    bank_matching,
    bank_store,
    charges,
    transfers,
)
from postal_service.desk.money.bank_csv import BadLine
from postal_service.desk.money.model import Moment, Press
from postal_service.desk.money.transfer_errors import TransferEnded
from postal_service.desk.money.transfers import Wish
from postal_service.desk.papers.transfer_slips import TransferSlip, transfer_slip
from postal_service.desk.printing import prints
from postal_service.web.counter import office
from postal_service.web.errors import wants_english
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.pages import is_fragment, page
from postal_service.web.printing import pdf
from postal_service.web.transfer_pages import (
    DIFFERS,
    NoticeForm,
    Visit,
    payee_of,
    room,
    shown,
    typed_credit,
)
from tracking.stages import Leg

AnyRequest = Request[Any, Any, Any]
Ref = Annotated[str, Meta(max_length=40)]


class AskForm(Form):
    """For which dossier, and which of its charges. ``id`` is drawn by the page."""

    id: UUID
    ref: Ref
    moment: Literal["before", "on_delivery"] = "before"


class PressForm(Form):
    """A press; ``id`` is drawn by the page: pressed twice, done once."""

    id: UUID


class TransferController(Controller):
    path = "/counter/transfers"
    guards = [clerks]

    @get("/", name="counter.transfers")
    async def listed(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[str]:
        """What the office waits for, what came since yesterday, and the bank's notice to type."""
        return await room(Visit(request, db, caller, now, settings))

    @post("/", name="counter.transfers.ask")
    async def ask(
        self, data: URLEncodedBody[AskForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Ask for what is open on a dossier. Safe to press twice."""
        wish = Wish(form_id=data.id, person_id=caller.id, office_id=office(caller), at=now)
        moment = Moment(data.moment)
        async with db.begin(caller.context) as conn:
            sheet = await prints.find(conn, data.ref, office(caller))
            leg = Leg.RESULT if moment is Moment.ON_DELIVERY else None
            made = await transfers.ask(conn, sheet.dossier_id, wish, moment, leg)
        return Redirect(f"/counter/transfers/{made.reference}", status_code=303)

    @get("/panel", name="counter.transfers.panel")
    async def panel(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        settings: Settings,
        ref: FromQuery[str] = "",
    ) -> Response[str]:
        """A dossier's newest request, or what of it could be asked for; for the dossier's page."""
        async with db.begin(caller.context) as conn:
            sheet = await prints.find(conn, clean(ref)[:40], office(caller))
            found = await transfers.of_dossier(conn, sheet.dossier_id)
            line = await shown(conn, found[0], settings) if found else None
            due = [c for c in await charges.of_dossier(conn, sheet.dossier_id) if c.open]
        sums = {
            moment.value: sum(c.amount_vnd for c in due if c.moment is moment)
            for moment in (Moment.BEFORE, Moment.ON_DELIVERY)
        }
        return await page(
            request, "counter/transfer_panel.html", line=line, sums=sums, ref=sheet.ref, draw=uuid4
        )

    @get("/waiting", name="counter.transfers.waiting")
    async def waiting(self, request: AnyRequest, caller: Caller, db: Db) -> Response[str]:
        """What this clerk asked for and nobody has paid yet; for the close of her shift."""
        async with db.begin(caller.context) as conn:
            found = await transfers.awaited(conn, office(caller))
        return await page(
            request,
            "counter/transfer_waiting.html",
            waiting=[each for each in found if each.asked_by == caller.id],
        )

    @post("/notice", name="counter.transfers.notice", status_code=200)
    async def notice(
        self,
        request: AnyRequest,
        data: URLEncodedBody[NoticeForm],
        caller: Caller,
        db: Db,
        now: Now,
        settings: Settings,
    ) -> Response[str]:
        """Take one credit in by hand and say at once what it paid. Safe to press twice."""
        visit = Visit(request, db, caller, now, settings)
        try:
            typed = typed_credit(data, now)
        except BadLine as fault:
            said = fault.en if wants_english(request) else fault.vi
            return await room(visit, typed=data, said=said)
        async with db.begin(bank_matching.CONTEXT) as conn:
            brought = await bank_lines.bring(
                conn, [typed], by=(caller.id, office(caller)), now=now, stated=False
            )
        await bank_matching.match_some(partial(db.begin, bank_matching.CONTEXT), now)
        if brought.differing:
            return await room(visit, typed=data, said=DIFFERS[wants_english(request)])
        async with db.begin(caller.context) as conn:
            came = await bank_store.by_ref(conn, typed.bank_ref)
        return await room(visit, came=came, known=not brought.new)

    @get("/{reference:str}", name="counter.transfer")
    async def one(
        self,
        request: AnyRequest,
        reference: FromPath[str],
        caller: Caller,
        db: Db,
        settings: Settings,
    ) -> Response[str]:
        """The square, large; a fragment asks again whether the money is there."""
        async with db.begin(caller.context) as conn:
            asked = await transfers.by_reference(conn, reference)
            line = await shown(conn, asked, settings)
            tasks = await shelf.count_tasks(conn, office(caller))
        if not is_fragment(request):
            return await page(
                request, "counter/transfer.html", line=line, open_tasks=tasks, draw=uuid4
            )
        if asked.state == "awaited":
            return await page(request, "counter/transfer_parts.html", block="state", line=line)
        ended = await page(
            request, "counter/transfer_parts.html", block="whole", line=line, draw=uuid4
        )
        ended.headers.update({"HX-Retarget": "#transfer", "HX-Reswap": "outerHTML"})
        return ended

    @get("/{reference:str}/slip.pdf", name="counter.transfer.slip")
    async def slip(
        self, reference: FromPath[str], caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[bytes]:
        """The square on a small slip, for who pays at home. Raises UnknownTransfer."""
        async with db.begin(caller.context) as conn:
            asked = await transfers.by_reference(conn, reference)
        payee = payee_of(settings)
        if payee is None or asked.state != "awaited":
            raise TransferEnded(asked.reference)
        paper = TransferSlip(
            office=caller.office_name or "",
            ref=asked.ref,
            reference=asked.reference,
            amount_vnd=asked.amount_vnd,
            payee=payee,
            at=now,
        )
        return pdf(await asyncio.to_thread(transfer_slip, paper))

    @post("/{reference:str}/cash", name="counter.transfer.cash")
    async def cash(
        self,
        reference: FromPath[str],
        data: URLEncodedBody[PressForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """Take cash instead, into this clerk's till. Safe to press twice."""
        press = Press(key=data.id, by=caller.actor, at=now, now=now)
        async with db.begin(caller.context) as conn:
            await transfers.take_cash(conn, reference, press)
            asked = await transfers.by_reference(conn, reference)
        return Redirect(f"/counter/dossiers/{asked.ref}", status_code=303)

    @post("/{reference:str}/cancel", name="counter.transfer.cancel")
    async def cancel(
        self,
        reference: FromPath[str],
        data: URLEncodedBody[PressForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """Wait for it no more; its charges stay to be paid. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            asked = await transfers.give_up(conn, reference, person_id=caller.id, now=now)
        return Redirect(f"/counter/dossiers/{asked.ref}", status_code=303)
