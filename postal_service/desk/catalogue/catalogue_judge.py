"""What each line of a brought file would do, and which may not. Pure.

A file is held to the rules of the pages: what is or was in force is not written over. A new
version begins after today; one that waits may still change; one in force may only end.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise, product
from typing import Any, Final

from msgspec import Struct, structs

from postal_service.desk.catalogue.catalogue_csv import BY_NAME, columns
from postal_service.desk.catalogue.catalogue_form import cell_of
from postal_service.desk.catalogue.catalogue_words import SERVICES, ZONES
from postal_service.desk.published.sheets import Sheet, period, values

#: Columns that no table keeps: two rows that differ in these alone are alike.
NOT_KEPT: Final[Mapping[str, frozenset[str]]] = {
    "offices": frozenset({"coord"}),
    "agencies": frozenset({"code_status", "in_2019_count"}),
    "hours": frozenset({"verified", "source", "weekdays"}),
    "holidays": frozenset({"weekday", "category", "name_en", "swap_with", "source", "note"}),
}
#: Days of the week as hours have them, and nothing else: "1-5", "6", "1;3-4".
RUNS: Final = re.compile(r"[1-7]-[1-7](;[1-7](-[1-7])?)*|[1-7](;[1-7](-[1-7])?)+")
#: A fault or a difference: column, then Vietnamese, then English.
Fault = tuple[str, str, str]


class Brought(Struct, frozen=True):
    """A line that could be read."""

    line: int
    row: Any


class Verdict(Struct, frozen=True):
    """What a line would do: added, changed, kept, edited or bad, and why."""

    line: int
    verdict: str
    faults: list[Fault] = []


class Known(Struct, frozen=True, kw_only=True):
    """What is there already."""

    rows: Mapping[tuple[str, ...], Mapping[str, Any]]  #: by key, as cells
    names: Mapping[str, frozenset[str]]  #: what each other file has, as references write it
    starts: Mapping[str, date]  #: first days of procedures' versions, by "code vN"


def judge(sheet: str, lines: Sequence[Brought], known: Known, today: date) -> list[Verdict]:
    """A verdict a line, in their order."""
    table = BY_NAME[sheet]
    faults: dict[int, list[Fault]] = defaultdict(list)
    for line, fault in between(sheet, table, lines, known):
        faults[line].append(fault)
    things = {thing_of(table, row) for row in known.rows.values()}
    found = []
    for one in lines:
        was = known.rows.get(key_of(table, one.row))
        starts = known.starts.get(version_of(one.row)) if sheet == "documents" else None
        begins = starts or begin_of(sheet, one.row, was)
        verdict = alone(
            sheet, one, was, begins=begins, today=today, thing=thing_of(table, one.row) in things
        )
        if faults[one.line]:
            verdict = Verdict(one.line, "bad", verdict.faults * (verdict.verdict == "bad")
                              + faults[one.line])  # fmt: skip
        found.append(verdict)
    return found


def alone(
    sheet: str,
    one: Brought,
    was: Mapping[str, Any] | None,
    *,
    begins: date | None,
    today: date,
    thing: bool,
) -> Verdict:
    """One line against the row with its key; *thing*: what it is a version of is known."""
    if was is None:
        late = begins is not None and begins <= today
        if late and (sheet == "holidays" or thing):
            return Verdict(one.line, "bad", [too_early(sheet, today)])
        return Verdict(one.line, "added")
    apart = differences(sheet, one.row, was)
    if not apart:
        return Verdict(one.line, "kept")
    if (begins or date.min) <= today and not only_ends(apart, one.row, was, today):
        return Verdict(one.line, "bad", [in_force(apart[0][0]), *apart])
    return Verdict(one.line, "edited" if was["edited_at"] else "changed", apart)


def version_of(row: Any) -> str:  # noqa: ANN401 -- a document of a file
    return f"{row.procedure_code} v{row.version}"


def begin_of(sheet: str, row: Any, was: Mapping[str, Any] | None) -> date | None:  # noqa: ANN401
    """The first day a row counts; None: it always did. The day that is there already decides."""
    if sheet == "holidays":
        day: date = row.day
        return day
    given: date | None = getattr(row, "valid_from", None)
    return was.get("valid_from", given) if was else given


def differences(sheet: str, row: Any, was: Mapping[str, Any]) -> list[Fault]:  # noqa: ANN401
    """Columns that would read otherwise: "cũ → mới"."""
    cells = by_column(sheet, row)
    apart = NOT_KEPT.get(sheet, frozenset())
    return [
        (name, f"{cell_of(was[name]) or '(trống)'} → {cell or '(trống)'}", "differs")
        for name, cell in cells.items()
        if name not in apart and cell_of(was[name]) != cell
    ]


def by_column(sheet: str, row: Any) -> dict[str, str]:  # noqa: ANN401 -- whichever row it is
    return {column.name: cell_of(getattr(row, column.attribute)) for column in columns(sheet)}


def only_ends(
    apart: Sequence[Fault],
    row: Any,  # noqa: ANN401
    was: Mapping[str, Any],
    today: date,
) -> bool:
    """Whether a row in force only gets another last day, and both last days are still to come."""
    if [name for name, _, _ in apart] != ["valid_to"]:
        return False
    ends = (was["valid_to"] or date.max, row.valid_to or date.max)
    return min(ends) > today


def too_early(sheet: str, today: date) -> Fault:
    column = {"holidays": "date", "documents": "version"}.get(sheet, "valid_from")
    vi = f"ngày hiệu lực phải sau hôm nay ({today:%d/%m/%Y}): điều đã qua không đổi được"
    return column, vi, "must be later than today"


def in_force(column: str) -> Fault:
    vi = (
        "dòng này đang hoặc đã có hiệu lực nên không ghi đè; thêm phiên bản mới từ ngày sau hôm nay"
    )
    return column, vi, "this row is or was in force: add a later version instead"


def key_of(table: Sheet, row: Any) -> tuple[str, ...]:  # noqa: ANN401 -- a struct, or cells
    return tuple(map(spread, parts(table, row, table.key)))


def thing_of(table: Sheet, row: Any) -> tuple[str, ...]:  # noqa: ANN401 -- a struct, or cells
    names = table.one_a_day or (table.key[:2] if len(table.key) > 2 else table.key[:1])
    return tuple(map(spread, parts(table, row, names)))


def parts(table: Sheet, row: Any, names: Sequence[str]) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(row, Mapping):
        return values(row, names)
    fields = {field.name: field.encode_name for field in structs.fields(table.row)}
    return tuple(row[fields[name]] for name in names)


def spread(value: object) -> str:
    """A value of a key as text; weekdays one by one, however they were written."""
    text = cell_of(value)
    if not RUNS.fullmatch(text):
        return text
    runs = [range(int(run[0]), int(run[-1]) + 1) for run in text.split(";")]
    return ";".join(str(day) for day in sorted({day for run in runs for day in run}))


def between(
    sheet: str, table: Sheet, lines: Sequence[Brought], known: Known
) -> Iterable[tuple[int, Fault]]:
    """What is wrong between lines, and between lines and what is there."""
    first: dict[tuple[str, ...], int] = {}
    for one in lines:
        key = key_of(table, one.row)
        if (earlier := first.setdefault(key, one.line)) != one.line:
            fault = (table.key[0], f"trùng khóa với dòng {earlier}", f"repeats line {earlier}")
            yield one.line, fault
        begin, end = period(one.row)
        if begin >= end:
            vi = "ngày hết hiệu lực phải sau ngày bắt đầu"
            yield one.line, ("valid_to", vi, "ends before it begins")
    yield from overlaps(table, lines, known)
    for reference in table.refers:
        names = known.names.get(reference.file, frozenset())
        own = {reference.joined_by.join(map(cell_of, values(one.row, reference.names)))
               for one in lines if reference.file == table.file}  # fmt: skip
        for one in lines:
            cells = values(one.row, reference.columns)
            named = reference.joined_by.join(map(cell_of, cells))
            if cells != (None,) and named not in names and named not in own:
                vi = f"“{named}” không có trong bảng {reference.file}"
                yield one.line, (reference.columns[0], vi, f"{named} is unknown")
    if sheet == "tariffs":
        yield from holes(lines, known)


def overlaps(table: Sheet, lines: Sequence[Brought], known: Known) -> Iterable[tuple[int, Fault]]:
    """Versions of one thing on one day, those of the database included that no line replaces."""
    if not table.one_a_day:
        return
    mine = {key_of(table, one.row) for one in lines}
    spans: dict[tuple[str, ...], list[tuple[date, date, int]]] = defaultdict(list)
    for one in lines:
        spans[thing_of(table, one.row)].append((*period(one.row), one.line))
    for key, row in known.rows.items():
        thing = thing_of(table, row)
        begin, end = row["valid_from"] or date.min, row["valid_to"] or date.max
        if key not in mine and thing in spans and begin < end:
            spans[thing].append((begin, end, 0))
    for found in spans.values():
        for (_, end, former), (begin, _, latter) in pairwise(sorted(found)):
            if begin < end:
                line, against = (latter, former) if latter else (former, latter)
                where = (
                    f"dòng {against}"
                    if against
                    else ("một phiên bản đang có; thêm dòng đó vào tệp với valid_to là ngày này")
                )
                fault = ("valid_from", f"trùng thời gian hiệu lực với {where}", "overlaps")
                yield line, fault  # fmt: skip


def holes(lines: Sequence[Brought], known: Known) -> Iterable[tuple[int, Fault]]:
    """Price lists of the file in which some weight, zone or service has no price."""
    last = {one.row.tariff_id: one.line for one in lines}
    steps: dict[tuple[str, str, str, bool], dict[int, int | None]] = defaultdict(dict)
    for row in known.rows.values():
        if row["tariff_id"] in last:
            name = (row["tariff_id"], row["zone"], row["service"], row["fee_collection"])
            steps[name][row["weight_over_g"]] = row["weight_upto_g"]
    for one in lines:
        row = one.row
        name = (row.tariff_id, row.zone, row.service, row.fee_collection)
        steps[name][row.weight_over_g] = row.weight_upto_g
    for tariff, line in last.items():
        for zone, service, collection in product(ZONES, SERVICES, (False, True)):
            over: int | None = 0
            cells = steps.get((tariff, zone, service, collection), {})
            for begin in sorted(cells):
                if begin != over:
                    break
                over = cells[begin]
            if over is not None:
                paid = ", có thu hộ" if collection else ""
                what = (
                    f"{tariff}: {ZONES[zone]}, {SERVICES[service]}{paid} không có giá trên {over} g"
                )
                yield line, ("weight_over_g", what, "a gap in the price list")
