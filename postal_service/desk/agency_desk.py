"""The agency's desk: what lies on it, and signing for what the post brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk import agency_store as store
from postal_service.desk import reasons
from postal_service.desk.agency_store import Case
from postal_service.desk.errors import UnknownReason
from postal_service.desk.promise import day_of
from postal_service.desk.reasons import Group
from tracking import calendars, identifiers, journey, slip
from tracking.errors import BadRuling, TrackingError, UnknownDossier
from tracking.model import Actor, Facts, Scan
from tracking.slip import Slip
from tracking.stages import Act, Stage, Status

#: What one page can show, and an officer can see through.
MOST_OPEN: Final = 500
MOST_ENDED: Final = 20
MOST_SIGNED: Final = 500
#: A dossier is due soon when less than one working day of eight hours is left.
SOON: Final = 8 * 60


class WorkList(Struct, frozen=True, kw_only=True):
    """What lies before an agency, by what it has to do next; ``more`` when not all is shown."""

    arriving: list[Case]  #: with a courier: laid before the agency, or on the way to it
    to_receive: list[Case]
    processing: list[Case]  #: the first due first
    supplement: list[Case]
    outgoing: list[Case]  #: results and refused papers, until the post has them
    ended: list[Case]
    late: frozenset[str]  #: refs past their appointment
    soon: frozenset[str]  #: refs with less than a working day left
    more: bool


async def work_list(conn: Connection[Record], agency_id: int, *, now: datetime) -> WorkList:
    """The agency's open dossiers in sections, and those it has just ended."""
    cases = await store.open_cases(conn, agency_id, MOST_OPEN + 1)
    shown = cases[:MOST_OPEN]
    processing = [case for case in shown if case.status in (Status.RECEIVED, Status.PROCESSING)]
    late = frozenset(case.ref for case in processing if case.due_at and case.due_at < now)
    hours = await store.hours_group(conn, agency_id)
    calendar = await calendars.calendar_for(conn, hours, day_of(now))
    return WorkList(
        arriving=[case for case in shown if case.sent_stage in (Stage.OFFERED, Stage.TO_AGENCY)],
        to_receive=[case for case in shown if case.status is Status.REGISTERED and arrived(case)],
        processing=processing,
        supplement=[case for case in shown if case.status is Status.SUPPLEMENT],
        outgoing=[case for case in shown if case.status in (Status.PROCESSED, Status.NOT_RECEIVED)],
        ended=await store.ended_cases(conn, agency_id, MOST_ENDED),
        late=late,
        soon=frozenset(
            case.ref
            for case in processing
            if case.due_at
            and case.ref not in late
            and case.due_at - now < timedelta(days=14)
            and calendar.minutes_between(now, case.due_at) < SOON
        ),
        more=len(cases) > MOST_OPEN,
    )


def arrived(case: Case) -> bool:
    return case.sent_stage in (None, Stage.WITH_AGENCY)


async def find_ref(conn: Connection[Record], agency_id: int, text: str) -> str:
    """Our number of the agency's dossier with this number of any kind.

    Raises UnknownDossier, and BadIdentifier where a number was mistyped.
    """
    match identifiers.recognise(text):
        case "ref":
            code = identifiers.parse_ref(text).ref
        case "s10":
            code = identifiers.parse_s10(text)
        case _:
            code = identifiers.parse_dossier_code(text).code
    ref = await store.find_ref(conn, agency_id, code)
    if ref is None:
        raise UnknownDossier(code)
    return ref


async def own_slip(conn: Connection[Record], ref: str, agency_id: int | None) -> Slip:
    """The dossier's slip. Raises UnknownDossier where it is another agency's."""
    ref = identifiers.parse_ref(ref).ref
    found = await slip.by_ref(conn, ref)
    if found is None or found.dossier.agency_id != agency_id:
        raise UnknownDossier(ref)
    return found


async def sign(
    conn: Connection[Record], items: Mapping[str, UUID], *, by: Actor, now: datetime
) -> list[TrackingError]:
    """Sign for consignments the courier has laid down; each refusal that remains.

    *items* maps postal numbers to the ids drawn with the form. One bad item never blocks the
    rest.
    """
    if not 1 <= len(items) <= MOST_SIGNED:
        raise BadRuling(
            "Đánh dấu ít nhất một bưu gửi, nhiều nhất 500, rồi ký nhận.",
            "Tick at least one item and at most 500, then sign.",
        )
    scans = [
        Scan(id=scan_id, s10=s10, act=Act.SIGN, at=now, by=by) for s10, scan_id in items.items()
    ]
    return await record(conn, scans, now=now)


async def decline(
    conn: Connection[Record], s10: str, scan_id: UUID, reason: str, *, by: Actor, now: datetime
) -> None:
    """Give a consignment back to the courier, and say why. Raises what refuses it."""
    found = await reasons.get(conn, reason)
    if found.reason_group != Group.CUSTODY_DISCREPANCY:
        raise UnknownReason(reason)
    facts: Facts = {"reason": found.code}
    scan = Scan(id=scan_id, s10=s10, act=Act.DECLINE, at=now, by=by, facts=facts)
    for refusal in await record(conn, [scan], now=now):
        raise refusal


async def record(
    conn: Connection[Record], scans: Sequence[Scan], *, now: datetime
) -> list[TrackingError]:
    """Record an officer's scans and return what was refused.

    A form has no clock of its own, so its second copy comes with another time: what the first
    one wrote answers for it.
    """
    answers = await journey.record(conn, scans, heard_at=now)
    refused = [
        (scan, answer)
        for scan, answer in zip(scans, answers, strict=True)
        if isinstance(answer, TrackingError)
    ]
    if not refused:
        return []
    first = scans[0]
    known = await store.passed(conn, [scan.id for scan, _ in refused], first.act, first.by.person)
    done = {(line.scan_id, line.s10): line.facts for line in known}
    return [answer for scan, answer in refused if done.get((scan.id, scan.s10)) != scan.facts]
