"""Which counters receive in which agency's name: dated, and resting on a decision that is named."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid5

from asyncpg import Connection, Record

from postal_service.desk.agency import appointments
from postal_service.desk.agency import delegations_store as store
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Entry, Findings, Intake
from postal_service.desk.published import agencies, offices
from postal_service.desk.published.procedures import Service
from tracking import delegated, slip
from tracking.errors import UnknownDossier
from tracking.identifiers import parse_dossier_code
from tracking.model import Actor, Ruling
from tracking.stages import Act, Keeper


class BadDelegation(DeskError):
    """A period that ends before it begins, or that another one covers."""

    def __init__(self) -> None:
        super().__init__(
            "Thời gian ủy quyền không đúng, hoặc trùng với một lần ủy quyền đang có. "
            "Xem lại ngày bắt đầu, ngày kết thúc.",
            "The period is wrong, or another one covers it. Check its first and last day.",
        )


async def agencies_of(conn: Connection[Record], office_id: int, day: date) -> frozenset[int]:
    """The agencies in whose name an office receives on *day*."""
    return frozenset(await store.agencies_of(conn, office_id, day))


def read_code(entry: Entry, receives: frozenset[int], found: Findings, now: datetime) -> str | None:
    """The code that the counter gives in the agency's name; none where it only carries."""
    if entry.service == Service.RETURN or entry.agency_id not in {str(id_) for id_ in receives}:
        return None
    code = found.attempt("given_code", parse_dossier_code, entry.given_code)
    if code is not None and code.day != day_of(now):
        found.add(
            "given_code",
            "Mã hồ sơ phải mang ngày tiếp nhận hôm nay. Đọc lại mã trên hệ thống của cơ quan.",
            "The code must carry today as its day of reception. Read it again.",
        )
    return code.code if code else None


async def receive(
    conn: Connection[Record], ref: str, intake: Intake, person: int, *, at: datetime, now: datetime
) -> None:
    """Receive a dossier just accepted, in its agency's name: code and appointment at once."""
    found = await slip.by_ref(conn, ref)
    if found is None:
        raise UnknownDossier(ref)
    ruling = Ruling(
        id=uuid5(intake.form_id, Act.RECEIVE),
        ref=ref,
        act=Act.RECEIVE,
        at=at,
        by=Actor(person=person, keeper=Keeper.OFFICE, office=intake.office.id),
        agency_code=intake.given_code,
        due_at=(await appointments.reckon(conn, found, at)).due,
    )
    await delegated.receive(conn, ruling, heard_at=now)
    await appointments.keep(conn, found, ruling)


async def add(
    conn: Connection[Record],
    office_code: str,
    agency_code: str,
    period: tuple[date, date | None],
    ground: str,
) -> None:
    """Let an office receive for an agency. Raises UnknownAgency, UnknownOffice, BadDelegation."""
    since, until = period
    office = await offices.find(conn, office_code, since)
    agency = await agencies.find(conn, agency_code, since)
    if (until is not None and until <= since) or not await store.add(
        conn, office.id, agency.id, since, until, ground
    ):
        raise BadDelegation
