"""What a version of a procedure must be before it may wait for its day. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from postal_service.desk.catalogue.catalogue_form import WRITTEN, cells_of, wrong
from postal_service.desk.catalogue.catalogue_periods import Layout
from postal_service.desk.catalogue.catalogue_version_store import Edition
from postal_service.desk.intake import Problem
from postal_service.desk.published.rows import DocumentRow, ProcedureRow


def faults_of_why(why: str) -> list[Problem]:
    """A change without a reason cannot be explained to anybody later."""
    found = []
    if not why:
        vi = "ghi quyết định hoặc lý do của thay đổi này"
        found.append(wrong("why", vi, "say which decision this rests on"))
    if len(why) > 500:
        found.append(wrong("why", "không quá 500 ký tự", "at most 500 characters"))
    return found


def faults_of(row: ProcedureRow, documents: Sequence[DocumentRow], *, today: date) -> list[Problem]:
    """What no single cell shows."""
    found = []
    if row.valid_from < today:
        vi = f"không được trước hôm nay ({today:%d/%m/%Y}); chọn một ngày sau hôm nay"
        found.append(wrong("valid_from", vi, "it must be later than today"))
    if row.valid_from.year > today.year + 20:
        found.append(wrong("valid_from", "quá xa; kiểm tra lại năm", "too far away"))
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        vi = f"phải sau ngày bắt đầu {row.valid_from:%d/%m/%Y}"
        found.append(wrong("valid_to", vi, f"must be later than {row.valid_from}"))
    return found + repeated(documents)


def repeated(documents: Sequence[DocumentRow]) -> list[Problem]:
    """Papers that stand in the list twice: the counter would ask for both."""
    found, first = [], dict[str, int]()
    for one in documents:
        name = plain(one.name_vi)
        if name in first:
            found.append(
                Problem(
                    f"d{one.ordinal}-name_vi",
                    f"Giấy tờ {one.ordinal}: trùng với giấy tờ {first[name]}.",
                    f"document {one.ordinal} is document {first[name]} again.",
                )
            )
        first.setdefault(name, one.ordinal)
    return found


def plain(name: str) -> str:
    """A name without what people type in two ways."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def warnings_of(
    row: ProcedureRow, documents: Sequence[DocumentRow], gaps: Sequence[tuple[date, date]]
) -> tuple[str, ...]:
    """What is allowed and may still be a slip; said before saving."""
    found = [
        f"Từ {begin:%d/%m/%Y} đến trước {end:%d/%m/%Y} không có phiên bản nào: quầy không nhận "
        "được thủ tục này."
        for begin, end in gaps
    ]
    if not (row.bcci_forward or row.bcci_return):
        found.append("Không chiều nào qua bưu chính: quầy sẽ không nhận thủ tục này.")
    if row.originals_to_withdraw and not row.bcci_return:
        found.append("Có bản chính phải thu lại nhưng kết quả không trả qua bưu chính.")
    if not documents:
        found.append("Danh mục giấy tờ trống: quầy không được yêu cầu công dân nộp giấy tờ nào.")
    if row.verified == "demo":
        found.append("Dữ liệu minh họa: các trang ghi rõ là chưa kiểm chứng.")
    return tuple(found)


def same(
    before: Edition,
    row: ProcedureRow,
    documents: Sequence[DocumentRow],
    layout: Layout,
    *,
    moved: bool,
) -> bool:
    """Whether the new version would say what the old one says; *moved*: its day counts too."""
    apart = {"source"} if moved else {"source", "valid_from"}
    old, new = cells_of(before), cells_of(row)
    new["valid_to"] = str(layout.valid_to or "")
    papers = [papers_of(one) for one in before.documents] == [papers_of(one) for one in documents]
    return papers and all(old[name] == new[name] for name in WRITTEN if name not in apart)


def papers_of(one: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- a document of the table or of a file
    """What two lists are compared by."""
    required = one.required in (True, "yes")
    return one.name_vi, one.originals, one.certified, one.photocopies, required, one.form_no
