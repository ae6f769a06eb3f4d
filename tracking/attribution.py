"""Whose hours they were: a dossier's time from counter to door, split among those who had it.

Post, agency and citizen share every minute between them: the parts add up to the whole. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from tracking.model import Dossier
from tracking.slip_store import Line
from tracking.stages import HOMEBOUND, Act, Keeper, Leg, Stage, Status
from tracking.working_time import Calendar


class Whose(StrEnum):
    POST = "post"
    AGENCY = "agency"
    CITIZEN = "citizen"


class Spell(Struct, frozen=True, kw_only=True):
    """From when to when somebody had it in hand; ``kind`` and ``who`` name the holder."""

    whose: Whose
    kind: Keeper
    who: int | None
    since: datetime
    until: datetime


class Share(Struct, frozen=True, kw_only=True):
    """A spell with the working minutes in it."""

    spell: Spell
    minutes: int


class Paper(Struct):
    """What is known of one carriage so far."""

    leg: Leg
    stage: Stage
    kind: Keeper
    who: int | None
    missed: bool = False


class Standing(Struct):
    """What is known of a dossier so far, line after line."""

    return_way: str
    agency: int
    status: Status = Status.REGISTERED
    received: bool = False
    processed: bool = False
    asked: int = 0  #: how many carriages there were when papers were asked for
    ended: bool = False
    papers: list[Paper] = field(default_factory=list)
    by_s10: dict[str, Paper] = field(default_factory=dict)

    def last(self, *legs: Leg) -> Paper | None:
        return next((paper for paper in reversed(self.papers) if paper.leg in legs), None)


#: Acts after which nothing more is owed to the citizen.
DONE: Final = frozenset({Act.DELIVER, Act.RETURN_HERE, Act.GIVE_BACK})
WAITING: Final = frozenset({Status.SUPPLEMENT, Status.DUTY})
REFUSED: Final = frozenset({Status.NOT_RECEIVED, Status.STOPPED})


def spells(dossier: Dossier, lines: Iterable[Line], now: datetime) -> list[Spell]:
    """Who had the dossier from when to when, in order and without a gap.

    *lines* in the register's order, undone ones left out. A line that was told late counts from
    where the one before it ended: time never runs backwards.
    """
    known = [*lines]
    state = Standing(return_way=dossier.return_way, agency=first_agency(dossier, known))
    found: list[Spell] = []
    since = dossier.accepted_at
    for line in known:
        at = max(line.at, since)
        if state.papers or state.received or found:
            found = joined(found, spell_of(state, since, at))
        take(state, line)
        since = at
        if state.ended:
            return found
    return joined(found, spell_of(state, since, max(now, since)))


def first_agency(dossier: Dossier, lines: Sequence[Line]) -> int:
    """The agency the dossier was sent to first: what passed it on names the one before."""
    passed = next((line.facts.get("from") for line in lines if line.act in PASSES), None)
    return passed if isinstance(passed, int) else dossier.agency_id


def take(state: Standing, line: Line) -> None:
    """Let one line of the register happen."""
    if isinstance(to := line.facts.get("to"), int) and line.act in PASSES:
        state.agency = to
    if line.s10 and line.leg and line.stage and line.holder_kind:
        paper = state.by_s10.get(line.s10)
        if paper is None:
            paper = state.by_s10[line.s10] = Paper(
                line.leg, line.stage, line.holder_kind, line.holder_id
            )
            state.papers.append(paper)
        paper.stage, paper.kind, paper.who = line.stage, line.holder_kind, line.holder_id
        paper.missed |= line.act is Act.MISS
    if line.status is not None:
        state.status = line.status
    if line.act is Act.RECEIVE or (line.act is Act.REGISTER and line.status is Status.RECEIVED):
        state.received = True
    if line.act is Act.FINISH:
        state.processed = True
    if line.act in (Act.ASK_MORE, Act.ASK_PAYMENT):
        state.asked = len(state.papers)
    state.ended = ends(state, line)


#: Acts that name the agency which decides from then on.
PASSES: Final = frozenset({Act.REDIRECT, Act.TAKE_OVER, Act.SUCCEED})


def ends(state: Standing, line: Line) -> bool:
    """Whether *line* leaves nothing owed: papers or result are out of everybody's hands."""
    if line.act in DONE and (line.leg is None or line.leg in HOMEBOUND or state.status in REFUSED):
        return True
    nothing_left = state.last(Leg.FORWARD, Leg.TRANSFER) is None
    return line.act in (Act.REFUSE, Act.STOP) and nothing_left


