"""Passing a dossier on to the agency that is to decide it.

What is on paper travels as leg T under its own number, and the other agency takes over with
its signature; what is on no paper it takes over by an act of its own. Until then the first
agency answers for the dossier, and neither decides on it. A clock that has not begun begins at
the reception by the agency that decides; one that runs goes on, and its appointment stays.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid5

from asyncpg import Connection
from msgspec.structs import replace

from tracking import journey, ruling_store, rulings, store
from tracking import transfer_store as mine
from tracking.errors import BadRuling, UnknownDossier
from tracking.model import Ruling
from tracking.slip import Slip
from tracking.slip_store import Line
from tracking.stages import Act, Leg, Status
from tracking.transfer_store import Passed

__all__ = ["Passed"]

BOTH: Final = frozenset({"from", "to"})


async def transfer(conn: Connection, ruling: Ruling, to: int, *, heard_at: datetime) -> Status:
    """Pass the dossier on to the agency *to*; its papers lie ready for a courier. Safe to repeat.

    Raises UnknownDossier, IllegalMove, BadRuling, PassedOn, ScanReused, NumbersExhausted.
    """
    current = await journey.dossier(conn, ruling.ref)
    whole = replace(ruling, facts=ruling.facts | {"from": current.agency_id, "to": to})
    if earlier := await store.find_events(conn, [ruling.id]):
        said = whole.facts | {"from": earlier[0].facts.get("from")}
        return rulings.repeated(earlier[0], current, replace(whole, facts=said))
    if to == current.agency_id:
        raise BadRuling("Chọn cơ quan khác.", "Choose another agency.")
    if not ruling.facts.get("reason"):
        raise BadRuling("Chọn lý do chuyển.", "Choose why it is passed on.")
    status = await rulings.rule(conn, whole, heard_at=heard_at)
    papers = await ruling_store.papers_of(conn, current.id)
    s10 = None
    if papers is not None:
        leg = replace(whole, id=uuid5(ruling.id, Leg.TRANSFER))
        s10 = await rulings.open_desk_leg(conn, current, leg, Leg.TRANSFER, heard_at, to=to)
    await mine.add(conn, ruling.id, current.agency_id, to, str(whole.facts["reason"]), s10)
    return status


async def take_over(conn: Connection, ruling: Ruling, *, heard_at: datetime) -> Status:
    """Take over a dossier that is on no paper: from here on this agency decides. Safe to repeat.

    Raises UnknownDossier where none waits for it, ScanReused, ImpossibleTime.
    """
    current = await journey.dossier(conn, ruling.ref)
    if earlier := await store.find_events(conn, [ruling.id]):
        return rulings.repeated(earlier[0], current, ruling)
    waiting = await mine.open_transfer(conn, current.id)
    if waiting is None or waiting.to_id != ruling.by.agency or waiting.s10 is not None:
        raise UnknownDossier(ruling.ref)
    journey.check_time(ruling.at, heard_at)
    facts = ruling.facts | {"from": waiting.from_id, "to": waiting.to_id}
    status = rulings.status_after(current, ruling)
    whole = replace(ruling, facts=facts)
    await ruling_store.append_ruling(conn, current, whole, status, heard_at)
    await mine.take_over(conn, waiting.dossier_id, ruling.id)
    return status


def parties(lines: list[Line]) -> frozenset[int]:
    """The agencies that passed a dossier on or had it passed to them: they go on seeing it."""
    return frozenset(
        int(line.facts[end]) for line in lines if line.act is Act.TRANSFER for end in BOTH
    )


def decided_by(found: Slip) -> list[int]:
    """The agency that answered for the dossier at each of its lines, in their order."""
    agency, deciding = found.dossier.agency_id, []
    passed = [line for line in found.lines if line.act is Act.TRANSFER]
    for line in reversed(found.lines):
        deciding.append(agency)
        signed = line.leg is Leg.TRANSFER and line.act is Act.SIGN
        while signed and passed and passed[-1].facts["to"] != agency:
            passed.pop()
        if signed and passed:
            agency = int(passed.pop().facts["from"])
        elif line.act in (Act.REDIRECT, Act.TAKE_OVER) and "from" in line.facts:
            agency = int(line.facts["from"])
    return deciding[::-1]


async def waiting_for(conn: Connection, agency_id: int) -> list[Passed]:
    """What was passed on to an agency and it has not taken over."""
    return await mine.waiting_for(conn, agency_id)
