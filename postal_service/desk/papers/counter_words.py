"""What each paper of the counter says; what is not known is left for the pen."""

from __future__ import annotations

from typing import Final

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.counter_papers import (
    CashUp,
    ComplaintReceipt,
    CounterPaper,
    FeeReceipt,
    Guidance,
    PaidIn,
    PickUp,
)
from postal_service.desk.papers.slip_words import of_complaint, of_guidance, of_pick_up
from postal_service.desk.papers.till_words import of_cash, of_fees, of_pay_in

TEMPLATE: Final = "counter.typ"


def counter_paper(paper: CounterPaper) -> bytes:
    """Any of the counter's papers as PDF/A-2b."""
    return press.pdf(TEMPLATE, words(paper), paper.head.at)


def words(paper: CounterPaper) -> dict[str, object]:
    """What the template prints."""
    blank: dict[str, object] = {
        "authority": paper.head.authority,
        "office": paper.head.office,
        "place_and_day": figures.place_and_day(paper.head.place, paper.head.at),
        "number": "",
        "bars": None,
        "paper": "a5",
        "state": True,
        "by-hand": False,
        "subtitle": "",
        "headline": None,
        "tables": [],
        "total": None,
        "paragraphs": [],
        "boxes": [],
        "blanks": [],
        "fine": "",
    }
    match paper:
        case FeeReceipt():
            return blank | of_fees(paper)
        case CashUp():
            return blank | of_cash(paper)
        case PaidIn():
            return blank | of_pay_in(paper)
        case Guidance():
            return blank | of_guidance(paper)
        case PickUp():
            return blank | of_pick_up(paper)
        case ComplaintReceipt():
            return blank | of_complaint(paper)
