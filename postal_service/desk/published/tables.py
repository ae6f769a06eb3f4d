"""Reading a table that people keep: strictly, cell by cell, and to the end.

A wrong cell is described, not raised: whoever mends the file wants all of its
mistakes at once.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import FieldInfo, fields

from postal_service.desk.errors import DeskError

R = TypeVar("R", bound=Struct)

WHOLE = re.compile(r"-?[0-9]+")

#: More than this is one mistake made many times.
WORTH_SHOWING = 50


class BadRow(Struct, frozen=True, kw_only=True):
    """Where a table is wrong, and why. Line 1 is the header; no column means the whole line."""

    file: str
    line: int
    column: str = ""
    why_vi: str
    why_en: str

    @property
    def vi(self) -> str:
        column = f", cột {self.column}" if self.column else ""
        return f"{self.file}, dòng {self.line}{column}: {self.why_vi}."

    @property
    def en(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}, line {self.line}{column}: {self.why_en}."


class BadTables(DeskError):
    """Some rows cannot be loaded, so none was."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        super().__init__(
            "\n".join(["Chưa nạp dòng nào. Sửa những chỗ sau rồi nạp lại:", *(r.vi for r in rows)]),
            "\n".join(["Nothing was loaded. Mend these and load again:", *(r.en for r in rows)]),
        )
        self.rows = list(rows)


class BadCell(ValueError):
    """A cell that is well formed by itself and wrong beside its neighbours."""

    def __init__(self, column: str, vi: str, en: str) -> None:
        super().__init__(f"{column}: {en}")
        self.column, self.vi, self.en = column, vi, en


class Line(Struct, Generic[R], frozen=True):
    """A row and where it stands in its file."""

    number: int
    row: R


class Column(Struct, frozen=True):
    """What a cell must be: its annotation, the same as msgspec sees it, and its default."""

    name: str
    attribute: str
    annotation: Any
    kind: inspect.Type
    default: Any

    @property
    def required(self) -> bool:
        return self.default is NODEFAULT

    def read(self, cell: str) -> Any:  # noqa: ANN401 -- whatever the column's type says
        """The value of *cell*. Raises ValueError for what the column cannot hold."""
        if not cell:
            if self.required:
                raise ValueError(cell)
            return self.default
        match self.kind:
            case inspect.BoolType():
                return {"yes": True, "no": False, "1": True, "0": False}[cell]
            case inspect.IntType() if not WHOLE.fullmatch(cell):
                raise ValueError(cell)  # msgspec reads 22.000 as 22: a price a thousand times less
            case inspect.ListType():
                return msgspec.convert(cell.split(";"), self.annotation, strict=False)
        value = msgspec.convert(cell, self.annotation, strict=False)
        if value is None:  # the word "null" is not an empty cell
            raise ValueError(cell)
        return value


def read(path: Path, kind: type[R]) -> tuple[list[Line[R]], list[BadRow]]:
    """Every good row of *path* as a *kind*, and every bad one described.

    The header names the fields of *kind*, in their order. Lists are separated
    by ";", truth is yes or no, an empty cell is the field's default.
    """
    columns = columns_of(kind)
    good: list[Line[R]] = []
    bad: list[BadRow] = []
    for number, cells in lines(path, bad):
        if number == 1:
            if why := wrong_header(cells, columns):
                return [], [BadRow(file=path.name, line=1, why_vi=why[0], why_en=why[1])]
            continue
        row, faults = row_of(kind, columns, cells)
        bad += [
            BadRow(
                file=path.name, line=number, column=fault.column, why_vi=fault.vi, why_en=fault.en
            )
            for fault in faults
        ]
        if row is not None:
            good.append(Line(number, row))
    return good, bad


