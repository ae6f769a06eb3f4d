"""The receipt a citizen takes home: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", form 01, A5.

The date on it is *dự kiến*: the agency alone makes an appointment, when it has
the papers. Identity and telephone numbers are masked here, whoever calls.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.forms import FormSet as FormSet
from postal_service.desk.papers.forms import Kind, form_of
from tracking import identifiers

TEMPLATE: Final = "receipt.typ"


class DocumentLine(Struct, frozen=True, kw_only=True):
    """One kind of paper handed in: how many originals, certified copies, photocopies."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0


class Fee(Struct, frozen=True, kw_only=True):
    """Lệ phí, phí, postage out or home; whole VND. Not paid now: collected at the door."""

    name: str
    amount: int
    paid: bool


class Receipt(Struct, frozen=True, kw_only=True):
    """All the paper says.

    ``site`` is the public address without a slash at its end; ``return_to`` is
    the address or office where the result is received, by the post or (with
    ``by_post`` false) at the one-stop desk. ``s10`` is the leg that starts at
    this counter; there is none when the post only brings the result. ``issue`` counts
    the times it was issued again.
    """

    form_set: FormSet
    authority: str
    office: str
    place: str
    accepted_at: datetime
    ref: str
    tracking_code: str
    site: str
    name: str
    rep_name: str = ""  #: who stands here for her
    rep_paper: str = ""  #: her authorisation
    id_number: str | None
    address: str
    phone: str | None
    email: str | None = None
    procedure_name: str
    procedure_code: str
    agency: str
    documents: tuple[DocumentLine, ...]
    sets: int = 1
    statutory_time: str
    expected_on: date
    by_post: bool
    return_to: str
    fees: tuple[Fee, ...]
    channel: str = "qua dịch vụ bưu chính công ích"
    s10: str | None
    clerk: str
    hotline: str
    copy: int = 0
    issue: int = 0


def receipt(paper: Receipt) -> bytes:
    """The receipt as PDF/A-2b; a long list of documents goes on to a second page.

    Raises BadIdentifier where the tracking code or the S10 is none.
    """
    return press.pdf(TEMPLATE, words(paper), paper.accepted_at)


def words(paper: Receipt) -> dict[str, object]:
    """What the template prints."""
    return {
        **_letterhead(paper),
        **_codes(paper),
        **_applicant(paper),
        **_dossier(paper),
        **_money(paper),
    }


def _letterhead(paper: Receipt) -> dict[str, object]:
    return {
        "authority": paper.authority,
        "office": paper.office,
        "place_and_day": figures.place_and_day(paper.place, paper.accepted_at),
        "basis": form_of(Kind.RECEIPT, paper.form_set).basis,
        "copy": figures.copy_mark(paper.copy, paper.issue),
        "clerk": paper.clerk,
        "hotline": paper.hotline,
    }


def _codes(paper: Receipt) -> dict[str, object]:
    code = identifiers.parse_tracking_code(paper.tracking_code)
    s10 = identifiers.print_s10(identifiers.parse_s10(paper.s10)) if paper.s10 else ""
    book, _, entry = paper.ref.rpartition("-")
    return {
        "ref": paper.ref,
        "book": book,
        "entry": entry,
        "s10": s10,
        "tracking_code": identifiers.print_tracking_code(code),
        "site": paper.site.partition("://")[2],
        "qr": press.qr(f"{paper.site}/h/{code}"),
        "bars": press.code128(code),
    }


def _applicant(paper: Receipt) -> dict[str, object]:
    return {
        "name": paper.name,
        "representative": f"{paper.rep_name}, giấy ủy quyền {paper.rep_paper}"
        if paper.rep_name
        else "",
        "signs": paper.rep_name or paper.name,
        "id_number": figures.masked(paper.id_number),
        "address": paper.address,
        "phone": figures.masked(paper.phone),
        "email": paper.email or "–",
    }


def _dossier(paper: Receipt) -> dict[str, object]:
    return {
        "procedure": f"{paper.procedure_name} (mã thủ tục {paper.procedure_code})",
        "agency": paper.agency,
        "documents": [
            [line.name, line.originals, line.certified, line.photocopies]
            for line in paper.documents
        ],
        "sets": f"{paper.sets:02}",
        "statutory_time": paper.statutory_time,
        "received": figures.moment(paper.accepted_at),
        "expected": figures.weekday(paper.expected_on),
        "by_post": paper.by_post,
        "return_to": paper.return_to,
        "channel": paper.channel,
    }


def _money(paper: Receipt) -> dict[str, object]:
    return {
        "fees": [[fee.name, figures.money(fee.amount), fee.paid] for fee in paper.fees],
        "collected": figures.money(sum(fee.amount for fee in paper.fees if fee.paid)),
    }
