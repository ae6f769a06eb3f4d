"""Lists of papers that change hands together: bag manifests, couriers' and agencies' lists.

A manifest names no person: it lies in a bag that may be opened on the way. A
courier's list has the doors he rides to. Whoever takes ticks line by line, and
each side signs once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press
from tracking import identifiers

TEMPLATE: Final = "list.typ"
#: A line longer than any real one may break anywhere rather than run off the paper.
LONGEST: Final = 24
BASIS: Final = "Quyết định 45/2016/QĐ-TTg · mẫu của bưu điện"


class Layout(StrEnum):
    """What the list is for; it says which columns it has."""

    MANIFEST = "manifest"
    COURIER = "courier"  #: bảng kê BD13
    BROUGHT = "brought"  #: what a courier brings in to his office
    AGENCY = "agency"  #: laid on the agency's desk
    RESULTS = "results"  #: what the agency gives to the post


class ListLine(Struct, frozen=True, kw_only=True):
    """One paper. Money in VND; ``outcome`` in words once it was answered, else a box to tick."""

    ordinal: int
    s10: str
    ref: str
    kind: str
    agency_code: str | None = None
    agency: str = ""
    originals: int = 0
    to: str = ""
    collect_vnd: int = 0
    outcome: str = ""


class HandOverList(Struct, frozen=True, kw_only=True):
    """A list as it is printed: the two sides, the seal of a bag, and its lines in order."""

    layout: Layout
    authority: str
    office: str
    number: str
    at: datetime
    giver: str
    taker: str
    giver_signs: str = ""
    taker_signs: str = ""
    seal: str | None = None
    lines: tuple[ListLine, ...]


class Column(Struct, frozen=True):
    """Its heading, how wide it is, and what a line puts into it; None is a box to tick."""

    name: str
    width: str
    cell: Callable[[ListLine], str | None]
    number: bool = False


def s10_of(line: ListLine) -> str:
    return identifiers.print_s10(identifiers.parse_s10(line.s10))


def answered(line: ListLine) -> str | None:
    return breakable(line.outcome) or None


def nothing(_: ListLine) -> str:
    return ""


def box(line: ListLine) -> str | None:
    """A box to tick, until the line was answered on a screen."""
    return "" if line.outcome else None


TT: Final = Column("TT", "9mm", lambda line: str(line.ordinal), number=True)
NUMBER: Final = Column("Số bưu gửi", "33mm", s10_of)
REF: Final = Column("Hồ sơ", "31mm", lambda line: line.ref)
KIND: Final = Column("Loại", "1fr", lambda line: line.kind)
COLUMNS: Final[Mapping[Layout, tuple[Column, ...]]] = {
    Layout.MANIFEST: (
        TT,
        NUMBER,
        REF,
        Column("Cơ quan", "1fr", lambda line: breakable(line.agency)),
        Column("Bản chính", "13mm", lambda line: str(line.originals), number=True),
        Column("Nhận", "22mm", answered),
        Column("Ghi chú", "22mm", nothing),
    ),
    Layout.COURIER: (
        TT,
        NUMBER,
        Column("Loại", "21mm", lambda line: line.kind),
        Column("Đến", "1fr", lambda line: breakable(line.to)),
        Column("Phải thu", "20mm", lambda line: money(line.collect_vnd), number=True),
        Column("Giờ giao", "16mm", nothing),
        Column("Người nhận ký, ghi họ tên", "44mm", nothing),
        Column("Không phát được, lý do", "30mm", lambda line: breakable(line.outcome)),
    ),
    Layout.BROUGHT: (
        TT,
        NUMBER,
        REF,
        KIND,
        Column("Nhận", "26mm", answered),
        Column("Ghi chú", "30mm", nothing),
    ),
    Layout.AGENCY: (
        TT,
        NUMBER,
        REF,
        KIND,
        Column("Nhận", "12mm", box),
        Column("Thiếu", "12mm", box),
        Column("Hỏng", "12mm", box),
        Column("Trả lại", "13mm", box),
        Column("Lý do, ghi chú", "30mm", lambda line: breakable(line.outcome)),
    ),
    Layout.RESULTS: (
        TT,
        NUMBER,
        Column("Mã hồ sơ", "46mm", lambda line: breakable(line.agency_code or "–")),
        REF,
        KIND,
        Column("Nhận", "12mm", box),
        Column("Ghi chú", "22mm", nothing),
    ),
}
TITLES: Final[Mapping[Layout, tuple[str, str]]] = {
    Layout.MANIFEST: ("Bảng kê túi hồ sơ", "đi cùng túi niêm phong, không ghi tên người"),
    Layout.COURIER: ("Bảng kê giao bưu tá", "BD13 · đi phát và đi nộp cơ quan"),
    Layout.BROUGHT: ("Bảng kê nộp về bưu cục", "bưu tá nộp, bưu cục nhận"),
    Layout.AGENCY: ("Bảng kê bàn giao hồ sơ", "bưu điện giao, cơ quan ký nhận từng dòng"),
    Layout.RESULTS: ("Bảng kê giao nhận kết quả", "cơ quan giao, bưu điện nhận để trả công dân"),
}
SIGNS: Final[Mapping[Layout, tuple[str, str]]] = {
    Layout.MANIFEST: ("Người đóng túi", "Người mở túi"),
    Layout.COURIER: ("Người giao", "Bưu tá nhận"),
    Layout.BROUGHT: ("Bưu tá nộp", "Bưu cục nhận"),
    Layout.AGENCY: ("Bưu điện giao", "Cơ quan nhận"),
    Layout.RESULTS: ("Cơ quan giao", "Bưu điện nhận"),
}
BALANCE: Final = "Nhận ……… + thiếu ……… + hỏng ……… + trả lại ……… = số bưu gửi trên bảng kê."
NOTES: Final[Mapping[Layout, tuple[str, ...]]] = {
    Layout.MANIFEST: (
        "Niêm phong khi nhận: nguyên ……… / rách ……… · số ………………… · đếm được ……… bưu gửi.",
        BALANCE + " Sai niêm phong hoặc sai số: đếm chung hai người, lập biên bản.",
    ),
    Layout.COURIER: (
        "Giao tận tay người có tên hoặc người được ủy quyền; không để vào hộp thư.",
        "Giữ kín danh sách này và nộp lại bưu cục khi hết ca.",
    ),
    Layout.BROUGHT: (BALANCE,),
    Layout.AGENCY: (
        "Ký nhận lúc …… giờ …… phút, ngày ……/……/20…… · " + BALANCE,
        "Dòng trả lại hoặc thiếu vẫn do bưu điện giữ và chịu trách nhiệm.",
    ),
    Layout.RESULTS: ("Ký nhận ……… bưu gửi, lúc …… giờ …… phút, ngày ……/……/20……",),
}


def hand_over_list(paper: HandOverList) -> bytes:
    """The list as PDF/A-2b, up to 2,000 lines. Raises BadIdentifier where an S10 is none."""
    return press.pdf(TEMPLATE, words(paper), paper.at, tagged=False)


def words(paper: HandOverList) -> dict[str, object]:
    """What the template prints."""
    columns = COLUMNS[paper.layout]
    title, subtitle = TITLES[paper.layout]
    givers, takers = SIGNS[paper.layout]
    return {
        "authority": paper.authority,
        "office": paper.office,
        "basis": BASIS,
        "number": paper.number,
        "bars": press.code128(paper.number),
        "title": title,
        "subtitle": subtitle,
        "facts": sides(paper),
        "count_name": "Tổng số bưu gửi",
        "count": f"{len(paper.lines)}",
        "columns": [{"name": c.name, "width": c.width, "number": c.number} for c in columns],
        "rows": [[column.cell(line) for column in columns] for line in paper.lines],
        "empty": "Không có bưu gửi nào.",
        "notes": NOTES[paper.layout],
        "signs": [[givers, paper.giver_signs], [takers, paper.taker_signs]],
        "flipped": paper.layout is Layout.COURIER,
    }


def sides(paper: HandOverList) -> list[tuple[str, str]]:
    """From whom to whom, when, and what holds the list together."""
    found = [
        ("Bên giao", breakable(paper.giver)),
        ("Bên nhận", breakable(paper.taker)),
        ("Lập lúc", figures.moment(paper.at)),
    ]
    if paper.seal is not None:
        found.append(("Niêm phong số", breakable(paper.seal)))
    if paper.layout is Layout.MANIFEST:
        found.append(("Tổng bản chính", str(sum(line.originals for line in paper.lines))))
    if paper.layout is Layout.COURIER:
        owed = sum(line.collect_vnd for line in paper.lines)
        found.append(("Tổng phải thu", figures.money(owed)))
    return found


def money(amount: int) -> str:
    return figures.money(amount) if amount else "–"


def breakable(text: str) -> str:
    """*text* with places to break in words no column would hold."""
    return " ".join(
        word if len(word) <= LONGEST else "\u200b".join(word) for word in text.split(" ")
    )
