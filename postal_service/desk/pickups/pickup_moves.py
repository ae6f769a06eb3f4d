"""What may become of an order to fetch papers at home: a table to be read aloud. Pure.

The codes P0 to P6 are the couriers' own; an order of the public page waits outside of them
until its telephone has answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from postal_service.desk.pickups.pickup_errors import CannotHappen


class State(StrEnum):
    ASKED = "asked"  #: on the public page; nobody knows yet whose telephone it is
    NEW = "new"  #: P0
    ACCEPTED = "accepted"  #: P1: a courier goes on a day
    REFUSED = "refused"  #: P2
    COLLECTED = "collected"  #: P4: the papers are with the courier
    UNSUCCESSFUL = "unsuccessful"  #: P5: tried, and to be tried again
    FAILED = "failed"  #: P6: for good, also where the citizen wants it no more


#: As the couriers' systems call them.
CODES: Final[Mapping[State, str]] = {
    State.NEW: "P0",
    State.ACCEPTED: "P1",
    State.REFUSED: "P2",
    State.COLLECTED: "P4",
    State.UNSUCCESSFUL: "P5",
    State.FAILED: "P6",
}


class Act(StrEnum):
    ORDER = "order"
    SEND_CODE = "send_code"
    CONFIRM = "confirm"  #: the code came back from the telephone
    FORWARD = "forward"  #: another office goes there
    ACCEPT = "accept"  #: a courier and a day; again: another courier, another day
    REFUSE = "refuse"
    COLLECT = "collect"
    MISS = "miss"
    FAIL = "fail"
    CANCEL = "cancel"  #: as the citizen wishes


MOVES: Final[Mapping[tuple[State, Act], State]] = {
    # on the public page
    (State.ASKED, Act.SEND_CODE): State.ASKED,
    (State.ASKED, Act.CONFIRM): State.NEW,
    (State.ASKED, Act.CANCEL): State.FAILED,
    # at the office
    (State.NEW, Act.FORWARD): State.NEW,
    (State.NEW, Act.ACCEPT): State.ACCEPTED,
    (State.NEW, Act.REFUSE): State.REFUSED,
    (State.NEW, Act.CANCEL): State.FAILED,
    (State.ACCEPTED, Act.ACCEPT): State.ACCEPTED,
    (State.ACCEPTED, Act.FAIL): State.FAILED,
    (State.ACCEPTED, Act.CANCEL): State.FAILED,
    (State.UNSUCCESSFUL, Act.ACCEPT): State.ACCEPTED,
    (State.UNSUCCESSFUL, Act.FAIL): State.FAILED,
    (State.UNSUCCESSFUL, Act.CANCEL): State.FAILED,
    # at the door
    (State.ACCEPTED, Act.COLLECT): State.COLLECTED,
    (State.ACCEPTED, Act.MISS): State.UNSUCCESSFUL,
}

#: Where an order begins, by who gives it.
FIRST: Final[Mapping[str, State]] = {
    "clerk": State.NEW,
    "agency": State.NEW,
    "page": State.ASKED,
}
#: Somebody at the post still has to do something.
OPEN: Final = frozenset({State.NEW, State.ACCEPTED, State.UNSUCCESSFUL})
#: Asked for at the door, and of no use to a refusal at the desk.
WITH_REASON: Final = frozenset({Act.REFUSE, Act.MISS, Act.FAIL})


def after(state: State, act: Act) -> State:
    """The state that follows when *act* happens to an order. Raises CannotHappen."""
    try:
        return MOVES[state, act]
    except KeyError:
        raise CannotHappen(WORDS[state], state) from None


def acts_from(state: State) -> list[Act]:
    """What may happen next, in the order of the table."""
    return [act for (start, act) in MOVES if start is state]


#: As the pages say it.
WORDS: Final[Mapping[State, str]] = {
    State.ASKED: "chờ xác nhận số điện thoại",
    State.NEW: "mới",
    State.ACCEPTED: "đã nhận lời",
    State.REFUSED: "đã từ chối",
    State.COLLECTED: "đã lấy giấy tờ",
    State.UNSUCCESSFUL: "chưa lấy được, hẹn lại",
    State.FAILED: "không thực hiện",
}
HALVES: Final[Mapping[str, str]] = {"morning": "buổi sáng", "afternoon": "buổi chiều"}
