"""Handing a paper out: the kept one where there is one, else made now and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from litestar import Response

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk import archive
from postal_service.desk.archive import Filing, Kept, Print
from postal_service.desk.papers import Kind, copies

#: The browser's own viewer draws the paper: nothing else may run in its page.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def pdf(content: bytes) -> Response[bytes]:
    return Response(
        content, media_type="application/pdf", headers={"Content-Security-Policy": VIEWER}
    )


async def filed(
    db: Database, caller: Staff, now: datetime, filing: Filing, make: Callable[[], bytes]
) -> Response[bytes]:
    """The paper of *filing*: the original once, then copies of it, each with its number.

    *make* sets the paper where none is kept; it runs in a thread, without a connection.
    """
    kept, given = await taken(db, caller, now, filing)
    if kept is None:
        content = await asyncio.to_thread(make)
        async with db.begin(caller.context) as conn:
            first = await archive.keep(conn, filing, content, by=caller, now=now)
        if first is not None:
            return pdf(first.content)
        kept, given = await taken(db, caller, now, filing)
    if kept is None or given is None:  # another's, out of her sight: hers was made all the same
        return pdf(content)
    return await handed(filing.kind, kept, given)


async def taken(
    db: Database, caller: Staff, now: datetime, filing: Filing
) -> tuple[Kept | None, Print | None]:
    """What is kept of *filing*, and which print of it this is."""
    async with db.begin(caller.context) as conn:
        kept = await archive.find(conn, filing)
        if kept is None:
            return None, None
        return kept, await archive.printed(conn, kept.id, by=caller, now=now)


async def handed(kind: Kind, kept: Kept, given: Print) -> Response[bytes]:
    """A numbered print: 0 is the original as it was kept."""
    if given.ordinal == 0:
        return pdf(kept.content)
    mark = copies.words(given.ordinal, given.at)
    return pdf(await asyncio.to_thread(copies.copy, kind, kept.content, mark, given.at))


async def marked(
    db: Database,
    caller: Staff,
    now: datetime,
    filing: Filing,
    make: Callable[[], bytes],
    mark: str,
) -> Response[bytes]:
    """The kept paper of *filing* under a mark its caller counts; no mark: the original."""
    async with db.begin(caller.context) as conn:
        kept = await archive.find(conn, filing)
    if kept is None:
        content = await asyncio.to_thread(make)
        async with db.begin(caller.context) as conn:
            await archive.keep(conn, filing, content, by=caller, now=now)
    else:
        content = kept.content
    if mark:
        content = await asyncio.to_thread(copies.copy, filing.kind, content, mark, now)
    return pdf(content)
