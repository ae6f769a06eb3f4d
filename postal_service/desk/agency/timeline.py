"""One dossier's whole timeline: what happened, who held each paper in between, who held it when.

The register's own order is kept, also where a phone told late of what it did
early; a line that was undone stays, with what undid it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, pairwise
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.desk.agency import timeline_store as store
from postal_service.desk.agency.timeline_store import About, Refused
from tracking import identifiers, slip, transfers
from tracking.delivery import INVITING
from tracking.errors import UnknownDossier
from tracking.model import Consignment
from tracking.slip import Slip
from tracking.slip_store import Line
from tracking.stages import HOMEBOUND, Act, Keeper

#: Word that came this much later than the fact is worth a second time on the page.
LATE_WORD: Final = timedelta(minutes=2)

Holder = tuple[Keeper | None, int | None]


class Names(Struct, frozen=True, kw_only=True):
    """What people, offices and agencies are called."""

    people: Mapping[int, str]
    offices: Mapping[int, str]
    agencies: Mapping[int, str]

    def holder(self, kind: Keeper | None, id_: int | None) -> str:
        """A possible holder in words."""
        match kind:
            case Keeper.COURIER:
                return f"bưu tá {self.person(id_)}"
            case Keeper.OFFICE:
                return self.offices.get(id_ or 0, "bưu cục")
            case Keeper.AGENCY:
                return self.agencies.get(id_ or 0, "cơ quan")
            case Keeper.CITIZEN:
                return "người dân"
        return "–"

    def person(self, id_: int | None) -> str:
        return self.people.get(id_ or 0, "hệ thống")


class Span(Struct, frozen=True, kw_only=True):
    """How long one holder had one paper, from the line *scan_id* on; no end: still."""

    scan_id: UUID
    s10: str
    holder: str
    since: datetime
    until: datetime | None


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the register as a person reads it."""

    line: Line
    by: str
    approver: str
    reason: str
    offered_to: str
    heard_late: bool
    undone: Entry | None = None  #: what undid it
    corrects: Line | None = None  #: what it undid
    span: Span | None = None  #: whose hands it went into, and how long it stayed there


class Timeline(Struct, frozen=True, kw_only=True):
    """A dossier with everything that happened to it, oldest first."""

    slip: Slip
    about: About
    names: Names
    reasons: Mapping[str, str]
    entries: list[Entry]
    spans: list[Span]
    refused: list[Refused]
    lists: frozenset[str]  #: numbers of lists that the reader may print


class Sheets(Struct, frozen=True, kw_only=True):
    """Which papers of one item may be printed: how often its receiver was invited, and more."""

    item: Consignment
    invited: int
    sent_back: bool


class Held(Struct, frozen=True, kw_only=True):
    """The answer to "who held it then"; ``offered_to`` had it before him and had not answered."""

    item: Consignment
    holder: str
    since: datetime
    offered_to: str


async def look(conn: Connection[Record], ref: str, staff: Staff, *, now: datetime) -> Timeline:
    """The dossier's timeline, for who has to do with it. Raises BadIdentifier, UnknownDossier."""
    found = await slip.by_ref(conn, identifiers.parse_ref(ref).ref)
    if found is None or not may_read(found, staff):
        raise UnknownDossier(ref)
    names = await names_in(conn, found)
    codes = {str(line.facts["reason"]) for line in found.lines if line.facts.get("reason")}
    reasons = await store.reason_names(conn, codes)
    tried = [item.s10 for item in found.consignments] if staff.role is Role.SUPERVISOR else []
    spans = list(chain.from_iterable(spans_of(found, item, names) for item in found.consignments))
    return Timeline(
        slip=found,
        about=await store.about(conn, found.dossier.id),
        names=names,
        reasons=reasons,
        entries=entries_of(found, names, reasons, spans),
        spans=spans,
        refused=await store.refused(conn, tried) if tried else [],
        lists=await lists_for(conn, found, staff),
    )


async def lists_for(conn: Connection[Record], found: Slip, staff: Staff) -> frozenset[str]:
    """The lists a slip names, as far as they are the reader's too."""
    actor = staff.actor
    own = {Keeper.COURIER: actor.person, Keeper.OFFICE: actor.office, Keeper.AGENCY: actor.agency}
    named = {str(line.facts["list"]) for line in found.lines if line.facts.get("list")}
    return await store.open_lists(conn, named, actor.keeper, own[actor.keeper] or 0)


def may_read(found: Slip, staff: Staff) -> bool:
    """A manager, an office that has or had it in charge, its agency, the courier who has it."""
    if staff.role is Role.MANAGER:
        return True
    if staff.role is Role.AGENCY_OFFICER:
        return staff.agency_id in {found.dossier.agency_id, *transfers.parties(found.lines)}
    if staff.role is Role.COURIER:
        own = (Keeper.COURIER, staff.id)
        return any(
            own in ((item.holder_kind, item.holder_id), (item.offered_kind, item.offered_id))
            for item in found.consignments
        )
    places = {found.dossier.office_id, *(item.office_id for item in found.consignments)}
    return staff.office_id in places | {line.office_id for line in found.lines}


