"""Handing over many papers at once: what the giver does, and who the two sides are.

The register moves each paper; a list says which of them were laid down together and
under which seal. Until a line is answered (``reception.py``) its giver holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection

from tracking import custody_store as store
from tracking import journey
from tracking import store as register
from tracking.custody_errors import (
    BadHandOver,
    HandOverEnded,
    NotOnList,
    TooManyItems,
    UnknownHandOver,
)
from tracking.custody_model import SIDES, HandOver, Item, Kind, Line, NewHandOver, Offered, State
from tracking.errors import TrackingError
from tracking.model import Actor, Event, Party, Scan
from tracking.stages import Act, Keeper

MOST: Final = 2000
NUMBER: Final = re.compile(r"BK-[0-9]{6}-[0-9]{5}")
OPEN_STATES: Final = (State.OFFERED, State.OPEN)

Answer = Event | TrackingError


async def offer(conn: Connection, new: NewHandOver, *, heard_at: datetime) -> Offered:
    """Lay *new* down: each item gets its own answer, and what is refused is not on the list.

    Safe to repeat. Raises BadHandOver, TooManyItems, ImpossibleTime.
    """
    check_sides(new)
    journey.check_time(new.at, heard_at)
    await store.take_turns(conn, new.id)
    earlier = await store.by_form(conn, new.id)
    if earlier is None and not await store.taker_exists(conn, new.to):
        raise BadHandOver
    # drawn before the papers are locked, so that a printed number stands in their lines
    id_ = earlier.id if earlier else await store.next_id(conn)
    number = earlier.number if earlier else number_of(id_, new.at)
    scans = [offer_of(new, item, number) for item in new.items]
    if earlier is not None:
        return Offered(hand_over=earlier, answers=await answered_again(conn, scans))
    answers = await journey.record(conn, scans, heard_at=heard_at)
    lines = {
        answer.consignment_id: scan.s10
        for scan, answer in zip(scans, answers, strict=True)
        if isinstance(answer, Event)
        and answer.consignment_id is not None
        and answer.facts.get("list") == number
    }
    if not lines:
        return Offered(hand_over=None, answers=answers)
    await store.offer(conn, new, (id_, number), giver_of(new.by), [*lines.items()])
    return Offered(hand_over=await store.by_number(conn, number), answers=answers)


async def answered_again(conn: Connection, scans: Sequence[Scan]) -> list[Answer]:
    """What the first copy of a form was answered: a list that stands takes no further line."""
    ids = [scan.id for scan in scans]
    known = {event.scan_id: event for event in await register.find_events(conn, ids)}
    return [known.get(scan.id) or NotOnList(scan.s10) for scan in scans]


def check_sides(new: NewHandOver) -> None:
    """Raise BadHandOver or TooManyItems where such a list cannot be."""
    givers, taker, _ = SIDES[new.kind]
    if not 1 <= len(new.items) <= MOST:
        raise TooManyItems(MOST)
    fits = new.by.keeper in givers and new.to.kind is taker and new.to != giver_of(new.by)
    home = new.kind is not Kind.OFFICE or new.to.id == new.by.office
    if not fits or not home or (new.kind is Kind.BAG) != bool(new.seal):
        raise BadHandOver


def number_of(id_: int, at: datetime) -> str:
    """The printed number: its day and five digits of its own."""
    return f"BK-{at.astimezone(journey.VIETNAM):%y%m%d}-{id_ % 100_000:05}"


def check_number(number: str) -> str:
    """*number*, as it is printed on a list. Raises UnknownHandOver for anything else."""
    if not NUMBER.fullmatch(number):
        raise UnknownHandOver(number[:20])
    return number


def giver_of(actor: Actor) -> Party:
    own = actor.person if actor.keeper is Keeper.COURIER else actor.office
    return Party(actor.keeper, own or 0)


def offer_of(new: NewHandOver, item: Item, number: str) -> Scan:
    act = SIDES[new.kind][2]
    facts = {"list": number} | ({"seal": new.seal} if new.seal else {})
    return Scan(id=item.id, s10=item.s10, act=act, at=new.at, by=new.by, to=new.to, facts=facts)


async def recall(
    conn: Connection, number: str, form_id: UUID, *, by: Actor, at: datetime, heard_at: datetime
) -> list[Answer]:
    """The giver takes back every line that nobody has answered. Safe to repeat.

    Raises UnknownHandOver, HandOverEnded.
    """
    hand_over = await locked(conn, number, giver=by, ended=True)
    if hand_over.state not in OPEN_STATES:
        return []
    scans = [
        Scan(id=uuid5(form_id, line.s10), s10=line.s10, act=Act.RECALL, at=at, by=by,
             facts={"list": number})
        for line in await store.lines(conn, hand_over.id)
        if line.outcome is None
    ]  # fmt: skip
    answers = await journey.record(conn, scans, heard_at=heard_at)
    left = [line for line in await store.lines(conn, hand_over.id) if line.outcome is None]
    if not left:
        await store.end(conn, hand_over.id, State.RECALLED, by=by.person, at=at, approver=None)
    return answers


async def look(conn: Connection, number: str, by: Actor) -> tuple[HandOver, list[Line], list[str]]:
    """A list with its lines and what was extra, for either side. Raises UnknownHandOver."""
    found = await store.by_number(conn, check_number(number))
    if found is None or not (is_side(found.giver, by) or is_side(found.taker, by)):
        raise UnknownHandOver(number)
    return found, await store.lines(conn, found.id), await store.extras(conn, found.id)


async def locked(
    conn: Connection,
    number: str,
    *,
    taker: Actor | None = None,
    giver: Actor | None = None,
    ended: bool = False,
) -> HandOver:
    """The list, locked, for its *taker* or *giver*. Raises UnknownHandOver, HandOverEnded."""
    found = await store.lock(conn, check_number(number))
    if found is None or not (
        (taker is not None and is_side(found.taker, taker))
        or (giver is not None and is_side(found.giver, giver))
    ):
        raise UnknownHandOver(number)
    if not ended and found.state not in OPEN_STATES:
        raise HandOverEnded(number)
    return found


def is_side(party: Party, actor: Actor) -> bool:
    """Whether *actor* acts for *party*; a courier's office sees what he carries."""
    own = {
        Keeper.COURIER: actor.person,
        Keeper.OFFICE: actor.office,
        Keeper.AGENCY: actor.agency,
    }
    return party.kind is actor.keeper and own[party.kind] == party.id
