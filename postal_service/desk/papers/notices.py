"""What an agency writes to a citizen: guidance on missing papers, refusal, apology, stop.

The law's forms 02 to 05. Each is numbered by its agency, a year at a time, and
names the set of forms its dossier was accepted under.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from postal_service.desk.papers import figures, letter_words, press
from postal_service.desk.papers.forms import FormSet, Kind, form_of
from postal_service.desk.papers.letters import Head
from postal_service.desk.papers.receipts import DocumentLine

#: Who signs: guidance is signed by whoever guides, an apology by the head of the agency.
SIGNS: Final = {
    Kind.SUPPLEMENT: "Người hướng dẫn",
    Kind.REFUSAL: "Người tiếp nhận hồ sơ",
    Kind.APOLOGY: "Thủ trưởng cơ quan",
    Kind.STOP: "Thủ trưởng cơ quan",
}


class Dossier(Struct, frozen=True, kw_only=True):
    """Whose dossier a notice is about, and what it asks for."""

    form_set: FormSet
    ref: str
    agency_code: str | None
    name: str
    id_number: str | None
    address: str
    phone: str | None
    procedure: str
    accepted_at: datetime


class Notice(Struct, frozen=True, kw_only=True):
    """A notice as its officer made it; ``head`` is the agency's, ``note`` her own words.

    ``papers`` only where papers are asked for, ``settlement`` only where the agency stops, the
    two due times only where it apologises.
    """

    kind: Kind
    head: Head
    number: int
    year: int
    about: Dossier
    reason: str
    ground: str = ""
    note: str = ""
    officer: str
    contact: str
    papers: tuple[DocumentLine, ...] = ()
    settlement: str = ""
    old_due: datetime | None = None
    new_due: datetime | None = None


def notice(paper: Notice) -> bytes:
    """The notice as PDF/A-2b."""
    return press.pdf(letter_words.TEMPLATE, words(paper), paper.head.at)


def number(kind: Kind, serial: int, year: int) -> str:
    """12/HDHS for guidance, whose form says so; 12/2026 for the others."""
    return f"{serial}/HDHS" if kind is Kind.SUPPLEMENT else f"{serial}/{year}"


def words(paper: Notice) -> dict[str, object]:
    """What the template prints."""
    about = paper.about
    form = form_of(paper.kind, about.form_set)
    asked = paper.kind is Kind.SUPPLEMENT
    own: dict[str, Any] = {
        "title": form.title,
        "basis": form.basis,
        "number": number(paper.kind, paper.number, paper.year),
        "paper": "a4",
        "to": about.name,
        "facts": [
            ("Số định danh", figures.masked(about.id_number)),
            ("Địa chỉ", about.address),
            ("Điện thoại", figures.masked(about.phone)),
            ("Nội dung yêu cầu", about.procedure),
            ("Mã hồ sơ", f"{about.agency_code or 'chưa cấp'} · số tiếp nhận {about.ref}"),
            ("Ngày nhận hồ sơ", figures.moment(about.accepted_at)),
            *dues(paper),
        ],
        "lead": LEADS[paper.kind],
        "columns": ["TT", "Tên giấy tờ", "Bản chính", "Chứng thực", "Photo"] if asked else [],
        "widths": ["8mm", "1fr", "19mm", "21mm", "15mm"] if asked else [],
        "rows": [letter_words.counted(rank, line) for rank, line in enumerate(paper.papers, 1)],
        "paragraphs": said(paper),
        "signs": [["Người nộp hồ sơ", ""], [SIGNS[paper.kind], ""]]
        if asked
        else [["", ""], [SIGNS[paper.kind], ""]],
        "fine": f"Cần hỏi: {paper.contact}. Người lập: {paper.officer}.",
    }
    return letter_words.blank(paper.head) | own


LEADS: Final = {
    Kind.SUPPLEMENT: "Hồ sơ của ông/bà cần bổ sung, hoàn thiện một lần những giấy tờ sau:",
    Kind.REFUSAL: "Cơ quan không tiếp nhận, giải quyết hồ sơ nêu trên.",
    Kind.APOLOGY: "Cơ quan xin lỗi ông/bà vì hồ sơ nêu trên chưa được giải quyết đúng hẹn.",
    Kind.STOP: "Cơ quan dừng giải quyết hồ sơ nêu trên.",
}


def dues(paper: Notice) -> list[tuple[str, str]]:
    """The appointment that is not kept, and the new one."""
    found = [("Hẹn trả trước đây", paper.old_due), ("Hẹn trả lại", paper.new_due)]
    return [(name, figures.moment(at)) for name, at in found if at is not None]


def said(paper: Notice) -> list[str]:
    ground = f" ({paper.ground})" if paper.ground else ""
    parts = [f"Lý do: {paper.reason}{ground}."] if paper.reason else []
    if paper.note:
        parts.append(paper.note)
    if paper.settlement:
        parts.append(f"Giải quyết về tài chính: {paper.settlement}")
    if paper.kind is Kind.SUPPLEMENT:
        parts.append(
            "Nộp tại bưu cục bất kỳ hoặc tại bộ phận một cửa. Thời gian chờ bổ sung không tính vào "
            "thời hạn giải quyết; thời hạn chạy lại khi cơ quan nhận đủ giấy tờ."
        )
    if paper.kind in (Kind.REFUSAL, Kind.STOP):
        parts.append("Giấy tờ đã nộp được chuyển trả ông/bà qua bưu điện hoặc tại bưu cục.")
    return parts
