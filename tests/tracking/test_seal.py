"""The register only grows, and each dossier's lines are chained: written by the database itself."""

from __future__ import annotations

import asyncio
from uuid import uuid4, uuid5

import asyncpg
import pytest
from asyncpg import Connection

from tests import make
from tests.conftest import connect
from tests.make import MORNING, Town
from tracking import delay_store, seal, seal_store
from tracking.seal import START, Line
from tracking.stages import Act, Stage


async def lines(conn: Connection, dossier_id: int) -> list[Line]:
    async with conn.transaction():
        return [
            line
            async for some in seal_store.lines(conn, 10)
            for line in some
            if line.dossier_id == dossier_id
        ]


async def head(conn: Connection, dossier_id: int) -> tuple[int, bytes]:
    row = await conn.fetchrow("SELECT n, hash FROM event_chain WHERE dossier_id = $1", dossier_id)
    assert row is not None
    return row["n"], row["hash"]


async def test_python_reckons_the_hashes_the_database_wrote(desk: Connection, town: Town) -> None:
    """Whoever checks a chain need not believe the database: every column, every kind of value."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.OUT)
    number = await desk.fetchval("SELECT s10 FROM consignment WHERE leg = 'R'")
    said = {"reason": 'DF03 "ắ" \\ / \t\n', "n": 1.50, "none": None, "list": [1, True]}
    await make.scans(desk, [make.scan(number, Act.MISS, town.by_courier, **said)])

    found = await lines(desk, dossier.id)

    before = START
    for place, line in enumerate(found, start=1):
        before = seal.link(before, place, seal.digest(line))
        assert (line.n, line.hash) == (place, before)
    assert await head(desk, dossier.id) == (len(found), before)
    assert len(found) > 10


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET act = 'sign'",
        "DELETE FROM event WHERE false",
        "TRUNCATE event CASCADE",
        "DELETE FROM event_chain",
        "SET session_replication_role = replica; DELETE FROM event",
    ],
)
async def test_not_even_its_owner_changes_the_register(empty_url: str, sql: str) -> None:
    """A slip of an administrator's hand must not cost a line; the refusal says what to do."""
    owner = await asyncpg.connect(empty_url)
    try:
        with pytest.raises(asyncpg.RestrictViolationError, match="chỉ được ghi thêm"):
            await owner.execute(sql)
    finally:
        await owner.close()


async def test_the_application_cannot_write_a_head(conn: Connection) -> None:
    """Nor say what a hash is: what it sends in its place is written over."""
    for sql in (
        "UPDATE event_chain SET n = 0",
        "INSERT INTO event_chain VALUES (1, 1, '')",
        "DELETE FROM event_chain",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(sql)


async def test_a_repeat_that_is_dropped_moves_no_chain(desk: Connection, town: Town) -> None:
    """The database hashes before it finds the repeat: it must take that step back."""
    first, second = [await make.dossier(desk, town) for _ in range(2)]
    ids = [uuid5(uuid4(), "delay") for _ in range(2)]
    said = (town.clerk, {"closure": 1}, MORNING)
    before = await head(desk, second.id)

    for _ in range(3):
        await delay_store.append_delays(desk, [first.id], ids[:1], said)
    await delay_store.append_delays(desk, [first.id, second.id], ids, said)

    for dossier in (first, second):
        found = await lines(desk, dossier.id)
        assert [line.n for line in found] == list(range(1, len(found) + 1))
        assert await head(desk, dossier.id) == (len(found), found[-1].hash)
    assert (await head(desk, second.id))[0] == before[0] + 1


async def test_lines_written_at_once_queue_up(desk: Connection, town_url: str, town: Town) -> None:
    """Twenty connections add to the same dossiers in either order: no gap, and nobody deadlocks."""
    made = [await make.dossier(desk, town) for _ in range(8)]
    ids = [dossier.id for dossier in made]

    async def add(turn: int) -> None:
        conn = await connect(town_url)
        try:
            order = ids if turn % 2 else ids[::-1]
            for again in range(2):
                scan_ids = [uuid5(uuid4(), str(again)) for _ in order]
                await delay_store.append_delays(
                    conn, order, scan_ids, (town.clerk, {"closure": turn}, MORNING)
                )
        finally:
            await conn.close()

    await asyncio.gather(*(add(turn) for turn in range(20)))

    for id_ in ids:
        found = await lines(desk, id_)
        assert [line.n for line in found] == list(range(1, 43))
        assert await head(desk, id_) == (42, found[-1].hash)
