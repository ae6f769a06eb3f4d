"""The closed lists people choose from when something did not go as planned."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from asyncpg import Connection, Record

from postal_service.desk.errors import UnknownReason
from postal_service.desk.published import procedure_store as store
from postal_service.desk.published.procedure_store import Reason

__all__ = ["Group", "Reason", "get", "in_group", "require"]


class Group(StrEnum):
    """What went differently."""

    DELIVERY_FAILED = "delivery_failed"
    PICKUP_FAILED = "pickup_failed"
    CUSTODY_DISCREPANCY = "custody_discrepancy"
    CORRECTION = "correction"
    PAUSE = "pause"
    REFUSAL = "refusal"
    LATE = "late"
    WITHDRAWAL = "withdrawal"
    CLOSURE = "closure"
    SECOND_REQUEST = "second_request"
    TRANSFER = "transfer"


async def in_group(conn: Connection[Record], group: Group) -> list[Reason]:
    """The list of one group, by code."""
    return await store.reasons_in(conn, group)


async def get(conn: Connection[Record], code: str) -> Reason:
    """One reason. Raises UnknownReason."""
    reason = await store.reason_by_code(conn, code)
    if reason is None:
        raise UnknownReason(code)
    return reason


async def require(conn: Connection[Record], codes: Collection[str], group: Group) -> None:
    """Raise UnknownReason for the first of *codes* that is not in the list of *group*."""
    known = {reason.code for reason in await in_group(conn, group)} if codes else set()
    for code in codes:
        if code not in known:
            raise UnknownReason(code)
