"""Tables out and in as files: three bad rows of five thousand are told, and nothing is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection

from postal_service.database import Context, open_database
from postal_service.desk.catalogue import catalogue_csv, catalogue_export_store, catalogue_imports
from postal_service.desk.catalogue import catalogue_import_store as store
from postal_service.desk.catalogue.catalogue_csv import BadFile
from postal_service.desk.catalogue.catalogue_imports import Brief, NotReady
from postal_service.desk.published.load import load
from postal_service.settings import DATA
from tests import make
from tests.make import MORNING, Town

Begin = Callable[[], AbstractAsyncContextManager[Connection]]
CODE = "1.004873"


@pytest.fixture
async def chief(desk: Connection, town: Town) -> int:
    return await make.person(desk, "chief", "manager", town.office, town.agency)


@pytest.fixture
def begin(desk: Connection) -> Begin:
    """The test's own connection: a step is a savepoint of it."""

    @asynccontextmanager
    async def open() -> AsyncIterator[Connection]:
        async with desk.transaction():
            yield desk

    return open


async def table(conn: Connection, sheet: str) -> list[dict[str, str]]:
    """A table as its file has it, row by row."""
    rows = await catalogue_export_store.rows_of(conn, sheet)
    text = catalogue_csv.written(sheet, rows, bom=False)
    return list(csv.DictReader(io.StringIO(text)))


