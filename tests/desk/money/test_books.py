"""What the database refuses of whoever writes: the application, or the owner's own hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection

from postal_service.clock import VIETNAM
from postal_service.database import Context, set_context
from postal_service.desk.money import ledger
from tests import make
from tests.conftest import connect
from tests.desk.money.books import paid, wish
from tests.make import MORNING, Town

ENTRY = """
INSERT INTO entry (kind, key, at, posted_at, person_id, means, reverses, why)
VALUES ($1, $2, $3, $3, $4, 'none', $5, $6) RETURNING id
"""
LINES = """
INSERT INTO posting (entry_id, line, account_id, amount_vnd)
SELECT $1, n, a, v FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS l (n, a, v)
"""


@pytest.fixture
async def owner(town_url: str) -> AsyncIterator[Connection]:
    """The owner of the tables, past every policy and grant."""
    conn = await asyncpg.connect(town_url)
    yield conn
    await conn.close()


@pytest.fixture
async def accounts(owner: Connection) -> tuple[int, int]:
    """The bank, and what names nothing."""
    made = [
        await owner.fetchval("INSERT INTO account (kind) VALUES ($1) RETURNING id", kind)
        for kind in ("bank", "suspense")
    ]
    return made[0], made[1]


async def write(
    conn: Connection,
    who: int,
    accounts: tuple[int, int],
    amounts: tuple[int, int],
    reverses: int | None = None,
) -> int:
    """One entry of two lines, in a transaction."""
    kind, why = ("difference", "") if reverses is None else ("reverse", "ghi sai")
    async with conn.transaction():
        made: int = await conn.fetchval(ENTRY, kind, uuid4(), MORNING, who, reverses, why)
        await conn.execute(LINES, made, [1, 2], list(accounts), list(amounts))
    return made


@pytest.mark.parametrize("amounts", [(5, -4), (5, 5), (-1, -1)])
async def test_an_entry_adds_to_zero(
    owner: Connection, town: Town, accounts: tuple[int, int], amounts: tuple[int, int]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="zero"):
        await write(owner, town.clerk, accounts, amounts)

    assert await owner.fetchval("SELECT count(*) FROM entry") == 0


async def test_an_entry_says_something(owner: Connection, town: Town) -> None:
    """Without a line it would be a receipt for nothing."""
    with pytest.raises(asyncpg.CheckViolationError, match="says nothing"):
        await owner.fetchval(ENTRY, "difference", uuid4(), MORNING, town.clerk, None, "")


async def test_nothing_is_slipped_under_an_entry(
    owner: Connection, town: Town, accounts: tuple[int, int]
) -> None:
    """Two further lines that balance would change what an old receipt says."""
    made = await write(owner, town.clerk, accounts, (5, -5))

    with pytest.raises(asyncpg.CheckViolationError, match="whole"):
        await owner.execute(LINES, made, [3, 4], list(accounts), [7, -7])


@pytest.mark.parametrize("replica", [False, True])
@pytest.mark.parametrize("table", ["entry", "posting"])
@pytest.mark.parametrize("how", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_the_books_are_append_only(
    owner: Connection, town: Town, accounts: tuple[int, int], table: str, how: str, replica: bool
) -> None:
    """Also in a session that switches ordinary triggers off."""
    await write(owner, town.clerk, accounts, (5, -5))
    if replica:
        await owner.execute("SET session_replication_role = replica")
    same = "why = why" if table == "entry" else "line = line"

    with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
        await owner.execute(how.format(table, same))


async def test_a_reversal_is_the_mirror_and_another_persons(
    owner: Connection, town: Town, accounts: tuple[int, int]
) -> None:
    """Half of it, other accounts, or the same hand: none of them takes an entry back."""
    made = await write(owner, town.clerk, accounts, (5, -5))

    for who, lines in ((town.courier, (-4, 4)), (town.courier, (5, -5)), (town.clerk, (-5, 5))):
        with pytest.raises(asyncpg.CheckViolationError, match="reversal"):
            await write(owner, who, accounts, lines, made)


async def test_a_reversal_is_not_reversed(
    owner: Connection, town: Town, accounts: tuple[int, int]
) -> None:
    made = await write(owner, town.clerk, accounts, (5, -5))
    back = await write(owner, town.courier, accounts, (-5, 5), made)

    with pytest.raises(asyncpg.CheckViolationError, match="reversal"):
        await write(owner, town.officer, accounts, (5, -5), back)
    with pytest.raises(asyncpg.UniqueViolationError):
        await write(owner, town.officer, accounts, (-5, 5), made)


async def test_a_closed_day_is_never_opened_again(
    owner: Connection, desk: Connection, town: Town
) -> None:
    """Not even to take back the last number that was given."""
    dossier = await make.dossier(desk, town)
    day = MORNING.astimezone(VIETNAM).date()
    await owner.execute(
        "UPDATE receipt_day SET closed_at = $1, closed_by = $2 WHERE day = $3",
        MORNING, town.clerk, day,
    )  # fmt: skip

    for change in ("closed_at = NULL, closed_by = NULL", "last_no = last_no + 1", "day = day + 1"):
        with pytest.raises(asyncpg.CheckViolationError, match="never re-opened"):
            await owner.execute(f"UPDATE receipt_day SET {change}")

    late = await paid(desk, town, dossier)
    assert late.receipt_day == day + timedelta(days=1)
    assert late.receipt_no == 1


async def test_nobody_writes_in_anothers_name(desk: Connection, town: Town, town_url: str) -> None:
    """A clerk's session may add what she did herself, nothing of a colleague's."""
    clerk = await connect(town_url)
    try:
        async with clerk.transaction():
            await set_context(
                clerk,
                Context(kind="web", person=town.clerk, office=town.office, role="clerk"),
            )
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await clerk.execute(
                    "INSERT INTO entry (kind, key, at, posted_at, office_id, person_id, means)"
                    " VALUES ('difference', $1, $2, $2, $3, $4, 'none')",
                    uuid4(), MORNING, town.office, town.courier,
                )  # fmt: skip
    finally:
        await clerk.close()


async def test_another_office_sees_no_line_of_it(
    desk: Connection, town: Town, town_url: str
) -> None:
    """A courier of another place finds neither the entry nor an amount."""
    far = await make.town(desk, office="66D05", suffix="-far")
    made = await paid(desk, town)
    await ledger.reverse(desk, made.id, wish(town.courier), now=MORNING)

    conn = await connect(town_url)
    try:
        async with conn.transaction():
            stranger = Context(kind="web", person=far.courier, office=far.office, role="courier")
            await set_context(conn, stranger)
            assert await conn.fetchval("SELECT count(*) FROM entry") == 0
            assert await conn.fetchval("SELECT count(*) FROM posting") == 0
            assert await conn.fetchval("SELECT count(*) FROM charge") == 0
            assert await conn.fetchval("SELECT count(*) FROM receipt_day") == 0
    finally:
        await conn.close()
