"""The label of a sealed bag: 100 by 75 mm, for the thermal printer. It names no person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press, zebra
from postal_service.desk.papers.labels import DOTS_AN_INCH

TEMPLATE: Final = "bag_label.typ"


class BagLabel(Struct, frozen=True, kw_only=True):
    """One bag, closed under *seal* at *closed_at*, from office to office."""

    number: str
    seal: str
    giver: str
    taker: str
    count: int
    closed_at: datetime


def bag_label(paper: BagLabel) -> bytes:
    """The label as a one-page PDF."""
    return press.pdf(TEMPLATE, words(paper), paper.closed_at)


def bag_label_png(paper: BagLabel) -> bytes:
    """The label as a picture of 203 dots an inch."""
    (page,) = press.png(TEMPLATE, words(paper), DOTS_AN_INCH)
    return page


def bag_label_zpl(paper: BagLabel) -> bytes:
    """The label for a printer that knows ZPL, dot for dot."""
    return zebra.zpl(bag_label_png(paper))


def words(paper: BagLabel) -> dict[str, object]:
    """What the template prints."""
    return {
        "number": paper.number,
        "seal": paper.seal,
        "giver": paper.giver,
        "taker": paper.taker,
        "count": f"{paper.count}",
        "closed": figures.stamp(paper.closed_at),
        "qr": press.qr(paper.number),
        "bars": press.code128(paper.number),
    }
