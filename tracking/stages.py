"""Two journeys: the agency's decision on a dossier, the post's carriage of a consignment.

They are kept apart on purpose. The agency's status 10 ("returned") is reached
when a postal officer takes the result, days before the citizen has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tracking.errors import IllegalMove
from tracking.terms import Act as Act
from tracking.terms import Keeper as Keeper
from tracking.terms import Leg as Leg
from tracking.terms import Stage as Stage
from tracking.terms import Status as Status

CONSIGNMENT_MOVES: Final[Mapping[tuple[Stage, Act], Stage]] = {
    # outbound: counter to agency
    (Stage.ACCEPTED, Act.OFFER): Stage.ACCEPTED,
    (Stage.ACCEPTED, Act.TAKE_IN): Stage.ACCEPTED,
    (Stage.ACCEPTED, Act.COLLECT): Stage.TO_AGENCY,
    (Stage.ACCEPTED, Act.REDIRECT): Stage.ACCEPTED,
    (Stage.ACCEPTED, Act.GIVE_BACK): Stage.GIVEN_BACK,
    (Stage.TO_AGENCY, Act.HAND_OVER): Stage.OFFERED,
    (Stage.TO_AGENCY, Act.OFFER): Stage.TO_AGENCY,
    (Stage.TO_AGENCY, Act.COLLECT): Stage.TO_AGENCY,
    (Stage.TO_AGENCY, Act.BRING_IN): Stage.TO_AGENCY,
    (Stage.TO_AGENCY, Act.TAKE_IN): Stage.ACCEPTED,
    (Stage.OFFERED, Act.SIGN): Stage.WITH_AGENCY,
    (Stage.OFFERED, Act.DECLINE): Stage.TO_AGENCY,
    (Stage.OFFERED, Act.RECALL): Stage.TO_AGENCY,
    (Stage.WITH_AGENCY, Act.SEND_ON): Stage.READY,
    (Stage.WITH_AGENCY, Act.DAMAGE): Stage.WITH_AGENCY,
    # homebound: agency to citizen
    (Stage.READY, Act.COLLECT): Stage.TO_OFFICE,
    (Stage.TO_OFFICE, Act.OFFER): Stage.TO_OFFICE,
    (Stage.TO_OFFICE, Act.COLLECT): Stage.TO_OFFICE,
    (Stage.TO_OFFICE, Act.BRING_IN): Stage.TO_OFFICE,
    (Stage.TO_OFFICE, Act.TAKE_IN): Stage.AT_OFFICE,
    (Stage.AT_OFFICE, Act.OFFER): Stage.AT_OFFICE,
    (Stage.AT_OFFICE, Act.TAKE_IN): Stage.AT_OFFICE,
    (Stage.AT_OFFICE, Act.COLLECT): Stage.OUT,
    (Stage.AT_OFFICE, Act.DELIVER): Stage.DELIVERED,
    (Stage.AT_OFFICE, Act.INVITE): Stage.AT_OFFICE,
    (Stage.AT_OFFICE, Act.LAST_DAY): Stage.AT_OFFICE,
    (Stage.AT_OFFICE, Act.SEND_BACK): Stage.ACCEPTED,
    (Stage.AT_OFFICE, Act.REDIRECT): Stage.ACCEPTED,
    (Stage.AT_OFFICE, Act.GIVE_BACK): Stage.GIVEN_BACK,
    (Stage.OUT, Act.DELIVER): Stage.DELIVERED,
    (Stage.OUT, Act.MISS): Stage.OUT,
    (Stage.OUT, Act.OFFER): Stage.OUT,
    (Stage.OUT, Act.COLLECT): Stage.OUT,
    (Stage.OUT, Act.BRING_IN): Stage.OUT,
    (Stage.OUT, Act.TAKE_IN): Stage.AT_OFFICE,
    # what a taker answers to an offer, other than by taking
    **{
        (stage, act): target
        for stage in (Stage.ACCEPTED, Stage.TO_AGENCY, Stage.TO_OFFICE, Stage.AT_OFFICE, Stage.OUT)
        for act, target in (
            (Act.RECALL, stage),
            (Act.DECLINE, stage),
            (Act.REPORT_MISSING, Stage.MISSING),
            (Act.DAMAGE, stage),
        )
    },
    (Stage.OFFERED, Act.REPORT_MISSING): Stage.MISSING,
    (Stage.MISSING, Act.DECLARE_LOST): Stage.LOST,
}
#: Moves of one leg that lead elsewhere than everybody's: what one agency passes on is fetched
#: from its desk like a result, and goes the way of what is bound for an agency.
OWN_MOVES: Final[Mapping[tuple[Leg, Stage, Act], Stage]] = {
    (Leg.TRANSFER, Stage.READY, Act.COLLECT): Stage.TO_AGENCY,
}

HOMEBOUND: Final = frozenset({Leg.RESULT, Leg.BACK})
#: Where a paper that is looked for may be found; it is then back where it was.
SOUGHT: Final = frozenset({Stage.MISSING, Stage.LOST})
#: Moves that only some legs make; any other move is every leg's. A paper on its way to the
#: agency never goes to a door, and only what goes to a door is sent back undelivered.
LEGS: Final[Mapping[tuple[Stage, Act], frozenset[Leg]]] = {
    (Stage.AT_OFFICE, Act.COLLECT): HOMEBOUND,
    (Stage.AT_OFFICE, Act.DELIVER): HOMEBOUND,
    (Stage.AT_OFFICE, Act.INVITE): HOMEBOUND,
    (Stage.AT_OFFICE, Act.LAST_DAY): HOMEBOUND,
    (Stage.AT_OFFICE, Act.SEND_BACK): HOMEBOUND,
    (Stage.ACCEPTED, Act.REDIRECT): frozenset({Leg.FORWARD}),
    (Stage.AT_OFFICE, Act.REDIRECT): frozenset({Leg.FORWARD}),
    (Stage.ACCEPTED, Act.GIVE_BACK): frozenset({Leg.FORWARD, Leg.SUPPLEMENT}),
    (Stage.AT_OFFICE, Act.GIVE_BACK): frozenset({Leg.FORWARD, Leg.SUPPLEMENT}),
    (Stage.WITH_AGENCY, Act.SEND_ON): frozenset({Leg.FORWARD}),
}

DOSSIER_MOVES: Final[Mapping[tuple[Status, Act], Status]] = {
    (Status.REGISTERED, Act.RECEIVE): Status.RECEIVED,
    (Status.REGISTERED, Act.ASK_MORE): Status.SUPPLEMENT,
    (Status.REGISTERED, Act.REFUSE): Status.NOT_RECEIVED,
    (Status.SUPPLEMENT, Act.RECEIVE): Status.RECEIVED,
    (Status.SUPPLEMENT, Act.RESUME): Status.PROCESSING,
    (Status.SUPPLEMENT, Act.REFUSE): Status.NOT_RECEIVED,
    (Status.RECEIVED, Act.BEGIN): Status.PROCESSING,
    (Status.RECEIVED, Act.ASK_MORE): Status.SUPPLEMENT,
    (Status.RECEIVED, Act.FINISH): Status.PROCESSED,
    (Status.PROCESSING, Act.FINISH): Status.PROCESSED,
    (Status.PROCESSING, Act.ASK_MORE): Status.SUPPLEMENT,
    # something is to be paid first; the proof that it was lets the agency go on
    (Status.RECEIVED, Act.ASK_PAYMENT): Status.DUTY,
    (Status.PROCESSING, Act.ASK_PAYMENT): Status.DUTY,
    (Status.DUTY, Act.PAY): Status.PROCESSING,
    # the appointment is put off with an apology
    (Status.RECEIVED, Act.EXTEND): Status.RECEIVED,
    (Status.PROCESSING, Act.EXTEND): Status.PROCESSING,
    # another agency is to decide; it takes over what is on no paper by an act of its own
    (Status.REGISTERED, Act.TRANSFER): Status.REGISTERED,
    (Status.RECEIVED, Act.TRANSFER): Status.RECEIVED,
    (Status.PROCESSING, Act.TRANSFER): Status.PROCESSING,
    (Status.REGISTERED, Act.TAKE_OVER): Status.REGISTERED,
    (Status.RECEIVED, Act.TAKE_OVER): Status.RECEIVED,
    (Status.PROCESSING, Act.TAKE_OVER): Status.PROCESSING,
    # the agency ends what it has received and cannot grant
    (Status.RECEIVED, Act.STOP): Status.STOPPED,
    (Status.PROCESSING, Act.STOP): Status.STOPPED,
    (Status.SUPPLEMENT, Act.STOP): Status.STOPPED,
    (Status.DUTY, Act.STOP): Status.STOPPED,
    (Status.PROCESSED, Act.RETURN_HERE): Status.RETURNED,
    # the citizen asks to withdraw, before there is a result; the agency decides
    (Status.REGISTERED, Act.WITHDRAW): Status.WITHDRAWING,
    (Status.RECEIVED, Act.WITHDRAW): Status.WITHDRAWING,
    (Status.PROCESSING, Act.WITHDRAW): Status.WITHDRAWING,
    (Status.SUPPLEMENT, Act.WITHDRAW): Status.WITHDRAWING,
    (Status.DUTY, Act.WITHDRAW): Status.WITHDRAWING,
    (Status.WITHDRAWING, Act.STOP): Status.STOPPED,
}

#: Where a leg begins, and the act that opens it.
OPENINGS: Final[Mapping[Leg, tuple[Act, Stage]]] = {
    Leg.FORWARD: (Act.ACCEPT, Stage.ACCEPTED),
    Leg.SUPPLEMENT: (Act.ACCEPT, Stage.ACCEPTED),
    Leg.RESULT: (Act.RELEASE, Stage.READY),
    Leg.BACK: (Act.RELEASE, Stage.READY),
    Leg.TRANSFER: (Act.RELEASE, Stage.READY),
    # from the citizen's hands, by the courier at the door; at a counter they are ACCEPTED
    Leg.ORIGINALS: (Act.ACCEPT, Stage.TO_AGENCY),
}

#: Who holds a paper at a stage. Where a stage is not named, whoever held it before.
KEEPERS: Final[Mapping[Stage, Keeper]] = {
    Stage.ACCEPTED: Keeper.OFFICE,
    Stage.TO_AGENCY: Keeper.COURIER,
    Stage.OFFERED: Keeper.COURIER,
    Stage.WITH_AGENCY: Keeper.AGENCY,
    Stage.READY: Keeper.AGENCY,
    Stage.TO_OFFICE: Keeper.COURIER,
    Stage.AT_OFFICE: Keeper.OFFICE,
    Stage.OUT: Keeper.COURIER,
    Stage.DELIVERED: Keeper.CITIZEN,
    Stage.GIVEN_BACK: Keeper.CITIZEN,
    Stage.CANCELLED: Keeper.AGENCY,
}

#: Acts by which somebody takes a paper that is offered to him.
TAKERS: Final[Mapping[Act, Keeper]] = {
    Act.COLLECT: Keeper.COURIER,
    Act.TAKE_IN: Keeper.OFFICE,
    Act.SIGN: Keeper.AGENCY,
}
#: Acts of the one it is offered to; any other act is its holder's.
ANSWERS: Final = frozenset({*TAKERS, Act.DECLINE, Act.REPORT_MISSING})
#: What the office in charge may say of a paper, whoever answers for it.
OVERSEEN: Final = frozenset({Act.FIND, Act.DECLARE_LOST})
#: Acts by which the holder offers it, without changing its stage.
OFFERS: Final = frozenset({Act.OFFER, Act.BRING_IN})


def after(stage: Stage, act: Act, leg: Leg | None = None, *, was: Stage | None = None) -> Stage:
    """The stage that follows when *act* happens to a consignment at *stage*.

    What is found is where it *was*. Raises IllegalMove where the journey has no
    such step, or not for this *leg*.
    """
    if act is Act.FIND and stage in SOUGHT and was is not None:
        return was
    if (stage, act) not in CONSIGNMENT_MOVES or not (leg is None or may_go(leg, stage, act)):
        raise IllegalMove(stage, act)
    if leg is not None and (own := OWN_MOVES.get((leg, stage, act))):
        return own
    return CONSIGNMENT_MOVES[stage, act]


def may_go(leg: Leg, stage: Stage, act: Act) -> bool:
    """Whether papers of this *leg* make the move."""
    only = LEGS.get((stage, act))
    return only is None or leg in only


def status_after(status: Status, act: Act) -> Status:
    """The national status that follows when the agency does *act*.

    Raises IllegalMove where the agency's side has no such step.
    """
    try:
        return DOSSIER_MOVES[status, act]
    except KeyError:
        raise IllegalMove(str(status.value), act) from None


def status_with(leg: Leg, stage: Stage, act: Act) -> Status | None:
    """The agency's status that a move of paper brings with it, if any.

    The agency's part ends when the post takes the result from its desk, and
    begins again when a result that nobody took is back on it.
    """
    if (leg, stage, act) == (Leg.RESULT, Stage.READY, Act.COLLECT):
        return Status.RETURNED
    if (leg, stage, act) == (Leg.RESULT, Stage.OFFERED, Act.SIGN):
        return Status.PROCESSED
    return None


def acts_from(stage: Stage) -> list[Act]:
    """What may happen next, in table order: the buttons a courier is shown."""
    return [act for (start, act) in CONSIGNMENT_MOVES if start is stage]


def rulings_from(status: Status) -> list[Act]:
    """What the agency may do next, in table order."""
    return [act for (start, act) in DOSSIER_MOVES if start is status]
