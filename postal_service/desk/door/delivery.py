"""What a courier reports of each paper, held against the closed lists and the law of handing over.

The register takes the act; who took the paper, what went back with it and how the stop
ended are written in the same transaction, because one without the others is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.desk import dispatch_store as store
from postal_service.desk.dispatch_store import Handing
from postal_service.desk.door import attempts, codes, originals, proof, proof_store, riding
from postal_service.desk.door.codes import Guess
from postal_service.desk.door.proof import ADDRESSEES, RELATIONS, Evidence
from postal_service.desk.door.proof_errors import (
    AddresseeOnly,
    NobodyNamed,
    SharedProof,
    UnknownRelation,
)
from postal_service.desk.errors import DeskError, UnknownReason
from postal_service.desk.money import door_cash
from postal_service.desk.published.reasons import Reason
from routes import rounds
from tracking import incidents, journey
from tracking import originals as legs
from tracking import store as register
from tracking.errors import ScanReused, TrackingError
from tracking.incidents import NewIncident
from tracking.model import Event, Facts, Scan
from tracking.stages import Act, Keeper

__all__ = ["ADDRESSEES", "RELATIONS", "AddresseeOnly", "NobodyNamed", "UnknownRelation"]

#: What a courier does to papers. The rest of the register's acts are other people's.
ERRANDS: Final = frozenset(
    {
        Act.COLLECT,
        Act.HAND_OVER,
        Act.BRING_IN,
        Act.DELIVER,
        Act.MISS,
        Act.DECLINE,
        Act.REPORT_MISSING,
    }
)
#: What asks nothing more than the register does: the many.
PLAIN: Final = frozenset({Act.COLLECT, Act.HAND_OVER, Act.BRING_IN, Act.RECALL})
#: A taker's answer that something is wrong: an incident, and what it is called where no reason is.
TROUBLES: Final = {Act.DECLINE: "", Act.REPORT_MISSING: "CD03"}

Answer = Event | TrackingError | DeskError


class Report(Struct, frozen=True, kw_only=True):
    """One scan, and what stays out of the register: a name, a code, an identity paper's end.

    ``scan.facts`` holds what was chosen: ``relation``, or ``reason`` and ``next``.
    """

    scan: Scan
    receiver: str = ""
    evidence: Evidence = Evidence()

    @property
    def guess(self) -> Guess:
        return Guess(scan=self.scan, typed=self.evidence.code)


class Lists(Struct, frozen=True, kw_only=True):
    """What reports are held against: the papers at hand, reasons, and what is written already."""

    handings: Mapping[str, Handing]
    failures: Mapping[str, Reason]
    troubles: Mapping[str, Reason]
    known: frozenset[UUID]


async def record(
    conn: Connection[Record], reports: Sequence[Report], *, heard_at: datetime, key: bytes = b""
) -> list[Answer]:
    """Write what a courier did; each report gets its own answer, in order.

    *key* is that of delivery codes; without it no code is right. Safe to repeat.
    What is refused is noted in this transaction: raise only after its commit.
    """
    if all(r.scan.act in PLAIN for r in reports):
        scans = [with_facts(r, {}) for r in reports]
        return list(await journey.record(conn, scans, heard_at=heard_at))
    lists = await _lists(conn, [report.scan for report in reports])
    full = [replace(r, scan=with_facts(r, lists.failures)) for r in reports]
    shared = proof.shared([(r.scan.id, r.evidence) for r in full if r.scan.act is Act.DELIVER])
    refused: dict[UUID, DeskError | TrackingError] = {
        r.scan.id: why
        for r in full
        if (why := _refusal(r, lists) or (SharedProof() if r.scan.id in shared else None))
    }
    told = [
        r.guess
        for r in full
        if r.evidence.code and r.scan.id not in refused and r.scan.id not in lists.known
    ]
    if told:
        refused |= await codes.check(conn, key, told, heard_at=heard_at)
    fit = [r for r in full if r.scan.id not in refused]
    events = iter(await journey.record(conn, [r.scan for r in fit], heard_at=heard_at))
    answers: list[Answer] = []
    for report in full:
        answer = refused.get(report.scan.id) or next(events)
        if isinstance(answer, Event):
            handing = lists.handings.get(report.scan.s10)
            if handing is not None:
                answer = await _follow(conn, report, handing, answer, heard_at=heard_at, key=key)
        if not isinstance(answer, Event):
            taken = report.evidence.collected
            await door_cash.keep(conn, report.scan, taken, answer.vi, heard_at)
        answers.append(answer)
    await riding.out(conn, [report.scan for report in fit], heard_at)
    return answers


async def record_one(
    conn: Connection[Record], report: Report, *, heard_at: datetime, key: bytes = b""
) -> Event:
    """Record one report, or raise the refusal: a DeskError or a TrackingError.

    Raising takes back what the transaction noted of a refusal: where that must stay, use record.
    """
    [answer] = await record(conn, [report], heard_at=heard_at, key=key)
    return event_of(answer)


def event_of(answer: Answer) -> Event:
    """The event; or the refusal is raised."""
    if isinstance(answer, Event):
        return answer
    raise answer


async def record_clicks(
    conn: Connection[Record], reports: Sequence[Report], *, heard_at: datetime, key: bytes = b""
) -> list[Answer]:
    """As record, for a page whose button may be pressed twice.

    A phone keeps the hour with the scan, a page takes it from the press: the
    second press of one button is the first one, late, and keeps its hour.
    """
    hours = {
        done.scan_id: done.at
        for done in await store.recorded(conn, [report.scan.id for report in reports])
    }
    timed = [replace(r, scan=replace(r.scan, at=hours.get(r.scan.id, r.scan.at))) for r in reports]
    return await record(conn, timed, heard_at=heard_at, key=key)


def stop_of(consignment_id: int) -> str:
    """What the stop at this consignment's door is called in a round."""
    return f"consignment:{consignment_id}"


