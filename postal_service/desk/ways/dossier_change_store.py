"""SQL of what a citizen has changed, and of how she was known. Only SQL."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.fields import Plain, Wanted

SET_PHONE = """
UPDATE party
   SET phone_sealed = ($2::sealed).body, phone_index = ($3::blind).mark, sms_allowed = $4
 WHERE id = $1
"""
SET_ADDRESS = "UPDATE party SET address_sealed = ($2::sealed).body WHERE id = $1"


async def set_phone(
    conn: Connection[Record], party_id: int, phone: str, *, sms_allowed: bool
) -> None:
    closed = Plain("party", party_id, "phone", phone)
    await conn.execute(SET_PHONE, party_id, closed, Wanted("phone", phone), sms_allowed)


async def set_address(conn: Connection[Record], party_id: int, address: str) -> None:
    await conn.execute(SET_ADDRESS, party_id, Plain("party", party_id, "address", address))


class Said(Struct, frozen=True, kw_only=True):
    """Who asked for a change, how she was known, and what stood there before."""

    scan_id: UUID
    dossier_id: int
    asked_by: str
    known_by: str
    proof: str | None = None
    party_id: int | None = None
    phone_was: str | None = None
    address_was: str | None = None


ADD = """
INSERT INTO dossier_change (scan_id, dossier_id, asked_by, known_by, party_id, proof_sealed,
                            phone_was_sealed, address_was_sealed)
VALUES ($1, $2, $3, $4, $5, ($6::sealed).body, ($7::sealed).body, ($8::sealed).body)
"""


async def add(conn: Connection[Record], said: Said) -> None:
    await conn.execute(
        ADD,
        said.scan_id,
        said.dossier_id,
        said.asked_by,
        said.known_by,
        said.party_id,
        *(
            Plain("dossier_change", said.scan_id, name, text) if text else None
            for name, text in (
                ("proof", said.proof),
                ("phone_was", said.phone_was),
                ("address_was", said.address_was),
            )
        ),
    )


OF_DOSSIER = """
SELECT c.scan_id, c.dossier_id, c.asked_by, c.known_by, c.proof, c.party_id, c.phone_was,
       c.address_was
  FROM dossier_change c
  JOIN event e ON e.scan_id = c.scan_id
 WHERE c.dossier_id = $1
 ORDER BY e.id
"""


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[Said]:
    return convert(await conn.fetch(OF_DOSSIER, dossier_id), list[Said])


# What the postage home is reckoned from: the weight of the envelope, and who took it in.
WEIGHED = "SELECT weight_g, clerk_id FROM intake WHERE dossier_id = $1"


class Weighed(Struct, frozen=True, kw_only=True):
    weight_g: int
    clerk_id: int


async def weighed(conn: Connection[Record], dossier_id: int) -> Weighed | None:
    return convert(await conn.fetchrow(WEIGHED, dossier_id), Weighed | None)


# A place on a round that has not come back: its courier rides there next.
PLANNED_STOP = """
SELECT r.id, r.courier_id
  FROM stop s
  JOIN round r ON r.id = s.round_id
 WHERE s.reference = $1 AND s.outcome IS NULL AND r.state <> 'finished'
 ORDER BY r.day DESC
 LIMIT 1
"""


class Ridden(Struct, frozen=True, kw_only=True):
    id: int
    courier_id: int


async def planned_stop(conn: Connection[Record], reference: str) -> Ridden | None:
    """The round that a place lies ahead on."""
    return convert(await conn.fetchrow(PLANNED_STOP, reference), Ridden | None)
