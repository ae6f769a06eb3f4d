"""An officer registers that the post brings a result: the citizen filed at the agency itself."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import structs

from postal_service.desk import papers
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete
from postal_service.desk.printing import filings, prints
from postal_service.desk.printing.archive import Print
from postal_service.desk.ways import returns
from postal_service.desk.ways.returns import Typed
from postal_service.settings import Settings as TheSettings
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import officers
from postal_service.web.inputs import Form, clean
from postal_service.web.pages import page
from postal_service.web.printing import numbered, pdf
from tracking.errors import TrackingError

#: No field of the form holds a longer text.
LONGEST = 400


class ReturnForm(Form):
    """The form as typed."""

    form_id: str
    procedure: str = ""
    office: str = ""
    agency_code: str = ""
    due_day: str = ""
    due_time: str = ""
    return_way: str = ""
    name: str = ""
    citizen_id: str = ""
    phone: str = ""
    no_phone: bool = False
    address: str = ""
    note: str = ""

    def typed(self) -> Typed:
        fields: dict[str, Any] = {name: getattr(self, name) for name in Typed.__struct_fields__}
        short: dict[str, Any] = {
            name: value[:LONGEST] if isinstance(value, str) else value
            for name, value in fields.items()
        }
        return Typed(**short)


class ReturnController(Controller):
    path = "/agency/returns"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @get("/new", name="agency.return_form")
    async def form(self, visit: NamedDependency[Visit]) -> Response[str]:
        """An empty form."""
        return await showing(visit, Typed(form_id=str(uuid4())))

    @post("/", name="agency.return", status_code=200)
    async def register(
        self, visit: NamedDependency[Visit], data: URLEncodedBody[ReturnForm]
    ) -> Response[Any]:
        """Register it. Safe to repeat: the second press finds the first's receipt."""
        typed = data.typed()
        try:
            async with visit.begin() as conn:
                made = await returns.register(conn, typed, staff=visit.caller, now=visit.now)
        except (TrackingError, DeskError) as refusal:
            return await showing(visit, typed, refusal)
        visit.bell.ring()
        return Redirect(f"/agency/returns/{made.ref}", status_code=303)

    @get("/{ref:str}", name="agency.return_made")
    async def made(self, visit: NamedDependency[Visit], ref: FromPath[str]) -> Response[str]:
        """What was registered, with the receipt for the citizen."""
        async with visit.begin() as conn:
            office = await returns.office_of(conn, clean(ref), visit.caller)
            sheet = await prints.find(conn, clean(ref), office)
        return await page(visit.request, "agency/return_made.html", sheet=sheet)

    @get("/{ref:str}/receipt.pdf", name="agency.return_receipt")
    async def receipt(self, visit: NamedDependency[Visit], ref: FromPath[str]) -> Response[bytes]:
        """The citizen's receipt, for a quarter of an hour; later a post office prints a copy."""
        settings: TheSettings = visit.request.app.state.settings
        async with visit.begin() as conn:
            office = await returns.office_of(conn, clean(ref), visit.caller)
            sheet = await prints.find_receipt(conn, clean(ref), 1, office_id=office, now=visit.now)
        paper = prints.receipt_of(sheet, site=settings.site_url, ordinal=sheet.first_print)
        given = Print(ordinal=0, at=visit.now)
        filing = filings.of_receipt(sheet, sheet.issue)
        make = partial(papers.receipt, paper)
        return pdf(await numbered(visit.db, visit.caller, filing, make, given))


async def showing(
    visit: Visit, typed: Typed, refusal: TrackingError | DeskError | None = None
) -> Response[str]:
    async with visit.begin() as conn:
        offered = await returns.choices(conn, visit.caller, now=visit.now)
    wrong = []
    if isinstance(refusal, Incomplete):
        wrong = [(own(problem.field), problem.vi) for problem in refusal.problems]
    elif refusal is not None:
        wrong = [("name", visit.say(refusal))]
    return await page(
        visit.request,
        "agency/return_form.html",
        status=status_of(refusal) if refusal else 200,
        offered=offered,
        typed=structs.asdict(typed),
        wrong=wrong,
    )


def own(field: str) -> str:
    """The counter's name of a field, as this form calls it."""
    return {"procedure_text": "procedure", "agency_id": "procedure", "service": "procedure"}.get(
        field, field
    )
