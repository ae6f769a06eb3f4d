"""The page of one dossier at its agency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from litestar import Response

from notifications.phone import mask
from postal_service.database import Connection
from postal_service.desk.agency import agency_case, agency_desk, agency_lists
from postal_service.desk.agency.agency_case import CaseView
from postal_service.desk.agency.clock_state import in_words
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.money import charges, orders, refunds
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers.figures import masked
from postal_service.desk.published import agencies
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.reasons import Reason
from postal_service.web import approval_words
from postal_service.web.agency_forms import RulingForm
from postal_service.web.agency_visit import Refusal, Visit
from postal_service.web.citizen_slip import Step, step_of
from postal_service.web.citizen_unusual import SILENT
from postal_service.web.errors import status_of
from postal_service.web.pages import page
from tracking import identifiers, transfers
from tracking.errors import act_words
from tracking.notices import NOTHING_OWED
from tracking.slip_store import Line
from tracking.stages import Act, Leg, Stage

UNITS: Final = {
    "working_day": "ngày làm việc (8 giờ một ngày)",
    "working_hour": "giờ làm việc",
    "day": "ngày",
    "month": "tháng",
}
CHANNELS: Final = {
    "agency": "Nộp tại cơ quan",
    "account": "Nộp vào tài khoản",
    "post": "Nộp tại bưu cục",
}
FORMS: Final = {
    "supplement": "Phiếu yêu cầu bổ sung",
    "refusal": "Phiếu từ chối",
    "apology": "Phiếu xin lỗi và hẹn lại",
    "stop": "Thông báo dừng giải quyết",
    "payment": "Thông báo nộp tiền",
}
#: Lines of the list of missing papers that an empty form shows.
ROWS: Final = 3
OF_THE_CITIZEN = {
    Act.WITHDRAW: "Công dân xin rút hồ sơ",
    Act.INVITE: "Bưu điện mời người nhận đến nhận",
    Act.GIVE_BACK: "Giấy tờ trả lại công dân",
}
#: Acts whose step does not say why by itself.
EXPLAINED = frozenset({Act.RECEIVE, Act.REFUSE, Act.WITHDRAW, Act.KEEP, Act.STOP, Act.SEND_ON})


async def refused(visit: Visit, s10: str, refusal: Refusal) -> Response[str]:
    """The envelope's dossier, with why it could not be done. Raises UnknownDossier."""
    async with visit.begin() as conn:
        ref = await agency_desk.find_ref(conn, visit.caller.agency_id or 0, s10)
    return await showing(visit, ref, refusal=refusal)


async def showing(
    visit: Visit, ref: str, *, typed: RulingForm | None = None, refusal: Refusal | None = None
) -> Response[str]:
    async with visit.begin() as conn:
        case = await agency_case.look(conn, ref, visit.caller.actor, now=visit.now)
        others = await others_for(conn, case, visit) if Act.TRANSFER in case.acts else []
        asked = await charges.of_dossier(conn, case.slip.dossier.id)
        back = await refunds.of_dossier(conn, case.slip.dossier.id)
    done = visit.request.query_params.get("done", "")
    return await page(
        visit.request,
        "agency/dossier.html",
        status=status_of(refusal) if refusal else 200,
        case=case,
        steps=steps_of(case),
        phone=mask(case.party.phone) if case.party.phone else "–",
        citizen_id=masked(case.party.citizen_id),
        left=in_words(case.clock.state),
        ended_here=any(
            line.act is Act.STOP and line.facts.get("by") == "agency" for line in case.slip.lines
        ),
        missing_papers=rows_of(typed),
        others=others,
        charges=[charge for charge in asked if charge.agency_id is not None],
        cannot_order=orders.refusal(case.slip),
        refunds=back,
        refundable=[
            charge
            for charge in refunds.hers(asked, visit.caller.agency_id, case.slip.dossier.status)
            if charge.id not in {each.charge_id for each in back if each.said}
        ],
        charge_names=NAMES,
        papers=case.slip.papers,
        units=UNITS,
        channels=CHANNELS,
        forms=FORMS,
        kinds=approval_words.KINDS,
        nothing_owed=NOTHING_OWED,
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


async def others_for(conn: Connection, case: CaseView, visit: Visit) -> list[Agency]:
    """Agencies in being that the dossier could be passed on to, the likeliest first."""
    today = day_of(visit.now)
    likely = await agencies.for_procedure(conn, case.procedure, case.office, today)
    known = {agency.id for agency in likely}
    every = await agencies.in_force(conn, today)
    whole = [*likely, *(agency for agency in every if agency.id not in known)]
    return [agency for agency in whole if agency.id != case.slip.dossier.agency_id]


def rows_of(typed: RulingForm | None) -> list[tuple[str, str, str, str]]:
    """The list of missing papers as typed, with room for more."""
    rows = typed.rows() if typed and typed.act == Act.ASK_MORE else []
    return rows + [("", "", "", "")] * max(ROWS - len(rows), 1)


def steps_of(case: CaseView) -> list[tuple[Step, list[str]]]:
    """The slip's lines in the words the citizen reads, each with its reason and the note.

    What is undone is left out with the line that undid it: the whole is on the slip's own page.
    """
    places = {"office": case.office.name, "agency": case.agency.short_name}
    undone = {line.undoes for line in case.slip.lines}
    deciding = transfers.decided_by(case.slip)
    return [
        (told(line, case.reasons, places | {"agency": case.names[who]}), remarks_of(line, case))
        for line, who in zip(case.slip.lines, deciding, strict=True)
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
