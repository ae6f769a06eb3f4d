"""Two journeys: the agency's decision on a dossier, the post's carriage of a consignment.

They are kept apart on purpose. The agency's status 10 ("returned") is reached
when a postal officer takes the result, days before the citizen has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from tracking.errors import IllegalMove


class Status(IntEnum):
    """The agency's side, by the national status codes 1 to 10.

    6, 7 and 8 (financial duty, withdrawal, stopped) are national codes that no
    act here leads to yet.
    """

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PROCESSED = 9
    RETURNED = 10


class Leg(StrEnum):
    """One carriage of paper, with its own S10 number and its own clock."""

    FORWARD = "F"  #: citizen to agency
    RESULT = "R"  #: agency to citizen
    BACK = "B"  #: papers the agency refused, back to the citizen


class Stage(StrEnum):
    """The post's side: where a consignment is. Each stage has one kind of holder."""

    ACCEPTED = "accepted"  #: sealed at the counter, receipt given; the office holds
    TO_AGENCY = "to_agency"  #: in a courier's bag, outbound
    OFFERED = "offered"  #: laid before the agency; until it signs the courier holds
    WITH_AGENCY = "with_agency"  #: the agency signed for it
    READY = "ready"  #: waits at the agency's desk for the post; the agency holds
    TO_OFFICE = "to_office"  #: in a courier's bag, homebound
    AT_OFFICE = "at_office"  #: waits at the delivering office
    OUT = "out"  #: on a courier's round to the door
    DELIVERED = "delivered"  #: the citizen signed for it


class Act(StrEnum):
    """What people do to papers."""

    # to a consignment
    ACCEPT = "accept"
    COLLECT = "collect"
    HAND_OVER = "hand_over"
    SIGN = "sign"
    DECLINE = "decline"
    RELEASE = "release"
    BRING_IN = "bring_in"
    DELIVER = "deliver"
    MISS = "miss"
    # to a dossier
    REGISTER = "register"
    RECEIVE = "receive"
    BEGIN = "begin"
    ASK_MORE = "ask_more"
    RESUME = "resume"
    REFUSE = "refuse"
    FINISH = "finish"
    RETURN_HERE = "return_here"


class Keeper(StrEnum):
    """The kinds of holder. A consignment has exactly one at every instant."""

    OFFICE = "office"
    COURIER = "courier"
    AGENCY = "agency"
    CITIZEN = "citizen"


CONSIGNMENT_MOVES: Final[Mapping[tuple[Stage, Act], Stage]] = {
    # outbound: counter to agency
    (Stage.ACCEPTED, Act.COLLECT): Stage.TO_AGENCY,
    (Stage.TO_AGENCY, Act.HAND_OVER): Stage.OFFERED,
    (Stage.TO_AGENCY, Act.BRING_IN): Stage.ACCEPTED,
    (Stage.OFFERED, Act.SIGN): Stage.WITH_AGENCY,
    (Stage.OFFERED, Act.DECLINE): Stage.TO_AGENCY,
    # homebound: agency to citizen
    (Stage.READY, Act.COLLECT): Stage.TO_OFFICE,
    (Stage.TO_OFFICE, Act.BRING_IN): Stage.AT_OFFICE,
    (Stage.AT_OFFICE, Act.COLLECT): Stage.OUT,
    (Stage.AT_OFFICE, Act.DELIVER): Stage.DELIVERED,
    (Stage.OUT, Act.DELIVER): Stage.DELIVERED,
    (Stage.OUT, Act.MISS): Stage.OUT,
    (Stage.OUT, Act.BRING_IN): Stage.AT_OFFICE,
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
    (Status.PROCESSING, Act.ASK_MORE): Status.SUPPLEMENT,
    (Status.PROCESSING, Act.FINISH): Status.PROCESSED,
    (Status.PROCESSED, Act.RETURN_HERE): Status.RETURNED,
}

#: Where a leg begins, and the act that opens it.
OPENINGS: Final[Mapping[Leg, tuple[Act, Stage]]] = {
    Leg.FORWARD: (Act.ACCEPT, Stage.ACCEPTED),
    Leg.RESULT: (Act.RELEASE, Stage.READY),
    Leg.BACK: (Act.RELEASE, Stage.READY),
}

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
}

#: Acts by which somebody takes a paper over; any other act is its holder's.
TAKERS: Final[Mapping[Act, Keeper]] = {
    Act.COLLECT: Keeper.COURIER,
    Act.SIGN: Keeper.AGENCY,
    Act.DECLINE: Keeper.AGENCY,
}


def after(stage: Stage, act: Act) -> Stage:
    """The stage that follows when *act* happens to a consignment at *stage*.

    Raises IllegalMove where the journey has no such step.
    """
    try:
        return CONSIGNMENT_MOVES[stage, act]
    except KeyError:
        raise IllegalMove(stage, act) from None


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

    The agency's part ends when the post takes the result from its desk.
    """
    if (leg, stage, act) == (Leg.RESULT, Stage.READY, Act.COLLECT):
        return Status.RETURNED
    return None


def acts_from(stage: Stage) -> list[Act]:
    """What may happen next, in table order: the buttons a courier is shown."""
    return [act for (start, act) in CONSIGNMENT_MOVES if start is stage]


def rulings_from(status: Status) -> list[Act]:
    """What the agency may do next, in table order."""
    return [act for (start, act) in DOSSIER_MOVES if start is status]
