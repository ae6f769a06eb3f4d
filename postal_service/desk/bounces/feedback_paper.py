"""The month's feedback as it is printed for the wall of an office: figures, and nobody's name."""

from __future__ import annotations

from datetime import datetime

from postal_service.caller import Staff
from postal_service.desk.bounces.bounce_rules import Fault
from postal_service.desk.bounces.feedback import CAUSES, FAULT_NAMES, Report, share
from postal_service.desk.papers.feedback_reports import FeedbackReport, Table
from postal_service.desk.printing import prints


def paper_of(found: Report, staff: Staff, *, now: datetime) -> FeedbackReport:
    """What the paper says: the screen's figures, but those of clerks."""
    accepted, bounced, own = found.accepted, found.bounced, found.by_fault(Fault.POST)
    return FeedbackReport(
        authority=prints.AUTHORITY,
        office=found.place,
        month=f"{found.month:%m/%Y}",
        at=now,
        by=staff.full_name,
        facts=(
            ("Hồ sơ đã nhận", f"{accepted.this} (tháng trước {accepted.last})"),
            ("Bị trả hoặc phải bổ sung", f"{bounced.this} (tháng trước {bounced.last})"),
            ("Tỷ lệ", f"{share(bounced.this, accepted.this)} "
                      f"(tháng trước {share(bounced.last, accepted.last)})"),
            ("Do bưu điện", f"{own.this} (tháng trước {own.last})"),
        ),
        tables=tuple(tables(found)),
    )  # fmt: skip


def tables(found: Report) -> list[Table]:
    made = [
        Table(
            name="Nguyên nhân",
            heads=("Nguyên nhân", "Do", "Tháng này", "Tháng trước"),
            rows=tuple(
                (CAUSES[line.cause], FAULT_NAMES[line.fault], str(line.this), str(line.last))
                for line in found.causes
            ),
        ),
        Table(
            name="Giấy tờ quầy hay bỏ sót",
            heads=("Giấy tờ", "Thủ tục", "Tháng này", "Tháng trước"),
            rows=tuple(
                (line.name, line.code, str(line.this), str(line.last)) for line in found.missed
            ),
        ),
        Table(
            name="Thủ tục",
            heads=("Thủ tục", "Đã nhận", "Bị trả", "Do bưu điện", "Tháng trước"),
            rows=tuple(
                (
                    f"{line.code} {line.name}",
                    str(line.accepted),
                    str(line.bounced),
                    str(line.post),
                    str(line.last),
                )
                for line in found.procedures
            ),
        ),
    ]
    if found.office_id is None:
        made.append(
            Table(
                name="Bưu cục",
                heads=("Bưu cục", "Đã nhận", "Bị trả", "Do bưu điện", "Tháng trước"),
                rows=tuple(
                    (
                        line.office,
                        str(line.accepted),
                        str(line.bounced),
                        str(line.post),
                        str(line.last),
                    )
                    for line in found.offices
                ),
            )
        )
    return made
