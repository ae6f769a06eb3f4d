"""An agency asks the post to fetch its own citizen's papers, and sees what becomes of it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete
from postal_service.desk.pickups import pickup_lists_store, pickups, pickups_store
from postal_service.desk.pickups.pickup_errors import CannotHappen, OrderedAlready
from postal_service.desk.pickups.pickup_moves import HALVES, WORDS
from postal_service.desk.pickups.pickup_rules import PickupEntry
from postal_service.desk.pickups.pickups import By, Press
from postal_service.web import pickup_forms
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import officers
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from postal_service.web.pickup_labels import LABELS

#: As many of an agency's newest orders as its page shows.
SHOWN: Final = 100


class CancelForm(Form):
    """The citizen wants it no more; ``id`` was drawn by the page."""

    id: UUID


class PickupAgencyController(Controller):
    path = "/agency/pick-ups"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="pickup_agency")
    async def ours(self, visit: NamedDependency[Visit]) -> Response[str]:
        """The agency's orders, and an empty form."""
        return await listing(visit, None)

    @post("/", name="pickup_agency.order", status_code=303)
    async def order(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """Ask the post. Safe to press twice."""
        entry = await pickup_forms.entry_of(visit.request)
        who = visit.caller
        by = By(channel="agency", person_id=who.id, agency_id=who.agency_id)
        try:
            await pickup_forms.place_order(visit.db, who.context, entry, by, now=visit.now)
        except (Incomplete, OrderedAlready) as refusal:
            return await listing(visit, entry, refusal)
        visit.bell.ring()
        return Redirect("/agency/pick-ups", status_code=303)

    @post("/{number:str}/cancel", name="pickup_agency.cancel", status_code=303)
    async def cancel(
        self, visit: NamedDependency[Visit], number: FromPath[str], data: URLEncodedBody[CancelForm]
    ) -> Response[Any]:
        """Her citizen wants it no more. Safe to press twice."""
        press = Press(number=number, form_id=data.id)
        try:
            async with visit.begin() as conn:
                await pickups.cancel(conn, press, staff=visit.caller, now=visit.now)
        except CannotHappen as refusal:
            return await listing(visit, None, refusal)
        visit.bell.ring()
        return Redirect("/agency/pick-ups", status_code=303)


async def listing(
    visit: Visit, entry: PickupEntry | None, refusal: DeskError | None = None
) -> Response[str]:
    """The page; refused, with what was typed and why."""
    typed = refusal is not None and entry is not None
    said = pickup_forms.spoken(refusal, english=visit.lang == "en") if refusal and typed else []
    async with visit.begin() as conn:
        ids = await pickup_lists_store.of_agency(conn, visit.caller.agency_id or 0, SHOWN)
        orders = await pickups_store.pickups(conn, ids)
        asked = await pickup_forms.asked(conn, entry, office_id=None, now=visit.now, said=said)
    return await page(
        visit.request,
        "pickups/agency.html",
        status=status_of(refusal) if refusal else 200,
        orders=sorted(orders, key=lambda each: each.id, reverse=True),
        asked=asked,
        said=visit.say(refusal) if refusal and not typed else "",
        t=LABELS["vi"],
        halves=HALVES,
        states=WORDS,
        draw=uuid4,
    )