def file(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


async def brought(conn: Connection, chief: int, sheet: str, raw: bytes) -> UUID:
    brief = Brief(id=uuid4(), sheet=sheet, file_name=f"{sheet}.csv", raw=raw)
    for _ in range(2):
        await catalogue_imports.bring(conn, brief, by=chief, now=MORNING)
    return brief.id


async def worked(begin: Begin) -> int:
    """Let the worker go until nothing waits; how many steps it took."""
    steps = 0
    while await catalogue_imports.work(begin, MORNING):
        steps += 1
    return steps


async def put(
    conn: Connection, begin: Begin, id: UUID, *, only_good: bool = False, overrule: bool = False
) -> str:
    await catalogue_imports.choose(
        conn, id, only_good=only_good, overrule=overrule, why="QĐ 20/2026"
    )
    await worked(begin)
    return (await catalogue_imports.get(conn, id)).state


def new_code(n: int) -> dict[str, str]:
    return {
        "code": f"1.{800000 + n}", "name_vi": f"Thủ tục thử {n}", "name_en": "Trial",
        "field_vi": "Đất đai", "level": "commune", "time_value": "5", "time_unit": "working_day",
        "cutoff_15h": "no", "state_fee_vnd": "0", "le_phi_vnd": "0", "phi_vnd": "0",
        "fee_note": "", "bcci_forward": "yes", "bcci_return": "yes", "to_addressee_only": "no",
        "originals_to_withdraw": "", "version": "1", "valid_from": "2027-01-01", "valid_to": "",
        "agency_code": "", "replaces": "", "verified": "demo", "verified_fields": "",
        "source": "QĐ 20",
    }  # fmt: skip


@pytest.mark.parametrize("sheet", catalogue_csv.FILES)
async def test_what_goes_out_comes_back_without_a_difference(
    desk: Connection, chief: int, begin: Begin, sheet: str
) -> None:
    """Every table, whole: each line is kept, whatever the separator."""
    rows = await table(desk, sheet)
    id = await brought(desk, chief, sheet, b"\xef\xbb\xbf" + file(rows, ";"))
    await worked(begin)

    assert await store.counts(desk, id) == {"kept": len(rows)}
    assert await put(desk, begin, id) == "done"
    found = await catalogue_imports.get(desk, id)
    assert (found.added, found.changed) == (0, 0)


@pytest.mark.slow
async def test_five_thousand_rows_with_three_bad_ones(
    desk: Connection, chief: int, begin: Begin
) -> None:
    """The three are told with line, column and reason; nothing is in until she says so."""
    rows = [new_code(n) for n in range(5000)]
    rows[10]["le_phi_vnd"] = rows[10]["state_fee_vnd"] = "22.5"
    rows[2000]["time_unit"] = "week"
    rows[4999]["valid_from"] = "01/01/2027"
    id = await brought(desk, chief, "procedures", file(rows))

    assert await worked(begin) == 5
    assert await store.counts(desk, id) == {"added": 4997, "bad": 3}
    bad = await store.lines(desk, id, "bad", 50)
    assert [(one.line, one.faults[0][0]) for one in bad] == [
        (12, "state_fee_vnd"), (2002, "time_unit"), (5001, "valid_from"),
    ]  # fmt: skip
    assert "ngày dạng YYYY-MM-DD" in bad[2].faults[0][1]
    with pytest.raises(NotReady, match="còn 3 dòng sai"):
        await put(desk, begin, id)
    assert await desk.fetchval("SELECT count(*) FROM procedure WHERE code > '1.8'") < 5000

    assert await put(desk, begin, id, only_good=True) == "done"
    count = "SELECT count(*) FROM procedure WHERE source = 'QĐ 20'"
    assert await desk.fetchval(count) == 4997
    assert await put(desk, begin, id, only_good=True) == "done"
    assert await desk.fetchval(count) == 4997
    history = "SELECT count(*) FROM catalogue_change WHERE form_id = $1"
    assert await desk.fetchval(history, id) == 4997


class PowerCut(Exception):
    """The worker was there, and is not."""


async def cut_short(begin: Begin, id: UUID, step: Callable[..., Awaitable[None]]) -> None:
    """Do all of a step, and die before its end."""
    async with begin() as conn:
        await step(conn, await catalogue_imports.get(conn, id), MORNING)
        raise PowerCut


@pytest.mark.slow
async def test_a_worker_that_dies_is_followed_by_another(
    town_url: str, desk: Connection, chief: int
) -> None:
    """What a step wrote stays; what it did not finish is done again, once."""
    id = await brought(desk, chief, "procedures", file([new_code(n) for n in range(2500)]))
    async with open_database(town_url, size=2, name="worker") as database:

        def begin() -> AbstractAsyncContextManager[Connection]:
            return database.begin(Context.job("take_files"))

        assert await catalogue_imports.work(begin, MORNING)
        with pytest.raises(PowerCut):
            await cut_short(begin, id, catalogue_imports.read_on)
        assert (await catalogue_imports.get(desk, id)).taken == 1000
        assert await worked(begin) == 2
        assert await store.counts(desk, id) == {"added": 2500}

        await catalogue_imports.choose(desk, id, only_good=False, overrule=False, why="QĐ")
        with pytest.raises(PowerCut):
            await cut_short(begin, id, catalogue_imports.apply)
        count = "SELECT count(*) FROM procedure WHERE source = 'QĐ 20'"
        assert await desk.fetchval(count) == 0
        assert await worked(begin) == 1
        assert await desk.fetchval(count) == 2500


async def test_what_is_in_force_is_not_written_over(
    desk: Connection, chief: int, begin: Begin
) -> None:
    """A fee changes by a later version; the row in force may only end."""
    old = next(row for row in await table(desk, "procedures") if row["code"] == CODE)
    over = old | {"le_phi_vnd": "9000", "state_fee_vnd": "9000"}
    id = await brought(desk, chief, "procedures", file([over]))
    await worked(begin)
    [line] = await store.lines(desk, id, "bad", 5)
    assert "đang hoặc đã có hiệu lực" in line.faults[0][1]

    new = over | {"version": "2", "valid_from": "2027-01-01", "replaces": f"{CODE} v1"}
    alone = await brought(desk, chief, "procedures", file([new]))
    await worked(begin)
    [line] = await store.lines(desk, alone, "bad", 5)
    assert "trùng thời gian" in line.faults[0][1]

    both = await brought(desk, chief, "procedures", file([old | {"valid_to": "2027-01-01"}, new]))
    await worked(begin)
    assert await store.counts(desk, both) == {"changed": 1, "added": 1}
    assert await put(desk, begin, both) == "done"
    await load(desk, DATA)
    row = "SELECT valid_to, edited_at IS NOT NULL FROM procedure WHERE code = $1 AND version = 1"
    assert tuple(await desk.fetchrow(row, CODE)) == (date(2027, 1, 1), True)


async def test_what_a_person_edited_stays_unless_she_says_otherwise(
    desk: Connection, chief: int, begin: Begin
) -> None:
    """A conflict is shown; the default keeps the person's."""
    row = new_code(1)
    id = await brought(desk, chief, "procedures", file([row]))
    await worked(begin)
    assert await put(desk, begin, id) == "done"

    raw = file([row | {"name_vi": "Tên trong tệp"}])
    name = "SELECT name_vi FROM procedure WHERE code = '1.800001'"
    for overrule, left in ((False, "Thủ tục thử 1"), (True, "Tên trong tệp")):
        again = await brought(desk, chief, "procedures", raw)
        await worked(begin)
        assert await store.counts(desk, again) == {"edited": 1}
        assert await put(desk, begin, again, overrule=overrule) == "done"
        assert await desk.fetchval(name) == left
    assert await store.same_file(desk, "procedures", (
        await catalogue_imports.get(desk, again)).sha256, uuid4()) == MORNING  # fmt: skip


async def test_a_price_list_with_a_gap_is_refused(
    desk: Connection, chief: int, begin: Begin
) -> None:
    """One row fewer, and some weight would have no price."""
    rows = [
        row | {"tariff_id": "BC-2027", "valid_from": "2027-01-01"}
        for row in await table(desk, "tariffs")
        if row["tariff_id"] == "DEMO-2025"
    ]
    id = await brought(desk, chief, "tariffs", file(rows[:40] + rows[41:]))
    await worked(begin)
    faults = [fault for line in await store.lines(desk, id, "bad", 500) for fault in line.faults]
    assert any("không có giá trên" in fault[1] for fault in faults)


LINES = [
    ("documents", {"ordinal": "9"}, "sau hôm nay"),
    ("documents", {"version": "7"}, "không có trong bảng"),
    ("holidays", {"date": "2026-11-20", "weekday": "T6"}, "sau hôm nay"),
    ("agencies", {"code": "H36.98", "unit_code": "99999"}, "không có trong bảng"),
]


@pytest.mark.parametrize(("sheet", "cells", "said"), LINES)
async def test_each_table_has_its_own_rules(
    desk: Connection, chief: int, begin: Begin, sheet: str, cells: dict[str, str], said: str
) -> None:
    """A list in force gets no new paper, a day that is over no new kind."""
    first = next(row for row in await table(desk, sheet) if "01-01" not in row.get("date", ""))
    id = await brought(desk, chief, sheet, file([first | cells]))
    await worked(begin)
    [line] = await store.lines(desk, id, "bad", 5)
    assert any(said in fault[1] for fault in line.faults), line.faults


async def test_hours_that_overlap_go_back_to_their_owner(
    desk: Connection, chief: int, begin: Begin
) -> None:
    """The calendar refuses the file as a whole; the worker goes on with other things."""
    first = next(row for row in await table(desk, "hours") if row["hours_group"] == "LD-STD")
    new = first | {"session": "midday", "open": "07:00", "close": "12:00"}
    new |= {"valid_from": "2027-01-01"}
    id = await brought(desk, chief, "hours", file([new]))
    await worked(begin)
    assert await put(desk, begin, id) == "checked"
    [line] = await store.lines(desk, id, "bad", 5)
    assert line.faults[0][1]
    assert (
        await desk.fetchval("SELECT count(*) FROM calendar_session WHERE session = 'midday'") == 0
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "trống"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xff\xfec\x00", "UTF-16"),
        ("mù".encode("cp1258"), "không phải UTF-8"),
        (b"a,b\n1,2\n", "dòng tiêu đề phải đúng là"),
        (b"\x00\x01", "NUL"),
        (b"x" * 10_000_001, "10 MB"),
        (file([new_code(1)]).split(b"\n")[0] + b"\n", "chỉ có dòng tiêu đề"),
        (file([new_code(1)]) + b'"', "sai cú pháp CSV"),
    ],
)
async def test_what_is_no_table_is_refused_at_the_door(
    desk: Connection, chief: int, raw: bytes, said: str
) -> None:
    with pytest.raises(BadFile, match=said):
        await brought(desk, chief, "procedures", raw)


async def test_no_cell_is_a_formula(desk: Connection, chief: int, begin: Begin) -> None:
    """What a spreadsheet would run goes out defused, and comes in as it was."""
    row = new_code(1) | {"name_vi": "=HYPERLINK(1)", "fee_note": "@phí", "source": "-cũ"}
    id = await brought(desk, chief, "procedures", file([row]))
    await worked(begin)
    assert await put(desk, begin, id) == "done"

    out = next(one for one in await table(desk, "procedures") if one["code"] == "1.800001")
    assert (out["name_vi"], out["fee_note"], out["source"]) == (
        "'=HYPERLINK(1)", "'@phí", "'-cũ",
    )  # fmt: skip
    back = await brought(desk, chief, "procedures", file([out]))
    await worked(begin)
    assert await store.counts(desk, back) == {"kept": 1}
