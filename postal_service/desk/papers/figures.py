"""Dates, money and masked numbers as the official forms write them."""

from __future__ import annotations

from datetime import date, datetime

from postal_service.clock import VIETNAM

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def day(on: date) -> str:
    """10/12/2026."""
    return f"{on:%d/%m/%Y}"


def weekday(on: date) -> str:
    """Thứ Năm 10/12/2026."""
    return f"{WEEKDAYS[on.weekday()]} {day(on)}"


def moment(at: datetime) -> str:
    """08 giờ 15 phút, ngày 23/11/2026: the wording of the forms, in Vietnam's time."""
    return f"{at.astimezone(VIETNAM):%H giờ %M phút, ngày %d/%m/%Y}"


def stamp(at: datetime) -> str:
    """08:15 23/11/2026: where a table has no room for the forms' wording."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def blank_moment() -> str:
    """The wording of the forms, for a pen."""
    return "…… giờ …… phút, ngày ……/……/20……"


def place_and_day(place: str, at: datetime) -> str:
    """Lạc Dương, ngày 23 tháng 11 năm 2026."""
    return f"{place}, {at.astimezone(VIETNAM):ngày %d tháng %m năm %Y}"


def money(amount: int) -> str:
    """26.000 ₫."""
    return f"{amount:,} ₫".replace(",", ".")


def masked(number: str | None) -> str:
    """All but the last four characters hidden, and how many there were; a dash where none is."""
    tidy = "".join((number or "").split())
    return "••••••" + tidy[-4:] if len(tidy) > 4 else "–"


def copy_mark(copy: int, issue: int = 0) -> str:
    """What tells a second print or issue from the paper that was signed; nothing on the first."""
    again = f"CẤP LẠI LẦN {issue} / RE-ISSUE {issue}" if issue else ""
    return " · ".join(filter(None, (again, f"BẢN SAO {copy} / COPY {copy}" if copy else "")))
