"""What an officer's ruling form holds, as typed, and what it says."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID

from postal_service.clock import VIETNAM
from postal_service.desk.agency.wishes import Wish
from postal_service.web.inputs import Form, day_of
from tracking.duties import Duty, Payment
from tracking.errors import BadRuling
from tracking.pauses import AskedPaper
from tracking.stages import Act

#: Whole đồng, with dots between thousands or without.
VND: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,5}|[0-9]{1,18}", re.ASCII)
COPIES: Final = re.compile(r"[0-9]{0,2}", re.ASCII)

Column = list[str] | str


class RulingForm(Form):
    """Any of the rulings, as typed; what an act has no use for stays empty.

    ``paper`` and the three counts beside it are the columns of the list of missing papers.
    """

    id: UUID
    act: Act
    agency_code: str = ""
    due_day: str = ""
    due_time: str = ""
    reason: str = ""
    note: str = ""
    paper: Column = ""
    originals: Column = ""
    certified: Column = ""
    photocopies: Column = ""
    more: str = ""
    amount: str = ""
    notice_no: str = ""
    channel: str = ""
    pay_at: str = ""
    pay_day: str = ""
    receipt_no: str = ""
    paid_day: str = ""
    paid_by: str = ""
    to_agency: str = ""
    settlement: str = ""

    def rows(self) -> list[tuple[str, str, str, str]]:
        """The list of missing papers as typed, the empty lines left out."""
        columns = [
            [each] if isinstance(each, str) else each
            for each in (self.paper, self.originals, self.certified, self.photocopies)
        ]
        longest = max(len(column) for column in columns)
        padded = [column + [""] * (longest - len(column)) for column in columns]
        return [row for row in zip(*padded, strict=True) if row[0] or any(row[1:])]

    def wish(self, *, to: int = 0) -> Wish:
        """The ruling; *to* is the agency named. Raises BadRuling for what nobody can read."""
        act = Act(self.act)  # cleaning text made a plain one of it
        return Wish(
            id=self.id,
            act=act,
            agency_code=self.agency_code,
            due_at=appointment(self.due_day, self.due_time),
            reason=self.reason,
            note=self.note,
            papers=tuple(paper_of(row) for row in self.rows()) if act is Act.ASK_MORE else (),
            more=units(self.more),
            duty=self.duty() if act is Act.ASK_PAYMENT else None,
            proof=self.proof() if act is Act.PAY else None,
            to=to,
            settlement=self.settlement,
        )

    def duty(self) -> Duty:
        """Raises BadRuling."""
        return Duty(
            amount_vnd=amount_of(self.amount),
            notice_no=short(self.notice_no, 60),
            channel=self.channel,
            pay_at=short(self.pay_at, 200),
            pay_by=day_typed(self.pay_day, "Ghi hạn nộp, ví dụ 23/11/2026."),
        )

    def proof(self) -> Payment:
        """Raises BadRuling."""
        return Payment(
            receipt_no=short(self.receipt_no, 60),
            paid_on=day_typed(self.paid_day, "Ghi ngày nộp trên biên lai, ví dụ 23/11/2026."),
            paid_by=short(self.paid_by, 120),
        )


def paper_of(row: tuple[str, str, str, str]) -> AskedPaper:
    """One line of the list. Raises BadRuling for a count that is none."""
    name, *counts = row
    if any(not COPIES.fullmatch(count) for count in counts):
        raise BadRuling(
            f"Số bản của «{name}» phải là số từ 0 đến 99.",
            f"The numbers of copies of “{name}” lie between 0 and 99.",
        )
    originals, certified, photocopies = (int(count or 0) for count in counts)
    return AskedPaper(
        name=short(name, 200),
        originals=originals,
        certified=certified,
        photocopies=photocopies,
    )


def amount_of(text: str) -> int:
    """Whole đồng: "1.200.000" or "1200000". Raises BadRuling."""
    typed = "".join(text.split())
    if not VND.fullmatch(typed):
        raise BadRuling(
            "Số tiền phải là số đồng chẵn, không âm, không lẻ. Ví dụ 1.200.000.",
            "The amount is in whole đồng, not negative and without decimals: 1.200.000.",
        )
    return int(typed.replace(".", ""))


def units(text: str) -> int:
    """By how many units; nought where nothing was typed. Raises BadRuling."""
    typed = text.strip()
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len("999")):
        raise BadRuling(
            "Số gia hạn thêm phải là số từ 1 đến 999.", "The extension lies between 1 and 999."
        )
    return int(typed)


def short(text: str, longest: int) -> str:
    """Raises BadRuling for a text that no form has room for."""
    if len(text) > longest:
        raise BadRuling(
            f"«{text[:30]}…» dài quá {longest} ký tự. Viết ngắn lại.",
            f"“{text[:30]}…” is longer than {longest} characters. Shorten it.",
        )
    return text


def day_typed(text: str, said: str) -> date:
    """Raises BadRuling, in the words of *said*."""
    try:
        return day_of(text)
    except ValueError:
        raise BadRuling(said, "Enter the day, such as 23/11/2026.") from None


def appointment(day: str, hour: str) -> datetime | None:
    """The moment typed, in Vietnam; None where nothing was. Raises BadRuling."""
    if not day and not hour:
        return None
    try:
        at = datetime.strptime(hour, "%H:%M").time()  # noqa: DTZ007 -- an hour has no zone
        return datetime.combine(day_of(day), at, VIETNAM)
    except ValueError:
        raise BadRuling(
            "Ghi đủ ngày và giờ hẹn, ví dụ 23/11/2026 và 16:30.",
            "Enter both the day and the hour, such as 23/11/2026 and 16:30.",
        ) from None
