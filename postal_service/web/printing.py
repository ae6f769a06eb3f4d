"""Handing a paper out: the kept one where there is one, else made now and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from litestar import Response

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk.papers import Kind, copies, labels, press, zebra
from postal_service.desk.printing import archive
from postal_service.desk.printing.archive import Filing, Kept, Print

#: The browser's own viewer draws the paper: nothing else may run in its page.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"

#: A label for an office printer, for a thermal one that takes pictures, and for one that knows ZPL.
LABELS = ("label.pdf", "label.png", "label.zpl")


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
    return pdf(await content_of(db, caller, now, filing, make))


async def content_of(
    db: Database, caller: Staff, now: datetime, filing: Filing, make: Callable[[], bytes]
) -> bytes:
    """As ``filed``, the bytes alone."""
    kept, fresh = await original(db, caller, now, filing, make)
    if fresh:
        return kept.content
    async with db.begin(caller.context) as conn:
        given = await archive.printed(conn, kept.id, by=caller, now=now)
    return await handed(filing.kind, kept, given)


async def numbered(
    db: Database, caller: Staff, filing: Filing, make: Callable[[], bytes], given: Print
) -> bytes:
    """The paper of *filing* as the print its caller has numbered; 0 is the original."""
    kept, _ = await original(db, caller, given.at, filing, make)
    async with db.begin(caller.context) as conn:
        await archive.note(conn, kept.id, given, by=caller)
    return await handed(filing.kind, kept, given)


async def struck(
    db: Database, caller: Staff, now: datetime, filing: Filing, make: Callable[[], bytes]
) -> Response[bytes]:
    """The paper of *filing* as one that another has replaced: to be read, never handed out."""
    kept, _ = await original(db, caller, now, filing, make)
    content = await asyncio.to_thread(copies.copy, filing.kind, kept.content, copies.REPLACED, now)
    return pdf(content)


async def original(
    db: Database, caller: Staff, now: datetime, filing: Filing, make: Callable[[], bytes]
) -> tuple[Kept, bool]:
    """What is kept of *filing*, made and kept now where nothing is; and whether it was so."""
    async with db.begin(caller.context) as conn:
        kept = await archive.find(conn, filing)
    if kept is not None:
        return kept, False
    content = await asyncio.to_thread(make)
    async with db.begin(caller.context) as conn:
        first = await archive.keep(conn, filing, content, by=caller, now=now)
        if first is not None:
            return first, True
        kept = await archive.find(conn, filing)  # somebody else's was kept meanwhile
    if kept is None:
        raise archive.UnknownPaper
    return kept, False


async def handed(kind: Kind, kept: Kept, given: Print) -> bytes:
    """A numbered print: 0 is the original as it was kept."""
    if given.ordinal == 0:
        return kept.content
    mark = copies.words(kind, given.ordinal, given.at)
    return await asyncio.to_thread(copies.copy, kind, kept.content, mark, given.at)


async def thermal(content: bytes, name: str) -> Response[bytes]:
    """A label's PDF as the printer wants it: *name* is one of ``LABELS``."""
    if name.endswith(".pdf"):
        return pdf(content)
    (picture,) = await asyncio.to_thread(press.pictures, content, labels.DOTS_AN_INCH)
    if name.endswith(".png"):
        return Response(picture, media_type="image/png")
    return Response(await asyncio.to_thread(zebra.zpl, picture), media_type="application/x-zpl")
