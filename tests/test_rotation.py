"""Keys change while people work, and the version before loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection

from postal_service import database as doors
from postal_service import fields, rotation, schema, sealing
from postal_service.database import Context
from postal_service.desk.citizen import party_store
from postal_service.desk.intake import Person
from postal_service.fields import Keys, UnknownKey, Wanted
from postal_service.rotation import Progress
from tests import make
from tests.conftest import create

OLD, NEW, INDEX, INDEX_2 = (letter * 32 for letter in (b"o", b"n", b"i", b"j"))
PERSON = Person(
    full_name="Trần Bích Uyên",
    citizen_id="068159990001",
    phone="+84590000001",
    sms_allowed=True,
    address="71 Phan Đình Phùng, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng",
)


@asynccontextmanager
async def opened(url: str, keys: Keys) -> AsyncIterator[Connection]:
    """A transaction as a command runs it."""
    async with (
        doors.open_database(url, size=1, keys=keys) as house,
        house.begin(Context.command("test")) as conn,
    ):
        yield conn


async def people(url: str, keys: Keys, count: int) -> list[int]:
    async with opened(url, keys) as conn:
        return [await party_store.add_party(conn, PERSON) for _ in range(count)]


async def read(url: str, keys: Keys, ids: list[int]) -> list[Person]:
    async with opened(url, keys) as conn:
        found = await party_store.parties(conn, ids)
        same = await conn.fetchval(
            "SELECT count(*) FROM party WHERE phone_index = ($1::blind).mark",
            Wanted("phone", "+84590000001"),
        )
    assert same == len(ids)
    return [found[each] for each in ids]


async def test_a_new_key_takes_over_step_by_step(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both keys open meanwhile; stopped half way the next run goes on; then the old one may go."""
    monkeypatch.setattr(rotation, "BATCH", 10)
    old, both = Keys([OLD], INDEX), Keys([NEW, OLD], INDEX)
    ids = await people(empty_url, old, 25)

    class Stopped(Exception):
        pass

    def stop(_: Progress) -> None:
        raise Stopped

    told: list[Progress] = []
    async with rotation.as_owner(empty_url) as conn:
        with pytest.raises(Stopped):
            await rotation.rotate(conn, both, stop)
        half = {(one.place, one.key): one.values for one in await rotation.standing(conn)}
        assert await read(empty_url, both, ids) == [PERSON] * 25
        rest = await rotation.rotate(conn, both, told.append)
        after = {one.key for one in await rotation.standing(conn)}

    assert half["party.address", both.newest] == 10
    assert rest == 4 * 25 - 10
    assert told[-1].done == told[-1].of == 25
    assert after == {both.newest}
    assert await read(empty_url, Keys([NEW], INDEX), ids) == [PERSON] * 25


async def test_marks_are_made_anew_with_a_new_index_key(empty_url: str) -> None:
    """Equal numbers are found again, and the closed values were not touched."""
    ids = await people(empty_url, Keys([OLD], INDEX), 3)
    other = Keys([OLD], INDEX_2)

    async with rotation.as_owner(empty_url) as conn:
        assert await rotation.rotate(conn, other, lambda _: None) == 6
        assert await rotation.rotate(conn, other, lambda _: None) == 0

    assert await read(empty_url, other, ids) == [PERSON] * 3


async def test_a_missing_key_stops_before_it_harms(empty_url: str) -> None:
    """Whoever took the old key away too early reads which one, and has lost nothing."""
    ids = await people(empty_url, Keys([OLD], INDEX), 3)

    async with rotation.as_owner(empty_url) as conn:
        with pytest.raises(UnknownKey, match=fields.id_of(OLD).hex()):
            await rotation.rotate(conn, Keys([NEW], INDEX), lambda _: None)

    assert await read(empty_url, Keys([OLD], INDEX), ids) == [PERSON] * 3


