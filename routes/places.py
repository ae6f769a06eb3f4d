"""The table of units: loading it, and who was there on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from asyncpg import Connection
from msgspec import Meta, Struct

from routes import store
from routes.model import Level, Unit

Code = Annotated[str, Meta(pattern=r"^\d{2,5}$")]


class UnitRow(Struct, frozen=True, kw_only=True):
    """One line of the published table of units; fields in the order of its columns.

    The period is half open; None is open. ``accuracy_km``: how far the true
    middle may be from lat and lon (degrees, WGS 84).
    """

    code: Code
    name: Annotated[str, Meta(min_length=1)]
    level: Level
    district: Code | None
    parent: Code | None
    lat: Annotated[float, Meta(ge=8, le=24)]
    lon: Annotated[float, Meta(ge=102, le=118)]
    valid_from: date | None
    valid_to: date | None
    successor: Code | None
    successor_2025: Code | None
    area_km2: Annotated[float, Meta(gt=0)] | None
    accuracy_km: Annotated[float, Meta(ge=0)] | None
    coord_source: str
    in_old_lam_dong: bool


class Loaded(Struct, frozen=True):
    """What loading a table did to how many rows."""

    added: int
    changed: int
    kept: int


async def add_units(conn: Connection, rows: Iterable[UnitRow]) -> Loaded:
    """Bring the table up to *rows*. Safe to repeat; a row a person edited is kept."""
    done = Counter([await store.add_unit(conn, row) for row in rows])
    return Loaded(done[True], done[False], done[None])


async def units_on(conn: Connection, day: date) -> list[Unit]:
    """The units in force on *day*, by code."""
    return await store.units_on(conn, day)


async def all_units(conn: Connection) -> list[Unit]:
    """Every unit there is or was: what a Gazetteer is made of."""
    return await store.all_units(conn)
