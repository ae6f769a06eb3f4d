"""What was paid to an agency, dossier by dossier: both sides hold it against their books."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.amounts import in_words
from postal_service.desk.papers.columns import table

TEMPLATE = "counter.typ"


class SettlementLine(Struct, frozen=True, kw_only=True):
    """One collected amount; below nothing: taken back after it had been paid over."""

    ref: str
    agency_code: str
    name: str
    receipt: str
    at: datetime
    amount: int


class SettlementList(Struct, frozen=True, kw_only=True):
    """The list of one transfer. ``of``: what kind of money it is, since kinds are never mixed."""

    authority: str
    number: str
    agency: str
    of: str
    until: date
    at: datetime
    bank_ref: str
    made_by: str
    lines: tuple[SettlementLine, ...]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


def settlement_list(paper: SettlementList) -> bytes:
    """PDF/A-2b, A4."""
    return press.pdf(TEMPLATE, words(paper), paper.at)


def words(paper: SettlementList) -> dict[str, object]:
    """What the template prints."""
    return {
        "authority": paper.authority,
        "office": "",
        "place_and_day": figures.place_and_day("Lâm Đồng", paper.at),
        "bars": None,
        "paper": "a4",
        "state": False,
        "by-hand": False,
        "title": "Bảng kê quyết toán",
        "subtitle": f"{paper.of.lower()} thu hộ đến hết ngày {figures.day(paper.until)}",
        "headline": None,
        "number": paper.number,
        "basis": "Quyết định 45/2016/QĐ-TTg · mẫu của bưu điện",
        "facts": [
            ("Cơ quan", paper.agency),
            ("Số giao dịch ngân hàng", paper.bank_ref),
            ("Số dòng", str(len(paper.lines))),
        ],
        "tables": [
            table(
                [
                    ("Biên nhận", "30mm"),
                    ("Mã hồ sơ", "1fr"),
                    ("Khoản", "30mm"),
                    ("Biên lai", "40mm"),
                    ("Số tiền", "26mm#"),
                ],
                [
                    (
                        line.ref,
                        line.agency_code,
                        line.name,
                        line.receipt,
                        figures.money(line.amount),
                    )
                    for line in paper.lines
                ],
                sum_=("Cộng", figures.money(paper.total)),
            )
        ],
        "total": ["Đã chuyển", figures.money(paper.total), in_words(max(paper.total, 0))],
        "paragraphs": ["Số âm: khoản đã bị đảo sau khi chuyển ở lần trước."]
        if any(line.amount < 0 for line in paper.lines)
        else [],
        "boxes": [],
        "blanks": [],
        "signs": [["Bên giao, bưu điện", paper.made_by], ["Bên nhận, cơ quan", ""]],
        "fine": "Tiền thu hộ chuyển nguyên cho cơ quan, không bù trừ với cước bưu điện.",
    }
