"""The province's tables as files for people: out for a spreadsheet, and in from one. Pure.

A cell that a spreadsheet would take for a formula goes out with an apostrophe before it, and
comes in without.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from msgspec import Struct

from postal_service.desk.catalogue.catalogue_form import cell_of
from postal_service.desk.errors import DeskError
from postal_service.desk.published.load import SHEETS
from postal_service.desk.published.sheets import Sheet
from postal_service.desk.published.tables import Column, columns_of, wrong_header

#: The tables that go out and in, by their names in addresses.
FILES: Final[Mapping[str, str]] = {
    "procedures": "procedures.csv",
    "documents": "procedure_documents.csv",
    "tariffs": "tariffs.csv",
    "agencies": "agencies.csv",
    "offices": "lam_dong_post_offices.csv",
    "hours": "reception_hours.csv",
    "holidays": "holidays_vn.csv",
    "reasons": "reasons.csv",
}
BY_NAME: Final[Mapping[str, Sheet]] = {
    name: next(sheet for sheet in SHEETS if sheet.file == file) for name, file in FILES.items()
}
#: What a file may weigh, and hold.
MOST_BYTES: Final = 10_000_000
MOST_ROWS: Final = 20_000
BOM: Final = "\ufeff"
#: What a spreadsheet would reckon with instead of showing.
FORMULA: Final = re.compile(r"^[=+\-@\t\r]")
DEFUSED: Final = re.compile(r"^'[=+\-@\t\r]")
#: How other files begin that people send by mistake.
MAGIC: Final[Mapping[bytes, str]] = {
    b"PK\x03\x04": "đây là tệp Excel (.xlsx) hoặc tệp nén; trong Excel chọn Lưu dạng CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "đây là tệp Excel cũ (.xls); trong Excel chọn Lưu dạng CSV UTF-8",
    b"%PDF": "đây là tệp PDF; xuất lại dạng CSV UTF-8",
    b"\xff\xfe": "tệp ở dạng UTF-16; lưu lại dạng CSV UTF-8",
    b"\xfe\xff": "tệp ở dạng UTF-16; lưu lại dạng CSV UTF-8",
}


class BadFile(DeskError):
    """The file as a whole cannot be read: nothing was taken."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Không nhận được tệp: {why}. Chưa nạp dòng nào.",
            f"The file was not taken: {why}. Nothing was loaded.",
        )


class Cells(Struct, frozen=True):
    """One record of a file, and the line it begins on."""

    line: int
    cells: list[str]


@cache
def columns(sheet: str) -> list[Column]:
    """Asked for every line: finding out what a column holds takes longer than reading it."""
    return columns_of(BY_NAME[sheet].row)


def written(sheet: str, rows: Iterable[Mapping[str, Any]], *, bom: bool) -> str:
    """The table as a file; with a mark of its encoding where a spreadsheet needs one."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = [column.name for column in columns(sheet)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([defused(cell_of(row[name])) for name in names])
    return (BOM if bom else "") + out.getvalue()


def defused(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def text_of(raw: bytes) -> str:
    """The file's text. Raises BadFile in words that say how to save it again."""
    if len(raw) > MOST_BYTES:
        raise BadFile(f"nặng hơn {MOST_BYTES // 1_000_000} MB; chia thành nhiều tệp")
    for begin, why in MAGIC.items():
        if raw.startswith(begin):
            raise BadFile(why)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(
            f"dòng {line} không phải UTF-8; trong Excel chọn Lưu dạng CSV UTF-8"
        ) from None
    if "\0" in text:
        raise BadFile("có ký tự NUL, đây không phải tệp chữ")
    if not text.strip():
        raise BadFile("tệp trống")
    return text


def parsed(sheet: str, text: str) -> list[Cells]:
    """Every record under a right header, blank lines left out. Raises BadFile.

    The separator is what the header has more of: a spreadsheet set to Vietnamese writes ";".
    """
    head = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=";" if head.count(";") > head.count(",") else ",",
        strict=True,
    )
    found = list(records(reader))
    if not found:
        raise BadFile("tệp trống")
    if why := wrong_header(found[0].cells, columns(sheet)):
        raise BadFile(why[0])
    if len(found) - 1 > MOST_ROWS:
        raise BadFile(f"có hơn {MOST_ROWS} dòng; chia thành nhiều tệp")
    if len(found) == 1:
        raise BadFile("chỉ có dòng tiêu đề")
    return found[1:]


def records(reader: Any) -> Iterator[Cells]:  # noqa: ANN401 -- the csv module's own reader
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield Cells(begins, [armed(cell) for cell in cells])
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(f"dòng {begins} sai cú pháp CSV ({error})") from None


def armed(cell: str) -> str:
    return cell[1:] if DEFUSED.match(cell) else cell


def cells_of(sheet: str, row: Mapping[str, Any]) -> Sequence[str]:
    """A row of the database as its line would be."""
    return [cell_of(row[column.name]) for column in columns(sheet)]
