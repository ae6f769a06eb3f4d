"""The province's tables as files: out for a spreadsheet, and in with a look before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.desk.catalogue import catalogue_csv, catalogue_export_store, catalogue_imports
from postal_service.desk.catalogue import catalogue_import_store as store
from postal_service.desk.catalogue.catalogue_csv import FILES, MOST_BYTES, MOST_ROWS, BadFile
from postal_service.desk.catalogue.catalogue_imports import Brief, NotReady, UnknownImport
from postal_service.desk.errors import DeskError
from postal_service.web.catalogue import WORDS
from postal_service.web.catalogue_forms import Visit, tidy, uuid_of, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import managers
from postal_service.web.inputs import Form
from postal_service.web.pages import page

#: Of each kind of line, on the page of a file.
SHOWN: Final = 200
#: A file, and the little around it that a form adds.
LARGEST: Final = MOST_BYTES + 100_000
STATES: Final = {
    "reading": "đang đọc",
    "checked": "chờ xem và nạp",
    "applying": "đang nạp",
    "done": "đã nạp",
    "dropped": "đã bỏ",
}


class ChoiceForm(Form):
    """What the owner of a file decides after she has looked."""

    why: str = ""
    only_good: str = ""
    overrule: str = ""


class DropForm(Form):
    """A press of the button."""


class FileController(Controller):
    path = "/catalogue"
    guards = [managers]
    dependencies = {"visit": Provide(visit)}

    @get("/export/{sheet:str}", name="catalogue.export")
    async def export(self, visit: NamedDependency[Visit], sheet: FromPath[str]) -> Response[str]:
        """One table as its file has it; *bom* for a spreadsheet that cannot tell UTF-8."""
        if sheet not in FILES:
            raise UnknownImport
        async with visit.db.begin(visit.caller.context) as conn:
            rows = await catalogue_export_store.rows_of(conn, sheet)
        return Response(
            catalogue_csv.written(sheet, rows, bom=visit.asked("bom") == "yes"),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{FILES[sheet]}"'},
        )

    @get("/files", name="catalogue.files")
    async def files(self, visit: NamedDependency[Visit]) -> Response[str]:
        return await listed(visit)

    @post("/files", name="catalogue.bring", request_max_body_size=LARGEST)
    async def bring(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """Take a file in; the worker reads it. Safe to repeat: the page draws its id."""
        form = await visit.request.form()
        sent = form.get("file")
        sheet = tidy(str(form.get("sheet", "")))
        id = uuid_of(str(form.get("id", "")))
        try:
            if not isinstance(sent, UploadFile):
                raise BadFile("chọn một tệp CSV")
            brief = Brief(
                id=UUID(id), sheet=sheet, file_name=tidy(sent.filename), raw=await sent.read()
            )
            async with visit.db.begin(visit.caller.context) as conn:
                await catalogue_imports.bring(conn, brief, by=visit.caller.id, now=visit.now)
        except BadFile as refusal:
            return await listed(visit, refusal=refusal, chosen=sheet)
        return Redirect(f"/catalogue/files/{id}", status_code=303)

    @get("/files/{id:uuid}", name="catalogue.file")
    async def file(self, visit: NamedDependency[Visit], id: FromPath[UUID]) -> Response[str]:
        """How far a file is, what it would do, and every line that is wrong."""
        return await shown(visit, id)

    @post("/files/{id:uuid}", name="catalogue.apply")
    async def apply(
        self,
        visit: NamedDependency[Visit],
        id: FromPath[UUID],
        data: URLEncodedBody[ChoiceForm],
    ) -> Response[Any]:
        """Have the worker write it. Safe to press twice."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                await catalogue_imports.choose(
                    conn,
                    id,
                    only_good=data.only_good == "yes",
                    overrule=data.overrule == "yes",
                    why=data.why,
                )
        except NotReady as refusal:
            return await shown(visit, id, refusal=refusal)
        return Redirect(f"/catalogue/files/{id}", status_code=303)

    @post("/files/{id:uuid}/drop", name="catalogue.drop")
    async def drop(
        self, visit: NamedDependency[Visit], id: FromPath[UUID], data: URLEncodedBody[DropForm]
    ) -> Redirect:
        """Give a file up. Safe to press twice."""
        async with visit.db.begin(visit.caller.context) as conn:
            await catalogue_imports.drop(conn, id)
        return Redirect("/catalogue/files", status_code=303)


async def listed(
    visit: Visit, *, refusal: DeskError | None = None, chosen: str = ""
) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        found = await store.imports(conn)
    return await page(
        visit.request,
        "catalogue/files.html",
        status=status_of(refusal) if refusal else 200,
        wrong=refusal.vi if refusal else "",
        imports=found,
        chosen=chosen,
        states=STATES,
        most=f"{MOST_ROWS:,}".replace(",", "."),
        draw=uuid4,
        **WORDS,
    )


async def shown(visit: Visit, id: UUID, *, refusal: DeskError | None = None) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        one = await catalogue_imports.get(conn, id)
        lines: dict[str, Any] = {
            kind: await store.lines(conn, id, kind, SHOWN)
            for kind in ("bad", "edited", "changed", "added")
        }
        counts = await store.counts(conn, id)
        before: datetime | None = await store.same_file(conn, one.sheet, one.sha256, id)
    return await page(
        visit.request,
        "catalogue/file.html",
        status=status_of(refusal) if refusal else 200,
        wrong=refusal.vi if refusal else "",
        one=one,
        counts=counts,
        before=before,
        states=STATES,
        **lines,
        **WORDS,
    )
