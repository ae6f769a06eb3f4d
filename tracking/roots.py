"""Closing a day: the ends of all chains that moved on it, under one signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record

from tracking import seal, seal_store
from tracking.seal import START, Root

#: After midnight what was heard before it is still being written: no transaction lasts so long.
PAUSE: Final = timedelta(minutes=10)
DAY: Final = timedelta(days=1)


async def close_next(
    conn: Connection[Record], sign: Callable[[bytes], bytes], key_id: str, *, now: datetime
) -> Root | None:
    """Sign the oldest day that is over and has no root yet; none when there is no such day.

    Safe to repeat and to run beside itself. A day on which nothing happened gets a root
    too, so that one that is missing shows.
    """
    await seal_store.take_turns(conn)
    last = await seal_store.last_root(conn)
    day = await next_day(conn, last)
    if day is None or now < seal.begins(day + DAY) + PAUSE:
        return None
    await seal_store.be_patient(conn)
    heads = await seal_store.heads_of_day(conn, seal.begins(day), seal.begins(day + DAY))
    covered = b"".join(head.packed() for head in heads)
    previous = last.root if last else START
    root = Root(
        day=day,
        events=sum(head.lines for head in heads),
        dossiers=len(heads),
        previous=previous,
        root=seal.root_of(previous, covered),
        key_id=key_id,
        signature=b"",
        signed_at=now,
        heads=covered,
    )
    signed = root.signed_by(sign)
    await seal_store.add_root(conn, signed)
    return signed


async def next_day(conn: Connection[Record], last: Root | None) -> date | None:
    if last is not None:
        return last.day + DAY
    first = await seal_store.first_heard(conn)
    return seal.day_of(first) if first else None
