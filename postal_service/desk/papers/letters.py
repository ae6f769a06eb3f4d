"""Sheets about one matter: what went wrong, what is asked, who is invited, what is given back.

Each is told everything it says; ``letter_words`` says it.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from postal_service.desk.papers.forms import FormSet


class Head(Struct, frozen=True, kw_only=True):
    """Whose paper it is, where and when it was made."""

    authority: str
    office: str
    place: str
    at: datetime


class IncidentMinutes(Struct, frozen=True, kw_only=True):
    """Biên bản sự cố: what was seen of papers that changed hands; both sides sign.

    ``items`` are the numbers it concerns; of a bag, what the list says and what was found.
    """

    head: Head
    number: str
    reason: str
    seen_at: datetime
    seen_by: str
    items: tuple[str, ...] = ()
    list_number: str | None = None
    giver: str = ""
    taker: str = ""
    seal: str | None = None
    seal_found: str | None = None
    seal_whole: bool | None = None
    dispatched: int | None = None
    counted: int | None = None
    settled: str = ""


class WithdrawalRequest(Struct, frozen=True, kw_only=True):
    """Đơn rút hồ sơ: the citizen's wish, which the agency answers."""

    head: Head
    form_set: FormSet
    ref: str
    agency_code: str | None
    agency: str
    name: str
    id_number: str | None
    address: str
    phone: str | None
    procedure: str
    accepted_at: datetime
    reason: str
    clerk: str


class Invitation(Struct, frozen=True, kw_only=True):
    """Giấy mời n, left at the door or posted: it never says what the paper is about."""

    head: Head
    ordinal: int
    ref: str
    name: str
    s10: str
    until: date | None
    where: str
    hours: str
    hotline: str
    collect_vnd: int
    reason: str
    invited_at: datetime | None
    by: str


class ReturnNote(Struct, frozen=True, kw_only=True):
    """Phiếu chuyển trả: why nobody has it, and what was tried. ``tried``: moment, what, why."""

    head: Head
    s10: str
    ref: str
    agency_code: str | None
    agency: str
    reason: str
    ground: str
    tried: tuple[tuple[str, str, str], ...]
    sent_back_at: datetime
    by: str


class DeliveryReceipt(Struct, frozen=True, kw_only=True):
    """Phiếu giao nhận, giấy báo phát: who took it and what proved it, signed or to be signed.

    ``originals``: each paper that has to come back, and whether it was taken.
    """

    head: Head
    s10: str
    ref: str
    agency_code: str | None
    agency: str
    addressee: str
    address: str
    result: bool
    collect_vnd: int
    originals: tuple[tuple[str, bool], ...]
    receiver: str = ""
    relation: str = ""
    proof: str = ""
    delivered_at: datetime | None = None
    by: str = ""


Letter = IncidentMinutes | WithdrawalRequest | Invitation | ReturnNote | DeliveryReceipt
