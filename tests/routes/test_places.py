"""Loading the table of units."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec import structs

from postal_service.database import Connection
from routes import places
from routes.model import Unit
from routes.places import Loaded, UnitRow


@pytest.mark.parametrize(
    ("day", "communes"),
    [
        (date(2019, 12, 1), 147),
        (date(2020, 6, 1), 142),
        (date(2025, 1, 1), 137),
        (date(2025, 8, 1), 124),
    ],
)
async def test_the_province_as_it_was(
    conn: Connection, unit_rows: list[UnitRow], day: date, communes: int
) -> None:
    """An old dossier is read in the units of its day, whatever they are called now."""
    await places.add_units(conn, unit_rows)
    there = [unit for unit in await places.units_on(conn, day) if unit.level == "commune"]

    assert len(there) == communes


async def test_loading_again_changes_nothing_but_news(
    conn: Connection, unit_rows: list[UnitRow], units: list[Unit]
) -> None:
    """`postal load` runs at every deploy; what a person mended is not undone."""
    first = await places.add_units(conn, unit_rows)
    again = await places.add_units(conn, unit_rows)
    await conn.execute("UPDATE unit SET name = 'Sửa tay', edited_at = now() WHERE code = '24802'")
    moved = [structs.replace(row, lat=row.lat + 0.01) for row in unit_rows[:20]]
    third = await places.add_units(conn, [*moved, *unit_rows[20:]])

    assert first == Loaded(len(unit_rows), 0, 0)
    assert again == Loaded(0, 0, len(unit_rows))
    edited = sum(row.code == "24802" for row in moved)
    assert third == Loaded(0, 20 - edited, len(unit_rows) - 20 + edited)
    stored = {(unit.code, unit.valid_from): unit for unit in await places.all_units(conn)}
    assert stored["24802", None].name == "Sửa tay"
    assert {(unit.code, unit.valid_from) for unit in units} == set(stored)
