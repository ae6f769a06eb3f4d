"""SQL of the numbers set aside for blanks: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Connection
from msgspec import Struct, convert

from tracking.model import Numbers


class Unentered(Struct, frozen=True):
    """A number on a blank that nobody has entered, and the office that has the blank."""

    number: str
    office: str
    hotline: str


ADD = """
INSERT INTO reserved_number (ref, s10, tracking_code, office_id)
SELECT ref, s10, code, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS n(ref, s10, code)
"""


async def add(conn: Connection, office_id: int, numbers: Sequence[Numbers]) -> None:
    columns = [
        [getattr(each, name) for each in numbers] for name in ("ref", "s10", "tracking_code")
    ]
    await conn.execute(ADD, *columns, office_id)


NUMBERS_OF = "SELECT ref, s10, tracking_code FROM reserved_number WHERE ref = $1"


async def numbers_of(conn: Connection, ref: str) -> Numbers | None:
    return convert(await conn.fetchrow(NUMBERS_OF, ref), Numbers | None)


# The function looks where the caller may not, and tells the office alone.
UNENTERED = """
SELECT n.number, o.name AS office, o.hotline
  FROM unnest($1::text[]) AS n(number)
  JOIN office o ON o.id = unentered_at(n.number)
"""


async def unentered(conn: Connection, numbers: Sequence[str]) -> list[Unentered]:
    return convert(await conn.fetch(UNENTERED, numbers), list[Unentered])