def with_facts(report: Report, failures: Mapping[str, Reason]) -> Scan:
    """The scan with all that the register keeps of the report."""
    scan, seen = report.scan, report.evidence
    facts: Facts = {**scan.facts, **proof.pictures_of(seen)}
    if scan.act is Act.DELIVER:
        facts = proof.facts_of(str(scan.facts.get("relation", "")), seen)
    reason = failures.get(str(scan.facts.get("reason", "")))
    if scan.act is Act.MISS and reason is not None:
        open_ways = attempts.ways(reason)
        if not facts.get("next") and len(open_ways) == 1:
            facts["next"] = open_ways[0]
    return replace(scan, facts=facts)


async def _lists(conn: Connection[Record], scans: Sequence[Scan]) -> Lists:
    """Lock the papers, in the register's order, and read what the reports are held against."""
    s10s = [scan.s10 for scan in scans]
    acts = {scan.act for scan in scans}
    await register.lock_consignments(conn, s10s)
    found = await store.handings(conn, s10s, scans[0].by.office, scans[0].by.person)
    written = await store.recorded(conn, [scan.id for scan in scans])
    failures = await attempts.choices(conn) if Act.MISS in acts else []
    troubles = await attempts.troubles(conn) if Act.DECLINE in acts else []
    return Lists(
        handings={each.s10: each for each in found},
        failures={reason.code: reason for reason in failures},
        troubles={reason.code: reason for reason in troubles},
        known=frozenset(done.scan_id for done in written),
    )


def _refusal(report: Report, lists: Lists) -> DeskError | None:
    """Why the lists or the law refuse *report*, before the register is asked.

    What is written already was not refused: a repeat is only compared.
    """
    scan = report.scan
    if scan.id in lists.known:
        return None
    said = str(scan.facts.get("reason", ""))
    if scan.act is Act.MISS:
        reason = lists.failures.get(said)
        if reason is None:
            return UnknownReason(said)
        fits = scan.facts.get("next") in attempts.ways(reason)
        return None if fits else attempts.UnknownNext()
    if scan.act is Act.DECLINE:
        return None if said in lists.troubles else UnknownReason(said)
    if scan.act is Act.DELIVER:
        return _unproven(report, lists.handings.get(scan.s10))
    return None


def _unproven(report: Report, handing: Handing | None) -> DeskError | None:
    """Why a delivery is not proved."""
    scan, seen = report.scan, report.evidence
    at_door = scan.by.keeper is Keeper.COURIER
    if why := proof.why_not(
        str(scan.facts.get("relation", "")),
        report.receiver,
        seen,
        addressee_only=handing is not None and handing.addressee_only,
        at_door=at_door,
        s10=scan.s10,
    ):
        return why
    if handing is None:
        return None
    if at_door and handing.last_reason == attempts.REFUSED:
        return attempts.GoesBack(scan.s10)
    owed = originals.owed(handing.asked, handing.carried, taken=handing.taken)
    return proof.withheld(owed, seen)


async def _follow(
    conn: Connection[Record],
    report: Report,
    handing: Handing,
    event: Event,
    *,
    heard_at: datetime,
    key: bytes,
) -> Answer:
    """Keep the proof, post what was paid, end the stop; a repeat naming another is refused."""
    scan, seen = report.scan, report.evidence
    # A repeat was heard before: its stop ended then, and may be on a later round by now.
    first = event.heard_at == heard_at
    if scan.act is Act.DELIVER:
        receiver = report.receiver or handing.addressee
        if not await proof.keep(conn, scan.id, str(scan.facts["relation"]), receiver, seen):
            return ScanReused(scan.id)
        if first and seen.code:
            await codes.use(conn, key, report.guess, handing.id, handing.attempts)
        if first and seen.no_code == proof.LOCKED:
            await incidents.open_all(conn, [codes.incident(handing.id, handing.attempts, scan)])
        if first:
            await door_cash.handed(conn, handing.dossier_id, handing.leg, scan, heard_at)
        if first and seen.taken:
            await legs.take_back(conn, scan, sorted(set(seen.taken)), heard_at=heard_at)
    if scan.act in TROUBLES and first:
        await incidents.open_all(conn, [await _trouble(conn, scan, handing)])
    if scan.act in (Act.DELIVER, Act.MISS) and first:
        await rounds.finish_stop(
            conn,
            reference=stop_of(handing.id),
            courier_id=scan.by.person,
            at=scan.at,
            outcome="done" if scan.act is Act.DELIVER else "missed",
        )
    return event


async def _trouble(conn: Connection[Record], scan: Scan, handing: Handing) -> NewIncident:
    """What the office hears of a paper that was not taken."""
    return NewIncident(
        cause=scan.id,
        reason=str(scan.facts.get("reason") or TROUBLES[scan.act]),
        office_id=scan.by.office or handing.office_id,
        by=scan.by.person,
        at=scan.at,
        hand_over_id=await proof_store.last_list(conn, handing.id),
        consignment_id=handing.id,
    )