async def names_in(conn: Connection[Record], found: Slip) -> Names:
    """Everybody a slip names."""
    people, offices, agencies = {0}, {found.dossier.office_id}, {found.dossier.agency_id}
    of_kind = {Keeper.COURIER: people, Keeper.OFFICE: offices, Keeper.AGENCY: agencies}
    for line in found.lines:
        people |= {line.person_id or 0, line.approver_id or 0}
        offices.add(line.office_id or 0)
        for kind, id_ in ((line.holder_kind, line.holder_id), (line.offered_kind, line.offered_id)):
            if kind in of_kind and id_:
                of_kind[kind].add(id_)
    named = await store.names(conn, people, offices, agencies)
    people_named, offices_named, agencies_named = (
        {each.id: each.name for each in named if each.kind is kind}
        for kind in (Keeper.COURIER, Keeper.OFFICE, Keeper.AGENCY)
    )
    return Names(people=people_named, offices=offices_named, agencies=agencies_named)


def standing(lines: Sequence[Line]) -> list[Line]:
    """The lines nobody has undone, without those that undo."""
    undone = {line.undoes for line in lines}
    return [line for line in lines if line.undoes is None and line.scan_id not in undone]


def lines_of(found: Slip, item: Consignment) -> list[Line]:
    return [line for line in found.lines if line.s10 == item.s10]


def spans_of(found: Slip, item: Consignment, names: Names) -> Iterator[Span]:
    """Who held one paper, from hand to hand, as it stands after all corrections."""
    begins: list[Line] = []
    for line in standing(lines_of(found, item)):
        if not begins or holder_of(begins[-1]) != holder_of(line):
            begins.append(line)
    ends = [max(after.at, line.at) for line, after in pairwise(begins)]
    for line, until in zip(begins, [*ends, *[None] * bool(begins)], strict=True):
        yield Span(
            scan_id=line.scan_id,
            s10=item.s10,
            holder=names.holder(*holder_of(line)),
            since=line.at,
            until=until,
        )


def holder_of(line: Line) -> Holder:
    return line.holder_kind, line.holder_id


def sheets_of(found: Timeline) -> list[Sheets]:
    """What may be printed of each paper that goes, or went, to a door."""
    made = []
    for item in found.slip.consignments:
        lines = standing(lines_of(found.slip, item))
        if item.leg in HOMEBOUND and lines:
            made.append(
                Sheets(
                    item=item,
                    invited=sum(
                        line.act is Act.INVITE or line.facts.get("next") in INVITING
                        for line in lines
                    ),
                    sent_back=any(line.act is Act.SEND_BACK for line in lines),
                )
            )
    return made


def holders_at(found: Timeline, at: datetime) -> list[Held]:
    """Who held each paper at a moment: whoever the last line before it names.

    A paper that had not been accepted yet, or whose number was cancelled, has no holder.
    """
    held = []
    for item in found.slip.consignments:
        before = [line for line in standing(lines_of(found.slip, item)) if line.at <= at]
        if not before:
            continue
        last = begin = before[-1]
        for line in reversed(before):
            if holder_of(line) != holder_of(last):
                break
            begin = line
        held.append(
            Held(
                item=item,
                holder=found.names.holder(*holder_of(last)),
                since=begin.at,
                offered_to=found.names.holder(last.offered_kind, last.offered_id)
                if last.offered_kind
                else "",
            )
        )
    return held


def entries_of(
    found: Slip, names: Names, reasons: Mapping[str, str], spans: Sequence[Span]
) -> list[Entry]:
    """The lines in their order, each with what undid it and whose hands it led into."""
    by_id = {line.scan_id: line for line in found.lines}
    undoing = {line.undoes: line for line in found.lines if line.undoes is not None}
    begun = {span.scan_id: span for span in spans}

    def entry(line: Line, undone: Entry | None = None) -> Entry:
        return Entry(
            line=line,
            by=names.person(line.person_id),
            approver=names.person(line.approver_id) if line.approver_id else "",
            reason=reasons.get(str(line.facts.get("reason", "")), ""),
            offered_to=names.holder(line.offered_kind, line.offered_id)
            if line.offered_kind and line.act in (Act.OFFER, Act.BRING_IN)
            else "",
            heard_late=line.heard_at - line.at > LATE_WORD,
            undone=undone,
            corrects=by_id.get(line.undoes) if line.undoes else None,
            span=begun.get(line.scan_id),
        )

    return [
        entry(line, entry(undoing[line.scan_id]) if line.scan_id in undoing else None)
        for line in found.lines
    ]
