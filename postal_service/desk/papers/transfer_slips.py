"""The slip of a transfer that is awaited: a strip of 80 mm, for who pays at home.

It is no receipt and is kept nowhere: a request that is paid or given up prints none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.money.transfer_reference import spaced
from postal_service.desk.money.vietqr import Payee, payload
from postal_service.desk.papers import figures, press

TEMPLATE: Final = "transfer.typ"


class TransferSlip(Struct, frozen=True, kw_only=True):
    """What is to be transferred, to whom and under which reference."""

    office: str
    ref: str
    reference: str
    amount_vnd: int
    payee: Payee
    at: datetime


def transfer_slip(paper: TransferSlip) -> bytes:
    """The slip as a one-page PDF."""
    return press.pdf(TEMPLATE, words(paper), paper.at)


def words(paper: TransferSlip) -> dict[str, object]:
    """What the template prints."""
    return {
        "office": paper.office,
        "ref": paper.ref,
        "reference": spaced(paper.reference),
        "amount": figures.money(paper.amount_vnd),
        "account": paper.payee.account,
        "name": paper.payee.name,
        "qr": press.qr(payload(paper.payee, paper.amount_vnd, paper.reference)),
        "printed": figures.moment(paper.at),
    }
