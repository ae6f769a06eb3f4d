"""Another agency's settlement, and what another office's clerk has disputed."""

from __future__ import annotations

from uuid import uuid4

from asyncpg import Connection

from postal_service.desk.money import disputes, settlements
from postal_service.desk.money.disputes import Typed
from postal_service.desk.money.model import Purse
from postal_service.desk.money.reversals import subject_of
from postal_service.desk.money.settlements import Wish
from tests import make, trouble
from tests.desk.money.books import fund, paid
from tests.make import MORNING, Town


async def settle(conn: Connection, town: Town) -> dict[str, list[str]]:
    """Ids of a settlement with their agency and of a dispute of their clerk's."""
    entry = await paid(conn, town)
    clerk = await trouble.staff(conn, town.clerk)
    said = Typed(form_id=uuid4(), subject=subject_of(entry), why="Không đúng số tiền")
    disputed = await disputes.open_(conn, said, by=clerk, now=MORNING)
    await fund(conn, town)
    chief = await make.person(conn, "far-chief", "manager", town.office, town.agency)
    owed = await settlements.open_lines(conn, town.agency, Purse.STATE_HELD, MORNING.date())
    wish = Wish(
        id=uuid4(),
        agency_id=town.agency,
        purse=Purse.STATE_HELD,
        until=MORNING.date(),
        seen=sum(line.amount_vnd for line in owed),
        bank_ref="FT-FAR-0271",
    )
    made = await settlements.pay(conn, wish, staff=await trouble.staff(conn, chief), now=MORNING)
    return {"dispute": [str(disputed.id)], "settlement": [str(made.id)]}
