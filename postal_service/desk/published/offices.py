"""Post offices: which there are, and what each is called."""

from __future__ import annotations

from datetime import date

from asyncpg import Connection, Record

from postal_service.desk.errors import UnknownOffice
from postal_service.desk.published import catalogue_store as store
from postal_service.desk.published.catalogue_store import Office

__all__ = ["Office", "find", "get", "open_on"]


async def get(conn: Connection[Record], office_id: int) -> Office:
    """The office with this id, closed or not. Raises UnknownOffice."""
    office = await store.office_by_id(conn, office_id)
    if office is None:
        raise UnknownOffice(str(office_id))
    return office


async def find(conn: Connection[Record], code: str, day: date) -> Office:
    """The office with this code. Raises UnknownOffice where it is not open on *day*."""
    office = await store.office_on(conn, code, day)
    if office is None:
        raise UnknownOffice(code)
    return office


async def open_on(conn: Connection[Record], day: date) -> list[Office]:
    """Every office there is on *day*, by code."""
    return await store.offices_on(conn, day)
