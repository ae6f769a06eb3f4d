"""The words of the two journeys: statuses, legs, stages, acts and keepers."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Status(IntEnum):
    """The agency's side, by the national status codes 1 to 10."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    DUTY = 6  #: something is to be paid before the agency goes on
    WITHDRAWING = 7
    STOPPED = 8
    PROCESSED = 9
    RETURNED = 10


class Leg(StrEnum):
    """One carriage of paper, with its own S10 number and its own clock."""

    FORWARD = "F"  #: citizen to agency
    SUPPLEMENT = "S"  #: papers the agency asked for, citizen to agency
    RESULT = "R"  #: agency to citizen
    BACK = "B"  #: papers the agency refused or the citizen withdrew, back to the citizen
    ORIGINALS = "O"  #: originals taken back from the citizen at the door, to the agency
    TRANSFER = "T"  #: from one agency to another that is to decide


class Stage(StrEnum):
    """The post's side: where a consignment is, and which way it goes.

    Who holds it is said beside (``KEEPERS``); so is whom it is offered to:
    inside a stage a paper may pass from office to office or courier to courier.
    """

    ACCEPTED = "accepted"  #: at an office, bound for the agency
    TO_AGENCY = "to_agency"  #: in a courier's bag, bound for the agency
    OFFERED = "offered"  #: laid before the agency; until it signs the courier holds
    WITH_AGENCY = "with_agency"  #: the agency signed for it
    READY = "ready"  #: waits at the agency's desk for the post; the agency holds
    TO_OFFICE = "to_office"  #: in a courier's bag, homebound
    AT_OFFICE = "at_office"  #: at an office, homebound
    OUT = "out"  #: on a courier's round to the door
    DELIVERED = "delivered"  #: the citizen signed for it
    MISSING = "missing"  #: its taker did not find it; whoever offered it still answers for it
    LOST = "lost"  #: two people have declared it lost
    GIVEN_BACK = "given_back"  #: back in the citizen's hands before the agency had it
    CANCELLED = "cancelled"  #: its number was given by mistake; the paper never left its holder


class Act(StrEnum):
    """What people do to papers."""

    # to a consignment
    ACCEPT = "accept"
    OFFER = "offer"
    RECALL = "recall"
    COLLECT = "collect"
    TAKE_IN = "take_in"
    HAND_OVER = "hand_over"
    SIGN = "sign"
    DECLINE = "decline"
    RELEASE = "release"
    BRING_IN = "bring_in"
    DELIVER = "deliver"
    MISS = "miss"
    INVITE = "invite"
    LAST_DAY = "last_day"
    SEND_BACK = "send_back"
    SEND_ON = "send_on"
    REDIRECT = "redirect"
    GIVE_BACK = "give_back"
    REPORT_MISSING = "report_missing"
    FIND = "find"
    DECLARE_LOST = "declare_lost"
    DAMAGE = "damage"
    UNDO = "undo"
    # to a dossier
    REGISTER = "register"
    RECEIVE = "receive"
    BEGIN = "begin"
    ASK_MORE = "ask_more"
    RESUME = "resume"
    REFUSE = "refuse"
    FINISH = "finish"
    RETURN_HERE = "return_here"
    WITHDRAW = "withdraw"
    KEEP = "keep"
    STOP = "stop"
    ASK_PAYMENT = "ask_payment"
    PAY = "pay"
    EXTEND = "extend"
    TRANSFER = "transfer"
    TAKE_OVER = "take_over"
    DUE_SOON = "due_soon"
    DELAY = "delay"
    MOVE_APPOINTMENT = "move_appointment"
    SUCCEED = "succeed"
    CHANGE = "change"


class Keeper(StrEnum):
    """The kinds of holder. A consignment has exactly one at every instant."""

    OFFICE = "office"
    COURIER = "courier"
    AGENCY = "agency"
    CITIZEN = "citizen"
