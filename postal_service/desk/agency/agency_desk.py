"""The agency's desk: what lies on it, and signing for what the post brings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.agency import agency_list_store as lists_store
from postal_service.desk.agency import agency_lists as lists
from postal_service.desk.agency import agency_store as store
from postal_service.desk.agency.agency_list_store import Asked, Carried, Pile
from postal_service.desk.agency.agency_store import Case
from postal_service.desk.agency.clock_state import Clock, ClockState, clock_of
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import UnknownReason
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Reason
from tracking import calendars, corrections, detours, identifiers, slip, transfers
from tracking.corrections import Undo
from tracking.custody_model import LineAnswer, Outcome
from tracking.errors import BadRuling, IllegalMove, TrackingError, UnknownDossier
from tracking.model import Actor, Scan
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status
from tracking.transfers import Passed

#: What one page can show, and an officer can see through.
MOST_OPEN: Final = 500
MOST_ENDED: Final = 20
MOST_SIGNED: Final = 500
#: Sent to the wrong agency, wrong destination, not in its competence.
ELSEWHERE: Final = ("CR04", "CD08", "RF01")


class WorkList(Struct, frozen=True, kw_only=True):
    """What lies before an agency, by what it has to do next; ``more`` when not all is shown."""

    piles: list[Pile]  #: lists laid before the agency
    loose: int  #: envelopes laid before it without a list
    coming: list[Carried]  #: with a courier, on the way to it
    asked: list[Asked]  #: the citizen wants them back; the agency decides
    to_receive: list[Case]
    processing: list[Case]  #: the first due first
    supplement: list[Case]
    duty: list[Case]  #: somebody has to pay first
    passed: list[Passed]  #: another agency passes it on to this one
    outgoing: list[Case]  #: results and papers that go back, until the post has them
    ended: list[Case]
    clocks: dict[str, ClockState]  #: how the clock stands, by ref
    more: bool

    @property
    def late(self) -> list[str]:
        """Refs past their appointment."""
        return [ref for ref, clock in self.clocks.items() if clock.state is Clock.LATE]

    @property
    def soon(self) -> list[str]:
        """Refs with less than a working day left."""
        nearly = (Clock.SOON, Clock.LAST_CALL)
        return [ref for ref, clock in self.clocks.items() if clock.state in nearly]

    @property
    def arriving(self) -> int:
        """How many envelopes wait for a signature."""
        return sum(pile.waiting for pile in self.piles) + self.loose


async def work_list(conn: Connection[Record], agency_id: int, *, now: datetime) -> WorkList:
    """The agency's open dossiers in sections, and those it has just ended."""
    cases = await store.open_cases(conn, agency_id, MOST_OPEN + 1)
    shown = cases[:MOST_OPEN]
    processing = [case for case in shown if case.status in (Status.RECEIVED, Status.PROCESSING)]
    hours = await store.hours_group(conn, agency_id)
    calendar = await calendars.calendar_for(conn, hours, day_of(now))
    waiting = await lists_store.waiting(conn, agency_id)
    ended = await store.ended_cases(conn, agency_id, MOST_ENDED)
    clocks = {
        case.ref: clock_of(case.status, case.due_at, calendar, now) for case in (*shown, *ended)
    }
    return WorkList(
        piles=await lists_store.piles(conn, agency_id),
        loose=sum(number is None for number in waiting.values()),
        coming=await lists_store.carried(conn, agency_id, Stage.TO_AGENCY, MOST_OPEN),
        asked=await lists_store.asked(conn, agency_id, MOST_OPEN),
        to_receive=[case for case in shown if case.status is Status.REGISTERED and arrived(case)],
        processing=processing,
        supplement=[case for case in shown if case.status is Status.SUPPLEMENT],
        duty=[case for case in shown if case.status is Status.DUTY],
        passed=await transfers.waiting_for(conn, agency_id),
        outgoing=[case for case in shown if goes_out(case)],
        ended=ended,
        clocks=clocks,
        more=len(cases) > MOST_OPEN,
    )


def arrived(case: Case) -> bool:
    return case.sent_stage in (None, Stage.WITH_AGENCY)


def goes_out(case: Case) -> bool:
    """Whether something of it is for the post to fetch, or was and came back."""
    return case.status is Status.PROCESSED or Stage.READY in (case.sent_stage, case.back_stage)


async def find_ref(conn: Connection[Record], agency_id: int, text: str) -> str:
    """Our number of the agency's dossier with this number of any kind.

    Raises UnknownDossier, and BadIdentifier where a number was mistyped.
    """
    match identifiers.recognise(text):
        case "ref":
            code = identifiers.parse_ref(text).ref
        case "s10":
            code = identifiers.parse_s10(text)
        case _:
            code = identifiers.parse_dossier_code(text).code
    ref = await store.find_ref(conn, agency_id, code)
    if ref is None:
        raise UnknownDossier(code)
    return ref


