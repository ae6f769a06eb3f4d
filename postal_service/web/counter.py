"""The clerk's pages: accept a dossier, find one, hand one out, call somebody."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect

from notifications import phone as phones
from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter, drafts, guidance, papers, shelf, tasks
from postal_service.desk.errors import NoTariff
from postal_service.desk.intake import Incomplete
from postal_service.desk.money import shifts
from postal_service.desk.money.words import NAMES
from postal_service.desk.printing import filings, prints
from postal_service.desk.printing.archive import Print, UnknownPaper
from postal_service.desk.published import procedures
from postal_service.web import counter_form
from postal_service.web.counter_panel import panel
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Bell, Caller, Db, Now, Settings
from postal_service.web.pages import page
from postal_service.web.printing import LABELS, numbered, pdf, thermal

AnyRequest = Request[Any, Any, Any]


class Plain(Form):
    """A form that is all button."""


class ScanForm(Form):
    """What the scanner or the clerk typed."""

    code: str


class CounterController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/", name="counter")
    async def intake(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        draft: FromQuery[UUID | None] = None,
        held: FromQuery[str] = "",
    ) -> Response[str]:
        """An empty form, or the draft that was laid aside."""
        async with db.begin(caller.context) as conn:
            entry = await drafts.recover(conn, draft, caller) if draft else counter_form.fresh()
            desk = await counter_form.desk(conn, entry, staff=caller, now=now)
            left = await shifts.left_open(conn, caller, now)
        return await page(request, "counter/form.html", desk=desk, held=bool(held), left=left)

    @get("/procedures", name="counter.procedures")
    async def procedures(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        procedure_text: FromQuery[str] = "",
    ) -> Response[str]:
        """At most twelve procedures for what was typed, with or without accents."""
        typed = clean(procedure_text)
        async with db.begin(caller.context) as conn:
            hits = await procedures.search(conn, typed, now.astimezone(VIETNAM).date())
        return await page(request, "counter/hits.html", hits=hits, typed=typed)

    @post("/case", name="counter.case", status_code=200)
    async def case(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """What the chosen procedure asks and allows: agencies, services, papers, days."""
        typed = await counter_form.entry_of(request)
        async with db.begin(caller.context) as conn:
            offered = await counter.choices(conn, typed.procedure_id, office(caller), now)
            entry = counter_form.with_defaults(typed, offered)
            await drafts.keep(conn, entry, staff=caller, now=now)
            desk = await counter_form.desk(conn, entry, staff=caller, now=now, offered=offered)
        return await page(request, "counter/change.html", desk=desk, chosen=True)

    @post("/estimate", name="counter.estimate", status_code=200)
    async def estimate(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """Day and money for the form as it stands, which is kept in case the power goes."""
        entry = await counter_form.entry_of(request)
        async with db.begin(caller.context) as conn:
            await drafts.keep(conn, entry, staff=caller, now=now)
            desk = await counter_form.desk(conn, entry, staff=caller, now=now)
        return await page(request, "counter/change.html", desk=desk, chosen=False)

    @post("/dossiers", name="counter.accept", status_code=200)
    async def accept(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, bell: Bell
    ) -> Response[Any]:
        """Accept the dossier. Safe to repeat: the second press finds the first's receipt."""
        entry = await counter_form.entry_of(request)
        try:
            async with db.begin(caller.context) as conn:
                form = await counter.read(conn, entry, office_id=office(caller), now=now)
                accepted = await counter.accept(conn, form, staff=caller, now=now)
        except (Incomplete, NoTariff) as refusal:
            async with db.begin(caller.context) as conn:
                await drafts.keep(conn, entry, staff=caller, now=now)
                said = counter_form.said(refusal, request)
                desk = await counter_form.desk(conn, entry, staff=caller, now=now, said=said)
            return await page(request, "counter/form.html", status=422, desk=desk, held=False)
        bell.ring()
        then = "entered" if entry.sheet else "print"  # whoever has the sheet has her receipt
        return Redirect(f"/counter/dossiers/{accepted.ref}?{then}=1", status_code=303)

    @get("/dossiers/{ref:str}", name="counter.saved")
    async def saved(
        self,
        request: AnyRequest,
        ref: FromPath[str],
        caller: Caller,
        db: Db,
    ) -> Response[str]:
        """The accepted dossier; with ``print`` its papers, in frames that print themselves."""
        wanted = request.query_params.get("print", "")
        ordinal = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 else 0
        async with db.begin(caller.context) as conn:
            sheet = await prints.find(conn, ref, office(caller))
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request,
            "counter/saved.html",
            sheet=sheet,
            money=NAMES,
            ordinal=ordinal,
            entered="entered" in request.query_params,
            open_tasks=tasks,
        )

    @post("/dossiers/{ref:str}/prints", name="counter.print", status_code=303)
    async def print_again(
        self, ref: FromPath[str], data: URLEncodedBody[Plain], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """One more print: from the second on it is marked as a copy."""
        async with db.begin(caller.context) as conn:
            ordinal = await prints.open_print(
                conn, ref, office_id=office(caller), person_id=caller.id, now=now
            )
        return Redirect(f"/counter/dossiers/{ref}?print={ordinal}", status_code=303)

    @get("/dossiers/{ref:str}/{ordinal:int}/receipt.pdf", name="counter.receipt")
    async def receipt(
        self,
        ref: FromPath[str],
        ordinal: FromPath[int],
        caller: Caller,
        db: Db,
        now: Now,
        settings: Settings,
    ) -> Response[bytes]:
        """The citizen's receipt as the numbered print."""
        async with db.begin(caller.context) as conn:
            sheet = await prints.find_receipt(conn, ref, ordinal, office_id=office(caller), now=now)
        paper = prints.receipt_of(sheet, site=settings.site_url, ordinal=sheet.first_print)
        given = Print(ordinal=prints.copy_of(sheet, ordinal), at=now)
        filing = filings.of_receipt(sheet, sheet.issue)
        return pdf(await numbered(db, caller, filing, partial(papers.receipt, paper), given))

    @get("/dossiers/{ref:str}/{ordinal:int}/{name:str}", name="counter.label")
    async def label(
        self,
        ref: FromPath[str],
        ordinal: FromPath[int],
        name: FromPath[str],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[bytes]:
        """The item's label as the numbered print: "label.pdf", "label.png" or "label.zpl"."""
        if name not in LABELS:
            raise UnknownPaper
        async with db.begin(caller.context) as conn:
            sheet = await prints.find_receipt(conn, ref, ordinal, office_id=office(caller), now=now)
        paper = prints.label_of(sheet, ordinal=1)
        given = Print(ordinal=ordinal - 1, at=now)  # a re-issued receipt makes no new envelope
        filing = filings.of_label(sheet)
        content = await numbered(db, caller, filing, partial(papers.label, paper), given)
        return await thermal(content, name)

    @post("/guidance", name="counter.guidance", status_code=200)
    async def guide(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """Everything still missing, on one page to print. Nothing is saved."""
        entry = await counter_form.entry_of(request)
        async with db.begin(caller.context) as conn:
            desk = await counter_form.desk(conn, entry, staff=caller, now=now)
            mends = await guidance.everything(conn, desk.offered, entry, now, desk.gap)
        return await page(
            request,
            "counter/guidance.html",
            desk=desk,
            lines=guidance.listed(desk.offered.procedure, entry),
            mends=mends,
            posted=counter_form.posted(entry),
        )

    @post("/drafts", name="counter.hold", status_code=303)
    async def hold(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Redirect:
        """Lay the form aside for the next citizen."""
        entry = await counter_form.entry_of(request)
        async with db.begin(caller.context) as conn:
            held = await drafts.hold(conn, entry, staff=caller, now=now)
        return Redirect("/counter?held=1" if held else "/counter", status_code=303)

    @post("/drafts/{form_id:uuid}/discard", name="counter.discard", status_code=303)
    async def discard(
        self, form_id: FromPath[UUID], data: URLEncodedBody[Plain], caller: Caller, db: Db
    ) -> Redirect:
        async with db.begin(caller.context) as conn:
            await drafts.discard(conn, form_id, caller)
        return Redirect("/counter", status_code=303)

    @post("/scan", name="counter.scan", status_code=200)
    async def scan(
        self, request: AnyRequest, data: URLEncodedBody[ScanForm], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """Look a scanned code up. A scan never changes anything."""
        return await panel(request, db, data.code, caller, now)

    @get("/items", name="counter.items")
    async def items(
        self, request: AnyRequest, caller: Caller, db: Db, given: FromQuery[str] = ""
    ) -> Response[str]:
        """What lies at this office now."""
        async with db.begin(caller.context) as conn:
            items = await shelf.items(conn, office(caller))
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request, "counter/items.html", items=items, open_tasks=tasks, given=clean(given)
        )

    @get("/tasks", name="counter.tasks")
    async def tasks(self, request: AnyRequest, caller: Caller, db: Db) -> Response[str]:
        """Whom to call because no message can, what to fetch, look for and pay back."""
        async with db.begin(caller.context) as conn:
            groups = await tasks.groups(conn, office(caller))
            waiting = await shelf.count_tasks(conn, office(caller))
        return await page(
            request, "counter/tasks.html", groups=groups, open_tasks=waiting, phones=phones
        )

    @post("/tasks/{task_id:int}/done", name="counter.task_done", status_code=303)
    async def task_done(
        self,
        task_id: FromPath[int],
        data: URLEncodedBody[Plain],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        async with db.begin(caller.context) as conn:
            await shelf.finish_task(conn, task_id, staff=caller, now=now)
        return Redirect("/counter/tasks", status_code=303)


def office(caller: Staff) -> int:
    """The office a clerk works at: the guard lets nobody else in."""
    return caller.office_id or 0
