"""New versions of procedures and price lists: nothing in force is written over, nothing moves."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from asyncpg import Connection
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from postal_service.desk.catalogue import (
    catalogue_diff,
    catalogue_ends,
    catalogue_history,
    catalogue_tariffs,
    catalogue_versions,
    dry_run,
)
from postal_service.desk.catalogue.catalogue_form import BadVersion, Typed, TypedDocument, typed_of
from postal_service.desk.catalogue.catalogue_history import Note
from postal_service.desk.catalogue.catalogue_periods import Period, lay, without
from postal_service.desk.catalogue.catalogue_price_form import TypedList, price_name
from postal_service.desk.catalogue.catalogue_price_form import typed_of as typed_list
from postal_service.desk.errors import UnknownProcedure
from postal_service.desk.published import procedures, tariffs
from postal_service.desk.published.load import load
from postal_service.desk.published.procedures import Service
from postal_service.desk.published.tariffs import Zone
from postal_service.settings import DATA
from tests import make
from tests.make import MORNING, Town

CODE = "1.004873"
TODAY = MORNING.date()
NEW_YEAR = date(2027, 1, 1)
DAY = timedelta(days=1)


@pytest.fixture
async def chief(desk: Connection, town: Town) -> int:
    return await make.person(desk, "chief", "manager", town.office, town.agency)


async def form(conn: Connection, **cells: str) -> Typed:
    """The form of the next version, as the page opens it, with some cells typed over."""
    known = await catalogue_versions.find(conn, CODE)
    base = catalogue_versions.newest(known)
    typed = typed_of(base, form_id=str(uuid4()), seen=known[0].version)
    return structs.replace(
        typed,
        cells=dict(typed.cells) | {"valid_from": str(NEW_YEAR)} | cells,
        why="QĐ 12/2026 của tỉnh",
    )


async def saved(conn: Connection, typed: Typed, chief: int) -> str:
    return await catalogue_versions.save(conn, typed, by=chief, now=MORNING)


def note(chief: int, why: str = "QĐ 13/2026") -> Note:
    return Note(form_id=uuid4(), why=why, by=chief, now=MORNING)


async def test_a_new_version_begins_where_the_old_one_ends(
    desk: Connection, town: Town, chief: int
) -> None:
    """Today's counter goes on as it was; the first of January has the new fee."""
    await saved(desk, await form(desk, le_phi_vnd="20.000", time_value="5"), chief)

    old = await procedures.find(desk, CODE, NEW_YEAR - DAY)
    new = await procedures.find(desk, CODE, NEW_YEAR)
    assert (old.id, old.valid_to) == (town.procedure, NEW_YEAR)
    assert (new.version, new.le_phi_vnd, new.time_value) == (old.version + 1, 20_000, 5)
    assert new.documents == old.documents
    assert (await procedures.find(desk, CODE, TODAY)).id == town.procedure


async def test_a_second_press_saves_once(desk: Connection, chief: int) -> None:
    """The form's id finds the first press's version."""
    typed = await form(desk, le_phi_vnd="20000")
    assert [await saved(desk, typed, chief) for _ in range(3)] == [CODE] * 3

    assert len(await catalogue_versions.find(desk, CODE)) == 2
    assert len(await catalogue_history.lines(desk, key=CODE)) == 2  # the version, and an end


async def test_nothing_that_was_promised_moves(desk: Connection, town: Town, chief: int) -> None:
    """An open dossier keeps its version, its limit and its dates."""
    dossier = await make.dossier(desk, town)
    row = "SELECT procedure_id, limit_value, limit_unit, expected_on FROM dossier WHERE id = $1"
    before = await desk.fetchrow(row, dossier.id)
    typed = await form(desk, time_value="30")

    plan = await catalogue_versions.plan(desk, typed, MORNING)
    looked = await dry_run.look(desk, plan)
    await saved(desk, typed, chief)

    assert looked.dossiers >= 1
    assert looked.open[0].version == plan.row.version - 1
    example = looked.example
    assert example is not None
    assert example.before is not None
    assert example.after is not None
    assert example.after.expected_on > example.before.expected_on
    assert await desk.fetchrow(row, dossier.id) == before


async def test_a_version_that_waits_gives_way_to_another(desk: Connection, chief: int) -> None:
    """The day was postponed: the first attempt is in force on no day, and the old one goes on."""
    await saved(desk, await form(desk, le_phi_vnd="20000"), chief)
    known = await catalogue_versions.find(desk, CODE)
    typed = typed_of(
        known[0], form_id=str(uuid4()), seen=known[0].version, instead_of=known[0].version
    )
    march = date(2027, 3, 1)
    cells = dict(typed.cells) | {"valid_from": str(march)}
    await saved(desk, structs.replace(typed, cells=cells, why="Hoãn đến tháng 3"), chief)

    third, second, first = await catalogue_versions.find(desk, CODE)
    assert second.withdrawn
    assert (first.valid_to, third.valid_from, third.valid_to) == (march, march, None)
    assert third.replaces == f"{CODE} v{first.version}"
    assert (await procedures.find(desk, CODE, NEW_YEAR)).version == first.version


