"""The agency officer's desk: what has arrived, what is due, and one dossier at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect

from notifications.phone import mask
from postal_service.clock import VIETNAM
from postal_service.desk import agency_case, agency_desk, agency_lists, rulings
from postal_service.desk.agency_case import CaseView
from postal_service.desk.errors import DeskError
from postal_service.desk.papers.figures import masked
from postal_service.desk.reasons import Reason
from postal_service.desk.rulings import Wish
from postal_service.web.agency_visit import Refusal, Visit, visit
from postal_service.web.citizen_slip import Step, step_of
from postal_service.web.citizen_unusual import SILENT
from postal_service.web.errors import status_of
from postal_service.web.guards import officers
from postal_service.web.inputs import Form, day_of
from postal_service.web.pages import page
from tracking import identifiers
from tracking.errors import BadRuling, TrackingError, UnknownDossier, act_words
from tracking.slip_store import Line
from tracking.stages import Act, Leg, Stage

OF_THE_CITIZEN = {
    Act.WITHDRAW: "Công dân xin rút hồ sơ",
    Act.INVITE: "Bưu điện mời người nhận đến nhận",
    Act.GIVE_BACK: "Giấy tờ trả lại công dân",
}
#: Acts whose step does not say why by itself.
EXPLAINED = frozenset({Act.RECEIVE, Act.REFUSE, Act.WITHDRAW, Act.KEEP, Act.STOP, Act.SEND_ON})


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


async def refused(visit: Visit, s10: str, refusal: Refusal) -> Response[str]:
    """The envelope's dossier, with why it could not be done. Raises UnknownDossier."""
    async with visit.begin() as conn:
        ref = await agency_desk.find_ref(conn, visit.caller.agency_id or 0, s10)
    return await showing(visit, ref, refusal=refusal)


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
    )


async def showing(
    visit: Visit, ref: str, *, typed: RulingForm | None = None, refusal: Refusal | None = None
) -> Response[str]:
    async with visit.begin() as conn:
        case = await agency_case.look(conn, ref, visit.caller.actor, now=visit.now)
    done = visit.request.query_params.get("done", "")
    return await page(
        visit.request,
        "agency/dossier.html",
        status=status_of(refusal) if refusal else 200,
        case=case,
        steps=steps_of(case),
        phone=mask(case.party.phone) if case.party.phone else "–",
        citizen_id=masked(case.party.citizen_id),
        asked=sum(line.act is Act.ASK_MORE for line in case.slip.lines),
        outgoing=[
            (item, identifiers.print_s10(item.s10))
            for item in case.slip.consignments
            if item.stage is Stage.READY
        ],
        sent=case.slip.leg(Leg.FORWARD),
        result=case.slip.leg(Leg.RESULT),
        typed=typed,
        wrong=visit.say(refusal) if refusal else "",
        done=act_words(done)[0] if done in list(Act) else "",
        undone=visit.asked("undone"),
        words_of=lambda act: act_words(act)[0],
        missing=agency_lists.MISSING,
        extra=agency_lists.EXTRA,
        draw=uuid4,
    )


def steps_of(case: CaseView) -> list[tuple[Step, list[str]]]:
    """The slip's lines in the words the citizen reads, each with its reason and the note.

    What is undone is left out with the line that undid it: the whole is on the slip's own page.
    """
    places = {"office": case.office.name, "agency": case.agency.short_name}
    undone = {line.undoes for line in case.slip.lines}
    return [
        (told(line, case.reasons, places), remarks_of(line, case))
        for line in case.slip.lines
        if line.undoes is None and line.scan_id not in undone and line.act not in SILENT
    ]


def told(line: Line, reasons: Mapping[str, Reason], places: Mapping[str, str]) -> Step:
    """The citizen's sentence, but where it speaks to her."""
    if said := OF_THE_CITIZEN.get(line.act):
        return Step(at=line.at, said=said)
    return step_of(line, reasons, places, "vi")


def remarks_of(line: Line, case: CaseView) -> list[str]:
    """Why an officer or the citizen did so, and what the officer wrote to the citizen."""
    reason = case.reasons.get(line.facts.get("reason", ""))
    why = reason.name_vi if reason and line.act in EXPLAINED else ""
    return [said for said in (why, case.notes.get(line.scan_id, "")) if said]
