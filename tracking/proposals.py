"""What a changed calendar would move. An issued appointment stays until somebody decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from tracking import due_inputs, journey, ruling_store
from tracking import proposal_store as store
from tracking.calendar_editions import LOOK_BACK, edition_for
from tracking.due_inputs import DueInputs
from tracking.editions import Edition
from tracking.errors import TrackingError
from tracking.model import Actor, Dossier, Ruling
from tracking.proposal_store import NewProposal, OpenDossier
from tracking.proposal_store import Proposal as Proposal
from tracking.stages import Act, Status
from tracking.working_time import local

#: An agency's clock runs: whose appointment a calendar may move. One that is paused is
#: reckoned anew when it resumes, by the calendar of that day.
RUNNING: Final = frozenset({Status.RECEIVED, Status.PROCESSING})
#: Proposals decided in one go.
MOST: Final = 500


class NothingToDecide(TrackingError):
    """The proposals were decided by somebody else meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "Không còn đề nghị đổi ngày hẹn nào chờ quyết. Tải lại trang để xem.",
            "No such proposal waits any more. Reload the page.",
        )


class Standing(Struct, frozen=True, kw_only=True):
    """The appointments in force, and the calendars they stand on, before a change."""

    opened: list[OpenDossier]
    editions: Mapping[str, Edition]
    kept: Mapping[int, DueInputs]  #: by the dossier's id


async def standing(conn: Connection[Record]) -> Standing:
    """What to hold a change of calendars against. Ask before changing."""
    opened = await store.open_dossiers(conn)
    kept = await due_inputs.latest_of(conn, [each.id for each in opened]) if opened else {}
    groups = {each.hours_group for each in opened}
    groups |= {part.edition.hours_group for inputs in kept.values() for part in inputs.parts}
    return Standing(opened=opened, editions=await now_of(conn, groups, opened), kept=kept)


async def now_of(
    conn: Connection[Record], groups: set[str], opened: Sequence[OpenDossier]
) -> dict[str, Edition]:
    """The calendars of *groups* as they stand, back to the oldest appointment."""
    if not opened:
        return {}
    around = local(min(each.received_at for each in opened)).date() + LOOK_BACK
    return {group: await edition_for(conn, group, around) for group in sorted(groups)}


async def moves(conn: Connection[Record], before: Standing) -> list[NewProposal]:
    """What the calendars as they stand now would move of the appointments before.

    An appointment that follows from its limit moves with the hours; one that an officer named
    moves only off a day that is no longer worked. Raises CalendarGap where the change leaves
    no hours to reckon with.
    """
    after = await now_of(conn, {*before.editions}, before.opened)
    changed = {group for group, edition in after.items() if edition != before.editions[group]}
    found = []
    for each in before.opened:
        inputs = before.kept.get(each.id) or inputs_of(each, before.editions[each.hours_group])
        if not changed & {each.hours_group, *(p.edition.hours_group for p in inputs.parts)}:
            continue
        new = moved(each, inputs, before.editions, after)
        if new != each.due_at:
            found.append(
                NewProposal(
                    dossier_id=each.id,
                    ref=each.ref,
                    agency_code=each.agency_code,
                    agency_id=each.agency_id,
                    scan_id=uuid4(),
                    old_due_at=each.due_at,
                    new_due_at=new,
                )
            )
    return found


def moved(
    each: OpenDossier,
    inputs: DueInputs,
    before: Mapping[str, Edition],
    after: Mapping[str, Edition],
) -> datetime:
    """Where a changed calendar would put one appointment."""
    if inputs.reckon().due != each.due_at:
        old, new = before[each.hours_group].calendar, after[each.hours_group].calendar
        day = local(each.due_at).date()
        if old.is_working_day(day) and not new.is_working_day(day):
            return new.closing(new.working_day_from(day))
        return each.due_at
    # what an earlier change would have moved, and nobody agreed to, is not proposed again
    if on(inputs, before).reckon().due == (then := on(inputs, after).reckon().due):
        return each.due_at
    return then


def on(inputs: DueInputs, editions: Mapping[str, Edition]) -> DueInputs:
    """The same inputs on other calendars."""

    def of(edition: Edition) -> Edition:
        return editions.get(edition.hours_group, edition)

    parts = tuple(replace(part, edition=of(part.edition)) for part in inputs.parts)
    return replace(inputs, edition=of(inputs.edition), parts=parts)


def inputs_of(each: OpenDossier, edition: Edition) -> DueInputs:
    """What an appointment without kept inputs follows from, as far as its dossier tells."""
    return DueInputs(received_at=each.received_at, limit=each.limit, edition=edition)


async def propose(conn: Connection[Record], change_id: int, before: Standing) -> list[NewProposal]:
    """Write down what change *change_id*, just made, would move."""
    found = await moves(conn, before)
    if found:
        await store.add(conn, change_id, found)
    return found


async def after_loading(conn: Connection[Record], before: Standing, lines: int) -> None:
    """Propose what *lines* loaded from a table would move; nothing where none changed."""
    if not lines or not before.opened:
        return
    found = await moves(conn, before)
    if found:
        await store.add(conn, await store.note_loading(conn, lines), found)


async def accept(conn: Connection[Record], ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Move the appointments of proposals *ids*, each by a line of its own; how many moved.

    The first appointment stays on record and the citizen is told. What was set anew meanwhile
    is left alone. Safe to repeat. Raises NothingToDecide where none of them waits.
    """
    waiting = await store.lock(conn, ids[:MOST])
    if not waiting:
        raise NothingToDecide
    count = 0
    for each in waiting:
        current = await journey.dossier(conn, each.ref)
        stands = current.due_at == each.old_due_at and current.status in RUNNING
        if stands:
            await move(conn, current, each, by, at)
            count += 1
        state = "accepted" if stands else "overtaken"
        await store.decide(conn, each.id, state, by.person, at)
    return count


async def move(
    conn: Connection[Record], current: Dossier, each: Proposal, by: Actor, at: datetime
) -> None:
    """Write the new appointment into the register, with what it was reckoned from."""
    facts = {"change": each.change_id, "was": each.old_due_at.isoformat()}
    author = by.person if each.author is None else each.author
    ruling = Ruling(
        id=each.scan_id,
        ref=current.ref,
        act=Act.MOVE_APPOINTMENT,
        at=at,
        by=replace(by, person=author),
        approver=by.person,
        due_at=each.new_due_at,
        facts=facts,
    )
    await ruling_store.append_ruling(conn, current, ruling, current.status, at)
    kept = (await due_inputs.latest_of(conn, [current.id])).get(current.id)
    if kept is None or current.received_at is None:
        return
    around = local(current.received_at).date()
    groups = {kept.edition.hours_group, *(part.edition.hours_group for part in kept.parts)}
    editions = {group: await edition_for(conn, group, around) for group in sorted(groups)}
    await due_inputs.keep(
        conn,
        current.id,
        each.scan_id,
        on(kept, editions),
        due_at=each.new_due_at,
        original_due_at=kept.original_due_at or current.original_due_at or each.new_due_at,
    )


async def reject(conn: Connection[Record], ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Leave the appointments of proposals *ids* as they are; how many. Raises NothingToDecide."""
    waiting = await store.lock(conn, ids[:MOST])
    if not waiting:
        raise NothingToDecide
    for each in waiting:
        await store.decide(conn, each.id, "rejected", by.person, at)
    return len(waiting)


async def waiting(
    conn: Connection[Record], agency_id: int | None, limit: int = MOST
) -> list[Proposal]:
    """Proposals nobody has decided on: of one agency, or (none) of all."""
    return await store.waiting(conn, agency_id, limit)
