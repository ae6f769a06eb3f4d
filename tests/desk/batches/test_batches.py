"""An organisation's file becomes dossiers by the counter's own rules, each line once."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg import Connection

from postal_service.caller import Staff
from postal_service.database import Context, open_database
from postal_service.desk.batches import batch_csv, batches
from postal_service.desk.batches import batch_store as store
from postal_service.desk.batches import batch_sums_store as sums
from postal_service.desk.batches.batches import BadOrganisation, Brief, NotReady, UnknownBatch
from postal_service.desk.batches.tax_codes import BadTaxCode
from postal_service.desk.citizen import retention
from tests import make, trouble
from tests.make import MORNING, Town

Begin = Callable[[], AbstractAsyncContextManager[Connection]]
#: "Cấp bản sao Trích lục hộ tịch": 8.000 đ a copy, answered on the day, both ways by post.
EXTRACT = "2.000635"
#: "Đăng ký kết hôn": both must come in person.
MARRIAGE = "1.000894"
MST = "0100112437"


@pytest.fixture
def begin(desk: Connection) -> Begin:
    """The test's own connection: a step is a savepoint of it."""

    @asynccontextmanager
    async def open() -> AsyncIterator[Connection]:
        async with desk.transaction():
            yield desk

    return open


@pytest.fixture
async def clerk(desk: Connection, town: Town) -> Staff:
    return await trouble.staff(desk, town.clerk)


async def agency_code(desk: Connection, town: Town) -> str:
    return str(await desk.fetchval("SELECT code FROM agency WHERE id = $1", town.agency))


def row(n: int, agency: str, **cells: str) -> dict[str, str]:
    """A line that can be accepted: say only what matters."""
    given = {
        "procedure": EXTRACT,
        "agency": agency,
        "return_way": "bưu cục",
        "name": f"Nguyễn Thị Số {n}",
        "citizen_id": f"0681{85000000 + n}",
        "phone": f"059{n:07}",
        "address": f"{n} thôn Đạ Nghịt, xã Lạc Dương",
    }
    return given | cells


