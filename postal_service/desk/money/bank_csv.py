"""A bank's statement as a file: which column is which, and each credit it holds. Pure.

Banks head their columns each in their own words; the known ones are found, others are named by
whoever brings the file. A line that cannot be read is told with its number, and the rest is taken:
the mended file may be brought again whole, since each of the bank's numbers counts once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.batches.batch_csv import dialect, folded, tidy
from postal_service.desk.catalogue.catalogue_csv import BadFile, records, text_of
from postal_service.desk.money.amounts import read_vnd
from postal_service.desk.money.errors import BadAmount

MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 4_000_000  #: of the request that brings it
LONGEST_REF: Final = 60
LONGEST_CONTENT: Final = 500
#: Above the heading, banks put the account, its owner and the period.
PREAMBLE: Final = 25

#: What each column may be headed, without accents and capitals.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": (
        "ngay giao dich", "ngay gd", "ngay hieu luc", "ngay", "thoi gian", "thoi gian giao dich",
        "transaction date", "tran date", "value date", "date",
    ),
    "amount": (
        "so tien ghi co", "ghi co", "phat sinh co", "co", "so tien", "credit", "credit amount",
        "amount",
    ),
    "content": (
        "noi dung", "noi dung giao dich", "dien giai", "mo ta", "noi dung chi tiet", "description",
        "remark", "content", "details",
    ),
    "bank_ref": (
        "so tham chieu", "ma giao dich", "so giao dich", "so but toan", "so chung tu", "ma gd",
        "so gd", "reference", "ref no", "transaction id", "bank reference", "doc no",
    ),
}  # fmt: skip
NAMES: Final[Mapping[str, str]] = {
    "day": "ngày", "amount": "số tiền ghi có", "content": "nội dung", "bank_ref": "số giao dịch",
}  # fmt: skip
DAYS: Final = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%Y/%m/%d")
HOURS: Final = ("%H:%M:%S", "%H:%M")
#: No credit: nothing in its place, or what went out: a debit, a fee.
NO_CREDIT: Final = re.compile(r"|[-–−]|0+(?:[.,]0+)?|[-–−]\s*[0-9][0-9.,]*")
#: Hundredths of a đồng are nothing, where a bank's program prints them.
HUNDREDTHS: Final = re.compile(r"(?<=[0-9])[.,]00$")


class Credit(Struct, frozen=True, kw_only=True):
    """One credit as the bank tells it."""

    at: datetime
    amount_vnd: int
    content: str
    bank_ref: str


class Fault(Struct, frozen=True, kw_only=True):
    """A line that was not taken, and why."""

    line: int
    vi: str
    en: str


class BadLine(Exception):
    """What of a line cannot be read."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def read(raw: bytes, named: Mapping[str, str], now: datetime) -> tuple[list[Credit], list[Fault]]:
    """The credits of a file, and its faults. *named*: headings told by hand. Raises BadFile."""
    delimiter, text = _dialect(text_of(raw))
    rows = list(records(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    if len(rows) > MOST_ROWS:
        raise BadFile(f"có hơn {MOST_ROWS} dòng; xuất sao kê theo từng ngày")
    head, places = _heading([row.cells for row in rows[:PREAMBLE]], named)
    taken: list[Credit] = []
    faults: list[Fault] = []
    for row in rows[head + 1 :]:
        cells = {key: _cell(row.cells, place) for key, place in places.items()}
        try:
            if (found := credit(cells, now)) is not None:
                taken.append(found)
        except BadLine as fault:
            faults.append(Fault(line=row.line, vi=fault.vi, en=fault.en))
    return taken, faults


def credit(cells: Mapping[str, str], now: datetime) -> Credit | None:
    """One line; None for what went out. Raises BadLine."""
    amount = HUNDREDTHS.sub("", cells["amount"].removeprefix("+").strip())
    if NO_CREDIT.fullmatch(amount):
        return None
    try:
        amount_vnd = read_vnd(amount)
    except BadAmount as error:
        raise BadLine(error.vi, error.en) from None
    ref = "".join(cells["bank_ref"].split()).upper()
    if not 1 <= len(ref) <= LONGEST_REF:
        raise BadLine(
            "Thiếu số giao dịch của ngân hàng, hoặc số dài quá 60 ký tự.",
            "The bank's number is missing, or longer than 60 characters.",
        )
    return Credit(
        at=instant(cells["day"], now),
        amount_vnd=amount_vnd,
        content=cells["content"][:LONGEST_CONTENT],
        bank_ref=ref,
    )


def instant(text: str, now: datetime) -> datetime:
    """A day, with an hour or without, in Vietnam; not in the future. Raises BadLine."""
    day, _, hour = text.strip().replace("T", " ").partition(" ")
    for form in DAYS:
        try:
            date = datetime.strptime(day, form).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
        at = datetime.combine(date, _hour(hour.strip()), VIETNAM)
        if date.year >= 2018 and at <= now + timedelta(days=1):
            return at
    raise BadLine(
        f"Ngày «{text[:25]}» không đúng hoặc ở tương lai. Ghi ngày/tháng/năm.",
        f"“{text[:25]}” is no day, or one to come. Write day/month/year.",
    )


def _hour(text: str) -> time:
    for form in HOURS:
        try:
            return datetime.strptime(text, form).time()  # noqa: DTZ007 -- an hour has no zone
        except ValueError:
            continue
    return time()


def _heading(rows: Sequence[Sequence[str]], named: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """Which row heads the columns, and where each stands. Raises BadFile."""
    best: dict[str, int] = {}
    for number, cells in enumerate(rows):
        found = _places([folded(cell) for cell in cells], named)
        if len(found) == len(HEADINGS):
            return number, found
        best = max(best, found, key=len)
    missing = ", ".join(NAMES[key] for key in HEADINGS if key not in best)
    raise BadFile(f"không thấy cột {missing}; ghi tên cột của tệp vào ô «Tên cột» rồi gửi lại")


def _places(titles: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for key, known in HEADINGS.items():
        wanted = (folded(named[key]),) if named.get(key) else known
        place = next((titles.index(title) for title in wanted if title in titles), None)
        if place is not None:
            found[key] = place
    return found


def _dialect(text: str) -> tuple[str, str]:
    """The separator of most of the first lines: a bank's preamble has none, or another."""
    delimiter, rest = dialect(text)
    if rest is not text:
        return delimiter, rest
    head = "".join(text.splitlines(keepends=True)[:PREAMBLE])
    return max(",;\t", key=head.count), text


def _cell(cells: Sequence[str], place: int) -> str:
    """In one line, without what no printer prints."""
    cell = cells[place] if place < len(cells) else ""
    return tidy("".join(each if each.isprintable() else " " for each in cell))
