"""Another office's money: a till that was counted, a courier's purse, what he paid in."""

from __future__ import annotations

from uuid import uuid4

from asyncpg import Connection

from postal_service.desk.money import collect, purses, shifts
from postal_service.desk.money.model import Press
from postal_service.desk.money.purses import PayIn
from postal_service.desk.money.shifts import Closing
from tests import trouble
from tests.make import MORNING, Town
from tracking.model import Dossier
from tracking.stages import Leg


async def settle(conn: Connection, town: Town, delivered: Dossier) -> dict[str, list[str]]:
    """Ids of a closed shift of theirs, of a receipt and of a courier's pay-in."""
    clerk = await trouble.staff(conn, town.clerk)
    press = Press(key=uuid4(), by=town.by_courier, at=MORNING, now=MORNING)
    taken = await collect.on_delivery(conn, delivered.id, Leg.RESULT, press)
    assert taken is not None
    assert taken.number is not None
    wish = PayIn(key=uuid4(), counted={20_000: 1, 2_000: 1}, seen=22_000)
    paid = await purses.pay_in(conn, town.courier, wish, staff=clerk, now=MORNING)
    [open_] = await shifts.mine(conn, clerk)
    till = await shifts.till(conn, open_)
    count = Closing(key=uuid4(), counted={1_000: till.expected // 1_000}, seen=till.expected)
    closed = await shifts.close(conn, open_.id, count, staff=clerk, now=MORNING)
    return {
        "shift": [str(closed.id)],
        "entry": [str(paid.id)],
        "receipt": [taken.number],
        "courier": ["courier-far", "other-courier-far"],
    }
