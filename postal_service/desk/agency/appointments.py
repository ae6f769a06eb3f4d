"""When an agency owes its answer, with all it is reckoned from."""

from __future__ import annotations

from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct

from tracking import calendars, due_inputs, extensions, linked, pauses
from tracking.deadlines import Convention, Limit, Pause, Unit, due_after_pause
from tracking.due_inputs import DueInputs, KeptPause
from tracking.model import Dossier, Ruling
from tracking.slip import Slip
from tracking.stages import Act
from tracking.working_time import Calendar, local


class Reckoning(Struct, frozen=True, kw_only=True):
    """A due time with what it was reckoned from, so that anybody can do it again."""

    start: datetime
    due: datetime
    limit: Limit
    days_off: list[date]  #: days of the week that are off between the two
    make_up: list[date]  #: weekend days that are worked
    paused: list[Pause]
    inputs: DueInputs


async def reckon(
    conn: Connection[Record], found: Slip, now: datetime, *, extension: int = 0
) -> Reckoning:
    """When the agency would owe its answer if it received, or resumed, at *now*.

    The limit is the one pinned when the citizen handed the papers in, with what it was put off
    by and *extension* more of its units. An appointment set by hand is moved by the last pause;
    any other is reckoned anew from the reception.
    """
    inputs = await inputs_of(conn, found, now, extension=extension)
    reckoned = inputs.reckon()
    pauses = [Pause(since=each.since, until=each.until) for each in inputs.pauses]
    calendar = inputs.edition.calendar
    moved = reckoned.due
    if found.dossier.due_at and await by_hand(conn, found) and pauses and not extension:
        moved = due_after_pause(found.dossier.due_at, pauses[-1], inputs.limit, calendar)
    return Reckoning(
        start=reckoned.start,
        due=moved,
        limit=inputs.limit,
        days_off=special_days(calendar, reckoned.start, moved, worked=False),
        make_up=special_days(calendar, reckoned.start, moved, worked=True),
        paused=pauses,
        inputs=inputs,
    )


async def inputs_of(
    conn: Connection[Record], found: Slip, now: datetime, *, extension: int = 0
) -> DueInputs:
    """What a due time set at *now* follows from. Raises UnknownHours."""
    dossier = found.dossier
    limit = pinned_limit(dossier)
    start = dossier.received_at or now
    edition = await calendars.edition_for(conn, dossier.hours_group, local(start).date())
    parts = await linked.parts_of(
        conn,
        dossier.procedure_id,
        dossier.hours_group,
        accepted_on=local(dossier.accepted_at).date(),
        around=local(start).date(),
        convention=limit.convention,
    )
    put_off = await extensions.of(conn, dossier.id) if dossier.received_at else []
    return DueInputs(
        received_at=start,
        limit=limit,
        edition=edition,
        pauses=await pauses_until(conn, dossier, now) if dossier.received_at else (),
        extension=extension + sum(each.value or 0 for each in put_off),
        parts=parts,
    )


def pinned_limit(dossier: Dossier) -> Limit:
    """The limit as it stood in the procedure's version when the papers were accepted."""
    return Limit(
        value=dossier.limit_value,
        unit=Unit(dossier.limit_unit),
        convention=Convention(dossier.convention),
        same_day_cutoff=dossier.same_day_cutoff,
    )


async def pauses_until(
    conn: Connection[Record], dossier: Dossier, now: datetime
) -> tuple[KeptPause, ...]:
    """The times since reception when the agency waited; one that still lasts ends at *now*."""
    began = dossier.received_at or now
    return tuple(
        KeptPause(kind=row.kind, since=row.since, until=row.until or max(now, row.since))
        for row in await pauses.of(conn, dossier.id)
        if row.until is None or row.until > began
    )


async def by_hand(conn: Connection[Record], found: Slip) -> bool:
    """Whether the standing appointment is an officer's word, not the limit's."""
    received = found.last(Act.RECEIVE)
    put_off = await extensions.of(conn, found.dossier.id)
    if put_off:
        return put_off[-1].value is None
    return received is None or bool(received.facts.get("reason"))


async def keep(conn: Connection[Record], found: Slip, ruling: Ruling) -> None:
    """Keep what *ruling*, just written, set its due time by: it can be explained for ever.

    *found* is the slip before it. Safe to repeat; a ruling without a due time keeps nothing.
    """
    if ruling.due_at is None:
        return
    # an extension's own row stands by now, so that its units are in the sum
    inputs = await inputs_of(conn, found, ruling.at)
    await due_inputs.keep(
        conn,
        found.dossier.id,
        ruling.id,
        inputs,
        due_at=ruling.due_at,
        original_due_at=original_of(found, inputs, ruling.due_at),
    )


def original_of(found: Slip, inputs: DueInputs, due_at: datetime) -> datetime:
    """What statistics compare with: pauses move it, an extension does not.

    Where an officer named the first appointment, hers is moved; else it follows from the limit.
    """
    received = found.last(Act.RECEIVE)
    first = found.dossier.original_due_at
    if first is None:
        return due_at
    if received is not None and not received.facts.get("reason"):
        return inputs.reckon().original_due
    for pause in inputs.pauses:
        span = Pause(since=pause.since, until=pause.until)
        first = due_after_pause(first, span, inputs.limit, inputs.edition.calendar)
    return first


def special_days(calendar: Calendar, start: datetime, end: datetime, *, worked: bool) -> list[date]:
    """Days between the two that differ from the calendar's week."""
    first, last = local(start).date(), local(end).date()
    days = calendar.work if worked else calendar.off - calendar.work
    return sorted(
        day
        for day in days
        if first <= day <= last and (day.isoweekday() in calendar.week) is not worked
    )
