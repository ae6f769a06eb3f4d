"""Row-level security: on every table, forced, under an owner without powers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
from asyncpg import Connection

from postal_service import database as doors
from postal_service import schema
from postal_service.caller import Role
from postal_service.database import Context, Database
from tests import make
from tests.conftest import create, named
from tests.make import Town
from tracking.stages import Stage

#: What the application's role cannot reach at all needs no policy.
UNSEEN = ("schema_migration",)
UNGUARDED = """
SELECT relname
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
   AND NOT (relrowsecurity AND relforcerowsecurity)
"""
POWERFUL_VIEWS = """
SELECT relname
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
   AND NOT coalesce(reloptions, '{}') @> ARRAY['security_invoker=true']
"""


async def test_every_table_stands_under_it(shared: Connection) -> None:
    """A new table without its policies is a hole, and is found before it is released."""
    assert {row[0] for row in await shared.fetch(UNGUARDED)} == set(UNSEEN)


async def test_no_view_steps_around_it(shared: Connection) -> None:
    """A view that reads as its owner would show every office's rows."""
    assert await shared.fetch(POWERFUL_VIEWS) == []


@pytest.fixture
async def plain_owner(server: str) -> AsyncIterator[str]:
    """A database whose owner is no superuser, as a province's administrator hands it over."""
    url = await create(server, "plainly_owned", "template0")
    admin = await asyncpg.connect(url)
    await admin.execute("CREATE ROLE plain_owner LOGIN CREATEROLE PASSWORD 'plain'")
    await admin.execute("GRANT postal_app TO plain_owner WITH ADMIN OPTION")
    await admin.execute("ALTER DATABASE plainly_owned OWNER TO plain_owner")
    host = server.rpartition("@")[2].rpartition("/")[0]
    yield f"postgresql://plain_owner:plain@{host}/plainly_owned"
    await admin.close()
    admin = await asyncpg.connect(named(server, "postgres"))
    await admin.execute("DROP DATABASE plainly_owned WITH (FORCE)")
    await admin.execute("DROP ROLE plain_owner")
    await admin.close()


async def test_an_owner_without_powers_is_enough(plain_owner: str) -> None:
    """Triggers that run as the owner must get past the policies that are forced on the owner."""
    assert await schema.migrate(plain_owner)

    conn = await asyncpg.connect(
        plain_owner, server_settings={**doors.as_app("test"), "postal.kind": "command"}
    )
    try:
        assert await doors.fault_of(conn) is None
        assert await conn.fetchval("SELECT count(*) FROM stake") == 0
    finally:
        await conn.close()


@pytest.fixture
async def door(town_url: str) -> AsyncIterator[Database]:
    """The application's own door to the province of this test."""
    async with doors.open_database(town_url, size=2, name="test") as database:
        yield database


async def test_a_transaction_without_a_context_sees_no_dossier(
    door: Database, desk: Connection, town: Town
) -> None:
    """Whoever forgets to say for whom he works sees nothing, and moves nothing."""
    await make.dossier(desk, town)

    async with door.begin_unnamed() as conn:
        for table in ("dossier", "consignment", "event", "party", "intake", "sms", "stake"):
            assert await conn.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        assert await conn.execute("UPDATE dossier SET status = 9") == "UPDATE 0"


async def test_a_context_ends_with_its_transaction(
    door: Database, desk: Connection, town: Town
) -> None:
    """The next to use the connection is not taken for the last."""
    await make.dossier(desk, town)
    as_clerk = Context(kind="web", person=town.clerk, office=town.office, role=Role.CLERK)

    async with door.begin(as_clerk) as conn:
        assert await conn.fetchval("SELECT count(*) FROM dossier") == 1
    async with door.begin_unnamed() as conn:
        assert await conn.fetchval("SELECT count(*) FROM dossier") == 0


async def test_nobody_writes_in_anothers_name(door: Database, desk: Connection, town: Town) -> None:
    """An event names whoever made it: the database looks, not only the page."""
    dossier = await make.dossier(desk, town)
    as_courier = Context(kind="web", person=town.courier, office=town.office, role=Role.COURIER)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with door.begin(as_courier) as conn:
            await conn.execute(
                "INSERT INTO event (dossier_id, scan_id, act, at, heard_at, facts, person_id)"
                " VALUES ($1, gen_random_uuid(), 'sign', now(), now(), '{}', $2)",
                dossier.id,
                town.clerk,
            )


@pytest.mark.parametrize(
    ("keeper", "sees"),
    [("clerk", True), ("courier", True), ("officer", True), ("other_courier", False)],
)
async def test_who_carried_it_sees_it(
    door: Database, desk: Connection, town: Town, keeper: str, *, sees: bool
) -> None:
    """The office, the agency and the courier who brought it home; not his colleague."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)
    role = {"clerk": Role.CLERK, "officer": Role.AGENCY_OFFICER}.get(keeper, Role.COURIER)
    context = Context(
        kind="web",
        person=getattr(town, keeper),
        office=None if role is Role.AGENCY_OFFICER else town.office,
        agency=town.agency if role is Role.AGENCY_OFFICER else None,
        role=role,
    )

    async with door.begin(context) as conn:
        assert await conn.fetchval("SELECT count(*) FROM dossier") == int(sees)
        assert await conn.fetchval("SELECT count(*) FROM party") == int(sees)


async def test_the_auditor_sees_all_and_changes_nothing(
    door: Database, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town)

    async with door.begin(Context(kind="audit", name="verify")) as conn:
        assert await conn.fetchval("SELECT count(*) FROM dossier") == 1
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await conn.execute("UPDATE dossier SET status = 9")


async def test_a_manager_sees_registers_and_no_citizen(
    door: Database, desk: Connection, town: Town
) -> None:
    """He administers the province; whose papers they are is not his business."""
    await make.dossier(desk, town)

    async with door.begin(Context(kind="web", person=1, role=Role.MANAGER)) as conn:
        assert await conn.fetchval("SELECT count(*) FROM dossier") == 1
        assert await conn.fetchval("SELECT count(*) FROM party") == 0
