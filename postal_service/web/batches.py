"""An organisation at the counter: its file brought, looked at, accepted, and its papers printed."""

from __future__ import annotations

import asyncio
import io
import re
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from pypdf import PdfReader, PdfWriter

from postal_service.desk import papers, shelf
from postal_service.desk.batches import batch_csv, batches
from postal_service.desk.batches import batch_store as store
from postal_service.desk.batches import batch_sums_store as sums
from postal_service.desk.batches.batch_csv import COLUMNS, MOST_BYTES, MOST_ROWS, Fault, title_of
from postal_service.desk.batches.batches import Brief, NotReady
from postal_service.desk.catalogue.catalogue_csv import BadFile
from postal_service.desk.errors import DeskError
from postal_service.desk.papers.batch_lists import BatchLine, BatchList, batch_list
from postal_service.desk.printing import filings, prints
from postal_service.desk.printing.archive import UnknownPaper
from postal_service.desk.published import offices
from postal_service.settings import Settings as TheSettings
from postal_service.web.catalogue_forms import Visit, tidy, uuid_of, visit
from postal_service.web.errors import status_of, wants_english
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form
from postal_service.web.needs import Settings
from postal_service.web.pages import page
from postal_service.web.printing import content_of, pdf

AnyRequest = Request[Any, Any, Any]

#: Of the bad lines, on the page; the file of them has all.
SHOWN: Final = 200
#: Dossiers in one file for the printer.
IN_A_PART: Final = 100
#: A file, and the little around it that a form adds.
LARGEST: Final = MOST_BYTES + 100_000
PART: Final = re.compile(r"(receipts|labels|papers)-([1-9][0-9]{0,3})\.pdf")
STATES: Final = {
    "reading": "đang đọc",
    "checked": "chờ xem và nhận",
    "accepting": "đang nhận",
    "done": "đã nhận",
    "dropped": "đã bỏ",
}


class AcceptForm(Form):
    """What the clerk decides after she has looked and counted."""

    only_good: str = ""
    counted: str = ""


class DropForm(Form):
    """A press of the button."""