def spell_of(state: Standing, since: datetime, until: datetime) -> Spell:
    whose, kind, who = holder(state)
    return Spell(whose=whose, kind=kind, who=who, since=since, until=until)


def holder(state: Standing) -> tuple[Whose, Keeper, int | None]:
    """Whose turn it is now, and in whose hands."""
    agency = (Whose.AGENCY, Keeper.AGENCY, state.agency)
    citizen = (Whose.CITIZEN, Keeper.CITIZEN, None)
    home = state.last(*HOMEBOUND)
    if home is not None and (state.processed or state.status in REFUSED):
        if home.stage is Stage.AT_OFFICE and (home.missed or to_fetch(state, home)):
            return citizen
        if home.stage is Stage.WITH_AGENCY:  # nobody took it: it waits where it came from
            return citizen
        return Whose.POST, home.kind, home.who
    if state.processed:
        return citizen if state.return_way == "agency" else agency
    carried = state.last(Leg.FORWARD, Leg.TRANSFER)
    if carried is not None and carried.stage is not Stage.WITH_AGENCY:
        return Whose.POST, carried.kind, carried.who
    if state.status in WAITING:
        brought = state.last(Leg.SUPPLEMENT)
        if brought is None or state.papers.index(brought) < state.asked:
            return citizen
        if brought.stage is not Stage.WITH_AGENCY:
            return Whose.POST, brought.kind, brought.who
    return agency


def to_fetch(state: Standing, home: Paper) -> bool:
    return state.return_way == "office" or home.leg is not Leg.RESULT


def joined(found: list[Spell], spell: Spell) -> list[Spell]:
    """*found* with one spell more; one that goes on where the last ended makes it longer."""
    if spell.until <= spell.since:
        return found
    if found and (found[-1].whose, found[-1].kind, found[-1].who) == (
        spell.whose,
        spell.kind,
        spell.who,
    ):
        last = found[-1]
        spell = Spell(
            whose=last.whose, kind=last.kind, who=last.who, since=last.since, until=spell.until
        )
        return [*found[:-1], spell]
    return [*found, spell]


def shares(found: Sequence[Spell], calendar: Calendar) -> list[Share]:
    """Each spell with its working minutes; together they are all from the first to the last."""
    if not found:
        return []
    start = found[0].since
    gone = [calendar.minutes_between(start, spell.until) for spell in found]
    before = [0, *gone[:-1]]
    return [
        Share(spell=spell, minutes=until - since)
        for spell, since, until in zip(found, before, gone, strict=True)
    ]


def totals(split: Iterable[Share]) -> dict[Whose, int]:
    """Working minutes of each of the three."""
    summed = dict.fromkeys(Whose, 0)
    for share in split:
        summed[share.spell.whose] += share.minutes
    return summed


def ended_at(dossier: Dossier, lines: Iterable[Line]) -> datetime | None:
    """When the agency was done, by the precedence of national statistics.

    The result, else its return, else a stop or a refusal of what had been received; none while
    the dossier is open.
    """
    at = {line.act: line.at for line in lines}
    if dossier.processed_at is not None:
        return dossier.processed_at
    if dossier.received_at is None:
        return None
    return at.get(Act.RETURN_HERE) or at.get(Act.STOP) or at.get(Act.REFUSE)


def on_time(original_due: datetime, ended: datetime | None, at: datetime) -> bool:
    """Whether an agency's dossier counts as on time: open ones are compared with *at*."""
    return (ended or at) <= original_due
