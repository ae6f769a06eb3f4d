"""What must hold between the rows of the province's tables, whichever table it is. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

from msgspec import Struct

from postal_service.desk.published.tables import BadRow, Line

#: A table's rows; which struct they are is the sheet's business.
Lines = Sequence[Line[Any]]
Tables = Mapping[str, Lines]


class Counts(Protocol):
    """What every package says after writing rows."""

    @property
    def added(self) -> int: ...
    @property
    def changed(self) -> int: ...


class Reference(Struct, frozen=True):
    """Columns whose text must stand in those of another file; empty cells refer to nothing."""

    columns: tuple[str, ...]
    file: str
    names: tuple[str, ...]
    joined_by: str = ""


class Sheet(Struct, frozen=True, kw_only=True):
    """One file: what a row is, what makes it one, what it points to, and who writes it."""

    file: str
    row: type[Struct]
    key: tuple[str, ...]
    one_a_day: tuple[str, ...] = ()  #: no two rows alike in these are in force on one day
    refers: tuple[Reference, ...] = ()
    put: Callable[..., Awaitable[Counts]]


def wrong(sheets: Sequence[Sheet], tables: Tables) -> Iterator[BadRow]:
    """Everything wrong between rows, sheet by sheet."""
    first: dict[tuple[Any, ...], str] = {}
    for sheet in sheets:
        yield from repeats(sheet, tables[sheet.file], first)
        yield from backward(sheet, tables[sheet.file])
        yield from overlaps(sheet, tables[sheet.file])
        for reference in sheet.refers:
            yield from dangling(sheet, reference, tables)


def repeats(sheet: Sheet, lines: Lines, first: dict[tuple[Any, ...], str]) -> Iterator[BadRow]:
    """Rows with a key that was there before, in this file or in another of the same kind."""
    for line in lines:
        key = (sheet.row, *values(line.row, sheet.key))
        where = f"{sheet.file}:{line.number}"
        if (earlier := first.setdefault(key, where)) != where:
            yield BadRow(
                file=sheet.file,
                line=line.number,
                column=sheet.key[0],
                why_vi=f"trùng khóa {words(line.row, sheet.key)} với {earlier}",
                why_en=f"the key {words(line.row, sheet.key)} is already at {earlier}",
            )


def backward(sheet: Sheet, lines: Lines) -> Iterator[BadRow]:
    """Periods that end before they begin, or on that day: such a version is never in force."""
    for line in lines:
        begin, end = period(line.row)
        if begin >= end:
            yield BadRow(
                file=sheet.file,
                line=line.number,
                column="valid_to",
                why_vi=f"ngày hết hiệu lực {end} không sau ngày bắt đầu {begin}",
                why_en=f"the end {end} is not after the beginning {begin}",
            )


def overlaps(sheet: Sheet, lines: Lines) -> Iterator[BadRow]:
    """Versions of one thing that share a day: nobody could say which one counts."""
    if not sheet.one_a_day:
        return
    in_order = sorted(
        lines, key=lambda line: (repr(values(line.row, sheet.one_a_day)), period(line.row))
    )
    for one, other in pairwise(in_order):
        same = values(one.row, sheet.one_a_day) == values(other.row, sheet.one_a_day)
        if same and period(other.row)[0] < period(one.row)[1]:
            thing = words(other.row, sheet.one_a_day)
            yield BadRow(
                file=sheet.file,
                line=other.number,
                column="valid_from",
                why_vi=f"{thing} trùng thời gian hiệu lực với dòng {one.number}",
                why_en=f"{thing} is in force on days of line {one.number}",
            )


def dangling(sheet: Sheet, reference: Reference, tables: Tables) -> Iterator[BadRow]:
    """Rows that name what no file has."""
    known = {
        reference.joined_by.join(map(str, values(line.row, reference.names)))
        for line in tables[reference.file]
    }
    for line in tables[sheet.file]:
        cells = values(line.row, reference.columns)
        named = reference.joined_by.join(map(str, cells))
        if cells != (None,) and named not in known:
            yield BadRow(
                file=sheet.file,
                line=line.number,
                column=reference.columns[0],
                why_vi=f"{named} không có trong {reference.file}",
                why_en=f"{named} is not in {reference.file}",
            )


def period(row: Struct) -> tuple[date, date]:
    """From when until when a row is in force; rows without dates always are."""
    begin, end = getattr(row, "valid_from", None), getattr(row, "valid_to", None)
    return begin or date.min, end or date.max


def values(row: Struct, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in columns)


def words(row: Struct, columns: Sequence[str]) -> str:
    return " ".join(str(value) for value in values(row, columns) if value is not None)
