"""Procedures: finding one as people type, its published list, and what the post may do for it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from asyncpg import Connection, Record

from postal_service.desk.errors import UnknownProcedure
from postal_service.desk.published import procedure_store as store
from postal_service.desk.published.procedure_store import Document, Procedure, ProcedureHit

__all__ = ["Document", "Procedure", "ProcedureHit", "Service", "find", "get", "search", "services"]


class Service(StrEnum):
    """The three kinds of service, and no fourth (QĐ 45/2016 art. 5)."""

    SEND = "send"  #: papers to the agency
    RETURN = "return"  #: the result to the citizen
    BOTH = "both"


def services(procedure: Procedure | ProcedureHit) -> list[Service]:
    """What the post may do: each authority publishes, leg by leg, what may not be posted."""
    legs = procedure.bcci_forward, procedure.bcci_return
    allowed = {
        Service.SEND: procedure.bcci_forward,
        Service.RETURN: procedure.bcci_return,
        Service.BOTH: all(legs),
    }
    return [service for service, may in allowed.items() if may]


async def search(
    conn: Connection[Record], text: str, day: date, limit: int = 12
) -> list[ProcedureHit]:
    """Procedures in force on *day*, best first.

    *text* is a code or its beginning, words of the name or field with or without
    accents and in any Unicode form, or first letters ("gplx").
    """
    words = text.replace("\0", "").strip()[:100]
    return await store.search_procedures(conn, words, day, limit) if words else []


async def find(conn: Connection[Record], code: str, day: date) -> Procedure:
    """The version in force on *day*, with its list. Raises UnknownProcedure."""
    procedure = await store.procedure_on(conn, code, day)
    if procedure is None:
        raise UnknownProcedure(code)
    return procedure


async def get(conn: Connection[Record], procedure_id: int) -> Procedure:
    """One version, whatever the day: the one a dossier was accepted under."""
    procedure = await store.procedure_by_id(conn, procedure_id)
    if procedure is None:
        raise UnknownProcedure(str(procedure_id))
    return procedure
