"""The form of an order to fetch papers at home, as three kinds of people fill it in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from litestar import Request
from msgspec import Struct
from msgspec.structs import fields, replace

from postal_service.clock import VIETNAM
from postal_service.database import Connection, Context, Database
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete
from postal_service.desk.pickups import pickup_lists_store, pickups
from postal_service.desk.pickups.pickup_desk import opens_next
from postal_service.desk.pickups.pickup_lists_store import Choice
from postal_service.desk.pickups.pickup_places import locate
from postal_service.desk.pickups.pickup_rules import FURTHEST, MOST_DOSSIERS, PickupEntry, read
from postal_service.desk.pickups.pickups import By
from postal_service.web.inputs import Form, clean

AnyRequest = Request[Any, Any, Any]

TEXTS: Final = tuple(field.name for field in fields(PickupEntry))
LONGEST: Final = 1000


class ActForm(Form):
    """A press on one order; ``id`` was drawn by the page."""

    id: UUID
    act: Literal["accept", "refuse", "fail", "cancel", "forward"]
    reason: str = ""
    courier: str = ""
    day: str = ""
    half: str = ""
    office: str = ""


class Asked(Struct, frozen=True, kw_only=True):
    """The form with what it may offer, and what is wrong with it."""

    entry: PickupEntry
    procedures: list[Choice]
    agencies: list[Choice]
    first: date
    last: date
    most: int = MOST_DOSSIERS
    said: list[tuple[str, str]] = []

    @property
    def wrong(self) -> Mapping[str, str]:
        """The first problem of each field; nothing for a field without one."""
        return defaultdict(str, reversed(self.said))


async def entry_of(request: AnyRequest) -> PickupEntry:
    """The form as typed. Raises ValueError for text no paper holds."""
    posted = await request.form()
    given = {name: clean(str(posted.get(name, ""))[:LONGEST]) for name in TEXTS}
    return PickupEntry(**given)


async def asked(
    conn: Connection,
    entry: PickupEntry | None,
    *,
    office_id: int | None,
    now: datetime,
    said: list[tuple[str, str]] | None = None,
) -> Asked:
    """What the page shows for *entry*; an empty form where there is none."""
    today = now.astimezone(VIETNAM).date()
    if entry is None:
        day, half = await opens_next(conn, office_id, now)
        entry = PickupEntry(form_id=str(uuid4()), day=day.isoformat(), half=half)
    return Asked(
        entry=entry,
        procedures=await pickup_lists_store.procedures(conn, today),
        agencies=await pickup_lists_store.agencies(conn, today),
        first=today,
        last=today + FURTHEST,
        said=said or [],
    )


async def place_order(
    db: Database, context: Context, entry: PickupEntry, by: By, *, now: datetime
) -> str:
    """Order what the form says and return its number. Safe to press twice.

    An officer's order is for her agency, whatever the form says. Raises Incomplete,
    OrderedAlready.
    """
    today = now.astimezone(VIETNAM).date()
    async with db.begin(context) as conn:
        known = await pickup_lists_store.procedures(conn, today)
        agencies = await pickup_lists_store.agencies(conn, today)
    wanted = read(
        entry,
        today=today,
        procedures={each.id for each in known},
        agencies={each.id for each in agencies},
        by_code=by.channel == "page",
    )
    if by.agency_id is not None:
        wanted = replace(wanted, agency_id=by.agency_id)
    served = await locate(lambda: db.begin(context), entry.address, now, taken_at=by.office_id)
    async with db.begin(context) as conn:
        return await pickups.order(conn, wanted, served, by=by, now=now)


def spoken(refusal: DeskError, *, english: bool) -> list[tuple[str, str]]:
    """Field and sentence of each problem."""
    if isinstance(refusal, Incomplete):
        return [(each.field, each.en if english else each.vi) for each in refusal.problems]
    return [("phone", refusal.en if english else refusal.vi)]


def number_of(text: str) -> int:
    """An id as the page sends it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def day_in(text: str) -> date:
    """A day as the page sends it; long over for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min + timedelta(days=1)
