"""The label that seals an item: 100 by 75 mm, for a thermal printer of 203 dots an inch.

Its two codes hold the S10 number alone, never an address. It carries nothing
of the citizen beyond what the courier needs: no telephone, no identity number.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press, zebra
from tracking import identifiers

TEMPLATE: Final = "label.typ"
DOTS_AN_INCH: Final = 203


class Label(Struct, frozen=True, kw_only=True):
    """One item, sealed at *sealed_at*.

    On the way to the agency *addressee* and *address* are the agency's; with
    ``result`` they are the receiver's name and commune.
    """

    office: str
    route: str
    s10: str
    addressee: str
    address: str
    expected_on: date
    ref: str
    documents: int
    weight_g: int
    sealed_at: datetime
    result: bool = False
    copy: int = 0


def label(paper: Label) -> bytes:
    """The label as a one-page PDF. Raises BadIdentifier where the S10 is none."""
    return press.pdf(TEMPLATE, words(paper), paper.sealed_at)


def label_png(paper: Label) -> bytes:
    """The label as a picture of 203 dots an inch. Raises BadIdentifier where the S10 is none."""
    (page,) = press.png(TEMPLATE, words(paper), DOTS_AN_INCH)
    return page


def label_zpl(paper: Label) -> bytes:
    """The label for a printer that knows ZPL, dot for dot. Raises BadIdentifier."""
    return zebra.zpl(label_png(paper))


def words(paper: Label) -> dict[str, object]:
    """What the template prints."""
    s10 = identifiers.parse_s10(paper.s10)
    return {
        "office": paper.office,
        "route": paper.route,
        "s10": identifiers.print_s10(s10),
        "bars": press.code128(s10),
        "qr": press.qr(s10),
        "heading": "Người nhận kết quả" if paper.result else "Nơi nhận: cơ quan giải quyết",
        "addressee": paper.addressee,
        "address": paper.address,
        "expected": figures.day(paper.expected_on),
        "ref": paper.ref,
        "contents": f"{paper.documents} giấy tờ · {paper.weight_g} g",
        "copy": figures.copy_mark(paper.copy),
    }
