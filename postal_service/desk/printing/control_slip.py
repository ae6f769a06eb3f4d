"""The law's control slip, built from what the register says both sides did.

A step is a change of hands: who offered, who took, when, under which list, and
whether in time. The post's legs are held against the day each leg is due, the
agency against its first appointment: neither can make the other late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.desk.agency import timeline
from postal_service.desk.agency import timeline_store as store
from postal_service.desk.agency.timeline import LATE_WORD, Timeline, lines_of
from postal_service.desk.citizen import promise
from postal_service.desk.citizen.promise import Way, day_of
from postal_service.desk.papers import ControlSlip, FormSet, Result, SlipStep, figures
from postal_service.desk.printing import prints
from postal_service.desk.published import agencies, offices
from tracking.errors import UnknownDossier, act_words
from tracking.model import Consignment, Dossier
from tracking.slip_store import Line
from tracking.stages import HOMEBOUND, Act, Keeper, Leg, Stage

#: Acts by which the papers go into other hands.
TAKES: Final = frozenset(
    {Act.ACCEPT, Act.COLLECT, Act.TAKE_IN, Act.SIGN, Act.DELIVER, Act.GIVE_BACK}
)
#: An offer that was looked at and not taken.
NOT_TAKEN: Final = frozenset({Act.DECLINE, Act.REPORT_MISSING})
#: Acts that lay papers before somebody.
LAYS: Final = frozenset({Act.OFFER, Act.HAND_OVER, Act.BRING_IN, Act.RELEASE, Act.SEND_ON})
#: What is noted beside the step before it.
NOTED: Final = frozenset({Act.DAMAGE, Act.FIND, Act.DECLARE_LOST, Act.SEND_BACK, Act.REDIRECT})
LEGS: Final[Mapping[Leg, str]] = {
    Leg.FORWARD: "Hồ sơ gửi cơ quan",
    Leg.SUPPLEMENT: "Giấy tờ bổ sung",
    Leg.RESULT: "Kết quả",
    Leg.BACK: "Giấy tờ trả lại",
    Leg.ORIGINALS: "Bản gốc thu hồi",
    Leg.TRANSFER: "Hồ sơ chuyển cơ quan khác",
}
#: What the agency did with its clock, noted beside the step before it.
RULED: Final = frozenset(
    {
        Act.RECEIVE,
        Act.ASK_MORE,
        Act.RESUME,
        Act.ASK_PAYMENT,
        Act.PAY,
        Act.EXTEND,
        Act.TRANSFER,
        Act.TAKE_OVER,
        Act.REFUSE,
        Act.STOP,
    }
)


class Giver(Struct, frozen=True, kw_only=True):
    """Who had the papers before a step, who of them laid them down, and before whom."""

    kind: Keeper | None
    unit: str
    person: str
    to: str = ""
    seal: str = ""


async def slip_for(
    conn: Connection[Record], ref: str, staff: Staff, *, now: datetime
) -> ControlSlip:
    """The slip of a dossier, for its offices and its agency. Raises UnknownDossier."""
    if staff.role is Role.COURIER:
        raise UnknownDossier(ref)
    found = await timeline.look(conn, ref, staff, now=now)
    dossier, about = found.slip.dossier, found.about
    office = await offices.get(conn, dossier.office_id)
    agency = await agencies.get(conn, dossier.agency_id)
    way = await promise.way_home(conn, found.slip, office, agency, now=now)
    given = [line.scan_id for line in found.slip.lines if line.act is Act.DELIVER]
    receivers = await store.receivers(conn, given)
    return ControlSlip(
        form_set=FormSet(about.form_set),
        authority=prints.AUTHORITY,
        office=about.office,
        place=prints.place_name(about.place),
        at=now,
        ref=dossier.ref,
        agency_code=dossier.agency_code,
        name=about.name,
        procedure=about.procedure,
        agency=about.agency,
        accepted_at=dossier.accepted_at,
        due=due_words(dossier),
        steps=tuple(
            replace(step, taker=receivers.get(line.scan_id, step.taker))
            for line, step in steps_of(found, way)
        ),
    )


def due_words(dossier: Dossier) -> str:
    if dossier.due_at is None:
        return f"dự kiến {figures.weekday(dossier.expected_on)}"
    words = figures.moment(dossier.due_at)
    first = dossier.original_due_at
    if first is not None and first != dossier.due_at:
        return f"{words} (hẹn lần đầu {figures.moment(first)})"
    return words


def steps_of(found: Timeline, way: Way) -> list[tuple[Line, SlipStep]]:
    """Every change of hands of every paper, in the register's order."""
    order = {line.scan_id: rank for rank, line in enumerate(found.slip.lines)}
    steps = [pair for item in found.slip.consignments for pair in steps_of_item(found, item, way)]
    steps.sort(key=lambda pair: order[pair[0].scan_id])
    for line in found.slip.lines:
        before = [
            n for n, (step, _) in enumerate(steps) if order[step.scan_id] < order[line.scan_id]
        ]
        if line.act in RULED and before:
            last, step = steps[before[-1]]
            steps[before[-1]] = (last, replace(step, note=joined(step.note, noted(found, line))))
    return steps


