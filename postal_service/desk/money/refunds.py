"""The agency's word on its own money: what it refuses to keep goes back to who paid it.

The state's money goes back on its agency's word alone (`domain.md`, trap 18). The fee rule of a
bounce asks for it (`bounce_fees`, which also pays it out); at a refusal or a withdrawal an
officer says it by herself, here. What was never paid is asked for no more.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk.agency.agency_desk import own_slip
from postal_service.desk.money import charges
from postal_service.desk.money import refunds_store as store
from postal_service.desk.money.back_errors import BadWhy, NothingToRefund
from postal_service.desk.money.model import Charge
from postal_service.desk.money.refunds_store import Waiting
from tracking.identifiers import parse_ref
from tracking.stages import Status

__all__ = ["Said", "Waiting", "hers", "of_dossier", "word"]

SHORTEST, LONGEST = 3, 300
#: Where an agency has ended a dossier without a result, or the citizen asks for it back.
ENDED = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWING, Status.STOPPED})


class Said(Struct, frozen=True, kw_only=True):
    """How many charges go back, and how many were open and are asked for no more."""

    owed: int
    dropped: int


def hers(listed: Collection[Charge], agency_id: int | None, status: Status) -> list[Charge]:
    """What an officer may say is to go back: her agency's money of a dossier that has ended."""
    if status not in ENDED:
        return []
    return [
        charge
        for charge in listed
        if charge.agency_id is not None
        and charge.agency_id == agency_id
        and (charge.open or charge.paid_by is not None)
    ]


async def word(
    conn: Connection[Record],
    ref: str,
    charge_ids: Collection[int],
    why: str,
    *,
    staff: Staff,
    now: datetime,
) -> Said:
    """Say that these charges go back. What goes back already is passed over: safe to repeat.

    Raises BadIdentifier, UnknownDossier, BadWhy, NothingToRefund.
    """
    found = await own_slip(conn, parse_ref(ref).ref, staff.agency_id)
    if not SHORTEST <= len(why) <= LONGEST:
        raise BadWhy
    dossier = found.dossier
    listed = await charges.of_dossier(conn, dossier.id)
    wanted = [
        charge
        for charge in hers(listed, staff.agency_id, dossier.status)
        if charge.id in charge_ids
    ]
    if not wanted:
        raise NothingToRefund
    open_ = [charge.id for charge in wanted if charge.open]
    paid = [charge.id for charge in wanted if charge.paid_by is not None]
    return Said(
        dropped=await charges.void(conn, open_, person_id=staff.id, at=now),
        owed=await store.owe(conn, paid, why=why, said_by=staff.id, at=now),
    )


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Waiting]:
    """What goes back or went back, as the citizen and the officer read it."""
    return await store.of_dossier(conn, dossier_id)
