"""Báo cáo phản hồi tháng: what an office accepted and what came back, beside the month before."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press

TEMPLATE: Final = "feedback.typ"
BASIS: Final = "Quyết định 45/2016/QĐ-TTg · mẫu của bưu điện"


class Table(Struct, frozen=True, kw_only=True):
    """A table of the report; its first column is a name, the others are figures."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class FeedbackReport(Struct, frozen=True, kw_only=True):
    """The report as it is printed."""

    authority: str
    office: str
    month: str
    at: datetime
    by: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def feedback_report(paper: FeedbackReport) -> bytes:
    """The report as PDF/A-2b."""
    return press.pdf(TEMPLATE, words(paper), paper.at)


def words(paper: FeedbackReport) -> dict[str, object]:
    """What the template prints."""
    return {
        "authority": paper.authority,
        "office": paper.office,
        "basis": BASIS,
        "number": f"tháng {paper.month}",
        "bars": None,
        "title": f"Báo cáo hồ sơ bị trả tháng {paper.month}",
        "subtitle": "so với tháng trước",
        "facts": [*paper.facts, ("Lập lúc", figures.moment(paper.at))],
        "tables": [
            {
                "name": table.name,
                "columns": [
                    {"name": head, "width": "1fr" if n == 0 else "20mm", "number": n > 0}
                    for n, head in enumerate(table.heads)
                ],
                "rows": table.rows,
            }
            for table in paper.tables
        ],
        "empty": "Không có.",
        "signs": [["", ""], ["Người lập", paper.by]],
    }
