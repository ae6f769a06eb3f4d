"""Results that the agency gives to the post, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.desk.agency import agency_store as store
from postal_service.desk.agency import rulings
from postal_service.desk.agency.agency_store import Case
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.errors import DeskError
from tracking.errors import BadRuling, TrackingError
from tracking.model import Actor
from tracking.stages import Act, Status

MOST: Final = 500


async def waiting(conn: Connection[Record], agency_id: int) -> list[Case]:
    """Results that are there and that the post is to bring home, but does not have yet."""
    cases = await store.open_cases(conn, agency_id, MOST)
    return [
        case
        for case in cases
        if case.status is Status.PROCESSED
        and case.return_way != "agency"
        and case.result_stage is None
    ]


async def release(
    conn: Connection[Record], items: Mapping[str, UUID], *, by: Actor, now: datetime
) -> list[TrackingError | DeskError]:
    """Give the results of these dossiers to the post; each refusal.

    *items* maps our numbers to the ids drawn with the form. One bad item never blocks the
    rest. They are taken in the order of their numbers, so that two officers never wait for
    each other. Raises BadRuling.
    """
    if not 1 <= len(items) <= MOST:
        raise BadRuling(
            "Đánh dấu ít nhất một kết quả, nhiều nhất 500, rồi giao.",
            "Tick at least one result and at most 500, then give them out.",
        )
    refused: list[TrackingError | DeskError] = []
    for ref, id_ in sorted(items.items()):
        try:
            async with conn.transaction():
                await rulings.decide(conn, ref, Wish(id=id_, act=Act.RELEASE), by=by, now=now)
        except (TrackingError, DeskError) as refusal:
            refused.append(refusal)
    return refused
