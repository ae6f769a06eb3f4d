"""The agency officer's desk: what has arrived, what is due, and one dossier at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect

from postal_service.database import Connection
from postal_service.desk.agency import agency_desk, agency_lists, rulings, second_requests
from postal_service.desk.agency.clock_state import in_words
from postal_service.desk.citizen import promise
from postal_service.desk.errors import DeskError
from postal_service.desk.published import agencies
from postal_service.web.agency_case import refused, showing
from postal_service.web.agency_forms import RulingForm
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import officers
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from tracking import identifiers
from tracking.errors import TrackingError, UnknownDossier


class Signing(Form):
    """The ticked lines: each the postal number and the id drawn with the line, "RB…VN:uuid"."""

    item: list[str] | str = ""

    @property
    def items(self) -> dict[str, UUID]:
        """Postal number to id. Raises ValueError."""
        ticked = [self.item] if isinstance(self.item, str) else self.item
        pairs = (line.partition(":") for line in ticked if line)
        return {s10: UUID(drawn) for s10, _, drawn in pairs}


class OnePaper(Form):
    """What is said of one envelope, and why; ``id`` was drawn with the form."""

    id: UUID
    s10: str
    reason: str = ""


class AgencyController(Controller):
    path = "/agency"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="agency")
    async def work(self, visit: NamedDependency[Visit], q: FromQuery[str] = "") -> Response[Any]:
        """The work list; with a number typed, what it belongs to.

        An envelope that waits for a signature opens its list, where it is marked.
        """
        if not q.strip():
            return await listing(visit)
        try:
            async with visit.begin() as conn:
                ref = await agency_desk.find_ref(conn, visit.caller.agency_id or 0, q)
                if identifiers.recognise(q) == "s10":
                    s10 = identifiers.parse_s10(q)
                    if number := await agency_lists.where(conn, s10, visit.caller.actor):
                        return Redirect(f"/agency/lists/{number}?beep={s10}", status_code=303)
        except TrackingError as refusal:
            return await listing(visit, wrong=[visit.say(refusal)], status=status_of(refusal))
        return Redirect(f"/agency/dossiers/{ref}", status_code=303)

    @post("/signatures", name="agency.sign")
    async def sign(
        self, visit: NamedDependency[Visit], data: URLEncodedBody[Signing]
    ) -> Response[Any]:
        """Sign for the ticked items; what was refused is named, and the rest is signed for."""
        items = data.items
        async with visit.begin() as conn:
            refused = await agency_desk.sign(conn, items, by=visit.caller.actor, now=visit.now)
        visit.bell.ring()
        if refused:
            return await listing(visit, wrong=[visit.say(one) for one in refused], status=409)
        return Redirect(f"/agency?signed={len(items)}", status_code=303)

    @post("/declines", name="agency.decline")
    async def decline(
        self, visit: NamedDependency[Visit], data: URLEncodedBody[OnePaper]
    ) -> Response[Any]:
        """Give an item back to the courier who laid it down."""
        s10 = identifiers.parse_s10(data.s10)
        try:
            async with visit.begin() as conn:
                await agency_desk.decline(
                    conn, s10, data.id, data.reason, by=visit.caller.actor, now=visit.now
                )
        except (TrackingError, DeskError) as refusal:
            return await refused(visit, s10, refusal)
        visit.bell.ring()
        return Redirect("/agency", status_code=303)

    @post("/sendings-on", name="agency.send_on")
    async def send_on(
        self, visit: NamedDependency[Visit], data: URLEncodedBody[OnePaper]
    ) -> Response[Any]:
        """Give papers of another agency back to the post."""
        s10 = identifiers.parse_s10(data.s10)
        try:
            async with visit.begin() as conn:
                ref = await agency_desk.send_on(
                    conn, s10, data.id, data.reason, by=visit.caller.actor, now=visit.now
                )
        except (TrackingError, DeskError) as refusal:
            return await refused(visit, s10, refusal)
        visit.bell.ring()
        return Redirect(f"/agency/dossiers/{ref}?done=send_on", status_code=303)

    @get("/dossiers/{ref:str}", name="agency.dossier")
    async def dossier(self, visit: NamedDependency[Visit], ref: FromPath[str]) -> Response[Any]:
        return await showing(visit, ref)

    @post("/dossiers/{ref:str}/rulings", name="agency.rule")
    async def rule(
        self,
        visit: NamedDependency[Visit],
        ref: FromPath[str],
        data: URLEncodedBody[RulingForm],
    ) -> Response[Any]:
        """Write a ruling, or put it before a colleague where it takes two.

        What cannot be accepted comes back with everything that was typed.
        """
        try:
            async with visit.begin() as conn:
                to = await named(conn, data.to_agency, visit.now)
                wish = data.wish(to=to)
                asked = await second_requests.put_forward(
                    conn, ref, wish, staff=visit.caller, now=visit.now
                )
                if not asked:
                    await rulings.decide(conn, ref, wish, by=visit.caller.actor, now=visit.now)
        except UnknownDossier:
            raise  # another agency's dossier is not there: no form can mend that
        except (TrackingError, DeskError) as refusal:
            return await showing(visit, ref, typed=data, refusal=refusal)
        if asked:
            return Redirect(f"/approvals?seen={data.id}", status_code=303)
        visit.bell.ring()
        return Redirect(f"/agency/dossiers/{ref}?done={data.act}", status_code=303)


async def listing(visit: Visit, *, wrong: Sequence[str] = (), status: int = 200) -> Response[str]:
    async with visit.begin() as conn:
        work = await agency_desk.work_list(conn, visit.caller.agency_id or 0, now=visit.now)
    return await page(
        visit.request,
        "agency/list.html",
        status=status,
        work=work,
        wrong=wrong,
        signed=visit.asked("signed"),
        in_words=in_words,
    )


async def named(conn: Connection, code: str, now: datetime) -> int:
    """The id of the agency typed by its code; nought where none was. Raises UnknownAgency."""
    if not code:
        return 0
    return (await agencies.find(conn, code.upper(), promise.day_of(now))).id
