"""The nouns of the register, as they are stored and as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from tracking.stages import Act, Keeper, Leg, Stage, Status

Facts = dict[str, Any]


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts, and in which capacity: for an office, as a courier, for an agency."""

    person: int
    keeper: Keeper
    office: int | None = None
    agency: int | None = None


class Party(Struct, frozen=True):
    """One possible holder: an office, a courier, an agency, by its id."""

    kind: Keeper
    id: int


class Scan(Struct, frozen=True, kw_only=True):
    """One act on one consignment.

    The device draws ``id`` before it sends, so a scan repeated over a bad
    connection is recognised and recorded once. ``facts`` holds closed
    vocabulary (reason and relation codes), never a name. OFFER alone says ``to``;
    BRING_IN is an offer to the courier's own office. ``approver`` is the second
    person, where the act asks for one.
    """

    id: UUID
    s10: str
    act: Act
    at: datetime
    by: Actor
    to: Party | None = None
    approver: int | None = None
    facts: Facts = {}


class Ruling(Struct, frozen=True, kw_only=True):
    """One act of the agency on one dossier; ``id`` as in Scan.

    ``due_at`` and ``agency_code`` belong to RECEIVE; ``due_at`` alone to what makes the clock
    run again or puts the appointment off. ``approver`` is the second person, where the act
    asks for one.
    """

    id: UUID
    ref: str
    act: Act
    at: datetime
    by: Actor
    agency_code: str | None = None
    due_at: datetime | None = None
    approver: int | None = None
    facts: Facts = {}


class NewDossier(Struct, frozen=True, kw_only=True):
    """What the counter hands to the register.

    ``status`` is REGISTERED, or RECEIVED when the citizen filed at the agency
    and asks only for the result: then ``agency_code``, ``received_at`` and
    ``due_at`` come from the agency's own appointment slip.
    """

    form_id: UUID
    procedure_id: int
    applicant_id: int
    receiver_id: int
    office_id: int
    agency_id: int
    service: str
    return_way: str
    limit_value: int
    limit_unit: str
    same_day_cutoff: bool
    hours_group: str
    at: datetime
    expected_on: date
    by: Actor
    status: Status = Status.REGISTERED
    agency_code: str | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    facts: Facts = {}


class Numbers(Struct, frozen=True, kw_only=True):
    """What names a dossier, where it was printed before the dossier was accepted."""

    ref: str
    s10: str
    tracking_code: str


class NewLeg(Struct, frozen=True, kw_only=True):
    """One more carriage of a dossier's papers, and the act that opens it."""

    dossier_id: int
    leg: Leg
    s10: str
    office_id: int
    agency_id: int
    stage: Stage
    holder: Party
    scan_id: UUID
    act: Act
    person_id: int
    at: datetime
    facts: Facts = {}


class Dossier(Struct, frozen=True, kw_only=True):
    """The agency's side of one case."""

    id: int
    ref: str
    tracking_code: str
    procedure_id: int
    applicant_id: int
    receiver_id: int
    office_id: int
    agency_id: int
    service: str
    return_way: str
    status: Status
    agency_code: str | None
    limit_value: int
    limit_unit: str
    same_day_cutoff: bool
    hours_group: str
    accepted_at: datetime
    expected_on: date
    received_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    processed_at: datetime | None
    convention: str = "hour_precise"  #: how a working day of the limit is read
    papers_back: str = "office"  #: where refused papers go: home, or the counter they wait at


class Consignment(Struct, frozen=True, kw_only=True):
    """The post's side of one leg. ``office_id`` is the office in charge of it now."""

    id: int
    dossier_id: int
    leg: Leg
    s10: str
    office_id: int
    agency_id: int
    stage: Stage
    holder_kind: Keeper
    holder_id: int | None
    attempts: int
    offered_kind: Keeper | None = None
    offered_id: int | None = None
    was: Stage | None = None

    @property
    def taker(self) -> Party | None:
        """The one it is offered to; at a desk any courier of the office may take it (None)."""
        if self.offered_kind is None or self.offered_id is None:
            return None
        return Party(self.offered_kind, self.offered_id)


class Event(Struct, frozen=True, kw_only=True):
    """A line of the register: append-only, never corrected in place.

    ``stage`` to ``offered_id`` say all that the consignment is after it.
    """

    dossier_id: int
    consignment_id: int | None
    scan_id: UUID
    act: Act
    stage: Stage | None
    status: Status | None
    holder_kind: Keeper | None
    holder_id: int | None
    person_id: int | None
    at: datetime
    heard_at: datetime
    facts: Facts
    office_id: int | None = None
    offered_kind: Keeper | None = None
    offered_id: int | None = None
    undoes: UUID | None = None
    approver_id: int | None = None


class News(Struct, frozen=True, kw_only=True):
    """An event one listener has not dealt with yet, with what it concerns."""

    event_id: int
    dossier_id: int
    consignment_id: int | None
    leg: Leg | None
    s10: str | None
    ref: str
    agency_code: str | None
    applicant_id: int
    receiver_id: int
    office_id: int
    agency_id: int
    service: str
    return_way: str
    due_at: datetime | None
    act: Act
    stage: Stage | None
    status: Status | None
    person_id: int | None
    at: datetime
    facts: Facts
    undoes: UUID | None = None
    papers_back: str = "office"
