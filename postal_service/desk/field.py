"""What a courier does at one place with many papers: one press, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import dispatch_store as store
from postal_service.desk import field_store as presses
from postal_service.desk.dispatch import at_desk, number
from postal_service.desk.door import delivery, riding
from postal_service.desk.door.delivery import Answer, Report, stop_of
from postal_service.desk.field_store import Colleague, Done
from postal_service.desk.money import reversals
from routes import rounds
from routes.model import Outcome
from tracking import corrections, custody, originals, reception
from tracking.corrections import ALONE, Undo
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.model import Event, Party
from tracking.stages import Act, Keeper


class Laid(Struct, frozen=True, kw_only=True):
    """What one press laid down: the list's printed number, and each paper's answer."""

    number: str | None
    answers: list[Answer]


async def carry(
    conn: Connection[Record], staff: Staff, reports: Sequence[Report], *, stop: str, now: datetime
) -> list[Answer]:
    """Record what was ticked at the stop *stop*, or at the office where it is empty.

    The ride begins when everything that is offered at the office is answered. An
    agency where nothing is left to do is done; what is ticked and refused stays.
    """
    await sign_lists(conn, staff, now)
    answers = await delivery.record_clicks(conn, reports, heard_at=now)
    if any(report.scan.act is Act.COLLECT for report in reports):
        left = await store.items(conn, staff.office_id or 0, staff.id)
        if stop or not any(item.offered for item in left):
            await riding.set_out(conn, staff.id, now)
    await _move_on(conn, staff, stop, now)
    return answers


async def lay_down(
    conn: Connection[Record], staff: Staff, form_id: UUID, items: Sequence[Item], *,
    stop: str, now: datetime,
) -> Laid:  # fmt: skip
    """Hand over at the agency of *stop* what was ticked, as one list. Safe to press twice.

    Raises BadHandOver, TooManyItems.
    """
    await sign_lists(conn, staff, now)
    agency = Party(Keeper.AGENCY, number(stop))
    laid = await _offer(conn, staff, form_id, agency, items, now)
    await riding.set_out(conn, staff.id, now)
    await _move_on(conn, staff, stop, now)
    return laid


async def give_to(
    conn: Connection[Record], staff: Staff, form_id: UUID, colleague: int, items: Sequence[Item], *,
    now: datetime,
) -> Laid:  # fmt: skip
    """Offer what was ticked to a colleague, who collects it. Safe to press twice.

    Raises BadHandOver, TooManyItems.
    """
    to = Party(Keeper.COURIER, colleague)
    return await _offer(conn, staff, form_id, to, items, now)


async def come_home(
    conn: Connection[Record], staff: Staff, form_id: UUID, items: Sequence[Item], *, now: datetime
) -> Laid:
    """Offer the office what is left in the bag, and end today's round. Safe to press twice."""
    await sign_lists(conn, staff, now)
    laid = Laid(number=None, answers=[])
    if items:
        office = Party(Keeper.OFFICE, staff.office_id or 0)
        laid = await _offer(conn, staff, form_id, office, items, now)
    made = await rounds.round_of(conn, staff.id, now.astimezone(VIETNAM).date())
    if made is not None:
        await rounds.finish(conn, made.id, now)
    return laid


async def _offer(
    conn: Connection[Record],
    staff: Staff,
    form_id: UUID,
    to: Party,
    items: Sequence[Item],
    now: datetime,
) -> Laid:
    """Lay a list down; the second press of one button is the first, and keeps its hour."""
    kinds = {Keeper.AGENCY: Kind.AGENCY, Keeper.COURIER: Kind.COURIER}
    kind = kinds.get(to.kind, Kind.OFFICE)
    done = await store.recorded(conn, [item.id for item in items])
    at = min((each.at for each in done), default=now)
    new = NewHandOver(id=form_id, kind=kind, to=to, items=list(items), by=staff.actor, at=at)
    made = await custody.offer(conn, new, heard_at=now)
    return Laid(
        number=made.hand_over.number if made.hand_over else None, answers=list(made.answers)
    )


async def _move_on(conn: Connection[Record], staff: Staff, stop: str, now: datetime) -> None:
    if stop and not await left_at(conn, staff, stop):
        await leave(conn, staff, stop, outcome="done", now=now)


async def left_at(conn: Connection[Record], staff: Staff, stop: str) -> bool:
    """Whether there is still something to hand over or collect at the agency of *stop*."""
    items = await store.items(conn, staff.office_id or 0, staff.id)
    return any(item.agency_id == number(stop) and at_desk(item) for item in items)


async def leave(
    conn: Connection[Record], staff: Staff, stop: str, *, outcome: Outcome, now: datetime
) -> None:
    """The courier rides on from an agency, with or without having done everything."""
    await rounds.finish_stop(conn, reference=stop, courier_id=staff.id, at=now, outcome=outcome)


async def start(conn: Connection[Record], staff: Staff, now: datetime) -> None:
    """The courier leaves with what she has."""
    await sign_lists(conn, staff, now)
    await riding.set_out(conn, staff.id, now)


async def sign_lists(conn: Connection[Record], staff: Staff, now: datetime) -> None:
    """Close the lists on which she has answered every line, once no line may be taken back."""
    for complete in await presses.to_sign(conn, staff.id, now - ALONE):
        await reception.close(conn, complete, by=staff.actor, at=now)


async def colleagues(conn: Connection[Record], staff: Staff) -> list[Colleague]:
    """To whom she may give papers on the road."""
    return await presses.colleagues(conn, staff.office_id or 0, staff.id)


async def last_press(conn: Connection[Record], staff: Staff, now: datetime) -> list[Done]:
    """What she did last, as long as she may take it back alone."""
    return await presses.last_press(conn, staff.id, now - ALONE, now)


async def undo_delivery(conn: Connection[Record], wish: Undo, *, now: datetime) -> Event:
    """Undo what was reported of a paper, its stop, the originals and the money taken with it.

    Good for any other act too. Safe to repeat. Raises what corrections.undo does, and
    MovedOn where the originals are on their way already.
    """
    undone = await presses.line(conn, wish.undoes)
    event = await corrections.undo(conn, wish, heard_at=now)
    if undone is None or undone.act not in (Act.DELIVER, Act.MISS):
        return event
    if undone.act is Act.DELIVER:
        await originals.give_again(conn, wish, heard_at=now)
        await reversals.after_undo(conn, wish, now=now)
    await rounds.reopen_stop(
        conn,
        reference=stop_of(undone.consignment_id or 0),
        courier_id=undone.person_id or 0,
    )
    return event
