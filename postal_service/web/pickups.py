"""The counter's page of orders to fetch papers at home: take one, send somebody, say no."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from notifications import phone as phones
from postal_service.caller import Staff
from postal_service.database import Connection
from postal_service.desk import shelf
from postal_service.desk.citizen.masking import address as masked_address
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete
from postal_service.desk.papers import Kind
from postal_service.desk.papers.counter_papers import PickUp
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.pickups import pickup_desk, pickups
from postal_service.desk.pickups.pickup_errors import OrderedAlready, UnknownPickup
from postal_service.desk.pickups.pickup_moves import CODES, HALVES, WORDS, Act, acts_from
from postal_service.desk.pickups.pickup_rules import PickupEntry
from postal_service.desk.pickups.pickups import By, Press, Ride
from postal_service.desk.pickups.pickups_store import Pickup
from postal_service.desk.printing import item_papers
from postal_service.desk.printing.archive import Filing
from postal_service.desk.published import offices
from postal_service.web import pickup_forms
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import clerks
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.pickup_forms import ActForm, day_in, number_of
from postal_service.web.pickup_labels import LABELS
from postal_service.web.pickup_words import ACTS, CHANNELS, TOLD, problem_of, untold
from postal_service.web.printing import filed


class PickupController(Controller):
    path = "/counter/pick-ups"
    guards = [clerks]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="pickups")
    async def board(self, visit: NamedDependency[Visit]) -> Response[str]:
        """The office's orders: what waits, who rides, whose papers are not entered yet."""
        async with visit.begin() as conn:
            board = await pickup_desk.board(conn, visit.caller, now=visit.now)
            tasks = await shelf.count_tasks(conn, visit.caller.office_id or 0)
        return await page(
            visit.request,
            "pickups/list.html",
            board=board,
            now=visit.now,
            states=WORDS,
            codes=CODES,
            halves=HALVES,
            channels=CHANNELS,
            problem_of=problem_of,
            untold=untold,
            where=masked_address,
            open_tasks=tasks,
        )

    @get("/new", name="pickups.new")
    async def new(self, visit: NamedDependency[Visit]) -> Response[str]:
        """An empty form for whoever rings."""
        return await form(visit, None)

    @post("/new", name="pickups.order", status_code=303)
    async def order(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """Take the order. Safe to press twice: both presses show the same one."""
        entry = await pickup_forms.entry_of(visit.request)
        who = visit.caller
        by = By(channel="clerk", person_id=who.id, office_id=who.office_id)
        try:
            number = await pickup_forms.place_order(visit.db, who.context, entry, by, now=visit.now)
        except (Incomplete, OrderedAlready) as refusal:
            return await form(visit, entry, refusal)
        visit.bell.ring()
        return Redirect(f"/counter/pick-ups/orders/{number}", status_code=303)

    @get("/orders/{number:str}", name="pickups.one")
    async def one(self, visit: NamedDependency[Visit], number: FromPath[str]) -> Response[str]:
        """One order with all that happened to it, and what may happen next."""
        return await showing(visit, number)

    @post("/orders/{number:str}", name="pickups.act", status_code=303)
    async def act(
        self, visit: NamedDependency[Visit], number: FromPath[str], data: URLEncodedBody[ActForm]
    ) -> Response[Any]:
        """Send a courier, pass it on, say no, or note that she wants it no more."""
        try:
            async with visit.begin() as conn:
                await carry_out(conn, number, data, visit.caller, visit.now)
        except UnknownPickup:
            raise
        except DeskError as refusal:
            return await showing(visit, number, refusal)
        visit.bell.ring()
        return Redirect(f"/counter/pick-ups/orders/{number}", status_code=303)

    @get("/orders/{number:str}/slip.pdf", name="pickups.slip")
    async def slip(
        self, number: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """What the courier takes to the door; a changed appointment makes another edition."""
        async with db.begin(caller.context) as conn:
            found = await pickup_desk.find(conn, number)
            office = await offices.get(conn, found.office_id)
            head = await item_papers.head(conn, office, now)
        when = f"{HALVES[found.ride_half or found.half]}, {found.ride_on or found.day:%d/%m/%Y}"
        paper = PickUp(
            head=head,
            number=found.number,
            name=found.name,
            phone=phones.display(found.phone) if found.phone else None,
            address=", ".join(filter(None, [found.address, found.note])),
            procedure=found.procedure or f"{found.dossiers} hồ sơ, thủ tục hỏi tại nhà",
            window=when,
            hotline=office.hotline,
        )
        mark = hashlib.sha256(f"{when}|{paper.address}|{paper.procedure}".encode()).hexdigest()
        filing = Filing(kind=Kind.PICK_UP, subject=found.number, edition=mark[:16])
        return await filed(db, caller, now, filing, partial(counter_paper, paper))


async def carry_out(
    conn: Connection, number: str, data: ActForm, caller: Staff, now: datetime
) -> None:
    """One press. Raises what pickups does."""
    press = Press(number=number, form_id=data.id, reason=data.reason)
    match data.act:
        case "accept":
            ride = Ride(courier_id=number_of(data.courier), day=day_in(data.day), half=data.half)
            await pickups.accept(conn, press, ride, staff=caller, now=now)
        case "forward":
            await pickups.forward(conn, press, number_of(data.office), staff=caller, now=now)
        case "refuse":
            await pickups.refuse(conn, press, staff=caller, now=now)
        case "fail":
            await pickups.fail(conn, press, staff=caller, now=now)
        case "cancel":
            await pickups.cancel(conn, press, staff=caller, now=now)


async def form(
    visit: Visit, entry: PickupEntry | None, refusal: DeskError | None = None
) -> Response[str]:
    """The form; refused, with what was typed."""
    said = pickup_forms.spoken(refusal, english=visit.lang == "en") if refusal else []
    office_id = visit.caller.office_id
    async with visit.begin() as conn:
        asked = await pickup_forms.asked(conn, entry, office_id=office_id, now=visit.now, said=said)
        tasks = await shelf.count_tasks(conn, office_id or 0)
    return await page(
        visit.request,
        "pickups/new.html",
        status=status_of(refusal) if refusal else 200,
        asked=asked,
        t=LABELS["vi"],
        open_tasks=tasks,
    )


async def showing(visit: Visit, number: str, refusal: DeskError | None = None) -> Response[str]:
    """One order; refused, with why above it. Raises UnknownPickup."""
    now = visit.now
    async with visit.begin() as conn:
        found = await pickup_desk.find(conn, number)
        lines = await pickup_desk.history(conn, found.id)
        day, half = next_ride(found, *await pickup_desk.opens_next(conn, found.office_id, now))
        couriers = await pickups.couriers_of(conn, found.office_id, day)
        refusals = await pickups.why(conn, Act.REFUSE)
        failures = await pickups.why(conn, Act.FAIL)
        others = await pickup_desk.other_offices(conn, found.office_id, now)
        tasks = await shelf.count_tasks(conn, visit.caller.office_id or 0)
    return await page(
        visit.request,
        "pickups/one.html",
        status=status_of(refusal) if refusal else 200,
        order=found,
        lines=lines,
        may={act.value for act in acts_from(found.state)},
        day=day,
        half=half,
        couriers=couriers,
        refusals=refusals,
        failures=failures,
        offices=others,
        said=visit.say(refusal) if refusal else "",
        states=WORDS,
        codes=CODES,
        halves=HALVES,
        acts=ACTS,
        told=TOLD,
        channels=CHANNELS,
        problem=problem_of(found, now),
        untold=untold(found, now),
        phones=phones,
        draw=uuid4,
        open_tasks=tasks,
    )


def next_ride(found: Pickup, day: date, half: str) -> tuple[date, str]:
    """When a courier would go: as she wishes, or the next half-day where that is over."""
    wished = (found.ride_on or found.day, found.ride_half or found.half)
    return (
        wished
        if (wished[0], wished[1] == "afternoon") >= (day, half == "afternoon")
        else (
            day,
            half,
        )
    )