class BatchController(Controller):
    path = "/counter/batches"
    guards = [clerks]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="batches")
    async def files(self, visit: NamedDependency[Visit]) -> Response[str]:
        """The office's files, and the form for the next one."""
        return await listed(visit)

    @get("/template", name="batches.template")
    async def template(self) -> Response[str]:
        """An empty file with every heading."""
        return csv_file(batch_csv.template(), "mau-nop-ho-so-to-chuc.csv")

    @post("/", name="batches.bring", request_max_body_size=LARGEST)
    async def bring(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """Take a file in; the worker reads it. Safe to repeat: the page draws its id."""
        form = await visit.request.form()
        typed = {name: tidy(str(form.get(name, ""))) for name in ("org_name", "tax_code", "zeros")}
        id = uuid_of(str(form.get("id", "")))
        sent = form.get("file")
        try:
            if not isinstance(sent, UploadFile):
                raise BadFile("chọn một tệp CSV")
            brief = Brief(
                id=UUID(id),
                org_name=typed["org_name"],
                tax_code=typed["tax_code"],
                zeros=typed["zeros"] == "yes",
                file_name=tidy(sent.filename),
                raw=await sent.read(),
            )
            async with visit.db.begin(visit.caller.context) as conn:
                await batches.bring(conn, brief, visit.caller, now=visit.now)
        except DeskError as refusal:
            return await listed(visit, refusal=refusal, typed=typed)
        return Redirect(f"/counter/batches/{id}", status_code=303)

    @get("/{id:uuid}", name="batches.one")
    async def one(self, visit: NamedDependency[Visit], id: FromPath[UUID]) -> Response[str]:
        """How far a file is, what it comes to, and every line that is wrong."""
        return await shown(visit, id)

    @post("/{id:uuid}", name="batches.accept")
    async def accept(
        self, visit: NamedDependency[Visit], id: FromPath[UUID], data: URLEncodedBody[AcceptForm]
    ) -> Response[Any]:
        """Have the worker accept it. Safe to press twice."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                await batches.accept(
                    conn,
                    id,
                    visit.caller,
                    only_good=data.only_good == "yes",
                    counted=data.counted == "yes",
                )
        except NotReady as refusal:
            return await shown(visit, id, refusal=refusal)
        return Redirect(f"/counter/batches/{id}", status_code=303)

    @post("/{id:uuid}/drop", name="batches.drop")
    async def drop(
        self, visit: NamedDependency[Visit], id: FromPath[UUID], data: URLEncodedBody[DropForm]
    ) -> Redirect:
        """Give a file up. Safe to press twice."""
        async with visit.db.begin(visit.caller.context) as conn:
            await batches.drop(conn, id)
        return Redirect("/counter/batches", status_code=303)

    @get("/{id:uuid}/{name:str}", name="batches.paper")
    async def paper(
        self,
        visit: NamedDependency[Visit],
        id: FromPath[UUID],
        name: FromPath[str],
        settings: Settings,
    ) -> Response[Any]:
        """The bad lines as "bad.csv", the signed list as "list.pdf", and the dossiers' papers a
        hundred at a time: "receipts-1.pdf", "labels-1.pdf", or both as "papers-1.pdf"."""
        if name == "bad.csv":
            return await bad_lines(visit, id)
        if name == "list.pdf":
            return await signed_list(visit, id)
        if part := PART.fullmatch(name):
            return await printed(visit, id, part[1], int(part[2]), settings)
        raise UnknownPaper


async def listed(
    visit: Visit, *, refusal: DeskError | None = None, typed: dict[str, str] | None = None
) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        found = await store.batches_of(conn, visit.caller.office_id or 0)
        tasks = await shelf.count_tasks(conn, visit.caller.office_id or 0)
    return await page(
        visit.request,
        "batches/list.html",
        status=status_of(refusal) if refusal else 200,
        wrong=said(visit, refusal),
        batches=found,
        typed=typed or {"org_name": "", "tax_code": "", "zeros": ""},
        columns=COLUMNS,
        states=STATES,
        most=f"{MOST_ROWS:,}".replace(",", "."),
        form_id=uuid4(),
        open_tasks=tasks,
    )


async def shown(visit: Visit, id: UUID, *, refusal: DeskError | None = None) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        one = await batches.get(conn, id)
        found = await sums.sums(conn, id)
        bad = await sums.lines(conn, id, "bad", SHOWN)
        cases = await sums.case_sums(conn, id)
        stack = await sums.paper_sums(conn, id)
        before = await store.same_file(conn, one)
        tasks = await shelf.count_tasks(conn, visit.caller.office_id or 0)
    count = {verdict: each.lines for verdict, each in found.items()}
    parts = -(-count.get("accepted", 0) // IN_A_PART)
    return await page(
        visit.request,
        "batches/one.html",
        status=status_of(refusal) if refusal else 200,
        wrong=said(visit, refusal),
        one=one,
        count=count,
        # what is to be paid, or was
        money=found.get("accepted" if one.state == "done" else "good"),
        bad=bad,
        cases=cases,
        stack=stack,
        before=before,
        parts=[(n, IN_A_PART * (n - 1) + 1) for n in range(1, parts + 1)],
        title_of=title_of,
        states=STATES,
        open_tasks=tasks,
    )


def said(visit: Visit, refusal: DeskError | None) -> str:
    if refusal is None:
        return ""
    return refusal.en if wants_english(visit.request) else refusal.vi


async def bad_lines(visit: Visit, id: UUID) -> Response[str]:
    """Every bad line with its reasons, to be mended and brought again."""
    async with visit.db.begin(visit.caller.context) as conn:
        await batches.get(conn, id)
        bad = await sums.lines(conn, id, "bad", MOST_ROWS)
    text = batch_csv.written(
        (each.line, each.kept.told, [Fault(*fault) for fault in each.kept.faults])
        for each in bad
        if each.kept is not None
    )
    return csv_file(text, "dong-can-sua.csv")


def csv_file(text: str, name: str) -> Response[str]:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=named)


async def signed_list(visit: Visit, id: UUID) -> Response[bytes]:
    """What both sides sign once, with one sum of money."""
    async with visit.db.begin(visit.caller.context) as conn:
        one = await batches.get(conn, id)
        office = await offices.get(conn, one.office_id)
        lines = await sums.accepted(conn, id)
    paper = BatchList(
        authority=prints.AUTHORITY,
        office=office.name,
        number=f"{one.tax_code} · {str(one.id)[:8]}",
        at=one.done_at or visit.now,
        org_name=one.org_name,
        tax_code=one.tax_code,
        clerk=one.who,
        lines=tuple(
            BatchLine(
                line=each.line,
                ref=each.ref,
                name=each.name,
                procedure=each.code,
                agency=each.agency,
                papers=each.papers,
                state_vnd=each.state_vnd,
                post_vnd=each.post_vnd,
            )
            for each in lines
        ),
    )
    return pdf(await asyncio.to_thread(batch_list, paper))


async def printed(
    visit: Visit, id: UUID, what: str, part: int, settings: TheSettings
) -> Response[bytes]:
    """The papers of a hundred dossiers in one file: the originals once, then numbered copies."""
    async with visit.db.begin(visit.caller.context) as conn:
        await batches.get(conn, id)
        refs = await sums.refs(conn, id, IN_A_PART * (part - 1), IN_A_PART)
    if not refs:
        raise UnknownPaper
    made: list[bytes] = []
    for ref in refs:
        async with visit.db.begin(visit.caller.context) as conn:
            sheet = await prints.find(conn, ref, visit.caller.office_id or 0)
        given = (visit.db, visit.caller, visit.now)
        if what != "labels":
            receipt = prints.receipt_of(sheet, site=settings.site_url, ordinal=sheet.first_print)
            filing = filings.of_receipt(sheet, sheet.issue)
            made.append(await content_of(*given, filing, partial(papers.receipt, receipt)))
        if what != "receipts":
            label = prints.label_of(sheet, ordinal=1)
            filing = filings.of_label(sheet)
            made.append(await content_of(*given, filing, partial(papers.label, label)))
    return pdf(await asyncio.to_thread(bound, made))


def bound(parts: list[bytes]) -> bytes:
    """Many papers as one file."""
    writer = PdfWriter()
    for content in parts:
        for sheet in PdfReader(io.BytesIO(content)).pages:
            writer.add_page(sheet)
    writer.write(out := io.BytesIO())
    return out.getvalue()
