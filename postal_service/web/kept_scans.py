"""What a lost phone sends, and how it is read again when the supervisor lets it pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from asyncpg import Connection, Record
from litestar import Response
from msgspec import to_builtins
from msgspec.structs import replace

from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Answer, Report
from postal_service.desk.watch import quarantine
from postal_service.desk.watch.quarantine import Kept, Quarantined, Sent
from postal_service.security_store import Entered
from postal_service.web import scans
from postal_service.web.scans import BatchIn, BatchOut, Problem, ScanIn
from tracking.model import Actor
from tracking.stages import Keeper


async def keep_one(
    conn: Connection[Record], who: Entered, data: ScanIn, *, now: datetime
) -> Response[Problem]:
    """Put one scan of a lost phone aside, and say so: an answer, since raising would undo it."""
    report = data.report(who.actor)
    await quarantine.keep(conn, who, [sent(report, to_builtins(data))], now=now)
    said = scans.problem(Quarantined(), "vi")
    return Response(said, status_code=said.status, media_type="application/problem+json")


async def keep_batch(
    conn: Connection[Record], who: Entered, data: BatchIn, lang: str, *, now: datetime
) -> BatchOut:
    """Put each readable scan of a lost phone aside; each line is told so. Raises TooManyScans."""
    read = scans.read(data, who.actor)
    lines = [
        sent(report, line)
        for line, report in zip(data.scans, read, strict=True)
        if isinstance(report, Report)
    ]
    await quarantine.keep(conn, who, lines, now=now)
    return scans.batch_out(data, read, [Quarantined() for _ in lines], lang)


def sent(report: Report, line: Any) -> Sent:  # noqa: ANN401 -- as the phone sent it
    scan = report.scan
    return Sent(scan_id=scan.id, line=line, s10=scan.s10, act=scan.act, at=scan.at)


async def admit(
    conn: Connection[Record], lines: Sequence[Kept], *, approver: int, now: datetime, key: bytes
) -> list[Answer]:
    """Record *lines* in their couriers' names, with the one who let them pass beside them.

    Each gets its own answer, in the order given. *key* is that of delivery codes.
    """
    answers: dict[int, Answer] = {}
    in_turn = sorted(lines, key=lambda line: (line.person_id, line.office_id, line.at, line.id))
    for _, theirs in groupby(in_turn, key=lambda line: (line.person_id, line.office_id)):
        own = list(theirs)
        reports = [read_again(line, approver) for line in own]
        found = await delivery.record(conn, reports, heard_at=now, key=key)
        answers |= {line.id: answer for line, answer in zip(own, found, strict=True)}
    return [answers[line.id] for line in lines]


def read_again(line: Kept, approver: int) -> Report:
    """The kept line as the desk takes it: it was read once before it was kept."""
    by = Actor(person=line.person_id, keeper=Keeper.COURIER, office=line.office_id)
    [report] = scans.read(BatchIn(scans=[line.line]), by)
    if not isinstance(report, Report):
        raise report
    return replace(report, scan=replace(report.scan, approver=approver))
