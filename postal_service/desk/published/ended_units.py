"""An address that names a commune which has ended: what stands there today, offered, never forced.

The text stays as the citizen said it; she may take the new name over. What cannot be read is
nobody's mistake: nothing here blocks a form.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from routes import places
from routes.gazetteer import Gazetteer
from routes.model import Unit

#: Words that say what kind of unit a name is of; the name begins with them.
KINDS: Final = frozenset(
    {"xã", "xa", "x", "phường", "phuong", "p", "thị", "thi", "trấn", "tran", "tt"}
)
PROVINCE: Final = "tỉnh Lâm Đồng"


class Ended(Struct, frozen=True, kw_only=True):
    """A commune that is no more, its successor, and the address with the successor's name."""

    old: str
    since: date
    new: str
    rewritten: str | None


async def look(conn: Connection[Record], address: str, now: datetime) -> Ended | None:
    """What to say about *address*; None where it names nothing that has ended."""
    if not address.strip():
        return None
    units = tuple(await places.all_units(conn))
    day = now.astimezone(VIETNAM).date()
    return await asyncio.to_thread(lambda: ended(address, gazetteer(units), day))


@lru_cache(maxsize=1)
def gazetteer(units: tuple[Unit, ...]) -> Gazetteer:
    """Made once for one table of units: it takes a tenth of a second."""
    return Gazetteer(units)


def ended(address: str, known: Gazetteer, day: date) -> Ended | None:
    place = known.read(address, day)
    old, new = place.old.unit, place.new.unit
    if old is None or new is None or old.valid_to is None or day < old.valid_to:
        return None
    return Ended(
        old=old.name,
        since=old.valid_to,
        new=new.name,
        rewritten=rewritten(address, known, day, (old, new)),
    )


def rewritten(address: str, known: Gazetteer, day: date, became: tuple[Unit, Unit]) -> str | None:
    """House and hamlet as written, then today's unit; None where they cannot be told apart."""
    old, new = became
    parts = [part.strip() for part in address.split(",")]

    def names_it(tail: str) -> bool:
        return known.read(tail, day).old.unit == old

    at = next((n for n in reversed(range(len(parts))) if names_it(", ".join(parts[n:]))), None)
    if at is None:
        return None
    words, rest = parts[at].split(), parts[at + 1 :]
    first = max(
        n for n in range(len(words)) if n == 0 or names_it(", ".join([" ".join(words[n:]), *rest]))
    )
    while first and words[first - 1].casefold().rstrip(".") in KINDS:
        first -= 1
    house = [*parts[:at], *([" ".join(words[:first])] if first else [])]
    text = ", ".join([*house, new.name[:1].lower() + new.name[1:], PROVINCE])
    return text if known.read(text, day).new.unit == new else None
