"""The time somebody wrote on paper by hand, as a clerk copies it: "23/11", "8h15". Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from postal_service.clock import VIETNAM
from postal_service.desk.intake import Entry, Findings
from postal_service.desk.outages.outage_store import Sheet

DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{4}))?")
PICKED: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
HOUR: Final = re.compile(r"([0-9]{1,2}) ?(?:[:h.g]|giờ) ?([0-9]{2})|([0-9]{1,2})([0-9]{2})")
#: Before this no service was, and no calendar is kept.
FIRST_YEAR: Final = 2018


def read(day: str, hour: str, year: int) -> datetime | None:
    """That minute in Vietnam, in *year* where the day names none; None where there is none."""
    written, picked, clock = (
        DAY.fullmatch(day.strip()),
        PICKED.fullmatch(day.strip()),
        HOUR.fullmatch(hour.strip().lower()),
    )
    if clock is None or not (written or picked):
        return None
    if written:
        date, month, of = int(written[1]), int(written[2]), int(written[3] or year)
    else:
        of, month, date = (int(part) for part in picked.groups()) if picked else (0, 0, 0)
    hours, minutes = int(clock[1] or clock[3]), int(clock[2] or clock[4])
    try:
        return datetime(of, month, date, hours, minutes, tzinfo=VIETNAM)
    except ValueError:
        return None


def known(entry: Entry, now: datetime) -> datetime:
    """The moment to reckon a form from while it is being typed: the paper's where it has one."""
    at = read(entry.paper_day, entry.paper_time, now.year) if entry.sheet else None
    return at if at and at.year >= FIRST_YEAR and at <= now else now


def check(sheet: Sheet, day: str, hour: str, now: datetime, found: Findings) -> datetime | None:
    """The moment on the paper, or None and why not written into *found*.

    It lies between the minute the pack was printed in and now.
    """
    at = read(day, hour, now.astimezone(VIETNAM).year)
    if at is None:
        found.add(
            "paper_day",
            "Ghi ngày và giờ nhận ghi trên tờ giấy, ví dụ 23/11/2026 và 08:15.",
            "Copy the day and the hour from the sheet, for example 23/11/2026 and 08:15.",
        )
        return None
    if at > now:
        found.add(
            "paper_day",
            f"Giờ trên giấy ({at:%H:%M %d/%m/%Y}) chưa tới. Xem lại tờ giấy.",
            f"The time on the sheet ({at:%H:%M %d/%m/%Y}) is yet to come. Look again.",
        )
        return None
    # the paper names minutes, and the pack was printed within one of them
    if at < sheet.made_at.replace(second=0, microsecond=0):
        made = sheet.made_at.astimezone(VIETNAM)
        found.add(
            "paper_day",
            f"Gói này in lúc {made:%H:%M %d/%m/%Y}, giờ trên giấy không thể sớm hơn. Xem lại tờ.",
            f"The pack was printed at {made:%H:%M %d/%m/%Y}; no sheet of it is older. Look again.",
        )
        return None
    return at
