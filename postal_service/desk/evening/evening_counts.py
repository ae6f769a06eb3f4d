"""The evening's count: what lies at the office, held against what the register says lies there.

One count an office and day; clerks who count at once add to the same. A beep is held against the
moment it was made: a machine without signal sends it later. What it comes to is reckoned when the
count is closed (``evening_closing``); until then it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk.errors import DeskError
from postal_service.desk.evening import evening_count_store as store
from postal_service.desk.evening.evening_count_store import Beep, Count, Figures, NewBeep, Seen
from tracking import reserved
from tracking.errors import TrackingError
from tracking.identifiers import parse_s10
from tracking.stages import SOUGHT, Keeper

__all__ = ["Beep", "Count", "Figures", "Seen"]

#: A count begun so lately goes on past midnight.
PAST_MIDNIGHT: Final = timedelta(hours=8)
#: What a machine says of a beep's hour is believed within these bounds.
OLDEST_BEEP: Final = timedelta(hours=12)


class CountClosed(DeskError):
    """A count is closed once."""

    def __init__(self, count: Count) -> None:
        at = count.closed_at.astimezone(VIETNAM) if count.closed_at else None
        said = f" lúc {at:%H:%M}" if at else ""
        super().__init__(
            f"Kiểm đếm ngày {count.day:%d/%m/%Y} đã khóa{said}, {count.closer}. "
            "Tải lại trang để xem phiếu.",
            f"The count of {count.day} was closed by {count.closer}. Reload the page to see it.",
        )


class Answer(Struct, frozen=True, kw_only=True):
    """What a beep is answered: ``said`` as written down, "again", "anew" or "refused".

    ``seen`` is the paper where the register shows it to this office, ``first`` the beep before
    this one, ``problem`` why nothing was written down.
    """

    id: UUID
    s10: str
    said: str
    seen: Seen | None = None
    first: Beep | None = None
    problem: DeskError | TrackingError | None = None


def day_of(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()


async def current(conn: Connection[Record], office_id: int, *, now: datetime) -> Count | None:
    """This evening's count, if anybody has begun it."""
    return await store.current(conn, office_id, day_of(now), now - PAST_MIDNIGHT)


async def figures(conn: Connection[Record], office_id: int) -> Figures:
    """How many papers the register has here: all that a page says before something is beeped."""
    return await store.figures(conn, office_id)


async def beeps(conn: Connection[Record], count: Count | None) -> list[Beep]:
    """What was beeped since the count was last begun, the newest first."""
    return await store.beeps(conn, count) if count else []


async def opened(conn: Connection[Record], staff: Staff, *, now: datetime) -> Count:
    """This evening's count, begun if nobody has, and locked. Raises CountClosed."""
    office_id = staff.office_id or 0
    if await current(conn, office_id, now=now) is None:
        await store.begin(conn, office_id, day_of(now), at=now, by=staff.id)
    found = await current(conn, office_id, now=now)
    if found is not None:
        await store.lock(conn, found.id)
        found = await current(conn, office_id, now=now)
    if found is None:  # nobody takes a count away
        raise AssertionError(office_id)
    return found


class Item(Struct, frozen=True, kw_only=True):
    """A beep as it comes: ``turn`` is the count's when it was made, 0 before there was one."""

    id: UUID
    code: str
    at: datetime
    turn: int


async def beep(
    conn: Connection[Record], items: Sequence[Item], *, staff: Staff, now: datetime
) -> list[Answer]:
    """Write beeps down and answer each. Safe to repeat; one bad item holds up no other.

    Raises CountClosed.
    """
    count = await opened(conn, staff, now=now)
    if count.closed_at is not None:
        raise CountClosed(count)
    refused: dict[UUID, Answer] = {}
    good: dict[UUID, Item] = {}
    for item in items:
        try:
            s10 = parse_s10(item.code)
        except TrackingError as error:
            refused[item.id] = Answer(id=item.id, s10=item.code, said="refused", problem=error)
            continue
        if item.turn not in (0, count.turn):
            refused[item.id] = Answer(id=item.id, s10=s10, said="anew")
        else:
            good[item.id] = Item(id=item.id, code=s10, at=hour(item.at, now), turn=count.turn)
    answered = refused | await written(conn, count, list(good.values()), staff, now)
    return [answered[item.id] for item in items]


def hour(at: datetime, now: datetime) -> datetime:
    """When a beep was made, as far as its machine may be believed."""
    return at if now - OLDEST_BEEP <= at <= now else now


async def written(
    conn: Connection[Record], count: Count, items: list[Item], staff: Staff, now: datetime
) -> dict[UUID, Answer]:
    """Each beep's answer, once it is written down."""
    s10s = [item.code for item in items]
    seen = {each.s10: each for each in await store.look(conn, s10s, [item.at for item in items])}
    unentered = await reserved.look(conn, [s10 for s10 in s10s if s10 not in seen])
    answers = {
        item.id: Answer(id=item.id, s10=item.code, said="refused", problem=unentered[item.code])
        for item in items
        if item.code in unentered
    }
    new = [
        NewBeep(
            id=item.id,
            s10=item.code,
            said=said_of(seen.get(item.code), count.office_id),
            at=item.at,
        )
        for item in items
        if item.id not in answers
    ]
    await store.add_beeps(conn, count, new, heard_at=now, by=staff.id)
    first = {each.s10: each for each in await store.beeps(conn, count)}
    for each in new:
        kept = first.get(each.s10)
        said = kept.said if kept and kept.id == each.id else "again"
        answers[each.id] = Answer(
            id=each.id, s10=each.s10, said=said, seen=seen.get(each.s10), first=kept
        )
    return answers


def said_of(seen: Seen | None, office_id: int) -> str:
    """Whether the register had it here, elsewhere, or nowhere that this office may look."""
    if seen is None:
        return "unknown"
    here = (seen.was_kind, seen.was_id) == (Keeper.OFFICE, office_id)
    return "here" if here and seen.bag is None and seen.stage not in SOUGHT else "elsewhere"


async def begin_anew(conn: Connection[Record], turn: int, *, staff: Staff, now: datetime) -> None:
    """Begin anew: what was beeped in *turn* counts no more. Safe to repeat. Raises CountClosed."""
    count = await opened(conn, staff, now=now)
    if count.closed_at is not None:
        raise CountClosed(count)
    await store.begin_anew(conn, count.id, turn)
