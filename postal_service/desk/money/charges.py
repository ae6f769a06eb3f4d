"""What a dossier costs: charges opened, voided, and read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.desk.estimate import Charges
from postal_service.desk.money import charges_store as store
from postal_service.desk.money.model import Charge, Kind, Moment, NewCharge, Payer, Payment
from tracking.stages import Leg

__all__ = ["add", "of_dossier", "of_estimate", "open_with", "void"]


def of_estimate(charges: Charges, payment: Payment, *, agency_id: int) -> tuple[NewCharge, ...]:
    """The lines of an intake. Nothing that costs nothing; no collection where none is collected."""
    later = payment.state is Moment.ON_DELIVERY
    exempt = payment.state is Moment.EXEMPT
    with_state = NewCharge(
        kind=Kind.COLLECTION,
        amount_vnd=0 if exempt else charges.collection,
        leg=Leg.RESULT if later else Leg.FORWARD,
        payer=Payer.RECEIVER if later else Payer.APPLICANT,
        moment=payment.state,
    )
    held = replace(with_state, agency_id=agency_id, why=payment.why if exempt else "")
    lines = (
        replace(held, kind=Kind.STATE_FEE, amount_vnd=charges.le_phi),
        replace(held, kind=Kind.STATE_CHARGE, amount_vnd=charges.phi),
        NewCharge(kind=Kind.POSTAGE_OUT, amount_vnd=charges.postage_out),
        NewCharge(
            kind=Kind.POSTAGE_BACK,
            amount_vnd=charges.postage_back,
            leg=Leg.RESULT,
            payer=Payer.RECEIVER if payment.back is Moment.ON_DELIVERY else Payer.APPLICANT,
            moment=payment.back,
        ),
        with_state,
    )
    return tuple(line for line in lines if line.amount_vnd)


async def add(
    conn: Connection[Record],
    dossier_id: int,
    lines: Sequence[NewCharge],
    *,
    person_id: int,
    at: datetime,
) -> list[int]:
    """Open charges; their ids, in order."""
    return [await store.add(conn, dossier_id, line, person_id, at) for line in lines]


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Charge]:
    """Every charge of a dossier, as opened."""
    return await store.of_dossier(conn, dossier_id)


async def open_with(
    conn: Connection[Record], dossier_id: int, moment: Moment, leg: Leg | None = None
) -> list[Charge]:
    """What is still to be paid at *moment*; on delivery only what hangs on *leg*. Locks it."""
    found = await store.lock_open(conn, dossier_id)
    return [c for c in found if c.moment is moment and (leg is None or c.leg is leg)]


async def void(
    conn: Connection[Record], charge_ids: Sequence[int], *, person_id: int, at: datetime
) -> int:
    """Ask for these no more; how many were still open. What is paid is refunded, never voided."""
    return await store.void(conn, charge_ids, person_id, at)
