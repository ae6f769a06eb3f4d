"""Papers an agency asked for, brought to this counter: found, counted, sealed, printed."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk import papers, shelf
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete
from postal_service.desk.intake_rules import HEAVIEST_G
from postal_service.desk.money.model import Means
from postal_service.desk.papers import Kind
from postal_service.desk.printing import filings
from postal_service.desk.printing.archive import Filing, UnknownPaper
from postal_service.desk.ways import supplement_papers, supplements
from postal_service.desk.ways.supplement_papers import weighed
from postal_service.desk.ways.supplements import USUAL_G, Entry
from postal_service.web.errors import status_of
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import LABELS, content_of, filed, thermal
from tracking.errors import TrackingError

AnyRequest = Request[Any, Any, Any]
Column = list[str] | str

#: More kinds of paper than any request has.
MOST: Final = 99


class FindForm(Form):
    """What the scanner or the clerk typed: a tracking code stands in no address."""

    code: str = ""


class BringForm(Form):
    """What was counted: four columns side by side, a row for each paper asked for."""

    form_id: UUID
    code: str
    ordinal: Column = []
    originals: Column = []
    certified: Column = []
    photocopies: Column = []
    weight_g: str = str(USUAL_G)
    insists: bool = False
    means: str = Means.CASH

    def entry(self) -> Entry:
        """Raises ValueError for what no page of ours sends."""
        columns = [
            [each] if isinstance(each, str) else list(each)
            for each in (self.ordinal, self.originals, self.certified, self.photocopies)
        ]
        rows = list(zip(*columns, strict=True))
        if len(rows) > MOST or any(not numbered(row[0]) for row in rows):
            raise ValueError("Trang đã hỏng. Quét lại biên nhận.")
        return Entry(
            form_id=self.form_id,
            code=self.code[:120],
            counts={int(row[0]): (row[1], row[2], row[3]) for row in rows},
            weight_g=self.weight_g[:20],
            insists=self.insists,
            means=Means(self.means) if self.means != Means.NONE else Means.CASH,
        )


class PriceForm(Form):
    code: str = ""
    weight_g: str = ""


def numbered(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:4]) <= MOST


class SupplementController(Controller):
    path = "/counter/supplements"
    guards = [clerks]

    @get("/", name="counter.supplements")
    async def ask(self, request: AnyRequest, caller: Caller, db: Db) -> Response[str]:
        """Where the receipt is scanned."""
        return await asking(request, db, caller)

    @post("/", name="counter.supplements.find", status_code=200)
    async def find(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, data: URLEncodedBody[FindForm]
    ) -> Response[str]:
        """What the agency asks for, to be counted; nothing changes by looking."""
        form = BringForm(form_id=uuid4(), code=data.code)
        return await counting(request, db, caller, now, form)

    @post("/price", name="counter.supplements.price", status_code=200)
    async def price(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, data: URLEncodedBody[PriceForm]
    ) -> Response[str]:
        """What an envelope of this weight costs."""
        office = caller.office_id or 0
        async with db.begin(caller.context) as conn:
            found = await supplements.find(conn, data.code[:120], office_id=office)
            weight = weighed(data.weight_g, USUAL_G, HEAVIEST_G)
            cost = await supplements.price(conn, found, weight, office_id=office, now=now)
        return await page(request, "counter/supplement.html", block="price", cost=cost)

    @post("/taken", name="counter.supplements.take", status_code=200)
    async def take(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        bell: Bell,
        data: URLEncodedBody[BringForm],
    ) -> Response[Any]:
        """Take it in. Safe to repeat: the second press finds the first's slip."""
        entry = data.entry()
        try:
            async with db.begin(caller.context) as conn:
                taken = await supplements.take(conn, entry, staff=caller, now=now)
        except Incomplete as refusal:
            return await counting(request, db, caller, now, data, refusal)
        bell.ring()
        return Redirect(f"/counter/supplements/{taken.s10}?print=1", status_code=303)

    @get("/{s10:str}", name="counter.supplement")
    async def saved(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db
    ) -> Response[str]:
        """What was taken, with its papers to print."""
        async with db.begin(caller.context) as conn:
            sheet = await supplements.sheet(conn, s10, office_id=caller.office_id or 0)
            slip = await supplement_papers.slip(conn, sheet)
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        return await page(
            request,
            "counter/supplement_saved.html",
            sheet=sheet,
            slip=slip,
            fresh="print" in request.query_params,
            open_tasks=tasks,
        )

    @get("/{s10:str}/slip.pdf", name="counter.supplement.slip")
    async def slip(self, s10: FromPath[str], caller: Caller, db: Db, now: Now) -> Response[bytes]:
        """Phiếu gửi bổ sung, for both to sign."""
        async with db.begin(caller.context) as conn:
            sheet = await supplements.sheet(conn, s10, office_id=caller.office_id or 0)
            paper = await supplement_papers.slip(conn, sheet)
        make = partial(papers.postal_slip, paper)
        return await filed(db, caller, now, filings.of_postal_slip(paper), make)

    @get("/{s10:str}/{name:str}", name="counter.supplement.label")
    async def label(
        self, s10: FromPath[str], name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """The envelope's label: "label.pdf", "label.png" or "label.zpl"."""
        if name not in LABELS:
            raise UnknownPaper
        async with db.begin(caller.context) as conn:
            sheet = await supplements.sheet(conn, s10, office_id=caller.office_id or 0)
            paper = await supplement_papers.label(conn, sheet)
        filing = Filing(kind=Kind.LABEL, subject=sheet.s10, ref=sheet.ref)
        content = await content_of(db, caller, now, filing, partial(papers.label, paper))
        return await thermal(content, name)


async def asking(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    *,
    typed: str = "",
    refusal: DeskError | TrackingError | None = None,
) -> Response[str]:
    async with db.begin(caller.context) as conn:
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    return await page(
        request,
        "counter/supplement.html",
        status=status_of(refusal) if refusal else 200,
        asked=None,
        typed=typed,
        said=refusal.vi if refusal else "",
        open_tasks=tasks,
    )


async def counting(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    now: Now,
    form: BringForm,
    refusal: Incomplete | None = None,
) -> Response[str]:
    """The request's list with its columns of counts, or why there is none."""
    office = caller.office_id or 0
    try:
        async with db.begin(caller.context) as conn:
            found = await supplements.find(conn, form.code[:120], office_id=office)
            weight = weighed(form.weight_g, USUAL_G, HEAVIEST_G)
            cost = await supplements.price(conn, found, weight, office_id=office, now=now)
            tasks = await shelf.count_tasks(conn, office)
    except (DeskError, TrackingError) as error:
        return await asking(request, db, caller, typed=form.code[:60], refusal=error)
    return await page(
        request,
        "counter/supplement.html",
        status=422 if refusal else 200,
        asked=found,
        form=form,
        counts=form.entry().counts,
        cost=cost,
        typed="",
        said="",
        problems=refusal.problems if refusal else [],
        open_tasks=tasks,
    )
