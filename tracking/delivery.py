"""The end of the way: attempts, invitations, holding, and back to the agency.

The law counts (Postal Law 49/2010, art. 17.1): an item is undeliverable where the
address is wrong, where the receiver refuses, or where two invitations at least two
working days apart brought nobody. Then it is held, and goes back to the agency.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from asyncpg import Connection
from msgspec import Struct
from msgspec.structs import replace

from tracking import correction_store, corrections, hands, journey, store
from tracking.custody_errors import NotUndeliverable, SecondPersonNeeded, TooSoonToInvite
from tracking.errors import BadRuling, UnknownConsignment
from tracking.model import Event, Scan
from tracking.stages import Act, Keeper
from tracking.working_time import Calendar

#: Working days of the post between two invitations.
APART: Final = 2
#: What the courier says becomes of a paper that stays at the office: it is an invitation too.
INVITING: Final = frozenset({"invite", "hold_at_office"})


class Ground(StrEnum):
    """Why an item may go back; which reason is which ground is the closed list's business."""

    ADDRESS = "address"  #: a, b, c: wrong address, moved, receiver unknown there
    UNCALLED = "uncalled"  #: d: two invitations, and nobody came
    REFUSED = "refused"  #: đ: at once
    SETTLED = "settled"  #: anything else, by two people


class Terms(Struct, frozen=True, kw_only=True):
    """What holds at this office: its days, and how long it keeps what nobody fetches.

    ``hold_days``: calendar days from the first invitation, 15 in a ward or town,
    30 in the country, 45 where the citizen chose to fetch it (poste restante).
    """

    calendar: Calendar
    hold_days: int


class History(Struct, frozen=True, kw_only=True):
    """What has been tried, as the register has it."""

    missed: list[Event]
    invited: list[datetime]

    @property
    def hold_begins(self) -> datetime | None:
        return self.invited[0] if self.invited else None


def delivery_code(key: bytes, consignment: int, attempt: int, courier: int) -> str:
    """Six digits that the receiver tells at the door; derived when needed, kept nowhere.

    A further attempt or another courier has another code, so an old one opens nothing.
    """
    said = f"delivery:{consignment}:{attempt}:{courier}".encode()
    number = int.from_bytes(hmac.new(key, said, hashlib.sha256).digest()[:8], "big")
    return f"{number % 1_000_000:06}"


def history_of(lines: Sequence[Event]) -> History:
    """What the standing lines of a paper say of attempts and invitations, oldest first.

    What is sent home once more is tried anew: only what came after counts.
    """
    lines = corrections.standing(lines)
    begun = max((n for n, line in enumerate(lines) if line.act is Act.RELEASE), default=0)
    lines = lines[begun:]
    missed = [line for line in lines if line.act is Act.MISS]
    invited = [
        line.at
        for line in lines
        if line.act is Act.INVITE or (line.act is Act.MISS and line.facts.get("next") in INVITING)
    ]
    return History(missed=missed, invited=invited)


def may_invite_from(history: History, calendar: Calendar) -> date | None:
    """The first day of the next invitation; none: at once."""
    if not history.invited:
        return None
    return calendar.add_days(local_day(history.invited[-1]), APART)


def held_until(history: History, terms: Terms) -> date | None:
    """The last day it is kept; none while nobody has been invited."""
    begun = history.hold_begins
    return local_day(begun) + timedelta(days=terms.hold_days) if begun else None


def apart_enough(invited: Iterable[datetime], calendar: Calendar) -> bool:
    """Whether two of the invitations lie at least two working days apart."""
    days = [local_day(at) for at in invited]
    return any(calendar.add_days(first, APART) <= last for first in days for last in days)


def check_ground(
    ground: Ground, reason: str, history: History, terms: Terms, *, today: date, approved: bool
) -> None:
    """Raise NotUndeliverable or SecondPersonNeeded unless *ground* lets the item go back."""
    last = history.missed[-1].facts.get("reason") if history.missed else None
    if ground in (Ground.ADDRESS, Ground.REFUSED) and last != reason:
        raise NotUndeliverable(
            "lần phát gần nhất không ghi lý do này",
            "the last attempt was not reported with this reason",
        )
    if ground is Ground.SETTLED and not approved:
        raise SecondPersonNeeded
    if ground is Ground.UNCALLED:
        until = held_until(history, terms)
        if until is None or not apart_enough(history.invited, terms.calendar):
            raise NotUndeliverable(
                "phải mời ít nhất hai lần, cách nhau ít nhất 2 ngày làm việc",
                "two invitations at least two working days apart are needed",
            )
        if today <= until:
            raise NotUndeliverable(
                f"còn thời hạn giữ đến hết ngày {until:%d/%m/%Y}",
                f"it is held until the end of {until:%d/%m/%Y}",
            )


async def invite(conn: Connection, scan: Scan, terms: Terms, *, heard_at: datetime) -> Event:
    """Invite the receiver once more to fetch what lies at the office. Safe to repeat.

    Raises TooSoonToInvite, and what the register refuses.
    """
    history = await history_for(conn, scan)
    first = may_invite_from(history, terms.calendar)
    if not await store.find_events(conn, [scan.id]):
        if first is not None and local_day(scan.at) < first:
            raise TooSoonToInvite(f"{first:%d/%m/%Y}")
        facts = scan.facts | {"invitation": len(history.invited) + 1}
        return await journey.record_one(conn, replace(scan, facts=facts), heard_at=heard_at)
    facts = scan.facts | {"invitation": max(len(history.invited), 1)}
    return await journey.record_one(conn, replace(scan, facts=facts), heard_at=heard_at)


async def send_back(
    conn: Connection, scan: Scan, ground: Ground, terms: Terms, *, heard_at: datetime
) -> Event:
    """Send an undeliverable item back to its agency: from here on it is outbound again.

    ``scan.facts["reason"]`` is a code of the closed list, *ground* what the law makes of
    it. Raises NotUndeliverable, SecondPersonNeeded, BadRuling, and what the register refuses.
    """
    reason = scan.facts.get("reason")
    if not reason:
        raise BadRuling("Chọn lý do chuyển trả.", "Choose why it goes back.")
    if not await store.find_events(conn, [scan.id]):
        approved = scan.approver is not None and scan.approver != scan.by.person
        history = await history_for(conn, scan)
        today = local_day(scan.at)
        check_ground(ground, reason, history, terms, today=today, approved=approved)
    return await journey.record_one(conn, scan, heard_at=heard_at)


async def history_for(conn: Connection, scan: Scan) -> History:
    """What has been tried with the scanned item, which stays locked. Raises UnknownConsignment."""
    item = await store.lock_consignment(conn, scan.s10)
    if item is None or scan.by.keeper is Keeper.AGENCY or not hands.may_see(scan.by, item):
        raise UnknownConsignment(scan.s10)
    return history_of(await correction_store.lines_of(conn, item.id))


def local_day(at: datetime) -> date:
    return at.astimezone(journey.VIETNAM).date()
