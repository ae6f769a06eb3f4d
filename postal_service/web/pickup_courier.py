"""At a citizen's door: the courier counts and takes her papers, or says why not."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody

from postal_service.desk.errors import DeskError
from postal_service.desk.pickups import pickup_door
from postal_service.desk.pickups.pickup_door import Filled, Taken, tried_again
from postal_service.desk.pickups.pickup_errors import UnknownPickup
from postal_service.desk.pickups.pickup_moves import HALVES
from postal_service.desk.pickups.pickups import Press
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.courier_pages import home
from postal_service.web.errors import status_of
from postal_service.web.guards import couriers
from postal_service.web.inputs import Form, clean
from postal_service.web.outage import key_of
from postal_service.web.pages import page

#: One field for each dossier's sheet; the page has no more of them.
MOST_SHEETS: Final = 20
LINE: Final = re.compile(r"(sheet|papers|has)-([0-9]{1,3})")


class CollectForm(Form, forbid_unknown_fields=False):
    """What is fixed of the form; its lines are read one by one. ``id`` was drawn by the page."""

    id: UUID
    sealed: str = ""


class MissForm(Form):
    """Why there are no papers; ``id`` was drawn by the page."""

    id: UUID
    reason: str = ""


class PickupCourierController(Controller):
    path = "/courier/pick-ups"
    guards = [couriers]
    dependencies = {"visit": Provide(visit)}

    @get("/{number:str}", name="pickup_courier")
    async def ask(self, visit: NamedDependency[Visit], number: FromPath[str]) -> Response[str]:
        """The published list to count with her, and the sheets to write on."""
        return await counting(visit, number, str(uuid4()), {})

    @post("/{number:str}", name="pickup_courier.collect")
    async def collect(
        self,
        visit: NamedDependency[Visit],
        number: FromPath[str],
        data: URLEncodedBody[CollectForm],
    ) -> Response[Any]:
        """The papers are in the bag. Safe to press twice; refused, with what was typed."""
        form = await visit.request.form()
        typed = {
            name: clean(str(value))[:80] for name, value in form.items() if LINE.fullmatch(name)
        }
        taken = taken_of(number, data, typed)
        settings = visit.request.app.state.settings
        try:
            async with visit.begin() as conn:
                await pickup_door.collect(
                    conn, taken, staff=visit.caller, key=key_of(settings), now=visit.now
                )
        except UnknownPickup:
            raise
        except DeskError as refusal:
            shown = typed | ({"sealed": "on"} if data.sealed else {})
            return await counting(visit, number, str(data.id), shown, refusal)
        visit.bell.ring()
        return home()

    @get("/{number:str}/missed", name="pickup_courier.missed")
    async def ask_missed(
        self, visit: NamedDependency[Visit], number: FromPath[str]
    ) -> Response[str]:
        return await failing(visit, number, str(uuid4()))

    @post("/{number:str}/missed", name="pickup_courier.missed.post")
    async def missed(
        self, visit: NamedDependency[Visit], number: FromPath[str], data: URLEncodedBody[MissForm]
    ) -> Response[Any]:
        """No papers: why, and whether somebody comes again. Safe to press twice."""
        press = Press(number=number, form_id=data.id, reason=data.reason)
        try:
            async with visit.begin() as conn:
                await pickup_door.miss(conn, press, staff=visit.caller, now=visit.now)
        except UnknownPickup:
            raise
        except DeskError as refusal:
            return await failing(visit, number, str(data.id), refusal)
        visit.bell.ring()
        return home()


def taken_of(number: str, data: CollectForm, typed: dict[str, str]) -> Taken:
    """The lines of the form; one without a sheet's number is empty."""
    lines = sorted(int(name.partition("-")[2]) for name in typed if name.startswith("sheet-"))
    return Taken(
        press=Press(number=number, form_id=data.id),
        sealed=bool(data.sealed),
        counted=[name.partition("-")[2] for name in typed if name.startswith("has-")],
        sheets=[
            Filled(code=typed[f"sheet-{n}"], papers=typed.get(f"papers-{n}", ""))
            for n in lines[:MOST_SHEETS]
            if typed[f"sheet-{n}"]
        ],
    )


async def counting(
    visit: Visit,
    number: str,
    form_id: str,
    typed: dict[str, str],
    refusal: DeskError | None = None,
) -> Response[str]:
    """The door's form; refused, under the same id."""
    async with visit.begin() as conn:
        found = await pickup_door.hers(conn, number, visit.caller)
        procedure = await pickup_door.listed(conn, found)
    return await page(
        visit.request,
        "courier/fetching.html",
        status=status_of(refusal) if refusal else 200,
        order=found,
        documents=procedure.documents if procedure else [],
        form_id=form_id,
        typed=typed,
        lines=range(1, found.dossiers + 1),
        halves=HALVES,
        said=visit.say(refusal) if refusal else "",
    )


async def failing(
    visit: Visit, number: str, form_id: str, refusal: DeskError | None = None
) -> Response[str]:
    """Why there are no papers."""
    async with visit.begin() as conn:
        found = await pickup_door.hers(conn, number, visit.caller)
        listed = await reasons.in_group(conn, Group.PICKUP_FAILED)
    return await page(
        visit.request,
        "courier/not_fetched.html",
        status=status_of(refusal) if refusal else 200,
        order=found,
        reasons=[(reason, tried_again(reason)) for reason in listed],
        form_id=form_id,
        said=visit.say(refusal) if refusal else "",
    )