def lines(path: Path, bad: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and raw cells. What stops the reading is added to *bad*."""

    def stop(line: int, vi: str, en: str) -> None:
        bad.append(BadRow(file=path.name, line=line, why_vi=vi, why_en=en))

    try:
        raw = path.read_bytes()
    except OSError as error:
        return stop(1, f"không đọc được tệp ({error.strerror})", f"unreadable ({error.strerror})")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = raw.count(b"\n", 0, error.start) + 1
        return stop(where, "tệp không phải UTF-8", "the file is not UTF-8")
    if not text:
        return stop(1, "tệp trống", "the file is empty")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        stop(begins, f"sai cú pháp CSV ({error})", f"not CSV ({error})")


def columns_of(kind: type[Struct]) -> list[Column]:
    return [
        Column(
            field.encode_name,
            field.name,
            field.type,
            plain(inspect.type_info(field.type)),
            when_empty(field),
        )
        for field in fields(kind)
    ]


def when_empty(field: FieldInfo) -> Any:  # noqa: ANN401 -- whatever the column's type says
    """What an empty cell means: the field's default, or nothing where nothing is allowed."""
    if field.default_factory is not NODEFAULT:
        return field.default_factory()
    kind = inspect.type_info(field.type)
    if field.default is NODEFAULT and isinstance(kind, inspect.UnionType) and kind.includes_none:
        return None
    return field.default


def plain(kind: inspect.Type) -> inspect.Type:
    """The type without "or nothing" and without its annotations for people."""
    match kind:
        case inspect.UnionType():
            return plain(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
        case inspect.Metadata():
            return plain(kind.type)
    return kind


def wrong_header(cells: list[str], columns: list[Column]) -> tuple[str, str] | None:
    expected = [column.name for column in columns]
    if cells == expected:
        return None
    if cells and cells[0].startswith("\ufeff"):
        return (
            "tệp bắt đầu bằng dấu BOM; lưu lại dạng UTF-8 không BOM",
            "the file starts with a BOM",
        )
    names = ",".join(expected)
    return f"dòng tiêu đề phải đúng là {names}", f"the header must be exactly {names}"


def row_of(
    kind: type[R], columns: list[Column], cells: list[str]
) -> tuple[R | None, list[BadCell]]:
    """The row, or what is wrong with it."""
    if len(cells) != len(columns):
        vi = f"có {len(cells)} ô, cần {len(columns)}"
        return None, [BadCell("", vi, f"{len(cells)} cells instead of {len(columns)}")]
    values, faults = {}, []
    for column, cell in zip(columns, cells, strict=True):
        try:
            values[column.attribute] = value_of(column, cell)
        except BadCell as fault:
            faults.append(fault)
    if faults:
        return None, faults
    try:
        return kind(**values), []
    except BadCell as fault:
        return None, [fault]
    except ValueError as error:  # another package's row: "column: why", in English only
        name, _, why = str(error).rpartition(": ")
        return None, [BadCell(name, why, why)]


def value_of(column: Column, cell: str) -> Any:  # noqa: ANN401 -- whatever the column's type says
    if fault := untidy(cell):
        raise BadCell(column.name, *fault)
    try:
        return column.read(cell)
    except (ValueError, KeyError):  # msgspec.ValidationError is a ValueError
        vi, en = expected(column.kind)
        shown = f"“{cell[:40]}”" if cell else ""
        raise BadCell(
            column.name,
            f"{shown or 'ô trống'} không hợp lệ, cần {vi}",
            f"{shown or 'the empty cell'} is not {en}",
        ) from None


def untidy(cell: str) -> tuple[str, str] | None:
    """What no cell may have, whatever its type: it would be there and not be seen."""
    if cell.isascii() and cell.isprintable() and cell == cell.strip():
        return None
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in cell):
        return "có ký tự điều khiển hoặc ký tự ẩn", "has a control or invisible character"
    if not unicodedata.is_normalized("NFC", cell):
        return "chữ có dấu không ở dạng NFC (dựng sẵn)", "the text is not in NFC"
    if cell != cell.strip():
        return "thừa khoảng trắng ở đầu hoặc cuối", "blanks at the start or the end"
    return None


def expected(kind: inspect.Type) -> tuple[str, str]:
    """What a column holds, for the one who mends it, in Vietnamese and in English."""
    match kind:
        case inspect.IntType(ge=ge, le=le):
            low_vi, low_en = (f" từ {ge}", f" from {ge}") if ge is not None else ("", "")
            high_vi, high_en = (f" đến {le}", f" to {le}") if le is not None else ("", "")
            return f"số nguyên{low_vi}{high_vi}", f"a whole number{low_en}{high_en}"
        case inspect.FloatType():
            return "một số", "a number"
        case inspect.DateType():
            return "ngày dạng YYYY-MM-DD", "a day written YYYY-MM-DD"
        case inspect.BoolType():
            return "yes hoặc no", "yes or no"
        case inspect.LiteralType(values=values):
            return (
                f"một trong {', '.join(map(str, values))}",
                f"one of {', '.join(map(str, values))}",
            )
        case inspect.EnumType(cls=cls):
            names = ", ".join(str(member.value) for member in cls)
            return f"một trong {names}", f"one of {names}"
        case inspect.StrType(pattern=str(pattern)):
            return f"dạng {pattern}", f"of the form {pattern}"
        case inspect.StrType(max_length=int(most)):
            return f"chữ, không quá {most} ký tự", f"text of at most {most} characters"
    return "một giá trị đúng kiểu của cột", "a value of the column's type"
