"""The register of dossiers: a book a year, a page a day, a line a dossier.

Form 06 of TT 01/2018/TT-VPCP is form 07 of TT 03/2025/TT-VPCP; a page keeps the form of
its day. A line's number is given once and never moves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.forms import Kind, form_of, form_set_on

TEMPLATE: Final = "register.typ"


class RegisterLine(Struct, frozen=True, kw_only=True):
    """One dossier. Days that have not come are None; ``by_post``: the post brings the result."""

    number: str
    ref: str
    agency_code: str | None
    procedure: str
    sets: int
    name: str
    address: str
    phone: str | None
    agency: str
    received_at: datetime
    due: str
    forwarded_at: datetime | None = None
    decided_at: datetime | None = None
    returned_at: datetime | None = None
    by_post: bool
    late: bool = False


class RegisterPage(Struct, frozen=True, kw_only=True):
    """A day's page of the book of an office or an agency, as it stands at *at*.

    ``so_far`` counts the lines of the year up to and with this day.
    """

    authority: str
    office: str
    place: str
    at: datetime
    book: str
    day: date
    lines: tuple[RegisterLine, ...]
    so_far: int
    keeper: str


class Column(Struct, frozen=True):
    """Its heading, how wide it is, and what a line puts into it."""

    name: str
    width: str
    cell: Callable[[RegisterLine], str]
    number: bool = False


def day_or_pen(at: datetime | None) -> str:
    return figures.stamp(at) if at is not None else ""


#: Name and telephone, matter and agency share a cell: fifteen columns leave none readable.
COLUMNS: Final = (
    Column("STT", "11mm", lambda line: line.number, number=True),
    Column("Mã hồ sơ", "30mm", lambda line: f"{line.agency_code or '–'}\n{line.ref}"),
    Column("Nội dung, cơ quan giải quyết", "1fr", lambda line: f"{line.procedure}\n{line.agency}"),
    Column("Số bộ", "8mm", lambda line: f"{line.sets:02}", number=True),
    Column(
        "Người nộp, điện thoại", "30mm", lambda line: f"{line.name}\n{figures.masked(line.phone)}"
    ),
    Column("Địa chỉ", "37mm", lambda line: line.address),
    Column("Nhận hồ sơ", "15.5mm", lambda line: figures.stamp(line.received_at)),
    Column("Hẹn trả", "15.5mm", lambda line: line.due),
    Column("Chuyển đi", "15.5mm", lambda line: day_or_pen(line.forwarded_at)),
    Column("Có kết quả", "15.5mm", lambda line: day_or_pen(line.decided_at)),
    Column("Trả kết quả", "15.5mm", lambda line: day_or_pen(line.returned_at)),
    Column("Cách nhận", "13mm", lambda line: "bưu điện" if line.by_post else "tại chỗ"),
    Column("Ký nhận", "13mm", lambda _: ""),
)


def register(page: RegisterPage) -> bytes:
    """A page as PDF/A-2b, up to some thousands of lines."""
    return press.pdf(TEMPLATE, words(page), page.at, tagged=False)


def words(page: RegisterPage) -> dict[str, object]:
    """What the template prints."""
    form = form_of(Kind.REGISTER, form_set_on(page.day))
    decided = [line for line in page.lines if line.decided_at is not None]
    returned = sum(line.returned_at is not None for line in page.lines)
    return {
        "authority": page.authority,
        "office": page.office,
        "place_and_day": figures.place_and_day(page.place, page.at),
        "basis": form.basis,
        "number": f"{page.book} · {figures.day(page.day)}",
        "bars": None,
        "title": form.title,
        "subtitle": "",
        "book": page.book,
        "day": figures.weekday(page.day),
        "columns": [{"name": c.name, "width": c.width, "number": c.number} for c in COLUMNS],
        "rows": [[column.cell(line) for column in COLUMNS] for line in page.lines],
        "totals": [
            ("Cộng trang", f"{len(page.lines)} hồ sơ"),
            ("đã có kết quả", str(len(decided))),
            ("quá hạn", str(sum(line.late for line in page.lines))),
            ("đã trả", str(returned)),
            ("chưa trả", str(len(page.lines) - returned)),
            ("lũy kế từ đầu năm", f"{page.so_far} hồ sơ"),
        ],
        "signs": [["", ""], ["Người giữ sổ", page.keeper]],
    }
