"""How long an office keeps what nobody fetches, and on which ground of the law it goes back.

The days are the Post's own rule (15 in a ward or town, 30 in the country, 45 where the
citizen chose to fetch it), counted from the first invitation; the grounds are those of
the Postal Law 49/2010, art. 17.1, as the closed list of reasons names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.citizen.promise import day_of
from postal_service.desk.door import holding_store as store
from postal_service.desk.published import offices, reasons
from postal_service.desk.published.offices import Office
from postal_service.desk.published.reasons import Group, Reason
from tracking import calendars, delivery, reminders
from tracking.custody_errors import NotUndeliverable, SecondPersonNeeded
from tracking.delivery import Ground, History, Terms
from tracking.model import Dossier, Event

IN_TOWN: Final = 15
IN_THE_COUNTRY: Final = 30
BY_CHOICE: Final = 45
#: How the name of a unit begins where a post office serves a town.
TOWNS: Final = ("Phường", "Thị trấn")
#: The point of art. 17.1 that ends a reason's legal ground, and what it lets the post do.
POINTS: Final = {
    "a": Ground.ADDRESS,
    "b": Ground.ADDRESS,
    "c": Ground.ADDRESS,
    "d": Ground.UNCALLED,
    "đ": Ground.REFUSED,
}
#: What a paper may be sent back for, among all that may be said of an attempt.
BACK: Final = "return_to_agency"


class Outlook(Struct, frozen=True, kw_only=True):
    """What may become of a paper that lies here: asked for again, kept until, sent back because.

    ``next_invitation`` none: today; ``until`` none: nobody has been invited yet. ``lawful`` are
    the reasons one person may send it back for today, ``settled`` those that take two.
    """

    invited: int
    next_invitation: date | None
    until: date | None
    lawful: list[Reason]
    settled: list[Reason]


async def terms_for(conn: Connection[Record], office: Office, dossier: Dossier) -> Terms:
    """What holds at *office* for papers of *dossier*. Raises UnknownHours."""
    today = day_of(dossier.accepted_at)
    name = await store.unit_name(conn, office.commune_2025)
    days = IN_TOWN if (name or "").startswith(TOWNS) else IN_THE_COUNTRY
    if dossier.return_way == "office":
        days = BY_CHOICE
    return Terms(
        calendar=await calendars.calendar_for(conn, office.hours_group, today), hold_days=days
    )


def ground_of(reason: Reason) -> Ground:
    """What the law makes of *reason*; what it does not name is settled by two people."""
    if not reason.undeliverable_ground:
        return Ground.SETTLED
    return POINTS.get((reason.legal_ground or "").rpartition(" ")[2], Ground.SETTLED)


async def back_for(conn: Connection[Record]) -> list[Reason]:
    """Why a paper may go back to its agency, by code."""
    listed = await reasons.in_group(conn, Group.DELIVERY_FAILED)
    return [reason for reason in listed if BACK in reason.next_actions]


async def outlook(
    conn: Connection[Record], lines: Sequence[Event], terms: Terms, *, today: date
) -> Outlook:
    """What may become of the paper with these *lines*, oldest first."""
    history = delivery.history_of(lines)
    first = delivery.may_invite_from(history, terms.calendar)
    listed = await back_for(conn)
    lawful = [reason for reason in listed if allows(reason, history, terms, today)]
    return Outlook(
        invited=len(history.invited),
        next_invitation=first if first is not None and first > today else None,
        until=delivery.held_until(history, terms),
        lawful=lawful,
        settled=[reason for reason in listed if ground_of(reason) is Ground.SETTLED],
    )


def allows(reason: Reason, history: History, terms: Terms, today: date) -> bool:
    """Whether one person may send the paper back for *reason* today."""
    try:
        delivery.check_ground(
            ground_of(reason), reason.code, history, terms, today=today, approved=False
        )
    except (NotUndeliverable, SecondPersonNeeded):
        return False
    return True


async def remind(conn: Connection[Record], now: datetime) -> int:
    """Say of everything whose last day of holding is today that it is; how many were new.

    Safe to repeat: one reminder a paper and day.
    """
    today = day_of(now)
    since = now - timedelta(days=BY_CHOICE + 1)
    until = now - timedelta(days=IN_TOWN - 1)
    due = []
    for waiting in await store.invited_between(conn, since, until):
        office = await offices.get(conn, waiting.office_id)
        lines = await reminders.lines_of(conn, waiting.consignment_id)
        terms = await terms_for(conn, office, await reminders.dossier_of(conn, waiting.ref))
        if delivery.held_until(delivery.history_of(lines), terms) == today:
            due.append(waiting.consignment_id)
    return await reminders.last_day(conn, due, today, at=now)
