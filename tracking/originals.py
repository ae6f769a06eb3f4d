"""Originals taken back from the citizen: a carriage of their own, from the door to the agency."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from asyncpg import Connection
from msgspec.structs import replace

from tracking import (
    correction_store,
    corrections,
    journey,
    originals_store,
    ruling_store,
    store,
)
from tracking.corrections import Undo
from tracking.custody_errors import MovedOn
from tracking.errors import UnknownConsignment
from tracking.model import Event, NewLeg, Party, Scan
from tracking.stages import Act, Keeper, Leg, Stage


async def take_back(conn: Connection, scan: Scan, places: list[int], *, heard_at: datetime) -> str:
    """Open the carriage of what was taken at the hand-over *scan*; its postal number.

    Whoever handed the result over holds the originals: the courier in the bag, or the
    office at its counter. *places* say which, on the procedure's list. Safe to repeat.
    Raises NumbersExhausted, UnknownConsignment.
    """
    id_ = scan_of(scan.id)
    item = await store.lock_consignment(conn, scan.s10)
    if earlier := await originals_store.s10_opened_by(conn, id_):
        return earlier
    if item is None:
        raise UnknownConsignment(scan.s10)
    s10 = await journey.next_s10(conn, item.office_id)
    at_counter = scan.by.keeper is Keeper.OFFICE
    leg = NewLeg(
        dossier_id=item.dossier_id,
        leg=Leg.ORIGINALS,
        s10=s10,
        office_id=item.office_id,
        agency_id=item.agency_id,
        stage=Stage.ACCEPTED if at_counter else Stage.TO_AGENCY,
        holder=(
            Party(Keeper.OFFICE, item.office_id)
            if at_counter
            else Party(Keeper.COURIER, scan.by.person)
        ),
        scan_id=id_,
        act=Act.ACCEPT,
        person_id=scan.by.person,
        at=scan.at,
        facts={"originals": places},
    )
    await ruling_store.open_leg(conn, leg, heard_at=heard_at)
    return s10


async def give_again(conn: Connection, wish: Undo, *, heard_at: datetime) -> Event | None:
    """The hand-over *wish* undoes is undone: what was taken there is the citizen's again.

    None where nothing was taken. Safe to repeat. Raises MovedOn once it has moved.
    """
    first = scan_of(wish.undoes)
    s10 = await originals_store.s10_opened_by(conn, first)
    if s10 is None:
        return None
    item = await store.lock_consignment(conn, s10)
    id_ = scan_of(wish.id)
    if earlier := await store.find_events(conn, [id_]):
        return earlier[0]
    if item is None:
        raise UnknownConsignment(s10)
    lines = corrections.standing(await correction_store.lines_of(conn, item.id))
    if [line.scan_id for line in lines] != [first]:
        raise MovedOn(s10)
    own = replace(wish, id=id_, s10=s10, undoes=first)
    undone = corrections.compensation(item, lines[0], None, own, heard_at)
    event = replace(
        undone, stage=Stage.GIVEN_BACK, holder_kind=Keeper.CITIZEN, holder_id=None, status=None
    )
    await store.append_scans(conn, [event], heard_at)
    return event


def scan_of(scan_id: UUID) -> UUID:
    """The id of what a hand-over, or its undoing, does to the originals."""
    return uuid5(scan_id, "O")
