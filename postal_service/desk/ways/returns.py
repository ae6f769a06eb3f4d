"""Only the result by post: registered at the agency's own desk, where the papers were filed.

The citizen picks one of three services, and each is independent of the others (QĐ 45/2016 art. 5).
Whoever filed at the agency may have the post bring the result: the officer takes down who, where
and how, the same rules hold as at a counter, and the result has no postal number before the
agency gives it to the post.
"""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import counter
from postal_service.desk.agency.agency_desk import own_slip
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.counter import Accepted
from postal_service.desk.errors import UnknownOffice, UnknownProcedure
from postal_service.desk.intake import Entry, Findings, Incomplete
from postal_service.desk.published import agencies, catalogue_store, offices, procedures
from postal_service.desk.published.districts import districts_on
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure, Service
from postal_service.desk.published.tariffs import Zone, zone_of
from postal_service.desk.ways import return_store as store

__all__ = ["Accepted", "Typed"]


class Typed(Struct, frozen=True, kw_only=True):
    """The officer's form as typed. ``office``: whose couriers fetch the result."""

    form_id: str = ""
    procedure: str = ""
    office: str = ""
    agency_code: str = ""
    due_day: str = ""
    due_time: str = ""
    return_way: str = "home"
    name: str = ""
    citizen_id: str = ""
    phone: str = ""
    no_phone: bool = False
    address: str = ""
    note: str = ""

    def entry(self, procedure: Procedure, agency_id: int) -> Entry:
        """The same form as a counter's, for this agency and this service."""
        return Entry(
            form_id=self.form_id,
            procedure_id=str(procedure.id),
            agency_id=str(agency_id),
            service=Service.RETURN,
            return_way=self.return_way,
            name=self.name,
            citizen_id=self.citizen_id,
            phone=self.phone,
            no_phone=self.no_phone,
            address=self.address,
            note=self.note,
            agency_code=self.agency_code,
            due_day=self.due_day,
            due_time=self.due_time,
        )


class Choices(Struct, frozen=True, kw_only=True):
    """What the officer's form offers: procedures whose result may go by post, and offices."""

    procedures: list[store.Offered]
    offices: list[Office]


async def choices(conn: Connection[Record], staff: Staff, *, now: datetime) -> Choices:
    """The office that serves the agency first: the one that did so last, else the nearest."""
    day = day_of(now)
    agency = await agencies.get(conn, staff.agency_id or 0)
    known = districts_on(await catalogue_store.unit_facts(conn), day)
    seat = agencies.seat(agency, two_tiers=known.two_tiers)
    last = await store.last_office(conn, agency.id)
    far = {Zone.DISTRICT: 0, Zone.PROVINCE: 1, Zone.INTER: 2}

    def rank(office: Office) -> tuple[bool, int, str]:
        return office.id != last, far[zone_of(office, seat, known)], office.code

    return Choices(
        procedures=await store.returnable(conn, agency.level, day),
        offices=sorted(await offices.open_on(conn, day), key=rank),
    )


async def register(
    conn: Connection[Record], typed: Typed, *, staff: Staff, now: datetime
) -> Accepted:
    """Register the return of a result that this agency is to give. Safe to repeat.

    Raises Incomplete with everything that is wrong, FormReused, NoTariff, and what the counter's
    acceptance does.
    """
    found, day = Findings(), day_of(now)
    procedure, office = None, None
    try:
        procedure = await procedures.find(conn, typed.procedure.split(" ")[0], day)
    except UnknownProcedure:
        found.add(
            "procedure",
            "Chọn thủ tục trong danh sách gợi ý.",
            "Choose the procedure from the list.",
        )
    try:
        office = await offices.find(conn, typed.office, day)
    except UnknownOffice:
        found.add("office", "Chọn bưu cục đến lấy kết quả.", "Choose the office that fetches it.")
    if procedure is None or office is None:
        raise Incomplete(found.problems)
    entry = typed.entry(procedure, staff.agency_id or 0)
    intake = await counter.read(conn, entry, office_id=office.id, now=now)
    return await counter.accept(conn, intake, staff=staff, now=now)


async def office_of(conn: Connection[Record], ref: str, staff: Staff) -> int:
    """The office of a dossier of her agency's. Raises UnknownDossier."""
    return (await own_slip(conn, ref, staff.agency_id)).dossier.office_id
