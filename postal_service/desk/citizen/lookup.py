"""What a citizen may know of a dossier, by its tracking code alone and by a second factor.

The code opens where the paper is, the days and what to do. Names, addresses, amounts, messages
and the officer's own words need the last four digits of the applicant's phone, or of the
identity paper where there is no phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from hmac import compare_digest
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.agency import agency_store
from postal_service.desk.citizen import lookup_store as store
from postal_service.desk.citizen import promise
from postal_service.desk.citizen.lookup_store import Contact, Message, Particulars
from postal_service.desk.citizen.promise import Promise, day_of
from postal_service.desk.errors import DeskError
from postal_service.desk.money import charges, disputes, refunds
from postal_service.desk.money.disputes import Dispute
from postal_service.desk.money.model import Charge
from postal_service.desk.money.refunds import Waiting
from postal_service.desk.published import agencies, offices, reasons
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.offices import Office
from postal_service.desk.published.reasons import Reason
from postal_service.desk.ways import changes
from tracking import calendars, duties, notices, pauses, reserved, slip, transfers
from tracking.duties import Duty
from tracking.errors import NotYetEntered
from tracking.notices import Notice
from tracking.pauses import AskedPaper
from tracking.slip import Slip
from tracking.stages import Act, Leg
from tracking.working_time import Calendar

#: No dossier's digits: compared where there is no dossier, so that the time tells nothing.
NOBODY = "----"


class NotFound(DeskError):
    """No such code, or not these digits: it never says which."""

    def __init__(self) -> None:
        super().__init__(
            "Mã tra cứu hoặc 4 số cuối không đúng. Xem lại biên nhận rồi nhập lại.",
            "The tracking code or the last 4 digits are wrong. Check the receipt and try again.",
        )


class OnPaper(NotFound):
    """The code stands on a sheet that was filled in by hand and is still to be entered."""

    def __init__(self, refusal: NotYetEntered) -> None:
        super().__init__()
        self.vi = (
            f"Hồ sơ này được nhận trên giấy khi mất điện, {refusal.office} chưa nhập vào máy. "
            f"Giữ biên nhận, xem lại sau, hoặc gọi {refusal.hotline}."
        )
        self.en = (
            f"This dossier was taken in on paper while the power was out; {refusal.office} has "
            f"yet to enter it. Keep the receipt, look again later, or call {refusal.hotline}."
        )
        self.args = (self.vi,)


class Opening(Struct, frozen=True, kw_only=True):
    """The next day a counter is open, and from when to when."""

    day: date
    today: bool
    hours: list[tuple[time, time]]


class View(Struct, frozen=True, kw_only=True):
    """What the code alone opens: only the messages' bodies name a person or an amount."""

    slip: Slip
    promise: Promise
    office: Office
    agency: Agency
    office_open: Opening | None
    agency_open: Opening | None
    reasons: dict[str, Reason]
    contact: Contact
    short_names: dict[int, str]  #: of every agency that answered for it, by its id
    #: what was sent; the bodies are the applicant's own
    messages: list[Message]


class Private(Struct, frozen=True, kw_only=True):
    """What the second factor adds."""

    particulars: Particulars
    notes: dict[UUID, str]
    asked: dict[UUID, list[AskedPaper]]  #: what papers each request asked for
    duties: list[Duty]
    notices: dict[UUID, Notice]
    back_vnd: int | None  #: what refused papers cost home; None: nothing can be chosen any more
    charges: list[Charge]
    refunds: list[Waiting]  #: what goes back to her
    disputes: dict[int, Dispute]  #: what she has said of an entry, by its id


async def view(conn: Connection[Record], tracking_code: str, *, now: datetime) -> View:
    """What the code opens. Raises NotFound."""
    found = await slip.by_tracking_code(conn, tracking_code)
    if found is None:
        blank = (await reserved.look(conn, [tracking_code])).get(tracking_code)
        raise OnPaper(blank) if blank else NotFound
    office = await offices.get(conn, in_charge(found))
    agency = await agencies.get(conn, found.dossier.agency_id)
    return View(
        slip=found,
        promise=await promise.promise_for(conn, found, office, agency, now=now),
        office=office,
        agency=agency,
        office_open=await next_opening(conn, office.hours_group, now),
        agency_open=await next_opening(conn, agency.hours_group, now),
        reasons=await reasons_in(conn, found),
        short_names=await agencies.short_names(conn, transfers.decided_by(found)),
        contact=await store.contact_of(conn, found.dossier.applicant_id),
        messages=await store.messages_to(conn, found.dossier.id, found.dossier.applicant_id),
    )


def in_charge(found: Slip) -> int:
    """The office to ask and to go to: where the newest paper is, not where it began.

    Not the counter that further papers happened to be brought to.
    """
    own = [item for item in found.consignments if item.leg is not Leg.SUPPLEMENT]
    return own[-1].office_id if own else found.dossier.office_id


async def check_digits(conn: Connection[Record], tracking_code: str, digits: str) -> None:
    """Raise NotFound unless *digits* open the dossier.

    One statement and one comparison whether there is such a code or not.
    """
    factor = await store.factor_of(conn, tracking_code)
    fits = compare_digest(digits.encode(), (factor or NOBODY).encode())
    if factor is None or not fits:
        raise NotFound


async def private(conn: Connection[Record], found: Slip, *, now: datetime) -> Private:
    """What the applicant alone may read; ``check_digits`` comes first."""
    dossier = found.dossier
    listed = await charges.of_dossier(conn, dossier.id)
    paid = sorted({each.paid_by for each in listed if each.paid_by is not None})
    return Private(
        particulars=await store.particulars_of(conn, dossier.id),
        notes=await agency_store.notes_of(conn, dossier.id),
        asked={
            line.scan_id: await pauses.papers_of(conn, line.scan_id)
            for line in found.lines
            if line.act is Act.ASK_MORE
        },
        duties=await duties.of(conn, dossier.id),
        notices={each.scan_id: each for each in await notices.of(conn, dossier.id)},
        back_vnd=await changes.offered_back(conn, found, now=now),
        charges=listed,
        refunds=await refunds.of_dossier(conn, dossier.id),
        disputes=await disputes.of_entries(conn, paid, None),
    )


async def reasons_in(conn: Connection[Record], found: Slip) -> dict[str, Reason]:
    """The reasons a slip names, by code."""
    codes = {line.facts["reason"] for line in found.lines if line.facts.get("reason")}
    return {code: await reasons.get(conn, code) for code in sorted(codes)}


async def next_opening(conn: Connection[Record], hours_group: str, now: datetime) -> Opening | None:
    """When a counter with these hours takes people in next; None where a fortnight is closed."""
    calendar = await calendars.calendar_for(conn, hours_group, day_of(now))
    return next(openings(calendar, now.astimezone(VIETNAM)), None)


def openings(calendar: Calendar, now: datetime) -> Iterator[Opening]:
    """The days of the next fortnight with reception; today only while it is not over.

    *now* is local.
    """
    for ahead in range(14):
        day = now.date() + timedelta(days=ahead)
        hours = [(s.open, s.close) for s in calendar.sessions_of(day) if s.accepts]
        if hours and (ahead or now.time() < hours[-1][1]):
            yield Opening(day=day, today=not ahead, hours=hours)
