"""An order on the public page: nobody signs in, the telephone answers for her.

The secret in the address of her page is kept by her alone; the database has its hash. The six
digits are worked out anew from the line that sent them, as a receiver's code is, and are kept
nowhere: who steals the tables cannot confirm an order.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.database import Context
from postal_service.desk.pickups import pickup_look_store as look_store
from postal_service.desk.pickups import pickups_store as store
from postal_service.desk.pickups.pickup_desk import get, locked
from postal_service.desk.pickups.pickup_errors import WrongPickupCode
from postal_service.desk.pickups.pickup_moves import Act, State, after
from postal_service.desk.pickups.pickups import CANCELLED, refuse_second
from postal_service.desk.pickups.pickups_store import Line, Pickup

#: How long the digits are good.
CODE_LASTS: Final = timedelta(minutes=15)


def new_secret() -> str:
    """What opens one order's page: drawn once, and only ever in its address."""
    return secrets.token_urlsafe(24)


def context_of(secret: str) -> Context:
    """As whoever has the secret, a transaction sees one order."""
    return Context.citizen(door_of(secret))


def door_of(secret: str) -> str:
    return hashlib.sha256(b"pick-up:" + secret.encode()).hexdigest()


def code_of(key: bytes, event_id: int) -> str:
    """Six digits for the message of one line; derived when needed, kept nowhere."""
    said = f"pick-up:{event_id}".encode()
    number = int.from_bytes(hmac.new(key, said, hashlib.sha256).digest()[:8], "big")
    return f"{number % 1_000_000:06}"


async def behind(conn: Connection[Record], secret: str) -> Pickup:
    """The order whose page this is. Raises UnknownPickup."""
    return await get(conn, await store.id_behind(conn, door_of(secret)))


async def confirm(
    conn: Connection[Record], secret: str, digits: str, form_id: UUID, *, key: bytes, now: datetime
) -> Pickup:
    """The code came back: the office has the order now. Safe to repeat.

    Raises UnknownPickup, WrongPickupCode, and OrderedAlready, which she may be told now.
    """
    found = await behind(conn, secret)
    stands = await locked(conn, found.id)
    if stands.state is not State.ASKED:
        return found
    coded = await look_store.coded(conn, found.id)
    if coded is None or now - coded.at > CODE_LASTS:
        raise WrongPickupCode
    typed = "".join(digits.split()).encode()
    if not hmac.compare_digest(code_of(key, coded.event_id).encode(), typed):
        raise WrongPickupCode
    await refuse_second(conn, found.phone, found.day, found.id)
    goes = replace(stands, state=after(stands.state, Act.CONFIRM))
    await store.move(conn, goes, Line(form_id=form_id, act=Act.CONFIRM, at=now))
    return await behind(conn, secret)


async def send_code(conn: Connection[Record], secret: str, form_id: UUID, *, now: datetime) -> None:
    """Another code; the one before opens nothing any more. Safe to repeat."""
    found = await behind(conn, secret)
    stands = await locked(conn, found.id)
    if stands.state is State.ASKED and not await store.happened(conn, found.id, form_id):
        line = Line(form_id=form_id, act=Act.SEND_CODE, at=now)
        await store.move(conn, stands, line)


async def cancel(conn: Connection[Record], secret: str, form_id: UUID, *, now: datetime) -> None:
    """She wants it no more. Safe to repeat. Raises UnknownPickup, CannotHappen.

    Her courier's round still names the door; his page says that she cancelled.
    """
    found = await behind(conn, secret)
    stands = await locked(conn, found.id)
    if await store.happened(conn, found.id, form_id):
        return
    goes = replace(stands, state=after(stands.state, Act.CANCEL))
    await store.move(conn, goes, Line(form_id=form_id, act=Act.CANCEL, at=now, reason=CANCELLED))
