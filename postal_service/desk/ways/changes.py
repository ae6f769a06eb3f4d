"""Changing a phone, an address, the way a result comes or refused papers go: until it is out.

The register gets a line that says what was changed and how she was known who asked; the party's
row the new value; the log of looks that somebody wrote there; the charges the other price; and
the round that had the old door the new one. All in one transaction.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk.citizen import party_store, reads_store
from postal_service.desk.citizen.reads import Why, hers
from postal_service.desk.citizen.reads_store import Read
from postal_service.desk.intake import Person
from postal_service.desk.money import charges
from postal_service.desk.money.model import Charge
from postal_service.desk.published.procedures import Service
from postal_service.desk.ways import dossier_change_store as store
from postal_service.desk.ways.change_rounds import ride_anew
from postal_service.desk.ways.change_rules import Ask, Wanted, check
from postal_service.desk.ways.dossier_change_store import Said
from postal_service.desk.ways.way_prices import charge_anew, price_of
from tracking import changes, journey, slip
from tracking.changes import Change
from tracking.model import Dossier
from tracking.slip import Slip
from tracking.stages import Leg, Status

__all__ = ["Ask", "Person"]


class View(Struct, frozen=True, kw_only=True):
    """What the page of changes shows: the dossier, its people, and what each way costs."""

    slip: Slip
    people: dict[str, Person]
    charged: list[Charge]
    home_vnd: int  #: what a result home would cost from today
    back_vnd: int  #: and refused papers


async def look(conn: Connection[Record], ref: str, *, staff: Staff, now: datetime) -> View:
    """The dossier, if it is her office's business. Raises UnknownDossier, BadIdentifier."""
    found = await hers(conn, ref, staff)
    dossier = found.dossier
    return View(
        slip=found,
        people=await people_of(conn, dossier),
        charged=await charges.of_dossier(conn, dossier.id),
        home_vnd=await price_of(conn, dossier, "return_way", now),
        back_vnd=await price_of(conn, dossier, "papers_back", now),
    )


async def people_of(conn: Connection[Record], dossier: Dossier) -> dict[str, Person]:
    parties = await party_store.parties(conn, [dossier.applicant_id, dossier.receiver_id])
    people = {"applicant": parties[dossier.applicant_id]}
    if dossier.receiver_id != dossier.applicant_id:
        people["receiver"] = parties[dossier.receiver_id]
    return people


async def at_counter(
    conn: Connection[Record], ref: str, ask: Ask, *, staff: Staff, now: datetime
) -> bool:
    """Change what was asked for; False where this form has done so already.

    Raises UnknownDossier, Incomplete, OutAlready, IllegalMove, ScanReused, NoTariff.
    """
    found = await hers(conn, ref, staff)
    dossier = found.dossier
    if any(line.scan_id == ask.form_id for line in found.lines):
        return False  # pressed twice: what it asked for differs from nothing any more
    people = await people_of(conn, dossier)
    wanted = check(ask, dossier, people)
    wish = Change(
        id=ask.form_id,
        ref=dossier.ref,
        person=staff.id,
        at=now,
        what=wanted.what,
        return_way=wanted.return_way,
        papers_back=wanted.papers_back,
        facts={"asked_by": ask.asked_by, "known_by": ask.known_by},
    )
    if not await changes.change(conn, wish, heard_at=now):
        return False
    await keep(conn, dossier, wanted, people[ask.whose], staff=staff, now=now)
    await charge_anew(conn, found, wanted, by=staff.id, now=now)
    await ride_anew(conn, found, wanted, now=now)
    return True


async def keep(
    conn: Connection[Record],
    dossier: Dossier,
    wanted: Wanted,
    before: Person,
    *,
    staff: Staff,
    now: datetime,
) -> None:
    """Write the new values, what they were, who asked, and that somebody wrote there."""
    ask = wanted.ask
    party_id = dossier.receiver_id if ask.whose == "receiver" else dossier.applicant_id
    if wanted.phone is not None:
        await store.set_phone(conn, party_id, wanted.phone, sms_allowed=wanted.sms_allowed)
    if wanted.address is not None:
        await store.set_address(conn, party_id, wanted.address)
    said = Said(
        scan_id=ask.form_id,
        dossier_id=dossier.id,
        asked_by=ask.asked_by,
        known_by=ask.known_by,
        proof=ask.proof.strip() or None,
        party_id=party_id if wanted.what else None,
        phone_was=before.phone if wanted.phone is not None else None,
        address_was=before.address if wanted.address is not None else None,
    )
    await store.add(conn, said)
    if wanted.what:
        await reads_store.write(conn, [written(dossier, party_id, wanted, staff, now)])


def written(dossier: Dossier, party_id: int, wanted: Wanted, staff: Staff, now: datetime) -> Read:
    """The line in the log that supervisors read."""
    return Read(
        at=now,
        person_id=staff.id,
        office_id=staff.office_id,
        agency_id=None,
        deed="changed",
        dossier_id=dossier.id,
        party_id=party_id,
        about_office=dossier.office_id,
        fields=wanted.what,
        reason=Why.CORRECT,
    )


async def on_page(
    conn: Connection[Record], ref: str, form_id: UUID, way: str, *, now: datetime
) -> bool:
    """The applicant chooses, on her own page, where refused papers go; after the second factor.

    Runs as the product's own work: she has no name in the register, and what it costs is opened
    in the name of the clerk who took the dossier in. Raises as changes.change does.
    """
    wish = Change(
        id=form_id,
        ref=ref,
        person=None,
        at=now,
        papers_back=way,
        facts={"asked_by": "applicant", "known_by": "page"},
    )
    dossier = await journey.dossier(conn, ref)
    if dossier.papers_back == way:
        return False
    if not await changes.change(conn, wish, heard_at=now):
        return False
    said = Said(scan_id=form_id, dossier_id=dossier.id, asked_by="applicant", known_by="page")
    await store.add(conn, said)
    taken = await store.weighed(conn, dossier.id)
    wanted = Wanted(ask=Ask(form_id=form_id), papers_back=way)
    found = await slip.by_ref(conn, ref)
    if taken is not None and found is not None:
        await charge_anew(conn, found, wanted, by=taken.clerk_id, now=now)
    return True


async def offered_back(conn: Connection[Record], found: Slip, *, now: datetime) -> int | None:
    """What refused papers cost home, while their way may still be chosen; else None."""
    dossier, item = found.dossier, found.leg(Leg.BACK)
    over = dossier.status in (Status.PROCESSED, Status.RETURNED)
    ended = dossier.status in (Status.NOT_RECEIVED, Status.STOPPED) and item is None
    if over or ended or dossier.service == Service.RETURN:
        return None
    if item is not None and (item.stage in changes.GONE or changes.is_given_out(item)):
        return None
    return await price_of(conn, dossier, "papers_back", now)
