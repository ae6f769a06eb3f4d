"""Under what each paper is kept: its kind, the number printed on it, and its edition.

What is signed once has one edition, whatever is known later. What grows with the
register (a list, a control slip) is a new original when it says something new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.clock import VIETNAM
from postal_service.desk.papers import (
    BagLabel,
    ControlSlip,
    DeliveryReceipt,
    FormSet,
    HandOverList,
    IncidentMinutes,
    Invitation,
    Kind,
    Layout,
    Letter,
    PostalSlip,
    ReturnNote,
    WithdrawalRequest,
)
from postal_service.desk.printing.archive import Filing, state
from postal_service.desk.printing.prints_store import Sheet

LISTS: Final[Mapping[Layout, Kind]] = {
    Layout.MANIFEST: Kind.MANIFEST,
    Layout.COURIER: Kind.COURIER_LIST,
    Layout.BROUGHT: Kind.BROUGHT_LIST,
    Layout.AGENCY: Kind.AGENCY_LIST,
    Layout.RESULTS: Kind.RESULTS_LIST,
}


def of_receipt(sheet: Sheet, issue: int) -> Filing:
    return Filing(
        kind=Kind.RECEIPT,
        subject=sheet.ref,
        edition=f"{issue}" if issue else "",
        form_set=FormSet(sheet.form_set),
        ref=sheet.ref,
    )


def of_label(sheet: Sheet) -> Filing:
    return Filing(kind=Kind.LABEL, subject=sheet.s10 or sheet.ref, ref=sheet.ref)


def of_postal_slip(paper: PostalSlip) -> Filing:
    kind = Kind.SUPPLEMENT_SLIP if paper.supplement else Kind.POSTAL_SLIP
    return Filing(kind=kind, subject=paper.s10, ref=paper.ref)


def of_bag_label(paper: BagLabel) -> Filing:
    return Filing(kind=Kind.BAG_LABEL, subject=paper.number, hand_over=paper.number)


def of_list(paper: HandOverList) -> Filing:
    return Filing(
        kind=LISTS[paper.layout],
        subject=paper.number,
        edition=state(paper),
        hand_over=None if paper.layout is Layout.RESULTS else paper.number,
    )


def of_control_slip(paper: ControlSlip) -> Filing:
    return Filing(
        kind=Kind.CONTROL_SLIP,
        subject=paper.ref,
        edition=state(paper),
        form_set=paper.form_set,
        ref=paper.ref,
    )


def of_letter(paper: Letter) -> Filing:
    match paper:
        case IncidentMinutes():
            edition = "settled" if paper.settled else ""
            number = int(paper.number.rpartition("-")[2])
            return Filing(
                kind=Kind.INCIDENT, subject=paper.number, edition=edition, incident=number
            )
        case WithdrawalRequest():
            return Filing(
                kind=Kind.WITHDRAWAL,
                subject=paper.ref,
                edition=state(paper),
                form_set=paper.form_set,
                ref=paper.ref,
            )
        case Invitation():
            return Filing(
                kind=Kind.INVITATION, subject=paper.s10, edition=invited(paper), ref=paper.ref
            )
        case ReturnNote():
            return Filing(
                kind=Kind.RETURN_NOTE, subject=paper.s10, edition=state(paper), ref=paper.ref
            )
        case DeliveryReceipt():
            return Filing(
                kind=Kind.DELIVERY_RECEIPT, subject=paper.s10, edition=state(paper), ref=paper.ref
            )


def invited(paper: Invitation) -> str:
    """The invitation on record is one paper; a blank for the next ride is one a day."""
    if paper.invited_at is not None:
        return f"{paper.ordinal} {paper.invited_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
    return f"{paper.ordinal} blank {paper.head.at.astimezone(VIETNAM):%Y-%m-%d}"
