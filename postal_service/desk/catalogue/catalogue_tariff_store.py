"""SQL of the price lists as their administrator sees them. Only SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from asyncpg import Connection, Record
from msgspec import Struct, convert


class PriceList(Struct, frozen=True, kw_only=True):
    """One dated table of prices, and who last touched it."""

    name: str
    valid_from: date
    valid_to: date | None
    cells: int
    demo: bool
    vat_included: bool
    source: str
    edited_at: datetime | None
    edited_by: str | None

    @property
    def withdrawn(self) -> bool:
        """In force on no day at all."""
        return self.valid_to == self.valid_from


PRICE_LISTS = """
SELECT tariff_id AS name, valid_from, valid_to, count(*) AS cells, bool_or(demo) AS demo,
       bool_and(vat_included) AS vat_included, min(source) AS source, max(edited_at) AS edited_at,
       (SELECT person.full_name
          FROM catalogue_change
          JOIN person ON person.id = catalogue_change.person_id
         WHERE sheet = 'tariffs' AND key = tariff_id
         ORDER BY catalogue_change.id DESC
         LIMIT 1) AS edited_by
  FROM tariff
 GROUP BY tariff_id, valid_from, valid_to
 ORDER BY valid_from DESC, tariff_id DESC
"""


async def price_lists(conn: Connection[Record]) -> list[PriceList]:
    return convert(await conn.fetch(PRICE_LISTS), list[PriceList])


class Cell(Struct, frozen=True, kw_only=True):
    """One price. over < weight <= upto; without upto: of each further step."""

    zone: str
    service: str
    fee_collection: bool
    weight_over_g: int
    weight_upto_g: int | None
    step_g: int | None
    price_vnd: int


CELLS_OF = """
SELECT zone, service, fee_collection, weight_over_g, weight_upto_g, step_g, price_vnd
  FROM tariff
 WHERE tariff_id = $1
 ORDER BY zone, service, fee_collection, weight_over_g
"""


async def cells_of(conn: Connection[Record], name: str) -> list[Cell]:
    return convert(await conn.fetch(CELLS_OF, name), list[Cell])


LOCK_TARIFFS = """
SELECT id FROM tariff ORDER BY id FOR UPDATE
"""


async def lock_tariffs(conn: Connection[Record]) -> None:
    """Two administrators saving at once take turns."""
    await conn.fetch(LOCK_TARIFFS)


END_LISTS = """
UPDATE tariff
   SET valid_to = given.valid_to, edited_at = $2
  FROM jsonb_to_recordset($1::jsonb) AS given (name text, valid_to date)
 WHERE tariff.tariff_id = given.name
"""


async def end_lists(
    conn: Connection[Record], ends: Mapping[str, date | None], now: datetime
) -> None:
    given = [{"name": name, "valid_to": end} for name, end in ends.items()]
    await conn.execute(END_LISTS, given, now)


MARK_LIST = """
UPDATE tariff SET edited_at = $2 WHERE tariff_id = $1
"""


async def mark_list(conn: Connection[Record], name: str, now: datetime) -> None:
    """It is a person's from now on: `postal load` leaves it alone."""
    await conn.execute(MARK_LIST, name, now)
