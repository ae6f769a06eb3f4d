"""Off the usual way: to the wrong agency, lost and found, withdrawn by the citizen."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection
from msgspec.structs import replace

from tracking import detour_store, hands, journey, ruling_store, store
from tracking.custody_errors import SecondPersonNeeded
from tracking.errors import BadRuling, IllegalMove, UnknownConsignment, UnknownDossier
from tracking.model import Consignment, Dossier, Event, Ruling, Scan
from tracking.rulings import repeated
from tracking.stages import Act, Status, status_after


async def send_on(conn: Connection, scan: Scan, *, heard_at: datetime) -> Event:
    """The agency gives back papers that belong elsewhere: they lie ready for a courier.

    Only before it has received the dossier: after that it decides. Raises IllegalMove,
    BadRuling, UnknownConsignment, and what the register refuses.
    """
    if not scan.facts.get("reason"):
        raise BadRuling("Chọn lý do trả lại.", "Choose why it is given back.")
    found = await dossier_of(conn, scan)
    if found.status is not Status.REGISTERED and not await store.find_events(conn, [scan.id]):
        raise IllegalMove(str(found.status.value), Act.SEND_ON)
    return await journey.record_one(conn, scan, heard_at=heard_at)


async def redirect(
    conn: Connection, scan: Scan, agency_id: int, hours_group: str, *, heard_at: datetime
) -> Event:
    """Send papers that lie at the office to another agency; a second person has agreed.

    The agency changes with the line that says so, on the dossier and on its paper. Safe to
    repeat. Raises SecondPersonNeeded, BadRuling, IllegalMove, and what the register refuses.
    """
    if scan.approver in (None, scan.by.person) or not scan.facts.get("reason"):
        raise SecondPersonNeeded
    if earlier := await store.find_events(conn, [scan.id]):
        return earlier[0]
    found = await dossier_of(conn, scan)
    if found.status is not Status.REGISTERED:
        raise IllegalMove(str(found.status.value), Act.REDIRECT)
    if agency_id == found.agency_id:
        raise BadRuling("Chọn cơ quan khác.", "Choose another agency.")
    facts = scan.facts | {"from": found.agency_id, "to": agency_id}
    event = await journey.record_one(conn, replace(scan, facts=facts), heard_at=heard_at)
    await detour_store.redirect(conn, found.id, event.consignment_id or 0, agency_id, hours_group)
    return event


async def declare_lost(conn: Connection, scan: Scan, *, heard_at: datetime) -> Event:
    """Two people say that a paper is lost. It may still be found. Raises SecondPersonNeeded."""
    if scan.approver in (None, scan.by.person) or not scan.facts.get("reason"):
        raise SecondPersonNeeded
    return await journey.record_one(conn, scan, heard_at=heard_at)


async def find(conn: Connection, scan: Scan, *, heard_at: datetime) -> Event:
    """A missing or lost paper is in hand again: its holder has it, where it was before."""
    return await journey.record_one(conn, scan, heard_at=heard_at)


async def withdraw(conn: Connection, ruling: Ruling, *, heard_at: datetime) -> Status:
    """The citizen asks at a counter for the dossier back; the agency decides (status 7).

    Safe to repeat. Raises UnknownDossier, IllegalMove, BadRuling, ImpossibleTime.
    """
    current = await journey.dossier(conn, ruling.ref)
    if not await detour_store.is_office_of(conn, current.id, ruling.by.office or 0):
        raise UnknownDossier(ruling.ref)
    if earlier := await store.find_events(conn, [ruling.id]):
        return repeated(earlier[0], current, replace(ruling, facts=facts_of(earlier[0], ruling)))
    journey.check_time(ruling.at, heard_at)
    status = status_after(current.status, ruling.act)
    if not ruling.facts.get("reason"):
        raise BadRuling("Chọn lý do rút hồ sơ.", "Choose why it is withdrawn.")
    facts = ruling.facts | {"was": current.status.value}
    await ruling_store.append_ruling(conn, current, replace(ruling, facts=facts), status, heard_at)
    return status


def facts_of(earlier: Event, ruling: Ruling) -> dict[str, object]:
    """What a repeat would have said: the first one also kept the status it ended."""
    return ruling.facts | {"was": earlier.facts.get("was")}


async def give_back(conn: Connection, scan: Scan, *, heard_at: datetime) -> Event:
    """Give the citizen the papers of a stopped dossier that never reached the agency.

    Raises IllegalMove while the agency has not decided, and what the register refuses.
    """
    found = await dossier_of(conn, scan)
    if found.status is not Status.STOPPED and not await store.find_events(conn, [scan.id]):
        raise IllegalMove(str(found.status.value), Act.GIVE_BACK)
    return await journey.record_one(conn, scan, heard_at=heard_at)


async def locked(conn: Connection, scan: Scan) -> Consignment:
    """The scanned item, locked. Raises UnknownConsignment where it is not the actor's business."""
    item = await store.lock_consignment(conn, scan.s10)
    if item is None or not hands.may_see(scan.by, item):
        raise UnknownConsignment(scan.s10)
    return item


async def dossier_of(conn: Connection, scan: Scan) -> Dossier:
    """The dossier of the scanned item, both locked: the dossier first, as rulings take it."""
    ref = await detour_store.ref_of(conn, scan.s10)
    if ref is None:
        raise UnknownConsignment(scan.s10)
    found = await journey.dossier(conn, ref)
    await locked(conn, scan)
    return found
