"""Which news a citizen is told, what each makes pointless, and when it may be sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from msgspec import Struct

from notifications.messages import LOCAL
from tracking.model import News
from tracking.stages import Act, Leg, Stage

Place = tuple[Leg | None, Act, Stage | None]

#: What happened, and the templates that say so. What is not here is silence:
#: steps inside the post or the agency, and the citizen's own acts at a counter.
TOLD: Final[Mapping[Place, tuple[str, ...]]] = {
    # outbound
    (Leg.FORWARD, Act.ACCEPT, Stage.ACCEPTED): ("accepted",),
    (Leg.FORWARD, Act.SIGN, Stage.WITH_AGENCY): ("handed_to_agency",),
    (Leg.FORWARD, Act.SEND_ON, Stage.READY): ("wrong_agency",),
    (Leg.FORWARD, Act.REDIRECT, Stage.ACCEPTED): ("redirected",),
    # at the agency
    (None, Act.RECEIVE, None): ("received_by_agency",),
    (None, Act.ASK_MORE, None): ("supplement_required",),
    (None, Act.RESUME, None): ("supplement_received",),
    (None, Act.REFUSE, None): ("refused",),
    (None, Act.STOP, None): ("withdrawn",),
    (None, Act.KEEP, None): ("withdrawal_declined",),
    (None, Act.ASK_PAYMENT, None): ("financial_duty",),
    (None, Act.PAY, None): ("payment_received",),
    (None, Act.EXTEND, None): ("late_apology",),
    (None, Act.MOVE_APPOINTMENT, None): ("appointment_moved",),
    (None, Act.DUE_SOON, None): ("due_soon",),
    (None, Act.TRANSFER, None): ("redirected",),
    (None, Act.TAKE_OVER, None): ("handed_to_agency",),
    (Leg.TRANSFER, Act.SIGN, Stage.WITH_AGENCY): ("handed_to_agency",),
    (None, Act.DELAY, None): ("delayed",),
    # what somebody changed in her name: a stranger's wish reaches her before the courier goes
    (None, Act.CHANGE, None): ("details_changed",),
    # what she brought against a request
    (Leg.SUPPLEMENT, Act.ACCEPT, Stage.ACCEPTED): ("supplement_sent",),
    # homebound
    (Leg.RESULT, Act.COLLECT, Stage.TO_OFFICE): ("result_collected",),
    (Leg.RESULT, Act.TAKE_IN, Stage.AT_OFFICE): ("result_at_counter",),
    (Leg.RESULT, Act.COLLECT, Stage.OUT): ("out_for_delivery", "delivery_code"),
    (Leg.RESULT, Act.MISS, Stage.OUT): ("attempt_failed",),
    (Leg.RESULT, Act.INVITE, Stage.AT_OFFICE): ("invitation_2",),
    (Leg.RESULT, Act.LAST_DAY, Stage.AT_OFFICE): ("last_day",),
    (Leg.RESULT, Act.DELIVER, Stage.DELIVERED): ("delivered",),
    (Leg.RESULT, Act.SIGN, Stage.WITH_AGENCY): ("returned_to_agency",),
    # papers that come back without a result
    (Leg.BACK, Act.COLLECT, Stage.TO_OFFICE): ("papers_collected",),
    (Leg.BACK, Act.TAKE_IN, Stage.AT_OFFICE): ("papers_at_counter",),
    (Leg.BACK, Act.COLLECT, Stage.OUT): ("papers_out", "delivery_code"),
    (Leg.BACK, Act.MISS, Stage.OUT): ("papers_missed",),
    (Leg.BACK, Act.INVITE, Stage.AT_OFFICE): ("invitation_2",),
    (Leg.BACK, Act.LAST_DAY, Stage.AT_OFFICE): ("last_day",),
    (Leg.BACK, Act.DELIVER, Stage.DELIVERED): ("papers_delivered",),
    (Leg.BACK, Act.SIGN, Stage.WITH_AGENCY): ("returned_to_agency",),
    # originals taken back at the door: their proof is the agency's signature
    (Leg.ORIGINALS, Act.SIGN, Stage.WITH_AGENCY): ("originals_back",),
}

#: Told wherever the paper was, and whichever way it went.
ANYWHERE: Final[Mapping[Act, str]] = {
    Act.DECLARE_LOST: "lost",
    Act.FIND: "found",
    Act.DAMAGE: "damaged",
    Act.UNDO: "correction",
}

#: What the courier says comes next, where it is no invitation to the counter: told instead.
#: What goes back for its address may still be called for, before it is there.
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "redeliver": ("attempt_again",),
    "forward": ("attempt_again",),
    "contact_receiver": ("attempt_call",),
    "correct_address": ("attempt_call",),
    "contact_agency": (),
    "return_to_agency": ("attempt_call",),
}
#: The one at the door refused it, or the receiver has died: the family knows already.
KNOWN_AT_THE_DOOR: Final = frozenset({"DF07", "DF17"})

#: Damage that reached the papers themselves: fewer of them, wet or torn, an original gone.
#: A torn cover with everything inside is between the post's own people.
PAPERS_HARMED: Final = frozenset({"CD05", "CD07", "CD10"})

#: The same news where the citizen must hand originals back to get the result.
WITH_ORIGINALS: Final[Mapping[str, str]] = {"result_collected": "result_collected_originals"}

#: The same news where the agency ends what the citizen has not asked to end.
BY_THE_AGENCY: Final[Mapping[str, str]] = {"withdrawn": "stopped"}

#: What is said of one carriage once, though the paper may make the move again: from courier
#: to courier on the road, from shelf to shelf.
ONCE: Final = frozenset({"result_collected", "papers_collected", "result_at_counter"})
#: Said of the office that delivers, not of those the paper passes on its way there.
AT_THE_LAST_OFFICE: Final = frozenset({"result_at_counter", "papers_at_counter"})
#: Pointless after a missed attempt, which has invited the receiver to the same counter already.
BEFORE_ANY_ATTEMPT: Final = frozenset({"papers_at_counter"})
#: Said only to those who were told the other thing.
AFTER: Final[Mapping[str, str]] = {"found": "lost"}

#: About this very day: it may ring at any hour.
SAME_DAY: Final = frozenset(
    {
        "out_for_delivery",
        "papers_out",
        "delivery_code",
        "attempt_failed",
        "papers_missed",
        "attempt_again",
        "attempt_call",
        "delivered",
        "papers_delivered",
    }
)
#: False when the day is over.
TODAY_ONLY: Final = frozenset({"out_for_delivery", "papers_out", "delivery_code", "last_day"})
#: How long anything else is worth sending: after that a person has to ask what still holds.
KEEPS: Final = timedelta(hours=72)

#: What asks something of the citizen: where no message goes, somebody calls even those
#: who want no messages.
MUST_ACT: Final = frozenset(
    {
        "supplement_required",
        "refused",
        "result_at_counter",
        "attempt_failed",
        "invitation_2",
        "last_day",
        "returned_to_agency",
        "withdrawn",
        "stopped",
        "financial_duty",
        "papers_at_counter",
        "papers_missed",
        "attempt_call",
        "lost",
        "damaged",
    }
)

NIGHT: Final = time(21)
MORNING: Final = time(7)


class Telling(Struct, frozen=True, kw_only=True):
    """One thing to tell, and to which party; none: to whom its template is addressed."""

    news: News
    key: str
    to: int | None = None


def situations(news: News) -> tuple[str, ...]:
    """The keys of the templates that tell *news*; none where the citizen is not told.

    A result that comes to the office waits for the citizen only if it is to be
    fetched there: on its way to the door it is nobody's appointment.
    """
    if news.act is Act.DAMAGE and news.facts.get("reason") not in PAPERS_HARMED:
        return ()
    if news.act in ANYWHERE:
        return (ANYWHERE[news.act],)
    if news.act is Act.TAKE_IN and is_for_the_door(news):
        return ()
    told = TOLD.get((news.leg, news.act, news.stage), ())
    if news.act is Act.STOP and news.facts.get("by") == "agency":
        return tuple(BY_THE_AGENCY[key] for key in told)
    if told == ("handed_to_agency",) and news.leg is not Leg.FORWARD and news.agency_code:
        return ()  # received already: its appointment stands, whoever decides now
    if told and news.act is Act.MISS:
        if news.facts.get("reason") in KNOWN_AT_THE_DOOR:
            return ()
        return NEXT.get(str(news.facts.get("next")), told)
    return told


def is_for_the_door(news: News) -> bool:
    """Whether a paper that comes to an office is brought home from there."""
    way = {Leg.RESULT: news.return_way, Leg.BACK: news.papers_back}
    return news.leg in way and way[news.leg] != "office"


def send_after(key: str, at: datetime) -> datetime:
    """The earliest moment to send: *at*, or seven in the morning where people sleep by then."""
    local = at.astimezone(LOCAL)
    if key in SAME_DAY or MORNING <= local.time() < NIGHT:
        return at
    day = local.date() + timedelta(days=local.time() >= NIGHT)
    return datetime.combine(day, MORNING, LOCAL)


def next_morning(at: datetime) -> datetime:
    """Seven o'clock of the local day after *at*'s."""
    return datetime.combine(at.astimezone(LOCAL).date() + timedelta(days=1), MORNING, LOCAL)


def valid_until(key: str, at: datetime) -> datetime:
    """When a message that may leave from *at* has become false, or not worth sending."""
    if key in TODAY_ONLY:
        tomorrow = at.astimezone(LOCAL).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), LOCAL)
    return at + KEEPS
