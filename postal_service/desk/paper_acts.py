"""What a clerk may do with a dossier's papers here and now, and doing it.

Only what applies is offered. The register has the last word: an act that it refuses by now is
refused in its own words, and what was tried is on record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.desk import counter
from postal_service.desk import hand_over_desk_store as store
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.door import holding
from postal_service.desk.door.holding import Outlook
from postal_service.desk.published import offices, reasons
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.reasons import Group, Reason
from postal_service.desk.watch.approvals import Ask, Kind, ask
from tracking import corrections, delivery, detours, hands, journey, reminders, stages
from tracking.delivery import Ground
from tracking.errors import ScanReused, TrackingError, UnknownConsignment, act_words
from tracking.model import Consignment, Dossier, Event, Ruling, Scan
from tracking.slip import Slip
from tracking.stages import SOUGHT, Act, Leg, Stage, Status

#: A line that opens a carriage is nobody's mistake to undo at a counter.
OPENS: Final = frozenset({Act.ACCEPT, Act.RELEASE})


class Chance(Struct, frozen=True, kw_only=True):
    """The newest line of a paper, which may be undone: alone for *seconds*, else by two."""

    line: UUID
    act: Act
    seconds: int

    @property
    def words(self) -> str:
        return act_words(self.act)[0]


class PaperActs(Struct, frozen=True, kw_only=True):
    """What may be done with one paper. ``agencies``: where it could be redirected."""

    s10: str
    leg: Leg
    outlook: Outlook | None
    give_back: bool
    found: bool
    lost: bool
    agencies: list[Agency]
    undo: Chance | None

    @property
    def any(self) -> bool:
        return any((self.outlook, self.give_back, self.found, self.lost, self.agencies, self.undo))

    @property
    def alone(self) -> bool:
        """Whether there is anything one person may do."""
        mine = self.undo is not None and self.undo.seconds > 0
        return any((self.outlook, self.give_back, self.found, mine))

    @property
    def by_two(self) -> bool:
        """Whether there is anything that takes two."""
        late = self.undo is not None and self.undo.seconds == 0
        return any((self.outlook, self.lost, self.agencies, late))


class DossierActs(Struct, frozen=True, kw_only=True):
    """What may be done with a dossier and its papers, and the closed lists for it."""

    withdraw: list[Reason]
    papers: list[PaperActs]
    mistakes: list[Reason]
    discrepancies: list[Reason]

    @property
    def any(self) -> bool:
        return bool(self.withdraw) or any(paper.any for paper in self.papers)


async def acts_for(
    conn: Connection[Record], slip: Slip, staff: Staff, *, now: datetime
) -> DossierActs:
    """Everything the clerk may do with the dossier of *slip* now."""
    may_withdraw = (slip.dossier.status, Act.WITHDRAW) in stages.DOSSIER_MOVES
    papers = [await paper_acts(conn, slip.dossier, c, staff, now) for c in slip.consignments]
    return DossierActs(
        withdraw=await reasons.in_group(conn, Group.WITHDRAWAL) if may_withdraw else [],
        papers=[paper for paper in papers if paper.any],
        mistakes=await reasons.in_group(conn, Group.CORRECTION),
        discrepancies=await reasons.in_group(conn, Group.CUSTODY_DISCREPANCY),
    )


async def paper_acts(
    conn: Connection[Record], dossier: Dossier, item: Consignment, staff: Staff, now: datetime
) -> PaperActs:
    mine = hands.holds(item, staff.actor)
    free = mine and item.offered_kind is None
    answers = mine or item.office_id == staff.office_id
    lines = await reminders.lines_of(conn, item.id)
    at_shelf = free and item.stage is Stage.AT_OFFICE and item.leg in stages.HOMEBOUND
    return PaperActs(
        s10=item.s10,
        leg=item.leg,
        outlook=await outlook(conn, dossier, lines, staff, now) if at_shelf else None,
        give_back=free and dossier.status is Status.STOPPED and goes(item, Act.GIVE_BACK),
        found=answers and item.stage in SOUGHT,
        lost=answers and item.stage is Stage.MISSING,
        agencies=await elsewhere(conn, dossier, item, staff, now) if free else [],
        undo=await chance(conn, lines, item, staff, now),
    )


def goes(item: Consignment, act: Act) -> bool:
    move = (item.stage, act)
    return move in stages.CONSIGNMENT_MOVES and stages.may_go(item.leg, *move)


async def outlook(
    conn: Connection[Record], dossier: Dossier, lines: list[Event], staff: Staff, now: datetime
) -> Outlook:
    office = await offices.get(conn, staff.office_id or 0)
    terms = await holding.terms_for(conn, office, dossier)
    return await holding.outlook(conn, lines, terms, today=day_of(now))


async def elsewhere(
    conn: Connection[Record], dossier: Dossier, item: Consignment, staff: Staff, now: datetime
) -> list[Agency]:
    """The other agencies that decide this procedure, for papers that came to the wrong one."""
    if dossier.status is not Status.REGISTERED or not goes(item, Act.REDIRECT):
        return []
    offered = await counter.choices(conn, str(dossier.procedure_id), staff.office_id or 0, now)
    return [agency for agency in offered.agencies if agency.id != dossier.agency_id]


async def chance(
    conn: Connection[Record], lines: list[Event], item: Consignment, staff: Staff, now: datetime
) -> Chance | None:
    """What could be undone: the newest standing line, if this office's people wrote it."""
    standing = corrections.standing(lines)
    if len(standing) < 2 or not hands.may_see(staff.actor, item):
        return None
    last = standing[-1]
    if last.act in corrections.FINAL or last.act in OPENS:
        return None
    if await store.office_of(conn, last.person_id or 0) != staff.office_id:
        return None
    age = (now - last.heard_at).total_seconds()
    left = int(corrections.ALONE.total_seconds() - age) if last.person_id == staff.id else 0
    return Chance(line=last.scan_id, act=last.act, seconds=max(left, 0))


