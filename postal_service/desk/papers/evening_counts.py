"""The sheet of an evening's count: what was missing and extra first, and two signatures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.lists import BASIS, TEMPLATE, breakable
from tracking import identifiers

COLUMNS: Final = (
    ("TT", "9mm", True),
    ("Số bưu gửi", "33mm", False),
    ("Hồ sơ", "31mm", False),
    ("Cơ quan", "1fr", False),
    ("Kiểm đếm", "20mm", False),
    ("Sự cố", "22mm", False),
    ("Ghi chú", "26mm", False),
)
NOTES: Final = (
    "Thiếu: sổ ghi bưu cục giữ mà không đếm được. Thừa: đếm được mà sổ ghi nơi khác giữ.",
    "Mỗi dòng thiếu, thừa là một sự cố; hai người kết luận sau khi tìm. "
    "Bì trong túi đã niêm phong được đếm khi mở túi.",
)


class PaperLine(Struct, frozen=True, kw_only=True):
    """One paper; ``outcome`` in words, ``incident`` the number of the one it opened."""

    ordinal: int
    s10: str
    ref: str
    agency: str
    outcome: str
    incident: str


class EveningSheet(Struct, frozen=True, kw_only=True):
    """A closed count as it is printed."""

    authority: str
    office: str
    number: str
    day: date
    begun_at: datetime
    closed_at: datetime
    closer: str
    why: str
    lines: tuple[PaperLine, ...]
    expected: int
    missing: int
    extra: int


def evening_sheet(paper: EveningSheet) -> bytes:
    """The sheet as PDF/A-2b. Raises BadIdentifier where an S10 is none."""
    return press.pdf(TEMPLATE, words(paper), paper.closed_at, tagged=False)


def words(paper: EveningSheet) -> dict[str, object]:
    """What the template prints."""
    return {
        "authority": paper.authority,
        "office": paper.office,
        "basis": BASIS,
        "number": paper.number,
        "bars": press.code128(paper.number),
        "title": "Phiếu kiểm đếm cuối ngày",
        "subtitle": f"bưu gửi tại bưu cục, ngày {figures.day(paper.day)}",
        "facts": facts(paper),
        "count_name": "Đếm được",
        "count": str(paper.expected - paper.missing + paper.extra),
        "columns": [{"name": name, "width": width, "number": n} for name, width, n in COLUMNS],
        "rows": [cells(line) for line in paper.lines],
        "empty": "Không có bưu gửi nào tại bưu cục.",
        "notes": NOTES,
        "signs": [["Người kiểm đếm", paper.closer], ["Trưởng bưu cục", ""]],
        "flipped": False,
    }


def facts(paper: EveningSheet) -> list[tuple[str, str]]:
    """When, and what it came to."""
    found = [
        ("Bắt đầu", figures.moment(paper.begun_at)),
        ("Khóa sổ", figures.moment(paper.closed_at)),
        ("Sổ ghi tại bưu cục", str(paper.expected)),
        ("Thiếu", str(paper.missing)),
        ("Thừa", str(paper.extra)),
    ]
    return [*found, ("Lý do thiếu", paper.why)] if paper.why else found


def cells(line: PaperLine) -> list[str]:
    return [
        str(line.ordinal),
        identifiers.print_s10(line.s10),
        line.ref,
        breakable(line.agency),
        line.outcome,
        line.incident,
        "",
    ]