def steps_of_item(found: Timeline, item: Consignment, way: Way) -> list[tuple[Line, SlipStep]]:
    """The changes of hands of one paper; what was undone stands among them, struck out."""
    undoing = {entry.line.scan_id: entry.undone for entry in found.entries}
    steps: list[tuple[Line, SlipStep]] = []
    givers = [Giver(kind=Keeper.CITIZEN, unit="Người nộp hồ sơ", person=found.about.name)]
    due = leg_day(found.slip.dossier, item, lines_of(found.slip, item), way)
    for line in lines_of(found.slip, item):
        undone = undoing.get(line.scan_id)
        if line.act is Act.UNDO:
            givers = givers[:-1] or givers
            continue
        if line.act in TAKES | NOT_TAKEN:
            made = step_of(found, line, givers[-1])
            if undone is not None:
                made = replace(made, undone=undone_words(undone))
            elif line.act in TAKES:
                made = replace(
                    made, result=result_of(found.slip.dossier, item, line, givers[-1], due)
                )
            steps.append((line, made))
        elif line.act in NOTED and undone is None and steps:
            last, step = steps[-1]
            steps[-1] = (last, replace(step, note=joined(step.note, noted(found, line))))
        if line.act is Act.SEND_BACK and undone is None:
            due = None  # what nobody took goes back: no day is owed for that
        givers.append(giver_after(found, line))
    return steps


def giver_after(found: Timeline, line: Line) -> Giver:
    """Who has the papers after *line*, and who laid them down if they wait to be taken."""
    person = found.names.person(line.person_id) if line.act in LAYS else ""
    to = found.names.holder(line.offered_kind, line.offered_id) if line.offered_kind else ""
    return Giver(
        kind=line.holder_kind,
        unit=unit_of(found, line),
        person=found.names.person(line.holder_id) if is_courier(line) else person,
        to=found.about.agency if line.stage is Stage.OFFERED else to,
        seal=f"niêm phong {line.facts['seal']}" if line.facts.get("seal") else "",
    )


def is_courier(line: Line) -> bool:
    return line.holder_kind is Keeper.COURIER


def unit_of(found: Timeline, line: Line) -> str:
    """The holder after *line*, as the form names a unit: a courier is of his office."""
    if is_courier(line):
        return f"Bưu tá, {found.names.offices.get(line.office_id or 0, 'bưu cục')}"
    if line.holder_kind is Keeper.CITIZEN:
        return "Người nhận"
    return found.names.holder(line.holder_kind, line.holder_id)


def step_of(found: Timeline, line: Line, giver: Giver) -> SlipStep:
    person = found.names.person(line.person_id)
    taken = line.act in TAKES
    to_citizen = line.holder_kind is Keeper.CITIZEN
    said = found.reasons.get(str(line.facts.get("reason", "")), "")
    leg = f"{LEGS[line.leg]} · {line.s10}" if line.leg else ""
    approver = found.names.person(line.approver_id) if line.approver_id else ""
    return SlipStep(
        giver_unit=giver.unit,
        taker_unit=unit_of(found, line) if taken else giver.to,
        giver=person if to_citizen else giver.person,
        taker=("" if to_citizen else person) if taken else person,
        at=line.at,
        heard_at=line.heard_at if line.heard_at - line.at > LATE_WORD else None,
        what=leg,
        note=joined(
            str(line.facts.get("list", "")),
            giver.seal,
            ""
            if taken
            else f"Không nhận: {act_words(line.act)[0]}" + (f", {said}" if said else ""),
            f"người thứ hai: {approver}" if approver else "",
        ),
    )


def joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def noted(found: Timeline, line: Line) -> str:
    said = found.reasons.get(str(line.facts.get("reason", "")), "")
    why = f": {said}" if said else ""
    by = found.names.person(line.person_id)
    second = f", {found.names.person(line.approver_id)}" if line.approver_id else ""
    return f"{act_words(line.act)[0]}{why} ({figures.stamp(line.at)}, {by}{second})"


def undone_words(undone: timeline.Entry) -> str:
    """Who took the line back, when, why and with whom."""
    why = f", {undone.reason}" if undone.reason else ""
    second = f", người thứ hai: {undone.approver}" if undone.approver else ""
    return f"Hoàn tác {figures.stamp(undone.line.at)}, {undone.by}{why}{second}"


def leg_day(dossier: Dossier, item: Consignment, lines: list[Line], way: Way) -> date | None:
    """The day the post owes this leg by."""
    if not lines:
        return None
    begun = lines[0].at
    if item.leg in HOMEBOUND:
        decided = dossier.processed_at if item.leg is Leg.RESULT else None
        return way.home(decided or begun)
    return way.post.add_days(day_of(begun), way.days)


def result_of(
    dossier: Dossier, item: Consignment, line: Line, giver: Giver, due: date | None
) -> Result | None:
    """The agency against its first appointment where it gives the result away; else the post."""
    if line.act is Act.ACCEPT:
        return None
    if line.act is Act.COLLECT and giver.kind is Keeper.AGENCY:
        first, ended = dossier.original_due_at or dossier.due_at, dossier.processed_at
        if item.leg is not Leg.RESULT or first is None or ended is None:
            return None
        return Result.LATE if ended > first else against(day_of(ended), day_of(first))
    return against(day_of(line.at), due) if due is not None else None


def against(day: date, due: date) -> Result:
    if day > due:
        return Result.LATE
    return Result.EARLY if day < due else Result.ON_TIME
