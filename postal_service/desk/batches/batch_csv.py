"""The file an organisation brings: its columns, its lines, and the form that each line is. Pure.

Whoever types it uses a spreadsheet, which has habits: a mark of the encoding, semicolons, empty
columns at the end, long numbers without their leading zero or with a power of ten. What can be
read for certain is read; what was lost is said, and put back only where the clerk lets it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from postal_service.desk.catalogue.catalogue_csv import BOM, BadFile, Cells, defused, records

#: What a file may hold: a morning's work of a whole counter.
MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 4_000_000
LONGEST_CELL: Final = 400


class Column(Struct, frozen=True, kw_only=True):
    """A column by its heading; the page tells what belongs into it."""

    key: str
    title: str
    required: bool = False
    hint: str


COLUMNS: Final = (
    Column(key="procedure", title="Mã thủ tục", required=True, hint="ví dụ 1.004873"),
    Column(
        key="agency",
        title="Mã cơ quan",
        hint="ví dụ H36.31; để trống khi thủ tục chỉ có một cơ quan giải quyết",
    ),
    Column(
        key="service",
        title="Dịch vụ",
        hint="«gửi» hoặc «gửi và nhận»; để trống: gửi và nhận kết quả",
    ),
    Column(
        key="return_way",
        title="Nhận kết quả",
        hint="«nhà» hoặc «bưu cục»; để trống khi chỉ gửi",
    ),
    Column(key="name", title="Họ và tên", required=True, hint="của người nộp, như trên giấy tờ"),
    Column(key="citizen_id", title="Số định danh", hint="12 số; định dạng cột là Văn bản"),
    Column(
        key="phone",
        title="Điện thoại",
        hint="để trống: không nhắn tin được, phải gọi qua người thân",
    ),
    Column(key="address", title="Địa chỉ", hint="bắt buộc khi nhận kết quả tại nhà"),
    Column(key="note", title="Ghi chú giao", hint="chỉ đường, giờ có nhà"),
    Column(key="weight_g", title="Khối lượng (g)", hint="để trống: 100"),
    Column(key="sets", title="Số bộ", hint="để trống: 1"),
    Column(
        key="papers",
        title="Giấy tờ",
        hint="để trống: đủ giấy bắt buộc, đúng số bản đã công bố. Khác thì ghi số thứ tự của từng "
        "giấy: «1 2 4», hoặc kèm số bản chính/chứng thực/photo: «1 2:0/1/2»",
    ),
    Column(
        key="given_code",
        title="Mã hồ sơ",
        hint="chỉ khi bưu cục tiếp nhận thay cơ quan: mã vừa cấp trên hệ thống của cơ quan",
    ),
)
#: Headings that the list of bad lines has and a mended file may keep.
REASON: Final = "Lý do"
LINE: Final = "Dòng"
SEPARATOR: Final = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)
#: What a line says, by its columns' keys.
Told = Mapping[str, str]


class Fault(Struct, frozen=True):
    """What is wrong with a line: in which column, in both languages."""

    column: str
    vi: str
    en: str


class Read(Struct, frozen=True, kw_only=True):
    """A line of the file by its columns. ``twin`` is an earlier line that says all the same."""

    line: int
    told: dict[str, str]
    twin: int | None = None


def parsed(text: str) -> list[Read]:
    """Every line under a heading this file may have, in any order. Raises BadFile."""
    delimiter, text = dialect(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found = list(records(reader))
    if not found:
        raise BadFile("tệp trống")
    keys = keys_of(found[0].cells)
    if len(found) == 1:
        raise BadFile("chỉ có dòng tiêu đề")
    if len(found) - 1 > MOST_ROWS:
        raise BadFile(f"có hơn {MOST_ROWS} dòng; chia thành nhiều tệp")
    first: dict[tuple[str, ...], int] = {}
    lines = []
    for one in found[1:]:
        told = told_of(keys, one)
        earlier = first.setdefault(tuple(folded(cell) for cell in told.values()), one.line)
        lines.append(Read(line=one.line, told=told, twin=None if earlier == one.line else earlier))
    return lines


def dialect(text: str) -> tuple[str, str]:
    """The separator, and the text below a spreadsheet's own line about it."""
    head, _, rest = text.partition("\n")
    if named := SEPARATOR.fullmatch(head.strip()):
        # the line is kept empty, so that numbers of lines stay what the spreadsheet shows
        return named[1], "\n" + rest
    return max(",;\t", key=head.count), text


def keys_of(cells: Sequence[str]) -> list[str | None]:
    """The column each cell stands in; None for those that are not read. Raises BadFile."""
    by_title = {folded(column.title): column.key for column in COLUMNS}
    ignored = {folded(REASON), folded(LINE), ""}
    keys: list[str | None] = []
    for cell in cells:
        name = folded(cell)
        if name not in by_title and name not in ignored:
            raise BadFile(f"cột «{cell[:40]}» không có trong mẫu; tải tệp mẫu để xem các cột")
        keys.append(by_title.get(name))
    for column in COLUMNS:
        if keys.count(column.key) > 1:
            raise BadFile(f"cột «{column.title}» có hai lần")
        if column.required and column.key not in keys:
            raise BadFile(f"thiếu cột «{column.title}»; tải tệp mẫu để xem các cột")
    return keys


def told_of(keys: Sequence[str | None], one: Cells) -> dict[str, str]:
    """A line's cells by column; what stands beyond the headings, under no name."""
    told = dict.fromkeys((column.key for column in COLUMNS), "")
    for key, cell in zip(keys, one.cells, strict=False):
        if key is not None:
            told[key] = tidy(cell)
    beyond = "".join(tidy(cell) for cell in one.cells[len(keys) :])
    return told | ({"": beyond} if beyond else {})


def tidy(cell: str) -> str:
    """A cell in NFC, its blanks single and none around it: a spreadsheet's no-break ones too."""
    return " ".join(unicodedata.normalize("NFC", cell).split())


def folded(text: str) -> str:
    """Without accents and capitals, so that "MA THU TUC" is "Mã thủ tục"."""
    plain = unicodedata.normalize("NFD", tidy(text).casefold()).replace("đ", "d")
    return "".join(each for each in plain if not unicodedata.combining(each))


def title_of(key: str) -> str:
    return next((column.title for column in COLUMNS if column.key == key), "")


def said(faults: Sequence[Fault]) -> str:
    """All that is wrong with a line, in one cell."""
    return " ".join(
        f"{title_of(fault.column)}: {fault.vi}" if fault.column else fault.vi for fault in faults
    )


def template() -> str:
    """An empty file with every heading, as a spreadsheet opens it."""
    return written([])


def written(lines: Iterable[tuple[int, Told, Sequence[Fault]]]) -> str:
    """Lines as a file that can be mended and brought again; each says what is wrong with it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    rows = list(lines)
    extra = [LINE, REASON] if rows else []
    writer.writerow([*(column.title for column in COLUMNS), *extra])
    for line, told, faults in rows:
        cells = [told.get(column.key, "") for column in COLUMNS]
        writer.writerow([defused(cell) for cell in [*cells, str(line), said(faults)]])
    return BOM + out.getvalue()
