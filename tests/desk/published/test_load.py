"""The province's tables come in whole or not at all, and people's corrections stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from asyncpg import Connection, Record

from postal_service.desk.published.load import SHEETS, Loaded, load
from postal_service.desk.published.tables import BadTables

DATA = Path(__file__).parents[3] / "postal_service" / "data"

COUNT = "SELECT count(*) FROM agency"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real tables, where a test may spoil one."""
    for sheet in SHEETS:
        shutil.copy(DATA / sheet.file, tmp_path)
    return tmp_path


def spoil(folder: Path, file: str, was: str, now: str) -> None:
    """Replace the first *was* of *file*."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")


async def loaded(conn: Connection[Record], folder: Path) -> dict[str, Loaded]:
    async with conn.transaction():
        return {done.file: done for done in await load(conn, folder)}


async def test_the_real_tables_load_and_a_second_load_changes_nothing(
    conn: Connection[Record],
) -> None:
    """`postal load` runs at every deploy."""
    first = await loaded(conn, DATA)
    again = await loaded(conn, DATA)

    assert first["agencies.csv"].added == 348
    assert first["procedures.csv"].added == 91
    assert first["procedure_documents.csv"].added == 299
    assert first["tariffs.csv"].added == 216
    assert first["reasons.csv"].added == 88
    assert first["sms_templates.csv"].added == 48
    assert [(d.added, d.changed, d.edited) for d in again.values()] == [(0, 0, 0)] * len(SHEETS)
    assert [d.kept for d in again.values()] == [d.added for d in first.values()]


async def test_a_new_version_is_added_and_a_mended_row_changed(
    conn: Connection[Record], folder: Path
) -> None:
    """A succession ends one version and begins the next; the old one is still what it was."""
    await loaded(conn, folder)
    line = "DF01,delivery_failed,"
    spoil(
        folder,
        "reasons.csv",
        line,
        "DF99,delivery_failed,Lý do mới,New,,no,yes,,no,,demo,test\n" + line,
    )
    spoil(folder, "agencies.csv", "0263 000 0004", "0263 000 0999")

    done = await loaded(conn, folder)

    assert (done["reasons.csv"].added, done["reasons.csv"].kept) == (1, 88)
    assert (done["agencies.csv"].changed, done["agencies.csv"].kept) == (1, 347)


async def test_a_row_that_a_person_edited_is_never_changed(
    conn: Connection[Record], folder: Path
) -> None:
    """The administrator's telephone number is right, and the file's is not."""
    await loaded(conn, folder)
    await conn.execute(
        "UPDATE agency SET phone = '02633822000', edited_at = now() WHERE code = 'H36.03'"
    )
    spoil(folder, "agencies.csv", "0263 000 0004", "0263 000 0999")

    done = await loaded(conn, folder)

    assert (done["agencies.csv"].changed, done["agencies.csv"].edited) == (0, 1)
    assert await conn.fetchval("SELECT phone FROM agency WHERE code = 'H36.03'") == "02633822000"


FROM_MARCH = "LD-STD,2025-03-01,,,demo"  #: first in the row of the merged department, line 23

MISTAKES = [
    ("agencies.csv", "H36.02,demo", "H36-02,demo", "code", 4),
    ("agencies.csv", "department,province,H36,68", "department,province,H99,68", "parent_code", 3),
    ("agencies.csv", ",LD-STD,", ",LD-NONE,", "hours_group", 2),
    ("agencies.csv", "Sở Nội vụ,So Noi vu", "Sở Nội vụ,Sở Nội vụ", "sms_name", 4),
    ("agencies.csv", "H36.01,demo", "H36,demo", "code", 3),
    ("agencies.csv", FROM_MARCH, "LD-STD,01/03/2025,,,demo", "valid_from", 23),
    ("procedures.csv", "commune,0,working_day", "commune,0,week", "time_unit", 2),
    ("procedures.csv", "no,1500000,1500000", "no,1500001,1500000", "state_fee_vnd", 4),
    ("procedures.csv", "2018-01-01,2025-07-01", "2025-07-01,2025-07-01", "valid_to", 4),
    ("procedure_documents.csv", "1.001193,1,1,", "1.001193,9,1,", "procedure_code", 2),
    ("procedure_documents.csv", ",1,0,0,yes", ",0,0,0,yes", "originals", 2),
    ("tariffs.csv", "0,100,,no,22000", "0,100,,no,22.000", "price_vnd", 2),
    ("tariffs.csv", "0,100,,no,22000", "0,0,,no,22000", "weight_upto_g", 2),
    ("lam_dong_post_offices.csv", "672,24802", "672,99999", "commune_2019", 2),
    ("demo_offices.csv", "66D01", "66000", "code", 2),
    ("sms_templates.csv", "accepted,F", "Accepted!,F", "key", 2),
    ("reception_hours.csv", "07:30", "7h30", "open", 2),
    ("holidays_vn.csv", "2018-01-01,T2", "2018-01-01,T3", "weekday", 2),
]  # fmt: skip


@pytest.mark.parametrize(("file", "was", "now", "column", "line"), MISTAKES)
async def test_a_bad_row_is_refused_with_its_place_and_nothing_is_loaded(
    conn: Connection[Record], folder: Path, file: str, was: str, now: str, column: str, line: int
) -> None:
    """Whoever keeps the tables must find the cell without reading code."""
    spoil(folder, file, was, now)

    with pytest.raises(BadTables) as refused:
        await loaded(conn, folder)

    places = [(bad.file, bad.line, bad.column) for bad in refused.value.rows]
    assert (file, line, column) in places
    assert f"{file}, dòng {line}, cột {column}: " in refused.value.vi
    assert f"{file}, line {line}, column {column}: " in refused.value.en
    assert await conn.fetchval(COUNT) == 0


BROKEN = [
    (b"code,group", b"code,gruop", 1),
    (b"code,group", b"\xef\xbb\xbfcode,group", 1),
    ("Địa chỉ không có".encode(), b"\xd0\xffa ch", 2),
    ("Địa chỉ".encode(), "Đi\u0323a chỉ".encode(), 2),
    ("Địa chỉ".encode(), "Địa\u200b chỉ".encode(), 2),
    ("Địa chỉ".encode(), b"\0chi", 2),
    (b"DF01,delivery_failed,", b"DF01,", 2),
    (b'"', b'"x"', 2),
]


@pytest.mark.parametrize(("was", "now", "line"), BROKEN)
async def test_a_file_that_is_no_clean_table_is_refused(
    conn: Connection[Record], folder: Path, was: bytes, now: bytes, line: int
) -> None:
    """Spreadsheets add BOMs, decomposed accents and invisible characters that no eye finds."""
    path = folder / "reasons.csv"
    path.write_bytes(path.read_bytes().replace(was, now, 1))

    with pytest.raises(BadTables) as refused:
        await loaded(conn, folder)

    assert (refused.value.rows[0].file, refused.value.rows[0].line) == ("reasons.csv", line)


async def test_a_missing_file_is_named(conn: Connection[Record], folder: Path) -> None:
    """A table forgotten in a copy must not look like an empty one."""
    (folder / "tariffs.csv").unlink()

    with pytest.raises(BadTables, match=r"tariffs\.csv"):
        await loaded(conn, folder)


async def test_every_mistake_of_every_file_comes_at_once_up_to_fifty(
    conn: Connection[Record], folder: Path
) -> None:
    """One round of mending, not one a mistake; and no wall of a thousand lines."""
    spoil(folder, "tariffs.csv", ",22000,yes,", ",many,yes,")
    path = folder / "reasons.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",no,", ",nein,"), encoding="utf-8")

    with pytest.raises(BadTables) as refused:
        await loaded(conn, folder)

    assert {bad.file for bad in refused.value.rows} == {"tariffs.csv", "reasons.csv"}
    assert len(refused.value.rows) == 50


async def test_two_versions_on_one_day_are_refused_inside_the_file(
    conn: Connection[Record], folder: Path
) -> None:
    """Nobody could say which of the two limits the citizen was promised."""
    spoil(folder, "procedures.csv", "2018-01-01,2025-03-01,H36.03", "2018-01-01,2025-03-02,H36.03")
    spoil(folder, "procedures.csv", "3.000333,", "2.000488,")

    with pytest.raises(BadTables) as refused:
        await loaded(conn, folder)

    assert ("procedures.csv", "valid_from") in {(b.file, b.column) for b in refused.value.rows}


async def test_a_version_that_clashes_with_one_gone_from_the_file_is_refused(
    conn: Connection[Record], folder: Path
) -> None:
    """Moving a version's first day leaves the old row behind: a person has to decide."""
    await loaded(conn, folder)
    spoil(folder, "agencies.csv", FROM_MARCH, "LD-STD,2025-03-02,,,demo")

    with pytest.raises(BadTables) as refused:
        await loaded(conn, folder)

    assert [(b.file, b.line, b.column) for b in refused.value.rows] == [
        ("agencies.csv", 23, "valid_from")
    ]
    assert await conn.fetchval(COUNT) == 348
