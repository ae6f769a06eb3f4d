"""The form of a procedure's version: as typed, and read by the rules files are held to. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs, to_builtins

from postal_service.desk.catalogue.catalogue_version_store import Edition
from postal_service.desk.catalogue.catalogue_words import FIELDS
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Problem
from postal_service.desk.published.rows import DocumentRow, ProcedureRow
from postal_service.desk.published.tables import columns_of, row_of

#: What the form asks, as the files name it; the rest of a row follows from it.
WRITTEN: Final = (
    "code", "name_vi", "name_en", "field_vi", "level", "agency_code", "time_value", "time_unit",
    "cutoff_15h", "le_phi_vnd", "phi_vnd", "fee_note", "bcci_forward", "bcci_return",
    "to_addressee_only", "originals_to_withdraw", "valid_from", "valid_to", "verified", "source",
)  # fmt: skip
#: Where a new procedure begins.
USUAL: Final = {
    "level": "commune", "time_unit": "working_day", "cutoff_15h": "no", "le_phi_vnd": "0",
    "phi_vnd": "0", "bcci_forward": "yes", "bcci_return": "yes", "to_addressee_only": "no",
    "verified": "demo",
}  # fmt: skip
#: Grouped as money is written here: 1.500.000.
GROUPED: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
#: How a cell is written, by example: a pattern is for those who mend files.
SHAPES: Final = {
    "code": "ghi mã quốc gia như 1.004873",
    "agency_code": "ghi mã như H36.01, hoặc để trống",
    "valid_from": "ghi ngày/tháng/năm, ví dụ 01/01/2027",
    "valid_to": "ghi ngày/tháng/năm, ví dụ 01/01/2027, hoặc để trống",
}
#: More papers than any published list has.
MOST_DOCUMENTS: Final = 60


class TypedDocument(Struct, frozen=True, kw_only=True):
    """One line of the list of papers, as typed."""

    name_vi: str = ""
    originals: str = "0"
    certified: str = "0"
    photocopies: str = "0"
    required: str = "yes"
    form_no: str = ""


class Typed(Struct, frozen=True, kw_only=True):
    """The form as typed, nothing checked. ``base`` is the code whose version it began from.

    ``seen`` is the number of the newest version when the form was opened; ``instead_of`` that of
    the version, not in force yet, which gives way to this one.
    """

    form_id: str
    base: str = ""
    seen: int = 0
    instead_of: int = 0
    cells: Mapping[str, str]
    documents: tuple[TypedDocument, ...] = ()
    why: str = ""


class BadVersion(DeskError):
    """The version cannot be saved as it is; ``problems`` lists everything."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"Chưa lưu được: còn {len(problems)} chỗ cần sửa. "
            + " ".join(problem.vi for problem in problems),
            f"Not saved: {len(problems)} things need mending. "
            + " ".join(problem.en for problem in problems),
        )
        self.problems = list(problems)


def typed_of(edition: Edition | None, *, form_id: str, seen: int, instead_of: int = 0) -> Typed:
    """The form filled with what there is; the day is the administrator's to say."""
    if edition is None:
        return Typed(form_id=form_id, cells=dict.fromkeys(WRITTEN, "") | USUAL)
    cells = cells_of(edition)
    if not instead_of:
        cells["valid_from"] = ""
    return Typed(
        form_id=form_id,
        base=edition.code,
        seen=seen,
        instead_of=instead_of,
        cells=cells,
        documents=tuple(
            TypedDocument(
                name_vi=one.name_vi,
                originals=str(one.originals),
                certified=str(one.certified),
                photocopies=str(one.photocopies),
                required="yes" if one.required else "if",
                form_no=one.form_no or "",
            )
            for one in edition.documents
        ),
    )


def cells_of(version: Edition | ProcedureRow) -> dict[str, str]:
    """A version as cells, the way the files and the form write them."""
    given = to_builtins(version)
    if isinstance(version, Edition):
        given["verified"] = "demo" if version.demo else "yes"
    return {name: cell_of(given.get(name)) for name in WRITTEN}


def cell_of(value: Any) -> str:  # noqa: ANN401 -- whatever a column holds
    """A value as a file writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ";".join(map(str, value))
    return str(value)


def wrong(column: str, vi: str, en: str) -> Problem:
    return Problem(column, f"{FIELDS.get(column, column)}: {vi}.", f"{column}: {en}.")


def read(
    typed: Typed, *, version: int, replaces: str, verified_fields: Sequence[str]
) -> tuple[ProcedureRow | None, tuple[DocumentRow, ...], list[Problem]]:
    """The form as rows of the tables, or everything that is wrong cell by cell."""
    cells = {name: typed.cells.get(name, "") for name in WRITTEN}
    for money in ("le_phi_vnd", "phi_vnd"):
        if GROUPED.fullmatch(cells[money]):
            cells[money] = cells[money].replace(".", "")
    fees = [cells["le_phi_vnd"], cells["phi_vnd"]]
    whole = all(fee.isascii() and fee.isdigit() and len(fee) < 15 for fee in fees)
    given = cells | {
        "version": str(version),
        "state_fee_vnd": str(min(sum(map(int, fees)), 10**10)) if whole else "0",
        "replaces": replaces,
        "verified_fields": ";".join(verified_fields),
    }
    columns = columns_of(ProcedureRow)
    row, faults = row_of(ProcedureRow, columns, [given[column.name] for column in columns])
    problems = [
        wrong(fault.column, SHAPES.get(fault.column, fault.vi), fault.en)
        for fault in faults
        if fault.column != "state_fee_vnd"  # it is only a sum, and its parts say what is wrong
    ]
    documents = []
    if len(typed.documents) > MOST_DOCUMENTS:
        vi = f"Danh mục có {len(typed.documents)} giấy tờ; nhiều nhất là {MOST_DOCUMENTS}."
        problems.append(Problem("documents", vi, f"more than {MOST_DOCUMENTS} documents"))
    for ordinal, one in enumerate(typed.documents[:MOST_DOCUMENTS], 1):
        document, bad = document_of(one, cells, version, ordinal)
        problems += bad
        if document is not None:
            documents.append(document)
    return row, tuple(documents), problems


def document_of(
    one: TypedDocument, cells: Mapping[str, str], version: int, ordinal: int
) -> tuple[DocumentRow | None, list[Problem]]:
    """One line of the list. Its copies of the procedure's own cells are judged with those."""
    given = to_builtins(one) | {
        "procedure_code": "0.000000",
        "version": str(version),
        "ordinal": str(ordinal),
        "flag": "shortened from source" if cells["verified"] == "yes" else "demo",
        "source": "form",
    }
    columns = columns_of(DocumentRow)
    row, faults = row_of(DocumentRow, columns, [given[column.name] for column in columns])
    found = [
        Problem(
            f"d{ordinal}-{fault.column}",
            f"Giấy tờ {ordinal}: {fault.vi}.",
            f"document {ordinal}, {fault.column}: {fault.en}.",
        )
        for fault in faults
    ]
    if row is None:
        return None, found
    return structs.replace(row, procedure_code=cells["code"], source=cells["source"]), found
