"""The agency officer's desk: what has arrived, what is due, and one dossier at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from notifications.phone import mask
from postal_service.bell import Bell as TheBell
from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.database import Connection, Database
from postal_service.desk import agency_case, agency_desk, rulings
from postal_service.desk.agency_case import CaseView
from postal_service.desk.errors import DeskError
from postal_service.desk.papers.figures import masked
from postal_service.desk.rulings import Wish
from postal_service.web.citizen_slip import Step, step_of
from postal_service.web.errors import status_of
from postal_service.web.guards import officers
from postal_service.web.inputs import Form, day_of
from postal_service.web.needs import Bell, Caller, Db, Lang, Now
from postal_service.web.pages import page
from tracking import identifiers
from tracking.errors import BadRuling, TrackingError, UnknownDossier, act_words
from tracking.slip_store import Line
from tracking.stages import Act, Leg

AnyRequest = Request[Any, Any, Any]
Refusal = TrackingError | DeskError


class Signing(Form):
    """The ticked lines: each the postal number and the id drawn with the line, "RB…VN:uuid"."""

    item: list[str] | str = ""

    @property
    def items(self) -> dict[str, UUID]:
        """Postal number to id. Raises ValueError."""
        ticked = [self.item] if isinstance(self.item, str) else self.item
        pairs = (line.partition(":") for line in ticked if line)
        return {s10: UUID(drawn) for s10, _, drawn in pairs}


class Declining(Form):
    id: UUID
    s10: str
    reason: str = ""


class RulingForm(Form):
    """Any of the rulings, as typed; what an act has no use for stays empty."""

    id: UUID
    act: Act
    agency_code: str = ""
    due_day: str = ""
    due_time: str = ""
    papers: str = ""
    reason: str = ""
    note: str = ""

    def wish(self) -> Wish:
        """Raises BadRuling for a day or an hour nobody can read."""
        return Wish(
            id=self.id,
            act=Act(self.act),  # cleaning text made a plain one of it
            agency_code=self.agency_code,
            due_at=appointment(self.due_day, self.due_time),
            papers=int(self.papers) if self.papers.isascii() and self.papers.isdigit() else 0,
            reason=self.reason,
            note=self.note,
        )


class Visit(Struct, frozen=True, kw_only=True):
    """One request of one officer, with all that answering it takes."""

    request: AnyRequest
    caller: Staff
    db: Database
    bell: TheBell
    now: datetime
    lang: str

    def begin(self) -> AbstractAsyncContextManager[Connection]:
        return self.db.begin(self.caller.context)

    def say(self, refusal: Refusal) -> str:
        return refusal.en if self.lang == "en" else refusal.vi


async def visit(
    request: AnyRequest, caller: Caller, db: Db, bell: Bell, now: Now, lang: Lang
) -> Visit:
    return Visit(request=request, caller=caller, db=db, bell=bell, now=now, lang=lang)


class AgencyController(Controller):
    path = "/agency"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="agency")
    async def work(self, visit: NamedDependency[Visit], q: FromQuery[str] = "") -> Response[Any]:
        """The work list; with a number typed, the dossier it belongs to."""
        if not q.strip():
            return await listing(visit)
        try:
            async with visit.begin() as conn:
                ref = await agency_desk.find_ref(conn, visit.caller.agency_id or 0, q)
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
        self, visit: NamedDependency[Visit], data: URLEncodedBody[Declining]
    ) -> Redirect:
        """Give an item back to the courier who laid it down."""
        async with visit.begin() as conn:
            await agency_desk.decline(
                conn, data.s10, data.id, data.reason, by=visit.caller.actor, now=visit.now
            )
        visit.bell.ring()
        return Redirect("/agency", status_code=303)

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
        """Write a ruling. What cannot be accepted comes back with everything that was typed."""
        try:
            async with visit.begin() as conn:
                await rulings.decide(conn, ref, data.wish(), by=visit.caller.actor, now=visit.now)
        except UnknownDossier:
            raise  # another agency's dossier is not there: no form can mend that
        except (TrackingError, DeskError) as refusal:
            return await showing(visit, ref, typed=data, refusal=refusal)
        visit.bell.ring()
        return Redirect(f"/agency/dossiers/{ref}?done={data.act}", status_code=303)


def appointment(day: str, hour: str) -> datetime | None:
    """The moment typed, in Vietnam; None where nothing was. Raises BadRuling."""
    if not day and not hour:
        return None
    try:
        at = datetime.strptime(hour, "%H:%M").time()  # noqa: DTZ007 -- an hour has no zone
        return datetime.combine(day_of(day), at, VIETNAM)
    except ValueError:
        raise BadRuling(
            "Ghi đủ ngày và giờ hẹn, ví dụ 23/11/2026 và 16:30.",
            "Enter both the day and the hour, such as 23/11/2026 and 16:30.",
        ) from None


async def listing(visit: Visit, *, wrong: Sequence[str] = (), status: int = 200) -> Response[str]:
    async with visit.begin() as conn:
        work = await agency_desk.work_list(conn, visit.caller.agency_id or 0, now=visit.now)
    signed = visit.request.query_params.get("signed", "")
    return await page(
        visit.request,
        "agency/list.html",
        status=status,
        work=work,
        wrong=wrong,
        signed=signed if signed.isascii() and signed.isdigit() else "",
        draw=uuid4,
    )


async def showing(
    visit: Visit, ref: str, *, typed: RulingForm | None = None, refusal: Refusal | None = None
) -> Response[str]:
    async with visit.begin() as conn:
        case = await agency_case.look(conn, ref, visit.caller.agency_id, now=visit.now)
    done = visit.request.query_params.get("done", "")
    outgoing = case.slip.leg(Leg.RESULT) or case.slip.leg(Leg.BACK)
    return await page(
        visit.request,
        "agency/dossier.html",
        status=status_of(refusal) if refusal else 200,
        case=case,
        steps=steps_of(case),
        phone=mask(case.party.phone) if case.party.phone else "–",
        citizen_id=masked(case.party.citizen_id),
        asked=sum(line.act is Act.ASK_MORE for line in case.slip.lines),
        outgoing=outgoing,
        outgoing_number=identifiers.print_s10(outgoing.s10) if outgoing else "",
        typed=typed,
        wrong=visit.say(refusal) if refusal else "",
        done=act_words(done)[0] if done in list(Act) else "",
        draw=uuid4,
    )


def steps_of(case: CaseView) -> list[tuple[Step, list[str]]]:
    """The slip's lines in the words the citizen reads, each with its reason and the note."""
    places = {"office": case.office.name, "agency": case.agency.short_name}
    return [
        (step_of(line, case.reasons, places, "vi"), remarks_of(line, case))
        for line in case.slip.lines
    ]


def remarks_of(line: Line, case: CaseView) -> list[str]:
    """Why an officer ruled so, and what she wrote to the citizen."""
    reason = case.reasons.get(line.facts.get("reason", ""))
    why = reason.name_vi if reason and line.act in (Act.RECEIVE, Act.REFUSE) else ""
    return [said for said in (why, case.notes.get(line.scan_id, "")) if said]
