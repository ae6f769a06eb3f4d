"""What a newcomer finds: a province with people in it, and one dossier that goes round."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asyncpg import Connection

from postal_service.clock import Clock
from postal_service.database import Context, Database
from postal_service.demo import __main__ as entrance
from postal_service.demo import believable, house, people
from postal_service.desk.published.load import load
from postal_service.settings import DATA, Settings
from tests import make
from tracking.stages import Stage, Status


async def test_the_demo_fills_the_shelves_once(
    conn: Connection, database: Database, clock: Clock
) -> None:
    """Every desk has work to look at, and a second start finds what the first left."""
    async with database.begin(Context.command("test")) as door:
        await load(door, DATA)
        await people.settle(door)
        await people.settle(door)

    for _ in range(2):
        await believable.fill(database, clock.now() - timedelta(days=1))

    assert await conn.fetchval("SELECT count(*) FROM dossier") == len(believable.UNDER_WAY)
    stages = {row["stage"] for row in await conn.fetch("SELECT DISTINCT stage FROM consignment")}
    assert stages >= {Stage.ACCEPTED, Stage.OFFERED, Stage.READY, Stage.AT_OFFICE}
    statuses = {row["status"] for row in await conn.fetch("SELECT DISTINCT status FROM dossier")}
    assert statuses >= {Status.REGISTERED, Status.SUPPLEMENT, Status.PROCESSED, Status.RETURNED}
    assert await conn.fetchval("SELECT max(at) < $1 FROM event", clock.now())
    # every evening was counted to the note, and the courier still carries what he was paid
    assert await conn.fetchval("SELECT count(*) FROM till_shift WHERE closed_at IS NULL") == 0
    assert await conn.fetchval("SELECT count(*) FROM entry WHERE kind = 'difference'") == 0
    assert await conn.fetchval("SELECT count(*) FROM receipt_day WHERE closed_at IS NULL") == 0
    held = (
        "SELECT sum(amount_vnd) FROM posting JOIN account a ON a.id = account_id WHERE a.kind = $1"
    )
    assert await conn.fetchval(held, "till") == 0
    assert await conn.fetchval(held, "purse") > 0


async def test_the_demo_keeps_its_hands_off_a_real_desk(town_url: str, clock: Clock) -> None:
    """Its password is printed for everybody to read."""
    with pytest.raises(house.DemoError, match="DATABASE_URL"):
        await entrance.prepare(town_url, clock, make.KEYS, believable_too=True)


def test_a_named_database_is_used(tmp_path: Path) -> None:
    """DATABASE_URL and REDIS_URL win over the embedded servers."""
    named = Settings(database_url="postgresql://elsewhere/postal", redis_url="redis://elsewhere")

    with entrance.servers(tmp_path, named) as urls:
        assert urls == ("postgresql://elsewhere/postal", "redis://elsewhere")