async def test_withdrawing_brings_the_old_one_back(desk: Connection, chief: int) -> None:
    """And `postal load` leaves both as the administrator left them."""
    await saved(desk, await form(desk, le_phi_vnd="20000"), chief)
    once = note(chief)
    for _ in range(2):
        await catalogue_ends.withdraw(desk, CODE, 2, once)
    await load(desk, DATA)

    new, old = await catalogue_versions.find(desk, CODE)
    assert (new.withdrawn, old.valid_to) == (True, None)
    assert (await procedures.find(desk, CODE, date(2030, 1, 1))).id == old.id
    with pytest.raises(catalogue_versions.InForce):
        await catalogue_ends.withdraw(desk, CODE, 1, note(chief))


async def test_a_succession_under_a_new_code(desk: Connection, chief: int) -> None:
    """The old code ends the day the new one begins, and the new one says whom it follows."""
    assert await saved(desk, await form(desk, code="1.999001"), chief) == "1.999001"

    [heir] = await catalogue_versions.find(desk, "1.999001")
    assert (heir.version, heir.replaces) == (1, f"{CODE} v1")
    with pytest.raises(UnknownProcedure):
        await procedures.find(desk, CODE, NEW_YEAR)

    await catalogue_ends.withdraw(desk, "1.999001", 1, note(chief))
    assert (await procedures.find(desk, CODE, NEW_YEAR)).version == 1


async def test_a_linked_procedure_keeps_its_parts(desk: Connection, chief: int) -> None:
    """Its date is the sum of its parts; the new version's first receipt promises by them too."""
    known = await catalogue_versions.find(desk, "2.000986")
    typed = typed_of(known[0], form_id=str(uuid4()), seen=known[0].version)
    cells = dict(typed.cells) | {"valid_from": str(NEW_YEAR), "le_phi_vnd": "1000"}
    await desk.execute("UPDATE procedure SET convention = 'end_of_day' WHERE code = '2.000986'")
    plan = await catalogue_versions.plan(
        desk, structs.replace(typed, cells=cells, why="QĐ 12/2026"), MORNING
    )
    assert any("liên thông" in said for said in plan.warnings)
    example = (await dry_run.look(desk, plan)).example
    assert example is not None
    assert example.before is not None
    assert example.after is not None
    assert example.after.expected_on == example.before.expected_on

    await saved(desk, structs.replace(typed, cells=cells, why="QĐ 12/2026"), chief)
    kept = "SELECT convention FROM procedure WHERE code = '2.000986' AND valid_from = $1"
    assert await desk.fetchval(kept, NEW_YEAR) == "end_of_day"


async def test_an_end_without_a_successor(desk: Connection, chief: int) -> None:
    """From that day on the counter no longer finds it."""
    await catalogue_ends.end(desk, CODE, NEW_YEAR, note(chief))

    assert (await procedures.find(desk, CODE, NEW_YEAR - DAY)).valid_to == NEW_YEAR
    with pytest.raises(UnknownProcedure):
        await procedures.find(desk, CODE, NEW_YEAR)
    with pytest.raises(catalogue_ends.BadEnd):
        await catalogue_ends.end(desk, CODE, TODAY, note(chief))
    with pytest.raises(catalogue_ends.BadEnd):
        await catalogue_ends.end(desk, "1.001193", NEW_YEAR, note(chief, why=""))


MISTAKES: list[tuple[dict[str, str], str, str]] = [
    ({"valid_from": str(TODAY - DAY)}, "valid_from", "sau hôm nay"),
    ({"valid_from": "32/13/2027"}, "valid_from", "ngày"),
    ({"valid_from": "2199-01-01"}, "valid_from", "quá xa"),
    ({"valid_to": str(NEW_YEAR)}, "valid_to", "sau ngày bắt đầu"),
    ({"le_phi_vnd": "-1"}, "le_phi_vnd", "số nguyên từ 0 đến"),
    ({"le_phi_vnd": "22.5"}, "le_phi_vnd", "số nguyên"),
    ({"phi_vnd": "99999999999"}, "phi_vnd", "số nguyên từ 0 đến"),
    ({"phi_vnd": "1e9"}, "phi_vnd", "số nguyên"),
    ({"time_value": "0"}, "cutoff_15h", "mốc 15 giờ"),
    ({"time_value": "10000"}, "time_value", "đến 1000"),
    ({"time_unit": "week"}, "time_unit", "một trong"),
    ({"name_vi": "Đăng ký" * 65}, "name_vi", "không quá 300"),
    ({"name_vi": ""}, "name_vi", "ô trống"),
    ({"bcci_return": "maybe"}, "bcci_return", "yes hoặc no"),
    ({"code": "1004873"}, "code", "1.004873"),
    ({"code": "1.001193", "name_vi": "Khác"}, "code", "đã có thủ tục khác"),
    ({"agency_code": "H36.99"}, "agency_code", "không có cơ quan"),
    ({}, "why", "Không có gì thay đổi"),
]


