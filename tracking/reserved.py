"""Numbers set aside before the power fails: printed on blanks, used once, never drawn again.

A number that is set aside is taken from the same drawers as every other, so
nobody can draw it a second time. Until its sheet is entered it names no
dossier, though an envelope may bear it already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from asyncpg import Connection

from tracking import identifiers, number_store
from tracking import reserved_store as store
from tracking.errors import NotYetEntered, NumbersExhausted
from tracking.model import Numbers


async def set_aside(conn: Connection, office_id: int, day: date, count: int) -> list[Numbers]:
    """Take *count* of each number for blanks of *day*, in the order of their references.

    The serial that every counter shares is drawn last. Raises NumbersExhausted.
    """
    s10s = [await next_s10(conn, office_id) for _ in range(count)]
    codes = [identifiers.new_tracking_code() for _ in range(count)]
    last = await number_store.next_serials(conn, day, "LD", count)
    numbers = [
        Numbers(ref=identifiers.ref(day, serial), s10=s10, tracking_code=code)
        for serial, s10, code in zip(range(last - count + 1, last + 1), s10s, codes, strict=True)
    ]
    await store.add(conn, office_id, numbers)
    return numbers


async def next_s10(conn: Connection, office_id: int) -> str:
    """Take the office's next postal number. Raises NumbersExhausted."""
    row = await number_store.take_s10(conn, office_id)
    if row is None:
        raise NumbersExhausted
    return identifiers.s10(row["prefix"], row["serial"])


async def numbers_of(conn: Connection, ref: str) -> Numbers | None:
    """What was set aside with *ref*, at the caller's own office."""
    return await store.numbers_of(conn, ref)


async def look(conn: Connection, numbers: Sequence[str]) -> dict[str, NotYetEntered]:
    """Which of *numbers*, postal, reference or tracking, wait on a sheet that nobody has entered.

    Each with the refusal that says whom to call.
    """
    return {
        row.number: NotYetEntered(row.number, row.office, row.hotline)
        for row in await store.unentered(conn, numbers)
    }


async def refuse_unentered(conn: Connection, number: str) -> None:
    """Raise NotYetEntered where the number waits on a sheet; nothing else."""
    if refusal := (await look(conn, [number])).get(number):
        raise refusal
