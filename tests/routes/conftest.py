"""The province's real units, and the roads of a test."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from msgspec import convert, structs

from routes.gazetteer import Gazetteer
from routes.model import Unit
from routes.places import UnitRow
from routes.travel import GreatCircle

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def unit_rows() -> list[UnitRow]:
    path = ROOT / "postal_service/data/lam_dong_units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]
    return convert(lines, list[UnitRow], strict=False)


@pytest.fixture(scope="session")
def units(unit_rows: list[UnitRow]) -> list[Unit]:
    return [convert(structs.asdict(row), Unit) for row in unit_rows]


@pytest.fixture(scope="session")
def gazetteer(units: list[Unit]) -> Gazetteer:
    return Gazetteer(units)


@pytest.fixture
def travel() -> GreatCircle:
    return GreatCircle()
