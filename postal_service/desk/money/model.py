"""The words of money at the counter and at the door. Whole VND throughout."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from tracking.model import Actor
from tracking.stages import Leg


class Kind(StrEnum):
    """What a charge is for; each stands on a line of its own (`domain.md`, rule 19)."""

    STATE_FEE = "state_fee"  #: lệ phí
    STATE_CHARGE = "state_charge"  #: phí
    POSTAGE_OUT = "postage_out"  #: cước gửi hồ sơ
    POSTAGE_BACK = "postage_back"  #: cước trả kết quả
    COLLECTION = "collection"  #: cước thu hộ, for collecting the state's money
    COD = "cod"  #: any other amount an agency asks to be collected on delivery


#: Held on behalf of an agency until it is settled.
FOR_AGENCY: Final = frozenset({Kind.STATE_FEE, Kind.STATE_CHARGE, Kind.COD})
STATE: Final = frozenset({Kind.STATE_FEE, Kind.STATE_CHARGE})


class Payer(StrEnum):
    APPLICANT = "applicant"
    RECEIVER = "receiver"


class Moment(StrEnum):
    """When a charge is paid: "Thu trước", "Thu sau", "Đối tượng miễn phí"."""

    BEFORE = "before"
    ON_DELIVERY = "on_delivery"
    EXEMPT = "exempt"


class Means(StrEnum):
    CASH = "cash"
    TRANSFER = "transfer"  #: to the post's account, matched by its reference
    NONE = "none"  #: nothing changed hands: books only


class Payment(Struct, frozen=True, kw_only=True):
    """How a citizen pays for a dossier, as the form says. ``why`` is the ground of an exemption."""

    state: Moment = Moment.BEFORE
    back: Moment = Moment.ON_DELIVERY
    means: Means = Means.CASH
    why: str = ""


class Charge(Struct, frozen=True, kw_only=True):
    """One amount of a dossier. ``paid_by``: the entry that paid it."""

    id: int
    dossier_id: int
    kind: Kind
    leg: Leg
    payer: Payer
    moment: Moment
    amount_vnd: int
    agency_id: int | None
    why: str
    opened_at: datetime
    paid_by: int | None
    unbooked: bool
    voided_at: datetime | None
    key: UUID | None  #: of the page that asked for it; None for what came with the dossier
    number: str | None  #: of the receipt that paid it, as printed
    paid_at: datetime | None
    means: Means | None

    @property
    def open(self) -> bool:
        """Whether somebody still has to pay it."""
        settled = self.unbooked or self.paid_by is not None or self.voided_at is not None
        return not settled and self.moment is not Moment.EXEMPT


class NewCharge(Struct, frozen=True, kw_only=True):
    """A charge to open. ``agency_id`` only where it is held for an agency; ``key``: the form's."""

    kind: Kind
    amount_vnd: int
    leg: Leg = Leg.FORWARD
    payer: Payer = Payer.APPLICANT
    moment: Moment = Moment.BEFORE
    agency_id: int | None = None
    why: str = ""
    key: UUID | None = None


class Purse(StrEnum):
    """Where an amount lies, or to whom it is owed."""

    TILL = "till"  #: a clerk's drawer
    PURSE = "purse"  #: a courier's
    SAFE = "safe"  #: an office's
    BANK = "bank"
    STATE_HELD = "state_held"
    COD_HELD = "cod_held"
    POSTAGE = "postage"
    COLLECTION = "collection"
    DIFFERENCE = "difference"
    SUSPENSE = "suspense"


class Account(Struct, frozen=True, kw_only=True):
    """An account by its owner."""

    kind: Purse
    office_id: int | None = None
    person_id: int | None = None
    agency_id: int | None = None


class EntryKind(StrEnum):
    COLLECT = "collect"
    REFUND = "refund"
    FLOAT = "float"  #: change money from the safe into a till
    PAY_IN = "pay_in"  #: a courier's purse into a till, a till into the safe
    DIFFERENCE = "difference"
    BANK_IN = "bank_in"
    MATCH = "match"  #: out of suspense
    SETTLE = "settle"
    REVERSE = "reverse"
    PASS = "pass"  # noqa: S105 -- no password: to the successor of an agency or an office


#: What passes between the post and the public has a receipt number.
RECEIPTED: Final = frozenset({EntryKind.COLLECT, EntryKind.REFUND})


class Line(Struct, frozen=True, kw_only=True):
    """One side of an entry: above nothing it comes into the account, below it goes out."""

    account: Account
    amount_vnd: int
    charge_id: int | None = None
    dossier_id: int | None = None


class NewEntry(Struct, frozen=True, kw_only=True):
    """An entry to write. ``key`` is the form's or the phone's own; ``at`` the paper's time."""

    kind: EntryKind
    key: UUID
    at: datetime
    person_id: int
    lines: tuple[Line, ...]
    office_id: int | None = None
    other_id: int | None = None
    dossier_id: int | None = None
    agency_id: int | None = None
    means: Means = Means.NONE
    why: str = ""


class Press(Struct, frozen=True, kw_only=True):
    """Who takes money, once. ``key``: the form's or scan's own id, the phone's operation code.

    ``at`` is the paper's or the phone's time, ``now`` the books'.
    """

    key: UUID
    by: Actor
    at: datetime
    now: datetime
    means: Means = Means.CASH


class Reversal(Struct, frozen=True, kw_only=True):
    """Who takes an entry back, and why."""

    key: UUID
    person_id: int
    why: str
    at: datetime


class Entry(Struct, frozen=True, kw_only=True):
    """An entry as written. ``number`` is its receipt's as printed, None for what has none."""

    id: int
    kind: EntryKind
    key: UUID
    at: datetime
    posted_at: datetime
    office_id: int | None
    person_id: int
    other_id: int | None
    dossier_id: int | None
    agency_id: int | None
    means: Means
    receipt_day: date | None
    receipt_no: int | None
    reverses: int | None
    why: str
    office_code: str | None
    reversed_by: int | None

    @property
    def number(self) -> str | None:
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)


def receipt_number(office_code: str | None, day: date | None, serial: int | None) -> str | None:
    """BL-66100-261126-0001: office, day of the books, serial of that day without a gap."""
    if day is None or serial is None:
        return None
    return f"BL-{office_code}-{day:%y%m%d}-{serial:04}"
