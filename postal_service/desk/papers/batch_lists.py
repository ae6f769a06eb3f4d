"""Bảng kê tiếp nhận: what an organisation handed in at once, line by line, and one sum of money.

State money and what the post earns stand in columns apart and are never netted. Both sides sign
once; each dossier has its own receipt all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press

TEMPLATE: Final = "list.typ"
BASIS: Final = "Quyết định 45/2016/QĐ-TTg · mẫu của bưu điện"


class BatchLine(Struct, frozen=True, kw_only=True):
    """One dossier of the file; ``line`` is its line in it."""

    line: int
    ref: str
    name: str
    procedure: str
    agency: str
    papers: int
    state_vnd: int
    post_vnd: int


class BatchList(Struct, frozen=True, kw_only=True):
    """The list as it is printed."""

    authority: str
    office: str
    number: str
    at: datetime
    org_name: str
    tax_code: str
    clerk: str
    lines: tuple[BatchLine, ...]

    @property
    def state_vnd(self) -> int:
        return sum(line.state_vnd for line in self.lines)

    @property
    def post_vnd(self) -> int:
        return sum(line.post_vnd for line in self.lines)


class Column(Struct, frozen=True):
    """Its heading, how wide it is, and what a line puts into it."""

    name: str
    width: str
    cell: Callable[[BatchLine], str]
    number: bool = False


COLUMNS: Final = (
    Column("Dòng", "11mm", lambda line: str(line.line), number=True),
    Column("Hồ sơ", "31mm", lambda line: line.ref),
    Column("Họ và tên", "1fr", lambda line: line.name),
    Column("Thủ tục", "17mm", lambda line: line.procedure),
    Column("Cơ quan", "1fr", lambda line: line.agency),
    Column("Giấy tờ", "13mm", lambda line: str(line.papers), number=True),
    Column("Phí, lệ phí thu hộ", "21mm", lambda line: figures.money(line.state_vnd), number=True),
    Column("Cước bưu điện", "21mm", lambda line: figures.money(line.post_vnd), number=True),
)


def batch_list(paper: BatchList) -> bytes:
    """The list as PDF/A-2b, up to ten thousand lines."""
    return press.pdf(TEMPLATE, words(paper), paper.at, tagged=False)


def words(paper: BatchList) -> dict[str, object]:
    """What the template prints."""
    return {
        "authority": paper.authority,
        "office": paper.office,
        "basis": BASIS,
        "number": paper.number,
        "bars": None,
        "title": "Bảng kê tiếp nhận hồ sơ của tổ chức",
        "subtitle": "mỗi hồ sơ có giấy tiếp nhận riêng",
        "facts": [
            ("Tổ chức", paper.org_name),
            ("Mã số thuế", paper.tax_code),
            ("Nhận xong lúc", figures.moment(paper.at)),
            ("Phí, lệ phí thu hộ cơ quan", figures.money(paper.state_vnd)),
            ("Cước bưu điện", figures.money(paper.post_vnd)),
            ("Cộng đã thu", figures.money(paper.state_vnd + paper.post_vnd)),
        ],
        "count_name": "Tổng số hồ sơ",
        "count": f"{len(paper.lines)}",
        "columns": [{"name": c.name, "width": c.width, "number": c.number} for c in COLUMNS],
        "rows": [[column.cell(line) for column in COLUMNS] for line in paper.lines],
        "empty": "Chưa nhận hồ sơ nào.",
        "notes": [
            "Tiền thu hộ giữ thay cơ quan, không bù trừ với cước bưu điện.",
            "Tổ chức giữ một bản, bưu cục giữ một bản.",
        ],
        "signs": [["Đại diện tổ chức", ""], ["Giao dịch viên", paper.clerk]],
        "flipped": False,
    }
