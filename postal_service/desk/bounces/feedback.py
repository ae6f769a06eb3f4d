"""The month's feedback to an office: what it accepted, what came back, whose fault, and why.

It is told to an office so that its next month is better. Of clerks there are numbers alone, for
their own supervisor, and on no paper.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.bounces import feedback_store as store
from postal_service.desk.bounces.bounce_rules import FAULTS, Cause, Fault, Kind
from postal_service.desk.bounces.feedback_store import (
    BounceLine,
    CauseLine,
    ClerkLine,
    MissedLine,
    OfficeLine,
    Pair,
    ProcedureLine,
    Span,
)
from postal_service.desk.catalogue.catalogue_csv import BOM, defused
from postal_service.desk.errors import DeskError
from postal_service.desk.published import offices

MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
#: The first month the product may have anything of.
FIRST: Final = date(2018, 1, 1)
#: Bounces on one page.
MOST: Final = 200

CAUSES: Final = {
    Cause.MISSING: "Thiếu giấy bắt buộc mà quầy không đếm",
    Cause.WRONG_AGENCY: "Gửi nhầm cơ quan",
    Cause.CUSTODY: "Hư hỏng, thiếu, sai niêm phong trên đường",
    Cause.NOT_BY_POST: "Thủ tục hoặc giấy tờ không được nhận qua bưu điện",
    Cause.BEYOND: "Cơ quan yêu cầu ngoài danh mục công bố",
    Cause.RULES_CHANGED: "Quy định thay đổi sau khi tiếp nhận",
    Cause.CONDITIONAL: "Giấy chỉ cần trong một số trường hợp",
    Cause.CONTENT: "Nội dung, giá trị của giấy tờ",
}
FAULT_NAMES: Final = {
    Fault.POST: "bưu điện",
    Fault.AGENCY: "cơ quan",
    Fault.CITIZEN: "người nộp",
}
KINDS: Final = {
    Kind.SUPPLEMENT: "yêu cầu bổ sung",
    Kind.REFUSAL: "từ chối",
    Kind.DECLINE: "không nhận khi bàn giao",
}


class NoSuchMonth(DeskError):
    """A month that is still to come, or of before there was anything."""

    def __init__(self, month: str) -> None:
        super().__init__(
            f"Không có báo cáo tháng {month}. Chọn tháng này hoặc một tháng đã qua.",
            f"There is no report for {month}. Choose this month or one before.",
        )


class Report(Struct, frozen=True, kw_only=True):
    """A month beside the one before it. ``clerks`` are for the office's own supervisor."""

    month: date
    place: str
    office_id: int | None
    accepted: Pair
    causes: list[CauseLine]
    procedures: list[ProcedureLine]
    offices: list[OfficeLine]
    missed: list[MissedLine]
    clerks: list[ClerkLine]
    bounces: list[BounceLine]

    @property
    def bounced(self) -> Pair:
        return self.by_fault(*Fault)

    def by_fault(self, *faults: Fault) -> Pair:
        lines = [line for line in self.causes if line.fault in faults]
        return Pair(this=sum(x.this for x in lines), last=sum(x.last for x in lines))

    @property
    def last_month(self) -> date:
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def empty(self) -> bool:
        return not (self.accepted.this or self.accepted.last or self.causes)


def parsed(text: str, today: date) -> date:
    """The first day of a month, "2026-11"; this month where none is named. Raises NoSuchMonth."""
    if not text:
        return today.replace(day=1)
    found = MONTH.fullmatch(text)
    month = date(int(found[1]), int(found[2]), 1) if found else None
    if month is None or not FIRST <= month <= today:
        raise NoSuchMonth(text[:10])
    return month


async def report(
    conn: Connection[Record], staff: Staff, month: date, office_id: int | None = None
) -> Report:
    """The month of her office; of a manager's choice any, or of all. Raises UnknownOffice."""
    chosen = office_id if staff.role is Role.MANAGER else staff.office_id
    place = (await offices.get(conn, chosen)).name if chosen is not None else "Tất cả bưu cục"
    span = span_of(month, chosen)
    hers = staff.role is Role.SUPERVISOR
    return Report(
        month=month,
        place=place,
        office_id=chosen,
        accepted=await store.accepted(conn, span),
        causes=await store.causes(conn, span),
        procedures=await store.procedures(conn, span),
        offices=await store.offices(conn, span) if chosen is None else [],
        missed=await store.missed(conn, span),
        clerks=await store.clerks(conn, span) if hers else [],
        bounces=await store.bounces(conn, span, MOST),
    )


def span_of(month: date, office_id: int | None) -> Span:
    after = (month + timedelta(days=32)).replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    return Span(before=begin(before), begin=begin(month), end=begin(after), office_id=office_id)


def begin(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM)


def share(part: int, whole: int) -> str:
    """A percentage as reports have it, "12,34 %"; a dash where there is nothing to share."""
    return f"{100 * part / whole:.2f} %".replace(".", ",") if whole else "–"


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The causes a supervisor may rule, under whose fault each is."""
    return [
        (FAULT_NAMES[fault], [(c.value, CAUSES[c]) for c in Cause if FAULTS[c] is fault])
        for fault in Fault
    ]


def written(found: Report) -> str:
    """The report as a file for a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["Mục", "Tên", "Tháng này", "Tháng trước"])
    for row in rows(found):
        writer.writerow([defused(str(cell)) for cell in row])
    return BOM + out.getvalue()


def rows(found: Report) -> Iterator[tuple[object, ...]]:
    yield "Hồ sơ đã nhận", found.place, found.accepted.this, found.accepted.last
    yield "Hồ sơ bị trả", found.place, found.bounced.this, found.bounced.last
    for fault, name in FAULT_NAMES.items():
        pair = found.by_fault(fault)
        yield "Do ai", name, pair.this, pair.last
    for line in found.causes:
        yield "Nguyên nhân", CAUSES[line.cause], line.this, line.last
    for each in found.procedures:
        yield "Thủ tục", f"{each.code} {each.name}", each.bounced, each.last
    for one in found.offices:
        yield "Bưu cục", one.office, one.bounced, one.last
    for paper in found.missed:
        yield "Giấy hay thiếu", f"{paper.code} {paper.name}", paper.this, paper.last
