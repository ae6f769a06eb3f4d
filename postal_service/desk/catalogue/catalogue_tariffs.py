"""A new price list: one grid for all zones and services, in force from its day on.

As with procedures, the list in force ends where the new one begins, and a list whose day
has not come may be withdrawn. Postage already taken is on the dossier and never moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, structs

from postal_service.clock import VIETNAM
from postal_service.desk.catalogue import catalogue_tariff_store as store
from postal_service.desk.catalogue import catalogue_version_store
from postal_service.desk.catalogue.catalogue_diff import ADDED, CHANGED, REMOVED, Difference
from postal_service.desk.catalogue.catalogue_ends import BadEnd
from postal_service.desk.catalogue.catalogue_form import BadVersion
from postal_service.desk.catalogue.catalogue_history import Note
from postal_service.desk.catalogue.catalogue_periods import Layout, Period, lay, without
from postal_service.desk.catalogue.catalogue_price_form import (
    TypedList,
    bounds_of,
    cells_typed,
    day_of,
    gram,
)
from postal_service.desk.catalogue.catalogue_tariff_store import Cell, PriceList
from postal_service.desk.catalogue.catalogue_versions import InForce
from postal_service.desk.catalogue.catalogue_words import SERVICES, ZONES, said
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Problem
from postal_service.desk.published import load_store
from postal_service.desk.published.procedure_store import Step
from postal_service.desk.published.rows import TariffRow
from postal_service.desk.published.tariffs import price_of

__all__ = ["Cell", "PriceList", "lists"]

#: Weights that a receipt of every day has, in grams.
SAMPLES: Final = (100, 500, 2500)


class UnknownList(DeskError):
    """No price list has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Không có bảng cước {name}. Chọn lại trong danh sách.",
            f"There is no price list {name}. Choose one from the list.",
        )


class PricePlan(Struct, frozen=True, kw_only=True):
    """What saving would do."""

    form_id: UUID
    name: str
    before: PriceList | None
    old: tuple[Cell, ...]
    rows: tuple[TariffRow, ...]
    ends: Mapping[str, date | None]
    warnings: tuple[str, ...]
    why: str

    @property
    def valid_from(self) -> date:
        return self.rows[0].valid_from


class Sample(Struct, frozen=True, kw_only=True):
    """What one item costs before and from the first day on; None: no price."""

    zone: str
    service: str
    weight_g: int
    before: int | None
    after: int | None


async def lists(conn: Connection[Record]) -> list[PriceList]:
    """Every price list there ever was, the newest first."""
    return await store.price_lists(conn)


async def get(conn: Connection[Record], name: str) -> tuple[PriceList, list[Cell]]:
    """One list with its cells. Raises UnknownList."""
    found = next((one for one in await lists(conn) if one.name == name), None)
    if found is None:
        raise UnknownList(name)
    return found, await store.cells_of(conn, name)


async def plan(conn: Connection[Record], typed: TypedList, now: datetime) -> PricePlan:
    """What saving *typed* would do. Raises BadVersion."""
    today = now.astimezone(VIETNAM).date()
    await store.lock_tariffs(conn)
    known = await lists(conn)
    problems: list[Problem] = []
    if len(known) != typed.seen:
        vi = "Có bảng cước khác vừa được lưu. Mở lại danh sách để xem rồi lập lại."
        problems.append(Problem("valid_from", vi, "another price list was saved meanwhile"))
    start = day_of(typed.valid_from, today, problems)
    bounds = bounds_of(typed, problems)
    further = gram(typed.step_g, "step_g", "Bước cân tiếp theo", problems)
    cells = cells_typed(typed, bounds, further, problems)
    for field, text, vi in (
        ("source", typed.source, "Nguồn: ghi văn bản ban hành bảng cước, không quá 300 ký tự."),
        ("why", typed.why, "Lý do, căn cứ: ghi quyết định hoặc lý do của thay đổi này."),
    ):
        if not 0 < len(text) <= 300:
            problems.append(Problem(field, vi, f"{field}: up to 300 letters, and not empty."))
    before = next((one for one in known if one.name == typed.base), None)
    old = tuple(await store.cells_of(conn, before.name)) if before else ()
    if before and set(old) == set(cells):
        vi = "Không có giá nào thay đổi so với bảng cước trước. Sửa ít nhất một giá."
        problems.append(Problem("prices", vi, "no price differs from the list before."))
    if problems or start is None:
        raise BadVersion(problems)
    laid, ends = place(known, start)
    name = next(
        name
        for n in range(1, len(known) + 2)
        if (name := f"BC-{start:%Y-%m-%d}" + (f"-{n}" if n > 1 else ""))
        not in {one.name for one in known}
    )
    return PricePlan(
        form_id=UUID(typed.form_id),
        name=name,
        before=before,
        old=old,
        rows=tuple(row_of(cell, name, start, laid.valid_to, typed) for cell in cells),
        ends=ends,
        warnings=warnings_of(cells, laid, typed.verified != "yes"),
        why=typed.why,
    )


def place(known: Sequence[PriceList], start: date) -> tuple[Layout, dict[str, date | None]]:
    laid = lay(periods(known), start, None)
    return laid, {known[n - 1].name: end for n, end in laid.ends.items()}


def periods(known: Sequence[PriceList]) -> list[Period]:
    """The lists by their place among *known*."""
    return [
        Period(id=n, valid_from=one.valid_from, valid_to=one.valid_to)
        for n, one in enumerate(known, 1)
    ]