def file(rows: list[dict[str, str]], delimiter: str = ";") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([column.title for column in batch_csv.COLUMNS])
    for one in rows:
        writer.writerow([one.get(column.key, "") for column in batch_csv.COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


async def brought(
    conn: Connection, clerk: Staff, raw: bytes, *, zeros: bool = False, mst: str = MST
) -> UUID:
    brief = Brief(
        id=uuid4(), org_name="Trường Tiểu học Đa Nhim", tax_code=mst, zeros=zeros,
        file_name="lop-5a.csv", raw=raw,
    )  # fmt: skip
    for _ in range(2):
        await batches.bring(conn, brief, clerk, now=MORNING)
    return brief.id


async def worked(begin: Begin) -> None:
    while await batches.work(begin, MORNING):
        pass


async def accepted(
    conn: Connection, clerk: Staff, begin: Begin, id: UUID, *, only_good: bool = False
) -> dict[str, int]:
    for _ in range(2):
        await batches.accept(conn, id, clerk, only_good=only_good, counted=True)
    await worked(begin)
    return await store.counts(conn, id)


async def dossiers(conn: Connection) -> int:
    return int(await conn.fetchval("SELECT count(*) FROM dossier"))


async def test_a_schools_file_becomes_dossiers(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    """Receipts, charges and papers as if each had come alone, by the clerk who counted."""
    code = await agency_code(desk, town)
    made = await make.person(desk, "second", "clerk", town.office, town.agency)
    second = await trouble.staff(desk, made)
    id = await brought(desk, clerk, file([row(n, code) for n in range(1, 4)]))
    await worked(begin)
    before = (await sums.sums(desk, id))["good"]

    assert await accepted(desk, second, begin, id) == {"accepted": 3}

    batch = await batches.get(desk, id)
    assert (batch.state, batch.taken, batch.tax_code) == ("done", 3, MST)
    refs = await sums.refs(desk, id, 0, 10)
    assert len(refs) == len(set(refs)) == 3
    listed = await sums.accepted(desk, id)
    assert [each.name for each in listed] == [f"Nguyễn Thị Số {n}" for n in (1, 2, 3)]
    assert all(each.papers for each in listed)
    paid = await desk.fetchval(
        "SELECT sum(c.amount_vnd) FROM charge c JOIN dossier d ON d.id = c.dossier_id"
        " WHERE d.ref = ANY($1) AND c.paid_by IS NOT NULL",
        refs,
    )
    assert paid == before.now_vnd == sum(each.state_vnd + each.post_vnd for each in listed)
    clerks = await desk.fetch("SELECT DISTINCT clerk_id FROM intake")
    assert [each["clerk_id"] for each in clerks] == [second.id]


async def test_what_is_wrong_is_said_line_by_line_and_comes_out_as_a_file(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    """Each bad line with column and reason; the file of them is mended and brought again."""
    code = await agency_code(desk, town)
    rows = [
        row(1, code),
        row(2, code, citizen_id="68185000002"),
        row(3, code, phone="0169 1234567", name="=1+1"),
        row(4, code, procedure=MARRIAGE),
        row(5, "H99.99"),
        row(6, code, papers="1:0/0/0"),
        row(7, code, return_way="", service="mượn"),
        row(1, code),
        row(8, code, procedure="9.999999"),
    ]
    id = await brought(desk, clerk, file(rows))
    await worked(begin)

    assert await store.counts(desk, id) == {"good": 1, "bad": 8}
    bad = await sums.lines(desk, id, "bad", 50)
    columns = {each.line: {fault[0] for fault in each.kept.faults} for each in bad if each.kept}
    assert columns[3] == {"citizen_id"}
    assert columns[4] == {"phone", "name"}
    assert columns[5] == {"procedure"}
    assert columns[6] == {"agency"}
    assert columns[7] == {"papers"}
    assert {"service"} <= columns[8]
    assert columns[9] == {""}  # the same as line 2
    assert columns[10] == {"procedure"}
    assert all(vi and en for each in bad if each.kept for _, vi, en in each.kept.faults)

    with pytest.raises(NotReady):
        await batches.accept(desk, id, clerk, only_good=False, counted=True)
    with pytest.raises(NotReady):
        await batches.accept(desk, id, clerk, only_good=True, counted=False)
    assert await accepted(desk, clerk, begin, id, only_good=True) == {"accepted": 1, "bad": 8}

    out = batch_csv.written(
        (each.line, each.kept.told, [batch_csv.Fault(*fault) for fault in each.kept.faults])
        for each in bad
        if each.kept
    )
    cells = list(csv.DictReader(io.StringIO(out[1:], newline="")))
    assert len(cells) == 8
    assert cells[1]["Họ và tên"] == "'=1+1"
    assert "Số định danh" in cells[0]["Lý do"]
    mended = batch_csv.parsed(out[1:])
    assert mended[0].told["citizen_id"] == "68185000002"


async def test_zeros_that_a_spreadsheet_ate_come_back_when_the_clerk_lets_them(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    code = await agency_code(desk, town)
    rows = [row(1, code, citizen_id="68185000001", phone="590000001")]
    as_it_is = await brought(desk, clerk, file(rows))
    mended = await brought(desk, clerk, file(rows), zeros=True)
    await worked(begin)

    assert await store.counts(desk, as_it_is) == {"bad": 1}
    assert await store.counts(desk, mended) == {"good": 1}


async def test_a_mended_file_brought_whole_takes_nothing_twice(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    """Whoever mends one line sends all of them again: the others are known."""
    code = await agency_code(desk, town)
    rows = [row(n, code) for n in range(1, 4)]
    first = await brought(desk, clerk, file([*rows, row(9, code, citizen_id="1")]))
    await worked(begin)
    assert await accepted(desk, clerk, begin, first, only_good=True) == {"accepted": 3, "bad": 1}

    again = await brought(desk, clerk, file([*rows, row(9, code)]))
    other = await brought(desk, clerk, file(rows), mst="0100233488")
    await worked(begin)

    assert await store.counts(desk, again) == {"again": 3, "good": 1}
    assert await store.counts(desk, other) == {"good": 3}
    assert await accepted(desk, clerk, begin, again) == {"again": 3, "accepted": 1}
    assert await dossiers(desk) == 4


async def test_a_change_after_the_look_is_said_at_its_line(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    """The tariff ends between preview and acceptance: refused in words, and the rest goes on."""
    code = await agency_code(desk, town)
    id = await brought(
        desk, clerk, file([row(1, code), row(2, code, service="gửi", return_way="")])
    )
    await worked(begin)
    await desk.execute(
        "UPDATE tariff SET valid_to = $1 WHERE service = 'both' AND valid_to IS NULL",
        MORNING.date(),
    )

    assert await accepted(desk, clerk, begin, id) == {"bad": 1, "accepted": 1}
    [bad] = await sums.lines(desk, id, "bad", 5)
    assert bad.kept is not None
    assert "Bảng cước" in bad.kept.faults[0][1]
    assert (await batches.get(desk, id)).state == "done"


async def test_numbers_that_run_out_stop_the_file_and_not_its_lines(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    """It is nobody's fault in the file: it goes on where it was when there are numbers again."""
    code = await agency_code(desk, town)
    id = await brought(desk, clerk, file([row(n, code) for n in range(1, 4)]))
    await worked(begin)
    kept = await desk.fetch(
        "SELECT prefix, first, next FROM s10_block WHERE office_id = $1", town.office
    )
    await desk.execute(
        "UPDATE s10_block SET next = CASE WHEN first = $2 THEN last ELSE last + 1 END"
        " WHERE office_id = $1",
        town.office,
        kept[0]["first"],
    )

    assert await accepted(desk, clerk, begin, id) == {"accepted": 1, "good": 2}
    batch = await batches.get(desk, id)
    assert batch.state == "checked"
    assert batch.halted

    await desk.executemany(
        "UPDATE s10_block SET next = $3 WHERE prefix = $1 AND first = $2",
        [(each["prefix"], each["first"], each["next"] + 1) for each in kept],
    )
    assert await accepted(desk, clerk, begin, id) == {"accepted": 3}


async def test_the_file_lies_closed_and_is_forgotten(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    """No name lies open; what was accepted keeps no cells, what was not is shredded in its time."""
    code = await agency_code(desk, town)
    id = await brought(desk, clerk, file([row(1, code), row(2, code, citizen_id="1")]))
    body = await desk.fetchval("SELECT body_sealed FROM batch WHERE id = $1", id)
    assert "Nguyễn".encode() not in body
    await worked(begin)
    assert await desk.fetchval("SELECT body_sealed FROM batch WHERE id = $1", id) is None
    await accepted(desk, clerk, begin, id, only_good=True)
    told = "SELECT count(*) FROM batch_line WHERE batch_id = $1 AND told_sealed IS NOT NULL"
    assert await desk.fetchval(told, id) == 1
    rows = await desk.fetch("SELECT l::text AS line FROM batch_line l WHERE batch_id = $1", id)
    assert not any("Nguyễn" in each["line"] or "0590" in each["line"] for each in rows)

    swept = await retention.sweep(desk, now=MORNING + timedelta(days=31))

    assert swept.batches == 1
    assert await desk.fetchval(told, id) == 0
    assert (await batches.get(desk, id)).state == "done"
    assert (await retention.sweep(desk, now=MORNING + timedelta(days=31))).batches == 0


async def test_a_file_given_up_keeps_nothing(
    desk: Connection, town: Town, clerk: Staff, begin: Begin
) -> None:
    code = await agency_code(desk, town)
    id = await brought(desk, clerk, file([row(1, code)]))
    await worked(begin)

    for _ in range(2):
        await batches.drop(desk, id)

    with pytest.raises(NotReady):
        await batches.accept(desk, id, clerk, only_good=True, counted=True)
    [line] = await sums.lines(desk, id, "good", 5)
    assert line.kept is None
    assert await dossiers(desk) == 0


async def test_who_brings_a_file_is_named_rightly(desk: Connection, clerk: Staff) -> None:
    with pytest.raises(BadTaxCode):
        await brought(desk, clerk, b"x", mst="0100112438")
    brief = Brief(id=uuid4(), org_name="A", tax_code=MST, zeros=False, file_name="", raw=b"x")
    with pytest.raises(BadOrganisation):
        await batches.bring(desk, brief, clerk, now=MORNING)
    with pytest.raises(UnknownBatch):
        await batches.accept(desk, uuid4(), clerk, only_good=True, counted=True)


@pytest.mark.slow
async def test_three_bad_rows_of_five_thousand_and_a_worker_that_dies(
    town_url: str, desk: Connection, town: Town, pytestconfig: pytest.Config
) -> None:
    """4,997 are accepted when she says so, three are listed; a crash takes nothing twice.

    All of them with --deep; else as far as the crash and a round after it.
    """
    deep = bool(pytestconfig.getoption("--deep"))
    code = await agency_code(desk, town)
    rows = [row(n, code) for n in range(5_000)]
    rows[17]["citizen_id"] = "06818500001"
    rows[1_800]["phone"] = "-1"
    rows[4_999]["papers"] = "9"
    async with open_database(town_url, size=4, name="test", keys=make.KEYS) as database:
        clerk = await trouble.staff(desk, town.clerk)
        async with database.begin(clerk.context) as conn:
            id = await brought(conn, clerk, file(rows))

        def begin() -> AbstractAsyncContextManager[Connection]:
            return database.begin(Context.job("take_batches"))

        await worked(begin)
        async with database.begin(clerk.context) as conn:
            assert await store.counts(conn, id) == {"good": 4_997, "bad": 3}
            found = (await sums.sums(conn, id))["good"]
            bad = await sums.lines(conn, id, "bad", 50)
            await batches.accept(conn, id, clerk, only_good=True, counted=True)
        assert [each.line for each in bad] == [19, 1_802, 5_001]

        dying = Dying(begin, after=1_203 if deep else 123)
        with pytest.raises(asyncpg.InterfaceError):
            await worked(dying.begin)
        taken = await dossiers(desk)
        assert 0 < taken < dying.after
        more = await batches.work(begin, MORNING)
        while deep and more:
            more = await batches.work(begin, MORNING)

        done = 4_997 if deep else taken + batches.IN_A_ROW
        async with database.begin(clerk.context) as conn:
            now = await sums.sums(conn, id)
        assert now["accepted"].lines == await dossiers(desk) == done
        assert sum(each.now_vnd for each in now.values()) == found.now_vnd
        assert now["bad"].lines == 3
    assert await desk.fetchval("SELECT count(DISTINCT form_id) FROM intake") == done


class Dying:
    """A worker whose connection breaks in the middle of its *after*th transaction."""

    def __init__(self, begin: Begin, after: int) -> None:
        self.after = after
        self._begin = begin
        self._left = after

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        self._left -= 1
        async with self._begin() as conn:
            yield conn
            if self._left <= 0:
                raise asyncpg.InterfaceError("the connection is gone")
