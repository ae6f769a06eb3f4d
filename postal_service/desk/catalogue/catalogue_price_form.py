"""The grid of a price list: as typed, and read so that no weight is without a price. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise, product
from typing import Final

from msgspec import Struct

from postal_service.desk.catalogue.catalogue_form import GROUPED
from postal_service.desk.catalogue.catalogue_tariff_store import Cell, PriceList
from postal_service.desk.catalogue.catalogue_words import SERVICES, ZONES
from postal_service.desk.intake import Problem

#: The columns of a grid: a service, with or without collecting the state's money.
COLUMNS: Final = tuple(product(SERVICES, (False, True)))
MOST_VND: Final = 100_000_000
MOST_STEPS: Final = 20
MOST_G: Final = 1_000_000


class TypedList(Struct, frozen=True, kw_only=True):
    """The grid as typed. ``steps`` are upper bounds in grams; prices by zone, column and step,
    the last of each column being that of a further ``step_g``.
    """

    form_id: str
    base: str = ""
    seen: int = 0  #: how many lists there were when the form was opened
    valid_from: str = ""
    source: str = ""
    why: str = ""
    verified: str = "demo"
    vat: str = "yes"
    step_g: str = "500"
    steps: tuple[str, ...] = ()
    prices: Mapping[str, str] = {}


def price_name(zone: str, service: str, collection: bool, step: int) -> str:
    """Of a price's field: "p-province-both-yes-2"."""
    return f"p-{zone}-{service}-{'yes' if collection else 'no'}-{step}"


def typed_of(one: PriceList | None, cells: Sequence[Cell], *, form_id: str, seen: int) -> TypedList:
    """The grid filled with the prices of *one*."""
    if one is None:
        return TypedList(form_id=form_id, seen=seen, steps=("100", "250", "500", "1000", "2000"))
    bounds = sorted({cell.weight_upto_g for cell in cells if cell.weight_upto_g})
    at: dict[int | None, int] = {bound: n for n, bound in enumerate(bounds)} | {None: len(bounds)}
    return TypedList(
        form_id=form_id,
        base=one.name,
        seen=seen,
        source=one.source,
        verified="demo" if one.demo else "yes",
        vat="yes" if one.vat_included else "no",
        step_g=str(next((cell.step_g for cell in cells if cell.step_g), 500)),
        steps=tuple(map(str, bounds)),
        prices={
            price_name(c.zone, c.service, c.fee_collection, at[c.weight_upto_g]): str(c.price_vnd)
            for c in cells
        },
    )


def day_of(text: str, today: date, problems: list[Problem]) -> date | None:
    """The first day. Tomorrow at the earliest: a price may have been told to somebody today."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        vi = "Hiệu lực từ ngày: ghi ngày/tháng/năm, ví dụ 01/01/2027."
        problems.append(Problem("valid_from", vi, "valid_from: not a day."))
        return None
    if not today < day <= date(today.year + 20, 12, 31):
        vi = f"Hiệu lực từ ngày: phải sau hôm nay ({today:%d/%m/%Y}) và không quá 20 năm."
        problems.append(Problem("valid_from", vi, "valid_from: must be later than today."))
    return day


def gram(text: str, field: str, label: str, problems: list[Problem]) -> int:
    if re.fullmatch(r"[0-9]{1,7}", text) and 0 < int(text) <= MOST_G:
        return int(text)
    vi = f"{label}: “{text[:20]}” không phải số gam từ 1 đến {MOST_G}."
    problems.append(Problem(field, vi, f"{field}: not a number of grams."))
    return 0


def bounds_of(typed: TypedList, problems: list[Problem]) -> list[int]:
    """The upper bounds, each above the one before: a step that starts elsewhere leaves a gap."""
    if not 0 < len(typed.steps) <= MOST_STEPS:
        vi = f"Nấc cân: cần từ 1 đến {MOST_STEPS} nấc."
        problems.append(Problem("steps", vi, "steps: too few or too many."))
        return []
    found = [
        gram(text, f"g-{n}", f"Nấc cân {n + 1}", problems) for n, text in enumerate(typed.steps)
    ]
    for n, (low, high) in enumerate(pairwise(found), 1):
        if low and high and high <= low:
            vi = f"Nấc cân {n + 1}: {high} g phải lớn hơn nấc trước ({low} g), kẻo hở hoặc chồng."
            problems.append(Problem(f"g-{n}", vi, f"step {n + 1} is not above the one before."))
    return found


def cells_typed(
    typed: TypedList, bounds: Sequence[int], further: int, problems: list[Problem]
) -> list[Cell]:
    """Every price of the grid: one that is missing would stop a counter."""
    cells = []
    for zone, (service, collection) in product(ZONES, COLUMNS):
        for n in range(len(bounds) + 1):
            name = price_name(zone, service, collection, n)
            cells.append(
                Cell(
                    zone=zone,
                    service=service,
                    fee_collection=collection,
                    weight_over_g=bounds[n - 1] if n else 0,
                    weight_upto_g=bounds[n] if n < len(bounds) else None,
                    step_g=further if n == len(bounds) else None,
                    price_vnd=price(typed.prices.get(name, ""), name, problems),
                )
            )
    return cells


def price(text: str, name: str, problems: list[Problem]) -> int:
    plain = text.replace(".", "") if GROUPED.fullmatch(text) else text
    if re.fullmatch(r"[0-9]{1,9}", plain) and int(plain) <= MOST_VND:
        return int(plain)
    _, zone, service, collection, step = name.split("-")
    where = f"{ZONES[zone]}, {SERVICES[service]}{', có thu hộ' if collection == 'yes' else ''}"
    what = f"“{text[:20]}” không phải số đồng nguyên từ 0 đến {MOST_VND}" if text else "còn trống"
    vi = f"Giá {where}, nấc {int(step) + 1}: {what}."
    problems.append(Problem(name, vi, f"{name}: not a whole number of đồng."))
    return 0
