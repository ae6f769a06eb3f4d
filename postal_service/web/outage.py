"""The pack in the drawer: printed while there is power, entered sheet by sheet when it is back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from asyncpg import Connection, Record
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service import security
from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.database import Database
from postal_service.desk import shelf
from postal_service.desk.outages import outage
from postal_service.desk.outages.outage import Sheet
from postal_service.desk.outages.outage_errors import MOST, WHY
from postal_service.desk.papers import Kind, form_set_on, labels, outage_packs, press, zebra
from postal_service.desk.papers.outage_packs import Blank, OutagePack
from postal_service.desk.printing import prints
from postal_service.desk.printing.archive import Filing
from postal_service.desk.published import offices
from postal_service.settings import Settings as TheSettings
from postal_service.web import counter_form
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.pages import page
from postal_service.web.printing import content_of, filed
from tracking import identifiers

AnyRequest = Request[Any, Any, Any]
#: How many sheets a pack has unless somebody says otherwise: a quiet morning of one counter.
USUAL: Final = 20


class PackForm(Form):
    """A press of “print a pack”; ``id`` is drawn by the page."""

    id: UUID
    size: str = ""


class ScanForm(Form):
    """What the scanner typed off a sheet, or the clerk off its heading."""

    code: str = ""


class OutageController(Controller):
    path = "/counter/outage"
    guards = [clerks]

    @get("/", name="outage")
    async def packs(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """The office's packs, what is missing of them, and today's to be printed."""
        async with db.begin(caller.context) as conn:
            packs = await outage.packs(conn, caller, now=now)
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        today = now.astimezone(VIETNAM).date()
        return await page(
            request,
            "outage/list.html",
            packs=packs,
            of_today=next((each for each in packs if each.day == today), None),
            form_id=uuid4(),
            usual=USUAL,
            most=MOST,
            open_tasks=tasks,
        )

    @post("/packs", name="outage.make", status_code=303)
    async def make(
        self, data: URLEncodedBody[PackForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Set the numbers aside and show what to print. Safe to press twice."""
        size = int(data.size) if data.size.isascii() and data.size.isdigit() else 0
        async with db.begin(caller.context) as conn:
            made = await outage.make(conn, data.id, min(size, MOST + 1), staff=caller, now=now)
        return Redirect(f"/counter/outage/packs/{made}?print=1", status_code=303)

    @get("/packs/{pack_id:int}", name="outage.pack")
    async def pack(
        self,
        request: AnyRequest,
        pack_id: FromPath[int],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[str]:
        """Each sheet of a pack and what became of it; with ``print`` the papers themselves."""
        asked = request.query_params
        async with db.begin(caller.context) as conn:
            sheets = await outage.look(conn, pack_id, caller.office_id or 0, now=now)
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        return await page(
            request,
            "outage/pack.html",
            sheets=sheets,
            pack_id=pack_id,
            found=next((each for each in sheets if str(each.ordinal) == asked.get("found")), None),
            printing="print" in asked,
            struck="struck" in asked,
            why=WHY,
            open_tasks=tasks,
        )

    @get("/packs/{pack_id:int}/sheets.pdf", name="outage.sheets")
    async def sheets(
        self, pack_id: FromPath[int], caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[bytes]:
        """The blanks; printed again they are copies, each bearing its number."""
        made, filing = await paper(pack_id, "sheets", caller, db, now, settings)
        return await filed(db, caller, now, filing, partial(outage_packs.sheets, made))

    @get("/packs/{pack_id:int}/labels.pdf", name="outage.labels")
    async def labels(
        self, pack_id: FromPath[int], caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[bytes]:
        made, filing = await paper(pack_id, "labels", caller, db, now, settings)
        return await filed(db, caller, now, filing, partial(outage_packs.labels, made))

    @get("/packs/{pack_id:int}/labels.zpl", name="outage.zpl")
    async def zpl(
        self, pack_id: FromPath[int], caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[bytes]:
        """The same labels for a thermal printer, one after another."""
        made, filing = await paper(pack_id, "labels", caller, db, now, settings)
        content = await content_of(db, caller, now, filing, partial(outage_packs.labels, made))
        return Response(await asyncio.to_thread(thermal, content), media_type="application/x-zpl")

    @post("/packs/{pack_id:int}/strikes", name="outage.strike", status_code=303)
    async def strike(
        self, request: AnyRequest, pack_id: FromPath[int], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Say that the ticked sheets are void, or all that are left, and why. Safe to repeat."""
        posted = await request.form()
        ticked = [number(str(each)) for each in posted.getall("sheet", [])]
        why = clean(str(posted.get("why", "")))[:20]
        async with db.begin(caller.context) as conn:
            if "all" in posted:
                ticked = await outage.left(conn, pack_id, caller.office_id or 0, now=now)
            await outage.strike(conn, pack_id, ticked, why, staff=caller, now=now)
        return Redirect(f"/counter/outage/packs/{pack_id}?struck=1", status_code=303)

    @get("/sheets/{ref:str}", name="outage.sheet")
    async def sheet(
        self, request: AnyRequest, ref: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """The counter's form, to copy a sheet into. Raises SheetEntered, SheetStruck."""
        async with db.begin(caller.context) as conn:
            entry = await counter_form.of_sheet(conn, ref, caller, now)
            desk = await counter_form.desk(conn, entry, staff=caller, now=now)
        return await page(request, "counter/form.html", desk=desk, held=False)

    @post("/scan", name="outage.scan", status_code=303)
    async def scan(
        self,
        data: URLEncodedBody[ScanForm],
        caller: Caller,
        db: Db,
        now: Now,
        settings: Settings,
    ) -> Redirect:
        """Lead to the form that enters the scanned sheet, or to what became of it."""
        async with db.begin(caller.context) as conn:
            sheet = await sheet_behind(conn, data.code, caller, now, settings)
        return Redirect(way_of(sheet), status_code=303)


async def sheet_behind(
    conn: Connection[Record], code: str, caller: Staff, now: datetime, settings: TheSettings
) -> Sheet:
    """The sheet whose code was scanned, or whose number was typed where the code is unreadable.

    Raises what outage.scanned does.
    """
    if identifiers.recognise(code) == "ref":
        ref = identifiers.parse_ref(code).ref
        return await outage.sheet_for(conn, ref, caller.office_id or 0, now=now)
    return await outage.scanned(conn, code, key_of(settings), caller, now=now)


def key_of(settings: TheSettings) -> bytes:
    """The key of the marks on the sheets."""
    return security.subkey(settings.secret_key, "outage")


def way_of(sheet: Sheet) -> str:
    """Where a scanned sheet leads: to its form, or to its line on the pack's page."""
    if sheet.state in ("blank", "gap"):
        return f"/counter/outage/sheets/{sheet.ref}"
    return f"/counter/outage/packs/{sheet.pack_id}?found={sheet.ordinal}"


async def paper(
    pack_id: int, edition: str, caller: Staff, db: Database, now: datetime, settings: TheSettings
) -> tuple[OutagePack, Filing]:
    """The pack as it is printed, and as what it is kept. Raises UnknownPack."""
    async with db.begin(caller.context) as conn:
        sheets = await outage.look(conn, pack_id, caller.office_id or 0, now=now)
        office = await offices.get(conn, caller.office_id or 0)
    made = OutagePack(
        form_set=form_set_on(sheets[0].day),
        authority=prints.AUTHORITY,
        office=office.name,
        made_at=sheets[0].made_at,
        site=settings.site_url.rstrip("/"),
        hotline=office.hotline,
        blanks=tuple(
            Blank(
                ordinal=sheet.ordinal,
                ref=sheet.ref,
                s10=sheet.s10,
                tracking_code=sheet.tracking_code,
                mark=outage.mark(key_of(settings), sheet),
            )
            for sheet in sheets
        ),
    )
    return made, Filing(kind=Kind.OUTAGE_PACK, subject=f"GS-{pack_id}", edition=edition)


def thermal(content: bytes) -> bytes:
    """Each page of a PDF of labels as the bitmap a thermal printer takes."""
    return b"".join(zebra.zpl(page) for page in press.pictures(content, labels.DOTS_AN_INCH))


def number(text: str) -> int:
    """An ordinal as the page sends it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