def row_of(cell: Cell, name: str, start: date, end: date | None, typed: TypedList) -> TariffRow:
    return TariffRow(
        tariff_id=name,
        valid_from=start,
        valid_to=end,
        vat_included=typed.vat == "yes",
        flag="seen" if typed.verified == "yes" else "demo",
        source=typed.source,
        **structs.asdict(cell),
    )


def warnings_of(cells: Sequence[Cell], laid: Layout, demo: bool) -> tuple[str, ...]:
    """What is allowed and may still be a slip; said before saving."""
    found = [
        f"Từ {begin:%d/%m/%Y} đến trước {end:%d/%m/%Y} không có bảng cước nào: quầy không nhận "
        "được hồ sơ."
        for begin, end in laid.gaps
    ]
    if laid.valid_to:
        found.append(f"Đã có bảng cước khác từ {laid.valid_to:%d/%m/%Y}: bảng này dùng đến đó.")
    columns: dict[tuple[str, str, bool], list[Cell]] = {}
    for cell in cells:
        columns.setdefault((cell.zone, cell.service, cell.fee_collection), []).append(cell)
    for (zone, service, collection), column in columns.items():
        prices = [cell.price_vnd for cell in column if cell.weight_upto_g]
        if prices != sorted(prices):
            with_money = ", có thu hộ" if collection else ""
            found.append(f"{ZONES[zone]}, {SERVICES[service]}{with_money}: nặng hơn lại rẻ hơn.")
    if demo:
        found.append("Dữ liệu minh họa: các trang ghi rõ là chưa kiểm chứng.")
    return tuple(found)


def samples(made: PricePlan) -> list[Sample]:
    """What everyday items cost before and after, without collection."""
    new = [Cell(**{name: getattr(row, name) for name in Cell.__struct_fields__})
           for row in made.rows]  # fmt: skip
    return [
        Sample(
            zone=zone,
            service=service,
            weight_g=weight,
            before=price_of(steps_of(made.old, zone, service), weight),
            after=price_of(steps_of(new, zone, service), weight),
        )
        for zone, service, weight in product(ZONES, SERVICES, SAMPLES)
    ]


def steps_of(cells: Sequence[Cell], zone: str, service: str) -> list[Step]:
    return [
        Step(
            weight_over_g=cell.weight_over_g,
            weight_upto_g=cell.weight_upto_g,
            step_g=cell.step_g,
            price_vnd=cell.price_vnd,
        )
        for cell in cells
        if (cell.zone, cell.service, cell.fee_collection) == (zone, service, False)
    ]


async def save(conn: Connection[Record], typed: TypedList, *, by: int, now: datetime) -> str:
    """Write the list and end the one before; its name. Safe to repeat with one form."""
    earlier = await catalogue_version_store.change_of_form(conn, UUID(typed.form_id))
    if earlier:
        return earlier
    made = await plan(conn, typed, now)
    await store.end_lists(conn, made.ends, now)
    await load_store.put_tariffs(conn, made.rows)
    await store.mark_list(conn, made.name, now)
    note = Note(form_id=made.form_id, why=made.why, by=by, now=now, sheet="tariffs")
    await note.write(
        conn,
        key=made.name,
        act="version",
        day=made.valid_from,
        before=in_words(made.old) if made.before else None,
        after=in_words(made.rows),
    )
    for name, end in made.ends.items():
        await note.write(conn, key=name, act="end", day=end, after={"valid_to": str(end or "")})
    return made.name


async def withdraw(conn: Connection[Record], name: str, note: Note) -> None:
    """Take back a list before its day: the one before it goes on. Safe to repeat.

    Raises UnknownList, InForce and BadEnd.
    """
    if await catalogue_version_store.change_of_form(conn, note.form_id):
        return
    if not note.why:
        raise BadEnd
    await store.lock_tariffs(conn)
    gone, cells = await get(conn, name)
    if gone.withdrawn or gone.valid_from <= note.now.astimezone(VIETNAM).date():
        raise InForce(name)
    known = await lists(conn)
    _, laid = without(periods(known), known.index(gone) + 1)
    ends = {known[n - 1].name: end for n, end in laid.items()}
    await store.end_lists(conn, ends, note.now)
    await note.write(conn, key=name, act="withdraw", day=gone.valid_from, before=in_words(cells))
    for other, end in ends.items():
        if other != name:
            await note.write(
                conn, key=other, act="end", day=end, after={"valid_to": str(end or "")}
            )


def weight_of(cell: Cell | TariffRow) -> str:
    if cell.weight_upto_g is None:
        return f"mỗi {cell.step_g} g tiếp theo"
    return f"đến {cell.weight_upto_g} g"


def in_words(cells: Sequence[Cell] | Sequence[TariffRow]) -> dict[str, str]:
    """A price list as the history keeps it: one line a price."""
    return {
        f"{ZONES[cell.zone]}, {SERVICES[cell.service]}"
        f"{', có thu hộ' if cell.fee_collection else ''}, {weight_of(cell)}": (
            said("phi_vnd", str(cell.price_vnd))
        )
        for cell in cells
    }


def differences(made: PricePlan) -> list[Difference]:
    """Every price that reads otherwise, column by column of the grid."""
    was, now = in_words(made.old), in_words(made.rows)
    return [
        Difference(
            kind=ADDED if name not in was else REMOVED if name not in now else CHANGED,
            label=name,
            before=was.get(name, ""),
            after=now.get(name, ""),
        )
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    ]
