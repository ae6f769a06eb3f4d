"""What a clerk types at the counter, and what of it is accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from postal_service.desk.errors import DeskError
from postal_service.desk.money.model import Means, Moment, Payment
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure, Service
from tracking.errors import TrackingError

T = TypeVar("T")


class ReturnWay(StrEnum):
    """Where the citizen gets the result."""

    HOME = "home"
    OFFICE = "office"
    AGENCY = "agency"


class PaperEntry(Struct, frozen=True, kw_only=True):
    """One row of the checklist as typed."""

    ordinal: str
    has: bool = False
    originals: str = "0"
    certified: str = "0"
    photocopies: str = "0"


class ExtraEntry(Struct, frozen=True, kw_only=True):
    """A paper beyond the published list, as typed."""

    name: str = ""
    certified: str = "0"
    photocopies: str = "0"
    originals: str = "0"


class Entry(Struct, frozen=True, kw_only=True):
    """The form as typed, nothing checked: what a draft keeps and a refused page shows again."""

    form_id: str = ""
    procedure_id: str = ""
    procedure_text: str = ""
    agency_id: str = ""
    service: str = ""
    return_way: str = ""
    name: str = ""
    citizen_id: str = ""
    phone: str = ""
    no_phone: bool = False
    address: str = ""
    note: str = ""
    other_receiver: bool = False
    receiver_name: str = ""
    receiver_phone: str = ""
    receiver_address: str = ""
    #: somebody else stands at the counter, with a paper of authorisation
    represented: bool = False
    rep_name: str = ""
    rep_id: str = ""
    rep_phone: str = ""
    rep_paper: str = ""
    #: how the state's money and the way back are paid (``desk.money.model``)
    state_moment: str = Moment.BEFORE
    exempt_why: str = ""
    back_moment: str = Moment.ON_DELIVERY
    means: str = Means.CASH
    weight_g: str = "100"
    sets: str = "1"
    agency_code: str = ""
    given_code: str = ""
    due_day: str = ""
    due_time: str = ""
    #: the reference of the blank this was written on while the power was out, and its own time
    sheet: str = ""
    paper_day: str = ""
    paper_time: str = ""
    papers: tuple[PaperEntry, ...] = ()
    #: papers nobody asks for, and that the citizen wants them to go along
    extras: tuple[ExtraEntry, ...] = ()
    insists: bool = False
    papers_home: bool = False  #: what the agency refuses is brought home, not kept at the counter


class Person(Struct, frozen=True, kw_only=True):
    """Applicant or receiver. ``phone`` is E.164; without ``sms_allowed`` somebody has to call."""

    full_name: str
    citizen_id: str | None = None
    phone: str | None = None
    sms_allowed: bool = False
    address: str = ""
    note: str = ""


class Paper(Struct, frozen=True, kw_only=True):
    """One line of the list, as counted with the citizen."""

    ordinal: int
    name_vi: str
    originals: int
    certified: int
    photocopies: int
    #: beyond the published list, because the citizen insisted
    voluntary: bool = False


class Representative(Struct, frozen=True, kw_only=True):
    """Who stands here for the applicant; ``paper``: number and day of her authorisation."""

    person: Person
    paper: str


class Appointment(Struct, frozen=True, kw_only=True):
    """What the agency's own slip says where the citizen filed there herself."""

    agency_code: str
    received_on: date
    due_at: datetime


class Blank(Struct, frozen=True, kw_only=True):
    """The printed sheet a dossier was written on, and when: its time counts, not the entry's."""

    ref: str
    at: datetime


class Intake(Struct, frozen=True, kw_only=True):
    """A form without a fault. ``receiver`` is None where it is the applicant."""

    form_id: UUID
    procedure: Procedure
    agency: Agency
    office: Office
    service: Service
    return_way: ReturnWay
    applicant: Person
    receiver: Person | None
    papers: tuple[Paper, ...]
    weight_g: int
    sets: int
    appointment: Appointment | None
    given_code: str | None = None  #: given here, in the agency's name
    blank: Blank | None = None
    representative: Representative | None = None
    payment: Payment = Payment()
    papers_home: bool = False


class Problem(Struct, frozen=True):
    """What is wrong with one field, in both languages."""

    field: str
    vi: str
    en: str


class Incomplete(DeskError):
    """The form cannot be accepted as it is; ``problems`` lists everything, in the form's order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"Chưa lưu được: còn {len(problems)} chỗ cần sửa. "
            + " ".join(problem.vi for problem in problems),
            f"Not saved: {len(problems)} things need mending. "
            + " ".join(problem.en for problem in problems),
        )
        self.problems = list(problems)


class Findings:
    """The problems met while a form is read, one after another."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, field: str, vi: str, en: str) -> None:
        self.problems.append(Problem(field, vi, en))

    def attempt(self, field: str, parse: Callable[[str], T], text: str) -> T | None:
        """What *parse* makes of *text*, or None and its refusal written down."""
        try:
            return parse(text)
        except TrackingError as refusal:
            self.add(field, refusal.vi, refusal.en)
            return None
