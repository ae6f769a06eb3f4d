"""Who handed papers in for somebody else is seen where the dossier is, and by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service import database as doors
from postal_service.caller import Role
from postal_service.database import Context, Database
from tests import make
from tests.desk.test_counter import accept, entry
from tests.desk.test_intake import DEPUTY
from tests.make import Town

SEEN = "SELECT count(*) FROM representative r JOIN party p ON p.id = r.party_id"


@pytest.fixture
async def door(town_url: str) -> AsyncIterator[Database]:
    async with doors.open_database(town_url, size=2, name="test") as database:
        yield database


async def test_only_whoever_sees_the_dossier_sees_her(
    door: Database, desk: Connection, town: Town
) -> None:
    """Her office's desk, and not the next office's; a manager sees dossiers, and no citizen."""
    await accept(desk, town, replace(await entry(desk, town), **DEPUTY))
    far = await make.town(desk, office="66D02", suffix="-far")

    async def seen(person: int, office: int | None, role: Role) -> int:
        context = Context(kind="web", person=person, office=office, role=role)
        async with door.begin(context) as conn:
            return int(await conn.fetchval(SEEN))

    # the clerk who typed her is nobody special: a colleague at her desk sees the same
    other = await make.person(desk, "other_clerk", "clerk", town.office, town.agency)
    assert await seen(other, town.office, Role.CLERK) == 1
    assert await seen(far.clerk, far.office, Role.CLERK) == 0
    assert await seen(far.courier, far.office, Role.COURIER) == 0
    assert await seen(far.clerk, None, Role.MANAGER) == 0


async def test_what_she_told_lies_closed(desk: Connection, town: Town) -> None:
    """Neither her number nor her paper can be read from a stolen disk."""
    await accept(desk, town, replace(await entry(desk, town), **DEPUTY))

    row = await desk.fetchrow(
        "SELECT r.paper_sealed, p.citizen_id_sealed, p.phone_sealed"
        "  FROM representative r JOIN party p ON p.id = r.party_id"
    )

    whole = b"".join(row.values())
    for told in ("UQ 12/2026", "068082004219", "912345679"):
        assert told.encode() not in whole