async def own_slip(conn: Connection[Record], ref: str, agency_id: int | None) -> Slip:
    """The dossier's slip, also for an agency that passed it on or is to take it over.

    Raises UnknownDossier where it is another agency's.
    """
    ref = identifiers.parse_ref(ref).ref
    found = await slip.by_ref(conn, ref)
    if found is None or agency_id not in {
        found.dossier.agency_id,
        *transfers.parties(found.lines),
    }:
        raise UnknownDossier(ref)
    return found


async def sign(
    conn: Connection[Record], items: Mapping[str, UUID], *, by: Actor, now: datetime
) -> list[TrackingError]:
    """Sign for consignments the courier has laid down; each refusal that remains.

    *items* maps postal numbers to the ids drawn with the form. One bad item never blocks the
    rest.
    """
    if not 1 <= len(items) <= MOST_SIGNED:
        raise BadRuling(
            "Đánh dấu ít nhất một bưu gửi, nhiều nhất 500, rồi ký nhận.",
            "Tick at least one item and at most 500, then sign.",
        )
    said = [
        LineAnswer(id=scan_id, s10=s10, outcome=Outcome.ACCEPTED) for s10, scan_id in items.items()
    ]
    refused = await lists.answer(conn, lists.LOOSE, lists.Said(answers=said), by=by, now=now)
    return list(refused.values())


async def decline(
    conn: Connection[Record], s10: str, scan_id: UUID, reason: str, *, by: Actor, now: datetime
) -> None:
    """Give a consignment back to the courier, and say why. Raises what refuses it."""
    said = LineAnswer(id=scan_id, s10=s10, outcome=Outcome.DECLINED, reason=reason)
    refused = await lists.answer(conn, lists.LOOSE, lists.Said(answers=[said]), by=by, now=now)
    for refusal in refused.values():
        raise refusal


async def send_on(
    conn: Connection[Record], s10: str, scan_id: UUID, reason: str, *, by: Actor, now: datetime
) -> str:
    """Give back to the post papers that belong to another agency; their dossier's number.

    Only before they are received; the office that fetches them finds the right agency. Raises
    UnknownDossier, UnknownReason, IllegalMove, and what the register refuses.
    """
    if not any(each.code == reason for each in await elsewhere_reasons(conn)):
        raise UnknownReason(reason)
    ref = await find_ref(conn, by.agency or 0, s10)
    scan = Scan(
        id=scan_id, s10=s10, act=Act.SEND_ON, at=now, by=by, facts={"reason": reason}
    )  # fmt: skip
    [dated] = await lists.dated(conn, [scan])
    await detours.send_on(conn, dated, heard_at=now)
    return ref


async def elsewhere_reasons(conn: Connection[Record]) -> list[Reason]:
    """Why papers belong elsewhere."""
    return [await reasons.get(conn, code) for code in ELSEWHERE]


async def undo(
    conn: Connection[Record], s10: str, undoes: UUID, form_id: UUID, *, by: Actor, now: datetime
) -> str:
    """Take back one's own last act on a paper, within a minute; the dossier's number.

    Damage that was noted behind a signature is undone with it. Safe to repeat. Raises
    UnknownDossier, BadIdentifier, IllegalMove once the agency has decided on the papers, and
    what ``corrections.undo`` refuses.
    """
    ref = await find_ref(conn, by.agency or 0, s10)
    found = await own_slip(conn, ref, by.agency)
    undone = next((line for line in found.lines if line.scan_id == undoes), None)
    if undone is not None and undone.s10 == s10 and not may_undo(found, s10, undone.act):
        raise IllegalMove(str(found.dossier.status.value), Act.UNDO)
    noted = uuid5(undoes, Act.DAMAGE)
    steps = [(form_id, undoes)]
    if any(line.scan_id == noted for line in found.lines):
        steps.insert(0, (uuid5(form_id, Act.DAMAGE), noted))
    for id_, line in steps:
        wish = Undo(id=id_, s10=s10, undoes=line, by=by, at=now)
        await corrections.undo(conn, wish, heard_at=now)
    return ref


def may_undo(found: Slip, s10: str, act: Act) -> bool:
    """Whether an agency's act on a paper can still be undone without untying its decisions.

    Papers that were received are not unsigned; a result that was given out or sent anew neither.
    """
    item = next((each for each in found.consignments if each.s10 == s10), None)
    if item is None or found.leg(item.leg) != item:
        return False
    standing = {
        Leg.FORWARD: (Status.REGISTERED, Status.WITHDRAWING),
        Leg.TRANSFER: (),
        Leg.RESULT: (Status.PROCESSED,),
    }
    if act not in (Act.SIGN, Act.DAMAGE) or item.leg not in standing:
        return True
    return found.dossier.status in standing[item.leg]
