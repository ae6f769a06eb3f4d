"""Hand-overs as they are stored and as they travel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from tracking.errors import TrackingError
from tracking.model import Actor, Event, Party
from tracking.stages import Act, Keeper


class Kind(StrEnum):
    """What is handed over, and between whom."""

    BAG = "bag"  #: sealed, from office to office
    COURIER = "courier"  #: a courier's list of the day (bảng kê BD13)
    AGENCY = "agency"  #: laid on the agency's desk by a courier: many dossiers, one signature
    OFFICE = "office"  #: what a courier brings in


class State(StrEnum):
    OFFERED = "offered"
    OPEN = "open"  #: a bag whose seal was looked at and whose content was counted
    CLOSED = "closed"  #: every line is accounted for
    RECALLED = "recalled"  #: the giver took back what nobody had answered


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    MISSING = "missing"
    DAMAGED = "damaged"  #: taken, and its damage is on record
    DECLINED = "declined"  #: not taken: it stays with its giver
    RECALLED = "recalled"


#: Who gives and who takes, and the act by which a line is offered.
SIDES: Final[Mapping[Kind, tuple[frozenset[Keeper], Keeper, Act]]] = {
    Kind.BAG: (frozenset({Keeper.OFFICE}), Keeper.OFFICE, Act.OFFER),
    Kind.COURIER: (frozenset({Keeper.OFFICE, Keeper.COURIER}), Keeper.COURIER, Act.OFFER),
    Kind.AGENCY: (frozenset({Keeper.COURIER}), Keeper.AGENCY, Act.HAND_OVER),
    Kind.OFFICE: (frozenset({Keeper.COURIER}), Keeper.OFFICE, Act.BRING_IN),
}
#: The act by which each kind of taker takes.
TAKES: Final[Mapping[Keeper, Act]] = {
    Keeper.COURIER: Act.COLLECT,
    Keeper.OFFICE: Act.TAKE_IN,
    Keeper.AGENCY: Act.SIGN,
}


class Item(Struct, frozen=True):
    """One paper of a list; ``id`` is the scan's, drawn by the device."""

    id: UUID
    s10: str


class NewHandOver(Struct, frozen=True, kw_only=True):
    """What a giver lays down. ``id`` is the form's: sent twice, offered once."""

    id: UUID
    kind: Kind
    to: Party
    items: list[Item]
    by: Actor
    at: datetime
    seal: str | None = None


class LineAnswer(Struct, frozen=True, kw_only=True):
    """What the taker says of one line. ``beeped``: this envelope was scanned, not ticked."""

    id: UUID
    s10: str
    outcome: Outcome
    reason: str | None = None
    beeped: bool = False


class HandOver(Struct, frozen=True, kw_only=True):
    """A list and how far it has come."""

    id: int
    number: str
    form_id: UUID
    kind: Kind
    giver_kind: Keeper
    giver_id: int
    taker_kind: Keeper
    taker_id: int
    office_id: int
    seal: str | None
    state: State
    dispatched: int
    offered_by: int
    offered_at: datetime
    seal_found: str | None
    seal_whole: bool | None
    counted: int | None
    opened_by: int | None
    opened_at: datetime | None
    closed_by: int | None
    closed_at: datetime | None
    approver_id: int | None

    @property
    def giver(self) -> Party:
        return Party(self.giver_kind, self.giver_id)

    @property
    def taker(self) -> Party:
        return Party(self.taker_kind, self.taker_id)

    @property
    def irregular(self) -> bool:
        """Whether the seal or the count was not what the manifest says."""
        if self.opened_at is None:
            return False
        return (
            not self.seal_whole or self.seal_found != self.seal or self.counted != self.dispatched
        )


class Line(Struct, frozen=True, kw_only=True):
    """One line of a list, as it stands."""

    ordinal: int
    consignment_id: int
    s10: str
    outcome: Outcome | None
    reason: str | None
    answered_by: int | None
    answered_at: datetime | None


class Offered(Struct, frozen=True, kw_only=True):
    """A list that was laid down, and each item's own answer; none where nothing could be."""

    hand_over: HandOver | None
    answers: list[Event | TrackingError]
