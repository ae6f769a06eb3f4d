"""The forms an agency fills in about a dossier, from what its officers have entered."""

from __future__ import annotations

from asyncpg import Connection, Record

from postal_service.caller import Role, Staff
from postal_service.desk.agency import agency_forms_store as store
from postal_service.desk.agency.agency_forms_store import Written
from postal_service.desk.errors import DeskError
from postal_service.desk.papers import DocumentLine, FormSet, Head, Kind, Notice, notices
from postal_service.desk.printing import prints
from postal_service.desk.printing.archive import Filing
from tracking import identifiers, pause_store

FORMS = (Kind.SUPPLEMENT, Kind.REFUSAL, Kind.APOLOGY, Kind.STOP)
DESK = "Bộ phận Một cửa"


class NotWritten(DeskError):
    """The agency has not entered what this form would say."""

    def __init__(self) -> None:
        super().__init__(
            "Cơ quan chưa ghi việc này cho hồ sơ, nên chưa có phiếu để in.",
            "The agency has not entered this for the dossier: there is no form to print yet.",
        )


async def find(
    conn: Connection[Record], ref: str, kind: Kind, numbered: tuple[int, int] | None, staff: Staff
) -> Notice:
    """The newest notice of *kind*, or the one of that year and number.

    For the dossier's offices and the agency that wrote it. Raises BadIdentifier, NotWritten.
    """
    year, number = numbered or (None, None)
    row = await store.written(conn, identifiers.parse_ref(ref).ref, kind, year, number)
    if row is None or not concerns(row, staff):
        raise NotWritten
    asked = await pause_store.papers_of(conn, row.scan_id) if kind is Kind.SUPPLEMENT else []
    words = await pause_store.note_of(conn, row.scan_id) if kind is Kind.SUPPLEMENT else None
    return Notice(
        kind=kind,
        head=Head(authority=row.agency, office=DESK, place=prints.place_name(row.place), at=row.at),
        number=row.number,
        year=row.year,
        about=notices.Dossier(
            form_set=FormSet(row.form_set),
            ref=row.ref,
            agency_code=row.agency_code,
            name=row.name,
            id_number=row.citizen_id,
            address=row.address or "–",
            phone=row.phone,
            procedure=row.procedure,
            accepted_at=row.accepted_at,
        ),
        reason="" if kind is Kind.SUPPLEMENT else row.reason or "",
        ground=row.ground or "",
        note=row.note or words or "",
        officer=row.officer,
        contact=f"{DESK}, {row.agency}, {row.contact}",
        papers=tuple(
            DocumentLine(
                name=paper.name,
                originals=paper.originals,
                certified=paper.certified,
                photocopies=paper.photocopies,
            )
            for paper in asked
        ),
        settlement=row.settlement or "",
        old_due=row.old_due,
        new_due=row.new_due,
    )


def concerns(row: Written, staff: Staff) -> bool:
    if staff.role is Role.AGENCY_OFFICER:
        return row.agency_id == staff.agency_id
    return staff.role is not Role.COURIER and staff.office_id in row.offices


def filing(paper: Notice) -> Filing:
    """A notice is one paper for ever: its agency, its year and its number."""
    return Filing(
        kind=paper.kind,
        subject=paper.about.ref,
        edition=f"{paper.year}-{paper.number}",
        form_set=paper.about.form_set,
        ref=paper.about.ref,
    )
