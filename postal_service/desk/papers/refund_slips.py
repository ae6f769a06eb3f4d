"""Phiếu trả lại tiền: what the till gives back, under a receipt number of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press

TEMPLATE: Final = "list.typ"
BASIS: Final = "Quyết định 45/2016/QĐ-TTg · mẫu của bưu điện"


class RefundSlip(Struct, frozen=True, kw_only=True):
    """The slip as it is printed. ``agency``: on whose word, where the money was held for it."""

    authority: str
    office: str
    number: str
    at: datetime
    ref: str
    payer: str
    procedure: str
    name: str
    amount_vnd: int
    agency: str | None
    clerk: str


def refund_slip(paper: RefundSlip) -> bytes:
    """The slip as PDF/A-2b."""
    return press.pdf(TEMPLATE, words(paper), paper.at)


def words(paper: RefundSlip) -> dict[str, object]:
    """What the template prints."""
    ground = (
        f"theo ý kiến của {paper.agency}"
        if paper.agency
        else "theo quy định hoàn cước của bưu điện"
    )
    return {
        "authority": paper.authority,
        "office": paper.office,
        "basis": BASIS,
        "number": paper.number,
        "bars": press.code128(paper.number),
        "title": "Phiếu trả lại tiền",
        "subtitle": ground,
        "facts": [
            ("Trả cho", paper.payer),
            ("Hồ sơ", paper.ref),
            ("Thủ tục", paper.procedure),
            ("Trả lúc", figures.moment(paper.at)),
        ],
        "count_name": "Số tiền",
        "count": figures.money(paper.amount_vnd),
        "columns": [
            {"name": "Khoản", "width": "1fr", "number": False},
            {"name": "Số tiền trả lại", "width": "40mm", "number": True},
        ],
        "rows": [[paper.name, figures.money(paper.amount_vnd)]],
        "empty": "",
        "notes": ["Người nhận ký sau khi đã đếm đủ tiền."],
        "signs": [["Người nhận tiền", ""], ["Giao dịch viên", paper.clerk]],
        "flipped": False,
    }
