"""A pack for the hours without power: blanks in two halves, and the labels that go with them.

What is printed on a blank is what nobody can write by hand: its numbers, the code that leads
the citizen to the page, and the code by which the counter finds the sheet again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.papers import figures, press
from postal_service.desk.papers.forms import FormSet, Kind, form_of
from tracking import identifiers

TEMPLATE: Final = "outage.typ"
LABELS: Final = "outage_label.typ"
#: What each half is: the citizen's is the law's receipt, the other stays at the counter.
TITLES: Final = ("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "LIÊN LƯU TẠI QUẦY")


class Blank(Struct, frozen=True, kw_only=True):
    """One sheet; ``mark`` is what its scanned code says."""

    ordinal: int
    ref: str
    s10: str
    tracking_code: str
    mark: str


class OutagePack(Struct, frozen=True, kw_only=True):
    """All sheets of a pack. ``site`` is the public address without a slash at its end."""

    form_set: FormSet
    authority: str
    office: str
    made_at: datetime
    site: str
    hotline: str
    blanks: tuple[Blank, ...]


def sheets(paper: OutagePack) -> bytes:
    """The blanks as PDF/A-2b, one A4 page each. Raises BadIdentifier where a number is none."""
    return press.pdf(TEMPLATE, words(paper), paper.made_at)


def labels(paper: OutagePack) -> bytes:
    """Their labels, a page of 100 by 75 mm each. Raises BadIdentifier where an S10 is none."""
    return press.pdf(LABELS, label_words(paper), paper.made_at)


def words(paper: OutagePack) -> dict[str, object]:
    """What the sheets print."""
    return {
        "authority": paper.authority,
        "office": paper.office,
        "day": figures.day(paper.made_at.astimezone(VIETNAM).date()),
        "site": paper.site.partition("://")[2],
        "hotline": paper.hotline,
        "basis": form_of(Kind.RECEIPT, paper.form_set).basis,
        "titles": TITLES,
        "blanks": [_sheet(paper, blank) for blank in paper.blanks],
    }


def _sheet(paper: OutagePack, blank: Blank) -> dict[str, object]:
    code = identifiers.parse_tracking_code(blank.tracking_code)
    s10 = identifiers.parse_s10(blank.s10)
    return {
        "ref": blank.ref,
        "place": f"{blank.ordinal}/{len(paper.blanks)}",
        "code": identifiers.print_tracking_code(code),
        "page": press.qr(f"{paper.site}/h/{code}"),
        "s10": identifiers.print_s10(s10),
        "bars": press.code128(s10),
        "mark": {"text": blank.mark, "picture": press.qr(blank.mark)},
    }


def label_words(paper: OutagePack) -> dict[str, object]:
    """What the labels print: a number, and no address."""
    return {
        "office": paper.office,
        "day": figures.day(paper.made_at.astimezone(VIETNAM).date()),
        "blanks": [
            {
                "ref": blank.ref,
                "place": f"{blank.ordinal}/{len(paper.blanks)}",
                "s10": identifiers.print_s10(blank.s10),
                "qr": press.qr(blank.s10),
                "bars": press.code128(blank.s10),
            }
            for blank in paper.blanks
        ],
    }