async def test_every_closed_column_is_known_and_can_be_opened(empty_url: str) -> None:
    """A column that ends in _sealed has its function: else a rotation would stop at it."""
    async with rotation.as_owner(empty_url) as conn:
        columns = await rotation.store.columns(conn)
        for column in columns:
            for sql in (column.shares, column.stale, column.take, column.close):
                await conn.prepare(sql)
            for sql in (column.unmarked, column.mark):
                if sql is not None:
                    await conn.prepare(sql)

    found = {(column.table, column.name) for column in columns}
    assert {("party", "phone"), ("draft", "form"), ("delivery_proof", "id_last4")} <= found
    assert {("quarantined_scan", "line"), ("second_step", "secret")} <= found
    assert {column.name for column in columns if column.indexed} == {"phone", "citizen_id"}


def postal(url: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "postal_service", "keys", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DATABASE_URL": url, **environment},
    )


async def test_the_commands_say_where_things_stand(empty_url: str) -> None:
    """What an operator types, in the order in which she types it."""
    first, second, index = (postal(empty_url, "new").stdout.strip() for _ in range(3))
    assert len({first, second, index}) == 3
    old = Keys([fields.parsed("", first)], fields.parsed("", index))
    await people(empty_url, old, 2)

    missing = postal(empty_url, "status", "--json", FIELD_KEYS=second, INDEX_KEY=index)
    both = {"FIELD_KEYS": f"{second},{first}", "INDEX_KEY": index}
    rotated = postal(empty_url, "rotate", **both)
    after = postal(empty_url, "status", "--json", **both)

    assert missing.returncode == 1
    assert json.loads(missing.stdout)["missing"] == [old.newest.hex()]
    assert (rotated.returncode, rotated.stdout[:1]) == (0, "8"), rotated.stderr
    assert json.loads(after.stdout)["missing"] == []
    assert {one["key"] for one in json.loads(after.stdout)["values"]} == {
        fields.id_of(fields.parsed("", second)).hex()
    }
    assert postal(empty_url, "status", FIELD_KEYS="x", INDEX_KEY=index).returncode == 2


@pytest.fixture
async def before(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of the version that kept everything open, with people in it."""
    url = await create(server, f"before_{uuid4().hex[:8]}", "template0")
    whole = schema.pending
    monkeypatch.setattr(
        schema, "pending", lambda done: [p for p in whole(done) if int(p.stem[:4]) < 330]
    )
    await schema.migrate(url)
    monkeypatch.setattr(schema, "pending", whole)
    conn = await asyncpg.connect(url)
    try:
        await conn.execute("SELECT set_config('postal.kind', 'command', false)")
        await conn.executemany(
            "INSERT INTO party (full_name, citizen_id, phone, sms_allowed, address, note)"
            " VALUES ('Trần Bích Uyên', $1, $2, true, 'thôn 3', '')",
            [("068159990001", "+84590000001"), (None, None)] * 30,
        )
    finally:
        await conn.close()
    return url


async def test_an_upgrade_closes_what_lay_open(
    before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle and run again, it closes everything and loses nothing."""
    monkeypatch.setattr(sealing, "BATCH", 7)
    real, calls = sealing.close_batch, []

    async def dying(*given: object) -> int:
        calls.append(given)
        if len(calls) == 4:
            raise ConnectionResetError
        return await real(*given)

    monkeypatch.setattr(sealing, "close_batch", dying)
    with pytest.raises(ConnectionResetError):
        await schema.migrate(before, make.KEYS)
    await schema.migrate(before, make.KEYS)

    async with opened(before, make.KEYS) as conn:
        rows = await conn.fetch(
            "SELECT p.phone, p.citizen_id, p.address, p.note FROM party p ORDER BY p.id"
        )
    assert [tuple(row) for row in rows] == [
        ("+84590000001", "068159990001", "thôn 3", ""),
        (None, None, "thôn 3", ""),
    ] * 30


async def test_without_keys_an_upgrade_stops_before_anything_is_lost(before: str) -> None:
    """The open columns go only once nothing stands in them."""
    with pytest.raises(asyncpg.RaiseError, match="FIELD_KEYS"):
        await schema.migrate(before)

    conn: Connection = await asyncpg.connect(before)
    try:
        assert await conn.fetchval("SELECT count(*) FROM party WHERE phone IS NOT NULL") == 30
    finally:
        await conn.close()
