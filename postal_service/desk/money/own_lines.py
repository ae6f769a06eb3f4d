"""Every line of money about the one who asks: her own, her office's, her agency's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.money import disputes, reversals
from postal_service.desk.money import own_lines_store as store
from postal_service.desk.money.disputes import Dispute
from postal_service.desk.money.model import EntryKind, Means
from postal_service.desk.money.own_lines_store import OwnLine

__all__ = ["OwnLine", "Page", "look"]

ALWAYS: Final = datetime(2000, 1, 1, tzinfo=VIETNAM), datetime(9000, 1, 1, tzinfo=VIETNAM)
#: Lines of one page.
SHOWN: Final = 50
ASKERS: Final = frozenset({Role.CLERK, Role.SUPERVISOR, Role.COURIER})
#: What is mended another way than by a reversal.
NEVER: Final = frozenset(
    {EntryKind.REVERSE, EntryKind.DIFFERENCE, EntryKind.BANK_IN, EntryKind.MATCH, EntryKind.PASS}
)


class Page(Struct, frozen=True, kw_only=True):
    """A page of lines, the newest first; ``more`` is where the next begins, 0 at the end.

    ``asked``: entries that wait for a second person; ``said``: what she has disputed.
    """

    lines: list[OwnLine]
    more: int
    asked: set[int]
    said: dict[int, Dispute]


async def look(
    conn: Connection[Record], staff: Staff, *, day: date | None = None, before: int = 0
) -> Page:
    """The lines of *day*, or the last ones; from the one below *before* on."""
    since, until = ALWAYS
    if day is not None:
        since = datetime.combine(day, time(), VIETNAM)
        until = since + timedelta(days=1)
    found = await store.lines(conn, scope_of(staff), (since, until), before, SHOWN + 1)
    shown = found[:SHOWN]
    ids = [line.entry_id for line in shown]
    return Page(
        lines=shown,
        more=shown[-1].entry_id if len(found) > SHOWN else 0,
        asked=await reversals.asked(conn, ids),
        said=await disputes.of_entries(conn, ids, staff.id),
    )


def scope_of(staff: Staff) -> tuple[str, int]:
    """Whose lines: her own, her office's, her agency's; a manager's are all."""
    match staff.role:
        case Role.MANAGER:
            return "all", 0
        case Role.SUPERVISOR:
            return "office", staff.office_id or 0
        case Role.AGENCY_OFFICER:
            return "agency", staff.agency_id or 0
    return "person", staff.id


def may_ask(line: OwnLine, staff: Staff) -> bool:
    """Whether she may ask for a line to be taken back; who agrees looks again."""
    if staff.role not in ASKERS or line.kind in NEVER or line.reversed:
        return False
    if line.kind is EntryKind.COLLECT and line.means is Means.TRANSFER:
        return False
    return staff.role is not Role.COURIER or line.by_id == staff.id
