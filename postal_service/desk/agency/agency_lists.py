"""Signing for what a courier lays down: many envelopes, one signature, a word for each line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid5

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.desk.agency import agency_list_store as store
from postal_service.desk.agency.agency_list_store import Carried, Line, Passed, Pile
from postal_service.desk.errors import UnknownReason
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group, Reason
from tracking import custody, incidents, journey, reception
from tracking.custody_errors import BadHandOver, HandOverEnded, UnknownHandOver
from tracking.custody_model import Item, LineAnswer, Outcome, State
from tracking.errors import BadRuling, ScanReused, TrackingError
from tracking.incidents import NewIncident
from tracking.model import Actor, Event, Facts, Scan
from tracking.stages import Act, Stage

__all__ = ["Carried", "Line", "Pile"]

#: Where the number of a list stands, for what lies there without one.
LOOSE: Final = "loose"
#: A list has its own codes for what is missing and what is too much.
MISSING, EXTRA = reception.MISSING, reception.EXTRA
#: What is in the wrong place or was never given is not taken, damaged or not.
NEVER_TAKEN: Final = frozenset({MISSING, EXTRA, "CD08", "CD12"})
TROUBLED: Final = frozenset({Outcome.MISSING, Outcome.DAMAGED, Outcome.DECLINED})
MOST: Final = custody.MOST


class Sheet(Struct, frozen=True, kw_only=True):
    """One list as the officer sees it; ``pile`` is none for what lies there without a list.

    ``elsewhere`` says on which list another envelope before this agency waits.
    """

    number: str
    pile: Pile | None
    state: State
    lines: list[Line]
    extras: list[str]
    elsewhere: dict[str, str]
    undoable: dict[str, Passed]
    reasons: dict[str, Reason]
    next: str | None  #: another list that waits

    @property
    def waiting(self) -> list[Line]:
        return [line for line in self.lines if line.outcome is None]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)


class Said(Struct, frozen=True, kw_only=True):
    """What one press of the key says: a word for each marked line, and what was too much."""

    answers: list[LineAnswer]
    extras: list[Item] = []


async def look(conn: Connection[Record], number: str, *, by: Actor, since: datetime) -> Sheet:
    """A list that was laid before the officer's agency. *since*: from when she may undo alone.

    Raises UnknownHandOver.
    """
    agency = by.agency or 0
    pile, state, extras = None, State.OFFERED, list[str]()
    if number == LOOSE:
        lines = await store.loose(conn, agency, MOST)
    else:
        pile = await store.pile(conn, custody.check_number(number), agency)
        if pile is None:
            raise UnknownHandOver(number)
        found, _, extras = await custody.look(conn, number, by)
        state = found.state
        lines = await store.lines(conn, number, agency)
    waiting = await store.waiting(conn, agency)
    answered = [line.s10 for line in lines if line.answered_by == by.person]
    undoable = await store.undoable(conn, agency, answered, by.person, since)
    here = {line.s10 for line in lines}
    others = [list_ or LOOSE for s10, list_ in waiting.items() if (list_ or LOOSE) != number]
    return Sheet(
        number=number,
        pile=pile,
        state=state,
        lines=lines,
        extras=extras,
        elsewhere={s10: list_ or LOOSE for s10, list_ in waiting.items() if s10 not in here},
        undoable={each.s10: each for each in undoable},
        reasons={each.code: each for each in await discrepancies(conn)},
        next=min(others, default=None),
    )


async def answer(
    conn: Connection[Record], number: str, said: Said, *, by: Actor, now: datetime
) -> dict[str, TrackingError]:
    """Write one press of the key, close the list where it balances, and return what was refused.

    One bad line never stops the rest, and a press sent again changes nothing. A page has no
    clock of its own: what the first copy wrote answers for the second. Raises UnknownHandOver,
    BadHandOver, UnknownReason, BadRuling.
    """
    if len(said.answers) > MOST or len(said.extras) > MOST:
        raise BadHandOver
    await check_reasons(conn, said.answers)
    if number == LOOSE:
        if not said.answers or said.extras:
            raise nothing_marked()
        return refusals(said.answers, await answer_loose(conn, said.answers, by=by, now=now))
    found = await custody.locked(conn, number, taker=by, ended=True)
    fresh = await not_yet(conn, said.answers, by.person)
    answers = await reception.answer(conn, number, fresh, by=by, at=now, heard_at=now)
    refused = refusals(fresh, answers) | await add_extras(conn, number, said.extras, by, now)
    if found.state in custody.OPEN_STATES:
        _, lines, _ = await custody.look(conn, number, by)
        if all(line.outcome is not None for line in lines):
            await reception.close(conn, number, by=by, at=now)
        elif not said.answers and not said.extras:
            raise nothing_marked()
    return refused


def nothing_marked() -> BadRuling:
    return BadRuling(
        "Chưa đánh dấu dòng nào. Quét từng bì thư rồi bấm F9.",
        "No line is marked. Scan each envelope, then press F9.",
    )


def refusals(
    said: Sequence[LineAnswer], answers: Sequence[Event | TrackingError]
) -> dict[str, TrackingError]:
    return {
        each.s10: answer
        for each, answer in zip(said, answers, strict=True)
        if isinstance(answer, TrackingError)
    }


async def not_yet(
    conn: Connection[Record], said: Sequence[LineAnswer], person: int
) -> list[LineAnswer]:
    """What an earlier copy of the press has not written. The list is locked."""
    known = await store.passed(conn, [each.id for each in said], person)
    done = {(line.scan_id, line.s10) for line in known}
    return [each for each in said if (each.id, each.s10) not in done]


async def add_extras(
    conn: Connection[Record], number: str, extras: Sequence[Item], by: Actor, now: datetime
) -> dict[str, TrackingError]:
    """Note what lay there and stands on no line; each refusal."""
    found, lines, known = await custody.look(conn, number, by)
    on_list = {line.s10 for line in lines}
    refused: dict[str, TrackingError] = {}
    for each in extras:
        if each.s10 in known or each.s10 in on_list:
            continue
        if found.state not in custody.OPEN_STATES:
            refused[each.s10] = HandOverEnded(number)
            continue
        await reception.add_extra(conn, number, each.id, each.s10, by=by, at=now)
    return refused


async def answer_loose(
    conn: Connection[Record], said: Sequence[LineAnswer], *, by: Actor, now: datetime
) -> list[Event | TrackingError]:
    """Take, miss, decline or find damaged what lies there without a list. Opens its incidents."""
    scans = [scan_of(each, by, now) for each in said]
    answers = await record(conn, scans, now=now)
    done = [
        (each, event)
        for each, event in zip(said, answers, strict=True)
        if isinstance(event, Event) and each.outcome in TROUBLED
    ]
    damage = [
        Scan(
            id=uuid5(each.id, Act.DAMAGE), s10=each.s10, act=Act.DAMAGE, at=event.at, by=by,
            facts={"reason": each.reason},
        )
        for each, event in done
        if each.outcome is Outcome.DAMAGED
    ]  # fmt: skip
    await journey.record(conn, damage, heard_at=now)
    await incidents.open_all(
        conn,
        [
            NewIncident(
                cause=each.id, reason=each.reason or MISSING, office_id=event.office_id or 0,
                consignment_id=event.consignment_id, by=by.person, at=event.at,
            )
            for each, event in done
        ],
    )  # fmt: skip
    return answers


def scan_of(each: LineAnswer, by: Actor, now: datetime) -> Scan:
    acts = {Outcome.MISSING: Act.REPORT_MISSING, Outcome.DECLINED: Act.DECLINE}
    facts: Facts = {}
    if each.outcome in acts:
        facts = {"reason": each.reason or MISSING}
    act = acts.get(each.outcome, Act.SIGN)
    return Scan(id=each.id, s10=each.s10, act=act, at=now, by=by, facts=facts)


async def record(
    conn: Connection[Record], scans: Sequence[Scan], *, now: datetime
) -> list[Event | TrackingError]:
    """Record an officer's scans; the second copy of a form is the first one's answer.

    Of two copies at the same instant the second waits for the papers' locks, and only then
    can it see what the first has written.
    """
    answers = await journey.record(conn, await dated(conn, scans), heard_at=now)
    if any(isinstance(answer, ScanReused) for answer in answers):
        answers = await journey.record(conn, await dated(conn, scans), heard_at=now)
    return answers


async def dated(conn: Connection[Record], scans: Sequence[Scan]) -> list[Scan]:
    """*scans*, each with the time at which its earlier copy was written, if there is one."""
    if not scans:
        return []
    known = await store.passed(conn, [scan.id for scan in scans], scans[0].by.person)
    first = {(line.scan_id, line.s10, line.act): line.at for line in known}
    return [replace(scan, at=first.get((scan.id, scan.s10, scan.act), scan.at)) for scan in scans]


async def check_reasons(conn: Connection[Record], said: Sequence[LineAnswer]) -> None:
    """Raise BadHandOver or UnknownReason where a line says no reason, or none of the list."""
    allowed = {each.code for each in await discrepancies(conn)}
    for each in said:
        if each.outcome in (Outcome.DAMAGED, Outcome.DECLINED):
            if not each.reason:
                raise BadHandOver
            if each.reason not in allowed or each.reason in (MISSING, EXTRA):
                raise UnknownReason(each.reason)
            if each.outcome is Outcome.DAMAGED and each.reason in NEVER_TAKEN:
                raise UnknownReason(each.reason)
        elif each.outcome is Outcome.RECALLED:
            raise BadHandOver


async def discrepancies(conn: Connection[Record]) -> list[Reason]:
    """What may be wrong with an envelope."""
    return await reasons.in_group(conn, Group.CUSTODY_DISCREPANCY)


async def where(conn: Connection[Record], s10: str, by: Actor) -> str | None:
    """The list on which an envelope waits for this agency; none where it does not."""
    waiting = await store.waiting(conn, by.agency or 0)
    return (waiting[s10] or LOOSE) if s10 in waiting else None


async def ready(conn: Connection[Record], agency_id: int) -> list[Carried]:
    """What lies on the agency's desk for the post's couriers, office by office."""
    return await store.carried(conn, agency_id, Stage.READY, MOST)
