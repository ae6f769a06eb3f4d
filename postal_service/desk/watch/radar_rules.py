"""What counts as silence, how loud it has become, and what may be answered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from tracking.working_time import Calendar


class Rule(StrEnum):
    """Kinds of silence, in the order the page shows them."""

    MISSING = "missing"  #: its taker did not find it
    HELD_OVERNIGHT = "held_overnight"  #: a courier had it last evening and has it still
    BAG_ON_THE_WAY = "bag_on_the_way"  #: dispatched, not opened
    OFFER_UNANSWERED = "offer_unanswered"  #: laid before somebody who does not answer
    READY_UNCOLLECTED = "ready_uncollected"  #: a result on the agency's desk that nobody fetches
    POST_AT_RISK = "post_at_risk"  #: the post's own day is today or gone
    AGENCY_AT_RISK = "agency_at_risk"  #: the agency's appointment is near or gone
    NO_SCAN = "no_scan"  #: nobody has touched it for long
    CALL_WAITING = "call_waiting"  #: a citizen whom no message reaches has not been called
    SHEET_UNENTERED = "sheet_unentered"  #: blanks of an opened pack that nobody accounted for
    COMPLAINT_DUE = "complaint_due"  #: a complaint's last day is tomorrow or gone
    SNOOPING = "snooping"  #: somebody looked at more citizens within an hour than is usual
    BLIND = "blind"  #: the radar could not read this office


#: Rules that read the register only from a certain age on: the youngest rung says which.
AGED: Final = frozenset(
    {
        Rule.BAG_ON_THE_WAY,
        Rule.OFFER_UNANSWERED,
        Rule.READY_UNCOLLECTED,
        Rule.NO_SCAN,
        Rule.CALL_WAITING,
    }
)


class Silence(Struct, frozen=True, kw_only=True):
    """One thing nobody has spoken of since ``since``; ``facts`` holds numbers, never names."""

    rule: Rule
    subject: str
    since: datetime
    facts: Mapping[str, Any]


class Step(Struct, frozen=True, kw_only=True):
    """One rung of the ladder: from so many working hours on, this receiver."""

    rule: Rule
    step: int
    after_hours: int
    receiver: str


class Rung(Struct, frozen=True, kw_only=True):
    """A silence, the rung it has reached and who is told."""

    silence: Silence
    step: int
    receiver: str


class Answer(StrEnum):
    """What a person may say to an alarm; each buys ANSWER_HOURS of quiet."""

    ON_IT = "on_it"
    ASKED = "asked"
    WEATHER = "weather"
    KNOWN = "known"


#: Working hours of quiet after each answer.
ANSWER_HOURS: Final[Mapping[Answer, int]] = {
    Answer.ON_IT: 4,
    Answer.ASKED: 8,
    Answer.WEATHER: 16,
    Answer.KNOWN: 40,
}
#: Whose alarms nag whom. A supervisor answers what was said to her clerks too, and what has
#: climbed past her is still her office's.
HEARS: Final[Mapping[Role, frozenset[str]]] = {
    Role.CLERK: frozenset({"clerk"}),
    Role.SUPERVISOR: frozenset({"clerk", "supervisor", "manager"}),
    Role.MANAGER: frozenset({"manager"}),
}
#: After this hour a courier's bag is empty, or somebody says why not.
EVENING: Final = time(18)
MINUTES: Final = 60
DAY: Final = timedelta(days=1)
#: Further back no calendar is read, and no rung is higher.
OLDEST: Final = 365 * DAY


def opening_hours(calendar: Calendar) -> Calendar:
    """The hours somebody is there to answer: at a post office no legal limit ever runs."""
    there = (replace(session, counts=True) for session in calendar.sessions if session.accepts)
    return replace(calendar, sessions=tuple(there))


def rung(
    silence: Silence, ladder: Iterable[Step], calendar: Calendar, now: datetime
) -> Rung | None:
    """The highest rung the silence has reached, in working hours of *calendar*; none yet."""
    steps = [step for step in ladder if step.rule is silence.rule]
    if not steps or silence.since > now:
        return None
    waited = calendar.minutes_between(max(silence.since, now - OLDEST), now)
    return _highest(silence, steps, waited)


def rung_on_the_wall(silence: Silence, ladder: Iterable[Step], now: datetime) -> Rung | None:
    """As ``rung``, for an office that cannot be read and so has no calendar either."""
    waited = (now - silence.since) // timedelta(minutes=1)
    return _highest(silence, [step for step in ladder if step.rule is silence.rule], waited)


def _highest(silence: Silence, steps: Iterable[Step], waited: int) -> Rung | None:
    reached = [step for step in steps if waited >= step.after_hours * MINUTES]
    if not reached:
        return None
    top = max(reached, key=lambda step: step.step)
    return Rung(silence=silence, step=top.step, receiver=top.receiver)


def youngest(ladder: Iterable[Step]) -> timedelta:
    """What is younger is on no rung: working hours are never shorter than the wall's."""
    hours = [step.after_hours for step in ladder if step.rule in AGED]
    return timedelta(hours=min(hours, default=0))


def quiet_until(answer: Answer, calendar: Calendar | None, now: datetime) -> datetime:
    """Until when an answered alarm stays quiet; without a calendar by the wall's hours."""
    if calendar is None:
        return now + timedelta(hours=ANSWER_HOURS[answer])
    return calendar.add_minutes(now, ANSWER_HOURS[answer] * MINUTES)


def last_evening(now: datetime) -> datetime:
    """The evening that has passed most recently: what a courier took before it is overnight."""
    local = now.astimezone(VIETNAM)
    today = datetime.combine(local.date(), EVENING, VIETNAM)
    return today if local >= today else today - DAY