@pytest.mark.parametrize(("cells", "field", "said"), MISTAKES)
async def test_what_cannot_be_is_said_in_words(
    desk: Connection, chief: int, cells: dict[str, str], field: str, said: str
) -> None:
    """Every mistake has its place and a sentence, and nothing is saved."""
    with pytest.raises(BadVersion) as refused:
        await saved(desk, await form(desk, **cells), chief)

    [problem] = [one for one in refused.value.problems if one.field == field]
    assert said in problem.vi
    assert len(await catalogue_versions.find(desk, CODE)) == 1


async def test_a_paper_twice_and_a_missing_reason(desk: Connection, chief: int) -> None:
    """Everything that is wrong is told at once."""
    typed = await form(desk)
    twice = TypedDocument(name_vi="tờ  KHAI", originals="1")
    papers = (TypedDocument(name_vi="Tờ khai", originals="1"), twice)
    with pytest.raises(BadVersion) as refused:
        await saved(desk, structs.replace(typed, documents=papers), chief)
    assert [one.field for one in refused.value.problems] == ["d2-name_vi"]

    cells = dict(typed.cells) | {"valid_from": "", "time_value": "x"}
    with pytest.raises(BadVersion) as refused:
        await saved(desk, structs.replace(typed, cells=cells, why=""), chief)
    assert {one.field for one in refused.value.problems} == {"valid_from", "time_value", "why"}

    none = (TypedDocument(name_vi="Tờ khai"),)
    with pytest.raises(BadVersion, match="không có bản nào"):
        await saved(desk, structs.replace(typed, documents=none), chief)


async def test_today_only_while_nobody_was_promised_anything(
    desk: Connection, town: Town, chief: int
) -> None:
    """The first receipt of the morning settles which version the day has."""
    await catalogue_versions.plan(
        desk, await form(desk, valid_from=str(TODAY), phi_vnd="1000"), MORNING
    )
    await make.dossier(desk, town)
    with pytest.raises(BadVersion, match="hôm nay đã có hồ sơ"):
        await saved(desk, await form(desk, valid_from=str(TODAY), phi_vnd="1000"), chief)


async def test_two_administrators_do_not_overwrite_each_other(desk: Connection, chief: int) -> None:
    """The second one's form began from a version that is no longer the newest."""
    hers, his = await form(desk, phi_vnd="1000"), await form(desk, phi_vnd="2000")
    await saved(desk, hers, chief)
    with pytest.raises(catalogue_versions.ChangedMeanwhile):
        await saved(desk, his, chief)


async def test_the_difference_is_said_in_words(desk: Connection) -> None:
    """Field by field and paper by paper: added, removed, changed, moved."""
    [old] = await catalogue_versions.find(desk, CODE)
    first, *rest = old.documents
    new = [
        *(structs.replace(one, ordinal=n) for n, one in enumerate(rest, 1)),
        structs.replace(first, ordinal=len(rest) + 1, originals=first.originals + 1),
        structs.replace(first, ordinal=len(rest) + 2, name_vi="Giấy ủy quyền"),
    ]
    found = catalogue_diff.papers(old.documents, new)
    assert {one.label: one.kind for one in found}[first.name_vi] == "sửa"
    assert {one.label: one.kind for one in found}["Giấy ủy quyền"] == "thêm"
    assert [one.kind for one in catalogue_diff.papers(old.documents, [])] == ["bỏ"] * (
        1 + len(rest)
    )
    cells = catalogue_diff.fields({"phi_vnd": "0"}, {"phi_vnd": "1500000"})
    assert [(one.label, one.before, one.after) for one in cells] == [("Phí", "0 ₫", "1.500.000 ₫")]


# --- price lists


async def grid(conn: Connection, **changes: Any) -> TypedList:
    known = await catalogue_tariffs.lists(conn)
    one, cells = await catalogue_tariffs.get(conn, "DEMO-2025")
    typed = typed_list(one, cells, form_id=str(uuid4()), seen=len(known))
    given = {"valid_from": str(NEW_YEAR), "why": "QĐ 15/2026", "source": "QĐ 15/2026"}
    return structs.replace(typed, **given | changes)


