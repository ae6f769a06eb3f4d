"""The schema can be built from nothing, and building it again changes nothing."""

from __future__ import annotations

import asyncpg
import pytest

from postal_service import database, schema
from postal_service.database import Connection, DatabaseError
from tests.conftest import create

SCHEMA = """
SELECT string_agg(format('%s.%s %s %s', table_name, column_name, data_type, is_nullable), E'\n'
                  ORDER BY table_name, ordinal_position)
  FROM information_schema.columns
 WHERE table_schema = 'public'
"""


async def test_migrating_twice_changes_nothing(server: str, empty_url: str) -> None:
    """A deploy that is repeated, or that two machines start, is harmless."""
    assert await schema.migrate(empty_url) == []


async def test_a_changed_migration_is_refused(
    server: str, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ran in production is history: editing it would make two schemas of one version."""
    monkeypatch.setattr(schema, "digest", lambda path: "another")

    with pytest.raises(DatabaseError, match="changed after"):
        await schema.migrate(empty_url)


async def test_the_register_cannot_be_edited(conn: Connection) -> None:
    """The application's role may add lines to the register, never change or remove one."""
    for sql in ("UPDATE event SET act = 'sign'", "DELETE FROM event", "TRUNCATE event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(sql)


async def test_a_powerful_role_is_refused(server: str, empty_url: str) -> None:
    """A superuser would see every office's dossiers, whatever the policies say."""
    admin = await asyncpg.connect(empty_url)
    try:
        assert "row-level" in (await database.fault_of(admin) or "")
    finally:
        await admin.close()


async def test_an_unmigrated_database_says_what_to_do(server: str) -> None:
    """A newcomer who forgets `postal migrate` reads its name, not a stack of errors."""
    url = await create(server, "untouched", "template0")

    with pytest.raises(DatabaseError, match="postal migrate"):
        async with database.open_database(url):
            pass
