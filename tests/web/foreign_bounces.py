"""Another office's bounce, and the money it is to give back."""

from __future__ import annotations

from uuid import uuid4

from asyncpg import Connection

from postal_service.desk.agency import rulings
from postal_service.desk.agency.wishes import Wish
from tests import make
from tests.make import MORNING, Town
from tracking.model import Dossier
from tracking.stages import Act


async def settle(conn: Connection, town: Town, dossier: Dossier) -> dict[str, list[str]]:
    """Their agency refuses what their counter sent it by mistake."""
    await make.signed(conn, town, dossier)
    wish = Wish(id=uuid4(), act=Act.REFUSE, reason="RF01")
    await rulings.decide(conn, dossier.ref, wish, by=town.by_officer, now=MORNING)
    bounced = await conn.fetch("SELECT id FROM bounce WHERE office_id = $1", town.office)
    due = await conn.fetch("SELECT id FROM refund_due WHERE office_id = $1", town.office)
    return {
        "bounce": [str(row["id"]) for row in bounced],
        "refund": [str(row["id"]) for row in due],
    }
