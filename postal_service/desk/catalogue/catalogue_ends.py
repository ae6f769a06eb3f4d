"""Versions that end: withdrawn before their day, or with no other after them."""

from __future__ import annotations

from datetime import date

from asyncpg import Connection, Record
from msgspec import to_builtins

from postal_service.clock import VIETNAM
from postal_service.desk.catalogue import catalogue_version_store as store
from postal_service.desk.catalogue.catalogue_history import Note
from postal_service.desk.catalogue.catalogue_periods import without
from postal_service.desk.catalogue.catalogue_versions import (
    InForce,
    before_it,
    find,
    newest,
    periods,
    refuse_in_force,
    refuse_odd,
)
from postal_service.desk.errors import DeskError, UnknownProcedure


class BadEnd(DeskError):
    """An end needs a later day and a reason."""

    def __init__(self) -> None:
        super().__init__(
            "Chọn ngày hết hiệu lực sau hôm nay và ghi lý do.",
            "Choose a last day later than today, and say why.",
        )


async def withdraw(conn: Connection[Record], code: str, version: int, note: Note) -> None:
    """Take back a version before its day: the one before it goes on. Safe to repeat.

    Raises UnknownProcedure, InForce and BadEnd.
    """
    if await store.change_of_form(conn, note.form_id):
        return
    if not note.why:
        raise BadEnd
    refuse_odd(code)
    await store.lock_versions(conn, [code])
    known = await find(conn, code)
    gone = next((one for one in known if one.version == version), None)
    if gone is None:
        raise UnknownProcedure(f"{code} v{version}")
    refuse_in_force(gone, note.now.astimezone(VIETNAM).date())
    _, ends = without(periods(known), gone.id)
    forebears = await before_it(conn, gone)
    ends |= {one.id: None for one in forebears}
    await store.end_versions(conn, ends, note.now)
    await note.write(
        conn, key=gone.key, act="withdraw", day=gone.valid_from, before=to_builtins(gone)
    )
    others = [one for one in (*known, *forebears) if one.id in ends and one is not gone]
    await note.endings(conn, others, ends)


async def end(conn: Connection[Record], code: str, day: date, note: Note) -> None:
    """Let a procedure end on *day*, its first day without a version. Safe to repeat.

    Raises UnknownProcedure, InForce where another version still waits or it has ended, BadEnd.
    """
    if await store.change_of_form(conn, note.form_id):
        return
    refuse_odd(code)
    await store.lock_versions(conn, [code])
    last = newest(await find(conn, code))
    today = note.now.astimezone(VIETNAM).date()
    if not note.why or day <= today:
        raise BadEnd
    if last.valid_from >= day or (last.valid_to is not None and last.valid_to <= today):
        raise InForce(last.key)
    await store.end_versions(conn, {last.id: day}, note.now)
    await note.endings(conn, [last], {last.id: day})
