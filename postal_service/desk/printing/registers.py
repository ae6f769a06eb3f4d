"""The register of dossiers (sổ theo dõi hồ sơ): a book a year, a page a day.

An office's lines bear the numbers of its receipts, which say so in print; an agency
numbers what it receives through its year. Neither number ever moves.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from asyncpg import Connection, Record

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.errors import DeskError
from postal_service.desk.papers import Kind, RegisterLine, RegisterPage, figures, form_set_on
from postal_service.desk.printing import item_papers_store as places
from postal_service.desk.printing import prints
from postal_service.desk.printing import registers_store as store
from postal_service.desk.printing.archive import Filing, state
from postal_service.desk.printing.registers_store import Line
from postal_service.desk.published import agencies, offices

#: The busiest day of the busiest desk, several times over.
MOST: Final = 5000
#: The first day the product may have entered anything on.
FIRST: Final = date(2018, 1, 1)


class NoSuchPage(DeskError):
    """A page that is still to be written, or of before there was a book."""

    def __init__(self, day: str) -> None:
        super().__init__(
            f"Sổ không có trang ngày {day}. Chọn một ngày đã qua hoặc hôm nay.",
            f"The register has no page for {day}. Choose today or a day before.",
        )


def parsed(text: str, today: date) -> date:
    """The day of a page, "2026-11-23". Raises NoSuchPage."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NoSuchPage(text[:20]) from None
    if not FIRST <= day <= today:
        raise NoSuchPage(figures.day(day))
    return day


async def page(conn: Connection[Record], staff: Staff, day: date, *, now: datetime) -> RegisterPage:
    """The page of *day* of her desk's book."""
    if staff.role is Role.AGENCY_OFFICER:
        return await of_agency(conn, staff, day, now=now)
    return await of_office(conn, staff, day, now=now)


async def of_office(
    conn: Connection[Record], staff: Staff, day: date, *, now: datetime
) -> RegisterPage:
    office = await offices.get(conn, staff.office_id or 0)
    book = f"LD-{day:%y%m%d}"
    lines = await store.office_page(conn, office.id, book, MOST)
    place = await places.place_of(conn, office.id, day)
    return RegisterPage(
        authority=prints.AUTHORITY,
        office=office.name,
        place=prints.place_name(place),
        at=now,
        book=book,
        day=day,
        lines=tuple(line_of(line, now) for line in lines),
        so_far=await store.count_of_office(conn, office.id, f"LD-{day:%y}0101", book),
        keeper=staff.full_name,
    )


async def of_agency(
    conn: Connection[Record], staff: Staff, day: date, *, now: datetime
) -> RegisterPage:
    agency = await agencies.get(conn, staff.agency_id or 0)
    begin = datetime.combine(date(day.year, 1, 1), time.min, VIETNAM)
    end = datetime.combine(day + timedelta(days=1), time.min, VIETNAM)
    await store.number_lines(conn, agency.id, day.year, begin, end)
    lines = await store.agency_page(conn, agency.id, day, MOST)
    return RegisterPage(
        authority=agency.name_vi,
        office="Bộ phận Một cửa",
        place="Lâm Đồng",
        at=now,
        book=f"{agency.code}/{day.year}",
        day=day,
        lines=tuple(line_of(line, now) for line in lines),
        so_far=await store.count_of_agency(conn, agency.id, day.year, day),
        keeper=staff.full_name,
    )


def line_of(line: Line, now: datetime) -> RegisterLine:
    first = line.original_due_at or line.due_at
    due = figures.stamp(line.due_at) if line.due_at else f"dự kiến {figures.day(line.expected_on)}"
    return RegisterLine(
        number=line.number,
        ref=line.ref,
        agency_code=line.agency_code,
        procedure=line.procedure,
        sets=line.sets,
        name=line.name,
        address=line.address or "–",
        phone=line.phone,
        agency=line.agency,
        received_at=line.entered_at,
        due=due,
        forwarded_at=line.forwarded_at,
        decided_at=line.processed_at,
        returned_at=line.returned_at,
        by_post=line.return_way != "agency",
        late=first is not None and (line.processed_at or now) > first,
    )


def filing(paper: RegisterPage) -> Filing:
    """A page is printed anew when one of its lines has come further."""
    return Filing(
        kind=Kind.REGISTER,
        subject=f"{paper.book} {paper.day}",
        edition=state(paper),
        form_set=form_set_on(paper.day),
    )