async def test_a_new_price_list_and_its_withdrawal(desk: Connection, chief: int) -> None:
    """One price changes on the first of January; the others are what they were."""
    name = price_name("province", "both", False, 0)
    typed = await grid(desk)
    typed = structs.replace(typed, prices=dict(typed.prices) | {name: "99.000"})

    async def price(day: date) -> int:
        return await tariffs.price(
            desk, zone=Zone.PROVINCE, service=Service.BOTH, weight_g=80, with_collection=False,
            day=day,
        )  # fmt: skip

    old = await price(NEW_YEAR - DAY)
    made = await catalogue_tariffs.plan(desk, typed, MORNING)
    changed = [one for one in catalogue_tariffs.samples(made) if one.before != one.after]
    assert [(one.zone, one.service, one.after) for one in changed] == [("province", "both", 99_000)]
    for _ in range(2):
        assert await catalogue_tariffs.save(desk, typed, by=chief, now=MORNING) == made.name
    assert (await price(NEW_YEAR - DAY), await price(NEW_YEAR)) == (old, 99_000)

    await catalogue_tariffs.withdraw(desk, made.name, note(chief))
    await load(desk, DATA)
    assert await price(NEW_YEAR) == old


GAPS: list[tuple[dict[str, Any], str, str]] = [
    ({"steps": ("100", "250", "250", "1000", "2000")}, "g-2", "lớn hơn nấc trước"),
    ({"steps": ()}, "steps", "Nấc cân"),
    ({"step_g": "0"}, "step_g", "số gam"),
    ({"valid_from": str(TODAY)}, "valid_from", "sau hôm nay"),
    ({"source": ""}, "source", "Nguồn"),
    ({}, "prices", "Không có giá nào thay đổi"),
]


@pytest.mark.parametrize(("changes", "field", "said"), GAPS)
async def test_a_price_list_without_gaps(
    desk: Connection, changes: dict[str, Any], field: str, said: str
) -> None:
    """A weight without a price would stop a counter in front of a citizen."""
    with pytest.raises(BadVersion) as refused:
        await catalogue_tariffs.plan(desk, await grid(desk, **changes), MORNING)
    assert said in next(one for one in refused.value.problems if one.field == field).vi


@pytest.mark.parametrize("price", ["", "-1", "22,5", "22.5", "1000000000"])
async def test_every_price_is_whole_money(desk: Connection, price: str) -> None:
    typed = await grid(desk)
    name = price_name("inter", "return", True, 5)
    typed = structs.replace(typed, prices=dict(typed.prices) | {name: price})
    with pytest.raises(BadVersion) as refused:
        await catalogue_tariffs.plan(desk, typed, MORNING)
    [problem] = refused.value.problems
    assert (problem.field, "có thu hộ, nấc 6" in problem.vi) == (name, True)


# --- periods


@st.composite
def lines_of_periods(draw: st.DrawFn) -> list[Period]:
    """Versions one after another, with gaps and withdrawn ones among them."""
    days = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=8)))
    found = []
    for n, (begin, end) in enumerate(pairwise([*days, days[-1] + 5]), 1):
        last = draw(st.sampled_from([begin, (begin + end + 1) // 2, end]))
        open_ended = n == len(days) and draw(st.booleans())
        found.append(
            Period(id=n, valid_from=day(begin), valid_to=None if open_ended else day(last))
        )
    return found


def day(n: int) -> date:
    return TODAY + n * DAY


def held(periods: list[Period], on: date) -> list[int]:
    return [one.id for one in periods if one.holds(on)]


def applied(periods: list[Period], ends: dict[int, date | None]) -> list[Period]:
    return [structs.replace(one, valid_to=ends.get(one.id, one.valid_to)) for one in periods]


@given(lines_of_periods(), st.integers(0, 70))
def test_a_new_period_fits_between_the_others(periods: list[Period], start: int) -> None:
    """On no day are there two, on its own day the new one, and no other day changes hands."""
    laid = lay(periods, day(start), None)
    new = Period(id=99, valid_from=day(start), valid_to=laid.valid_to)
    after = [*applied(periods, laid.ends), new]

    assert held(after, day(start)) == [99]
    for n in range(80):
        now = held(after, day(n))
        assert len(now) <= 1
        assert now in (held(periods, day(n)), [99])


@given(lines_of_periods(), st.data())
def test_a_withdrawn_period_leaves_no_trace(periods: list[Period], data: st.DataObject) -> None:
    """Laid and withdrawn again, every day is as it was, where the other still went on."""
    start = data.draw(st.integers(0, 70))
    laid = lay(periods, day(start), None)
    new = Period(id=99, valid_from=day(start), valid_to=laid.valid_to)
    after = [*applied(periods, laid.ends), new]
    _, ends = without(after, 99)
    back = applied(after, ends)

    assert all(not one.holds(day(n)) for one in back if one.id == 99 for n in range(80))
    for n in range(start):
        assert held(back, day(n)) == held(periods, day(n))
