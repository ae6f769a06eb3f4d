"""A dossier's clocks, explained: why it is due then, whose hours they were, which leg is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.agency import clock_view_store as store
from postal_service.desk.agency import timeline
from postal_service.desk.agency.timeline import Names
from postal_service.desk.published import offices
from tracking import attribution, calendars, due_inputs, identifiers, pauses, slip, transits
from tracking.attribution import Share, Whose
from tracking.due_inputs import DueSet
from tracking.errors import UnknownDossier
from tracking.explain import Explanation, explain
from tracking.explain_words import length
from tracking.slip import Slip
from tracking.slip_store import Line
from tracking.transits import LegClock

#: Who had it, as the page and the terminal say it.
WHOSE: Final[Mapping[Whose, tuple[str, str]]] = {
    Whose.POST: ("Bưu điện", "Post"),
    Whose.AGENCY: ("Cơ quan", "Agency"),
    Whose.CITIZEN: ("Người dân", "Citizen"),
}


class Held(Struct, frozen=True, kw_only=True):
    """One spell with its holder's name and its length in words (vi, en)."""

    share: Share
    holder: str
    length: tuple[str, str]


class ClockView(Struct, frozen=True, kw_only=True):
    """All a reader may ask about a dossier's time.

    ``standing`` is the due time in force, ``earlier`` those before it; none of either where the
    agency set its appointment before the product kept its inputs. ``late`` holds working
    minutes: the agency's after its original due time, the post's after each leg's day.
    """

    standing: DueSet | None
    explanation: Explanation | None
    earlier: list[DueSet]
    legs: list[LegClock]
    held: list[Held]
    totals: Mapping[Whose, int]
    late: Mapping[Whose, int]
    ended: datetime | None
    original_due: datetime | None
    on_time: bool | None  #: none before the agency has received it

    @property
    def whole(self) -> int:
        """Working minutes from the counter until now, or until nothing was owed any more."""
        return sum(self.totals.values())


async def find(conn: Connection[Record], code: str) -> Slip:
    """The dossier with this number: ours, the agency's or a postal one.

    Raises UnknownDossier, BadIdentifier.
    """
    match identifiers.recognise(code):
        case "ref":
            ref: str | None = identifiers.parse_ref(code).ref
        case "s10":
            ref = await store.ref_of_s10(conn, identifiers.parse_s10(code))
        case _:
            known = identifiers.parse_dossier_code(code).code
            ref = await store.ref_of_agency_code(conn, known)
    found = await slip.by_ref(conn, ref) if ref else None
    if found is None:
        raise UnknownDossier(code)
    return found


async def look(
    conn: Connection[Record], found: Slip, *, now: datetime, names: Names | None = None
) -> ClockView:
    """The clocks of a dossier at *now*. Raises UnknownHours, CalendarGap."""
    dossier = found.dossier
    names = names or await timeline.names_in(conn, found)
    lines = timeline.standing(found.lines)
    sets = await due_inputs.of_dossier(conn, dossier.id)
    # what a correction took back, or what somebody set by another way, explains nothing
    standing = next((s for s in reversed(sets) if s.due_at == dossier.due_at), None)
    agency = await calendars.calendar_for(
        conn, dossier.hours_group, dossier.accepted_at.astimezone(VIETNAM).date()
    )
    split = attribution.shares(attribution.spells(dossier, lines, now), agency)
    legs = await legs_of(conn, found, lines, now)
    ended = attribution.ended_at(dossier, lines)
    original = standing.original_due_at if standing else dossier.original_due_at
    late = dict.fromkeys(Whose, 0)
    late[Whose.POST] = sum(leg.late for leg in legs)
    if original is not None:
        late[Whose.AGENCY] = max(agency.minutes_between(original, ended or now), 0)
    second = any(row.counts_late for row in await pauses.of(conn, dossier.id))
    return ClockView(
        standing=standing,
        explanation=explain(standing.inputs, set_at=standing.due_at) if standing else None,
        earlier=[each for each in sets if each is not standing],
        legs=legs,
        held=[
            Held(
                share=share,
                holder=names.holder(share.spell.kind, share.spell.who),
                length=length(share.minutes),
            )
            for share in split
        ],
        totals=attribution.totals(split),
        late=late,
        ended=ended,
        original_due=original,
        on_time=None
        if original is None
        else attribution.on_time(original, ended, now) and not second,
    )


async def legs_of(
    conn: Connection[Record], found: Slip, lines: Sequence[Line], now: datetime
) -> list[LegClock]:
    """Each leg against its promise, in the post's calendar of the office that opened it."""
    dossier = found.dossier
    promises = await transits.promises_of(conn, dossier.id)
    if not promises:
        return []
    office = await offices.get(conn, dossier.office_id)
    day = dossier.accepted_at.astimezone(VIETNAM).date()
    post = await calendars.calendar_for(conn, office.hours_group, day)
    return [
        transits.clock_of(
            promise,
            [line for line in lines if line.s10 == promise.s10],
            post,
            to_fetch=dossier.return_way == "office",
            now=now,
        )
        for promise in promises
    ]
