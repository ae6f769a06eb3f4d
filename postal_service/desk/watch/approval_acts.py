"""What happens when the second person agrees, one function a kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.agency import second_acts
from postal_service.desk.errors import UnknownAgency
from postal_service.desk.money import reversals
from postal_service.desk.money.model import Reversal
from postal_service.desk.printing import reissue
from postal_service.desk.published import agencies
from postal_service.desk.undo import mend
from postal_service.desk.watch import incident_desk
from postal_service.desk.watch.approvals_store import Approval
from postal_service.desk.watch.incident_desk import Settling
from tracking import calendars, delivery, detours, journey, reception
from tracking.corrections import Undo
from tracking.delivery import Ground, Terms
from tracking.errors import TrackingError
from tracking.model import Actor, Scan
from tracking.stages import Act, Keeper

KEEPERS: Final = {Role.COURIER: Keeper.COURIER, Role.AGENCY_OFFICER: Keeper.AGENCY}
#: The act of the register that each kind about one paper leads to.
PAPER_ACTS: Final = {
    "undo": Act.UNDO,
    "redirect": Act.REDIRECT,
    "declare_lost": Act.DECLARE_LOST,
    "send_back": Act.SEND_BACK,
}


def actor_of(asked: Approval) -> Actor:
    """The asker, in the capacity in which she asked."""
    keeper = KEEPERS.get(Role(asked.asked_as), Keeper.OFFICE)
    return Actor(
        person=asked.asked_by, keeper=keeper, office=asked.office_id, agency=asked.agency_id
    )


def scan_of(asked: Approval, approver: int | None, now: datetime) -> Scan:
    """The asker's act on the paper; it happens now, when both have agreed."""
    return Scan(
        id=asked.id,
        s10=asked.subject,
        act=PAPER_ACTS[asked.kind],
        at=now,
        by=actor_of(asked),
        approver=approver,
        facts={"reason": asked.reason},
    )


async def carry_out(
    conn: Connection[Record], asked: Approval, *, approver: int, now: datetime
) -> None:
    """Do what was asked. Raises whatever the register or the desk refuses."""
    await ACTS[asked.kind](conn, asked, approver, now)


async def note_refused(
    conn: Connection[Record], asked: Approval, refusal: Exception, *, now: datetime
) -> None:
    """Put on record what two people tried and the register did not let them."""
    if asked.kind in PAPER_ACTS and isinstance(refusal, TrackingError):
        await journey.note_refused(conn, [(scan_of(asked, None, now), refusal)], now)


async def undo(conn: Connection[Record], asked: Approval, approver: int, now: datetime) -> None:
    wish = Undo(
        id=asked.id,
        s10=asked.subject,
        undoes=UUID(asked.facts["undoes"]),
        by=actor_of(asked),
        at=now,
        reason=asked.reason,
        approver=approver,
    )
    await mend(conn, wish, now=now)


async def redirect(conn: Connection[Record], asked: Approval, approver: int, now: datetime) -> None:
    """Raises UnknownAgency for one that is no longer in being."""
    agency = await agencies.get(conn, asked.facts["agency"])
    if agency.valid_to is not None and agency.valid_to <= now.astimezone(VIETNAM).date():
        raise UnknownAgency(agency.code)
    scan = scan_of(asked, approver, now)
    await detours.redirect(conn, scan, agency.id, agency.hours_group, heard_at=now)


async def declare_lost(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    await detours.declare_lost(conn, scan_of(asked, approver, now), heard_at=now)


async def send_back(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    """What two people settle asks neither for days nor for invitations."""
    today = now.astimezone(VIETNAM).date()
    calendar = await calendars.calendar_for(conn, calendars.POST_STANDARD, today)
    terms = Terms(calendar=calendar, hold_days=0)
    scan = scan_of(asked, approver, now)
    await delivery.send_back(conn, scan, Ground.SETTLED, terms, heard_at=now)


async def close_bag(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    await reception.close(conn, asked.subject, by=actor_of(asked), at=now, approver=approver)


async def close_incident(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    end = Settling(
        id=asked.id,
        incident_id=int(asked.subject),
        outcome=asked.facts["outcome"],
        reason=asked.reason,
        by=actor_of(asked),
        approver=approver,
    )
    await incident_desk.settle(conn, end, now=now)


async def reissue_receipt(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    wish = reissue.Wish(
        id=asked.id,
        ref=asked.subject,
        reason=asked.reason,
        person=asked.asked_by,
        office=asked.office_id or 0,
        approver=approver,
    )
    await reissue.reissue(conn, wish, now=now)


async def second_request(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    await second_acts.carry_out(conn, asked, actor_of(asked), approver=approver, now=now)


async def reverse_entry(
    conn: Connection[Record], asked: Approval, approver: int, now: datetime
) -> None:
    """In the name of who agrees: whoever took the money does not take it back."""
    wish = Reversal(key=asked.id, person_id=approver, why=asked.reason_vi, at=now)
    await reversals.carry_out(conn, asked.subject, wish, now=now)


Carry = Callable[["Connection[Record]", Approval, int, datetime], Awaitable[None]]

ACTS: Final[Mapping[str, Carry]] = {
    "undo": undo,
    "redirect": redirect,
    "declare_lost": declare_lost,
    "send_back": send_back,
    "close_bag": close_bag,
    "close_incident": close_incident,
    "reissue_receipt": reissue_receipt,
    "second_supplement": second_request,
    "second_extension": second_request,
    "reverse_entry": reverse_entry,
}
