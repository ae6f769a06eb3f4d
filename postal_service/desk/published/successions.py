"""Agencies and offices that end: named by people, carried out on the day by the worker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.money import heirs
from postal_service.desk.published import agencies, offices
from postal_service.desk.published import succession_store as store
from postal_service.desk.published.succession_store import Ended
from tracking import successions
from tracking.successions import Kind, NewSuccession, Succession

Begin: TypeAlias = "Callable[[], AbstractAsyncContextManager[Connection[Record]]]"


class Wish(Struct, frozen=True, kw_only=True):
    """Who succeeds whom, by their codes, as it is typed."""

    id: UUID
    kind: Kind
    old: str
    new: str
    starts_on: date
    ground: str


class Named(Struct, frozen=True, kw_only=True):
    """A succession with the names of the two."""

    succession: Succession
    old: str
    new: str


async def name(conn: Connection[Record], wish: Wish, *, by: int | None, now: datetime) -> int:
    """Name a successor; carried out when its day has come. Safe to repeat.

    Raises UnknownAgency, UnknownOffice, BadSuccession.
    """
    old, new = await ends_of(conn, wish)
    return await successions.name(
        conn,
        NewSuccession(
            form_id=wish.id,
            kind=wish.kind,
            old_id=old,
            new_id=new,
            starts_on=wish.starts_on,
            ground=wish.ground[:200],
        ),
        by=by,
        at=now,
        today=now.astimezone(VIETNAM).date(),
    )


async def ends_of(conn: Connection[Record], wish: Wish) -> tuple[int, int]:
    """The old one as it was last, the new one as it is on the day."""
    if wish.kind == Kind.OFFICE:
        old_office = await store.last_office(conn, wish.old)
        new_office = await offices.find(conn, wish.new, wish.starts_on)
        return old_office or (await offices.find(conn, wish.old, wish.starts_on)).id, new_office.id
    old_agency = await store.last_agency(conn, wish.old)
    new_agency = await agencies.find(conn, wish.new, wish.starts_on)
    return old_agency or (await agencies.find(conn, wish.old, wish.starts_on)).id, new_agency.id


async def carry_out(begin: Begin, now: datetime) -> bool:
    """Let one batch of each succession whose day has come pass; whether there is more.

    Each batch is one transaction: a worker that dies leaves the rest to the next.
    """
    async with begin() as conn:
        pending = await successions.due(conn, now.astimezone(VIETNAM).date())
        if not pending:
            return False
        one = pending[0]
        more = await successions.carry_out(conn, one, at=now)
        await pass_desk(conn, one, now=now)
    return more or len(pending) > 1


async def pass_desk(conn: Connection[Record], one: Succession, *, now: datetime) -> None:
    """What is the desk's own: people, questions that wait, tasks, money. Safe to repeat."""
    people = await store.pass_people(conn, one.kind, one.old_id, one.new_id)
    await store.pass_questions(conn, one.kind, one.old_id, one.new_id)
    if one.kind == Kind.OFFICE:
        await store.pass_tasks(conn, one.old_id, one.new_id)
    if people:
        await successions.note_people(conn, one.id, people)
    if money := await pass_money(conn, one, now=now):
        await successions.note_money(conn, one.id, money)


async def pass_money(conn: Connection[Record], one: Succession, *, now: datetime) -> int:
    """What is held for the agency, or lies in the office's safe and was earned there; how much.

    In the name of whoever named the successor, else of a manager: books are somebody's.
    """
    by = await store.answers_for(conn, one.id)
    if by is None:
        return 0
    carry = heirs.pass_office if one.kind == Kind.OFFICE else heirs.pass_agency
    return await carry(conn, one.old_id, one.new_id, one.form_id, by=by, now=now)


async def named(conn: Connection[Record]) -> list[Named]:
    """All successions by their names, the newest first."""
    found = await successions.named(conn)
    names = {
        kind: await store.names(
            conn, kind, [n for each in found for n in (each.old_id, each.new_id)]
        )
        for kind in (Kind.AGENCY, Kind.OFFICE)
    }
    return [
        Named(
            succession=each,
            old=names[Kind(each.kind)].get(each.old_id, "?"),
            new=names[Kind(each.kind)].get(each.new_id, "?"),
        )
        for each in found
    ]


async def orphans(conn: Connection[Record], day: date) -> list[Ended]:
    """Agencies that have ended by *day* with open dossiers and no successor named."""
    return await store.orphans(conn, day)
