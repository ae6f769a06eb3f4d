"""The papers of an accepted dossier, and which print of them this is.

A print is asked for, numbered and written down before the paper is made; the
first is the original the citizen signs, each later one is marked as a copy. A
numbered print can be fetched for a quarter of an hour, so that a browser may
ask twice for one print, and nobody makes a second original tomorrow.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection, Record

from notifications.phone import display
from postal_service.desk.errors import DeskError
from postal_service.desk.estimate import limit_words
from postal_service.desk.intake import ReturnWay
from postal_service.desk.money.model import Moment
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers import (
    DocumentLine,
    Fee,
    FormSet,
    Head,
    Label,
    PostalSlip,
    Receipt,
)
from postal_service.desk.printing import prints_store as store
from postal_service.desk.printing.prints_store import Sheet
from tracking.errors import UnknownDossier
from tracking.identifiers import parse_ref

__all__ = [
    "PrintEnded",
    "Sheet",
    "find",
    "find_receipt",
    "label_of",
    "open_print",
    "postal_slip_of",
    "receipt_of",
]

LIFE: Final = timedelta(minutes=15)
#: More prints of one receipt than any citizen loses.
MOST: Final = 9999
AUTHORITY: Final = "BƯU ĐIỆN TỈNH LÂM ĐỒNG"


class PrintEnded(DeskError):
    """No such print was asked for lately."""

    def __init__(self) -> None:
        super().__init__(
            "Lượt in này đã hết hạn. Mở hồ sơ rồi bấm «In lại» để in bản sao.",
            "This print has ended. Open the dossier and press “Print again” for a copy.",
        )


async def find(conn: Connection[Record], ref: str, office_id: int) -> Sheet:
    """The dossier this office accepted.

    Raises BadIdentifier, and UnknownDossier also for another office's.
    """
    sheet = await store.sheet_of(conn, parse_ref(ref).ref, office_id)
    if sheet is None:
        raise UnknownDossier(ref)
    return sheet


async def open_print(
    conn: Connection[Record], ref: str, *, office_id: int, person_id: int, now: datetime
) -> int:
    """Write down one more print and return its number. Raises UnknownDossier."""
    sheet = await find(conn, ref, office_id)
    return await store.add_print(conn, sheet.dossier_id, person_id, now)


async def find_receipt(
    conn: Connection[Record], ref: str, ordinal: int, *, office_id: int, now: datetime
) -> Sheet:
    """The dossier whose print *ordinal* was asked for within the last quarter of an hour.

    Raises UnknownDossier, PrintEnded.
    """
    sheet = await find(conn, ref, office_id)
    asked = 1 <= ordinal <= MOST
    at = await store.print_at(conn, sheet.dossier_id, ordinal) if asked else None
    if at is None or now - at > LIFE:
        raise PrintEnded
    return sheet


def copy_of(sheet: Sheet, ordinal: int) -> int:
    """Which copy of its issue a print is; 0 is the original."""
    return ordinal - sheet.first_print


def receipt_of(sheet: Sheet, *, site: str, ordinal: int) -> Receipt:
    """What the citizen's receipt says; the first print of an issue is the original."""
    return Receipt(
        form_set=FormSet(sheet.form_set),
        authority=AUTHORITY,
        office=sheet.office,
        place=place_name(sheet.place),
        accepted_at=sheet.accepted_at,
        ref=sheet.ref,
        tracking_code=sheet.tracking_code,
        site=site.rstrip("/"),
        name=sheet.name,
        rep_name=sheet.rep_name or "",
        rep_paper=sheet.rep_paper or "",
        id_number=sheet.citizen_id,
        address=sheet.address or "–",
        phone=display(sheet.phone).replace(" ", "") if sheet.phone else None,
        procedure_name=sheet.procedure_name,
        procedure_code=sheet.procedure_code,
        agency=sheet.agency,
        documents=documents(sheet),
        sets=sheet.sets,
        statutory_time=limit_words(sheet.limit_value, sheet.limit_unit),
        expected_on=sheet.expected_on,
        by_post=sheet.return_way != ReturnWay.AGENCY,
        return_to=return_to(sheet),
        fees=fees(sheet),
        s10=sheet.s10,
        clerk=sheet.clerk,
        hotline=sheet.hotline,
        copy=copy_of(sheet, ordinal),
        issue=sheet.issue,
    )


def documents(sheet: Sheet) -> tuple[DocumentLine, ...]:
    return tuple(
        DocumentLine(
            name=f"{paper.name_vi} (người dân tự nguyện nộp thêm)"
            if paper.voluntary
            else paper.name_vi,
            originals=paper.originals,
            certified=paper.certified,
            photocopies=paper.photocopies,
        )
        for paper in sheet.papers
    )


def postal_slip_of(sheet: Sheet) -> PostalSlip:
    """What the sender and the clerk sign. Raises UnknownDossier where nothing goes out."""
    if sheet.s10 is None:
        raise UnknownDossier(sheet.ref)
    return PostalSlip(
        head=Head(
            authority=AUTHORITY,
            office=sheet.office,
            place=place_name(sheet.place),
            at=sheet.accepted_at,
        ),
        s10=sheet.s10,
        ref=sheet.ref,
        sender=sheet.name,
        sender_address=sheet.address or "–",
        sender_phone=sheet.phone,
        receiver=sheet.agency,
        receiver_address=sheet.agency_address,
        documents=documents(sheet),
        weight_g=sheet.weight_g,
        fees=tuple(fee for fee in fees(sheet) if fee.paid),
        clerk=sheet.clerk,
    )


def label_of(sheet: Sheet, *, ordinal: int) -> Label:
    """What the sealed item's label says. Raises UnknownDossier where nothing goes out."""
    if sheet.s10 is None:
        raise UnknownDossier(sheet.ref)
    return Label(
        office=sheet.office,
        route=place_name(sheet.place),
        s10=sheet.s10,
        addressee=sheet.agency,
        address=sheet.agency_address,
        expected_on=sheet.expected_on,
        ref=sheet.ref,
        documents=len(sheet.papers),
        weight_g=sheet.weight_g,
        sealed_at=sheet.accepted_at,
        copy=ordinal - 1,  # the envelope's label: a re-issued receipt makes no new envelope
    )


def place_name(unit: str) -> str:
    """A commune as a letterhead names it: "Phường 2" keeps its kind, "Xã Lạc Dương" does not."""
    kind, _, name = unit.partition(" ")
    return name if kind in ("Xã", "Phường") and name and not name.isdigit() else unit


def return_to(sheet: Sheet) -> str:
    if sheet.return_way == ReturnWay.HOME:
        receiver = "" if sheet.receiver_name == sheet.name else f"{sheet.receiver_name}, "
        return f"{receiver}{sheet.receiver_address}"
    return sheet.office if sheet.return_way == ReturnWay.OFFICE else sheet.agency


def fees(sheet: Sheet) -> tuple[Fee, ...]:
    """State money and postage, line by line, with what is paid already."""
    return tuple(
        Fee(name=f"{NAMES[line.kind]} (miễn)", amount=0, paid=True)
        if line.moment is Moment.EXEMPT
        else Fee(name=NAMES[line.kind], amount=line.amount_vnd, paid=line.paid)
        for line in sheet.charges
    )