Do = Callable[[Scan], Awaitable[Event]]


async def once(
    conn: Connection[Record], scan: Scan, do: Do, *, now: datetime
) -> Event | TrackingError:
    """Do it, or say why not; the second press of one button is the first one, late.

    What was tried and refused stays on record, as both hands on one paper do.
    """
    try:
        async with conn.transaction():
            return await do(scan)
    except ScanReused as refusal:
        at = await store.said_at(conn, scan.id)
        if at is not None and at != scan.at:
            return await once(conn, replace(scan, at=at), do, now=now)
        return await noted(conn, scan, refusal, now)
    except TrackingError as refusal:
        return await noted(conn, scan, refusal, now)


async def noted(
    conn: Connection[Record], scan: Scan, refusal: TrackingError, now: datetime
) -> TrackingError:
    await journey.note_refused(conn, [(scan, refusal)], now)
    return refusal


async def invite(
    conn: Connection[Record], id_: UUID, s10: str, *, staff: Staff, now: datetime
) -> Event | TrackingError:
    """Ask the receiver once more to come. Safe to repeat. Raises UnknownDossier, UnknownHours."""
    scan = Scan(id=id_, s10=s10, act=Act.INVITE, at=now, by=staff.actor)
    terms = await terms_of(conn, s10, staff)
    return await once(
        conn, scan, lambda said: delivery.invite(conn, said, terms, heard_at=now), now=now
    )


async def send_back(
    conn: Connection[Record], id_: UUID, s10: str, reason: str, *, staff: Staff, now: datetime
) -> Event | TrackingError | None:
    """Send it back on a ground of the law, or put it before a second person (None).

    Safe to repeat. Raises UnknownReason, and what asking refuses.
    """
    ground = holding.ground_of(await reasons.get(conn, reason))
    if ground is Ground.SETTLED:
        wish = Ask(id=id_, kind=Kind.SEND_BACK, subject=s10, reason=reason, by=staff)
        await ask(conn, wish, now=now)
        return None
    scan = Scan(
        id=id_, s10=s10, act=Act.SEND_BACK, at=now, by=staff.actor, facts={"reason": reason}
    )
    terms = await terms_of(conn, s10, staff)
    return await once(
        conn,
        scan,
        lambda said: delivery.send_back(conn, said, ground, terms, heard_at=now),
        now=now,
    )


async def give_back(
    conn: Connection[Record], id_: UUID, s10: str, *, staff: Staff, now: datetime
) -> Event | TrackingError:
    """Give the citizen the papers of a stopped dossier. Safe to repeat."""
    scan = Scan(id=id_, s10=s10, act=Act.GIVE_BACK, at=now, by=staff.actor)
    return await once(conn, scan, lambda said: detours.give_back(conn, said, heard_at=now), now=now)


async def find(
    conn: Connection[Record], id_: UUID, s10: str, *, staff: Staff, now: datetime
) -> Event | TrackingError:
    """A missing paper is in hand again. Safe to repeat."""
    scan = Scan(id=id_, s10=s10, act=Act.FIND, at=now, by=staff.actor)
    return await once(conn, scan, lambda said: detours.find(conn, said, heard_at=now), now=now)


async def withdraw(
    conn: Connection[Record], id_: UUID, ref: str, reason: str, *, staff: Staff, now: datetime
) -> None:
    """Put the citizen's wish to withdraw before the agency. Safe to repeat.

    Raises UnknownReason, UnknownDossier, IllegalMove.
    """
    await reasons.require(conn, [reason], Group.WITHDRAWAL)
    ruling = Ruling(
        id=id_, ref=ref, act=Act.WITHDRAW, at=now, by=staff.actor, facts={"reason": reason}
    )
    await detours.withdraw(conn, ruling, heard_at=now)


async def terms_of(conn: Connection[Record], s10: str, staff: Staff) -> delivery.Terms:
    """What holds here for the dossier of this paper. Raises UnknownConsignment."""
    found = await store.papers(conn, [s10])
    if not found:
        raise UnknownConsignment(s10)
    dossier = await reminders.dossier_of(conn, found[0].ref)
    return await holding.terms_for(conn, await offices.get(conn, staff.office_id or 0), dossier)
